"""ASG-08: months whose teacher leaves: found, marked, and taken over by others; in the deed of whoever decides it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from residency.faculty.v1 import events_pb2
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.assignment import Placed, Problem, loads_after
from services.faculty.domain.assignment_check import broken
from services.faculty.domain.cells import Auto, Slot, Span, Teacher, first_of
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.store import cells
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_inputs import OPEN, problem_of, teachers
from services.faculty.store.assignment_tables import cell
from services.faculty.store.cells import Key, Presence
from services.kit.domain import DomainError, Kind

CAUSES = ("dismissed", "expired", "transferred", "suspended", "leave")
"""Why a month has no teacher any more."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Orphaned:
    """A month that would have no teacher; `substitute_id` empty when nobody can, and then `cause` says why."""

    trainee_id: str
    trainee_name: str = field(repr=False)
    department_code: str
    month: date
    substitute_id: str = ""
    substitute_name: str = field(default="", repr=False)
    load_after: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a departure would leave behind. `fingerprint` changes when any of it does."""

    months: list[Orphaned]
    fingerprint: str
    base_code: str = ""
    after: date = date.max
    policy: FacultyPolicy = field(default_factory=FacultyPolicy)


async def orphan(
    deed: Deed,
    person_id: str,
    base_code: str,
    after: date,
    cause: str,
    *,
    departments: Collection[str] | None = None,
    filled: Collection[Key] = (),
) -> int:
    """Take the months with days behind `after` from somebody; how many wait for a teacher now.

    The running month and later ones; what is past stays. Months led become orphaned, months helped lose the
    assistant. `departments` narrows it to some of theirs. Call it where the appointment's row is locked, before or
    after it changes. Publishes one MonthsOrphaned for each department, which leaves out the months `filled` by
    substitutes in the same deed.
    """
    days = Span(_next(after), date.max)
    return await orphan_days(deed, person_id, base_code, days, cause, departments=departments, filled=filled)


async def orphan_days(
    deed: Deed,
    person_id: str,
    base_code: str,
    days: Span,
    cause: str,
    *,
    departments: Collection[str] | None = None,
    filled: Collection[Key] = (),
) -> int:
    """As `orphan`, for the months that have one of these days."""
    await cells.lock_months(deed.session, [base_code])
    concerned = await _concerned(deed.session, person_id, base_code, days, deed.today, departments)
    helped = [
        replace(slot, assistant_ids=tuple(each for each in slot.assistant_ids if each != person_id))
        for slot, _ in concerned
        if slot.teacher_id != person_id
    ]
    for start in range(0, len(helped), _AT_ONCE):
        await cells.write(deed.session, helped[start : start + _AT_ONCE], by=deed.caller.actor, at=deed.now)
    led = [slot for slot, _ in concerned if slot.teacher_id == person_id]
    await _lose(deed, base_code, led, cause, filled)
    return len(led)


async def drop_unplanned(deed: Deed, trainee_id: str) -> int:
    """Take a trainee's cells away that the present plan has no days for; how many. What is past stays.

    Months whose days moved to where their teacher is away or no longer there become orphaned. Call it when the plan's
    rotations are stored. Publishes CellsAssigned for each department that had teachers there, MonthsOrphaned.
    """
    person = (await cells.trainees_of(deed.session, [trainee_id])).get(trainee_id)
    if person is None:
        return 0
    await cells.lock_months(deed.session, [person.base_code])
    this_month = first_of(deed.today)
    stored = await cells.slots(deed.session, cell.c.trainee_id == trainee_id, cell.c.month >= this_month)
    if not stored:
        return 0
    last = max(slot.month for slot in stored)
    planned = await cells.presences(deed.session, this_month, last, trainee_ids=[trainee_id])
    gone = [slot for slot in stored if slot.key not in planned]
    await cells.remove(deed.session, [slot.key for slot in gone])
    await tell_assigned(deed, person.base_code, gone, gone)
    left = [(slot, planned[slot.key]) for slot in stored if slot.key in planned and slot.teacher_id]
    # A term that runs out orphans its months itself.
    ids = {slot.teacher_id for slot, _ in left}
    able = await teachers(deed.session, appointment.c.person_id.in_(ids), endless=True)
    for why, cause in (("all_on_leave", "leave"), ("no_teacher", "transferred")):
        lost = [slot for slot, there in left if _why_not(able.get(slot.teacher_id), there) == why]
        await _lose(deed, person.base_code, lost, cause)
    return len(gone)


async def impact_of(
    session: AsyncSession,
    places: Places,
    person_id: str,
    base_code: str,
    after: date,
    policy: FacultyPolicy,
    *,
    today: date | None = None,
) -> Impact:
    """What `orphan` would leave behind, each month with a proposed substitute or why there is none; writes nothing."""
    concerned = await _concerned(session, person_id, base_code, Span(_next(after), date.max), today or after, None)
    gone = Span(_next(after), date.max)
    wanted = [
        (slot, tuple(left for each in there.days if (left := each.clip(gone)) is not None), Auto.FILLS_FIRST)
        for slot, there in concerned
        if slot.teacher_id == person_id
    ]
    if not wanted:
        return Impact([], _fingerprint(person_id, after, []), base_code, after, policy)
    around = await cells.slots(session, cell.c.trainee_id.in_(sorted({slot.trainee_id for slot, _, _ in wanted})))
    problem = await problem_of(session, policy, wanted, around, without=person_id)
    placed = await asyncio.to_thread(_solve, problem)
    loads = loads_after(problem, placed)
    named = {each.person_id: each.name for each in problem.teachers}
    trainees = await cells.trainees_of(session, {slot.trainee_id for slot, _, _ in wanted})
    months = [
        Orphaned(
            each.key[0],
            trainees[each.key[0]].name,
            each.key[1],
            each.key[2],
            substitute_id=each.teacher_id,
            substitute_name=named.get(each.teacher_id, ""),
            load_after=len(loads.get((each.teacher_id, each.key[2]), ())),
            cause="" if each.teacher_id else each.reason,
        )
        for each in placed
    ]
    return Impact(months, _fingerprint(person_id, after, months), base_code, after, policy)


def _solve(problem: Problem) -> list[Placed]:
    from services.faculty.solver.months import solve  # noqa: PLC0415  (a start need not load numpy)

    return solve(problem)


async def take_over(deed: Deed, impact: Impact) -> int:
    """Give the months of `impact` to their substitutes, after `orphan` in the same deed; how many.

    Raises CONFLICT INPUTS_MOVED, and nothing is taken over, when a substitute can no longer take one.
    """
    chosen = {(each.trainee_id, each.department_code, each.month): each for each in impact.months if each.substitute_id}
    if not chosen:
        return 0
    await cells.lock_months(deed.session, [impact.base_code])
    found = await cells.slots_of(deed.session, chosen)
    gone = Span(_next(impact.after), date.max)
    months = [month for _, _, month in chosen]
    there = await cells.presences(
        deed.session, min(months), max(months), trainee_ids={each.trainee_id for each in impact.months}
    )
    if not all(slot.orphan_cause and key in there for key, slot in found.items()):
        raise moved()
    wanted = [
        (slot, tuple(left for each in there[key].days if (left := each.clip(gone)) is not None), Auto.FILLS_FIRST)
        for key, slot in found.items()
    ]
    problem = await problem_of(deed.session, impact.policy, wanted, ())
    placed = [Placed(key, chosen[key].substitute_id, "stable") for key in found]
    if broken(problem, placed):
        raise moved()
    changed = [
        replace(slot, teacher_id=chosen[key].substitute_id, origin="auto", left_id="", orphan_cause="")
        for key, slot in found.items()
    ]
    await cells.write(deed.session, changed, by=deed.caller.actor, at=deed.now)
    await tell_assigned(deed, impact.base_code, (), changed)
    return len(changed)


async def _lose(deed: Deed, base_code: str, led: Sequence[Slot], cause: str, filled: Collection[Key] = ()) -> None:
    """Mark months as orphaned and publish one fact for each department and teacher, of those that stay so."""
    for start in range(0, len(led), _AT_ONCE):
        orphans = [
            Slot(*slot.key, left_id=slot.teacher_id, orphan_cause=cause, version=slot.version)
            for slot in led[start : start + _AT_ONCE]
        ]
        await cells.write(deed.session, orphans, by=deed.caller.actor, at=deed.now)
    left = [slot for slot in led if slot.key not in filled]
    for department, person_id in sorted({(slot.department_code, slot.teacher_id) for slot in left}):
        months = [each.month for each in left if (each.department_code, each.teacher_id) == (department, person_id)]
        fact = events_pb2.MonthsOrphaned(
            department_code=department,
            base_code=base_code,
            teacher_id=person_id,
            count=len(months),
            first_month=f"{min(months):%Y-%m}",
            cause=cause,
        )
        deed.fact("months.orphaned", fact, department, await cells.next_edition(deed.session, department))


def _why_not(teacher: Teacher | None, there: Presence) -> str:
    return teacher.why_not(there.department_code, there.days) if teacher else "no_teacher"


async def tell_assigned(
    deed: Deed, base_code: str, before: Sequence[Slot], since: Sequence[Slot], proposal_id: str = ""
) -> None:
    """Publish CellsAssigned for each department whose cells changed: teachers before and since, at most 500 a fact."""
    for department in sorted({slot.department_code for slot in since}):
        own = [slot for slot in since if slot.department_code == department]
        earlier = [slot for slot in before if slot.department_code == department]
        people = sorted({each for slot in (*own, *earlier) for each in (slot.teacher_id, *slot.assistant_ids) if each})
        for start in range(0, len(people), 500):
            fact = events_pb2.CellsAssigned(
                department_code=department,
                base_code=base_code,
                teacher_ids=people[start : start + 500],
                proposal_id=proposal_id,
                count=len(own),
                from_month=f"{min(slot.month for slot in own):%Y-%m}",
                until_month=f"{max(slot.month for slot in own):%Y-%m}",
            )
            deed.fact("cells.assigned", fact, department, await cells.next_edition(deed.session, department))


def moved() -> DomainError:
    """What a command rests on has changed since it was looked at."""
    message = "带教安排的依据已经变化，请重新预览后再提交。"
    return DomainError(Kind.CONFLICT, "INPUTS_MOVED", message, rule="ASG-09")


async def _concerned(
    session: AsyncSession,
    person_id: str,
    base_code: str,
    days: Span,
    today: date,
    departments: Collection[str] | None,
) -> list[tuple[Slot, Presence]]:
    """Their cells of this month and later that have one of the days; what another base appointed them to is not."""
    elsewhere = await session.execute(
        select(appointment.c.department_code, appointment.c.extra_departments).where(
            appointment.c.person_id == person_id, appointment.c.base_code != base_code, appointment.c.state.in_(OPEN)
        )
    )
    others = {code for row in elsewhere for code in (row.department_code, *row.extra_departments)}
    first = max(first_of(today), first_of(days.from_day))
    conditions: list[ColumnElement[bool]] = [cells.led_or_helped(person_id), cell.c.month >= first]
    if others:
        conditions.append(cell.c.department_code.not_in(sorted(others)))
    if departments is not None:
        conditions.append(cell.c.department_code.in_(sorted(departments)))
    if days.until_day < date.max:
        conditions.append(cell.c.month <= days.until_day)
    found = await cells.slots(session, *conditions)
    if not found:
        return []
    trainee_ids = {slot.trainee_id for slot in found}
    there = await cells.presences(session, first, max(slot.month for slot in found), trainee_ids=trainee_ids)
    # A cell without a planned day (its plan moved a moment ago) is nobody's to teach: it goes with its plan.
    return [
        (slot, there[slot.key])
        for slot in found
        if slot.key in there and any(days.meets(stretch) for stretch in there[slot.key].days)
    ]


def _fingerprint(person_id: str, after: date, months: Iterable[Orphaned]) -> str:
    content = [
        [each.trainee_id, each.department_code, f"{each.month:%Y-%m}", each.substitute_id, each.load_after, each.cause]
        for each in months
    ]
    text = json.dumps([person_id, after.isoformat(), content])
    return hashlib.sha256(text.encode()).hexdigest()


def _next(day: date) -> date:
    return day if day == date.max else date.fromordinal(day.toordinal() + 1)
