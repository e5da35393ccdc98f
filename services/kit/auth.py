"""Caller identity on every hop: tokens are checked offline against the published key set."""

from __future__ import annotations

import asyncio
import json
import math
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey

from services.kit.clock import Clock, SystemClock
from services.kit.domain import Caller, DomainError, Kind, Origin

ISSUER = "residency"
AUDIENCE = "residency"
ALGORITHM = "Ed25519"
"""EdDSA over Curve25519, by the name that RFC 9864 gives it."""

_REMEMBERED = 20_000
_REFETCH_AFTER = timedelta(seconds=5)
_RENEW_AFTER = timedelta(seconds=60)
_FORGET_SECONDS = 60.0
_LEEWAY_SECONDS = 30
_RENEW_BEFORE = timedelta(minutes=5)

_log = structlog.get_logger("kit.auth")

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
    """Checks tokens against the published key set; costs no network call once the keys are known.

    The set is fetched when first needed and when a token names an unknown key, at most every five seconds; beside
    that anew every minute, while calls go on with the old one. A key in it may say `until` when it counts (seconds
    since 1970): from then on no token that it signed does. Sessions that ended early are told by `end_session`.

    Args:
        fetch_keys: Returns the JSON Web Key Set as text.
        clock: The machine's when None.
    """

    def __init__(self, fetch_keys: Callable[[], Awaitable[str]], clock: Clock | None = None) -> None:
        self._fetch_keys = fetch_keys
        self._clock = clock or SystemClock()
        self._keys: dict[str, _Key] = {}
        self._fetched_at = datetime.min.replace(tzinfo=UTC)
        self._tried_at = self._fetched_at
        self._fetching: asyncio.Task[None] | None = None
        self._known: dict[str, _Known] = {}
        self._ended: dict[str, float] = {}
        self._forget_next = 0.0

    async def verify(self, token: str) -> Caller:
        """The caller that `token` names.

        Raises DomainError UNAUTHENTICATED: BAD_TOKEN, TOKEN_EXPIRED, KEY_RETIRED (SES-14) or SESSION_ENDED (SES-04);
        what fetching the keys raises when there are none yet.
        """
        known = self._known.get(token)
        if known is None:
            known = await self._check(token)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[token] = known
        else:
            self._renew()
        now = self._clock.now().timestamp()
        refused = self._refused(known, now)
        if refused:
            self._known.pop(token, None)
            raise DomainError(Kind.UNAUTHENTICATED, refused, "登录已失效，请重新登录。")
        return known.caller

    def end_session(self, session_id: str, forget_at: datetime) -> None:
        """Refuse the tokens of a session from now on; after `forget_at` none of them counts anyway."""
        now = self._clock.now().timestamp()
        if now >= self._forget_next:
            self._ended = {session: until for session, until in self._ended.items() if until > now}
            self._forget_next = now + _FORGET_SECONDS
        if forget_at.timestamp() > now:
            self._ended[session_id] = forget_at.timestamp()

    def _refused(self, known: _Known, now: float) -> str:
        """Why a token that was good does not count any more; empty when it does."""
        key = self._keys.get(known.key_id)
        if known.expires <= now:
            return "TOKEN_EXPIRED"
        if key is None or key.until <= now:
            return "KEY_RETIRED"
        return "SESSION_ENDED" if known.caller.session in self._ended else ""

    async def _check(self, token: str) -> _Known:
        key_id = _key_id(token)
        key = await self._key(key_id)
        try:
            if key is None:
                raise ValueError("a key that nobody published")
            claims = jwt.decode(token, key.key, algorithms=[ALGORITHM]).claims
            registry = jwt.JWTClaimsRegistry(
                now=int(self._clock.now().timestamp()),
                iss={"essential": True, "value": ISSUER},
                aud={"essential": True, "value": AUDIENCE},
                sub={"essential": True},
                exp={"essential": True},
                # For clocks that run apart; the end itself is held to the second by `_refused`.
                leeway=_LEEWAY_SECONDS,
            )
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            reason = "TOKEN_EXPIRED" if isinstance(error, ExpiredTokenError) else "BAD_TOKEN"
            raise DomainError(Kind.UNAUTHENTICATED, reason, "登录已失效，请重新登录。") from error
        return _Known(_caller_of(claims), float(claims["exp"]), key_id)

    async def _key(self, key_id: str) -> _Key | None:
        """The key of this id; fetches the set when it is unknown. Raises what fetching raises."""
        self._renew()
        under_way = self._fetching is not None and not self._fetching.done()
        may_ask = under_way or not self._keys or self._clock.now() - self._tried_at > _REFETCH_AFTER
        if key_id not in self._keys and may_ask:
            # Whoever departs while waiting does not cut the others off.
            await asyncio.shield(self._fetch())
        return self._keys.get(key_id)

    def _renew(self) -> None:
        """Fetch the set in the background when it is a minute old; after a failure again in five seconds."""
        now = self._clock.now()
        if self._keys and now - self._fetched_at >= _RENEW_AFTER and now - self._tried_at > _REFETCH_AFTER:
            self._fetch()

    def _fetch(self) -> asyncio.Task[None]:
        """The fetch under way, begun now if there is none: many who ask at once share one call."""
        if self._fetching is None or self._fetching.done():
            self._tried_at = self._clock.now()
            self._fetching = asyncio.create_task(self._fetch_now(), name="key set")
            self._fetching.add_done_callback(_tell_failure)
        return self._fetching

    async def _fetch_now(self) -> None:
        published = json.loads(await self._fetch_keys())
        self._keys = {str(each.get("kid", "")): _published(each) for each in published["keys"]}
        self._fetched_at = self._clock.now()


@dataclass(frozen=True, slots=True)
class _Key:
    """A published key, and until when what it signed counts (seconds since 1970)."""

    key: OKPKey
    until: float


@dataclass(frozen=True, slots=True)
class _Known:
    """What a token said that was checked once."""

    caller: Caller
    expires: float
    key_id: str


def _tell_failure(fetching: asyncio.Task[None]) -> None:
    error = None if fetching.cancelled() else fetching.exception()
    if error is not None:
        _log.warning("key set not fetched", error=type(error).__name__)


def _published(jwk: dict[str, Any]) -> _Key:
    until = jwk.pop("until", None)
    return _Key(OKPKey.import_key(jwk), math.inf if until is None else float(until))


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
        scopes=frozenset(str(claims["scope"]).split()) if "scope" in claims else None,
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
