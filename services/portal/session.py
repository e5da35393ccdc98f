"""Who is at the browser: the access token in an HttpOnly cookie, or a bearer token for programs."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.auth import TokenVerifier, act_as
from services.kit.domain import Caller, DomainError, Kind

COOKIE = "residency_session"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person of one request; anonymous when `caller` is None."""

    token: str = ""
    caller: Caller | None = None
    problem: DomainError | None = None
    """Why the token that was sent is not taken; None when none was sent or it is good."""

    @property
    def role(self) -> str:
        """The hat, as in the token; empty when anonymous."""
        return self.caller.role if self.caller else ""

    def require(self, *roles: str) -> Caller:
        """The caller, when signed in with one of `roles` (any when none is named).

        Raises UNAUTHENTICATED when nobody is signed in, FORBIDDEN `OTHER_ROLE` when the hat is another one. This only
        chooses the page; the services decide again on every call.
        """
        if self.problem is not None:
            raise self.problem
        if self.caller is None:
            raise DomainError(Kind.UNAUTHENTICATED, "SIGN_IN_FIRST", "请先登录。")
        if roles and self.caller.role not in roles:
            raise DomainError(Kind.FORBIDDEN, "OTHER_ROLE", "此页不对您当前的身份开放。")
        return self.caller


class Sessions:
    """ASGI: puts the `Visitor` into `scope["state"]["visitor"]` and lets calls inside carry the person's token."""

    def __init__(self, app: ASGIApp, verifier: TokenVerifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = _bearer(headers) if scope["path"].startswith("/api/") else _from_cookie(headers)
        visitor = await self._visitor(token)
        state: dict[str, Any] = scope.setdefault("state", {})
        state["visitor"] = visitor
        with act_as(visitor.token if visitor.caller else ""):
            await self._app(scope, receive, send)

    async def _visitor(self, token: str) -> Visitor:
        if not token:
            return Visitor()
        try:
            return Visitor(token, await self._verifier.verify(token))
        except DomainError as problem:
            return Visitor(token, None, problem)


def visitor_of(request: Request) -> Visitor:
    """The visitor that `Sessions` found."""
    visitor = getattr(request.state, "visitor", None)
    return visitor if isinstance(visitor, Visitor) else Visitor()


def remember(response: Response, request: Request, token: str, seconds: int) -> None:
    """Set the session cookie for `seconds`; Secure but on plain http to this very machine."""
    secure = request.url.scheme == "https" or request.url.hostname not in LOOPBACK
    response.set_cookie(COOKIE, token, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)


def forget(response: Response) -> None:
    """Take the session cookie back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def _bearer(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _from_cookie(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""
