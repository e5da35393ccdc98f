"""Keys survive a restart and rotate in their document; tokens are checked by the kit: ID-13, SES-06, SES-14."""

from __future__ import annotations

import json
import os
import stat
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey
from pydantic import SecretStr

from services.identity import keys, rotation
from services.identity.settings import IdentitySettings
from services.identity.tokens import TokenIssuer
from services.kit import vault
from services.kit.auth import ALGORITHM, TokenVerifier
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.keywatch import KeyWatch
from services.kit.vault import KeysMissing, Vault

NOW = datetime(2023, 7, 1, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class HandSetClock:
    """Stands where it is put."""

    def __init__(self, instant: datetime = NOW) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class Stand:
    """An issuer over a key document that a test changes, and a verifier that fetches what it publishes."""

    def __init__(self, document: dict[str, Any] | None = None, life: timedelta = HOUR) -> None:
        self.document = document or keys.generate()
        self.clock = HandSetClock()
        self.ring = keys.KeyRing(keys.parse(self.document))
        self.issuer = TokenIssuer(self.ring, life, self.clock)
        self.verifier = self.fresh_verifier()

    def fresh_verifier(self) -> TokenVerifier:
        async def fetch() -> str:
            return self.issuer.key_set_json()

        return TokenVerifier(fetch, self.clock)

    def take(self, document: dict[str, Any]) -> None:
        self.document = document
        self.ring.take(document)

    def token(self, subject: str = "p1") -> str:
        return self.issuer.sign(subject, "applicant").value

    async def accepts(self, token: str) -> str:
        """The person a token names, or why it is refused; a verifier that saw it before and a fresh one agree."""
        first, second = await told(self.verifier, token), await told(self.fresh_verifier(), token)
        assert (first == "p1") == (second == "p1"), (first, second)
        return first


async def told(verifier: TokenVerifier, token: str) -> str:
    try:
        return (await verifier.verify(token)).person_id
    except DomainError as error:
        return error.reason if error.kind is Kind.UNAUTHENTICATED else f"of another kind: {error}"


async def test_id_13_a_token_names_its_bearer_until_it_ends() -> None:
    stand = Stand()
    token = stand.issuer.sign(
        *("p1", "base_reviewer", "SD-QILU"), session="s1", proved_at=NOW, acting_by="p2", may_write=False
    )
    assert token.expires_at == NOW + HOUR
    assert await stand.verifier.verify(token.value) == Caller(
        *("p1", "base_reviewer", "SD-QILU"), session="s1", proved_at=NOW, acting_by="p2", may_write=False
    )
    stand.clock.instant = NOW + HOUR
    assert await told(stand.verifier, token.value) == "TOKEN_EXPIRED"
    assert await told(stand.fresh_verifier(), token.value) == "TOKEN_EXPIRED"


async def test_id_13_tokens_of_others_are_refused() -> None:
    stand = Stand()
    assert await stand.accepts(Stand().token()) == "BAD_TOKEN"

    key = stand.ring.now.signer(NOW)
    claims = {"iss": "residency", "aud": "residency", "sub": "p1", "role": "operator", "exp": NOW.timestamp() + 60}
    header = {"alg": ALGORITHM, "kid": key.kid}
    for change in ({"aud": "elsewhere"}, {"iss": "elsewhere"}):
        forged = jwt.encode(header, {**claims, **change}, key, algorithms=[ALGORITHM])
        assert await stand.accepts(forged) == "BAD_TOKEN"
    for absent in ("exp", "sub", "aud", "iss"):
        forged = jwt.encode(header, {k: v for k, v in claims.items() if k != absent}, key, algorithms=[ALGORITHM])
        assert await stand.accepts(forged) == "BAD_TOKEN"
    symmetric = OctKey.import_key(str(key.as_dict(private=False)["x"]).ljust(64, "0"))
    forged = jwt.encode({"alg": "HS256", "kid": key.kid}, claims, symmetric, algorithms=["HS256"])
    assert await stand.accepts(forged) == "BAD_TOKEN"
    stranger = OKPKey.generate_key("Ed25519", {"kid": str(key.kid)})
    forged = jwt.encode(header, claims, stranger, algorithms=[ALGORITHM])
    assert await stand.accepts(forged) == "BAD_TOKEN"
    head, body, _ = stand.token().split(".")
    assert await stand.accepts(f"{head}.{body}.") == "BAD_TOKEN"
    assert await stand.accepts("nonsense") == "BAD_TOKEN"


def test_id_13_only_public_parts_are_published() -> None:
    published = json.loads(Stand().issuer.key_set_json())
    assert KeySet.import_key_set(published).keys
    assert all("d" not in key for key in published["keys"])


async def test_ses_14_a_new_key_signs_after_everybody_could_have_seen_it() -> None:
    stand = Stand()
    old = stand.ring.now.signer(NOW).kid
    stand.take(rotation.rotate_signing(stand.document, NOW))
    assert stand.ring.now.signer(NOW).kid == old
    assert len(json.loads(stand.issuer.key_set_json())["keys"]) == 2
    assert stand.ring.now.signer(NOW + rotation.LEAD).kid != old


async def test_ses_14_a_token_signed_before_the_rotation_works_until_it_ends() -> None:
    stand = Stand()
    early = stand.token()
    assert await stand.accepts(early) == "p1"
    stand.take(rotation.rotate_signing(stand.document, NOW))
    stand.clock.instant = NOW + HOUR - timedelta(seconds=1)
    assert await stand.accepts(early) == "p1"
    late = stand.token()
    assert str(stand.ring.now.signer(stand.clock.now()).kid) in _header(late)
    assert await stand.accepts(late) == "p1"
    stand.clock.instant = NOW + HOUR
    assert await stand.accepts(early) == "TOKEN_EXPIRED"
    assert await stand.accepts(late) == "p1"


async def test_ses_14_a_token_signed_with_a_retired_key_stops_working_at_its_time() -> None:
    stand = Stand(life=timedelta(days=7))
    early = stand.token()
    assert await stand.accepts(early) == "p1"
    stand.take(rotation.rotate_signing(stand.document, NOW))
    retired_at = NOW + rotation.LEAD + rotation.OVERLAP
    stand.clock.instant = retired_at - timedelta(minutes=2)
    assert await stand.accepts(early) == "p1"
    await stand.verifier._fetch()  # the renewal under way has come back
    stand.clock.instant = retired_at - timedelta(seconds=1)
    assert await stand.accepts(early) == "p1"
    stand.clock.instant = retired_at
    assert await told(stand.verifier, early) == "KEY_RETIRED"
    assert await told(stand.fresh_verifier(), early) == "KEY_RETIRED"

    stand.take(rotation.retire(stand.document, stand.clock.now()))
    assert len(stand.document["signing"]) == 1
    assert await told(stand.fresh_verifier(), early) == "BAD_TOKEN"
    assert await stand.accepts(stand.token()) == "p1"


async def test_ses_14_a_leaked_key_is_replaced_at_once() -> None:
    stand = Stand()
    leaked = stand.token()
    stand.take(rotation.rotate_signing(stand.document, NOW, timedelta(0)))
    assert await stand.accepts(stand.token()) == "p1"
    assert await told(stand.fresh_verifier(), leaked) == "KEY_RETIRED"


def test_ses_14_rotating_twice_and_before_the_first_one_signs_leaves_a_key_to_sign_with() -> None:
    document = keys.generate()
    for minute in range(10):
        document = rotation.rotate_signing(document, NOW + timedelta(seconds=20 * minute))
    ring = keys.KeyRing(keys.parse(document))
    signers = {str(ring.now.signer(NOW + timedelta(seconds=each)).kid) for each in range(0, 3600, 5)}
    assert len(signers) == 11
    with pytest.raises(KeysMissing):
        rotation.retire({**document, "signing": document["signing"][:1]}, NOW + timedelta(days=9))


def test_ses_14_changes_leave_the_document_they_were_given_alone() -> None:
    document = keys.generate()
    before = json.dumps(document)
    rotation.rotate_signing(document, NOW)
    rotation.rotate_sealing(document)
    rotation.retire(document, NOW)
    assert json.dumps(document) == before


def test_ses_14_older_sealing_keys_read_until_everything_is_sealed_anew() -> None:
    document = keys.generate()
    blob = Vault(vault.parse(document)).seal("x", "r")
    rotated = rotation.rotate_sealing(document)
    safe = Vault(vault.parse(rotated))
    assert safe.open(blob, "r") == "x"
    assert (safe.current_key, vault.key_of(safe.seal("x", "r"))) == ("k2", "k2")
    assert rotation.rotate_sealing(rotated)["sealing"]["current"] == "k3"


def test_ses_14_a_running_process_takes_a_changed_document_and_keeps_the_keys_when_it_is_broken(
    tmp_path: Path,
) -> None:
    settings = IdentitySettings(data_dir=tmp_path)
    document = keys.document_of(settings)
    ring = keys.KeyRing(keys.parse(document))
    watch = KeyWatch(keys.SERVICE, settings, ring.take, Vault(vault.parse(document)))
    path = vault.file_in(tmp_path, keys.SERVICE)
    assert not watch.look()

    rotated = rotation.rotate_signing(document, NOW)
    vault.write_draft(path, json.dumps(rotated)).replace(path)
    assert watch.look()
    assert len(ring.now.signing) == 2
    assert not watch.look()

    for broken in ("{", "{}", json.dumps({**rotated, "signing": []})):
        vault.write_draft(path, broken).replace(path)
        assert not watch.look()
        assert len(ring.now.signing) == 2
    path.unlink()
    assert not watch.look()


def test_ses_06_refresh_tokens_are_derived_and_hang_on_the_key() -> None:
    stand, session_id = Stand(), new_id()
    first = stand.issuer.refresh(session_id, 1, NOW).value
    assert first == stand.issuer.refresh(session_id, 1, NOW).value
    assert stand.issuer.read_refresh(first) == (session_id, 1)
    assert len({stand.issuer.refresh(session_id, n, NOW).value for n in range(1, 50)}) == 49
    assert Stand().issuer.read_refresh(first) is None
    for wrong in ("", "x", first[:-4], first + "AAAA", first.swapcase(), "é" * 30):
        assert stand.issuer.read_refresh(wrong) is None


def test_keys_are_made_once_in_the_data_directory_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    settings = IdentitySettings(data_dir=tmp_path / "data")
    first = keys.document_of(settings)
    assert keys.document_of(settings) == first
    path = vault.file_in(tmp_path / "data", keys.SERVICE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {name.removesuffix(".lock") for name in os.listdir(path.parent)} == {path.name}, "no draft is left"


def test_keys_come_from_a_file_or_a_secret(tmp_path: Path) -> None:
    text = json.dumps(keys.generate())
    (tmp_path / "keys").write_text(text)
    from_file = keys.document_of(IdentitySettings(keys_file=tmp_path / "keys"))
    assert from_file == keys.document_of(IdentitySettings(keys_json=SecretStr(text)))


def test_without_keys_identity_refuses_to_start(tmp_path: Path) -> None:
    whole = keys.generate()
    for settings in (
        IdentitySettings(),
        IdentitySettings(keys_file=tmp_path / "absent", data_dir=tmp_path),
        IdentitySettings(keys_json=SecretStr("not json")),
        *(
            IdentitySettings(keys_json=SecretStr(json.dumps(document)))
            for document in (
                {},
                {**whole, "refresh": "c2hvcnQ="},
                {**whole, "signing": []},
                {**whole, "signing": [{**whole["signing"][0], "from": "soon"}]},
                {**whole, "signing": json.loads(keys.parse(whole).published())["keys"]},
            )
        ),
    ):
        with pytest.raises(KeysMissing):
            keys.parse(keys.document_of(settings))


def _header(token: str) -> str:
    head = token.split(".", maxsplit=1)[0]
    return urlsafe_b64decode(head + "==").decode()
