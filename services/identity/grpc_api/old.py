"""IdentityService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import account_pb2, identity_service_pb2, identity_service_pb2_grpc
from services.identity.domain.organisation import Organisation, OrganisationKind
from services.identity.domain.roles import Role
from services.identity.handlers import Identity, NewAccount, NewStaff, Person
from services.identity.tokens import SignedToken
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = identity_service_pb2


class IdentityApi(identity_service_pb2_grpc.IdentityServiceServicer):
    """Answers IdentityService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def RegisterAccount(self, request: pb.RegisterAccountRequest, context: Context) -> pb.RegisterAccountResponse:
        """Opens an account and signs in."""
        person, token = await self._identity.register_account(
            NewAccount(
                _role(request.role),
                request.name,
                request.resident_id,
                request.login,
                request.password,
                request.idempotency_key,
            )
        )
        return pb.RegisterAccountResponse(person=_person(person), token=_token(token))

    async def SignIn(self, request: pb.SignInRequest, context: Context) -> pb.SignInResponse:
        """Exchanges login and password for a token."""
        person, token = await self._identity.sign_in(request.login, request.password)
        return pb.SignInResponse(person=_person(person), token=_token(token))

    async def SignInMachine(self, request: pb.SignInMachineRequest, context: Context) -> pb.SignInMachineResponse:
        """Exchanges a machine's secret for a token."""
        return pb.SignInMachineResponse(token=_token(self._identity.sign_in_machine(request.machine, request.secret)))

    async def GetKeySet(self, request: pb.GetKeySetRequest, context: Context) -> pb.GetKeySetResponse:
        """Publishes the public keys."""
        return pb.GetKeySetResponse(key_set_json=self._identity.key_set_json())

    async def GetPerson(self, request: pb.GetPersonRequest, context: Context) -> pb.GetPersonResponse:
        """Reads one person."""
        return pb.GetPersonResponse(person=_person(await self._identity.get_person(caller(), request.person_id)))

    async def ImportOrganisations(
        self, request: pb.ImportOrganisationsRequest, context: Context
    ) -> pb.ImportOrganisationsResponse:
        """Creates or renames organisations."""
        wanted = [Organisation(o.code, o.name, _kind(o.kind), o.parent_code) for o in request.organisations]
        return pb.ImportOrganisationsResponse(changed=await self._identity.import_organisations(caller(), wanted))

    async def ListOrganisations(
        self, request: pb.ListOrganisationsRequest, context: Context
    ) -> pb.ListOrganisationsResponse:
        """Lists organisations."""
        return pb.ListOrganisationsResponse(
            organisations=[
                account_pb2.Organisation(
                    code=o.code,
                    name=o.name,
                    kind=f"ORGANISATION_KIND_{o.kind.name}",
                    parent_code=o.parent_code,
                )
                for o in await self._identity.list_organisations()
            ]
        )

    async def AppointStaff(self, request: pb.AppointStaffRequest, context: Context) -> pb.AppointStaffResponse:
        """Opens an account for staff."""
        person = await self._identity.appoint_staff(
            caller(),
            NewStaff(request.login, request.password, request.name, _role(request.role), request.organisation_code),
        )
        return pb.AppointStaffResponse(person=_person(person))


def servicer(identity: Identity) -> Servicer:
    """What the server needs to serve IdentityService."""
    descriptor = pb.DESCRIPTOR.services_by_name["IdentityService"]
    return Servicer(descriptor, identity_service_pb2_grpc.add_IdentityServiceServicer_to_server, IdentityApi(identity))


def _role(role: account_pb2.Role) -> Role:
    return Role[account_pb2.Role.Name(role).removeprefix("ROLE_")]


def _kind(kind: account_pb2.OrganisationKind) -> OrganisationKind:
    return OrganisationKind[account_pb2.OrganisationKind.Name(kind).removeprefix("ORGANISATION_KIND_")]


def _person(person: Person) -> account_pb2.Person:
    return account_pb2.Person(
        person_id=person.person_id,
        name=person.name,
        role=f"ROLE_{person.role.name}",
        organisation_code=person.organisation_code,
        masked_document=person.masked_document,
        verified=person.verified,
    )


def _token(token: SignedToken) -> account_pb2.Token:
    message = account_pb2.Token(value=token.value)
    message.expires_at.FromDatetime(token.expires_at)
    return message
