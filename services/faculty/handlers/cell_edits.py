"""分配带教老师 by hand (C6): cells are assigned, changed, cleared, locked and unlocked, all of them or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain import cells as rules
from services.faculty.domain.cells import Action, Slot, Span, Teacher, first_of
from services.faculty.handlers.cells import Cells, Shown, absent, policy_at, require_department
from services.faculty.handlers.orphaning import tell_assigned
from services.faculty.store import cells
from services.faculty.store.assignment_inputs import bases_of, teachers, teaches_in
from services.faculty.store.assignment_tables import cell
from services.faculty.store.cells import Key
from services.kit.domain import Caller, DomainError, Kind


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of one cell."""

    trainee_id: str
    department_code: str
    month: date
    version: int
    action: str
    teacher_id: str = ""
    assistant_ids: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """The cell."""
        return (self.trainee_id, self.department_code, self.month)


class CellEdits:
    """The use case."""

    def __init__(self, core: Core, shown: Cells) -> None:
        self._core = core
        self._shown = shown

    async def edit_cells(self, caller: Caller, edits: Sequence[Edit], reason: str, key: str) -> list[Shown]:
        """ASG-01: do all of the edits or none; the cells as they stand, in order.

        Raises NOT_FOUND, NOT_NOW CELL_NOT_OPEN, INVALID REASON_REQUIRED, CONFLICT VERSION_MOVED, and what
        `_check_team` and `_check_loads` raise.
        """
        places = await self._core.directory.know(caller.organisation)
        for edit in edits:
            require_department(places, caller, edit.department_code)
        if len({edit.key for edit in edits}) < len(edits):
            raise DomainError(Kind.INVALID, "CELL_TWICE", "同一个月份只能修改一次。", field="edits", rule="ASG-01")

        async def work(deed: Deed) -> str:
            await self._edit(deed, places, edits, reason)
            return ""

        body = repr((sorted(each.key for each in edits), list(edits), reason)).encode()
        await self._core.deeds.run(caller, key, body, work)
        return await self._shown.read(caller, [edit.key for edit in edits])

    async def _edit(self, deed: Deed, places: Places, edits: Sequence[Edit], reason: str) -> None:
        session, this_month = deed.session, first_of(deed.today)
        departments = sorted({edit.department_code for edit in edits})
        base = places.base_of(departments[0])
        policy = await policy_at(session, places, departments[0])
        bases = await bases_of(session, departments)
        await cells.lock_months(session, {base, places.deciding_base(base)} | bases)
        able = await teachers(session, teaches_in(departments))
        months = [edit.month for edit in edits]
        people = await cells.trainees_of(session, {edit.trainee_id for edit in edits})
        planned = await cells.presences(session, min(months), max(months), trainee_ids=people)
        before = await cells.slots_of(session, [edit.key for edit in edits])
        since: dict[Key, Slot] = {}
        for edit in edits:
            slot = before[edit.key]
            if edit.key not in planned:
                raise absent("CELL_NOT_FOUND", "该学员当月没有在这个科室轮转。", "edits")
            if slot.version != edit.version:
                raise DomainError(
                    *(Kind.CONFLICT, "VERSION_MOVED", "该月的带教安排刚刚被修改，请刷新后再试。"), rule="ASG-06"
                )
            meant = rules.check_action(slot, edit.action, reason, this_month)
            since[edit.key] = _done(slot, meant, edit)
            if meant in (Action.ASSIGN, Action.CHANGE):
                _check_team(since[edit.key], people[edit.trainee_id].person_id, able, planned[edit.key].days)
        await self._check_loads(deed, since, before, policy.cap)
        await cells.write(session, list(since.values()), by=deed.caller.actor, at=deed.now, reason=reason)
        for department in departments:
            count = sum(key[1] == department for key in since)
            await deed.note("edit_cells", department, reason=reason, detail={"cells": count})
        await tell_assigned(deed, base, list(before.values()), list(since.values()))

    async def _check_loads(self, deed: Deed, since: Mapping[Key, Slot], before: Mapping[Key, Slot], cap: int) -> None:
        """ASG-07: who got a cell leads at most `cap` trainees in its month, over all departments."""
        gained = {
            (slot.teacher_id, slot.month) for key, slot in since.items() if slot.teacher_id != before[key].teacher_id
        }
        gained = {each for each in gained if each[0]}
        if not gained:
            return
        months = [month for _, month in gained]
        others = await cells.slots(
            deed.session,
            cell.c.teacher_id.in_(sorted({person for person, _ in gained})),
            cell.c.month >= min(months),
            cell.c.month <= max(months),
        )
        led: dict[tuple[str, date], set[str]] = {}
        for slot in (*(each for each in others if each.key not in since), *since.values()):
            led.setdefault((slot.teacher_id, slot.month), set()).add(slot.trainee_id)
        for person, month in sorted(gained):
            if len(led[person, month]) > cap:
                raise DomainError(
                    Kind.NOT_NOW,
                    "TEACHER_FULL",
                    f"该带教老师 {month:%Y-%m} 已带满 {cap} 名学员。",
                    field="edits",
                    rule="ASG-07",
                    details={"teacher_id": person, "month": f"{month:%Y-%m}"},
                )


def _done(slot: Slot, meant: Action, edit: Edit) -> Slot:
    """The cell after the action; its version is counted when it is stored."""
    match meant:
        case Action.ASSIGN | Action.CHANGE:
            assistants = tuple(dict.fromkeys(edit.assistant_ids))
            return replace(
                slot,
                teacher_id=edit.teacher_id,
                assistant_ids=assistants,
                origin="manual",
                left_id="",
                orphan_cause="",
            )
        case Action.CLEAR:
            return replace(slot, teacher_id="", assistant_ids=(), origin="", locked=False)
        case Action.LOCK:
            return replace(slot, locked=True)
        case Action.UNLOCK:
            return replace(slot, locked=False, origin="auto")


def _check_team(slot: Slot, who: str, able: Mapping[str, Teacher], days: Collection[Span]) -> None:
    """ASG-05: lead and assistants teach here on every day that the trainee is there, and are different people.

    Raises INVALID TEACHER_MISSING, TEAM_TWICE, OWN_TEACHER; NOT_FOUND TEACHER_NOT_FOUND; NOT_NOW TEACHER_AWAY.
    """
    if not slot.teacher_id:
        raise DomainError(Kind.INVALID, "TEACHER_MISSING", "请选择带教老师。", field="teacher_id", rule="ASG-05")
    team = (slot.teacher_id, *slot.assistant_ids)
    if len(set(team)) < len(team):
        message = "主带教老师和协助带教老师不能是同一人。"
        raise DomainError(Kind.INVALID, "TEAM_TWICE", message, field="assistant_ids", rule="ASG-05")
    if who in team:
        raise DomainError(Kind.INVALID, "OWN_TEACHER", "学员不能带教自己。", field="teacher_id", rule="ASG-10")
    for person_id in team:
        named = "teacher_id" if person_id == slot.teacher_id else "assistant_ids"
        teacher = able.get(person_id)
        if teacher is None:
            raise absent("TEACHER_NOT_FOUND", "本科室没有这位带教老师。", named)
        why = teacher.why_not(slot.department_code, days)
        if why:
            details = {"teacher_id": person_id, "month": f"{slot.month:%Y-%m}", "cause": why}
            raise DomainError(Kind.NOT_NOW, "TEACHER_AWAY", _AWAY[why], field=named, rule="ASG-05", details=details)


_AWAY = {
    "no_teacher": "该带教老师当月并非每一天都在聘。",
    "suspended": "该带教老师已被暂停，不能再安排带教。",
    "all_on_leave": "该带教老师当月请假。",
}
