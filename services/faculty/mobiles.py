"""Identity, asked for the mobile number that an account has verified (FDOS-10); compared, and never kept."""

from __future__ import annotations

from residency.identity.v1 import contact_service_pb2 as identity
from residency.identity.v1.contact_service_pb2_grpc import ContactServiceStub
from services.kit.grpc_client import Channel


class IdentityMobiles:
    """Asks identity with the service's own token."""

    def __init__(self, channel: Channel) -> None:
        self._stub = channel.stub(ContactServiceStub)

    async def verified(self, person_id: str) -> str:
        """The number without the country's prefix; empty when there is none. Raises UNAVAILABLE."""
        answer = await self._stub.ListMobiles(identity.ListMobilesRequest(person_ids=[person_id]))
        return next((each.mobile.removeprefix("+86") for each in answer.mobiles), "")
