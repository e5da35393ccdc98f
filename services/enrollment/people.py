"""Identity, asked for a person's name and verification: the only call enrollment makes to another service."""

from __future__ import annotations

from residency.identity.v1 import identity_service_pb2 as identity
from residency.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from services.enrollment.handlers.applications import Identified
from services.kit.grpc_client import Channel


class IdentityPeople:
    """Asks identity with the service's own token; never inside a transaction."""

    def __init__(self, channel: Channel) -> None:
        self._stub = channel.stub(IdentityServiceStub)

    async def person(self, person_id: str) -> Identified:
        """What identity knows; raises NOT_FOUND or UNAVAILABLE."""
        answer = await self._stub.GetPerson(identity.GetPersonRequest(person_id=person_id))
        return Identified(answer.person.name, answer.person.masked_document, answer.person.verified)
