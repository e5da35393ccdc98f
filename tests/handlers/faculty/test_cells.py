"""Cells by hand, on a real database: C6 as its table has it (ASG-01, ASG-03, ASG-04, ASG-05, ASG-06, ASG-07)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.domain import cells as rules
from services.faculty.domain.cells import Slot
from services.faculty.handlers.cell_edits import CellEdits, Edit
from services.faculty.handlers.cells import Cells, Shown, Wanted
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from tests.support.faculty import (
    CARDIO,
    DIRECTOR,
    NEURO,
    OFFICE,
    OTHER,
    OTHER_DIRECTOR,
    OTHER_OFFICE,
    SECRETARY,
    At,
    core_of,
)
from tests.support.faculty_assignment import Ward, month

MARCH, APRIL = month("2026-03"), month("2026-04")


@dataclass
class World(Ward):
    database: Database
    cells: Cells
    edits: CellEdits

    async def edit(self, *edits: Edit, who: Caller = DIRECTOR, reason: str = "", key: str = "") -> list[Shown]:
        return await self.edits.edit_cells(who, edits, reason, key or new_id())

    async def refused(self, *edits: Edit, who: Caller = DIRECTOR, reason: str = "") -> tuple[str, str]:
        with pytest.raises(DomainError) as error:
            await self.edit(*edits, who=who, reason=reason)
        return error.value.reason, error.value.rule


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("faculty"), name="faculty", pool_size=4)
    await database.start()
    clock = At(datetime(2026, 3, 2, 4, tzinfo=UTC))
    core = core_of(database, clock)
    cells = Cells(core)
    yield World(database, cells, CellEdits(core, cells))
    await database.stop()


def assign(trainee: str, at: date, teacher: str, version: int = 0, *assistants: str, department: str = NEURO) -> Edit:
    return Edit(trainee, department, at, version, "assign", teacher, assistants)


STATES = {
    "empty": Slot("", NEURO, APRIL),
    "auto": Slot("", NEURO, APRIL, "w", origin="auto", version=1),
    "manual": Slot("", NEURO, APRIL, "w", origin="manual", version=1),
    "locked": Slot("", NEURO, APRIL, "w", origin="auto", locked=True, version=1),
    "current": Slot("", NEURO, MARCH, "w", origin="auto", version=1),
    "current, empty": Slot("", NEURO, MARCH),
    "past": Slot("", NEURO, month("2026-02"), "w", origin="auto", version=1),
    "orphaned": Slot("", NEURO, APRIL, left_id="w", orphan_cause="dismissed", version=1),
    "orphaned now": Slot("", NEURO, MARCH, left_id="w", orphan_cause="leave", version=1),
}
AFTER = {"assign": ("manual", False), "clear": ("", False), "lock": ("auto", True), "unlock": ("auto", False)}


async def test_asg_01_the_service_does_what_the_table_says_for_every_cell_and_verb(world: World) -> None:
    """Each state of C6 with each verb by the director, in the running month with and without a reason."""
    old, new = await world.teacher("旧", NEURO), await world.teacher("新", NEURO)
    done = refused = 0
    for name, like in STATES.items():
        for verb in ("assign", "clear", "lock", "unlock"):
            for reason in ("", "老师临时出差") if like.month == MARCH else ("",):
                trainee = await world.trainee((NEURO, "2026-01", "2026-06"))
                slot = replace(like, trainee_id=trainee)
                await store(world, slot, old)
                edit = Edit(trainee, NEURO, slot.month, slot.version, verb, new if verb == "assign" else "")
                expected = refusal(slot, verb, reason)
                if expected:
                    assert await world.refused(edit, reason=reason) == expected, (name, verb)
                    refused += 1
                    continue
                (cell,) = await world.edit(edit, reason=reason)
                assert (cell.slot.origin, cell.slot.locked) == (
                    AFTER[verb][0],
                    AFTER[verb][1] or (verb == "assign" and slot.locked),
                ), (name, verb)
                assert cell.slot.teacher_id == {"assign": new, "clear": ""}.get(verb, old)
                assert (cell.slot.version, cell.slot.orphan_cause) == (slot.version + 1, "")
                await world.database.execute("DELETE FROM cell WHERE teacher_id = $1", new)
                done += 1
    assert (done, refused) == (12, 9 * 4 + 3 * 4 - 12)


def refusal(slot: Slot, verb: str, reason: str) -> tuple[str, str] | None:
    """What the table refuses with; None when it does not."""
    try:
        rules.check_action(slot, verb, reason, MARCH)
    except DomainError as error:
        return error.reason, error.rule
    return None


async def store(world: World, slot: Slot, teacher: str) -> None:
    if slot.version:
        await world.database.execute(
            "INSERT INTO cell (trainee_id, department_code, month, teacher_id, origin, locked, left_id, orphan_cause,"
            " changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())",
            *(slot.trainee_id, slot.department_code, slot.month, teacher if slot.teacher_id else None, slot.origin),
            *(slot.locked, teacher if slot.left_id else None, slot.orphan_cause),
        )


async def shown(world: World, trainee: str, at: date, who: Caller = DIRECTOR) -> Shown:
    grid = await world.cells.get_grid(who, NEURO, (at, at), Wanted())
    return next(cell for line in grid.lines for cell in line.cells if cell.slot.trainee_id == trainee)


async def test_asg_01_what_may_be_done_stands_beside_each_cell_for_the_director_only(world: World) -> None:
    teacher = await world.teacher()
    trainee = await world.trainee((NEURO, "2026-02", "2026-06"))
    await world.cell(trainee, "2026-04", teacher)
    for who, actions in ((DIRECTOR, ("change", "lock", "clear")), (SECRETARY, ()), (OFFICE, ())):
        assert (await shown(world, trainee, APRIL, who)).actions == actions


async def test_asg_03_the_running_month_is_changed_with_a_reason_that_is_kept(world: World) -> None:
    old, new = await world.teacher("旧"), await world.teacher("新")
    trainee = await world.trainee((NEURO, "2026-02", "2026-06"))
    await world.cell(trainee, "2026-03", old)
    assert await world.refused(assign(trainee, MARCH, new, 1)) == ("REASON_REQUIRED", "ASG-03")
    await world.edit(assign(trainee, MARCH, new, 1), reason="旧老师外出进修")
    row = await world.database.fetchrow("SELECT teacher_id::text, reason FROM cell")
    assert tuple(row or ()) == (new, "旧老师外出进修")
    audit = await world.database.fetchrow("SELECT act, aggregate_id, reason, detail FROM audit")
    assert tuple(audit or ()) == ("edit_cells", NEURO, "旧老师外出进修", '{"cells": 1}')


async def test_asg_04_only_planned_months_have_cells_and_parts_of_months_say_so(world: World) -> None:
    teacher = await world.teacher(extra=[CARDIO])
    trainee = await world.trainee((NEURO, "2026-04-01", "2026-05-15"), (CARDIO, "2026-05-16", "2026-06-30"))
    grid = await world.cells.get_grid(DIRECTOR, NEURO, (MARCH, month("2026-07")), Wanted())
    assert [(each.slot.month, each.partial) for each in grid.lines[0].cells] == [
        (APRIL, False),
        (month("2026-05"), True),
    ]
    assert await world.refused(assign(trainee, month("2026-06"), teacher)) == ("CELL_NOT_FOUND", "")
    assert await world.refused(assign(new_id(), APRIL, teacher)) == ("CELL_NOT_FOUND", "")


async def test_asg_05_a_team_teaches_there_on_every_day_that_the_trainee_is(world: World) -> None:
    until_10th = await world.teacher("甲", days=(date(2025, 1, 1), date(2026, 5, 10)), ends_on=date(2026, 5, 10))
    there, away = await world.teacher("乙"), await world.teacher("丙")
    suspended, elsewhere = await world.teacher("丁", state="suspended"), await world.teacher("戊", CARDIO)
    pending = await world.teacher("己", state="pending")
    await world.database.execute(
        "INSERT INTO leave (leave_id, person_id, from_day, until_day, recorded_at) VALUES ($1, $2, $3, $3, now())",
        *(new_id(), away, date(2026, 4, 9)),
    )
    person = new_id()
    whole = await world.trainee((NEURO, "2026-04", "2026-06"), person_id=person)
    part = await world.trainee((NEURO, "2026-05-01", "2026-05-10"))
    me = await world.teacher("我", person_id=person)
    may = month("2026-05")
    for edit, reason in (
        (assign(whole, may, until_10th), "TEACHER_AWAY"),
        (assign(whole, APRIL, away), "TEACHER_AWAY"),
        (assign(whole, APRIL, there, 0, away), "TEACHER_AWAY"),
        (assign(whole, APRIL, suspended), "TEACHER_AWAY"),
        (assign(whole, APRIL, elsewhere), "TEACHER_NOT_FOUND"),
        (assign(whole, APRIL, pending), "TEACHER_NOT_FOUND"),
        (assign(whole, APRIL, new_id()), "TEACHER_NOT_FOUND"),
        (assign(whole, APRIL, there, 0, there), "TEAM_TWICE"),
        (assign(whole, APRIL, me), "OWN_TEACHER"),
        (assign(whole, APRIL, ""), "TEACHER_MISSING"),
    ):
        assert (await world.refused(edit))[0] == reason, edit
    await world.edit(
        assign(part, may, until_10th), assign(whole, APRIL, there, 0, until_10th), assign(whole, may, away)
    )
    assert await world.leads(whole) == {"2026-04": there, "2026-05": away}


async def test_asg_05_a_term_counts_through_its_grace(world: World) -> None:
    teacher = await world.teacher(days=(date(2025, 5, 2), date(2026, 5, 1)))
    trainee = await world.trainee((NEURO, "2026-06", "2026-07"))
    await world.edit(assign(trainee, month("2026-06"), teacher))
    assert (await world.refused(assign(trainee, month("2026-07"), teacher)))[0] == "TEACHER_AWAY"


async def test_asg_06_all_edits_or_none_and_only_of_what_was_looked_at(world: World) -> None:
    teacher = await world.teacher()
    trainee = await world.trainee((NEURO, "2026-04", "2026-06"))
    good = assign(trainee, APRIL, teacher)
    stale = assign(trainee, month("2026-05"), teacher, 1)
    assert await world.refused(good, stale) == ("VERSION_MOVED", "ASG-06")
    assert await world.refused(good, good) == ("CELL_TWICE", "ASG-01")
    assert await world.leads(trainee) == {}
    await world.edit(good, key="the-same-key")
    await world.edit(good, key="the-same-key")
    assert await world.refused(good) == ("VERSION_MOVED", "ASG-06")
    assert await world.facts() == ["cells.assigned"]


async def test_asg_07_load_is_counted_once_over_departments_and_trainees(world: World) -> None:
    teacher, other = await world.teacher(extra=[CARDIO]), await world.teacher("乙")
    first, second = [await world.trainee((NEURO, "2026-04", "2026-06")) for _ in range(2)]
    third = await world.trainee((NEURO, "2026-04-01", "2026-04-15"), (CARDIO, "2026-04-16", "2026-06-30"))
    await world.edit(assign(first, APRIL, teacher))
    await world.edit(assign(third, APRIL, teacher, department=CARDIO), who=OTHER_DIRECTOR)
    assert await world.refused(assign(second, APRIL, teacher)) == ("TEACHER_FULL", "ASG-07")
    # The same trainee in the other department in the same month is no further one.
    await world.edit(assign(third, APRIL, teacher))
    # An exchange fits though each half of it would not.
    await world.edit(assign(second, APRIL, other))
    await world.edit(assign(first, APRIL, other, 1), assign(second, APRIL, teacher, 1))
    assert (await world.leads(first), await world.leads(second)) == ({"2026-04": other}, {"2026-04": teacher})
    # Assistants are no load.
    await world.edit(assign(first, month("2026-05"), other, 0, teacher))


async def test_asg_06_two_directors_cannot_fill_the_same_teacher_at_the_same_time(world: World) -> None:
    teacher = await world.teacher(extra=[CARDIO])
    here = [await world.trainee((NEURO, "2026-04", "2026-04")) for _ in range(2)]
    there = [await world.trainee((CARDIO, "2026-04", "2026-04")) for _ in range(2)]
    tries = [world.edit(assign(each, APRIL, teacher)) for each in here]
    tries += [world.edit(assign(each, APRIL, teacher, department=CARDIO), who=OTHER_DIRECTOR) for each in there]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(each.reason for each in found if isinstance(each, DomainError)) == ["TEACHER_FULL"] * 2
    assert await world.database.fetchval("SELECT count(*) FROM cell WHERE teacher_id = $1", teacher) == 2


async def test_the_grid_shows_loads_and_who_may_and_is_narrowed_by_its_filters(world: World) -> None:
    teacher, full = await world.teacher("甲", extra=[CARDIO]), await world.teacher("乙")
    zhao = await world.trainee((NEURO, "2026-04", "2026-05"), name="赵一", specialty="0600", cohort=2024)
    qian = await world.trainee((NEURO, "2026-05", "2026-06"), name="钱二", specialty="0100", cohort=2025)
    guest = await world.trainee((CARDIO, "2026-04", "2026-04"))
    for each in (zhao, guest):
        await world.cell(each, "2026-04", teacher, department=NEURO if each == zhao else CARDIO)
    for each in (zhao, qian):
        await world.cell(each, "2026-05", full)
    months = (APRIL, month("2026-05"))
    grid = await world.cells.get_grid(SECRETARY, NEURO, months, Wanted())
    loads = {each.teacher.name: (each.loads, each.available, each.cap) for each in grid.teachers}
    assert loads == {"甲": ([2, 0], [False, True], 2), "乙": ([0, 2], [True, False], 2)}
    assert [line.trainee.name for line in grid.lines] == ["赵一", "钱二"]
    assert [each.teacher_name for each in grid.lines[0].cells] == ["甲", "乙"]
    for wanted, names in (
        (Wanted(cohort=2025), ["钱二"]),
        (Wanted(specialty_code="0600"), ["赵一"]),
        (Wanted(kind="social"), ["赵一", "钱二"]),
        (Wanted(kind="unit"), []),
        (Wanted(name="赵"), ["赵一"]),
        (Wanted(plan="unplanned"), []),
        (Wanted(plan="planned"), ["赵一", "钱二"]),
    ):
        found = await world.cells.get_grid(DIRECTOR, NEURO, months, wanted)
        assert [line.trainee.name for line in found.lines] == names, wanted


@pytest.mark.parametrize("who", [OTHER_DIRECTOR, OTHER_OFFICE, replace(OFFICE, organisation=OTHER)])
async def test_another_department_is_as_good_as_none(world: World, who: Caller) -> None:
    teacher = await world.teacher()
    trainee = await world.trainee((NEURO, "2026-04", "2026-06"))
    with pytest.raises(DomainError) as unseen:
        await world.cells.get_grid(who, NEURO, (APRIL, APRIL), Wanted())
    with pytest.raises(DomainError) as absent:
        await world.cells.get_grid(who, "SD-NOWHERE", (APRIL, APRIL), Wanted())
    assert str(unseen.value) == str(absent.value) == "DEPARTMENT_NOT_FOUND: 没有这个科室。"
    assert (await world.refused(assign(trainee, APRIL, teacher), who=who))[0] == "DEPARTMENT_NOT_FOUND"


async def test_ones_own_months_led_and_helped(world: World) -> None:
    me, other = await world.teacher("我"), await world.teacher("他")
    led = await world.trainee((NEURO, "2024-01", "2026-06"), name="甲")
    helped = await world.trainee((NEURO, "2026-04", "2026-06"), name="乙")
    await world.edit(assign(led, APRIL, me), assign(helped, APRIL, other, 0, me))
    for at in ("2025-02", "2025-03"):
        await world.cell(led, at, me)
    found, names = await world.cells.list_my_months(Caller(me, "faculty"))
    assert [(f"{each.slot.month:%Y-%m}", each.slot.trainee_id, each.teacher_name, each.actions) for each in found] == [
        ("2025-03", led, "我", ()),
        *sorted([("2026-04", led, "我", ()), ("2026-04", helped, "他", ())], key=lambda each: each[1]),
    ]
    assert names == {led: "甲", helped: "乙"}


async def test_the_fact_about_cells_names_teachers_before_and_since(world: World) -> None:
    old, new = await world.teacher("旧"), await world.teacher("新")
    trainee = await world.trainee((NEURO, "2026-04", "2026-06"))
    await world.cell(trainee, "2026-04", old)
    await world.edit(assign(trainee, APRIL, new, 1), assign(trainee, month("2026-06"), new))
    row = await world.database.fetchrow("SELECT subject, aggregate_id, version, body FROM outbox")
    assert row is not None
    fact = events_pb2.CellsAssigned.FromString(row["body"])
    assert (row["aggregate_id"], row["version"]) == (NEURO, 1)
    assert (fact.department_code, sorted(fact.teacher_ids), fact.count) == (NEURO, sorted([old, new]), 2)
    assert (fact.from_month, fact.until_month, fact.proposal_id) == ("2026-04", "2026-06", "")
