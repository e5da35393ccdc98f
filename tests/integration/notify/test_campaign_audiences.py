"""MSG-33 over the wire: notify reads audiences and quiet hours from the enrollment there is, as a machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from residency.enrollment.v1 import audience_service_pb2 as pb
from residency.enrollment.v1.audience_service_pb2_grpc import AudienceServiceStub
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1
from services.enrollment.service import servicers
from services.kit.auth import TokenVerifier, act_as
from services.kit.database import Database
from services.kit.domain import DomainError
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.ids import new_id
from services.kit.quiet import is_quiet
from services.notify.audiences import Asked, Audiences, Counted
from services.notify.domain.campaigns import Audience
from services.notify.domain.recipients import Recipient
from tests.handlers.enrollment.story import MEDICINE, QILU, SECOND, SKIN, Stage
from tests.support.around_notify import Around


@pytest.fixture
async def stage(database_url: Callable[[str], str]) -> AsyncIterator[Stage]:
    database = Database(database_url("enrollment"), name="enrollment", pool_size=4)
    await database.start()
    stage = Stage(database)
    await stage.open()
    await stage.stand(P1)
    yield stage
    await database.stop()


@pytest.fixture
def around() -> Around:
    """Signs tokens."""
    return Around([])


@pytest.fixture
async def channel(stage: Stage, around: Around) -> AsyncIterator[Channel]:
    """To enrollment, as the machine notify."""

    async def token() -> str:
        return around.token("notify", "service")

    served = servicers(stage.database, stage.registry, stage.sealing, stage.objects)
    server = GrpcServer(0, served, TokenVerifier(around.key_set))
    await server.start()
    channel = Channel(f"127.0.0.1:{server.port}", token)
    yield channel
    await channel.close()
    await server.stop()


async def test_msg_33_audiences_are_read_page_by_page_and_counted(stage: Stage, channel: Channel) -> None:
    people = sorted([(await stage.registered(Choice(QILU, MEDICINE, True)))[0].person_id for _ in range(3)])
    await stage.registered(Choice(SECOND, MEDICINE, True))
    audiences = Audiences(channel)
    asked = Asked(stage.cycle_id, Audience.SUBMITTED, QILU, MEDICINE)
    first = await audiences.page(asked, "", 2)
    rest = await audiences.page(asked, first.cursor, 2)
    assert first.members + rest.members == tuple(Recipient(person_id=each) for each in people)
    assert rest.cursor == ""
    assert await audiences.count(asked) == Counted(3, "37")
    for audience, number in (
        *((Audience.EVERYBODY, 4), (Audience.DRAFTS, 0), (Audience.SUBMITTED, 4)),
        *((Audience.UNPLACED, 4), (Audience.PLACED, 0), (Audience.BASES, 2)),
    ):
        assert (await audiences.count(Asked(stage.cycle_id, audience))).count == number
    bases = await audiences.page(Asked(stage.cycle_id, Audience.BASES, specialty_code=SKIN), "", 50)
    assert bases.members == (Recipient(organisation_code=QILU),)


async def test_what_enrollment_refuses_comes_through(stage: Stage, channel: Channel) -> None:
    audiences = Audiences(channel)
    with pytest.raises(DomainError, match="UNKNOWN_BASE"):
        await audiences.count(Asked(stage.cycle_id, Audience.SUBMITTED, "SD-NONE"))
    with pytest.raises(DomainError, match="CYCLE_NOT_FOUND"):
        await audiences.page(Asked(new_id(), Audience.EVERYBODY), "", 10)


async def test_msg_08_quiet_hours_are_those_of_the_cycle(stage: Stage, channel: Channel) -> None:
    hours = await Audiences(channel).quiet(stage.cycle_id)
    assert (hours.from_minute, hours.until_minute) == (21 * 60 + 30, 8 * 60)
    assert is_quiet(hours, hours.anchor + hours.day / 24)
    assert not is_quiet(hours, hours.anchor + hours.day / 2)
    await stage.decree(quiet_hours={}, exam_quiet_until="")
    never = await Audiences(channel).quiet(stage.cycle_id)
    assert not is_quiet(never, hours.anchor + hours.day / 24)


async def test_role_01_only_machines_read_audiences(stage: Stage, channel: Channel, around: Around) -> None:
    stub = channel.stub(AudienceServiceStub)
    asked = pb.ListAudienceRequest(cycle_id=stage.cycle_id, audience=pb.AUDIENCE_EVERYBODY)
    for role in ("province_administrator", "auditor", "operator", "scheduler"):
        with act_as(around.token("li", role, "37")), pytest.raises(DomainError, match="ROLE_NOT_ALLOWED"):
            await stub.ListAudience(asked)
