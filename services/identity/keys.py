"""The keys of identity: the vault's document (`services/kit/vault.py`) with the keys of tokens beside it.

    {"lookup": …, "sealing": …,
     "refresh": "<base64, 32 bytes>",
     "signing": [{"kty": "OKP", "crv": "Ed25519", …, "kid": "…", "from": 1700000000, "until": 1700086400}]}

`signing` holds the token keys. A key signs from its `from` on (seconds since 1970; none: always), until a later one
does; tokens it signed count until its `until` (none: without an end). `refresh` keys the refresh tokens: replacing it
ends every session.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.identity.settings import IdentitySettings
from services.kit import vault
from services.kit.auth import ALGORITHM
from services.kit.vault import KeysMissing

SERVICE = "identity"
EVER = datetime.max.replace(tzinfo=UTC)
ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A token key and when it counts (aware UTC)."""

    key: OKPKey = field(repr=False)
    since: datetime
    """It signs from here on."""
    until: datetime
    """What it signed counts no longer from here on."""


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """The keys of tokens; never logged."""

    signing: tuple[SigningKey, ...] = field(repr=False)
    refresh: bytes = field(repr=False)

    def signer(self, now: datetime) -> OKPKey:
        """SES-14: the newest key that signs at `now`. Raises KeysMissing when there is none."""
        able = [each for each in self.signing if each.since <= now < each.until]
        if not able:
            raise KeysMissing("no signing key counts now: residency keys rotate makes one")
        return max(able, key=lambda each: each.since).key

    def published(self) -> str:
        """The JSON Web Key Set that checks tokens: public parts of all keys, with `until` where one is set."""
        return json.dumps({"keys": [_public(each) for each in self.signing]})

    def refresh_mark(self, session_id: str, generation: int) -> bytes:
        """What makes the refresh token of a session and generation (32 bytes): nobody else can derive it."""
        return hmac.new(self.refresh, f"refresh\0{session_id}\0{generation}".encode(), hashlib.sha256).digest()


class KeyRing:
    """The token keys in use now; `take` replaces them while the process runs."""

    def __init__(self, keys: TokenKeys) -> None:
        self._keys = keys

    @property
    def now(self) -> TokenKeys:
        """The keys of this moment: ask anew for each use."""
        return self._keys

    def take(self, document: Mapping[str, Any]) -> None:
        """Use the keys of this document from now on. Raises KeysMissing, and keeps the old ones, when malformed."""
        self._keys = parse(document)


def document_of(settings: IdentitySettings) -> dict[str, Any]:
    """The key document the settings point at; made when only `data_dir` is set and has none yet. Raises KeysMissing."""
    return vault.document_of(SERVICE, settings, generate)


def parse(document: Mapping[str, Any]) -> TokenKeys:
    """The token keys of a document. Raises KeysMissing, without quoting it, when something is absent or malformed."""
    try:
        signing = tuple(_signing_key(jwk) for jwk in document["signing"])
        refresh = vault.key_bytes(document["refresh"])
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, JoseError) as error:
        raise KeysMissing(f"the key document is malformed ({type(error).__name__})") from None
    if not signing or not all(each.key.is_private for each in signing):
        raise KeysMissing("the key document lacks a private signing key")
    return TokenKeys(signing, refresh)


def generate() -> dict[str, Any]:
    """A fresh key document, vault and all."""
    return vault.generate() | {"refresh": vault.fresh_key(), "signing": [fresh_signing_key()]}


def fresh_signing_key() -> dict[str, Any]:
    """A fresh private token key."""
    key = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return dict(key.as_dict(private=True))


def _signing_key(jwk: Mapping[str, Any]) -> SigningKey:
    content = dict(jwk)
    since, until = content.pop("from", None), content.pop("until", None)
    return SigningKey(
        OKPKey.import_key(content),
        ALWAYS if since is None else datetime.fromtimestamp(since, UTC),
        EVER if until is None else datetime.fromtimestamp(until, UTC),
    )


def _public(signing: SigningKey) -> dict[str, Any]:
    content: dict[str, Any] = dict(signing.key.as_dict(private=False))
    return content if signing.until == EVER else content | {"until": int(signing.until.timestamp())}
