"""Hundreds of pages, found by the first word of their address instead of being tried one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_CHOSEN = "residency.route"


class FirstWord(BaseRoute):
    """Some routes in their order, of which only those are tried that can match."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        words = {_first(getattr(route, "path", "")) for route in routes}
        self._anywhere = _open_to("", routes)
        self._by_word = {word: _open_to(word, routes) for word in words if word}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that matches wholly, else the first that does but for its method."""
        partial: tuple[Match, Scope] = Match.NONE, {}
        for route in self._by_word.get(_first(scope["path"]), self._anywhere):
            match, child = route.matches(scope)
            if match == Match.FULL:
                return match, {**child, _CHOSEN: route}
            if match == Match.PARTIAL and partial[0] == Match.NONE:
                partial = match, {**child, _CHOSEN: route}
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve with the route that `matches` chose."""
        await scope[_CHOSEN].handle(scope, receive, send)


def _open_to(word: str, routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Those whose address begins with `word`, and those of which that cannot be told."""
    return [route for route in routes if _first(getattr(route, "path", "/{any}")) in {word, "{"}]


def _first(path: str) -> str:
    """The first word of an address; `{` where it is anything."""
    word = path.split("/", 2)[1] if path.startswith("/") else ""
    return "{" if "{" in word else word
