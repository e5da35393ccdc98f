"""Teachers go or are away: whose months wait, and who takes them (ASG-08, ASG-09, ASG-13; erasure: PRIV-05)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.handlers.cells import Cells
from services.faculty.handlers.leave import Leaves
from services.faculty.handlers.orphaning import Impact, drop_unplanned, impact_of, orphan, take_over
from services.faculty.store import cells as cell_store
from services.faculty.store import leave as leave_store
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
    OTHER_WARD,
    QILU,
    SECRETARY,
    At,
    core_of,
)
from tests.support.faculty_assignment import Ward, returning

POLICY = FacultyPolicy(QILU)
END_OF_MARCH, MID_APRIL = date(2026, 3, 31), date(2026, 4, 15)


@dataclass
class World(Ward):
    database: Database
    core: Core
    cells: Cells
    leaves: Leaves

    async def orphan(self, person: str, after: date, cause: str = "dismissed", base: str = QILU) -> int:
        work, found = returning(lambda deed: orphan(deed, person, base, after, cause))
        await self.core.deeds.by_itself(work)
        return found[0]

    async def impact(self, person: str, after: date) -> Impact:
        async with self.database.unit_of_work() as uow:
            return await impact_of(uow.session, self.core.directory.places, person, QILU, after, POLICY)

    async def leave(self, person: str, first: str, last: str, who: Caller = SECRETARY) -> str:
        days = (date.fromisoformat(first), date.fromisoformat(last))
        return str((await self.leaves.record_leave(who, person, days, "leave", new_id())).leave_id)


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("faculty"), name="faculty", pool_size=4)
    await database.start()
    core = core_of(database, At(datetime(2026, 3, 2, 4, tzinfo=UTC)))
    yield World(database, core, Cells(core), Leaves(core))
    await database.stop()


async def led_from_february_to_june(world: World, teacher: str, *, name: str = "甲") -> str:
    trainee = await world.trainee((NEURO, "2026-02", "2026-06"), name=name)
    for at in ("2026-02", "2026-03", "2026-04", "2026-05", "2026-06"):
        await world.cell(trainee, at, teacher)
    return trainee


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (date(2026, 6, 30), ["2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]),
        (date(2026, 6, 29), ["2026-02", "2026-03", "2026-04", "2026-05"]),
        (END_OF_MARCH, ["2026-02", "2026-03"]),
        (date(2026, 3, 30), ["2026-02"]),
        # What is past stays, however far back it is decided for.
        (date(2026, 1, 10), ["2026-02"]),
    ],
)
async def test_asg_08_months_with_days_after_the_last_one_wait(world: World, after: date, kept: list[str]) -> None:
    teacher = await world.teacher()
    trainee = await led_from_february_to_june(world, teacher)
    assert await world.orphan(teacher, after) == 5 - len(kept)
    leads = await world.leads(trainee)
    assert [at for at, who in leads.items() if who == teacher] == kept
    assert {who for at, who in leads.items() if at not in kept} <= {"(dismissed)"}
    assert await world.orphan(teacher, after) == 0
    assert await world.facts() == (["months.orphaned"] if len(kept) < 5 else [])


async def test_asg_08_a_part_of_a_month_is_lost_only_when_its_days_are(world: World) -> None:
    teacher = await world.teacher()
    early = await world.trainee((NEURO, "2026-04-01", "2026-04-15"))
    late = await world.trainee((NEURO, "2026-04-10", "2026-04-30"))
    for each in (early, late):
        await world.cell(each, "2026-04", teacher)
    assert await world.orphan(teacher, MID_APRIL, "transferred") == 1
    assert (await world.leads(early), await world.leads(late)) == (
        {"2026-04": teacher},
        {"2026-04": "(transferred)"},
    )


async def test_asg_08_assistants_go_without_a_trace_and_another_bases_months_stay(world: World) -> None:
    teacher, lead = await world.teacher(), await world.teacher("乙")
    await world.teacher("甲", OTHER_WARD, base=OTHER, person_id=teacher)
    helped = await world.trainee((NEURO, "2026-04", "2026-04"))
    there = await world.trainee((OTHER_WARD, "2026-04", "2026-04"), base=OTHER)
    await world.cell(helped, "2026-04", lead)
    await world.database.execute("UPDATE cell SET assistant_ids = ARRAY[$1, 'x']", teacher)
    await world.cell(there, "2026-04", teacher, department=OTHER_WARD)
    assert await world.orphan(teacher, END_OF_MARCH) == 0
    assert await world.leads(there) == {"2026-04": teacher}
    assert await world.leads(helped) == {"2026-04": lead}
    assert await world.database.fetchval("SELECT assistant_ids FROM cell WHERE trainee_id = $1", helped) == ["x"]
    assert await world.orphan(teacher, END_OF_MARCH, base=OTHER) == 1


async def test_asg_08_the_fact_says_who_left_and_from_when(world: World) -> None:
    teacher = await world.teacher()
    await led_from_february_to_june(world, teacher)
    await world.orphan(teacher, MID_APRIL, "expired")
    row = await world.database.fetchrow("SELECT aggregate_id, body FROM outbox")
    assert row is not None
    fact = events_pb2.MonthsOrphaned.FromString(row["body"])
    assert row["aggregate_id"] == fact.department_code == NEURO
    assert (fact.teacher_id, fact.count, fact.first_month, fact.cause) == (teacher, 3, "2026-04", "expired")


async def test_asg_08_orphans_are_listed_soonest_first_page_by_page_in_ones_reach(world: World) -> None:
    teacher = await world.teacher(extra=[CARDIO])
    await led_from_february_to_june(world, teacher)
    elsewhere = await world.trainee((CARDIO, "2026-05", "2026-05"))
    await world.cell(elsewhere, "2026-05", teacher, department=CARDIO)
    await world.orphan(teacher, END_OF_MARCH)
    first, total = await world.cells.list_orphans(DIRECTOR, 2, None)
    last = first[-1].cell.slot
    second, again = await world.cells.list_orphans(DIRECTOR, 2, (last.month, last.department_code, last.trainee_id))
    assert (total, again) == (3, 3)
    assert [f"{each.cell.slot.month:%Y-%m}" for each in first + second] == ["2026-04", "2026-05", "2026-06"]
    assert {(each.left_name, each.trainee_name, each.cell.state) for each in first} == {("王老师", "甲", "orphaned")}
    assert (await world.cells.list_orphans(OTHER_DIRECTOR, 9, None))[1] == 1
    assert (await world.cells.list_orphans(OFFICE, 9, None))[1] == 4
    assert (await world.cells.list_orphans(OTHER_OFFICE, 9, None)) == ([], 0)


async def test_asg_08_the_impact_of_a_departure_names_substitutes_and_changes_nothing(world: World) -> None:
    leaving, busy, free = await world.teacher("走"), await world.teacher("忙"), await world.teacher("闲")
    trainee = await led_from_february_to_june(world, leaving)
    full = [await world.trainee((NEURO, "2026-04", "2026-06")) for _ in range(2)]
    for each in full:
        for at in ("2026-04", "2026-05", "2026-06"):
            await world.cell(each, at, busy)
    await world.database.execute(
        "INSERT INTO leave (leave_id, person_id, from_day, until_day, recorded_at) VALUES ($1, $2, $3, $3, now())",
        *(new_id(), free, date(2026, 6, 1)),
    )
    found = await world.impact(leaving, END_OF_MARCH)
    assert [(f"{e.month:%Y-%m}", e.trainee_name, e.substitute_name, e.load_after, e.cause) for e in found.months] == [
        ("2026-04", "甲", "闲", 1, ""),
        ("2026-05", "甲", "闲", 1, ""),
        ("2026-06", "甲", "", 0, "all_full"),
    ]
    assert found.fingerprint == (await world.impact(leaving, END_OF_MARCH)).fingerprint
    assert set((await world.leads(trainee)).values()) == {leaving}
    assert await world.facts() == []
    await world.teacher("新")
    assert found.fingerprint != (await world.impact(leaving, END_OF_MARCH)).fingerprint
    assert (await world.impact(free, END_OF_MARCH)).months == []


async def test_asg_08_a_month_taken_over_in_its_middle_asks_only_for_the_days_that_are_left(world: World) -> None:
    leaving = await world.teacher("走")
    comes = await world.teacher("来", days=(date(2026, 4, 16), date(2029, 1, 1)))
    trainee = await world.trainee((NEURO, "2026-04", "2026-04"))
    await world.cell(trainee, "2026-04", leaving)
    assert [each.substitute_id for each in (await world.impact(leaving, MID_APRIL)).months] == [comes]
    assert [each.cause for each in (await world.impact(leaving, date(2026, 4, 14))).months] == ["no_teacher"]


async def test_asg_09_substitutes_are_taken_over_together_or_not_at_all(world: World) -> None:
    leaving, free = await world.teacher("走"), await world.teacher("闲")
    trainee = await led_from_february_to_june(world, leaving)
    impact = await world.impact(leaving, END_OF_MARCH)

    async def both(deed: Deed) -> int:
        await orphan(deed, leaving, QILU, END_OF_MARCH, "dismissed")
        return await take_over(deed, impact)

    for number in range(2):
        other = await world.trainee((NEURO, "2026-06", "2026-06"))
        await world.cell(other, "2026-06", free, origin=f"{number}")
    work, found = returning(both)
    with pytest.raises(DomainError) as moved:
        await world.core.deeds.by_itself(work)
    assert (moved.value.reason, moved.value.rule) == ("INPUTS_MOVED", "ASG-09")
    assert set((await world.leads(trainee)).values()) == {leaving}
    await world.database.execute("DELETE FROM cell WHERE origin = '1'")
    await world.core.deeds.by_itself(work)
    assert found == [3]
    assert list((await world.leads(trainee)).values()) == [leaving, leaving, free, free, free]
    assert await world.facts() == ["months.orphaned", "cells.assigned"]
    assert await world.cells.list_orphans(DIRECTOR, 9, None) == ([], 0)


async def test_asg_08_cells_that_are_planned_no_more_go_and_those_of_the_past_stay(world: World) -> None:
    teacher = await world.teacher()
    trainee = await led_from_february_to_june(world, teacher)
    await world.database.execute("DELETE FROM rotation")
    await world.plan(trainee, NEURO, "2026-03-01", "2026-04-10")
    await world.plan(trainee, CARDIO, "2026-04-11", "2026-06-30")
    work, found = returning(lambda deed: drop_unplanned(deed, trainee))
    await world.core.deeds.by_itself(work)
    await world.core.deeds.by_itself(work)
    assert found == [2, 0]
    assert list(await world.leads(trainee)) == ["2026-02", "2026-03", "2026-04"]
    assert await world.facts() == ["cells.assigned"]


async def test_asg_08_months_whose_days_move_to_where_the_teacher_is_not_wait(world: World) -> None:
    leaving = await world.teacher("走", ends_on=MID_APRIL)
    away = await world.teacher("假")
    staying = await world.teacher("在")
    await world.leave(away, "2026-04-20", "2026-04-21")
    trainees = {each: await world.trainee((NEURO, "2026-04-01", "2026-04-15")) for each in (leaving, away, staying)}
    for teacher, trainee in trainees.items():
        await world.cell(trainee, "2026-04", teacher)
        await world.core.deeds.by_itself(returning(lambda deed, one=trainee: drop_unplanned(deed, one))[0])  # type: ignore[misc]
        assert await world.leads(trainee) == {"2026-04": teacher}
    await world.database.execute("UPDATE rotation SET until_day = '2026-04-30'")
    for trainee in trainees.values():
        await world.core.deeds.by_itself(returning(lambda deed, one=trainee: drop_unplanned(deed, one))[0])  # type: ignore[misc]
    found = [(await world.leads(trainee))["2026-04"] for trainee in trainees.values()]
    assert found == ["(transferred)", "(leave)", staying]


async def test_asg_13_months_with_a_day_of_absence_wait_for_somebody_else(world: World) -> None:
    teacher = await world.teacher()
    trainee = await led_from_february_to_june(world, teacher)
    leave_id = await world.leave(teacher, "2026-04-30", "2026-05-01")
    assert await world.leads(trainee) == {
        **dict.fromkeys(("2026-02", "2026-03", "2026-06"), teacher),
        **dict.fromkeys(("2026-04", "2026-05"), "(leave)"),
    }
    with pytest.raises(DomainError) as overlaps:
        await world.leave(teacher, "2026-05-01", "2026-05-03")
    assert (overlaps.value.reason, overlaps.value.rule) == ("LEAVE_OVERLAPS", "ASG-13")
    await world.leaves.end_leave(DIRECTOR, leave_id, date(2026, 4, 30), new_id())
    await world.leave(teacher, "2026-05-01", "2026-05-03")
    (latest,) = await world.leaves.list_leave(OFFICE, "", 1, None)
    assert len(await world.leaves.list_leave(OFFICE, teacher, 9, (latest.from_day, latest.leave_id))) == 1
    assert [(each.from_day.day, each.until_day.day) for each in await world.leaves.list_leave(OFFICE, "", 9, None)] == [
        (1, 3),
        (30, 30),
    ]


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [("2026-04-02", "2026-04-01", "DAYS_REVERSED"), ("2026-04-02", "2036-04-01", "LEAVE_TOO_LONG")],
)
async def test_asg_13_days_are_in_order_and_few_enough(world: World, first: str, last: str, reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        await world.leave(await world.teacher(), first, last)
    assert refused.value.reason == reason


async def test_asg_13_an_absence_only_ends_sooner_and_one_that_never_was_is_gone(world: World) -> None:
    teacher = await world.teacher()
    leave_id = await world.leave(teacher, "2026-04-10", "2026-04-20")
    for day in (date(2026, 4, 9), date(2026, 4, 21)):
        with pytest.raises(DomainError) as refused:
            await world.leaves.end_leave(SECRETARY, leave_id, day, new_id())
        assert refused.value.reason == "NOT_SOONER"
    await world.leaves.end_leave(SECRETARY, leave_id, None, "the-same-key")
    await world.leaves.end_leave(SECRETARY, leave_id, None, "the-same-key")
    assert await world.leaves.list_leave(SECRETARY, teacher, 9, None) == []
    with pytest.raises(DomainError) as gone:
        await world.leaves.end_leave(SECRETARY, leave_id, None, new_id())
    assert gone.value.reason == "LEAVE_NOT_FOUND"


async def test_priv_05_what_was_written_about_an_erased_person_goes(world: World) -> None:
    teacher, other, erased = await world.teacher(), await world.teacher(), new_id()
    own = await world.trainee((NEURO, "2026-04", "2026-04"), person_id=erased)
    strange = await world.trainee((NEURO, "2026-04", "2026-05"))
    await world.cell(own, "2026-04", teacher)
    await world.cell(strange, "2026-04", teacher)
    await world.cell(strange, "2026-05", other)
    await world.leave(other, "2026-03-10", "2026-03-20")
    await world.database.execute("UPDATE cell SET reason = '因故'")
    for person, left in ((erased, 2), (teacher, 1), (other, 0)):
        async with world.database.unit_of_work() as uow:
            await cell_store.forget(uow.session, person)
            await leave_store.forget(uow.session, person)
        assert await world.database.fetchval("SELECT count(*) FROM cell WHERE reason <> ''") == left
    assert await world.database.fetchval("SELECT name || kind FROM leave") == "other"


@pytest.mark.parametrize("who", [OTHER_DIRECTOR, OTHER_OFFICE, replace(SECRETARY, organisation=CARDIO)])
async def test_asg_13_another_departments_teacher_is_as_good_as_none(world: World, who: Caller) -> None:
    teacher = await world.teacher()
    leave_id = await world.leave(teacher, "2026-04-10", "2026-04-20")
    for person in (teacher, new_id()):
        with pytest.raises(DomainError) as unseen:
            await world.leave(person, "2026-05-01", "2026-05-02", who)
        assert str(unseen.value) == "TEACHER_NOT_FOUND: 没有这位带教老师。"
    for each in (leave_id, new_id()):
        with pytest.raises(DomainError) as hidden:
            await world.leaves.end_leave(who, each, None, new_id())
        assert str(hidden.value) == "LEAVE_NOT_FOUND: 没有这条请假记录。"
    assert await world.leaves.list_leave(who, teacher, 9, None) == []
