"""OPS-33: several replicas behind one address: each is asked; one that is about to stop, or hangs, is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from residency.identity.v1 import staff_service_pb2 as staff
from residency.identity.v1 import staff_service_pb2_grpc as staff_grpc
from services.kit.domain import DomainError
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.part import Draining
from tests.support.wait import eventually
from tests.unit.kit import guarded
from tests.unit.kit.guarded import Staff, token

CALLERS = 8
IN_A_ROW = 100


class Counted(Staff):
    """Counts who was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    async def ListOrganisations(self, request: Any, context: Any) -> Any:
        self.calls += 1
        return staff.ListOrganisationsResponse()


async def test_ops_33_a_replica_that_is_about_to_stop_is_asked_no_more_and_no_call_fails() -> None:
    first, second = Counted(), Counted()
    leaving, there = await guarded.start(first, guarded.servicers(first))
    staying, here = await guarded.start(second, guarded.servicers(second))

    async def own() -> str:
        return token("operator")

    channel = Channel(f"ipv4:{there.address},{here.address}", own)
    stub: Any = channel.stub(staff_grpc.StaffServiceStub)
    over = asyncio.Event()

    async def call() -> None:
        while not over.is_set():
            await stub.ListOrganisations(staff.ListOrganisationsRequest())

    async def both_asked() -> bool:
        return first.calls > CALLERS and second.calls > CALLERS

    async def only_the_second() -> bool:
        before = first.calls
        for _ in range(IN_A_ROW):
            await stub.ListOrganisations(staff.ListOrganisationsRequest())
        return first.calls == before

    async with asyncio.TaskGroup() as group:  # a call that fails ends the test
        for _ in range(CALLERS):
            group.create_task(call())
        await eventually(both_asked, "both replicas are asked")
        assert isinstance(leaving, Draining)
        leaving.drain(1.0)
        await eventually(only_the_second, "the first replica is asked no more")
        await leaving.stop()
        await eventually(only_the_second, "the second does all")
        back = GrpcServer(leaving.port, guarded.servicers(first), leaving.verifier)
        first.calls = second.calls = 0
        await back.start()
        await eventually(both_asked, "who is back is asked again")
        over.set()
    await channel.close()
    await back.stop()
    await staying.stop()


async def test_ops_33_a_replica_that_hangs_is_left_though_its_connection_stands() -> None:
    first, second = Counted(), Counted()
    hanging, there = await guarded.start(first, guarded.servicers(first))
    staying, here = await guarded.start(second, guarded.servicers(second))

    async def own() -> str:
        return token("operator")

    flows = asyncio.Event()
    flows.set()
    async with _wire_to(there.address, flows) as address:
        channel = Channel(f"ipv4:{address},{here.address}", own)
        stub: Any = channel.stub(staff_grpc.StaffServiceStub)

        async def both_asked() -> bool:
            await stub.ListOrganisations(staff.ListOrganisationsRequest())
            return min(first.calls, second.calls) > CALLERS

        async def all_answered() -> bool:
            try:
                for _ in range(CALLERS):
                    await stub.ListOrganisations(staff.ListOrganisationsRequest(), timeout=2.5)
            except DomainError:
                return False
            return True

        await eventually(both_asked, "both replicas are asked")
        flows.clear()
        await eventually(all_answered, "the first replica is asked no more")
        flows.set()
        first.calls = second.calls = 0
        await eventually(both_asked, "who answers again is asked again")
        await channel.close()
    await hanging.stop()
    await staying.stop()


@asynccontextmanager
async def _wire_to(address: str, flows: asyncio.Event) -> AsyncIterator[str]:
    """An address that leads to `address`; connections are taken, but nothing passes while `flows` is not set."""
    host, _, port = address.rpartition(":")
    tasks: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await flows.wait()
            writer.write(data)
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection(host, int(port))
        tasks.add(asyncio.create_task(pump(reader, behind_writer)))
        tasks.add(asyncio.create_task(pump(behind_reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
