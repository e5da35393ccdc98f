"""A real server with three small services of identity's contracts behind the guard, and tokens of every sort for it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from residency.identity.v1 import person_service_pb2 as person
from residency.identity.v1 import person_service_pb2_grpc as person_grpc
from residency.identity.v1 import session_service_pb2 as sessions
from residency.identity.v1 import session_service_pb2_grpc as sessions_grpc
from residency.identity.v1 import staff_service_pb2 as staff
from residency.identity.v1 import staff_service_pb2_grpc as staff_grpc
from services.kit import auth
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer, Servicer

KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})
SOMEBODY = "0190f0f0-0000-7000-8000-000000000000"
SUPPORTER = "0190f0f0-0000-7000-8000-00000000000f"


def token(role: str, **claims: Any) -> str:
    """A token of SOMEBODY with `role`; `claims` add to it."""
    content = {"sub": SOMEBODY, "role": role, "iss": auth.ISSUER, "aud": auth.AUDIENCE, "exp": int(time.time()) + 60}
    return jwt.encode({"alg": auth.ALGORITHM, "kid": "test"}, content | claims, KEY, algorithms=[auth.ALGORITHM])


class Staff(staff_grpc.StaffServiceServicer):
    """Lists at once, imports when told to."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.leave = asyncio.Event()
        self.finished = asyncio.Event()
        self.served: list[str] = []

    async def ListOrganisations(self, request: Any, context: Any) -> Any:
        return staff.ListOrganisationsResponse()

    async def ImportOrganisations(self, request: Any, context: Any) -> Any:
        self.entered.set()
        await self.leave.wait()
        self.finished.set()
        return staff.ImportOrganisationsResponse()

    async def ListStaff(self, request: Any, context: Any) -> Any:
        self.served.append("ListStaff")
        return staff.ListStaffResponse()

    async def EndHat(self, request: Any, context: Any) -> Any:
        self.served.append("EndHat")
        return staff.EndHatResponse()


class Persons(person_grpc.PersonServiceServicer):
    """Knows nobody."""

    async def GetPerson(self, request: Any, context: Any) -> Any:
        raise DomainError(
            Kind.NOT_FOUND, "NO_PERSON", "没有这个人。", rule="ID-99", details={"role": auth.caller().role}
        )


class Sessions(sessions_grpc.SessionServiceServicer):
    """Has a bug."""

    async def GetKeySet(self, request: Any, context: Any) -> Any:
        raise RuntimeError("a secret that must not travel")


@dataclass
class Guarded:
    """The running server."""

    staff: Staff
    address: str

    def channel(self, value: str = "") -> Channel:
        """A channel whose calls carry the token `value`."""

        async def own() -> str:
            return value

        return Channel(self.address, own)

    def staff_as(self, value: str = "") -> Any:
        return self.channel(value).stub(staff_grpc.StaffServiceStub)

    def persons_as(self, value: str = "") -> Any:
        return self.channel(value).stub(person_grpc.PersonServiceStub)

    def sessions_as(self, value: str = "") -> Any:
        return self.channel(value).stub(sessions_grpc.SessionServiceStub)


def servicers(answers: Staff) -> list[Servicer]:
    """The three services."""
    return [
        Servicer(
            staff.DESCRIPTOR.services_by_name["StaffService"],
            staff_grpc.add_StaffServiceServicer_to_server,
            answers,
        ),
        Servicer(
            person.DESCRIPTOR.services_by_name["PersonService"],
            person_grpc.add_PersonServiceServicer_to_server,
            Persons(),
        ),
        Servicer(
            sessions.DESCRIPTOR.services_by_name["SessionService"],
            sessions_grpc.add_SessionServiceServicer_to_server,
            Sessions(),
        ),
    ]


async def start(answers: Staff, served: Sequence[Servicer]) -> tuple[GrpcServer, Guarded]:
    """A server that trusts `KEY`."""

    async def keys() -> str:
        return json.dumps(KeySet([KEY]).as_dict(private=False))

    server = GrpcServer(0, served, auth.TokenVerifier(keys))
    await server.start()
    return server, Guarded(answers, f"127.0.0.1:{server.port}")


def with_contract(servicer: Servicer, change: Callable[[descriptor_pb2.FileDescriptorProto], None]) -> Servicer:
    """`servicer` with its contract as `change` left a copy of it."""
    pool = DescriptorPool()
    copied: set[str] = set()

    def copy(file: FileDescriptor) -> None:
        if file.name not in copied:
            copied.add(file.name)
            for dependency in file.dependencies:
                copy(dependency)
            content = descriptor_pb2.FileDescriptorProto()
            file.CopyToProto(content)
            change(content)
            pool.AddSerializedFile(content.SerializeToString())

    copy(servicer.descriptor.file)
    return dataclasses.replace(servicer, descriptor=pool.FindServiceByName(servicer.descriptor.full_name))
