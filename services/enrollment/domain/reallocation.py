"""A stable assignment of consenting people to free places: deferred acceptance, applicants proposing (REAL-01 to 04).

Everybody names places in the order in which they would take them: stated wishes first, then what the policy declares.
Places rank people. The outcome is stable: nobody prefers a place that would rather have them than somebody it holds.
It depends on nothing but its input: equal input, equal output.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

Cell = tuple[str, str]
"""A base and a specialty, by their codes."""
Priority = tuple[object, ...]
"""What a place ranks people by: smaller comes first. Never equal for two people."""

WISH, STAYS = "WISH", "STAYS"
NO_FREE_PLACE, NO_WISH_FREE, NOT_ELIGIBLE = "NO_FREE_PLACE", "NO_WISH_FREE", "NOT_ELIGIBLE"

SENTENCES = {
    WISH: "按本人填报的第{wish}调剂志愿",
    "LAST_CHOICE": "原志愿尚有空缺",
    "SAME_SPECIALTY": "其他基地同专业有空缺",
    "SAME_BASE": "同基地其他专业有空缺",
    "ANYWHERE": "其他基地其他专业有空缺",
    STAYS: "已报考该志愿,由基地审核,无须调剂",
    "EDITED": "省级调整",
    "REMOVED": "省级移出本次调剂",
    NO_FREE_PLACE: "没有空余计划",
    NO_WISH_FREE: "可去的志愿均已由排序在前者占满",
    NOT_ELIGIBLE: "没有符合报考条件的空余计划",
}
"""REAL-04: why somebody is proposed a place, or none, as people read it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be moved."""

    id: str
    last: Cell
    """Base and specialty of the last submission."""
    wishes: tuple[Cell, ...]
    pending: bool
    """Waits for a verdict at `last` already: staying there is no move."""
    submitted_at: datetime
    score: float | None = None
    """Total of the last round, when there is one."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is proposed for one person; `cell` None: no place, `reason` says why."""

    id: str
    cell: Cell | None
    reason: str
    wish: int = 0


def priority(candidate: Candidate, salt: str) -> Priority:
    """REAL-02: by the total of the last round where there is one, then the earlier submission, then a stable hash."""
    tie = hashlib.sha256(f"{salt}/{candidate.id}".encode()).hexdigest()
    score = candidate.score
    return (score is None, -(score or 0.0), candidate.submitted_at, tie)


class Market:
    """The free places, in the order in which nobody in particular would take them: the emptier first, then by code."""

    def __init__(self, free: Mapping[Cell, int]) -> None:
        self.free = {cell: seats for cell, seats in free.items() if seats > 0}
        self._all = sorted(self.free, key=lambda cell: (-self.free[cell], cell))
        self._by_base: dict[str, list[Cell]] = {}
        self._by_specialty: dict[str, list[Cell]] = {}
        for cell in self._all:
            self._by_base.setdefault(cell[0], []).append(cell)
            self._by_specialty.setdefault(cell[1], []).append(cell)

    def around(self, last: Cell, fallback: str) -> Sequence[Cell]:
        """The places to which `fallback` leads from `last`. Raises KeyError for a word that is no fallback."""
        return {
            "last_choice": [last] if last in self.free else [],
            "same_specialty": self._by_specialty.get(last[1], []),
            "same_base": self._by_base.get(last[0], []),
            "anywhere": self._all,
        }[fallback]


def options(
    candidate: Candidate, market: Market, fallbacks: Sequence[str], may: Callable[[Cell], bool] | None = None
) -> list[Cell]:
    """REAL-03: the places somebody would take, best first: wishes, then by the declared fallbacks the emptier first.

    Only places that are free, and that the person may be at (`may` None: at all of them).
    """
    wishes = [cell for cell in candidate.wishes if cell in market.free]
    around = (market.around(candidate.last, fallback) for fallback in fallbacks)
    found = dict.fromkeys(chain(wishes, *around))
    return list(found) if may is None else [cell for cell in found if may(cell)]


def why(candidate: Candidate, cell: Cell, market: Market, fallbacks: Sequence[str]) -> tuple[str, int]:
    """Why a place is among somebody's options: the reason, and which wish it is (0: none)."""
    if cell == candidate.last and candidate.pending:
        return STAYS, 0
    if cell in candidate.wishes:
        return WISH, candidate.wishes.index(cell) + 1
    return next(f.upper() for f in fallbacks if cell in market.around(candidate.last, f)), 0


def assign(
    wanted: Mapping[str, Sequence[Cell]], free: Mapping[Cell, int], rank: Callable[[Cell, str], Priority]
) -> dict[str, Cell]:
    """REAL-01: deferred acceptance with people proposing: who gets which place; those who get none are left out.

    `rank(cell, person)` is what the place ranks by. Stable, and for every person the best of all stable outcomes.
    """
    ahead = dict.fromkeys(wanted, 0)
    held: dict[Cell, list[_Held]] = {}
    waiting = deque(sorted(wanted))
    while waiting:
        person = waiting.popleft()
        places = wanted[person]
        while ahead[person] < len(places):
            cell = places[ahead[person]]
            ahead[person] += 1
            room = free.get(cell, 0)
            if room <= 0:
                continue
            there = held.setdefault(cell, [])
            mine = rank(cell, person)
            if len(there) < room:
                heapq.heappush(there, _Held(mine, person))
                break
            if mine < there[0].priority:
                waiting.append(heapq.heapreplace(there, _Held(mine, person)).person)
                break
    return {each.person: cell for cell, there in held.items() for each in there}


def blocking_pairs(
    wanted: Mapping[str, Sequence[Cell]],
    free: Mapping[Cell, int],
    rank: Callable[[Cell, str], Priority],
    placed: Mapping[str, Cell],
) -> list[tuple[str, Cell]]:
    """REAL-01: people and places that would rather have each other than what was assigned; empty when it is stable."""
    there: dict[Cell, list[Priority]] = {}
    for person, cell in placed.items():
        there.setdefault(cell, []).append(rank(cell, person))
    found: list[tuple[str, Cell]] = []
    for person, places in wanted.items():
        for cell in places:
            if placed.get(person) == cell:
                break
            ranks = there.get(cell, [])
            if len(ranks) < free.get(cell, 0) or any(other > rank(cell, person) for other in ranks):
                found.append((person, cell))
    return found


def propose(
    candidates: Iterable[Candidate],
    free: Mapping[Cell, int],
    fallbacks: Sequence[str],
    salt: str,
    suits: Mapping[str, Callable[[Cell], bool]] | None = None,
) -> list[Row]:
    """REAL-04: one row a person with its reason, in the order in which places rank people.

    `suits` says for each person at which places they can be; None: everybody everywhere.
    """
    market = Market(free)
    people = {candidate.id: candidate for candidate in candidates}
    ranks = {person: priority(candidate, salt) for person, candidate in people.items()}
    wanted = {
        person: options(candidate, market, fallbacks, suits[person] if suits is not None else None)
        for person, candidate in people.items()
    }
    placed = assign(wanted, market.free, lambda _cell, person: ranks[person])
    rows: list[Row] = []
    for person in sorted(people, key=lambda each: ranks[each]):
        cell, candidate = placed.get(person), people[person]
        if cell is None:
            rows.append(Row(person, None, _why_not(candidate, wanted[person], fallbacks, market)))
        else:
            rows.append(Row(person, cell, *why(candidate, cell, market, fallbacks)))
    return rows


def _why_not(candidate: Candidate, found: Sequence[Cell], fallbacks: Sequence[str], market: Market) -> str:
    if found:
        return NO_WISH_FREE
    return NOT_ELIGIBLE if options(candidate, market, fallbacks) else NO_FREE_PLACE


class _Held:
    """Somebody whom a place holds for now; the heap brings up whom it would let go first."""

    __slots__ = ("person", "priority")

    def __init__(self, priority: Priority, person: str) -> None:
        self.priority = priority
        self.person = person

    def __lt__(self, other: _Held) -> bool:
        return self.priority > other.priority
