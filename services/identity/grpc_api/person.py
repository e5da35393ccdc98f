"""PersonService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import account_pb2, person_service_pb2_grpc
from residency.identity.v1 import person_service_pb2 as pb
from services.identity.handlers.own_data import OwnDataHandlers
from services.identity.handlers.people import NewBinding, PeopleHandlers, Worn
from services.identity.handlers.upkeep import UpkeepHandlers
from services.identity.wire import document_type_of, hat_message, instant, person_message, sex_of
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.kit.vault import Vault

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class PersonApi(person_service_pb2_grpc.PersonServiceServicer):
    """Answers PersonService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, people: PeopleHandlers, own_data: OwnDataHandlers, upkeep: UpkeepHandlers, vault: Vault) -> None:
        self._people = people
        self._own_data = own_data
        self._upkeep = upkeep
        self._vault = vault

    async def GetPerson(self, request: pb.GetPersonRequest, context: Context) -> pb.GetPersonResponse:
        """Reads a person."""
        worn = await self._people.get(caller(), request.person_id)
        key = self._people.document_key(worn.person) if caller().role == "service" else ""
        return pb.GetPersonResponse(person=self._person(worn), document_key=key)

    async def GetDocumentKey(self, request: pb.GetDocumentKeyRequest, context: Context) -> pb.GetDocumentKeyResponse:
        """The pseudonym of a document."""
        kind = document_type_of(request.document_type)
        key, masked = self._people.key_of_document(kind, request.document_number)
        return pb.GetDocumentKeyResponse(document_key=key, masked_document=masked)

    async def FindPerson(self, request: pb.FindPersonRequest, context: Context) -> pb.FindPersonResponse:
        """The person to whom a document is bound."""
        found = await self._people.find(document_type_of(request.document_type), request.document_number)
        return pb.FindPersonResponse(person_id=found)

    async def GetMe(self, request: pb.GetMeRequest, context: Context) -> pb.GetMeResponse:
        """Who the caller is."""
        me = await self._people.me(caller())
        person = me.worn.person
        return pb.GetMeResponse(
            person=self._person(me.worn),
            hat=hat_message(me.hat) if me.hat else None,
            login=person.login,
            bound_at=instant(person.bound_at),
            bindable_from=instant(me.bindable_from),
        )

    async def BindRealName(self, request: pb.BindRealNameRequest, context: Context) -> pb.BindRealNameResponse:
        """Binds name and document."""
        new = NewBinding(
            request.name,
            document_type_of(request.document_type),
            request.document_number,
            request.birth_date,
            sex_of(request.sex),
        )
        return pb.BindRealNameResponse(person=self._person(await self._people.bind(caller(), new)))

    async def UnbindRealName(self, request: pb.UnbindRealNameRequest, context: Context) -> pb.UnbindRealNameResponse:
        """Takes the binding back."""
        return pb.UnbindRealNameResponse(bindable_from=instant(await self._people.unbind(caller(), request.password)))

    async def ExportMyData(self, request: pb.ExportMyDataRequest, context: Context) -> pb.ExportMyDataResponse:
        """What is held about the caller."""
        return pb.ExportMyDataResponse(json=await self._own_data.export(caller()))

    async def EraseExpired(self, request: pb.EraseExpiredRequest, context: Context) -> pb.EraseExpiredResponse:
        """Erases idle accounts."""
        done = await self._upkeep.erase_expired(caller(), dry_run=request.dry_run, limit=request.limit)
        return pb.EraseExpiredResponse(found=done.found, erased=done.erased)

    async def RewrapSealed(self, request: pb.RewrapSealedRequest, context: Context) -> pb.RewrapSealedResponse:
        """Seals anew."""
        done = await self._upkeep.rewrap_sealed(request.limit)
        return pb.RewrapSealedResponse(rewrapped=done.rewrapped, left=done.left)

    def _person(self, worn: Worn) -> account_pb2.Person:
        return person_message(worn.person, worn.role, worn.organisation_code, self._vault)


def servicer(people: PeopleHandlers, own_data: OwnDataHandlers, upkeep: UpkeepHandlers, vault: Vault) -> Servicer:
    """What the server needs to serve PersonService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["PersonService"],
        person_service_pb2_grpc.add_PersonServiceServicer_to_server,
        PersonApi(people, own_data, upkeep, vault),
    )
