"""ASG-12: an independent look at a proposal: every hard rule, cell by cell, by other means than the solver's.

It shares no code with the solver, nor with the predicates that the solver is built on: it walks over days.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from services.faculty.domain.assignment import FILLED, UNFILLED, Placed, Problem
from services.faculty.domain.cells import Teacher


def broken(problem: Problem, placed: Collection[Placed]) -> list[str]:
    """What is wrong with a proposal, a sentence each; empty when every hard rule holds."""
    demands = {demand.key: demand for demand in problem.demands}
    teachers = {teacher.person_id: teacher for teacher in problem.teachers}
    found = []
    seen: set[tuple[str, str, date]] = set()
    led: dict[tuple[str, date], set[str]] = {}
    for each in placed:
        name = f"{each.key[1]} {each.key[2]:%Y-%m} {each.key[0]}"
        demand = demands.get(each.key)
        if demand is None or each.key in seen:
            found.append(f"{name}: not asked for, or twice")
            continue
        seen.add(each.key)
        if each.reason not in (FILLED if each.teacher_id else UNFILLED):
            found.append(f"{name}: no such reason {each.reason!r}")
        if not each.teacher_id:
            continue
        teacher = teachers.get(each.teacher_id)
        if teacher is None:
            found.append(f"{name}: an unknown teacher")
            continue
        if each.teacher_id == demand.who:
            found.append(f"{name}: leads themselves")
        led.setdefault((each.teacher_id, demand.month), set()).add(demand.trainee_id)
        for stretch in demand.days:
            day = stretch.from_day
            while day <= stretch.until_day:
                if not _there(teacher, demand.department_code, day):
                    found.append(f"{name}: the teacher is not there on {day}")
                    break
                day += timedelta(days=1)
    found += [f"{key[1]} {key[2]:%Y-%m} {key[0]}: left out" for key in demands.keys() - seen]
    for (teacher_id, month), trainees in led.items():
        load = len(trainees | problem.held.get((teacher_id, month), frozenset()))
        if load > problem.cap:
            found.append(f"{month:%Y-%m} {teacher_id}: leads {load} of at most {problem.cap}")
    return found


def _there(teacher: Teacher, department_code: str, day: date) -> bool:
    """Whether they teach in this department on this day."""
    for leave in teacher.leaves:
        if leave.from_day <= day <= leave.until_day:
            return False
    return any(
        department_code in term.departments and not term.suspended and term.span.from_day <= day <= term.span.until_day
        for term in teacher.terms
    )
