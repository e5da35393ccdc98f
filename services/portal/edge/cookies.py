"""The cookies of a browser session: their names, how long they live, and how they are read, set and taken back.

All are HttpOnly and SameSite=Lax. Off plain http to this very machine they are Secure and carry the `__Host-` prefix,
so that no other host or path of the site can plant one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import URL, Headers
from starlette.responses import Response
from starlette.types import Scope

from residency.identity.v1 import account_pb2
from services.portal.wire import instant_of

SESSION = "residency_session"
"""The access token."""
REFRESH = "residency_refresh"
"""What buys the next pair."""
ENDS = "residency_session_ends"
"""PUB-14: when the session ends unless it goes on (seconds since 1970), so that pages can say so before it does."""
ACTING = "residency_acting"
"""The access token of a supporter who looks in another's place; goes before the own session while it lasts."""
REGISTRATION = "residency_registration"
"""Where a registration stands between its steps."""
SCAN = "residency_scan"
"""What binds a ticket to the browser that asked for it."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})


def is_secure(scope: Scope) -> bool:
    """True unless the request came over plain http to this very machine."""
    url = URL(scope=scope)
    return url.scheme == "https" or url.hostname not in LOOPBACK


def named(name: str, scope: Scope) -> str:
    """The cookie's name for this request."""
    return f"__Host-{name}" if is_secure(scope) else name


def read(name: str, scope: Scope) -> str:
    """The value that the browser sent; empty for none."""
    try:
        morsel = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(named(name, scope))
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""


def put(response: Response, scope: Scope, name: str, value: str, seconds: int) -> None:
    """Set a cookie for `seconds`."""
    response.set_cookie(
        named(name, scope),
        value,
        max_age=max(seconds, 0),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(scope),
    )


def drop(response: Response, scope: Scope, *names: str) -> None:
    """Take cookies back."""
    for name in names:
        response.delete_cookie(named(name, scope), path="/", httponly=True, samesite="lax", secure=is_secure(scope))


def remember(response: Response, scope: Scope, tokens: account_pb2.Tokens) -> None:
    """Set the cookies of a session; the access token stays as long as its refresh token, which replaces it."""
    lasting = tokens.refresh if tokens.HasField("refresh") else tokens.access
    put(response, scope, SESSION, tokens.access.value, seconds_left(lasting))
    if tokens.HasField("refresh"):
        put(response, scope, REFRESH, tokens.refresh.value, seconds_left(tokens.refresh))
        ends = int(instant_of(tokens.refresh.expires_at).timestamp())
        put(response, scope, ENDS, str(ends), seconds_left(tokens.refresh))
    else:
        drop(response, scope, REFRESH, ENDS)


def forget(response: Response, scope: Scope) -> None:
    """Take the cookies of a session back."""
    drop(response, scope, SESSION, REFRESH, ENDS, ACTING)


def seconds_left(token: account_pb2.Token) -> int:
    """Until the token ends, by this machine's clock."""
    return int((instant_of(token.expires_at) - datetime.now(UTC)).total_seconds())
