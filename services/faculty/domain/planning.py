"""ROT-10, ROT-11: plans made from standards: whole months, within the places of departments, spread over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.faculty.domain.rotations import DAY, Stretch, add_months, first_of, last_of, merged, months_from
from services.faculty.domain.standards import Item, Standard, left

CHUNK = 3
"""Months in one department at a time, at most; what is longer is divided evenly."""
WITHOUT_LIMIT = 10
"""A department without a limit weighs as if it had so many places."""

Load = dict[tuple[str, date], int]
"""Trainees of a department in a month, by its code and the month's first day."""


@dataclass(frozen=True, slots=True)
class Ward:
    """A department that trains. `places` at a time; 0 for no limit."""

    code: str
    disciplines: frozenset[str]
    places: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose plan is wanted: from which day to which, and what already stands before."""

    trainee_id: str
    standard: Standard
    start: date
    until: date
    kept: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    """A department for the next months of a discipline."""

    discipline: str
    ward: Ward
    months: int


def planned(wanted: Sequence[Wanted], wards: Sequence[Ward], load: Load) -> list[list[Stretch]]:
    """ROT-10: the plans in the order of `wanted`, each with what was kept; the same input gives the same plans.

    Args:
        wanted: Who needs a plan; each sees the load of those before.
        wards: The departments there are.
        load: Who else is where; what is kept of those wanted is part of it.
    """
    taken: Load = dict(load)
    departments = {ward.code: ward.disciplines for ward in wards}
    ordered = sorted(wards, key=lambda ward: ward.code)
    return [_one(each, ordered, departments, taken) for each in wanted]


def units(start: date, until: date) -> list[tuple[date, date]]:
    """ROT-10: the months from a day to another, first and last day each. A first part of half a month or more counts as
    one, as it does in gaps (ROT-16); a shorter one goes with the month after it."""
    found: list[tuple[date, date]] = []
    first = start
    while first <= until:
        last = last_of(first)
        if 2 * ((last - first).days + 1) < last.day and not found:
            last = last_of(add_months(first_of(first), 1))
        found.append((first, min(last, until)))
        first = last + DAY
    return found


def chunk(months: int) -> int:
    """ROT-10: months of the next stay when so many are left: 4 are 2 and 2, 5 are 3 and 2."""
    parts = -(-months // CHUNK)
    return -(-months // parts)


def _one(
    wanted: Wanted, wards: Sequence[Ward], departments: Mapping[str, frozenset[str]], taken: Load
) -> list[Stretch]:
    missing = left(wanted.standard, departments, wanted.kept)
    open_ = {item.discipline: missing[item.discipline] for item in wanted.standard.items}
    fitting = {item.discipline: _fitting(item, wanted.standard, wards) for item in wanted.standard.items}
    months = units(wanted.start, wanted.until)
    calendar = [months_from(first, last) for first, last in months]
    found, at = list(wanted.kept), 0
    while at < len(months) and any(count > 0 for count in open_.values()):
        choice = _choose(wanted.standard, open_, fitting, calendar[at : at + CHUNK], taken)
        if choice is None:
            at += 1  # Nobody has a place: the month stays open, and the gaps say what is missing.
            continue
        until = at + choice.months
        found.append(Stretch(months[at][0], months[until - 1][1], choice.ward.code))
        for month in (month for unit in calendar[at:until] for month in unit):
            taken[choice.ward.code, month] = taken.get((choice.ward.code, month), 0) + 1
        open_[choice.discipline] -= choice.months
        at = until
    return merged(found)


def _fitting(item: Item, standard: Standard, wards: Sequence[Ward]) -> list[Ward]:
    """The departments in which a discipline may be spent: an elective one wherever the standard goes."""
    wanted = standard.required if item.elective else frozenset({item.discipline})
    return [ward for ward in wards if ward.disciplines & wanted]


def _choose(
    standard: Standard,
    open_: Mapping[str, int],
    fitting: Mapping[str, Sequence[Ward]],
    months: Sequence[Sequence[date]],
    taken: Load,
) -> _Choice | None:
    """ROT-11: the stay that comes next: required before elective, a whole chunk before a part of one, then where there
    is most room, then what has most months left, then the standard's order and the department's code."""
    best: tuple[tuple[bool, bool, float, int, int, str], _Choice] | None = None
    for order, item in enumerate(standard.items):
        months_left = open_[item.discipline]
        if months_left <= 0:
            continue
        size = min(chunk(months_left), len(months))
        for ward in fitting[item.discipline]:
            run, peak = _room(ward, months[:size], taken)
            if run:
                room = (peak + 1) / (ward.places or WITHOUT_LIMIT)
                key = (item.elective, run < size, room, -months_left, order, ward.code)
                if best is None or key < best[0]:
                    best = (key, _Choice(item.discipline, ward, run))
    return best[1] if best else None


def _room(ward: Ward, months: Sequence[Sequence[date]], taken: Load) -> tuple[int, int]:
    """How many of the months in a row the department has a place, and the most that are there in them.

    A first part of a month that goes with the next one needs a place in both.
    """
    run = peak = 0
    for unit in months:
        there = max(taken.get((ward.code, month), 0) for month in unit)
        if ward.places and there >= ward.places:
            break
        run, peak = run + 1, max(peak, there)
    return run, peak
