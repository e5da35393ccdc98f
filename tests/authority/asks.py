"""How each method is asked about one's own, another's, and what does not exist. A method without an entry fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

from tests.authority.scene import Scene
from tests.authority.wire import Someone


class Relation(StrEnum):
    """Whose thing a request names."""

    OWN = "own"
    OTHER = "another's"
    ABSENT = "nobody's"


Fields = Mapping[str, Any]
Builder = Callable[[Scene, str, Someone, Relation], Awaitable[list[Fields]]]
"""The requests with which somebody asks a method about what stands in that relation to them; none when a request of
that method cannot name such a thing."""

ASKS: dict[str, Builder] = {}


def asks(*methods: str) -> Callable[[Builder], Builder]:
    """The decorated builder serves these methods."""

    def register(builder: Builder) -> Builder:
        for method in methods:
            assert method not in ASKS, method
            ASKS[method] = builder
        return builder

    return register


def asks_nothing(*methods: str, **fields: Any) -> None:
    """These methods name nobody's things: there is one way to ask them, always about one's own."""

    async def build(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
        return [fields] if relation is Relation.OWN else []

    asks(*methods)(build)
