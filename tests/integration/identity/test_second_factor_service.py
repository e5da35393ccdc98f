"""Second factors, recovery, signing in by phone over gRPC, as people meet them: CRED-01, CRED-03, CRED-14, SCAN-01."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp
import pytest

from residency.identity.v1 import (
    account_pb2,
    credential_service_pb2,
    registration_service_pb2,
    scan_service_pb2,
    session_service_pb2,
)
from residency.identity.v1.credential_service_pb2_grpc import CredentialServiceStub
from residency.identity.v1.registration_service_pb2_grpc import RegistrationServiceStub
from residency.identity.v1.scan_service_pb2_grpc import ScanServiceStub
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from services.kit.auth import act_as, coming_from
from services.kit.clock import SystemClock
from services.kit.domain import DomainError, Kind, Origin
from tests.support import people
from tests.support.passkey import Passkey
from tests.support.people import Account, People
from tests.support.wait import eventually

NEW_PASSWORD = "Entirely-other8-sentence"
DESKTOP = Origin("10.9.0.1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36")


@pytest.fixture
async def crowd(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[People]:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as running:
        yield running


@contextmanager
def refused(reason: str, kind: Kind) -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert (caught.value.reason, caught.value.kind) == (reason, kind)


async def step_up(crowd: People, account: Account, proof: session_service_pb2.Proof) -> str:
    """An access token of the same session that may do powerful acts."""
    sessions = crowd.stub(SessionServiceStub)
    with act_as(account.token):
        owed = await sessions.BeginStepUp(session_service_pb2.BeginStepUpRequest())
        request = session_service_pb2.StepUpRequest(challenge_id=owed.challenge_id, proof=proof)
        return str((await sessions.StepUp(request)).access.value)


async def owed(crowd: People, account: Account) -> account_pb2.SignedIn:
    """A sign-in that stands before its second factor."""
    request = session_service_pb2.SignInRequest(login=account.login, password=account.password)
    signed_in: account_pb2.SignedIn = (await crowd.stub(SessionServiceStub).SignIn(request)).signed_in
    return signed_in


async def prove(crowd: People, challenge_id: str, **proof: str) -> account_pb2.SignedIn:
    request = session_service_pb2.ProveSecondFactorRequest(
        challenge_id=challenge_id, proof=session_service_pb2.Proof(**proof)
    )
    signed_in: account_pb2.SignedIn = (await crowd.stub(SessionServiceStub).ProveSecondFactor(request)).signed_in
    return signed_in


async def test_cred_03_a_passkey_is_enrolled_and_signs_in(crowd: People) -> None:
    reviewer = await crowd.staff("base_reviewer")
    credentials, sessions = crowd.stub(CredentialServiceStub), crowd.stub(SessionServiceStub)
    device = Passkey()
    with act_as(reviewer.token):
        begun = await credentials.BeginPasskey(credential_service_pb2.BeginPasskeyRequest())
        made = credential_service_pb2.ConfirmPasskeyRequest(
            passkey_json=device.create(begun.options_json), label="科室的密钥"
        )
        assert not (await credentials.ConfirmPasskey(made)).HasField("signed_in")
        listed = await credentials.ListFactors(credential_service_pb2.ListFactorsRequest())
    assert [(factor.kind, factor.label) for factor in listed.factors][1:] == [("passkey", "科室的密钥")]
    assert listed.recovery_codes_left == 10

    waiting = await owed(crowd, reviewer)
    assert list(waiting.factors) == ["totp", "passkey", "recovery_code"]
    assert not waiting.HasField("tokens")
    asked = await sessions.GetPasskeyChallenge(
        session_service_pb2.GetPasskeyChallengeRequest(challenge_id=waiting.challenge_id)
    )
    answer = device.get(asked.options_json)
    signed_in = await prove(crowd, waiting.challenge_id, passkey_json=answer)
    assert signed_in.person.person_id == reviewer.person_id
    assert signed_in.person.role == account_pb2.ROLE_BASE_REVIEWER
    with refused("CHALLENGE_OVER", Kind.UNAUTHENTICATED):
        await prove(crowd, waiting.challenge_id, passkey_json=answer)
    another = await owed(crowd, reviewer)
    with refused("FACTOR_WRONG", Kind.UNAUTHENTICATED):
        await prove(crowd, another.challenge_id, passkey_json=answer)


async def test_cred_01_thirty_sign_ins_at_once_with_one_code_and_one_gets_in(crowd: People) -> None:
    reviewer = await crowd.staff("base_reviewer")
    assert reviewer.authenticator is not None
    code = await reviewer.authenticator.code(SystemClock())
    challenges = [(await owed(crowd, reviewer)).challenge_id for _ in range(5)]
    results = await asyncio.gather(*(prove(crowd, each, totp=code) for each in challenges * 6), return_exceptions=True)
    assert sum(isinstance(each, account_pb2.SignedIn) for each in results) == 1
    reasons = {each.reason for each in results if isinstance(each, DomainError)}
    assert reasons <= {"FACTOR_WRONG", "CHALLENGE_OVER", "TOO_MANY_FAILURES"}


async def test_cred_05_an_applicant_proves_by_password_and_enrols_an_app(crowd: People) -> None:
    anna = await crowd.register_applicant()
    credentials = crowd.stub(CredentialServiceStub)
    with act_as(anna.token), refused("STEP_UP_REQUIRED", Kind.FORBIDDEN):
        await credentials.BeginTotp(credential_service_pb2.BeginTotpRequest())
    with act_as(await step_up(crowd, anna, session_service_pb2.Proof(password=anna.password))):
        begun = await credentials.BeginTotp(credential_service_pb2.BeginTotpRequest())
        code = pyotp.TOTP(begun.secret).now()
        confirmed = await credentials.ConfirmTotp(credential_service_pb2.ConfirmTotpRequest(code=code))
        [factor] = (await credentials.ListFactors(credential_service_pb2.ListFactorsRequest())).factors
    assert len(confirmed.recovery_codes) == 10
    waiting = await owed(crowd, anna)
    signed_in = await prove(crowd, waiting.challenge_id, recovery_code=confirmed.recovery_codes[3])
    with act_as(signed_in.tokens.access.value):
        await credentials.RemoveFactor(credential_service_pb2.RemoveFactorRequest(factor_id=factor.factor_id))
    assert not (await owed(crowd, anna)).challenge_id


async def test_cred_14_a_reset_ends_sessions_and_the_second_factor_stays_owed(crowd: People) -> None:
    reviewer = await crowd.staff("base_reviewer")
    credentials, registration = crowd.stub(CredentialServiceStub), crowd.stub(RegistrationServiceStub)
    captcha = await registration.CreateCaptcha(registration_service_pb2.CreateCaptchaRequest())
    begun = await credentials.SendRecoveryCode(
        credential_service_pb2.SendRecoveryCodeRequest(
            login=reviewer.login,
            mobile=reviewer.mobile,
            captcha_id=captcha.captcha_id,
            captcha_answer=await crowd.accounts.captcha_answer(captcha.captcha_id),
        )
    )
    await credentials.ResetPassword(
        credential_service_pb2.ResetPasswordRequest(
            recovery_id=begun.recovery_id,
            code=await crowd.accounts.newest_code(reviewer.mobile, "recovery"),
            new_password=NEW_PASSWORD,
        )
    )

    async def out() -> bool:
        try:
            with act_as(reviewer.token):
                await credentials.ListFactors(credential_service_pb2.ListFactorsRequest())
        except DomainError as error:
            return error.kind is Kind.UNAUTHENTICATED
        return False

    await eventually(out, "the session's token is refused")
    with refused("BAD_CREDENTIALS", Kind.UNAUTHENTICATED):
        await owed(crowd, reviewer)
    reviewer.password = NEW_PASSWORD
    waiting = await owed(crowd, reviewer)
    assert waiting.challenge_id
    assert not waiting.HasField("tokens")


async def test_scan_01_a_desktop_signs_in_by_phone(crowd: People) -> None:
    anna = await crowd.register_applicant()
    scans = crowd.stub(ScanServiceStub)
    with coming_from(DESKTOP):
        shown = await scans.CreateScanTicket(scan_service_pb2.CreateScanTicketRequest())
    with act_as(anna.token):
        seen = await scans.GetScanTicket(scan_service_pb2.GetScanTicketRequest(ticket_id=shown.ticket_id))
        assert (seen.browser, seen.address) == ("Chrome，Windows 电脑", DESKTOP.address)
        assert shown.number in seen.numbers
        await scans.AnswerScanTicket(
            scan_service_pb2.AnswerScanTicketRequest(ticket_id=shown.ticket_id, number=shown.number, confirm=True)
        )
    claim = scan_service_pb2.ClaimScanTicketRequest(ticket_id=shown.ticket_id, browser_secret=shown.browser_secret)
    with coming_from(DESKTOP):
        answers = await asyncio.gather(*(scans.ClaimScanTicket(claim) for _ in range(4)))
    states = sorted(scan_service_pb2.TicketState.Name(answer.state) for answer in answers)
    assert states == ["TICKET_STATE_CLAIMED", *["TICKET_STATE_VOID"] * 3]
    [signed_in] = [answer.signed_in for answer in answers if answer.HasField("signed_in")]
    assert signed_in.person.person_id == anna.person_id
    with act_as(signed_in.tokens.access.value):
        listed = await crowd.stub(SessionServiceStub).ListSessions(session_service_pb2.ListSessionsRequest())
    assert {session.address for session in listed.sessions} >= {DESKTOP.address}
    assert len(listed.sessions) == 2
