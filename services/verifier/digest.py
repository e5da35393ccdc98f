"""Sums over the ids of many facts: equal on both sides, without a million ids being held in memory to say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

PARTS = 256
_SIGN, _SPAN = 1 << 63, 1 << 64


@dataclass(slots=True)
class Digest:
    """How many facts there are in each of 256 parts, and a sum over their ids, as `notice_queries.DIGESTS` has them."""

    parts: dict[int, tuple[int, int]] = field(default_factory=dict)

    @staticmethod
    def part_of(event_id: str) -> int:
        """In which part a fact is: the last byte of its id."""
        return UUID(event_id).bytes[15]

    def add(self, event_ids: Iterable[str]) -> None:
        """Count some facts in."""
        for each in event_ids:
            content = UUID(each).bytes
            count, total = self.parts.get(content[15], (0, 0))
            value = int.from_bytes(content[8:])
            self.parts[content[15]] = count + 1, total + (value - _SPAN if value & _SIGN else value)

    def other_than(self, other: Digest) -> list[int]:
        """Parts in which the two differ."""
        return [part for part in range(PARTS) if self.parts.get(part, (0, 0)) != other.parts.get(part, (0, 0))]

    @property
    def facts(self) -> int:
        """How many there are."""
        return sum(count for count, _ in self.parts.values())
