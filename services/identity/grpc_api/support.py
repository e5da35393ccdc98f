"""SupportService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import account_pb2, support_service_pb2, support_service_pb2_grpc
from services.identity.core import Core
from services.identity.domain.roles import Role
from services.identity.grpc_api.staff import proposal_message
from services.identity.handlers.accounts import LISTED, AccountHandlers
from services.identity.handlers.support import Search, SupportHandlers
from services.identity.records import Person
from services.identity.refusals import watched
from services.identity.store.watching import AuditRow
from services.identity.wire import hat_message, instant, person_message
from services.identity.wire_session import signed_in_message
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = support_service_pb2
_ROLES = frozenset(Role)


class SupportApi(support_service_pb2_grpc.SupportServiceServicer):
    """Answers SupportService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, core: Core, support: SupportHandlers, accounts: AccountHandlers) -> None:
        self._core = core
        self._support = support
        self._accounts = accounts

    async def FindPersons(self, request: pb.FindPersonsRequest, context: Context) -> pb.FindPersonsResponse:
        """Finds persons by whole values."""
        search = Search(request.login, request.name, request.document_number, request.mobile)
        return pb.FindPersonsResponse(
            persons=[
                pb.FoundPerson(
                    person=self._person(each.person),
                    login=each.person.login,
                    hats=[hat_message(hat) for hat in each.hats],
                    factors=each.factors,
                )
                for each in await self._support.find_persons(caller(), search)
            ]
        )

    async def ActAs(self, request: pb.ActAsRequest, context: Context) -> pb.ActAsResponse:
        """Begins a session that sees what a person sees."""
        async with watched(self._core, "acted_as", request.person_id):
            opened = await self._support.act_as(caller(), request.person_id, request.reason, request.proposal_id)
        return pb.ActAsResponse(signed_in=signed_in_message(opened, self._core.vault))

    async def ProposeActingWrite(
        self, request: pb.ProposeActingWriteRequest, context: Context
    ) -> pb.ProposeActingWriteResponse:
        """Asks for the right to act with writing."""
        async with watched(self._core, "acting_write_proposed", request.person_id):
            proposal = await self._support.propose_acting_write(
                caller(), request.person_id, request.reason, request.idempotency_key
            )
        return pb.ProposeActingWriteResponse(proposal=proposal_message(proposal, self._core.clock.now()))

    async def ProposeBindingOverride(
        self, request: pb.ProposeBindingOverrideRequest, context: Context
    ) -> pb.ProposeBindingOverrideResponse:
        """Asks to lift the thirty days for one person."""
        async with watched(self._core, "binding_override_proposed", request.person_id):
            proposal = await self._support.propose_binding_override(
                caller(), request.person_id, request.reason, request.idempotency_key
            )
        return pb.ProposeBindingOverrideResponse(proposal=proposal_message(proposal, self._core.clock.now()))

    async def RevealDocument(self, request: pb.RevealDocumentRequest, context: Context) -> pb.RevealDocumentResponse:
        """Shows numbers in full."""
        async with watched(self._core, "document_revealed", request.person_id):
            revealed = await self._support.reveal(caller(), request.person_id, request.reason)
        return pb.RevealDocumentResponse(document_number=revealed.document_number, mobile=revealed.mobile)

    async def SuspendAccount(self, request: pb.SuspendAccountRequest, context: Context) -> pb.SuspendAccountResponse:
        """Suspends a person."""
        async with watched(self._core, "account_suspended", request.person_id):
            await self._accounts.suspend(caller(), request.person_id, request.reason, request.idempotency_key)
        return pb.SuspendAccountResponse()

    async def RestoreAccount(self, request: pb.RestoreAccountRequest, context: Context) -> pb.RestoreAccountResponse:
        """Lets a suspended person sign in again."""
        async with watched(self._core, "account_restored", request.person_id):
            await self._accounts.restore(caller(), request.person_id, request.reason, request.idempotency_key)
        return pb.RestoreAccountResponse()

    async def ResetSecondFactor(
        self, request: pb.ResetSecondFactorRequest, context: Context
    ) -> pb.ResetSecondFactorResponse:
        """Takes the second factors of a person away."""
        async with watched(self._core, "factor_reset", request.person_id):
            await self._accounts.reset_second_factor(
                caller(), request.person_id, request.reason, request.idempotency_key
            )
        return pb.ResetSecondFactorResponse()

    async def ListHeld(self, request: pb.ListHeldRequest, context: Context) -> pb.ListHeldResponse:
        """Lists held registrations."""
        return pb.ListHeldResponse(
            held=[
                pb.HeldAccount(
                    person=self._person(each.person),
                    alike=[self._person(other) for other in each.alike],
                    registered_at=instant(each.person.created_at),
                )
                for each in await self._accounts.list_held(caller())
            ]
        )

    async def DecideHeld(self, request: pb.DecideHeldRequest, context: Context) -> pb.DecideHeldResponse:
        """Releases a held account, or refuses it."""
        async with watched(self._core, "held_decided", request.person_id):
            await self._accounts.decide_held(
                caller(), request.person_id, request.reason, request.idempotency_key, release=request.release
            )
        return pb.DecideHeldResponse()

    async def ListSecurityEvents(
        self, request: pb.ListSecurityEventsRequest, context: Context
    ) -> pb.ListSecurityEventsResponse:
        """Reads the audit."""
        rows = await self._accounts.security_events(request.person_id, request.act, request.before)
        onward = rows[-1].position if len(rows) == LISTED else 0
        return pb.ListSecurityEventsResponse(events=[_event(row) for row in rows], next_before=onward)

    def _person(self, person: Person) -> account_pb2.Person:
        return person_message(person, None, "", self._core.vault)


def servicer(api: SupportApi) -> Servicer:
    """What the server needs to serve SupportService."""
    descriptor = pb.DESCRIPTOR.services_by_name["SupportService"]
    return Servicer(descriptor, support_service_pb2_grpc.add_SupportServiceServicer_to_server, api)


def _event(row: AuditRow) -> pb.SecurityEvent:
    return pb.SecurityEvent(
        position=row.position,
        at=instant(row.at),
        act=row.act,
        aggregate_id=row.aggregate_id,
        actor=row.actor,
        actor_role=f"ROLE_{row.actor_role.upper()}" if row.actor_role in _ROLES else None,
        organisation_code=row.organisation_code,
        address=row.address,
        reason=row.reason,
        outcome=row.outcome,
        detail=row.detail,
    )
