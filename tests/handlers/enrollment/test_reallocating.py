"""The reallocation assistant on a real database: proposed, edited, carried out once (REAL-05, REAL-08, REAL-09)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field

import pytest

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2, P4, P5
from services.enrollment.domain.reallocation import Cell
from services.enrollment.handlers import reallocation as assistant
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.moving import MovingHandlers, SaveWishes
from services.enrollment.handlers.reallocation import (
    CommitReallocation,
    EditReallocation,
    ProposeReallocation,
    ReallocationHandlers,
)
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.plans import PlanStore
from services.enrollment.store.reallocation import Reallocation, ReallocationRow, ReallocationStore
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.story import MEDICINE, QILU, SECOND, SKIN, Stage, key

PROVINCE = Caller("province", "province_administrator", "37")
COLLEAGUE = Caller("colleague", "province_administrator", "37")
FOREIGN = Caller("foreign", "province_administrator", "11")


@dataclass
class Desk:
    stage: Stage
    ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stage, plans = self.stage, PlanStore(self.stage.database)
        self.store = ReallocationStore(stage.database, stage.sealing)
        moving = MovingHandlers(stage.cycle_store, stage.application_store, stage.queries, plans, self.store)
        self.moving = moving
        runner = DeedRunner(stage.cycle_store, DeedStore(stage.database, stage.sealing))
        self.clock = 0.0
        self.assistant = ReallocationHandlers(
            *(runner, self.store, plans, moving, stage.application_store, stage.queries), clock=lambda: self.clock
        )

    async def tell(self, choices: Mapping[str, Choice], wishes: Mapping[str, tuple[tuple[str, str], ...]]) -> None:
        """People who apply in P1 and are reviewed by nobody; the gate then stands in P4."""
        await self.stage.stand(P1)
        for name, choice in choices.items():
            self.people[name], view = await self.stage.registered(choice)
            self.ids[name] = view.application_id
            order = SaveWishes(self.stage.cycle_id, wishes.get(name, ()), key())
            await self.moving.save_wishes(self.people[name], order)
        await self.stage.stand(P4)

    async def propose(self) -> Reallocation:
        return await self.assistant.propose(PROVINCE, ProposeReallocation(self.stage.cycle_id, key()))

    async def rows(self, proposal: Reallocation) -> dict[str, ReallocationRow]:
        page = await self.assistant.get_proposal(PROVINCE, proposal.id, 0, 0, unplaced_only=False)
        names = {id_: name for name, id_ in self.ids.items()}
        return {names[row.application_id]: row for row in page.rows}

    async def commit(self, proposal: Reallocation, version: int = 0, by: Caller = PROVINCE) -> Reallocation:
        return await self.assistant.commit(by, CommitReallocation(proposal.id, version, key()))

    async def edit(self, proposal: Reallocation, name: str, to: Cell | None, by: Caller = PROVINCE) -> object:
        order = EditReallocation(proposal.id, self.ids[name], to, "核对后调整", key())
        return await self.assistant.edit(by, order)


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


async def refused(deed: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as found:
        await deed
    return found.value


CHOICES = {
    "one": Choice(QILU, SKIN, True),
    "two": Choice(QILU, SKIN, True),
    "three": Choice(QILU, SKIN, True),
    "never": Choice(QILU, SKIN, False),
}
WISHES = {"one": ((SECOND, MEDICINE),), "two": ((SECOND, MEDICINE),), "three": ((SECOND, MEDICINE), (QILU, MEDICINE))}


async def test_real_05_the_same_input_is_proposed_the_same(desk: Desk, stage: Stage) -> None:
    await desk.tell(CHOICES, WISHES)
    proposal = await desk.propose()
    rows = await desk.rows(proposal)
    assert set(rows) == {"one", "two", "three"}
    assert {name: (row.to, row.reason, row.wish) for name, row in rows.items()} == {
        "one": ((SECOND, MEDICINE), "WISH", 1),
        "two": ((SECOND, MEDICINE), "WISH", 1),
        "three": ((QILU, MEDICINE), "WISH", 2),
    }
    assert (proposal.people, proposal.seats, proposal.placed, proposal.left) == (3, 6, 3, 3)
    again = await desk.propose()
    assert again.digest == proposal.digest
    assert [each.id for each in await desk.assistant.list_proposals(PROVINCE, stage.cycle_id)] == [
        again.id,
        proposal.id,
    ]
    assert (await refused(desk.assistant.list_proposals(FOREIGN, stage.cycle_id))).kind is Kind.NOT_FOUND
    hidden = desk.assistant.get_proposal(FOREIGN, proposal.id, 0, 0, unplaced_only=False)
    assert (await refused(hidden)).kind is Kind.NOT_FOUND
    page = await desk.assistant.get_proposal(PROVINCE, proposal.id, 2, 0, unplaced_only=False)
    assert ([row.rank for row in page.rows], page.following) == ([1, 2], 2)
    await stage.stand(P2)
    assert (await refused(desk.propose())).reason == "NOT_IN_PHASE"


async def test_real_09_a_row_is_edited_within_places_and_consent(desk: Desk, stage: Stage) -> None:
    await desk.tell(CHOICES, WISHES)
    proposal = await desk.propose()
    assert (await refused(desk.edit(proposal, "three", (SECOND, MEDICINE)))).rule == "REAL-09"
    await desk.edit(proposal, "one", None)
    await desk.edit(proposal, "three", (SECOND, MEDICINE))
    rows = await desk.rows(proposal)
    assert [(rows[name].to, rows[name].reason) for name in ("one", "three")] == [
        (None, "REMOVED"),
        ((SECOND, MEDICINE), "EDITED"),
    ]
    assert (await refused(desk.edit(proposal, "never", (QILU, SKIN)))).kind is Kind.NOT_FOUND
    assert (await refused(desk.edit(proposal, "two", (SECOND, SKIN)))).reason == "NOT_PLANNED"
    assert (await refused(desk.edit(proposal, "two", None, FOREIGN))).kind is Kind.NOT_FOUND
    await stage.choose(desk.people["one"], Choice(QILU, SKIN, False))
    assert (await refused(desk.edit(proposal, "one", (QILU, SKIN)))).reason == "CONSENT_REQUIRED"
    stale = await refused(desk.commit(proposal, version=1))
    assert (stale.reason, stale.details["current"]) == ("STALE_VERSION", "3")
    done = await desk.commit(proposal, version=3)
    assert (done.state, done.moved, done.skipped, done.left) == ("committed", 2, 0, 0)
    assert (await refused(desk.edit(proposal, "two", None))).reason == "ALREADY_COMMITTED"


async def test_real_08_who_changed_meanwhile_is_skipped_with_the_reason(desk: Desk, stage: Stage) -> None:
    await desk.tell(CHOICES, WISHES)
    proposal = await desk.propose()
    await stage.choose(desk.people["one"], Choice(QILU, MEDICINE, True))
    done = await desk.commit(proposal)
    assert (done.state, done.moved, done.skipped) == ("committed", 2, 1)
    rows = await desk.rows(proposal)
    assert {name: (row.outcome, row.outcome_reason) for name, row in rows.items()} == {
        "one": ("skipped", "CHANGED_MEANWHILE"),
        "two": ("moved", ""),
        "three": ("moved", ""),
    }
    places = await stage.database.fetch(
        "SELECT id, base_code, state, round FROM application WHERE cycle_id = $1", stage.cycle_id
    )
    found = {str(row["id"]): (row["base_code"], row["state"], row["round"]) for row in places}
    assert found[desk.ids["two"]] == (SECOND, "pending", 3)
    assert found[desk.ids["one"]] == (QILU, "pending", 1)
    assert await desk.commit(proposal) == done


async def test_real_08_it_is_finished_or_visibly_not(desk: Desk, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call runs out of time after the first few; others go on at once, and nobody is moved twice."""
    await desk.tell(CHOICES, WISHES)
    proposal = await desk.propose()
    monkeypatch.setattr(assistant, "AT_ONCE", 1)
    ticks = iter([0.0, 0.0, 1e6])
    slow = ReallocationHandlers(
        *(desk.assistant._runner, desk.store, PlanStore(stage.database), desk.moving),
        *(stage.application_store, stage.queries),
        clock=lambda: next(ticks),
    )
    part = await slow.commit(PROVINCE, CommitReallocation(proposal.id, 0, key()))
    assert (part.state, part.moved, part.left) == ("committing", 1, 2)
    assert (await refused(desk.edit(proposal, "two", None))).reason == "ALREADY_COMMITTED"
    both = await asyncio.gather(desk.commit(proposal), desk.commit(proposal, by=COLLEAGUE))
    done = await desk.commit(proposal)
    assert {each.state for each in both} <= {"committing", "committed"}
    assert (done.state, done.moved, done.skipped, done.left) == ("committed", 3, 0, 0)
    numbers = await stage.database.fetch(
        "SELECT submission_number FROM application WHERE cycle_id = $1 AND round = 3", stage.cycle_id
    )
    assert [row["submission_number"] for row in numbers] == [2, 2, 2]


async def test_real_08_when_the_phase_ends_the_rest_is_told_so(desk: Desk, stage: Stage) -> None:
    await desk.tell(CHOICES, WISHES)
    proposal = await desk.propose()
    late = await desk.propose()
    await stage.database.execute("UPDATE reallocation SET state = 'committing' WHERE id = $1", proposal.id)
    await stage.stand(P5)
    done = await desk.commit(proposal)
    assert (done.state, done.moved, done.skipped) == ("committed", 0, 3)
    assert {row.outcome_reason for row in (await desk.rows(proposal)).values()} == {"NOT_IN_PHASE"}
    assert (await refused(desk.commit(late))).reason == "NOT_IN_PHASE"
