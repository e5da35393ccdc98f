"""Which adapter: the one in the settings, the sandbox on an embedded stack, and never the sandbox by oversight."""

from __future__ import annotations

from typing import Literal

from services.identity.settings import IdentitySettings
from services.kit.environment import Unusable


class AdapterMissing(Unusable):
    """Nothing says who does it, and the process must not start; the message says which setting helps."""


def chosen(what: Literal["texts", "real_name"], settings: IdentitySettings) -> Literal["sandbox", "http"]:
    """The adapter for `what`. Raises AdapterMissing when none is named outside the embedded stack, or its address is.

    An `http` adapter wants an address beginning with `https://`, or `http://` for a neighbour in the same network.
    """
    named: Literal["sandbox", "http"] | None = getattr(settings, f"{what}_adapter")
    address: str = getattr(settings, f"{what}_address")
    setting = f"RESIDENCY_{what.upper()}"
    if named is None and address:
        named = "http"
    if named is None:
        if settings.data_dir is None:
            raise AdapterMissing(f"set {setting}_ADDRESS, or {setting}_ADAPTER=sandbox for a trial")
        return "sandbox"
    if named == "http" and not address.startswith(("https://", "http://")):
        raise AdapterMissing(f"set {setting}_ADDRESS to a URL")
    return named
