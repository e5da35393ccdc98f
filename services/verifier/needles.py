"""Numbers that nobody may find: looked for in any bytes, quickly, and never repeated in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOBILE_DIGITS = 11
_PREFIX = 4
"""Digits that are looked for first; only where they stand is the rest compared."""


class Needles:
    """Identity and mobile numbers of people."""

    def __init__(self, numbers: Iterable[str]) -> None:
        """`numbers` as digits, the last character of an identity number may be X; at least four characters each."""
        self._numbers = frozenset(number.upper().encode() for number in numbers)
        lengths: dict[bytes, set[int]] = defaultdict(set)
        for number in self._numbers:
            lengths[number[:_PREFIX]].add(len(number))
        self._lengths = {prefix: sorted(found) for prefix, found in lengths.items()}
        self.longest = max(map(len, self._numbers), default=0)

    def __len__(self) -> int:
        return len(self._numbers)

    def within(self, content: bytes, *, text: bool = False) -> Iterator[bytes]:
        """Every number that stands in `content`, wherever it stands: also amid other digits.

        In `text` mobile numbers amid letters and digits are left out: a hundred thousand people have so many of them
        that the digits of some span or of some float are one's. The country's code before one hides nothing.
        """
        for prefix, lengths in self._lengths.items():
            at = content.find(prefix)
            while at >= 0:
                for length in lengths:
                    candidate = content[at : at + length].upper()
                    if candidate in self._numbers and not (text and _amid(content, at, length)):
                        yield candidate
                at = content.find(prefix, at + 1)


def _amid(content: bytes, at: int, length: int) -> bool:
    """Whether a mobile number at `at` has a letter or digit before or behind it, the country's code not counted."""
    if length != MOBILE_DIGITS:
        return False
    begins = at - 2 if content[max(0, at - 2) : at] == b"86" else at
    return content[max(0, begins - 1) : begins].isalnum() or content[at + length : at + length + 1].isalnum()


@dataclass(slots=True)
class Place:
    """One place that was searched: how much of it there was, and what stood there."""

    name: str
    searched: int = 0
    """Bytes."""
    found: set[bytes] = field(default_factory=set, repr=False)
    trouble: str = ""
    """Why it could not be searched to its end; empty when it was."""

    def told(self) -> list[str]:
        """A line for each number found, masked, and for a trouble."""
        lines = [f"{masked(number.decode())} stands in {self.name}" for number in sorted(self.found)]
        return lines + ([f"{self.name} cannot be searched: {self.trouble}"] if self.trouble else [])


class Reader:
    """Searches one place piece by piece: a number may lie across two pieces."""

    def __init__(self, needles: Needles, name: str, *, text: bool = False) -> None:
        self.place = Place(name)
        self._needles = needles
        self._text = text
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        """Search the next piece."""
        self.place.searched += len(piece)
        content = self._tail + piece
        self.place.found.update(self._needles.within(content, text=self._text))
        self._tail = content[len(content) - min(len(content), self._needles.longest - 1) :]


def masked(number: str) -> str:
    """The number as it may be told: its first three characters and its last two."""
    return number[:3] + "*" * max(0, len(number) - 5) + number[-2:]
