"""Identity, asked for accounts by document and for invitations by text message; never inside a transaction."""

from __future__ import annotations

from typing import Protocol

from residency.identity.v1 import account_pb2
from residency.identity.v1 import person_service_pb2 as person
from residency.identity.v1 import registration_service_pb2 as registration
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from residency.identity.v1.registration_service_pb2_grpc import RegistrationServiceStub
from services.kit.grpc_client import Channel


class Accounts(Protocol):
    """Who has an account, and asking others to open one."""

    async def find(self, document: str) -> str:
        """The person a resident identity number is bound to; empty for nobody. Raises INVALID, UNAVAILABLE."""
        ...

    async def invite(self, mobile: str, hospital: str, key: str) -> None:
        """ROST-21: ask somebody to register. Raises INVALID, EXHAUSTED, UNAVAILABLE; the same key again is harmless."""
        ...


class IdentityAccounts:
    """Asks identity with the service's own token."""

    def __init__(self, channel: Channel) -> None:
        self._people = channel.stub(PersonServiceStub)
        self._registration = channel.stub(RegistrationServiceStub)

    async def find(self, document: str) -> str:
        """As `Accounts.find`."""
        kind = account_pb2.DOCUMENT_TYPE_RESIDENT_ID
        request = person.FindPersonRequest(document_type=kind, document_number=document)
        return str((await self._people.FindPerson(request)).person_id)

    async def invite(self, mobile: str, hospital: str, key: str) -> None:
        """As `Accounts.invite`."""
        request = registration.InviteToRegisterRequest(mobile=mobile, hospital_name=hospital, idempotency_key=key)
        await self._registration.InviteToRegister(request)
