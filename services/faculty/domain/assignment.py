"""What 自动分配 is given and what it answers (rules-faculty C6); pure, and the same for the solver and its checker.

ASG-10, hard: a teacher is appointed in the department on every day the trainee is there that month and not on leave,
leads at most `cap` trainees in a month over all departments, and nobody leads themselves.
ASG-11, in this order: cells orphaned or empty are filled, orphaned ones first; present automatic cells stay;
continuity; specialty; the lowest load of the month; the lowest load of the year; the stable id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from services.faculty.domain.cells import Span, Teacher, Term, month_days

Key = tuple[str, str, date]
"""Trainee, department, month (first day)."""

FILLED = ("continuity", "specialty", "lowest_month", "lowest_year", "stable")
"""Why this teacher: the first preference that tells them from others who could."""
UNFILLED = ("no_teacher", "all_full", "all_on_leave", "suspended")
"""Why nobody."""
REASONS: Mapping[str, str] = {
    "continuity": "与相邻月份为同一位带教老师。",
    "specialty": "带教老师的专业与学员培训专业或所在科室相符。",
    "lowest_month": "当月带教人数最少。",
    "lowest_year": "当年累计带教人数最少。",
    "stable": "条件相同，按固定次序选定。",
    "no_teacher": "该科室当月没有在聘的带教老师。",
    "all_full": "可带教的老师当月人数已满。",
    "all_on_leave": "可带教的老师当月请假。",
    "suspended": "可带教的老师已被暂停。",
}


@dataclass(frozen=True, slots=True)
class Demand:
    """A cell that may be filled or changed. `present` leads it now (origin auto); `who` is the trainee's person."""

    trainee_id: str
    department_code: str
    month: date
    days: tuple[Span, ...]
    who: str = ""
    specialty_code: str = ""
    present: str = ""
    orphaned: bool = False

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return (self.trainee_id, self.department_code, self.month)


@dataclass(frozen=True)
class Problem:
    """Cells to be filled, and who may fill them.

    `held`: the trainees that teachers lead already in a month, in cells that may not be touched, from January of the
    first year on. `fixed`: who leads such cells of the same trainees, for continuity.
    """

    demands: tuple[Demand, ...]
    teachers: tuple[Teacher, ...] = field(repr=False)
    cap: int
    held: Mapping[tuple[str, date], frozenset[str]] = field(default_factory=dict)
    fixed: Mapping[Key, str] = field(default_factory=dict)

    @cached_property
    def by_department(self) -> Mapping[str, tuple[Teacher, ...]]:
        """The teachers of each department, by id."""
        found: dict[str, list[Teacher]] = {}
        for teacher in sorted(self.teachers, key=lambda each: each.person_id):
            for code in teacher.departments:
                found.setdefault(code, []).append(teacher)
        return {code: tuple(own) for code, own in found.items()}

    def why_not(self, demand: Demand, teacher: Teacher) -> str:
        """ASG-10: why somebody cannot take a cell, whatever else is proposed: a cause of `UNFILLED`, or empty."""
        if teacher.person_id == demand.who:
            return "no_teacher"
        away = teacher.why_not(demand.department_code, demand.days)
        if away:
            return away
        others = self.held.get((teacher.person_id, demand.month), frozenset()) - {demand.trainee_id}
        return "all_full" if len(others) >= self.cap else ""

    def cause(self, demand: Demand) -> str:
        """Why nobody takes a cell: the cause that is nearest to somebody who could."""
        found = {self.why_not(demand, each) for each in self.by_department.get(demand.department_code, ())}
        if found & {"", "all_full"}:
            return "all_full"
        return next((each for each in ("all_on_leave", "suspended") if each in found), "no_teacher")


@dataclass(frozen=True, slots=True)
class Placed:
    """What is proposed for a cell; `teacher_id` is empty when nobody can, and `reason` says why in either case."""

    key: Key
    teacher_id: str
    reason: str


def matches(demand: Demand, teacher: Teacher) -> bool:
    """ASG-11: their primary department is this one, or trains in the trainee's specialty."""
    return teacher.primary == demand.department_code or demand.specialty_code in teacher.disciplines


def components(problem: Problem) -> list[Problem]:
    """The problem in parts that have no teacher in common, the largest first."""
    above: dict[str, str] = {}

    def root(code: str) -> str:
        above.setdefault(code, code)
        while above[code] != code:
            above[code] = above[above[code]]
            code = above[code]
        return code

    asked = {demand.department_code for demand in problem.demands}
    for teacher in problem.teachers:
        own = sorted(teacher.departments & asked)
        for other in own[1:]:
            above[root(other)] = root(own[0])
    demands: dict[str, list[Demand]] = {}
    for demand in problem.demands:
        demands.setdefault(root(demand.department_code), []).append(demand)
    teachers: dict[str, list[Teacher]] = {code: [] for code in demands}
    for teacher in problem.teachers:
        own = sorted(teacher.departments & asked)
        if own:
            teachers[root(own[0])].append(teacher)
    return [
        narrowed(problem, demands[code], teachers[code])
        for code in sorted(demands, key=lambda c: (-len(demands[c]), c))
    ]


def narrowed(problem: Problem, demands: Sequence[Demand], teachers: Sequence[Teacher]) -> Problem:
    """A part of a problem."""
    people = {each.person_id for each in teachers}
    trainees = {each.trainee_id for each in demands}
    return Problem(
        demands=tuple(demands),
        teachers=tuple(teachers),
        cap=problem.cap,
        held={key: value for key, value in problem.held.items() if key[0] in people},
        fixed={key: value for key, value in problem.fixed.items() if key[0] in trainees},
    )


def joined(parts: Iterable[Problem], cap: int) -> Problem:
    """Parts of one problem together."""
    demands: list[Demand] = []
    teachers: list[Teacher] = []
    held: dict[tuple[str, date], frozenset[str]] = {}
    fixed: dict[Key, str] = {}
    for part in parts:
        demands += part.demands
        teachers += part.teachers
        held |= part.held
        fixed |= part.fixed
    return Problem(tuple(demands), tuple(teachers), cap, held, fixed)


@dataclass(frozen=True, slots=True)
class Spread:
    """Loads of a department in a month, after what is proposed; `teachers` who may take somebody."""

    department_code: str
    month: date
    least: int
    most: int
    teachers: int
    cells: int


def spreads(problem: Problem, placed: Collection[Placed]) -> list[Spread]:
    """Least and most load of those who may teach in each department and month."""
    loads = loads_after(problem, placed)
    filled: dict[tuple[str, date], int] = {}
    for each in placed:
        if each.teacher_id:
            filled[each.key[1:]] = filled.get(each.key[1:], 0) + 1
    asked = sorted({(each.department_code, each.month) for each in problem.demands})
    return [_spread(problem, loads, code, month, filled.get((code, month), 0)) for code, month in asked]


def loads_after(problem: Problem, placed: Collection[Placed]) -> dict[tuple[str, date], set[str]]:
    """ASG-07: whom every teacher leads in each month when the proposal is taken over."""
    loads = {key: set(value) for key, value in problem.held.items()}
    for each in placed:
        if each.teacher_id:
            loads.setdefault((each.teacher_id, each.key[2]), set()).add(each.key[0])
    return loads


def _spread(
    problem: Problem, loads: Mapping[tuple[str, date], set[str]], department: str, month: date, cells: int
) -> Spread:
    able = [
        len(loads.get((each.person_id, month), ()))
        for each in problem.by_department.get(department, ())
        if not each.why_not(department, (month_days(month),))
    ]
    return Spread(department, month, min(able, default=0), max(able, default=0), len(able), cells)


def to_json(problem: Problem) -> object:
    """As lists and texts, for a process beside this one; names stay here."""
    return {
        "cap": problem.cap,
        "demands": [
            (
                *(d.trainee_id, d.department_code, d.month.toordinal(), _days(d.days)),
                *(d.who, d.specialty_code, d.present, d.orphaned),
            )
            for d in problem.demands
        ],
        "teachers": [
            (
                *(t.person_id, t.primary),
                [(sorted(m.departments), *_days((m.span,))[0], m.suspended) for m in t.terms],
                *(_days(t.leaves), sorted(t.disciplines)),
            )
            for t in problem.teachers
        ],
        "held": [(person, month.toordinal(), sorted(own)) for (person, month), own in sorted(problem.held.items())],
        "fixed": [(*key[:2], key[2].toordinal(), teacher) for key, teacher in sorted(problem.fixed.items())],
    }


def from_json(content: Any) -> Problem:
    """What `to_json` made."""
    day = date.fromordinal
    return Problem(
        demands=tuple(
            Demand(trainee, code, day(month), _spans(days), who, specialty, present, orphaned)
            for trainee, code, month, days, who, specialty, present, orphaned in content["demands"]
        ),
        teachers=tuple(
            Teacher(
                person_id=person,
                name="",
                primary=primary,
                terms=tuple(
                    Term(frozenset(codes), Span(day(first), day(last)), suspended)
                    for codes, first, last, suspended in terms
                ),
                leaves=_spans(leaves),
                disciplines=frozenset(disciplines),
            )
            for person, primary, terms, leaves, disciplines in content["teachers"]
        ),
        cap=content["cap"],
        held={(person, day(month)): frozenset(own) for person, month, own in content["held"]},
        fixed={(trainee, code, day(month)): teacher for trainee, code, month, teacher in content["fixed"]},
    )


def _days(spans: Iterable[Span]) -> list[list[int]]:
    return [[span.from_day.toordinal(), span.until_day.toordinal()] for span in spans]


def _spans(days: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(Span(date.fromordinal(first), date.fromordinal(last)) for first, last in days)
