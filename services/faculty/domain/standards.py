"""ROT-07, ROT-08, ROT-16: 轮转专业规范 as data: what a specialty requires, and where a plan departs from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from services.faculty.domain.rotations import Stretch, last_of, months_from

ELECTIVE = "elective"
"""The discipline that may be spent in any department of the same standard."""
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Item:
    """A discipline and its months."""

    discipline: str
    name: str
    months: int

    @property
    def elective(self) -> bool:
        """True when it may be exchanged."""
        return self.discipline == ELECTIVE


@dataclass(frozen=True, slots=True)
class Standard:
    """What one specialty requires. `provenance` says how far its months can be trusted."""

    specialty_code: str
    name: str
    months: int
    items: tuple[Item, ...]
    provenance: str

    @property
    def required(self) -> frozenset[str]:
        """Its disciplines without the elective one."""
        return frozenset(item.discipline for item in self.items if not item.elective)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every standard of one edition, by specialty, and every discipline there is."""

    edition: int
    disciplines: Mapping[str, str]
    standards: Mapping[str, Standard]


@dataclass(frozen=True, slots=True)
class Gap:
    """Months of a discipline that are missing; negative for too many."""

    discipline: str
    name: str
    months: int


class StandardsWrong(Exception):
    """ROT-07: the file of standards contradicts itself; says where."""


def catalogue(document: Mapping[str, Any]) -> Catalogue:
    """ROT-07: the catalogue in a file. Raises StandardsWrong when it contradicts itself."""
    disciplines: dict[str, str] = document["disciplines"]
    if ELECTIVE not in disciplines:
        raise StandardsWrong(f"discipline {ELECTIVE} is missing")
    found: dict[str, Standard] = {}
    for entry in [*document["standards"], *_generic(document["generic"])]:
        code, items = str(entry["specialty"]), dict(entry["items"])
        if code in found:
            raise StandardsWrong(f"specialty {code} stands twice")
        unknown = items.keys() - disciplines.keys()
        if unknown:
            raise StandardsWrong(f"specialty {code}: unknown disciplines {sorted(unknown)}")
        if any(not isinstance(months, int) or months < 1 for months in items.values()):
            raise StandardsWrong(f"specialty {code}: months are whole numbers from 1")
        if sum(items.values()) != entry["months"]:
            raise StandardsWrong(f"specialty {code}: {sum(items.values())} months instead of {entry['months']}")
        if entry["provenance"] not in ("structure", "generic"):
            raise StandardsWrong(f"specialty {code}: unknown provenance")
        found[code] = Standard(
            *(code, entry["name"], entry["months"]),
            tuple(Item(key, disciplines[key], months) for key, months in items.items()),
            entry["provenance"],
        )
    return Catalogue(document["edition"], disciplines, found)


def _generic(generic: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """ROT-08: specialties without a table of their own: their own discipline, and what is common to all."""
    for code, specialty in generic["specialties"].items():
        yield {
            "specialty": code,
            "name": specialty["name"],
            "provenance": "generic",
            "months": generic["months"],
            "items": {specialty["own"]: generic["own"], **generic["items"]},
        }


def months_by_department(stretches: Iterable[Stretch]) -> dict[str, Fraction]:
    """How long a plan stays in each department: days as parts of their months."""
    found: dict[str, Fraction] = {}
    for each in stretches:
        for month in months_from(each.from_day, each.until_day):
            until = min(each.until_day, last_of(month))
            days = (until - max(each.from_day, month) + timedelta(days=1)).days
            found[each.department_code] = found.get(each.department_code, Fraction()) + Fraction(
                days, last_of(month).day
            )
    return found


def left(standard: Standard, departments: Mapping[str, frozenset[str]], stretches: Iterable[Stretch]) -> dict[str, int]:
    """ROT-16: months that a plan lacks in each discipline, in the order of the standard; negative for too many.

    A department that trains in several disciplines counts where most is missing first by the standard's order. What
    is more than a discipline needs, or was spent in a discipline the standard does not know, counts as elective.
    """
    spent = months_by_department(stretches)
    covered = {item.discipline: Fraction() for item in standard.items}
    over = Fraction()
    needs = {item.discipline: item.months for item in standard.items if not item.elective}
    useful = {code: [key for key in needs if key in departments.get(code, frozenset())] for code in spent}
    for code in sorted(spent, key=lambda code: (len(useful[code]), code)):
        rest = spent[code]
        for key in useful[code]:
            taken = min(rest, max(Fraction(), needs[key] - covered[key]))
            covered[key] += taken
            rest -= taken
        if useful[code] and ELECTIVE not in covered:
            covered[useful[code][0]] += rest
        else:
            over += rest
    if ELECTIVE in covered:
        covered[ELECTIVE] = over
    return {item.discipline: item.months - _whole(covered[item.discipline]) for item in standard.items}


def gaps(standard: Standard, departments: Mapping[str, frozenset[str]], stretches: Iterable[Stretch]) -> list[Gap]:
    """ROT-16: where a plan departs from its standard; empty when it does nowhere."""
    names = {item.discipline: item.name for item in standard.items}
    missing = left(standard, departments, stretches)
    return [Gap(key, names[key], months) for key, months in missing.items() if months]


def _whole(months: Fraction) -> int:
    """Half a month counts as one."""
    return int(months + _HALF)
