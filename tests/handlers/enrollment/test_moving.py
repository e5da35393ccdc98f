"""People moved by the province, and their wishes (transition 22; REAL-06, REAL-07)."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2, P3, P4
from services.enrollment.handlers.decisions import GrantProvisional
from services.enrollment.handlers.moving import MoveApplicant, MovingHandlers, SaveWishes
from services.enrollment.store.plans import PlanStore
from services.enrollment.store.reallocation import ReallocationStore
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.story import MEDICINE, OTHERS, QILU, SECOND, SKIN, Stage, applicant, key

PROVINCE = Caller("province", "province_administrator", "37")
FOREIGN = Caller("foreign", "province_administrator", "11")


@dataclass
class Desk:
    stage: Stage

    def __post_init__(self) -> None:
        stage = self.stage
        self.store = ReallocationStore(stage.database, stage.sealing)
        self.moving = MovingHandlers(
            *(stage.cycle_store, stage.application_store, stage.queries, PlanStore(stage.database), self.store)
        )

    async def move(self, application_id: str, base: str = SECOND, by: Caller = PROVINCE) -> State:
        order = MoveApplicant(application_id, base, MEDICINE, "省立内科有空缺", key())
        return (await self.moving.move_applicant(by, order)).state

    async def wish(self, person: Caller, *wishes: tuple[str, str]) -> int:
        order = SaveWishes(self.stage.cycle_id, wishes, key())
        return (await self.moving.save_wishes(person, order)).version


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


async def refused(deed: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as found:
        await deed
    return found.value


async def test_real_07_a_move_makes_a_submission_that_the_base_there_admits(desk: Desk, stage: Stage) -> None:
    await stage.stand(P1)
    person, view = await stage.registered(Choice(QILU, SKIN, True))
    await stage.stand(P4)
    order = MoveApplicant(view.application_id, SECOND, MEDICINE, "省立内科有空缺", key())
    moved = await desk.moving.move_applicant(PROVINCE, order)
    assert await desk.moving.move_applicant(PROVINCE, order) == moved
    assert (moved.state, moved.submission_number) == (State.PENDING, 2)
    mine, _ = await stage.applications.get_my_application(person, stage.cycle_id)
    assert (mine.choice, mine.round, mine.state) == (Choice(SECOND, MEDICINE, True), 3, State.PENDING)
    one, two = [await stage.queries.submission(view.application_id, number) for number in (1, 2)]
    assert one is not None
    assert two is not None
    assert (one.dossier, one.choice.base_code, two.choice.base_code) == (two.dossier, QILU, SECOND)
    taken = "SELECT taken FROM seat WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $3"
    assert await stage.database.fetchval(taken, stage.cycle_id, SECOND, MEDICINE) == 0
    grant = GrantProvisional(view.application_id, 2, True, "", key())
    assert (await stage.decisions.grant_provisional(OTHERS, grant)).state is State.PROVISIONAL
    assert await stage.database.fetchval(taken, stage.cycle_id, SECOND, MEDICINE) == 1
    body = await stage.database.fetchval("SELECT body FROM outbox WHERE subject LIKE '%application.moved'")
    fact = events_pb2.ApplicationMoved.FromString(body)
    assert (fact.application.base_code, fact.left_base_code, fact.remark) == (SECOND, QILU, "省立内科有空缺")
    history = await stage.history.list_history(PROVINCE, view.application_id)
    assert "move_applicant" in [entry.command for entry in history]


async def test_real_07_nobody_is_moved_where_they_cannot_be(desk: Desk, stage: Stage) -> None:
    """CAP-MOVE, CAP-MOVE-CONSENT."""
    await stage.stand(P1)
    _, view = await stage.registered(Choice(QILU, MEDICINE, True))
    _, stays = await stage.registered(Choice(QILU, MEDICINE, False))
    await stage.stand(P3)
    assert (await refused(desk.move(view.application_id))).reason == "NOT_IN_PHASE"
    await stage.stand(P4)
    assert (await refused(desk.move(stays.application_id))).reason == "CONSENT_REQUIRED"
    assert (await refused(desk.move(view.application_id, by=FOREIGN))).kind is Kind.NOT_FOUND
    assert (await refused(desk.move(view.application_id, "SD-NONE"))).reason == "UNKNOWN_BASE"
    nowhere = MoveApplicant(view.application_id, SECOND, SKIN, "无", key())
    assert (await refused(desk.moving.move_applicant(PROVINCE, nowhere))).reason == "NOT_PLANNED"
    full = "UPDATE seat SET taken = planned WHERE cycle_id = $1 AND base_code = $2"
    await stage.database.execute(full, stage.cycle_id, SECOND)
    error = await refused(desk.move(view.application_id))
    assert (error.reason, error.rule) == ("SEAT_FULL", "REAL-07")
    assert await desk.move(view.application_id, QILU) is State.PENDING
    assert (await refused(desk.move(view.application_id, QILU))).reason == "ALREADY_THERE"


async def test_real_06_wishes_are_saved_as_consent_is(desk: Desk, stage: Stage) -> None:
    await stage.stand(P1)
    person, view = await stage.registered(Choice(QILU, MEDICINE, True))
    before = (await stage.applications.get_my_application(person, stage.cycle_id))[0].version
    assert await desk.wish(person, (SECOND, MEDICINE), (QILU, SKIN)) == before + 1
    assert await desk.moving.get_wishes(person, stage.cycle_id) == ((SECOND, MEDICINE), (QILU, SKIN))
    await desk.wish(person, (QILU, SKIN))
    assert await desk.moving.get_wishes(person, stage.cycle_id) == ((QILU, SKIN),)
    for wrong, field in (
        (((SECOND, SKIN),), "wishes[0]"),
        (((QILU, SKIN), (QILU, SKIN)), "wishes"),
        (tuple((QILU, f"{number:04}") for number in range(11)), "wishes"),
    ):
        error = await refused(desk.wish(person, *wrong))
        assert (error.rule, error.field) == ("REAL-06", field)
    assert (await refused(desk.wish(applicant(), (QILU, SKIN)))).kind is Kind.NOT_FOUND
    await stage.stand(P2)
    assert (await refused(desk.wish(person, (SECOND, MEDICINE)))).reason == "WRONG_STATE"
    await stage.review(view, approve=False)
    await desk.wish(person)
    assert await desk.moving.get_wishes(person, stage.cycle_id) == ()
    assert await desk.moving.get_wishes(replace(person, person_id=applicant().person_id), stage.cycle_id) == ()
