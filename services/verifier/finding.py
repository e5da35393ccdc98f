"""What the verifier says of one invariant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from asyncpg import Record

TOLD = 8
"""How many examples of what breaks an invariant are told."""


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

    @classmethod
    def of(cls, name: str, title: str, checked: int, broken: Sequence[str]) -> Self:
        """The finding that `broken`, one line each, breaks the invariant."""
        return cls(name, title, checked, len(broken), tuple(broken[:TOLD]))

    @property
    def holds(self) -> bool:
        """Whether nothing broke it."""
        return self.broken == 0

    def and_also(self, checked: int, broken: Sequence[str], counts: Mapping[str, int] | None = None) -> Self:
        """The same, with what somebody else checked of the same invariant."""
        return replace(
            self,
            checked=self.checked + checked,
            broken=self.broken + len(broken),
            examples=(*self.examples, *broken)[:TOLD],
            counts={**self.counts, **(counts or {})},
        )


def tell(row: Record) -> str:
    """A row as an example."""
    return ", ".join(f"{key} {value}" for key, value in row.items())
