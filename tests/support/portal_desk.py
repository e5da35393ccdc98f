"""Staff and support as the portal sees them: two people, one proposal, a held account, an audit of three rows."""

from __future__ import annotations

import uuid
from typing import Any

from residency.enrollment.v1 import support_service_pb2 as unlock_service_pb2
from residency.enrollment.v1 import support_service_pb2_grpc as unlock_service_pb2_grpc
from residency.identity.v1 import (
    account_pb2,
    staff_service_pb2,
    staff_service_pb2_grpc,
    support_service_pb2,
    support_service_pb2_grpc,
)
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind
from tests.support.portal_accounts import PLACES, hat_of, soon
from tests.support.portal_identity import Identity

INVITATION = "an-invitation-secret-of-32-characters"

BORROWED = "0197c0de-0000-7000-8000-0000000000ac"
"""The session in which somebody acts in another's place."""


class Staff(staff_service_pb2_grpc.StaffServiceServicer):
    """Organisations, hats and proposals."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.done: list[tuple[str, str]] = []
        """What was done, with its reason."""
        self.imported: list[tuple[str, str, int, str]] = []
        """Code, name, kind and parent of the organisations that were last written."""
        self.member = staff_service_pb2.StaffMember(
            hat=hat_of("base_reviewer", "SD-QILU"),
            person_id=str(uuid.uuid4()),
            name="王审核",
            given_at=soon(days=-40),
            second_factor=True,
        )
        self.proposal = staff_service_pb2.Proposal(
            proposal_id=str(uuid.uuid4()),
            kind="grant_hat",
            summary="授予 赵某 安全管理员（山东省）。",
            proposed_by=str(uuid.uuid4()),
            proposed_as=account_pb2.ROLE_SECURITY_ADMINISTRATOR,
            proposed_at=soon(hours=-2),
            reason="新任安全管理员",
            state="waiting",
            expires_at=soon(days=3),
        )

    async def ListOrganisations(self, request: Any, context: Any) -> Any:
        parents = {"SD-QILU": "37", "SD-QILU-NK": "SD-QILU"}
        kinds = {
            "37": account_pb2.ORGANISATION_KIND_PROVINCE,
            "SD-QILU": account_pb2.ORGANISATION_KIND_BASE,
            "SD-QILU-NK": account_pb2.ORGANISATION_KIND_DEPARTMENT,
        }
        return staff_service_pb2.ListOrganisationsResponse(
            organisations=[
                account_pb2.Organisation(code=code, name=name, kind=kinds[code], parent_code=parents.get(code, ""))
                for code, name in PLACES.items()
            ]
        )

    async def ImportOrganisations(self, request: Any, context: Any) -> Any:
        self.imported = [(each.code, each.name, each.kind, each.parent_code) for each in request.organisations]
        return staff_service_pb2.ImportOrganisationsResponse(changed=len(self.imported))

    async def ListStaff(self, request: Any, context: Any) -> Any:
        return staff_service_pb2.ListStaffResponse(staff=[self.member])

    async def InviteStaff(self, request: Any, context: Any) -> Any:
        if not request.mobile.isdigit():
            raise DomainError(Kind.INVALID, "MOBILE_FORMAT", "手机号码格式有误。", field="mobile")
        powerful = request.role in {account_pb2.ROLE_AUDITOR, account_pb2.ROLE_SUPPORT}
        return staff_service_pb2.InviteStaffResponse(
            invitation_id=str(uuid.uuid4()), proposal_id=str(uuid.uuid4()) if powerful else ""
        )

    async def GetInvitation(self, request: Any, context: Any) -> Any:
        if request.secret != INVITATION:
            raise DomainError(Kind.NOT_FOUND, "INVITATION_UNKNOWN", "邀请码不对，或邀请已过期。", field="secret")
        return staff_service_pb2.GetInvitationResponse(
            name="赵某",
            role=account_pb2.ROLE_BASE_REVIEWER,
            organisation_name="山东大学齐鲁医院",
            expires_at=soon(days=7),
            masked_mobile="139****0001",
        )

    async def AcceptInvitation(self, request: Any, context: Any) -> Any:
        self._identity.accounts[request.login] = type(self._identity.accounts["reviewer"])(
            str(uuid.uuid4()), [hat_of("base_reviewer", "SD-QILU")], password=request.password
        )
        signed_in = self._identity.signed_in(request.login, role="enrolling")
        return staff_service_pb2.AcceptInvitationResponse(signed_in=signed_in)

    async def AcceptInvitationAsMe(self, request: Any, context: Any) -> Any:
        hat = hat_of("base_reviewer", "SD-QILU")
        self._identity.accounts[self._identity.login_of(caller().person_id)].hats.append(hat)
        return staff_service_pb2.AcceptInvitationAsMeResponse(hat=hat)

    async def SuspendHat(self, request: Any, context: Any) -> Any:
        self.done.append(("suspend", request.reason))
        self.member.hat.suspended = True
        return staff_service_pb2.SuspendHatResponse()

    async def RestoreHat(self, request: Any, context: Any) -> Any:
        self.done.append(("restore", request.reason))
        self.member.hat.suspended = False
        return staff_service_pb2.RestoreHatResponse()

    async def EndHat(self, request: Any, context: Any) -> Any:
        self.done.append(("end", request.reason))
        return staff_service_pb2.EndHatResponse()

    async def MoveHat(self, request: Any, context: Any) -> Any:
        self.done.append((f"move to {request.organisation_code}", request.reason))
        return staff_service_pb2.MoveHatResponse(hat=self.member.hat)

    async def SetHatExpiry(self, request: Any, context: Any) -> Any:
        self.done.append((f"expiry {request.expires_at.ToJsonString()}", request.reason))
        return staff_service_pb2.SetHatExpiryResponse(hat=self.member.hat)

    async def ListProposals(self, request: Any, context: Any) -> Any:
        shown = [self.proposal] if (self.proposal.state != "waiting") == request.decided else []
        return staff_service_pb2.ListProposalsResponse(proposals=shown)

    async def DecideProposal(self, request: Any, context: Any) -> Any:
        if self.proposal.proposed_by == caller().person_id:
            raise DomainError(Kind.FORBIDDEN, "SELF_APPROVAL", "不能复核自己提出的事项。")
        self.proposal.state = "approved" if request.approve else "refused"
        self.done.append((self.proposal.state, request.reason))
        return staff_service_pb2.DecideProposalResponse(proposal=self.proposal)


class Support(support_service_pb2_grpc.SupportServiceServicer):
    """Persons found, looked at in their place, revealed."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.done: list[tuple[str, str]] = []

    async def FindPersons(self, request: Any, context: Any) -> Any:
        if request.login not in self._identity.accounts:
            return support_service_pb2.FindPersonsResponse()
        found = support_service_pb2.FoundPerson(
            person=self._identity.person(request.login),
            login=request.login,
            hats=self._identity.accounts[request.login].hats,
            factors=["totp", "recovery_code"],
        )
        return support_service_pb2.FindPersonsResponse(persons=[found])

    async def ActAs(self, request: Any, context: Any) -> Any:
        login = self._identity.login_of(request.person_id)
        token = self._identity.token(
            login, 600, proved=False, act=caller().person_id, look=not request.proposal_id, sid=BORROWED
        )
        signed_in = self._identity.signed_in(login)
        signed_in.tokens.access.value = token
        signed_in.tokens.ClearField("refresh")
        self.done.append(("act", request.reason))
        return support_service_pb2.ActAsResponse(signed_in=signed_in)

    async def ProposeActingWrite(self, request: Any, context: Any) -> Any:
        self.done.append(("propose acting", request.reason))
        return support_service_pb2.ProposeActingWriteResponse()

    async def ProposeBindingOverride(self, request: Any, context: Any) -> Any:
        self.done.append(("propose override", request.reason))
        return support_service_pb2.ProposeBindingOverrideResponse()

    async def RevealDocument(self, request: Any, context: Any) -> Any:
        self.done.append(("reveal", request.reason))
        return support_service_pb2.RevealDocumentResponse(document_number="37010219990101123X", mobile="+8613800000000")

    async def SuspendAccount(self, request: Any, context: Any) -> Any:
        self.done.append(("suspend", request.reason))
        return support_service_pb2.SuspendAccountResponse()

    async def RestoreAccount(self, request: Any, context: Any) -> Any:
        self.done.append(("restore", request.reason))
        return support_service_pb2.RestoreAccountResponse()

    async def ResetSecondFactor(self, request: Any, context: Any) -> Any:
        self.done.append(("reset", request.reason))
        return support_service_pb2.ResetSecondFactorResponse()

    async def ListHeld(self, request: Any, context: Any) -> Any:
        person = self._identity.person("applicant")
        held = support_service_pb2.HeldAccount(person=person, alike=[person], registered_at=soon(days=-1))
        return support_service_pb2.ListHeldResponse(held=[held])

    async def DecideHeld(self, request: Any, context: Any) -> Any:
        self.done.append(("release" if request.release else "refuse", request.reason))
        return support_service_pb2.DecideHeldResponse()

    async def ListSecurityEvents(self, request: Any, context: Any) -> Any:
        acts = [("signed_in", "done"), ("signed_in", "BAD_CREDENTIALS"), ("document_revealed", "done")]
        events = [
            support_service_pb2.SecurityEvent(
                position=number,
                at=soon(minutes=-number),
                act=act,
                aggregate_id=str(uuid.uuid4()),
                actor=str(uuid.uuid4()),
                actor_role=account_pb2.ROLE_SUPPORT,
                organisation_code="37",
                address="10.1.2.3",
                reason="工单 17" if act == "document_revealed" else "",
                outcome=outcome,
                detail="{}",
            )
            for number, (act, outcome) in enumerate(acts, 1)
            if request.act in {"", act}
        ]
        return support_service_pb2.ListSecurityEventsResponse(events=events)


class Unlocks(unlock_service_pb2_grpc.SupportServiceServicer):
    """Sections unlocked for a while."""

    def __init__(self) -> None:
        self.unlocks: list[unlock_service_pb2.Unlock] = []

    async def UnlockSections(self, request: Any, context: Any) -> Any:
        unlock = unlock_service_pb2.Unlock(
            unlock_id=str(uuid.uuid4()),
            sections=request.sections,
            until=soon(minutes=request.minutes),
            reason=request.reason,
            granted_by=caller().person_id,
        )
        getattr(unlock, "from").CopyFrom(soon())
        self.unlocks.insert(0, unlock)
        return unlock_service_pb2.UnlockSectionsResponse(unlock=unlock)

    async def EndUnlock(self, request: Any, context: Any) -> Any:
        unlock = next(each for each in self.unlocks if each.unlock_id == request.unlock_id)
        unlock.ended_at.CopyFrom(soon())
        return unlock_service_pb2.EndUnlockResponse(unlock=unlock)

    async def ListUnlocks(self, request: Any, context: Any) -> Any:
        return unlock_service_pb2.ListUnlocksResponse(unlocks=self.unlocks)
