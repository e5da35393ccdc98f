"""Keys survive a restart, seals hold, tokens are checked by the kit's verifier: ID-10, ID-11, ID-13."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey
from pydantic import SecretStr

from services.identity import keys
from services.identity.settings import IdentitySettings
from services.identity.tokens import TokenIssuer
from services.identity.vault import SealBroken, Vault
from services.kit.auth import ALGORITHM, TokenVerifier
from services.kit.domain import Caller, DomainError, Kind

NOW = datetime(2023, 7, 1, 1, 0, tzinfo=UTC)


class At:
    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


def fresh() -> keys.Keys:
    return keys.parse(json.dumps(keys.generate()))


def verifier(issuer: TokenIssuer, now: datetime = NOW) -> TokenVerifier:
    async def fetch() -> str:
        return issuer.key_set_json()

    return TokenVerifier(fetch, At(now))


async def refused(check: TokenVerifier, token: str) -> str:
    with pytest.raises(DomainError) as caught:
        await check.verify(token)
    assert caught.value.kind is Kind.UNAUTHENTICATED
    return caught.value.reason


async def test_id_13_a_token_names_its_bearer_until_it_ends() -> None:
    issuer = TokenIssuer(fresh(), timedelta(hours=12), At(NOW))
    token = issuer.sign("p1", "base_reviewer", "SD-QILU")
    assert token.expires_at == NOW + timedelta(hours=12)
    assert await verifier(issuer).verify(token.value) == Caller("p1", "base_reviewer", "SD-QILU")
    late = verifier(issuer, NOW + timedelta(hours=12, seconds=1))
    assert await refused(late, token.value) == "TOKEN_EXPIRED"


async def test_id_13_a_restart_and_an_older_signing_key_keep_tokens_valid() -> None:
    document = keys.generate()
    before = TokenIssuer(keys.parse(json.dumps(document)), timedelta(hours=1), At(NOW))
    token = before.sign("p1", "applicant").value
    rotated = {**document, "signing": [*keys.generate()["signing"], *document["signing"]]}  # type: ignore[misc]
    after = TokenIssuer(keys.parse(json.dumps(rotated)), timedelta(hours=1), At(NOW))
    assert (await verifier(after).verify(token)).person_id == "p1"
    assert (await verifier(after).verify(after.sign("p2", "applicant").value)).person_id == "p2"


async def test_id_13_tokens_of_others_are_refused() -> None:
    own = fresh()
    issuer = TokenIssuer(own, timedelta(hours=1), At(NOW))
    stranger = TokenIssuer(fresh(), timedelta(hours=1), At(NOW))
    assert await refused(verifier(issuer), stranger.sign("p1", "operator").value) == "BAD_TOKEN"

    key = own.signing[0]
    claims = {"iss": "residency", "aud": "residency", "sub": "p1", "role": "operator", "exp": NOW.timestamp() + 60}
    header = {"alg": ALGORITHM, "kid": key.kid}
    for change in ({"aud": "elsewhere"}, {"iss": "elsewhere"}):
        forged = jwt.encode(header, {**claims, **change}, key, algorithms=[ALGORITHM])
        assert await refused(verifier(issuer), forged) == "BAD_TOKEN"
    for absent in ("exp", "sub", "aud"):
        forged = jwt.encode(header, {k: v for k, v in claims.items() if k != absent}, key, algorithms=[ALGORITHM])
        assert await refused(verifier(issuer), forged) == "BAD_TOKEN"
    symmetric = OctKey.import_key(str(key.as_dict(private=False)["x"]).ljust(64, "0"))
    forged = jwt.encode({"alg": "HS256", "kid": key.kid}, claims, symmetric, algorithms=["HS256"])
    assert await refused(verifier(issuer), forged) == "BAD_TOKEN"
    head, body, _ = issuer.sign("p1", "applicant").value.split(".")
    assert await refused(verifier(issuer), f"{head}.{body}.") == "BAD_TOKEN"
    assert await refused(verifier(issuer), "nonsense") == "BAD_TOKEN"


def test_id_13_only_public_parts_are_published() -> None:
    published = json.loads(TokenIssuer(fresh(), timedelta(hours=1), At(NOW)).key_set_json())
    assert KeySet.import_key_set(published).keys
    assert all("d" not in key for key in published["keys"])


def test_id_11_a_seal_opens_for_its_own_record_only() -> None:
    vault = Vault(fresh())
    blob = vault.seal("370100199803121232", "record-1")
    assert b"370100" not in blob
    assert blob != vault.seal("370100199803121232", "record-1")
    assert vault.open(blob, "record-1") == "370100199803121232"
    for other, changed in (("record-2", blob), ("record-1", blob[:-1] + bytes([blob[-1] ^ 1]))):
        with pytest.raises(SealBroken):
            vault.open(changed, other)
    with pytest.raises(SealBroken):
        Vault(fresh()).open(blob, "record-1")


def test_id_11_older_sealing_keys_still_read() -> None:
    document = keys.generate()
    blob = Vault(keys.parse(json.dumps(document))).seal("x", "r")
    other = keys.generate()["sealing"]
    held = {**document["sealing"]["keys"], "k2": other["keys"]["k1"]}  # type: ignore[index]
    document["sealing"] = {"current": "k2", "keys": held}
    rotated = Vault(keys.parse(json.dumps(document)))
    assert rotated.open(blob, "r") == "x"
    assert rotated.seal("x", "r").startswith(b"\x02k2")


def test_id_10_lookups_differ_by_key_and_purpose() -> None:
    vault = Vault(fresh())
    assert vault.lookup("document", "1") == vault.lookup("document", "1")
    assert vault.lookup("document", "1") != vault.lookup("login", "1")
    assert vault.lookup("document", "1") != Vault(fresh()).lookup("document", "1")


def test_keys_are_made_once_in_the_data_directory_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    settings = IdentitySettings(data_dir=tmp_path / "data")
    first = keys.load(settings)
    assert keys.load(settings).lookup == first.lookup
    assert keys.load(settings).signing[0].kid == first.signing[0].kid
    assert stat.S_IMODE((tmp_path / "data" / keys.FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == [keys.FILE_NAME]


def test_keys_come_from_a_file_or_a_secret(tmp_path: Path) -> None:
    text = json.dumps(keys.generate())
    (tmp_path / "keys").write_text(text)
    from_file = keys.load(IdentitySettings(keys_file=tmp_path / "keys"))
    assert from_file.lookup == keys.load(IdentitySettings(keys_json=SecretStr(text))).lookup


def test_without_keys_identity_refuses_to_start(tmp_path: Path) -> None:
    for settings in (
        IdentitySettings(),
        IdentitySettings(keys_file=tmp_path / "absent", data_dir=tmp_path),
        IdentitySettings(keys_json=SecretStr("{}")),
        IdentitySettings(keys_json=SecretStr("not json")),
        IdentitySettings(keys_json=SecretStr(json.dumps({**keys.generate(), "lookup": "c2hvcnQ="}))),
        IdentitySettings(keys_json=SecretStr(json.dumps({**keys.generate(), "signing": []}))),
    ):
        with pytest.raises(keys.KeysMissing):
            keys.load(settings)
