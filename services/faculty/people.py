"""Identity, asked for names and pseudonyms of documents; never inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from residency.identity.v1 import account_pb2
from residency.identity.v1 import person_service_pb2 as identity
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from services.kit.grpc_client import Channel


@dataclass(frozen=True, slots=True)
class Known:
    """What identity knows of a person. `verified`: bound to a checked document and not held for a comparison."""

    name: str
    masked_document: str
    document_key: str
    verified: bool


class People(Protocol):
    """Who a person is."""

    async def person(self, person_id: str) -> Known:
        """What identity knows; raises NOT_FOUND or UNAVAILABLE."""
        ...


class IdentityPeople:
    """Asks identity with the service's own token."""

    def __init__(self, channel: Channel) -> None:
        self._stub = channel.stub(PersonServiceStub)

    async def person(self, person_id: str) -> Known:
        """As `People.person`."""
        answer = await self._stub.GetPerson(identity.GetPersonRequest(person_id=person_id))
        person = answer.person
        verified = person.verified and person.state == account_pb2.ACCOUNT_STATE_ACTIVE
        return Known(person.name, person.masked_document, answer.document_key, verified)
