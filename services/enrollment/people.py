"""Identity, asked for a person's name and verification: the only call enrollment makes to another service."""

from __future__ import annotations

from residency.identity.v1 import account_pb2
from residency.identity.v1 import person_service_pb2 as identity
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from services.enrollment.handlers.applications import Identified
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
