"""StaffService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import grpc

from residency.identity.v1 import account_pb2, staff_service_pb2, staff_service_pb2_grpc
from services.identity.core import Core
from services.identity.domain import documents
from services.identity.domain.organisation import Organisation, OrganisationKind
from services.identity.handlers.hats import HatHandlers
from services.identity.handlers.invitations import InvitationHandlers, NewInvitation
from services.identity.handlers.organisations import OrganisationHandlers
from services.identity.handlers.proposals import ProposalHandlers
from services.identity.proposals import Proposal
from services.identity.refusals import watched
from services.identity.store.staff import Member
from services.identity.wire import hat_message, instant, role_of
from services.identity.wire_session import signed_in_message
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = staff_service_pb2


class StaffApi(staff_service_pb2_grpc.StaffServiceServicer):
    """Answers StaffService; failures are DomainErrors that the server turns into statuses."""

    def __init__(
        self,
        core: Core,
        organisations: OrganisationHandlers,
        invitations: InvitationHandlers,
        hats: HatHandlers,
        proposals: ProposalHandlers,
    ) -> None:
        self._core = core
        self._organisations = organisations
        self._invitations = invitations
        self._hats = hats
        self._proposals = proposals

    async def ImportOrganisations(
        self, request: pb.ImportOrganisationsRequest, context: Context
    ) -> pb.ImportOrganisationsResponse:
        """Creates or renames organisations."""
        wanted = [
            Organisation(each.code, each.name, _kind(each.kind), each.parent_code, each.main_base_code)
            for each in request.organisations
        ]
        async with watched(self._core, "organisations_written"):
            changed = await self._organisations.import_organisations(caller(), wanted)
        return pb.ImportOrganisationsResponse(changed=changed)

    async def ListOrganisations(
        self, request: pb.ListOrganisationsRequest, context: Context
    ) -> pb.ListOrganisationsResponse:
        """Lists organisations."""
        return pb.ListOrganisationsResponse(
            organisations=[
                account_pb2.Organisation(
                    code=each.code,
                    name=each.name,
                    kind=f"ORGANISATION_KIND_{each.kind.name}",
                    parent_code=each.parent_code,
                    main_base_code=each.main_base_code,
                )
                for each in await self._organisations.list_organisations()
            ]
        )

    async def InviteStaff(self, request: pb.InviteStaffRequest, context: Context) -> pb.InviteStaffResponse:
        """Invites a person to wear a hat."""
        async with watched(self._core, "staff_invited"):
            invited = await self._invitations.invite(
                caller(),
                NewInvitation(
                    name=request.name,
                    mobile=request.mobile,
                    role=role_of(request.role),
                    organisation_code=request.organisation_code,
                    expires_at=_instant(request, "expires_at"),
                    idempotency_key=request.idempotency_key,
                ),
            )
        return pb.InviteStaffResponse(
            invitation_id=invited.invitation_id, secret=invited.secret, proposal_id=invited.proposal_id
        )

    async def GetInvitation(self, request: pb.GetInvitationRequest, context: Context) -> pb.GetInvitationResponse:
        """Reads what an invitation offers."""
        offer, number = await self._invitations.offered(request.secret)
        return pb.GetInvitationResponse(
            name=offer.name,
            role=f"ROLE_{offer.role.name}",
            organisation_name=offer.organisation_name,
            expires_at=instant(offer.expires_at),
            masked_mobile=documents.mask_mobile(number),
        )

    async def AcceptInvitation(
        self, request: pb.AcceptInvitationRequest, context: Context
    ) -> pb.AcceptInvitationResponse:
        """Accepts with a new account."""
        opened = await self._invitations.accept(request.secret, request.login, request.password)
        return pb.AcceptInvitationResponse(signed_in=signed_in_message(opened, self._core.vault))

    async def AcceptInvitationAsMe(
        self, request: pb.AcceptInvitationAsMeRequest, context: Context
    ) -> pb.AcceptInvitationAsMeResponse:
        """Accepts as one more hat of the caller."""
        async with watched(self._core, "hat_given"):
            hat = await self._invitations.accept_as(caller(), request.secret)
        return pb.AcceptInvitationAsMeResponse(hat=hat_message(hat))

    async def ListStaff(self, request: pb.ListStaffRequest, context: Context) -> pb.ListStaffResponse:
        """Lists the staff of the caller's reach."""
        async with watched(self._core, "staff_listed"):
            found, following = await self._hats.list_staff(caller(), request.organisation_code, request.after)
        return pb.ListStaffResponse(staff=[_member(each) for each in found], next=following)

    async def SuspendHat(self, request: pb.SuspendHatRequest, context: Context) -> pb.SuspendHatResponse:
        """Suspends a hat."""
        async with watched(self._core, "hat_suspended", request.hat_id):
            await self._hats.suspend(caller(), request.hat_id, request.reason, request.idempotency_key)
        return pb.SuspendHatResponse()

    async def RestoreHat(self, request: pb.RestoreHatRequest, context: Context) -> pb.RestoreHatResponse:
        """Lets a suspended hat be worn again."""
        async with watched(self._core, "hat_restored", request.hat_id):
            await self._hats.restore(caller(), request.hat_id, request.reason, request.idempotency_key)
        return pb.RestoreHatResponse()

    async def EndHat(self, request: pb.EndHatRequest, context: Context) -> pb.EndHatResponse:
        """Ends a hat for good."""
        async with watched(self._core, "hat_ended", request.hat_id):
            await self._hats.end(caller(), request.hat_id, request.reason, request.idempotency_key)
        return pb.EndHatResponse()

    async def MoveHat(self, request: pb.MoveHatRequest, context: Context) -> pb.MoveHatResponse:
        """Moves a hat to another organisation."""
        async with watched(self._core, "hat_moved", request.hat_id):
            hat = await self._hats.move(
                caller(), request.hat_id, request.organisation_code, request.reason, request.idempotency_key
            )
        return pb.MoveHatResponse(hat=hat_message(hat))

    async def SetHatExpiry(self, request: pb.SetHatExpiryRequest, context: Context) -> pb.SetHatExpiryResponse:
        """Sets or takes away the end of a hat."""
        async with watched(self._core, "hat_dated", request.hat_id):
            hat = await self._hats.set_expiry(
                caller(), request.hat_id, _instant(request, "expires_at"), request.reason, request.idempotency_key
            )
        return pb.SetHatExpiryResponse(hat=hat_message(hat))

    async def ListProposals(self, request: pb.ListProposalsRequest, context: Context) -> pb.ListProposalsResponse:
        """Lists what waits for a second signature."""
        found = await self._proposals.list_proposals(caller(), decided=request.decided)
        now = self._core.clock.now()
        return pb.ListProposalsResponse(proposals=[proposal_message(each, now) for each in found])

    async def DecideProposal(self, request: pb.DecideProposalRequest, context: Context) -> pb.DecideProposalResponse:
        """Carries a proposal out, or refuses it."""
        async with watched(self._core, "proposal_decided", request.proposal_id):
            decided = await self._proposals.decide(
                caller(), request.proposal_id, request.reason, request.idempotency_key, approve=request.approve
            )
        return pb.DecideProposalResponse(proposal=proposal_message(decided, self._core.clock.now()))


def servicer(api: StaffApi) -> Servicer:
    """What the server needs to serve StaffService."""
    descriptor = pb.DESCRIPTOR.services_by_name["StaffService"]
    return Servicer(descriptor, staff_service_pb2_grpc.add_StaffServiceServicer_to_server, api)


def proposal_message(proposal: Proposal, now: datetime) -> pb.Proposal:
    """A proposal as it stands at `now`."""
    return pb.Proposal(
        proposal_id=proposal.proposal_id,
        kind=proposal.kind.value,
        summary=proposal.summary,
        proposed_by=proposal.proposed_by,
        proposed_as=f"ROLE_{proposal.proposed_as.upper()}",
        proposed_at=instant(proposal.proposed_at),
        reason=proposal.reason,
        state=proposal.state_at(now).value,
        decided_by=proposal.decided_by,
        expires_at=instant(proposal.expires_at),
    )


def _member(member: Member) -> pb.StaffMember:
    return pb.StaffMember(
        hat=hat_message(member.hat),
        person_id=member.hat.person_id,
        name=member.name,
        given_by=member.hat.given_by,
        given_at=instant(member.hat.given_at),
        ended_at=instant(member.hat.ended_at),
        second_factor=member.second_factor,
        invited_until=instant(member.invited_until),
    )


def _kind(kind: Any) -> OrganisationKind:
    return OrganisationKind[account_pb2.OrganisationKind.Name(kind).removeprefix("ORGANISATION_KIND_")]


def _instant(request: Any, name: str) -> datetime | None:
    """An instant of a message; None when it was not said."""
    found: datetime = getattr(request, name).ToDatetime(tzinfo=UTC)
    return found if request.HasField(name) else None
