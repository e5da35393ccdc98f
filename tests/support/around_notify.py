"""What stands around notify in tests and benchmarks of many people: identity and enrollment, as far as it asks them.

Everybody is somebody with a mobile number and a live application; tokens are signed as identity signs them.
"""

from __future__ import annotations

import json
import uuid
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from residency.enrollment.v1 import audience_service_pb2 as audiences
from residency.enrollment.v1 import audience_service_pb2_grpc, cycle_pb2, cycle_service_pb2, cycle_service_pb2_grpc
from residency.identity.v1 import account_pb2, contact_service_pb2_grpc, session_service_pb2, session_service_pb2_grpc
from residency.identity.v1 import contact_service_pb2 as contacts
from services.kit.auth import ALGORITHM, AUDIENCE, ISSUER, TokenVerifier
from services.kit.grpc_server import GrpcServer, Servicer

SECRET = "notify-secret-0123456789"
PROVINCE = "37"
LIFE = timedelta(hours=2)


class Around:
    """A province full of people, behind one port.

    Args:
        person_ids: Everybody.
    """

    def __init__(self, person_ids: Sequence[str]) -> None:
        self.people = sorted(person_ids)
        self._numbers = {person_id: number for number, person_id in enumerate(self.people)}
        self._key = OKPKey.generate_key("Ed25519", {"kid": "around"})
        self._server = GrpcServer(0, self._servicers(), TokenVerifier(self.key_set))

    @property
    def address(self) -> str:
        """host:port of both services."""
        return f"127.0.0.1:{self._server.port}"

    async def start(self) -> None:
        """Listen."""
        await self._server.start()

    async def stop(self) -> None:
        """Listen no more."""
        await self._server.stop()

    def token(self, person: str, role: str, organisation: str = "") -> str:
        """A token as identity would sign it, of nobody's session."""
        now = datetime.now(UTC)
        claims = {
            "sub": person,
            "role": role,
            "org": organisation,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": int((now + LIFE).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key, algorithms=[ALGORITHM])

    async def key_set(self) -> str:
        """The public keys, as identity publishes them."""
        return json.dumps(KeySet([self._key]).as_dict(private=False))

    def _servicers(self) -> list[Servicer]:
        services: list[tuple[Any, str, Any]] = [
            (session_service_pb2, "SessionService", session_service_pb2_grpc.add_SessionServiceServicer_to_server),
            (contacts, "ContactService", contact_service_pb2_grpc.add_ContactServiceServicer_to_server),
            (audiences, "AudienceService", audience_service_pb2_grpc.add_AudienceServiceServicer_to_server),
            (cycle_service_pb2, "CycleService", cycle_service_pb2_grpc.add_CycleServiceServicer_to_server),
        ]
        answers = (_Sessions(self), _Contacts(self._numbers), _Audiences(self.people), _Cycles())
        return [
            Servicer(module.DESCRIPTOR.services_by_name[name], add, servicer)
            for (module, name, add), servicer in zip(services, answers, strict=True)
        ]


class _Sessions(session_service_pb2_grpc.SessionServiceServicer):
    def __init__(self, around: Around) -> None:
        self._around = around

    async def GetKeySet(self, request: Any, context: Any) -> session_service_pb2.GetKeySetResponse:
        return session_service_pb2.GetKeySetResponse(key_set_json=await self._around.key_set())

    async def SignInMachine(
        self, request: session_service_pb2.SignInMachineRequest, context: Any
    ) -> session_service_pb2.SignInMachineResponse:
        token = account_pb2.Token(value=self._around.token(request.machine, "service"))
        token.expires_at.FromDatetime(datetime.now(UTC) + LIFE)
        return session_service_pb2.SignInMachineResponse(token=token)


class _Contacts(contact_service_pb2_grpc.ContactServiceServicer):
    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers

    async def ListMobiles(self, request: contacts.ListMobilesRequest, context: Any) -> contacts.ListMobilesResponse:
        found = [
            contacts.Mobile(person_id=person_id, mobile=f"+86138{self._numbers[person_id]:08d}")
            for person_id in request.person_ids
            if person_id in self._numbers
        ]
        return contacts.ListMobilesResponse(mobiles=found)

    async def ListOrganisationStaff(self, request: Any, context: Any) -> contacts.ListOrganisationStaffResponse:
        return contacts.ListOrganisationStaffResponse()


class _Audiences(audience_service_pb2_grpc.AudienceServiceServicer):
    def __init__(self, people: list[str]) -> None:
        self._people = people

    async def ListAudience(
        self, request: audiences.ListAudienceRequest, context: Any
    ) -> audiences.ListAudienceResponse:
        answer = audiences.ListAudienceResponse(province_code=PROVINCE)
        if request.count_only:
            answer.count = len(self._people)
            return answer
        start = bisect_right(self._people, request.page_token)
        page = self._people[start : start + (request.page_size or 1000)]
        answer.members.extend(
            audiences.AudienceMember(person_id=each, application_id=_application(each)) for each in page
        )
        if len(page) == request.page_size:
            answer.next_page_token = page[-1]
        return answer


class _Cycles(cycle_service_pb2_grpc.CycleServiceServicer):
    async def GetCycle(self, request: cycle_service_pb2.GetCycleRequest, context: Any) -> Any:
        cycle = cycle_pb2.Cycle(cycle_id=request.cycle_id, province_code=PROVINCE)
        return cycle_service_pb2.GetCycleResponse(cycle=cycle)


def _application(person_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, person_id))
