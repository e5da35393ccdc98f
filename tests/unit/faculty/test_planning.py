"""Standards as data, plans made from them, and what a plan lacks (ROT-07, ROT-08, ROT-10, ROT-11, ROT-16)."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.faculty.domain.planning import Wanted, Ward, chunk, planned, units
from services.faculty.domain.rotations import DAY, Stretch, add_months, months_of
from services.faculty.domain.standards import Catalogue, StandardsWrong, catalogue, gaps, left
from services.faculty.standards import standards

DATA = yaml.safe_load(
    """
edition: 3
disciplines: {elective: 机动, heart: 心内科, lung: 呼吸科, nerve: 神经内科}
standards:
  - specialty: "0100"
    name: 内科
    provenance: structure
    months: 10
    items: {heart: 4, lung: 3, nerve: 2, elective: 1}
generic: {months: 3, own: 2, items: {elective: 1}, specialties: {"0600": {name: 神经内科, own: nerve}}}
"""
)
SMALL = catalogue(DATA)
STANDARD = SMALL.standards["0100"]
HEART, LUNG, NERVE = (Ward(code, frozenset({code})) for code in ("heart", "lung", "nerve"))
WARDS = [HEART, LUNG, NERVE]
START, UNTIL = date(2026, 9, 1), date(2027, 6, 30)
NATIONAL = standards()


def stay(first: str, last: str, code: str) -> Stretch:
    return Stretch(date.fromisoformat(first), date.fromisoformat(last), code)


def wanted(n: int = 1, start: date = START, until: date = UNTIL, kept: tuple[Stretch, ...] = ()) -> list[Wanted]:
    return [Wanted(f"trainee-{each:03d}", STANDARD, start, until, kept) for each in range(n)]


def by_code(wards: list[Ward]) -> dict[str, frozenset[str]]:
    return {ward.code: ward.disciplines for ward in wards}


def test_rot_07_the_national_standards_are_whole() -> None:
    assert len(NATIONAL.standards) == 34
    assert {code for code, each in NATIONAL.standards.items() if each.provenance == "structure"} == {
        *("0100", "0200", "0300", "0600", "0700", "0900", "1600", "1900", "2200")
    }
    for standard in NATIONAL.standards.values():
        electives = sum(item.months for item in standard.items if item.elective)
        assert (standard.months, electives) == (36, 3), standard.name


def _unknown(data: dict[str, Any]) -> None:
    data["standards"][0]["items"] = {"nothing": 10}


def _uneven(data: dict[str, Any]) -> None:
    data["standards"][0]["months"] = 11


def _twice(data: dict[str, Any]) -> None:
    data["generic"]["specialties"]["0100"] = {"name": "内科", "own": "heart"}


def _halves(data: dict[str, Any]) -> None:
    data["standards"][0]["items"]["heart"] = 4.5


def _no_elective(data: dict[str, Any]) -> None:
    del data["disciplines"]["elective"]


def _trusted(data: dict[str, Any]) -> None:
    data["standards"][0]["provenance"] = "somebody said so"


@pytest.mark.parametrize("spoil", [_unknown, _uneven, _twice, _halves, _no_elective, _trusted])
def test_rot_07_standards_that_contradict_themselves_are_refused(spoil: Callable[[dict[str, Any]], None]) -> None:
    data = copy.deepcopy(DATA)
    spoil(data)
    with pytest.raises(StandardsWrong):
        catalogue(data)


def test_rot_08_a_specialty_without_a_table_has_its_own_discipline_first() -> None:
    generic = SMALL.standards["0600"]
    assert [(item.discipline, item.months) for item in generic.items] == [("nerve", 2), ("elective", 1)]
    assert generic.provenance == "generic"


@pytest.mark.parametrize(
    ("months", "sizes"), [(1, [1]), (3, [3]), (4, [2, 2]), (5, [3, 2]), (7, [3, 2, 2]), (6, [3, 3])]
)
def test_rot_10_long_disciplines_are_divided_evenly(months: int, sizes: list[int]) -> None:
    found, rest = [], months
    while rest:
        found.append(chunk(rest))
        rest -= found[-1]
    assert found == sizes


@pytest.mark.parametrize(
    ("start", "firsts"),
    [
        ("2026-09-01", ["2026-09-01", "2026-10-01"]),
        ("2026-09-15", ["2026-09-15", "2026-10-01"]),
        ("2026-09-16", ["2026-09-16", "2026-10-01"]),
        ("2026-09-17", ["2026-09-17", "2026-11-01"]),
        ("2026-10-16", ["2026-10-16", "2026-11-01"]),
        ("2026-10-17", ["2026-10-17", "2026-12-01"]),
        ("2027-02-15", ["2027-02-15", "2027-03-01"]),
        ("2027-02-16", ["2027-02-16", "2027-04-01"]),
        ("2027-12-31", ["2027-12-31", "2028-02-01"]),
    ],
)
def test_rot_10_plans_are_made_of_whole_months(start: str, firsts: list[str]) -> None:
    first = date.fromisoformat(start)
    found = units(first, date(2028, 12, 31))
    assert [each[0] for each in found[:2]] == [date.fromisoformat(each) for each in firsts]
    assert all(later[0] == earlier[1] + DAY for earlier, later in pairwise(found))
    assert found[-1][1] == date(2028, 12, 31)


def test_rot_10_a_plan_holds_what_the_standard_says() -> None:
    [plan] = planned(wanted(), WARDS, {})
    assert gaps(STANDARD, by_code(WARDS), plan) == []
    assert (plan[0].from_day, plan[-1].until_day) == (START, UNTIL)
    assert all(later.from_day == earlier.until_day + DAY for earlier, later in pairwise(plan))
    assert not any(month.partial for month in months_of(plan))


def test_rot_10_the_same_input_gives_the_same_plans() -> None:
    assert planned(wanted(9), WARDS, {}) == planned(wanted(9), list(reversed(WARDS)), {})


def test_rot_10_no_department_gets_more_than_its_places() -> None:
    wards = [
        Ward("heart", HEART.disciplines, 2),
        Ward("lung", LUNG.disciplines, 2),
        Ward("nerve", NERVE.disciplines, 1),
    ]
    plans = planned(wanted(8), wards, {("heart", START): 1})
    there = Counter((month.department_code, month.month) for plan in plans for month in months_of(plan))
    there["heart", START] += 1
    places = {ward.code: ward.places for ward in wards}
    assert max(there[code, month] - places[code] for code, month in there) == 0
    lacking = [gap.months for plan in plans for gap in gaps(STANDARD, by_code(wards), plan)]
    assert lacking
    assert min(lacking) > 0, "what finds no place is missing, and nothing is done too long instead"


def test_rot_11_trainees_are_spread_over_departments() -> None:
    plans = planned(wanted(9), WARDS, {})
    first = Counter(each.department_code for plan in plans for each in months_of(plan, START, START))
    assert max(first.values()) - min(first.values()) <= 2, first
    there = Counter((each.department_code, each.month) for plan in plans for each in months_of(plan))
    # Nine who all begin with the same discipline would be nine in one department.
    assert max(there.values()) <= 6, there
    alike = [Ward("east", HEART.disciplines), Ward("west", HEART.disciplines), LUNG, NERVE]
    both = Counter(each.department_code for plan in planned(wanted(12), alike, {}) for each in months_of(plan))
    assert abs(both["east"] - both["west"]) <= 6, both


def test_rot_11_a_whole_cohort_of_every_specialty_gets_its_months() -> None:
    for standard in NATIONAL.standards.values():
        wards = [Ward(key, frozenset({key})) for key in sorted(standard.required)]
        start, until = date(2026, 9, 1), date(2029, 8, 31)
        plans = planned([Wanted(f"t{n:02d}", standard, start, until) for n in range(12)], wards, {})
        assert [gaps(standard, by_code(wards), plan) for plan in plans] == [[]] * 12, standard.name


def test_rot_10_a_shorter_training_has_the_required_months_first() -> None:
    [plan] = planned(wanted(until=date(2027, 5, 31)), WARDS, {})
    assert [(gap.discipline, gap.months) for gap in gaps(STANDARD, by_code(WARDS), plan)] == [("elective", 1)]


def test_rot_10_what_was_done_is_not_done_again() -> None:
    kept = (stay("2026-09-01", "2026-12-31", "heart"),)
    [plan] = planned(wanted(start=date(2027, 1, 1), kept=kept), WARDS, {})
    assert plan[0] == kept[0]
    assert gaps(STANDARD, by_code(WARDS), plan) == []


def test_rot_10_nothing_is_planned_where_nobody_trains_in_it() -> None:
    [plan] = planned(wanted(), [HEART, LUNG], {})
    assert {gap.discipline: gap.months for gap in gaps(STANDARD, by_code([HEART, LUNG]), plan)} == {"nerve": 2}


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(st.integers(0, 3), min_size=4, max_size=4),
    starts=st.lists(st.dates(date(2026, 9, 1), date(2026, 12, 31)), min_size=1, max_size=8),
    months=st.integers(1, 14),
    others=st.integers(0, 2),
)
@example(places=[0, 0, 0, 0], starts=[date(2026, 9, 16)], months=11, others=0)
@example(places=[0, 0, 0, 0], starts=[date(2026, 10, 16)], months=12, others=0)
def test_rot_10_whatever_the_places_plans_keep_to_them(
    places: list[int], starts: list[date], months: int, others: int
) -> None:
    codes = ("heart", "lung", "nerve", "heart")
    wards = [Ward(f"{code}-{n}", frozenset({code}), places[n]) for n, code in enumerate(codes)]
    until = add_months(date(2026, 9, 1), months) - DAY
    load = {(ward.code, date(2026, 10, 1)): others for ward in wards}
    trainees = [Wanted(f"t{n}", STANDARD, start, until) for n, start in enumerate(starts)]
    plans = planned(trainees, wards, load)
    assert plans == planned(trainees, wards, load)
    there: Counter[tuple[str, date]] = Counter(load)
    for one, plan in zip(trainees, plans, strict=True):
        assert all(one.start <= each.from_day <= each.until_day <= until for each in plan)
        assert all(earlier.until_day < later.from_day for earlier, later in pairwise(plan))
        assert min(left(STANDARD, by_code(wards), plan).values()) >= 0, "nothing is done longer than required"
        there.update((month.department_code, month.month) for month in months_of(plan))
    for ward in wards:
        if ward.places:
            most = max((count for (code, _), count in there.items() if code == ward.code), default=0)
            assert most <= max(ward.places, others)


@pytest.mark.parametrize(
    ("stays", "missing"),
    [
        ([], {"heart": 4, "lung": 3, "nerve": 2, "elective": 1}),
        ([stay("2026-09-01", "2026-12-31", "heart")], {"heart": 0, "lung": 3, "nerve": 2, "elective": 1}),
        ([stay("2026-09-01", "2027-01-31", "heart")], {"heart": 0, "lung": 3, "nerve": 2, "elective": 0}),
        ([stay("2026-09-01", "2027-03-31", "heart")], {"heart": 0, "lung": 3, "nerve": 2, "elective": -2}),
        ([stay("2026-09-01", "2026-10-31", "elsewhere")], {"heart": 4, "lung": 3, "nerve": 2, "elective": -1}),
        ([stay("2026-09-01", "2026-09-14", "heart")], {"heart": 4, "lung": 3, "nerve": 2, "elective": 1}),
        ([stay("2026-09-01", "2026-09-15", "heart")], {"heart": 3, "lung": 3, "nerve": 2, "elective": 1}),
    ],
)
def test_rot_16_what_a_plan_lacks(stays: list[Stretch], missing: dict[str, int]) -> None:
    assert left(STANDARD, by_code(WARDS), stays) == missing


def test_rot_16_a_department_of_two_disciplines_counts_where_months_are_missing() -> None:
    both = {**by_code(WARDS), "both": frozenset({"heart", "lung"})}
    stays = [stay("2026-09-01", "2026-12-31", "heart"), stay("2027-01-01", "2027-03-31", "both")]
    assert left(STANDARD, both, stays) == {"heart": 0, "lung": 0, "nerve": 2, "elective": 1}


def test_rot_16_a_standard_without_electives_tells_what_is_too_long() -> None:
    data = copy.deepcopy(DATA)
    data["standards"][0] |= {"months": 4, "items": {"heart": 4}}
    strict: Catalogue = catalogue(data)
    stays = [stay("2026-09-01", "2027-01-31", "heart")]
    [gap] = gaps(strict.standards["0100"], by_code(WARDS), stays)
    assert (gap.discipline, gap.months) == ("heart", -1)
