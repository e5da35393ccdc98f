"""Who is at the browser: an access token in an HttpOnly cookie, kept fresh by another; a bearer token for programs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from residency.identity.v1 import account_pb2
from services.kit.auth import TokenVerifier, act_as
from services.kit.domain import Caller, DomainError, Kind
from services.portal.edge import cookies
from services.portal.edge.refresher import EARLY_SECONDS, Refresher, ends_at

_log = structlog.get_logger("portal")


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

    @property
    def acting(self) -> bool:
        """True when somebody acts in this person's place."""
        return self.caller is not None and bool(self.caller.acting_by)

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
    """ASGI: puts the `Visitor` into `scope["state"]["visitor"]` and lets calls inside carry the person's token.

    On pages an access token that is about to end, or has ended, is exchanged and the cookies are set anew. A refresh
    token that is refused takes the cookies away. Requests that a page makes by itself while nobody attends to it
    (`x-attended: no`) keep no session alive. The REST side looks at no cookie.
    """

    def __init__(self, app: ASGIApp, verifier: TokenVerifier, refresher: Refresher) -> None:
        self._app = app
        self._verifier = verifier
        self._refresher = refresher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        baked = Response()
        if scope["path"].startswith("/api/"):
            visitor = await self._verified(_bearer(headers))
        elif scope["path"].startswith(("/static/", "/callbacks/")):
            visitor = Visitor()
        else:
            visitor = await self._at_browser(scope, headers, baked)
        state: dict[str, Any] = scope.setdefault("state", {})
        state["visitor"] = visitor
        fresh = [each for each in baked.raw_headers if each[0] == b"set-cookie"]

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start" and fresh:
                # Before the page's own: of two cookies with one name the browser keeps the later.
                message["headers"] = [*fresh, *message.get("headers", ())]
            await send(message)

        with act_as(visitor.token if visitor.caller else ""):
            await self._app(scope, receive, send_with_cookies)

    async def _at_browser(self, scope: Scope, headers: Headers, baked: Response) -> Visitor:
        acting = cookies.read(cookies.ACTING, scope)
        if acting:
            visitor = await self._verified(acting)
            if visitor.caller is not None:
                return visitor
            cookies.drop(baked, scope, cookies.ACTING)
        token, refresh = cookies.read(cookies.SESSION, scope), cookies.read(cookies.REFRESH, scope)
        visitor = await self._verified(token)
        fresh_enough = visitor.caller is not None and ends_at(token) - time.time() > EARLY_SECONDS
        if not refresh or fresh_enough or headers.get("x-attended") == "no":
            if visitor.problem is not None and _opens_a_page(headers):
                cookies.drop(baked, scope, cookies.SESSION)
            return visitor
        try:
            tokens = await self._refresher.exchange(refresh)
        except DomainError as error:
            return self._not_refreshed(scope, headers, baked, visitor, error)
        cookies.remember(baked, scope, tokens)
        return await self._verified(tokens.access.value)

    def _not_refreshed(
        self, scope: Scope, headers: Headers, baked: Response, visitor: Visitor, error: DomainError
    ) -> Visitor:
        if error.kind not in {Kind.UNAVAILABLE, Kind.EXHAUSTED, Kind.INTERNAL}:
            # Only where a page is opened: a late answer in the background must not take a newer session's cookies.
            if _opens_a_page(headers):
                cookies.forget(baked, scope)
            return Visitor(visitor.token, None, DomainError(Kind.UNAUTHENTICATED, error.reason, error.message))
        _log.warning("session not refreshed", reason=error.reason)
        return visitor if visitor.caller is not None else Visitor(visitor.token, None, error)

    async def _verified(self, token: str) -> Visitor:
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


def remember(response: Response, request: Request, tokens: account_pb2.Tokens) -> None:
    """Set the cookies of a session that has just begun or gone on."""
    cookies.remember(response, request.scope, tokens)


def forget(response: Response, request: Request) -> None:
    """Take the cookies of the session back."""
    cookies.forget(response, request.scope)


def _opens_a_page(headers: Headers) -> bool:
    return headers.get("sec-fetch-mode", "navigate") == "navigate"


def _bearer(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
