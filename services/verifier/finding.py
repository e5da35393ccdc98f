"""What the verifier says of one invariant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from asyncpg import Record

TOLD = 8
"""How many examples of what breaks an invariant are told."""


class State(StrEnum):
    """How an invariant stands."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_YET = "not yet"
    """What can only hold at the end does not hold yet, and nothing says that it will not."""
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: whether it holds, over how many things, and what breaks it (a few of many)."""

    name: str
    title: str
    checked: int
    broken: int = 0
    examples: tuple[str, ...] = ()
    advisory: bool = False
    """Told when it does not hold, but no invariant: the product may decide so on purpose."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many of what there was, where one number does not say it."""
    waiting: int = 0
    """How much of it is not so yet."""
    waits_for: tuple[str, ...] = ()
    unreadable: str = ""
    """Why some of it could not be looked at; empty when all was."""

    @classmethod
    def of(cls, name: str, title: str, checked: int, broken: Sequence[str], waits: Sequence[str] = ()) -> Self:
        """The finding that `broken`, one line each, breaks the invariant, and that it waits for `waits`."""
        return cls(
            *(name, title, checked, len(broken), tuple(broken[:TOLD])),
            waiting=len(waits),
            waits_for=tuple(waits[:TOLD]),
        )

    @classmethod
    def not_read(cls, name: str, title: str, why: str) -> Self:
        """The finding that nothing of it could be looked at."""
        return cls(name, title, 0, unreadable=why)

    @property
    def state(self) -> State:
        """The worst that is known of it."""
        if self.broken:
            return State.BROKEN
        if self.unreadable:
            return State.UNREADABLE
        return State.NOT_YET if self.waiting else State.HOLDS

    @property
    def holds(self) -> bool:
        """Whether all of it was looked at and nothing breaks it, now or by what is still to come."""
        return self.state is State.HOLDS

    def and_also(self, checked: int, broken: Sequence[str], counts: Mapping[str, int] | None = None) -> Self:
        """The same, with what somebody else checked of the same invariant."""
        return replace(
            self,
            checked=self.checked + checked,
            broken=self.broken + len(broken),
            examples=(*self.examples, *broken)[:TOLD],
            counts={**self.counts, **(counts or {})},
        )

    def at_the_end(self) -> Self:
        """The same where nothing may still be on its way: what it waits for, or cannot be read, breaks it."""
        late = [*self.waits_for, *([self.unreadable] if self.unreadable else [])]
        return replace(
            self,
            broken=self.broken + self.waiting + bool(self.unreadable),
            examples=(*self.examples, *late)[:TOLD],
            waiting=0,
            waits_for=(),
            unreadable="",
        )

    def as_json(self) -> dict[str, Any]:
        """One object with stable keys."""
        return {
            "title": self.title,
            "state": self.state.value,
            "holds": self.holds,
            "advisory": self.advisory,
            "checked": self.checked,
            "broken": self.broken,
            "examples": list(self.examples),
            "waiting": self.waiting,
            "waits_for": list(self.waits_for),
            "unreadable": self.unreadable,
            "counts": dict(sorted(self.counts.items())),
        }


def tell(row: Record) -> str:
    """A row as an example."""
    return ", ".join(f"{key} {value}" for key, value in row.items())
