"""Opens accounts as people open them, through the public calls: three steps, or an invitation and a second factor.

What a person would read off a picture or a telephone is read from the sandbox as the platform's operator, so this works
where identity runs with its sandbox adapters: in the embedded stack and in tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from residency.identity.v1 import (
    account_pb2,
    credential_service_pb2,
    registration_service_pb2,
    sandbox_service_pb2,
    session_service_pb2,
    staff_service_pb2,
    support_service_pb2,
)
from residency.identity.v1.credential_service_pb2_grpc import CredentialServiceStub
from residency.identity.v1.registration_service_pb2_grpc import RegistrationServiceStub
from residency.identity.v1.sandbox_service_pb2_grpc import SandboxServiceStub
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub
from services.kit.auth import act_as
from services.kit.clock import Clock, SystemClock
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.stack.authenticator import Authenticator

_MANY_SECONDS = 60.0
"""How long many accounts may take: a password hash each."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody enters who registers with a resident identity card."""

    role: str
    """`applicant` or `faculty`."""
    name: str
    resident_id: str = field(repr=False)
    mobile: str = field(repr=False)
    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Post:
    """A staff hat to be given, and who is to wear it. `role` as in a token, such as `base_reviewer`."""

    role: str
    organisation: str
    name: str
    mobile: str = field(repr=False)
    login: str
    password: str = field(repr=False)


class Accounts:
    """Speaks to identity over `channel`, which carries the operator's machine token."""

    def __init__(self, channel: Channel, clock: Clock | None = None) -> None:
        self._registration = channel.stub(RegistrationServiceStub)
        self._sandbox = channel.stub(SandboxServiceStub)
        self._sessions = channel.stub(SessionServiceStub)
        self._credentials = channel.stub(CredentialServiceStub)
        self._staff = channel.stub(StaffServiceStub)
        self._support = channel.stub(SupportServiceStub)
        self._clock = clock or SystemClock()

    async def captcha_answer(self, captcha_id: str) -> str:
        """What stands in the picture."""
        request = sandbox_service_pb2.GetCaptchaAnswerRequest(captcha_id=captcha_id)
        return str((await self._sandbox.GetCaptchaAnswer(request)).answer)

    async def newest_code(self, mobile: str, purpose: str) -> str:
        """The code (or the invitation's secret) in the newest text of `purpose`.

        Raises DomainError NOT_FOUND `NO_TEXT` when none was sent.
        """
        texts = (await self._sandbox.ListTexts(sandbox_service_pb2.ListTextsRequest(mobile=mobile))).texts
        fitting = [text for text in texts if text.purpose == purpose and text.code]
        if not fitting:
            raise DomainError(Kind.NOT_FOUND, "NO_TEXT", f"no text for {purpose} was sent")
        return str(max(fitting, key=lambda text: (text.sent_at.seconds, text.sent_at.nanos)).code)

    async def register(self, newcomer: Newcomer) -> account_pb2.SignedIn:
        """Register in three steps; signed in. Raises DomainError as identity refuses, CONFLICT for a known person."""
        captcha = await self._registration.CreateCaptcha(registration_service_pb2.CreateCaptchaRequest())
        verified = await self._registration.VerifyIdentity(
            registration_service_pb2.VerifyIdentityRequest(
                role=f"ROLE_{newcomer.role.upper()}",
                name=newcomer.name,
                document_type=account_pb2.DOCUMENT_TYPE_RESIDENT_ID,
                document_number=newcomer.resident_id,
                captcha_id=captcha.captcha_id,
                captcha_answer=await self.captcha_answer(captcha.captcha_id),
            )
        )
        await self._registration.SendRegistrationCode(
            registration_service_pb2.SendRegistrationCodeRequest(
                registration_id=verified.registration_id, mobile=newcomer.mobile
            )
        )
        answer = await self._registration.CreateAccount(
            registration_service_pb2.CreateAccountRequest(
                registration_id=verified.registration_id,
                login=newcomer.login,
                password=newcomer.password,
                mobile=newcomer.mobile,
                code=await self.newest_code(newcomer.mobile, "registration"),
                idempotency_key=new_id(),
            )
        )
        signed_in: account_pb2.SignedIn = answer.signed_in
        return signed_in

    async def open_many(self, newcomers: Sequence[Newcomer], *, sign_in: bool) -> list[account_pb2.SignedIn | str]:
        """Open the accounts of at most a hundred applicants in one call, as the operator of a trial (ID-44).

        Of each the session it began with, or else a reason: that of the refusal (`PERSON_REGISTERED` for who is known),
        empty when it was opened without a session.
        """
        answer = await self._sandbox.OpenAccounts(
            sandbox_service_pb2.OpenAccountsRequest(
                accounts=[
                    sandbox_service_pb2.TrialAccount(
                        name=each.name,
                        resident_id=each.resident_id,
                        mobile=each.mobile,
                        login=each.login,
                        password=each.password,
                    )
                    for each in newcomers
                ],
                sign_in=sign_in,
            ),
            timeout=_MANY_SECONDS,
        )
        return [each.signed_in if each.HasField("signed_in") else each.reason for each in answer.accounts]

    async def invite(self, post: Post, approver: str = "") -> str:
        """Invite somebody to a hat as the operator; the invitation's secret.

        A hat that needs a second signature gets it from `approver`, the access token of a security administrator who
        proved a factor lately. Raises DomainError FORBIDDEN `SECOND_SIGNATURE` when there is nobody to sign.
        """
        answer = await self._staff.InviteStaff(
            staff_service_pb2.InviteStaffRequest(
                name=post.name,
                mobile=post.mobile,
                role=f"ROLE_{post.role.upper()}",
                organisation_code=post.organisation,
                idempotency_key=new_id(),
            )
        )
        if not answer.proposal_id:
            return str(answer.secret)
        if not approver:
            raise DomainError(Kind.FORBIDDEN, "SECOND_SIGNATURE", f"the hat {post.role} needs a second signature")
        with act_as(approver):
            await self._staff.DecideProposal(
                staff_service_pb2.DecideProposalRequest(
                    proposal_id=answer.proposal_id, approve=True, reason="演示环境开通", idempotency_key=new_id()
                )
            )
        return await self.newest_code(post.mobile, "invitation")

    async def appoint(self, post: Post, approver: str = "") -> tuple[account_pb2.SignedIn, Authenticator]:
        """Invite, accept and enrol an authenticator: signed in with the hat, a second factor just proved."""
        secret = await self.invite(post, approver)
        accepted = await self._staff.AcceptInvitation(
            staff_service_pb2.AcceptInvitationRequest(secret=secret, login=post.login, password=post.password)
        )
        return await self.enrol(accepted.signed_in.tokens.access.value)

    async def enrol(self, token: str) -> tuple[account_pb2.SignedIn, Authenticator]:
        """Enrol an authenticator in the session of `token`, which waits for it."""
        with act_as(token):
            begun = await self._credentials.BeginTotp(credential_service_pb2.BeginTotpRequest())
            authenticator = Authenticator(begun.secret)
            code = await authenticator.code(self._clock)
            answer = await self._credentials.ConfirmTotp(credential_service_pb2.ConfirmTotpRequest(code=code))
        return answer.signed_in, authenticator

    async def sign_in(
        self, login: str, password: str, authenticator: Authenticator | None = None
    ) -> account_pb2.SignedIn:
        """Sign in, with the second factor where one is owed.

        Raises DomainError UNAUTHENTICATED for a wrong password, and `FACTOR_UNKNOWN` when a factor is owed that is not
        at hand.
        """
        request = session_service_pb2.SignInRequest(login=login, password=password)
        signed_in: account_pb2.SignedIn = (await self._sessions.SignIn(request)).signed_in
        if not signed_in.challenge_id:
            return signed_in
        if authenticator is None:
            raise DomainError(Kind.UNAUTHENTICATED, "FACTOR_UNKNOWN", f"the second factor of {login} is not known here")
        proof = session_service_pb2.Proof(totp=await authenticator.code(self._clock))
        proved = await self._sessions.ProveSecondFactor(
            session_service_pb2.ProveSecondFactorRequest(challenge_id=signed_in.challenge_id, proof=proof)
        )
        answer: account_pb2.SignedIn = proved.signed_in
        return answer

    async def worn(self, organisation: str) -> dict[tuple[str, str, str], str]:
        """(role, organisation, name) → person id of the staff in `organisation` and below."""
        found: dict[tuple[str, str, str], str] = {}
        after = ""
        while True:
            request = staff_service_pb2.ListStaffRequest(organisation_code=organisation, after=after)
            answer = await self._staff.ListStaff(request)
            for member in answer.staff:
                if member.person_id and not member.HasField("ended_at"):
                    role = account_pb2.Role.Name(member.hat.role).removeprefix("ROLE_").lower()
                    found[role, member.hat.organisation_code, member.name] = member.person_id
            if not answer.next:
                return found
            after = answer.next

    async def reclaim(self, post: Post, person_id: str) -> tuple[account_pb2.SignedIn, Authenticator]:
        """Have somebody whose authenticator is lost enrol another: the operator takes the old one away."""
        await self._support.ResetSecondFactor(
            support_service_pb2.ResetSecondFactorRequest(
                person_id=person_id, reason="演示账号的验证器已丢失", idempotency_key=new_id()
            )
        )
        signed_in = await self.sign_in(post.login, post.password)
        return await self.enrol(signed_in.tokens.access.value)

    async def import_organisations(self, organisations: list[account_pb2.Organisation]) -> None:
        """Make sure these organisations exist, by these names."""
        await self._staff.ImportOrganisations(staff_service_pb2.ImportOrganisationsRequest(organisations=organisations))
