"""Services running inside the test process, as `residency run` composes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pydantic import SecretStr

from residency.identity.v1 import identity_service_pb2 as pb
from residency.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from services.identity.domain import resident_id
from services.kit.grpc_server import GrpcServer
from services.kit.part import Part

SECRETS = {"operator": SecretStr("operator-secret-0123456"), "worker": SecretStr("worker-secret-0123456789")}
PASSWORD = "correct horse battery"


@asynccontextmanager
async def running(parts: Sequence[Part]) -> AsyncIterator[str]:
    """Start `parts` in order and give the address of their gRPC server; stop them in reverse."""
    try:
        for part in parts:
            await part.start()
        assert [part.not_ready() for part in parts] == [""] * len(parts)
        [server] = [part for part in parts if isinstance(part, GrpcServer)]
        yield f"127.0.0.1:{server.port}"
    finally:
        for part in reversed(parts):
            await part.stop()


def registration(role: str, order: int) -> pb.RegisterAccountRequest:
    """A person who registers as `ROLE_APPLICANT` or `ROLE_FACULTY`."""
    seventeen = f"37019919980312{order:03d}"
    return pb.RegisterAccountRequest(
        role=role,
        name="张三",
        resident_id=seventeen + resident_id.check_character(seventeen),
        login=f"zhangsan{order}",
        password=PASSWORD,
        idempotency_key=f"key-{order:08d}",
    )


async def machine(stub: IdentityServiceStub, name: str) -> str:
    """The token of a machine."""
    secret = SECRETS[name].get_secret_value()
    return str((await stub.SignInMachine(pb.SignInMachineRequest(machine=name, secret=secret))).token.value)
