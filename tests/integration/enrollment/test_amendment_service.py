"""AmendmentService on the wire: foreseen, asked for, agreed to by somebody else with a fresh proof, listed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from joserfc.jwk import KeySet

from residency.enrollment.v1 import amendment_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2, cycle_service_pb2
from residency.enrollment.v1.amendment_service_pb2_grpc import AmendmentServiceStub
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from services.enrollment.service import servicers
from services.enrollment.store.sealing import Sealing
from services.kit.auth import TokenVerifier, act_as
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from tests.handlers.enrollment.amending import COLLEAGUE, PROVINCE, Calendars
from tests.handlers.enrollment.story import ADMINISTRATOR, QILU, Registry, Stage, key
from tests.integration.enrollment.test_enrollment_service import KEY, token
from tests.support.objects import folder_of_objects
from tests.support.vaults import VAULT

AUDITOR = replace(PROVINCE, person_id="auditor", role="auditor")


@dataclass
class Wire:
    """Stubs over a real server, and calendars over the same database."""

    calendars: Calendars
    amendments: AmendmentServiceStub
    cycles: CycleServiceStub

    @property
    def cycle_id(self) -> str:
        return self.calendars.stage.cycle_id


@pytest.fixture
async def wire(database_url: Callable[[str], str]) -> AsyncIterator[Wire]:
    """Enrollment's server on a free port, and a cycle in the sixth day of its first round."""

    async def published() -> str:
        return json.dumps(KeySet([KEY]).as_dict(private=False))

    database = Database(database_url("enrollment"), name="amendments")
    await database.start()
    offered = servicers(database, Registry(), Sealing(VAULT), folder_of_objects())
    server = GrpcServer(0, offered, TokenVerifier(published))
    await server.start()
    channel = Channel(f"127.0.0.1:{server.port}")
    calendars = Calendars(Stage(database))
    await calendars.begin(15.5)
    yield Wire(calendars, channel.stub(AmendmentServiceStub), channel.stub(CycleServiceStub))
    await channel.close()
    await server.stop()
    await database.stop()


async def wish(wire: Wire, key: str, last_day: str) -> pb.Wish:
    """The calendar as it is published, one phase ending on another day, and a new day of the province."""
    with act_as(token(PROVINCE)):
        answer = await wire.cycles.GetCycle(cycle_service_pb2.GetCycleRequest(cycle_id=wire.cycle_id))
    phases = [
        cycle_service_pb2.PhaseDates(
            phase=each.phase,
            name=each.name,
            first_day=each.first_day,
            last_day=last_day if each.key == key else each.last_day,
            key=each.key,
            gap_name=each.gap_name,
        )
        for each in answer.cycle.phases
        if each.first_day
    ]
    scores = cycle_pb2.CycleMilestone(key="scores", phase_key="second_choice", name="公布成绩", day="2023-08-05")
    return pb.Wish(
        kind=pb.AMENDMENT_KIND_AMEND,
        based_on=answer.cycle.calendar_version,
        phases=phases,
        milestones=[scores],
    )


async def test_a_change_is_foreseen_asked_for_agreed_to_and_listed(wire: Wire) -> None:
    """AMD-16, AMD-17 on the wire."""
    await wire.calendars.applications(3)
    await wire.calendars.stage.database.execute(
        "INSERT INTO base_window (cycle_id, base_code, round, interview) SELECT $1, $2, 1, closes_at FROM cycle_gate"
        " WHERE cycle_id = $1",
        *(wire.cycle_id, QILU),
    )
    wanted = await wish(wire, "first_choice", "2023-07-29")
    asked = pb.ProposeAmendmentRequest(cycle_id=wire.cycle_id, wish=wanted, reason="按省厅通知", idempotency_key=key())
    with act_as(token(PROVINCE)):
        impact = (
            await wire.amendments.PreviewAmendment(pb.PreviewAmendmentRequest(cycle_id=wire.cycle_id, wish=wanted))
        ).impact
    with act_as(token(replace(PROVINCE, session="s"))), pytest.raises(DomainError, match="STEP_UP_REQUIRED"):
        await wire.amendments.ProposeAmendment(asked)
    [phase] = impact.phases
    assert (phase.key, phase.before.last_day, phase.after.last_day) == ("first_choice", "2023-07-31", "2023-07-29")
    assert (phase.gain, phase.lose, impact.applicants, impact.bases) == (0, 3, 3, 2)
    assert (impact.matters, list(impact.reasons), impact.urgent, impact.people) == (
        *(True, ["AMD-12", "AMD-14"], True, 2),
    )
    [outside] = impact.unfit
    assert (outside.base_code, outside.base_name, outside.round, outside.milestone) == (
        *(QILU, "山东大学齐鲁医院", 1, "interview"),
    )
    assert [(each.day, each.key, each.what, each.known) for each in impact.clashes] == [
        *(("2023-07-29", "first_choice", "closes", True), ("2023-08-05", "scores", "milestone", True))
    ]
    assert [each.key for each in impact.calendar] == [
        *("preparation", "registration", "first_choice", "second_choice", "reallocation", "confirmation", "closed")
    ]
    assert [each.day for each in impact.milestones] == ["2023-08-05"]

    with act_as(token(_proved(PROVINCE))):
        amendment = (await wire.amendments.ProposeAmendment(asked)).amendment
    assert (amendment.state, amendment.version) == (pb.AMENDMENT_STATE_OPEN, 0)
    decision = pb.DecideAmendmentRequest(
        cycle_id=wire.cycle_id, amendment_id=amendment.amendment_id, agree=True, idempotency_key=key()
    )
    with act_as(token(_proved(PROVINCE))), pytest.raises(DomainError, match="OWN_AMENDMENT"):
        await wire.amendments.DecideAmendment(decision)
    with act_as(token(_proved(COLLEAGUE))):
        applied = (await wire.amendments.DecideAmendment(decision)).amendment
    assert (applied.state, applied.version, applied.kind) == (
        *(pb.AMENDMENT_STATE_APPLIED, 2, pb.AMENDMENT_KIND_AMEND),
    )
    with act_as(token(AUDITOR)):
        [listed] = (await wire.amendments.ListAmendments(pb.ListAmendmentsRequest(cycle_id=wire.cycle_id))).amendments
    assert listed == applied
    await wire.calendars.agree()


async def test_what_is_not_there_and_what_is_not_theirs(wire: Wire) -> None:
    wanted = await wish(wire, "first_choice", "2023-02-30")
    request = pb.PreviewAmendmentRequest(cycle_id=wire.cycle_id, wish=wanted)
    with act_as(token(PROVINCE)), pytest.raises(DomainError, match="CALENDAR_DATE"):
        await wire.amendments.PreviewAmendment(request)
    for caller, reason in ((ADMINISTRATOR, "ROLE_NOT_ALLOWED"), (replace(AUDITOR, organisation="11"), "NOT_FOUND")):
        with act_as(token(caller)), pytest.raises(DomainError, match=reason):
            await wire.amendments.ListAmendments(pb.ListAmendmentsRequest(cycle_id=wire.cycle_id))


def _proved(caller: Caller) -> Caller:
    return replace(caller, session="s", proved_at=datetime.now(UTC))
