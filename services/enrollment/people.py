"""Identity, asked for names, verification and pseudonyms of documents: the only service that enrollment calls."""

from __future__ import annotations

from residency.identity.v1 import account_pb2
from residency.identity.v1 import person_service_pb2 as identity
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from services.enrollment.handlers.applications import Identified
from services.enrollment.handlers.screening import Holder
from services.kit.grpc_client import Channel


class IdentityPeople:
    """Asks identity with the service's own token; never inside a transaction."""

    def __init__(self, channel: Channel) -> None:
        self._stub = channel.stub(PersonServiceStub)

    async def person(self, person_id: str) -> Identified:
        """What identity knows; raises NOT_FOUND or UNAVAILABLE.

        Verified is who is bound to a checked document and not held for a comparison.
        """
        person = (await self._stub.GetPerson(identity.GetPersonRequest(person_id=person_id))).person
        verified = person.verified and person.state == account_pb2.ACCOUNT_STATE_ACTIVE
        return Identified(person.name, person.masked_document, verified)

    async def holder(self, person_id: str) -> Holder:
        """PEN-01: a person with the pseudonym of the bound document; raises NOT_FOUND or UNAVAILABLE."""
        answer = await self._stub.GetPerson(identity.GetPersonRequest(person_id=person_id))
        return Holder(answer.person.name, answer.person.masked_document, answer.document_key)

    async def key_of_document(self, document_type: str, number: str) -> Holder:
        """PEN-01: the pseudonym of a document; `document_type` as in the contract. Raises INVALID or UNAVAILABLE."""
        request = identity.GetDocumentKeyRequest(document_type=document_type, document_number=number)
        answer = await self._stub.GetDocumentKey(request)
        return Holder("", answer.masked_document, answer.document_key)
