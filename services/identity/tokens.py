"""ID-13: tokens are short JSON Web Tokens signed with Ed25519; the public keys are published."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.jwk import KeySet

from services.identity.keys import Keys
from services.kit.auth import ALGORITHM, AUDIENCE, ISSUER
from services.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A bearer token and when it ends (aware UTC)."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenIssuer:
    """Signs tokens with the first signing key; publishes all of them without their private parts."""

    def __init__(self, keys: Keys, life: timedelta, clock: Clock) -> None:
        self._key = keys.signing[0]
        self._key_set = json.dumps(KeySet(list(keys.signing)).as_dict(private=False))
        self._life = life
        self._clock = clock

    def sign(self, subject: str, role: str, organisation: str = "") -> SignedToken:
        """A token saying that `subject` wears `role` in `organisation` ("" for none)."""
        now = self._clock.now()
        ends = now + self._life
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "role": role,
            "org": organisation,
            "iat": int(now.timestamp()),
            "exp": int(ends.timestamp()),
        }
        header = {"alg": ALGORITHM, "kid": self._key.kid}
        return SignedToken(jwt.encode(header, claims, self._key, algorithms=[ALGORITHM]), ends)

    def key_set_json(self) -> str:
        """The JSON Web Key Set that checks these tokens."""
        return self._key_set
