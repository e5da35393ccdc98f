"""ID-13: tokens are short JSON Web Tokens signed with Ed25519; the public keys are published."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from joserfc import jwt

from services.identity.keys import KeyRing
from services.kit.auth import ALGORITHM, AUDIENCE, ISSUER
from services.kit.clock import Clock

_GENERATION_BYTES = 4


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A bearer token and when it ends (aware UTC)."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenIssuer:
    """Signs access tokens that live for `life`, and derives refresh tokens."""

    def __init__(self, ring: KeyRing, life: timedelta, clock: Clock) -> None:
        self.life = life
        self._ring = ring
        self._clock = clock

    def sign(
        self,
        subject: str,
        role: str,
        organisation: str = "",
        *,
        session: str = "",
        proved_at: datetime | None = None,
        acting_by: str = "",
        may_write: bool = True,
        life: timedelta | None = None,
        at: datetime | None = None,
        until: datetime | None = None,
        scopes: Sequence[str] | None = None,
    ) -> SignedToken:
        """A token saying that `subject` wears `role` in `organisation` ("" for none).

        Args:
            subject: Person id, `machine:<name>`, or `service:<account id>`.
            role: The hat.
            organisation: Code of the organisation in which it holds.
            session: Session id, or that of a service account's secret; empty for machines.
            proved_at: When the second factor was last proved in the session.
            acting_by: Person id of who acts in the subject's place.
            may_write: False for somebody who may only look.
            life: How long it counts; the usual time when None.
            at: When it begins; now when None. The same claims from the same instant give the same token.
            until: When it ends at the latest; None for no such end.
            scopes: What a service account may do; None for everybody else.
        """
        begins = at or self._clock.now()
        ends = begins + (life or self.life)
        ends = ends if until is None else min(ends, until)
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "role": role,
            "org": organisation,
            "iat": int(begins.timestamp()),
            "exp": int(ends.timestamp()),
        }
        if session:
            claims["sid"] = session
        if proved_at is not None:
            claims["proved"] = int(proved_at.timestamp())
        if acting_by:
            claims |= {"act": acting_by, "look": not may_write}
        if scopes is not None:
            claims["scope"] = " ".join(scopes)
        key = self._ring.now.signer(self._clock.now())
        header = {"alg": ALGORITHM, "kid": key.kid}
        return SignedToken(jwt.encode(header, claims, key, algorithms=[ALGORITHM]), ends)

    def refresh(self, session_id: str, generation: int, ends: datetime) -> SignedToken:
        """SES-06: the refresh token of a session's generation; derived, so the same one again whenever asked for."""
        number = generation.to_bytes(_GENERATION_BYTES, "big")
        content = UUID(session_id).bytes + number + self._ring.now.refresh_mark(session_id, generation)
        return SignedToken(urlsafe_b64encode(content).decode().rstrip("="), ends)

    def read_refresh(self, token: str) -> tuple[str, int] | None:
        """Session id and generation of a refresh token; None for one that was not made here."""
        try:
            content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            session_id = str(UUID(bytes=content[:16]))
        except (ValueError, NotBase64):
            return None
        generation = int.from_bytes(content[16 : 16 + _GENERATION_BYTES], "big")
        mark = content[16 + _GENERATION_BYTES :]
        if not compare_digest(mark, self._ring.now.refresh_mark(session_id, generation)):
            return None
        return session_id, generation

    def key_set_json(self) -> str:
        """The JSON Web Key Set that checks these tokens."""
        return self._ring.now.published()
