"""自动分配 from its beginning to its commit, on a real database (ASG-02, ASG-09, ASG-14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.domain.assignment import Placed, Problem
from services.faculty.handlers.proposals import Proposals
from services.faculty.handlers.proposing import Proposing
from services.faculty.solver.beside import SolverFailed
from services.faculty.solver.months import solve
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from tests.support.faculty import CARDIO, DIRECTOR, NEURO, OFFICE, OTHER_DIRECTOR, OTHER_OFFICE, SECRETARY, At, core_of
from tests.support.faculty_assignment import Ward, month

SPRING = (month("2026-03"), month("2026-06"))


@dataclass
class World(Ward):
    database: Database
    core: Core
    clock: At
    proposals: Proposals
    proposing: Proposing

    async def propose(self, who: Caller = DIRECTOR, *codes: str, months: tuple[date, date] = SPRING) -> str:
        return str((await self.proposals.propose(who, codes, months, new_id())).proposal_id)

    async def ready(self, who: Caller = DIRECTOR, *codes: str, months: tuple[date, date] = SPRING) -> str:
        proposal = await self.propose(who, *codes, months=months)
        await self.proposing.work_all()
        return proposal

    async def state(self, proposal: str, who: Caller = DIRECTOR) -> str:
        return str((await self.proposals.read(who, proposal, 0, 0)).proposal.state)

    async def cells(self, proposal: str, who: Caller = DIRECTOR) -> list[Any]:
        return list((await self.proposals.read(who, proposal, 200, 0)).cells)

    async def commit(self, proposal: str, who: Caller = DIRECTOR, version: int = 2, key: str = "") -> str:
        return str((await self.proposals.commit(who, proposal, version, key or new_id())).state)


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("faculty"), name="faculty", pool_size=4)
    await database.start()
    clock = At(datetime(2026, 3, 2, 4, tzinfo=UTC))
    core = core_of(database, clock)
    yield World(database, core, clock, Proposals(core), Proposing(core))
    await database.stop()


async def test_asg_02_what_is_manual_locked_current_or_past_is_never_touched(world: World) -> None:
    old, new = await world.teacher("旧"), await world.teacher("新")
    await world.database.execute("UPDATE appointment SET ends_on = '2026-04-30' WHERE person_id = $1", old)
    trainee = await world.trainee((NEURO, "2026-02", "2026-06"))
    await world.cell(trainee, "2026-02", old)
    await world.cell(trainee, "2026-04", old, origin="manual")
    await world.cell(trainee, "2026-05", old)
    locked = await world.trainee((NEURO, "2026-05", "2026-05"), name="乙")
    await world.cell(locked, "2026-05", old, locked=True)
    orphaned = await world.trainee((NEURO, "2026-03", "2026-04"), name="丙")
    for at in ("2026-03", "2026-04"):
        await world.database.execute(
            "INSERT INTO cell (trainee_id, department_code, month, left_id, orphan_cause, changed_at)"
            " VALUES ($1, $2, $3, $4, 'dismissed', now())",
            *(orphaned, NEURO, month(at), old),
        )
    proposal = await world.ready()
    found = {
        (f"{row.month:%m}", row.trainee_id): (row.teacher_id, row.before_id, row.reason_code)
        for row in await world.cells(proposal)
    }
    assert found == {
        ("04", orphaned): (new, None, found["04", orphaned][2]),
        ("05", trainee): (new, old, found["05", trainee][2]),
        ("06", trainee): (new, None, "continuity"),
    }
    stored = (await world.proposals.read(DIRECTOR, proposal, 0, 0)).proposal
    assert (stored.state, stored.percent, stored.filled, stored.changed, stored.unfilled) == ("ready", 100, 2, 1, 0)
    assert await world.leads(trainee) == {"2026-02": old, "2026-04": old, "2026-05": old}
    assert await world.commit(proposal) == "committed"
    assert await world.leads(trainee) == {"2026-02": old, "2026-04": old, "2026-05": new, "2026-06": new}
    assert await world.leads(locked) == {"2026-05": old}
    assert await world.leads(orphaned) == {"2026-03": "(dismissed)", "2026-04": new}
    states = await world.database.fetch("SELECT DISTINCT origin FROM cell WHERE teacher_id = $1", new)
    assert [row["origin"] for row in states] == ["auto"]


async def test_asg_09_a_commit_tells_who_is_concerned_and_a_repeat_does_nothing(world: World) -> None:
    teacher = await world.teacher(extra=[CARDIO])
    here, there = (
        await world.trainee((NEURO, "2026-04", "2026-05")),
        await world.trainee((CARDIO, "2026-04", "2026-04")),
    )
    proposal = await world.ready(OFFICE)
    for _ in range(2):
        assert await world.commit(proposal, OFFICE, key="the-same-key") == "committed"
    with pytest.raises(DomainError) as again:
        await world.commit(proposal, OFFICE, 3)
    assert (again.value.reason, again.value.rule) == ("PROPOSAL_NOT_READY", "ASG-09")
    assert (len(await world.leads(here)), await world.leads(there)) == (2, {"2026-04": teacher})
    facts = [
        events_pb2.CellsAssigned.FromString(r["body"]) for r in await world.database.fetch("SELECT body FROM outbox")
    ]
    assert [(f.department_code, list(f.teacher_ids), f.count, f.proposal_id) for f in facts] == [
        (CARDIO, [teacher], 1, proposal),
        (NEURO, [teacher], 2, proposal),
    ]


CHANGES = {
    "a cell": "UPDATE cell SET version = version + 1",
    "a plan": "UPDATE rotation SET until_day = until_day - 1",
    "an appointment": "UPDATE appointment SET ends_on = '2026-05-31'",
    "a suspension": "UPDATE appointment SET state = 'suspended'",
    "a specialty": "UPDATE trainee SET specialty_code = '0100'",
    "an absence": "INSERT INTO leave (leave_id, person_id, from_day, until_day, recorded_at)"
    " SELECT gen_random_uuid(), person_id, '2026-05-01', '2026-05-02', now() FROM appointment",
    "the cap": "INSERT INTO faculty_policy (organisation_code, edition, content, set_at)"
    """ VALUES ('SD-QILU', 1, '{"cap": 3}', now())""",
    "the disciplines": "INSERT INTO department_discipline (department_code, disciplines, set_at)"
    " VALUES ('SD-QILU-NEURO', '{0600}', now())",
}


async def test_asg_09_a_proposal_is_refused_once_anything_it_rests_on_has_changed(world: World) -> None:
    async def here(problem: Problem, progress: object) -> list[Placed]:
        return solve(problem)

    world.proposing = Proposing(world.core, solver=here)
    await world.teacher()
    trainee = await world.trainee((NEURO, "2026-03", "2026-06"))
    await world.cell(trainee, "2026-04", await world.teacher())
    for what, statement in CHANGES.items():
        proposal = await world.ready()
        before = await world.leads(trainee)
        await world.database.execute(statement)
        for _ in range(2):
            with pytest.raises(DomainError) as moved:
                await world.commit(proposal, key="the-same-key" + what)
            assert (moved.value.reason, moved.value.rule) == ("INPUTS_MOVED", "ASG-09"), what
        assert await world.state(proposal) == "stale", what
        assert await world.leads(trainee) == before
        if "suspended" in statement:
            await world.database.execute("UPDATE appointment SET state = 'active'")
    assert await world.facts() == []


async def test_asg_09_a_month_that_has_begun_since_makes_a_proposal_stale(world: World) -> None:
    await world.teacher()
    await world.trainee((NEURO, "2026-04", "2026-06"))
    proposal = await world.ready()
    world.clock.goes(timedelta(days=30))
    with pytest.raises(DomainError) as moved:
        await world.commit(proposal)
    assert moved.value.reason == "INPUTS_MOVED"


async def test_asg_09_nothing_else_makes_it_stale(world: World) -> None:
    await world.teacher()
    trainee = await world.trainee((NEURO, "2026-04", "2026-06"))
    proposal = await world.ready()
    guest = await world.trainee((CARDIO, "2026-04", "2026-06"))
    await world.cell(guest, "2026-04", await world.teacher("心", CARDIO), department=CARDIO)
    assert await world.commit(proposal) == "committed"
    assert len(await world.leads(trainee)) == 3


async def test_what_cannot_be_filled_says_why_and_loads_are_told(world: World) -> None:
    teacher = await world.teacher()
    for name in "甲乙丙":
        await world.trainee((NEURO, "2026-04", "2026-04"), name=name)
    proposal = await world.ready()
    page = await world.proposals.read(DIRECTOR, proposal, 2, 0)
    rest = await world.proposals.read(DIRECTOR, proposal, 2, page.cells[-1].n)
    rows = [*page.cells, *rest.cells]
    assert [row.n for row in rows] == [1, 2, 3]
    assert sorted(row.reason_code for row in rows) == ["all_full", "stable", "stable"]
    assert page.proposal.spreads == [[NEURO, "2026-04", 2, 2, 1, 2]]
    assert (page.proposal.filled, page.proposal.unfilled) == (2, 1)
    assert page.names[teacher] == "王老师"
    assert await world.commit(proposal) == "committed"


@pytest.mark.parametrize("who", [OTHER_DIRECTOR, OTHER_OFFICE, replace(SECRETARY, organisation=CARDIO)])
async def test_anothers_proposal_is_as_good_as_none(world: World, who: Caller) -> None:
    proposal = await world.propose()
    for each in (proposal, new_id()):
        for asked in (
            world.proposals.read(who, each, 50, 0),
            world.proposals.commit(who, each, 1, new_id()),
            world.proposals.discard(who, each, 1, new_id()),
        ):
            with pytest.raises(DomainError) as hidden:
                await asked
            assert str(hidden.value) == "PROPOSAL_NOT_FOUND: 没有这个方案。"
    with pytest.raises(DomainError) as unseen:
        await world.propose(who, NEURO)
    assert unseen.value.reason == "DEPARTMENT_NOT_FOUND"


async def test_a_proposal_of_the_whole_base_is_not_a_directors(world: World) -> None:
    whole, part = await world.propose(OFFICE), await world.propose(OFFICE, NEURO)
    assert await world.state(part) == "working"
    with pytest.raises(DomainError) as hidden:
        await world.state(whole)
    assert hidden.value.reason == "PROPOSAL_NOT_FOUND"


async def test_asg_02_there_must_be_a_month_ahead_and_asg_14_not_too_many_at_a_time(world: World) -> None:
    with pytest.raises(DomainError) as behind:
        await world.propose(months=(month("2026-01"), month("2026-03")))
    assert (behind.value.reason, behind.value.rule) == ("NOTHING_AHEAD", "ASG-02")
    for _ in range(4):
        await world.propose()
    with pytest.raises(DomainError) as busy:
        await world.propose()
    assert (busy.value.reason, busy.value.rule) == ("TOO_MANY_PROPOSALS", "ASG-14")


async def test_asg_14_each_is_worked_out_by_one_process_and_by_another_when_that_dies(world: World) -> None:
    await world.teacher()
    await world.trainee((NEURO, "2026-04", "2026-06"))
    proposal = await world.propose()
    begun, die = asyncio.Event(), asyncio.Event()

    async def hang(problem: Problem, progress: object) -> list[Placed]:
        begun.set()
        await die.wait()
        raise AssertionError

    dying = asyncio.create_task(Proposing(world.core, solver=hang).work())
    await begun.wait()
    assert await world.proposing.work() is False
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await world.state(proposal) == "working"
    await world.database.execute("UPDATE proposal SET held_until = clock_timestamp() - interval '1 second'")
    assert await world.proposing.work() is True
    assert await world.state(proposal) == "ready"
    assert len(await world.cells(proposal)) == 3


async def test_asg_14_a_process_that_wakes_too_late_writes_nothing(world: World) -> None:
    await world.teacher()
    await world.trainee((NEURO, "2026-04", "2026-06"))
    proposal = await world.propose()

    async def while_another_takes_it(problem: Problem, progress: Any) -> list[Placed]:
        await world.database.execute("UPDATE proposal SET holder = 'another'")
        return solve(problem)

    assert await Proposing(world.core, solver=while_another_takes_it).work() is True
    assert await world.state(proposal) == "working"
    assert await world.database.fetchval("SELECT count(*) FROM proposed_cell") == 0


async def test_asg_14_a_solver_that_fails_is_told_and_what_is_thrown_away_is_not_begun(world: World) -> None:
    async def fail(problem: Problem, progress: object) -> list[Placed]:
        raise SolverFailed("ended without an answer")

    world.proposing = Proposing(world.core, solver=fail)
    proposal = await world.ready()
    assert await world.state(proposal) == "failed"
    with pytest.raises(DomainError) as refused:
        await world.commit(proposal)
    assert refused.value.reason == "PROPOSAL_NOT_READY"
    thrown = await world.propose()
    await world.proposals.discard(DIRECTOR, thrown, 1, new_id())
    assert await world.proposing.work() is False
    assert await world.state(thrown) == "discarded"
    with pytest.raises(DomainError) as moved:
        await world.proposals.discard(DIRECTOR, thrown, 1, new_id())
    assert moved.value.reason == "VERSION_MOVED"
