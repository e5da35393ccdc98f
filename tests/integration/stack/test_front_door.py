"""OPS-31: one public door before several portals, on real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.stack import front_door as doors
from services.stack.front_door import Door, Portal
from services.stack.ports import HOST
from tests.support.wait import eventually


class Behind:
    """A portal that echoes lines with its name, and a probe that answers as told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = True
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> Portal:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self._probe = await asyncio.start_server(self._tell, HOST, 0)
        return Portal(self._server.sockets[0].getsockname()[1], self._probe.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._server.close()
        self._probe.close()
        for writer in self._writers:
            writer.close()

    def stop_listening(self) -> None:
        """As a portal that was killed: its probe has not been asked since."""
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        while line := await reader.readline():
            writer.write(f"{self.name} ".encode() + line)
        writer.write(f"{self.name} saw the end\n".encode())
        writer.close()

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {200 if self.ready else 503} \r\n\r\n".encode())
        writer.close()


class Scene:
    """A door before two portals, `one` and `two`."""

    def __init__(self) -> None:
        self.one, self.two = Behind("one"), Behind("two")

    async def start(self) -> None:
        self.portals = [await self.one.start(), await self.two.start()]
        self.door = Door(0, self.portals)
        await self.door.open()
        await self.sees(True, True)

    async def sees(self, *ready: bool) -> None:
        """Wait until the door has noticed which portals are ready."""

        async def noticed() -> bool:
            return [portal.ready for portal in self.portals] == list(ready)

        await eventually(noticed, f"the door sees {ready}")

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(HOST, self.door.port)

    async def ask(self) -> str:
        """What answers a new connection."""
        reader, writer = await self.connect()
        writer.write(b"hello\n")
        answer = (await reader.readline()).decode().strip()
        writer.close()
        return answer


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        scene = Scene()
        await scene.start()
        stack.push_async_callback(scene.one.stop)
        stack.push_async_callback(scene.two.stop)
        stack.push_async_callback(scene.door.close)
        yield scene


async def test_ops_31_connections_are_shared_among_portals_and_stay_where_they_are(scene: Scene) -> None:
    first, second = await scene.connect(), await scene.connect()
    names = set()
    for reader, writer in (first, second):
        for number in range(2):
            writer.write(f"{number}\n".encode())
            name, _, said = (await reader.readline()).decode().strip().partition(" ")
            assert said == str(number)
        names.add(name)
    assert names == {"one", "two"}


async def test_ops_31_a_portal_that_is_not_ready_gets_no_new_connection_and_keeps_its_own(scene: Scene) -> None:
    reader, writer = await scene.connect()
    writer.write(b"before\n")
    assert await reader.readline() == b"one before\n"
    scene.one.ready = False
    await scene.sees(False, True)
    assert {await scene.ask() for _ in range(5)} == {"two hello"}
    writer.write(b"after\n")
    assert await reader.readline() == b"one after\n"


async def test_ops_31_a_portal_that_died_between_two_looks_is_passed_over(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "LOOK_SECONDS", 60.0)
    scene.one.stop_listening()
    assert {await scene.ask() for _ in range(3)} == {"two hello"}


async def test_ops_31_a_connection_waits_for_the_first_portal_that_is_ready(scene: Scene) -> None:
    scene.one.ready = scene.two.ready = False
    await scene.sees(False, False)
    asked = asyncio.create_task(scene.ask())
    scene.two.ready = True
    assert await asked == "two hello"


async def test_ops_31_nobody_waits_for_ever(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "PATIENCE", 0.05)
    scene.one.ready = scene.two.ready = False
    await scene.sees(False, False)
    assert await scene.ask() == ""


async def test_ops_31_the_end_of_what_is_sent_arrives_and_the_answer_comes_back(scene: Scene) -> None:
    reader, writer = await scene.connect()
    writer.write(b"hello\n")
    writer.write_eof()
    assert await reader.read() == b"one hello\none saw the end\n"
