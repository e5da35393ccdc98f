"""Enrollment as a whole process beside identity: who starts, who unlocks, what is told, erased, rotated and sealed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pydantic import SecretStr

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import application_service_pb2 as app_pb
from residency.enrollment.v1 import support_service_pb2 as pb
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from residency.enrollment.v1.support_service_pb2_grpc import SupportServiceStub
from residency.identity.v1 import events_pb2
from services.enrollment import service as enrollment_service
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P1, P2
from services.enrollment.settings import EnrollmentSettings
from services.kit.auth import act_as, coming_from
from services.kit.database import Database
from services.kit.domain import DomainError, Kind, Origin
from services.kit.grpc_client import Channel
from services.kit.messaging import Messaging
from services.kit.seal_copy import SealCopy
from services.verifier import audits
from tests.handlers.enrollment.story import DOSSIER, Stage, key
from tests.support.deliveries import publish
from tests.support.people import Account, People, identity, running
from tests.support.wait import eventually


@dataclass
class Platform:
    """Identity, enrollment, the broker, and a stage that puts the gate."""

    people: People
    stage: Stage
    applications: ApplicationServiceStub
    support: SupportServiceStub
    messaging: Messaging
    url: str
    identity_url: str
    folder: Path

    async def started(self) -> Account:
        """An applicant with a draft."""
        person = await self.people.register_applicant()
        start = app_pb.StartApplicationRequest(cycle_id=self.stage.cycle_id, idempotency_key=key())
        with act_as(person.token):
            await self.applications.StartApplication(start)
        return person

    async def hold(self, person: Account) -> None:
        """As if another account with the same name and birth date had been there first."""
        connection = await asyncpg.connect(self.identity_url)
        try:
            await connection.execute("UPDATE person SET state = 'held' WHERE person_id = $1", person.person_id)
        finally:
            await connection.close()

    def unlock(self, person: Account) -> pb.UnlockSectionsRequest:
        return pb.UnlockSectionsRequest(
            cycle_id=self.stage.cycle_id,
            person_id=person.person_id,
            sections=[application_pb2.SECTION_BASIC],
            minutes=5,
            reason="手机号码填错",
            idempotency_key=key(),
        )

    def save(self) -> app_pb.SaveSectionRequest:
        return app_pb.SaveSectionRequest(
            cycle_id=self.stage.cycle_id,
            section=application_pb2.SECTION_BASIC,
            body=ParseDict(dict(DOSSIER[Section.BASIC]), Struct()),
            idempotency_key=key(),
        )


@pytest.fixture
async def platform(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        identity_url = database_url("identity")
        people = await stack.enter_async_context(identity(identity_url, nats_url, tmp_path))
        url = database_url("enrollment")
        settings = EnrollmentSettings(
            database_url=SecretStr(url),
            nats_url=nats_url,
            identity_address=people.address,
            machine_secret=SecretStr("enrollment-secret-0123456789"),
            data_dir=tmp_path,
            seal_seconds=0.2,
        )
        channel = Channel(await stack.enter_async_context(running(enrollment_service.parts(settings))))
        stack.push_async_callback(channel.close)
        database = Database(url, name="stage")
        await database.start()
        stack.push_async_callback(database.stop)
        messaging = Messaging(nats_url)
        await messaging.start()
        stack.push_async_callback(messaging.stop)
        stage = Stage(database)
        await stage.open()
        await stage.stand(P1)
        yield Platform(
            *(people, stage, channel.stub(ApplicationServiceStub), channel.stub(SupportServiceStub)),
            *(messaging, url, identity_url, tmp_path),
        )


async def test_cap_verified_a_held_account_starts_nothing(platform: Platform) -> None:
    """CAP-VERIFIED: bound to a document, and not held for a comparison."""
    person = await platform.people.register_applicant()
    await platform.hold(person)
    start = app_pb.StartApplicationRequest(cycle_id=platform.stage.cycle_id, idempotency_key=key())
    with act_as(person.token), pytest.raises(DomainError, match="NOT_VERIFIED"):
        await platform.applications.StartApplication(start)


async def test_support_unlocks_over_the_wire(platform: Platform) -> None:
    """UNL-01, UNL-05, APP-15: policy, province, address; the applicant edits until it is ended."""
    person = await platform.started()
    await platform.stage.stand(P2)
    helper = await platform.people.staff("support")
    with act_as(person.token):
        with pytest.raises(DomainError, match="WRONG_STATE"):
            await platform.applications.SaveSection(platform.save())
        with pytest.raises(DomainError, match="ROLE_NOT_ALLOWED"):
            await platform.support.UnlockSections(platform.unlock(person))
    with act_as(helper.token), coming_from(Origin("203.0.113.9", "tests")):
        unlock = (await platform.support.UnlockSections(platform.unlock(person))).unlock
    assert list(unlock.sections) == [application_pb2.SECTION_BASIC]
    assert unlock.until.seconds - getattr(unlock, "from").seconds == 300
    assert unlock.granted_by == helper.person_id
    listing = pb.ListUnlocksRequest(cycle_id=platform.stage.cycle_id, person_id=person.person_id)
    with act_as(person.token):
        saved = (await platform.applications.SaveSection(platform.save())).application
        assert saved.sections[0].complete
        assert list((await platform.support.ListUnlocks(listing)).unlocks) == [unlock]
    end = pb.EndUnlockRequest(unlock_id=unlock.unlock_id, reason="改好了", idempotency_key=key())
    with act_as(helper.token):
        ended = (await platform.support.EndUnlock(end)).unlock
        assert ended.HasField("ended_at")
        assert (await platform.support.EndUnlock(end)).unlock == ended
    with act_as(person.token), pytest.raises(DomainError, match="WRONG_STATE"):
        await platform.applications.SaveSection(platform.save())
    rows = await platform.stage.queries.audit(saved.application_id)
    [row] = [row for row in rows if row.command == "unlock_sections"]
    assert (row.actor, row.role, row.organisation, row.address) == (helper.person_id, "support", "37", "203.0.113.9")


async def test_support_of_another_province_finds_nothing(platform: Platform) -> None:
    """UNL-05."""
    person = await platform.started()
    foreigner = await platform.people.staff("support", "11")
    listing = pb.ListUnlocksRequest(cycle_id=platform.stage.cycle_id, person_id=person.person_id)
    with act_as(foreigner.token):
        for call, request in (
            (platform.support.UnlockSections, platform.unlock(person)),
            (platform.support.ListUnlocks, listing),
        ):
            with pytest.raises(DomainError) as refused:
                await call(request)
            assert refused.value.kind is Kind.NOT_FOUND


async def test_aud_03_the_audit_is_sealed_and_verified_by_the_other_program(platform: Platform) -> None:
    """AUD-02, AUD-03: rows are under a signed root within moments; a changed one is named."""
    person = await platform.started()
    copy = SealCopy(platform.folder / "seals", "enrollment")

    async def report() -> audits.Report:
        return await audits.verify("enrollment", platform.url, copy, copy.trusted())

    async def sealed() -> bool:
        found = await report()
        return found.rows >= 2 and found.unsealed == 0

    await eventually(sealed, "every row is under a seal")
    assert (await report()).findings == ()
    connection = await asyncpg.connect(platform.url)
    try:
        await connection.execute("GRANT UPDATE ON audit TO CURRENT_USER")
        await connection.execute("ALTER TABLE audit DISABLE TRIGGER written_once")
        await connection.execute("UPDATE audit SET address = '198.51.100.1' WHERE actor = $1", person.person_id)
    finally:
        await connection.close()
    findings = (await report()).findings
    application_id = await platform.stage.database.fetchval(
        "SELECT id::text FROM application WHERE person_id = $1", person.person_id
    )
    assert {(finding.aggregate_id, finding.n) for finding in findings} == {(application_id, 1)}


async def test_priv_04_priv_05_keys_are_rotated_and_the_erased_forgotten_over_the_wire(platform: Platform) -> None:
    """PRIV-04, PRIV-05."""
    person = await platform.started()
    with act_as(person.token):
        await platform.applications.SaveSection(platform.save())
        with pytest.raises(DomainError, match="ROLE_NOT_ALLOWED"):
            await platform.support.RewrapSealed(pb.RewrapSealedRequest(limit=10))
    with act_as(await platform.people.machine("operator")):
        answer = await platform.support.RewrapSealed(pb.RewrapSealedRequest(limit=10))
    assert (answer.rewrapped, answer.left) == (0, 0)
    erased = events_pb2.PersonErased(person_id=person.person_id)
    await asyncio.gather(
        *(publish(platform.messaging, "residency.identity.v1.person.erased", erased, person.person_id) for _ in "ab")
    )

    async def forgotten() -> bool:
        name = await platform.stage.database.fetchval(
            "SELECT name FROM application WHERE person_id = $1", person.person_id
        )
        return bool(name == "")

    await eventually(forgotten, "the person was forgotten")
    rows = await platform.stage.database.fetchval("SELECT count(*) FROM audit WHERE command = 'erase_person'")
    assert rows == 1
