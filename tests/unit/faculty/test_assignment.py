"""自动分配: hard rules, preferences in order, the same answer again (ASG-10, ASG-11, ASG-12, ASG-14)."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.faculty.domain.assignment import (
    Demand,
    Placed,
    Problem,
    components,
    from_json,
    joined,
    matches,
    spreads,
    to_json,
)
from services.faculty.domain.assignment_check import broken
from services.faculty.domain.cells import Span, Teacher, Term, after, month_days
from services.faculty.solver.beside import SolverFailed, solve_beside
from services.faculty.solver.months import solve
from tests.support.faculty_assignment import made_up

APRIL = date(2026, 4, 1)
MAY, JUNE, JULY = (after(APRIL, n) for n in (1, 2, 3))
ALWAYS = Span(date(2026, 1, 1), date(2027, 12, 31))


def teacher(name: str, *departments: str, until: date = ALWAYS.until_day, **fields: object) -> Teacher:
    own = departments or ("NK",)
    term = Term(frozenset(own), Span(ALWAYS.from_day, until))
    return Teacher(name, "", own[0], (term,), **fields)  # type: ignore[arg-type]


def demand(trainee: str, month: date = APRIL, department: str = "NK", **fields: object) -> Demand:
    return Demand(trainee, department, month, (month_days(month),), **fields)  # type: ignore[arg-type]


def answer(problem: Problem) -> dict[tuple[str, date], str]:
    placed = solve(problem)
    assert broken(problem, placed) == []
    return {(each.key[0], each.key[2]): each.teacher_id for each in placed}


def reasons(problem: Problem) -> dict[str, str]:
    return {each.key[0]: each.reason for each in solve(problem)}


def problem(demands: Sequence[Demand], teachers: Sequence[Teacher], cap: int = 2, **fields: object) -> Problem:
    return Problem(tuple(demands), tuple(teachers), cap, **fields)  # type: ignore[arg-type]


A, B = teacher("a"), teacher("b")


def test_asg_10_nobody_leads_more_than_the_cap_over_all_departments() -> None:
    both = teacher("w", "NK", "XN")
    asked = [demand("1"), demand("2", department="XN"), demand("3")]
    found = solve(problem(asked, [both]))
    assert [each.reason for each in found].count("all_full") == 1
    assert broken(problem(asked, [both]), found) == []


@pytest.mark.parametrize(
    ("staff", "fields", "cause"),
    [
        ([], {}, "no_teacher"),
        ([teacher("w", "XN")], {}, "no_teacher"),
        ([teacher("w", until=date(2026, 4, 29))], {}, "no_teacher"),
        ([teacher("w", leaves=(Span(date(2026, 4, 30), date(2026, 5, 2)),))], {}, "all_on_leave"),
        ([replace(A, terms=(replace(A.terms[0], suspended=True),))], {}, "suspended"),
        ([A], {"held": {("a", APRIL): frozenset({"8", "9"})}}, "all_full"),
        ([teacher("me")], {}, "no_teacher"),
    ],
)
def test_asg_10_a_cell_that_nobody_can_take_says_why(
    staff: list[Teacher], fields: dict[str, object], cause: str
) -> None:
    asked = problem([demand("1", who="me")], staff, 2, **fields)
    assert [(each.teacher_id, each.reason) for each in solve(asked)] == [("", cause)]


def test_asg_11_orphaned_cells_are_filled_first() -> None:
    asked = [demand("1"), demand("2"), demand("3", orphaned=True)]
    found = answer(problem(asked, [A]))
    assert found["3", APRIL] == "a"
    assert sum(bool(each) for each in found.values()) == 2


def test_asg_11_as_many_cells_as_can_be_are_filled_though_a_present_one_has_to_move() -> None:
    only_nk, both = teacher("z"), teacher("y", "NK", "XN")
    asked = [demand("1", present="y"), demand("2", department="XN")]
    assert answer(problem(asked, [only_nk, both], cap=1)) == {("1", APRIL): "z", ("2", APRIL): "y"}


def test_asg_11_one_departure_changes_only_what_it_must() -> None:
    whole = made_up(60, 6, 2, 20, 4)
    before = {each.key: each.teacher_id for each in solve(whole)}
    gone = whole.teachers[0].person_id
    again = problem(
        [
            replace(
                each, present="" if before[each.key] == gone else before[each.key], orphaned=before[each.key] == gone
            )
            for each in whole.demands
        ],
        whole.teachers[1:],
        cap=4,
    )
    since = {each.key: each.teacher_id for each in solve(again)}
    changed = {key for key in before if before[key] != since[key]}
    assert changed == {key for key, each in before.items() if each == gone}
    assert changed


def test_asg_11_the_same_pair_in_months_that_follow_each_other() -> None:
    asked = [demand(trainee, month) for trainee in "12" for month in (APRIL, MAY, JUNE)]
    found = answer(problem(asked, [A, B]))
    assert [len({found[trainee, month] for month in (APRIL, MAY, JUNE)}) for trainee in "12"] == [1, 1]
    assert found["1", APRIL] != found["2", APRIL]


def test_asg_11_continuity_with_months_before_and_after_that_may_not_be_touched() -> None:
    fixed = {("1", "NK", date(2026, 3, 1)): "b", ("2", "NK", MAY): "b"}
    held = {("b", MAY): frozenset({"2"})}
    asked = problem([demand("1"), demand("2"), demand("3")], [A, B, teacher("c")], fixed=fixed, held=held)
    assert {key[0]: each for key, each in answer(asked).items()} | {"3": ""} == {"1": "b", "2": "b", "3": ""}
    assert reasons(asked) == {"1": "continuity", "2": "continuity", "3": "stable"} | {"3": reasons(asked)["3"]}


def test_asg_11_a_stay_begins_with_somebody_who_will_be_there_to_its_end() -> None:
    leaving = teacher("a", until=date(2026, 5, 31))
    asked = [demand("1", month) for month in (APRIL, MAY, JUNE)]
    assert set(answer(problem(asked, [leaving, B])).values()) == {"b"}


def test_asg_11_specialty_comes_before_load() -> None:
    visiting = replace(teacher("a", "XN", "NK"), disciplines=frozenset({"0900"}))
    held = {("b", APRIL): frozenset({"9"})}
    asked = problem([demand("1", specialty_code="0100")], [visiting, B], held=held)
    assert answer(asked)["1", APRIL] == "b"
    assert reasons(asked) == {"1": "specialty"}
    trained = replace(visiting, disciplines=frozenset({"0100"}))
    assert answer(problem([demand("1", specialty_code="0100")], [trained, B], held=held))["1", APRIL] == "a"


def test_asg_11_the_lowest_load_of_the_month_then_of_the_year_then_the_id() -> None:
    busy_month = {("a", APRIL): frozenset({"9"})}
    assert answer(problem([demand("1")], [A, B], held=busy_month))["1", APRIL] == "b"
    assert reasons(problem([demand("1")], [A, B], held=busy_month)) == {"1": "lowest_month"}
    busy_year = {("a", date(2026, 1, 1)): frozenset({"9"})}
    assert answer(problem([demand("1")], [A, B], held=busy_year))["1", APRIL] == "b"
    assert reasons(problem([demand("1")], [A, B], held=busy_year)) == {"1": "lowest_year"}
    last_year = {("a", date(2025, 12, 1)): frozenset({"9"})}
    assert answer(problem([demand("1")], [A, B], held=last_year))["1", APRIL] == "a"
    assert reasons(problem([demand("1")], [A, B], held=last_year)) == {"1": "stable"}


def test_asg_11_loads_of_comparable_teachers_are_at_most_one_apart_where_no_higher_preference_forbids() -> None:
    whole = made_up(120, 12, 4, 40, 5, seed=5, shared=0.2)
    placed = solve(whole)
    loads: Counter[tuple[str, date]] = Counter((each.teacher_id, each.key[2]) for each in placed)
    people = {each.person_id: each for each in whole.teachers}
    demands = {each.key: each for each in whole.demands}
    seen = 0
    for each in placed:
        asked = demands[each.key]
        if not each.teacher_id or each.reason == "continuity":
            continue
        for other in whole.by_department[asked.department_code]:
            if whole.why_not(asked, other) or matches(asked, other) != matches(asked, people[each.teacher_id]):
                continue
            seen += 1
            assert loads[each.teacher_id, asked.month] - loads[other.person_id, asked.month] <= 1
    assert seen > 1000


def best(asked: Problem) -> tuple[int, ...]:
    """The best month there is by trying every answer: unfilled, moved, breaks, misfits, squares of loads, year."""
    people = sorted(asked.teachers, key=lambda each: each.person_id)
    found = []
    for choice in itertools.product([None, *people], repeat=len(asked.demands)):
        pairs = list(zip(asked.demands, choice, strict=True))
        if any(each is not None and asked.why_not(d, each) for d, each in pairs):
            continue
        placed = [Placed(d.key, each.person_id, "stable") for d, each in pairs if each is not None]
        loads = Counter(each.teacher_id for each in placed)
        held = {each.person_id: len(asked.held.get((each.person_id, APRIL), ())) for each in people}
        if all(held[name] + count <= asked.cap for name, count in loads.items()):
            found.append(score(asked, placed))
    return min(found)


def score(asked: Problem, placed: Sequence[Placed]) -> tuple[int, ...]:
    people = {each.person_id: each for each in asked.teachers}
    leads = {each.key: each.teacher_id for each in placed if each.teacher_id}
    loads = Counter(leads.values())
    held = {name: len(asked.held.get((name, APRIL), ())) for name in people}
    year = Counter({name: sum(len(own) for key, own in asked.held.items() if key[0] == name) for name in people})
    before = {d.key: asked.fixed.get((d.trainee_id, d.department_code, after(APRIL, -1)), "") for d in asked.demands}
    return (
        sum(2 if d.orphaned else 1 for d in asked.demands if d.key not in leads),
        sum(
            leads.get(d.key) != d.present
            for d in asked.demands
            if d.present and not asked.why_not(d, people[d.present])
        ),
        sum(bool(before[d.key] in people and leads.get(d.key) != before[d.key]) for d in asked.demands),
        sum(not matches(d, people[leads[d.key]]) for d in asked.demands if d.key in leads),
        sum(
            (held[name] + count) * (held[name] + count + 1) - held[name] * (held[name] + 1)
            for name, count in loads.items()
        ),
        sum(year[name] * count for name, count in loads.items()),
    )


@pytest.mark.parametrize("seed", range(12))
def test_asg_11_a_month_is_the_best_there_is_in_the_strict_order_of_preferences(seed: int) -> None:
    chance = random.Random(seed)
    names = ["a", "b", "c", "d"]
    staff = [
        replace(
            teacher(name, *chance.sample(["NK", "XN"], chance.randint(1, 2))),
            disciplines=frozenset(chance.choices("56")),
        )
        for name in names
    ]
    asked = [
        demand(
            str(n),
            department=chance.choice(["NK", "XN"]),
            specialty_code=chance.choice("56"),
            present=chance.choice(["", "", *names]),
            orphaned=chance.random() < 0.2,
        )
        for n in range(5)
    ]
    whole = problem(
        [replace(each, present="" if each.orphaned else each.present) for each in asked],
        staff,
        held={(chance.choice(names), chance.choice([APRIL, date(2026, 2, 1)])): frozenset({"9"}) for _ in range(4)},
        fixed={
            (str(n), d.department_code, date(2026, 3, 1)): chance.choice(names) for n, d in enumerate(asked) if n % 2
        },
    )
    placed = solve(whole)
    assert broken(whole, placed) == []
    assert score(whole, placed) == best(whole)


def test_asg_11_the_same_problem_has_the_same_answer_whatever_its_order() -> None:
    whole = made_up(40, 6, 3, 12, 4, shared=0.3)
    turned = Problem(whole.demands[::-1], whole.teachers[::-1], whole.cap)
    assert solve(whole) == solve(turned)


async def test_asg_11_parts_that_share_no_teacher_are_solved_beside_each_other_to_the_same_answer() -> None:
    whole = made_up(40, 4, 4, 12, 5)
    parts = components(whole)
    assert [len(each.demands) for each in parts] == sorted((len(each.demands) for each in parts), reverse=True)
    assert len(parts) == 4
    assert joined(parts, 5).demands != ()
    told: list[int] = []

    async def progress(percent: int) -> None:
        told.append(percent)

    found = await solve_beside(whole, progress)
    assert found == solve(whole)
    assert told == sorted(told)
    assert told[-1] == 99


async def test_asg_14_what_progress_raises_ends_the_solver() -> None:
    class Enough(Exception):
        pass

    async def progress(percent: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        await solve_beside(made_up(10, 3, 2, 4, 5), progress)


async def test_asg_14_a_solver_that_dies_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def progress(percent: int) -> None:
        raise AssertionError

    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SolverFailed):
        await solve_beside(made_up(10, 3, 2, 4, 5), progress)


async def test_asg_14_who_stops_waiting_leaves_no_solver_behind() -> None:
    begun = asyncio.Event()

    async def progress(percent: int) -> None:
        begun.set()

    work = asyncio.create_task(solve_beside(made_up(200, 24, 2, 60, 5), progress))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert solvers() == []


def solvers() -> list[str]:
    """Solvers that this process has started and that go on."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"services.faculty.solver" in (folder / "cmdline").read_bytes():
                found.append(folder.name)
    return found


def test_a_problem_survives_its_way_to_another_process() -> None:
    held = {("a", MAY): frozenset({"9", "8"})}
    away = teacher("b", "NK", "XN", leaves=(Span(MAY, JUNE),), disciplines=frozenset({"0100"}))
    asked = [demand("1", who="me", specialty_code="0100", present="a"), demand("2", MAY, orphaned=True)]
    whole = problem(asked, [A, away], cap=3, held=held, fixed={("1", "NK", MAY): "a"})
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole


def test_loads_of_a_department_are_told_from_least_to_most() -> None:
    away = teacher("c", leaves=(Span(APRIL, APRIL),))
    whole = problem([demand("1"), demand("2"), demand("3"), demand("4", MAY)], [A, B, away])
    found = [(each.month, each.least, each.most, each.teachers, each.cells) for each in spreads(whole, solve(whole))]
    assert found == [(APRIL, 1, 2, 2, 3), (MAY, 0, 1, 3, 1)]


BOOK = problem(
    [demand("1", who="me"), demand("2"), demand("3"), demand("4", MAY)],
    [A, teacher("me"), teacher("away", leaves=(Span(date(2026, 4, 9), date(2026, 4, 9)),)), teacher("x", "XN")],
    held={("a", APRIL): frozenset({"9"})},
)
GOOD = [Placed(each.key, "", "no_teacher") for each in BOOK.demands]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, ""),
        ({0: "a", 3: "away"}, ""),
        ({0: "me"}, "leads themselves"),
        ({0: "a", 1: "a"}, "leads 3 of at most 2"),
        ({0: "away"}, "not there on 2026-04-09"),
        ({0: "x"}, "not there on 2026-04-01"),
        ({0: "nobody"}, "unknown teacher"),
    ],
)
def test_asg_12_the_checker_finds_what_is_wrong(changes: dict[int, str], what: str) -> None:
    placed = [
        replace(each, teacher_id=changes[n], reason="stable") if n in changes else each for n, each in enumerate(GOOD)
    ]
    found = broken(BOOK, placed)
    assert (found == []) if not what else any(what in each for each in found), found


def test_asg_12_the_checker_misses_nothing_and_accepts_nothing_twice() -> None:
    assert any("left out" in each for each in broken(BOOK, GOOD[1:]))
    assert any("twice" in each for each in broken(BOOK, [*GOOD, GOOD[0]]))
    assert any("no such reason" in each for each in broken(BOOK, [replace(GOOD[0], reason="luck"), *GOOD[1:]]))
