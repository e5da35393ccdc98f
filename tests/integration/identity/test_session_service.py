"""Sessions over gRPC with a real database and broker: across services, restarts and a change of keys.

SES-04, SES-06, SES-12, SES-13, SES-14, ROLE-06.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from residency.identity.v1 import session_service_pb2 as pb
from residency.identity.v1 import support_service_pb2
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub
from residency.notify.v1 import notify_service_pb2
from residency.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from services.identity import keys, rotation
from services.identity.store.tables import METADATA
from services.kit import vault
from services.kit.auth import act_as
from services.kit.clock import SystemClock
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.migrations import run
from services.notify import service as notify_service
from services.notify.settings import NotifySettings
from tests.support import people
from tests.support.people import PASSWORD, SECRETS, People, running
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually

MOMENTS = 10.0
"""Seconds within which every service refuses an ended session; usually milliseconds."""


@pytest.fixture
async def crowd(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[People]:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def inbox(crowd: People, url: str, nats_url: str, data_dir: Path) -> AsyncIterator[NotifyServiceStub]:
    """Another service that trusts identity's tokens."""
    settings = NotifySettings(
        database_url=SecretStr(url), nats_url=nats_url, identity_address=crowd.address, data_dir=data_dir / "notify"
    )
    async with running(notify_service.parts(settings)) as address:
        channel = Channel(address)
        yield channel.stub(NotifyServiceStub)
        await channel.close()


async def reason_of(token: str, method: Callable[[Any], Awaitable[Any]], request: Any) -> str:
    """Why a call with this token is refused; empty when it is not."""
    with act_as(token):
        try:
            await method(request)
        except DomainError as error:
            return error.reason
    return ""


def refused_at(notify: NotifyServiceStub, token: str) -> Callable[[], Awaitable[bool]]:
    """Whether the other service refuses the token as one of an ended session, for `eventually`."""

    async def condition() -> bool:
        request = notify_service_pb2.CountUnreadRequest()
        return await reason_of(token, notify.CountUnread, request) == "SESSION_ENDED"

    return condition


async def test_ses_04_whoever_is_suspended_is_refused_by_another_service_at_the_next_command(
    crowd: People, database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    applicant, bystander = await crowd.register_applicant(), await crowd.register_applicant()
    async with inbox(crowd, database_url("notify"), nats_url, tmp_path) as notify:
        unread = notify_service_pb2.CountUnreadRequest()
        assert await reason_of(applicant.token, notify.CountUnread, unread) == ""
        suspension = support_service_pb2.SuspendAccountRequest(
            person_id=applicant.person_id, reason="盗用嫌疑", idempotency_key=new_id()
        )
        await crowd.operator_stub(SupportServiceStub).SuspendAccount(suspension)
        await eventually(refused_at(notify, applicant.token), "the suspended person is refused", MOMENTS)
        assert await reason_of(bystander.token, notify.CountUnread, unread) == ""

    sessions = crowd.stub(SessionServiceStub)
    assert await reason_of(applicant.token, sessions.ListSessions, pb.ListSessionsRequest()) == "SESSION_ENDED"
    refresh = pb.RefreshSessionRequest(refresh_token=applicant.refresh)
    assert await reason_of("", sessions.RefreshSession, refresh) == "SESSION_ENDED"
    sign_in = pb.SignInRequest(login=applicant.login, password=PASSWORD)
    assert await reason_of("", sessions.SignIn, sign_in) == "ACCOUNT_SUSPENDED"


async def test_ses_04_a_service_that_starts_later_knows_what_ended_before(
    crowd: People, database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    applicant = await crowd.register_applicant()
    again = await crowd.sign_in(applicant)
    sessions = crowd.stub(SessionServiceStub)
    with act_as(again.token):
        listed = (await sessions.ListSessions(pb.ListSessionsRequest())).sessions
        assert [(each.session_id, each.current) for each in listed] == [
            (again.session_id, True),
            (applicant.session_id, False),
        ]
        assert (await sessions.EndAllSessions(pb.EndAllSessionsRequest(keep_this=True))).ended == 1
    async with inbox(crowd, database_url("notify"), nats_url, tmp_path) as notify:
        await eventually(refused_at(notify, applicant.token), "the ended session is refused", MOMENTS)
        assert await reason_of(again.token, notify.CountUnread, notify_service_pb2.CountUnreadRequest()) == ""


async def test_ses_06_a_stolen_refresh_token_ends_the_session_everywhere(
    crowd: People, database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    applicant = await crowd.register_applicant()
    sessions = crowd.stub(SessionServiceStub)

    async def refresh(token: str) -> Any:
        return (await sessions.RefreshSession(pb.RefreshSessionRequest(refresh_token=token))).tokens

    first = await refresh(applicant.refresh)
    second = await refresh(first.refresh.value)
    assert {first.session_id, second.session_id} == {applicant.session_id}
    with pytest.raises(DomainError, match="REFRESH_REUSED"):
        await refresh(applicant.refresh)
    with pytest.raises(DomainError, match="SESSION_ENDED"):
        await refresh(second.refresh.value)
    async with inbox(crowd, database_url("notify"), nats_url, tmp_path) as notify:
        await eventually(refused_at(notify, second.access.value), "the newest token is refused too", MOMENTS)


async def test_a_session_goes_on_across_a_restart(
    database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    url = database_url("identity")
    async with people.identity(url, nats_url, tmp_path) as crowd:
        applicant = await crowd.register_applicant()
    async with people.identity(url, nats_url, tmp_path) as crowd:
        sessions = crowd.stub(SessionServiceStub)
        assert await reason_of(applicant.token, sessions.ListSessions, pb.ListSessionsRequest()) == ""
        answer = await sessions.RefreshSession(pb.RefreshSessionRequest(refresh_token=applicant.refresh))
        assert answer.tokens.session_id == applicant.session_id
        lasting = answer.tokens.refresh.expires_at.ToDatetime(tzinfo=UTC) - datetime.now(UTC)
        assert timedelta(minutes=29) < lasting <= timedelta(minutes=30)


async def test_ses_12_and_13_staff_prove_choose_and_prove_again(crowd: People) -> None:
    staff = await crowd.staff("base_administrator")
    assert staff.authenticator is not None
    sessions = crowd.stub(SessionServiceStub)
    wrong = await sessions.SignIn(pb.SignInRequest(login=staff.login, password=PASSWORD))
    assert (wrong.signed_in.HasField("tokens"), wrong.signed_in.HasField("person")) == (False, False)
    assert wrong.signed_in.factors[0] == "totp"
    bad = pb.ProveSecondFactorRequest(challenge_id=wrong.signed_in.challenge_id, proof=pb.Proof(totp="000000"))
    assert await reason_of("", sessions.ProveSecondFactor, bad) == "FACTOR_WRONG"

    with act_as(staff.token):
        owed = await sessions.BeginStepUp(pb.BeginStepUpRequest())
        proof = pb.Proof(totp=await staff.authenticator.code(SystemClock()))
        stepped = await sessions.StepUp(pb.StepUpRequest(challenge_id=owed.challenge_id, proof=proof))
        hats = await sessions.ListHats(pb.ListHatsRequest())
    assert [hat.organisation_code for hat in hats.hats] == ["SD-QILU"]
    with act_as(stepped.access.value):
        chosen = await sessions.ChooseHat(pb.ChooseHatRequest(hat_id=hats.current_hat_id))
    assert chosen.signed_in.tokens.session_id != staff.session_id
    assert chosen.signed_in.person.organisation_code == "SD-QILU"

    async def ended() -> bool:
        return await reason_of(stepped.access.value, sessions.ListHats, pb.ListHatsRequest()) == "SESSION_ENDED"

    await eventually(ended, "the session before is refused", MOMENTS)
    with act_as(chosen.signed_in.tokens.access.value):
        await sessions.SignOut(pb.SignOutRequest())


async def test_ses_14_keys_change_under_running_services_and_a_leaked_one_is_refused(
    crowd: People, database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    applicant = await crowd.register_applicant()
    sessions = crowd.stub(SessionServiceStub)
    path = vault.file_in(tmp_path, keys.SERVICE)
    unread = notify_service_pb2.CountUnreadRequest()

    def change(overlap: timedelta) -> None:
        document = rotation.rotate_signing(json.loads(path.read_text()), datetime.now(UTC), overlap)
        vault.write_draft(path, json.dumps(document)).replace(path)

    def published(count: int) -> Callable[[], Awaitable[bool]]:
        async def condition() -> bool:
            answer = await sessions.GetKeySet(pb.GetKeySetRequest())
            return len(json.loads(answer.key_set_json)["keys"]) == count

        return condition

    async with inbox(crowd, database_url("notify"), nats_url, tmp_path) as notify:
        change(rotation.OVERLAP)
        await eventually(published(2), "the new key is published")
        assert await reason_of(applicant.token, notify.CountUnread, unread) == ""
        again = await crowd.sign_in(applicant)
        assert await reason_of(again.token, notify.CountUnread, unread) == ""

        change(timedelta(0))
        await eventually(published(3), "the newest key is published")
        refresh = pb.RefreshSessionRequest(refresh_token=applicant.refresh)
        renewed = (await sessions.RefreshSession(refresh)).tokens.access.value

        # The token of the new key makes the other service ask for the set; from then on the old key is known as ended.
        async def trusted() -> bool:
            return await reason_of(renewed, notify.CountUnread, unread) == ""

        await eventually(trusted, "the new key is trusted")
        assert await reason_of(applicant.token, notify.CountUnread, unread) == "KEY_RETIRED"
        assert await reason_of(again.token, notify.CountUnread, unread) == "KEY_RETIRED"


async def test_the_migration_makes_the_declared_tables_and_can_be_undone(postgres: PostgresServer) -> None:
    url = postgres.empty_database("identity")
    await asyncio.to_thread(run.upgrade, "identity", url)
    await asyncio.to_thread(run.check, "identity", url, METADATA)
    assert await run.is_current("identity", url)
    await asyncio.to_thread(run.downgrade, "identity", url, "base")
    await asyncio.to_thread(run.upgrade, "identity", url)
    postgres.drop(url)


async def test_role_06_each_machine_has_its_secret_and_no_session(crowd: People) -> None:
    sessions = crowd.stub(SessionServiceStub)
    for machine, secret in (
        ("operator", SECRETS["worker"].get_secret_value()),
        ("nobody", SECRETS["worker"].get_secret_value()),
        ("identity", "x" * 16),
    ):
        request = pb.SignInMachineRequest(machine=machine, secret=secret)
        with pytest.raises(DomainError) as caught:
            await sessions.SignInMachine(request)
        assert (caught.value.kind, caught.value.reason) == (Kind.UNAUTHENTICATED, "BAD_MACHINE")
    worker = await crowd.machine("worker")
    assert await reason_of(worker, sessions.ListSessions, pb.ListSessionsRequest()) == "ROLE_NOT_ALLOWED"
