"""`residency doctor`: object stores, certificates and keys, as this machine sees them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.cli.doctor_finding import Finding, broken, degraded, ok, unasked
from services.cli.doctor_place import WITH_OBJECTS, Place

RENEWED = timedelta(days=14)
"""A certificate with less left should have been renewed."""


async def look(place: Place) -> list[Finding]:
    """Findings of each."""
    found = [await _objects(name, place.objects_urls.get(name)) for name in WITH_OBJECTS]
    for setting in ("tls_dir", "nats_tls_dir", "temporal_tls_dir"):
        folder = getattr(place.settings, setting)
        if folder is not None:
            found += [certificate(f"certificate {folder / name}", folder / name) for name in ("tls.crt", "ca.crt")]
    found += [_keys(service, path) for service, path in place.keys.items()]
    return found


async def _objects(service: str, url: str | None) -> Finding:
    from services.kit.objects import NoPlaceForObjects, ObjectStore  # noqa: PLC0415

    what = f"object store of {service}"
    if url is None:
        return unasked(what, "RESIDENCY_OBJECTS_URL")
    store = ObjectStore(url)
    try:
        await store.start()
        reason = await store.look()
    except NoPlaceForObjects as error:
        reason = str(error)
    if reason:
        advice = "pictures are neither kept nor shown; everything else goes on"
        return degraded(what, reason, advice, "object-storage-down")
    return ok(what, "reachable")


def certificate(what: str, path: Path, now: datetime | None = None) -> Finding:
    """How long the certificate in `path` (PEM) lasts; of several in one file the first that ends."""
    from cryptography import x509  # noqa: PLC0415

    try:
        ends = min(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        return broken(what, f"cannot be read ({type(error).__name__})", "put it there again", "certificate-expires")
    left = ends - (now or datetime.now(UTC))
    says = f"{left.days} days left, until {ends:%Y-%m-%d}"
    advice = "renew it: cert-manager does so by itself, see why it did not; processes take the new one over"
    if left <= timedelta(0):
        return broken(what, f"expired on {ends:%Y-%m-%d}", advice, "certificate-expires")
    return ok(what, says) if left > RENEWED else degraded(what, says, advice, "certificate-expires")


def _keys(service: str, path: Path) -> Finding:
    from services.kit import vault  # noqa: PLC0415

    what, advice = f"keys of {service}", "bring the key document back from its backup: without it nothing is opened"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        vault.parse(document)
    except (OSError, ValueError, vault.KeysMissing) as error:
        return broken(what, f"cannot be used ({type(error).__name__})", advice, "part-not-ready")
    if path.stat().st_mode & 0o077:
        return degraded(what, f"{path} may be read by others", f"chmod 600 {path}", "part-not-ready")
    return ok(what, "usable")
