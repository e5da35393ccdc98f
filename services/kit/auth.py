"""Caller identity on every hop: tokens are checked offline against the published key set."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.kit.clock import Clock, SystemClock
from services.kit.domain import Caller, DomainError, Kind, Origin

ISSUER = "residency"
AUDIENCE = "residency"
ALGORITHM = "Ed25519"
"""EdDSA over Curve25519, by the name that RFC 9864 gives it."""

_REMEMBERED = 20_000
_REFETCH_AFTER = timedelta(seconds=5)
_RENEW_BEFORE = timedelta(minutes=5)

_current_caller: ContextVar[Caller | None] = ContextVar("current_caller", default=None)
_outgoing_token: ContextVar[str] = ContextVar("outgoing_token", default="")
_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def caller() -> Caller:
    """Who makes the call being served; raises UNAUTHENTICATED outside one."""
    current = _current_caller.get()
    if current is None:
        raise DomainError(Kind.UNAUTHENTICATED, "NO_CALLER", "请先登录。")
    return current


def present() -> Caller | None:
    """Who makes the call being served; None outside of a call, or for one that asks for no token."""
    current = _current_caller.get()
    return current if current is not None and current.person_id else None


@contextmanager
def serving(current: Caller) -> Iterator[None]:
    """Mark `current` as the caller for what runs inside."""
    mark = _current_caller.set(current)
    try:
        yield
    finally:
        _current_caller.reset(mark)


@contextmanager
def act_as(token: str) -> Iterator[None]:
    """Calls made inside carry `token` instead of the process's own."""
    mark = _outgoing_token.set(token)
    try:
        yield
    finally:
        _outgoing_token.reset(mark)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Mark where the call comes from, for what runs inside and for the calls it makes."""
    mark = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(mark)


def origin() -> Origin:
    """Where the call being served comes from; empty when nobody said."""
    return _origin.get()


def outgoing_token() -> str:
    """The token that `act_as` set, or empty."""
    return _outgoing_token.get()


class TokenVerifier:
    """Checks tokens against a key set that is fetched once and again when an unknown key id appears.

    `fetch_keys` returns the JSON Web Key Set as text. Checking costs no network call once the keys are known.
    """

    def __init__(self, fetch_keys: Callable[[], Awaitable[str]], clock: Clock | None = None) -> None:
        self._fetch_keys = fetch_keys
        self._clock = clock or SystemClock()
        self._keys: KeySet | None = None
        self._key_ids: frozenset[str] = frozenset()
        self._fetched_at = datetime.min.replace(tzinfo=UTC)
        self._fetching = asyncio.Lock()
        self._known: dict[str, tuple[Caller, float]] = {}

    async def verify(self, token: str) -> Caller:
        """The caller that `token` names; raises UNAUTHENTICATED (`BAD_TOKEN`, `TOKEN_EXPIRED`) otherwise."""
        now = self._clock.now().timestamp()
        known = self._known.get(token)
        if known is None:
            known = await self._check(token)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[token] = known
        who, expires = known
        if expires <= now:
            self._known.pop(token, None)
            raise DomainError(Kind.UNAUTHENTICATED, "TOKEN_EXPIRED", "登录已过期，请重新登录。")
        return who

    async def _check(self, token: str) -> tuple[Caller, float]:
        keys = await self._keys_for(token)
        try:
            claims = jwt.decode(token, keys, algorithms=[ALGORITHM]).claims
            registry = jwt.JWTClaimsRegistry(
                now=int(self._clock.now().timestamp()),
                iss={"essential": True, "value": ISSUER},
                aud={"essential": True, "value": AUDIENCE},
                sub={"essential": True},
                exp={"essential": True},
            )
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            reason = "TOKEN_EXPIRED" if type(error).__name__ == "ExpiredTokenError" else "BAD_TOKEN"
            raise DomainError(Kind.UNAUTHENTICATED, reason, "登录已失效，请重新登录。") from error
        return _caller_of(claims), float(claims["exp"])

    async def _keys_for(self, token: str) -> KeySet:
        async with self._fetching:
            if self._keys is None or (
                _key_id(token) not in self._key_ids and self._clock.now() - self._fetched_at > _REFETCH_AFTER
            ):
                published = json.loads(await self._fetch_keys())
                self._keys = KeySet.import_key_set(published)
                self._key_ids = frozenset(str(key.get("kid", "")) for key in published["keys"])
                self._fetched_at = self._clock.now()
            return self._keys


def _caller_of(claims: dict[str, Any]) -> Caller:
    proved = claims.get("proved")
    return Caller(
        claims["sub"],
        claims.get("role", ""),
        claims.get("org", ""),
        session=claims.get("sid", ""),
        proved_at=datetime.fromtimestamp(proved, UTC) if proved else None,
        acting_by=claims.get("act", ""),
        may_write=not claims.get("look", False),
    )


def _key_id(token: str) -> str:
    try:
        header = token.split(".", 1)[0]
        return str(json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4))).get("kid", ""))
    except (ValueError, AttributeError):
        return ""


class MachineToken:
    """A machine's own token, signed in when first needed and renewed five minutes before it ends.

    `sign_in` returns the token and the instant (aware UTC) at which it ends.
    """

    def __init__(self, sign_in: Callable[[], Awaitable[tuple[str, datetime]]], clock: Clock | None = None) -> None:
        self._sign_in = sign_in
        self._clock = clock or SystemClock()
        self._value = ""
        self._expires_at = datetime.min.replace(tzinfo=UTC)
        self._signing_in = asyncio.Lock()

    async def value(self) -> str:
        """A token that holds for a while yet; raises what `sign_in` raises."""
        async with self._signing_in:
            if not self._value or self._expires_at - self._clock.now() < _RENEW_BEFORE:
                self._value, self._expires_at = await self._sign_in()
            return self._value
