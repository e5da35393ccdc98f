"""OPS-98: every way in which a link can behave, over real sockets; and children that are held down."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.stack import holds
from services.stack.link_proxy import Link
from services.stack.links import Behaviour
from services.stack.ports import HOST
from tests.support.wait import eventually


@dataclass
class Target:
    """Answers every piece that it hears with the same piece, and remembers it."""

    heard: list[bytes] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one caller."""
        self.writers.append(writer)
        try:
            while data := await reader.read(1 << 16):
                self.heard.append(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@dataclass
class Line:
    """A caller's connection through the link."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, text: bytes) -> bytes:
        """The answer to `text`, as long as it is itself; what came of it when the connection ends before."""
        self.writer.write(text)
        await self.writer.drain()
        return await self.answer(len(text))

    async def answer(self, length: int) -> bytes:
        """So many bytes; fewer when the connection ends before."""
        try:
            return await self.reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            return error.partial
        except OSError:
            return b""


@dataclass
class Place:
    """A link and what is behind it."""

    link: Link
    target: Target

    async def call(self) -> Line:
        """A connection through the link that has been answered once."""
        line = Line(*await asyncio.open_connection(HOST, self.link.port))
        assert await line.ask(b"hello") == b"hello"
        return line


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A link that passes everything."""
    target = Target()
    server = await asyncio.start_server(target.enter, HOST, 0)
    link = Link("caller>target", 0, server.sockets[0].getsockname()[1])
    await link.listen()
    yield Place(link, target)
    await link.behave(Behaviour("refuse"))
    server.close()
    for writer in target.writers:
        writer.transport.abort()


async def test_ops_98_a_link_passes_both_ways(place: Place) -> None:
    line = await place.call()
    assert await line.ask(b"x" * 100_000) == b"x" * 100_000
    assert (place.link.counts.opened, place.link.counts.open, place.link.counts.broken) == (1, 1, 0)


async def test_ops_98_cut_ends_every_connection_once(place: Place) -> None:
    lines = [await place.call(), await place.call()]
    await place.link.behave(Behaviour("cut"))
    assert [await line.answer(1) for line in lines] == [b"", b""]
    assert place.link.counts.broken == 2
    await place.call()


async def test_ops_98_refuse_takes_nobody_until_it_passes_again(place: Place) -> None:
    line = await place.call()
    await place.link.behave(Behaviour("refuse"))
    assert await line.answer(1) == b""
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, place.link.port)
    await place.link.behave(Behaviour())
    await place.call()


async def test_ops_98_hang_passes_nothing_and_ends_nothing(place: Place) -> None:
    line = await place.call()
    await place.link.behave(Behaviour("hang"))
    asking = asyncio.create_task(line.ask(b"later"))
    other = asyncio.create_task(asyncio.open_connection(HOST, place.link.port))
    await asyncio.wait({other})
    assert not asking.done()
    assert place.target.heard == [b"hello"]
    await place.link.behave(Behaviour())
    assert await asking == b"later"
    assert place.link.counts.broken == 0
    other.result()[1].close()


async def test_ops_98_slow_holds_each_piece_back(place: Place) -> None:
    line = await place.call()
    loop = asyncio.get_running_loop()
    await place.link.behave(Behaviour("slow", seconds=0.05))
    began = loop.time()
    assert await line.ask(b"there and back") == b"there and back"
    assert loop.time() - began >= 0.1


async def test_ops_98_slice_passes_small_pieces(place: Place) -> None:
    line = await place.call()
    await place.link.behave(Behaviour("slice", bytes=3, seconds=0.005))
    assert await line.ask(b"abcdefgh") == b"abcdefgh"
    assert b"".join(place.target.heard) == b"helloabcdefgh"
    assert max(len(piece) for piece in place.target.heard[1:]) < len(b"abcdefgh")


async def test_ops_98_cut_after_ends_a_connection_in_the_middle_of_an_answer(place: Place) -> None:
    line = await place.call()
    await place.link.behave(Behaviour("cut_after", bytes=8))
    assert await line.ask(b"abc") == b"abc"
    assert await line.ask(b"def") == b""
    assert place.link.counts.broken == 1


async def test_ops_98_lose_answers_lets_the_request_through_and_nothing_back(place: Place) -> None:
    lines = [await place.call(), await place.call()]
    await place.link.behave(Behaviour("lose_answers", after="COMMIT", times=1))
    assert await lines[0].ask(b"SELECT") == b"SELECT", "only what was waited for loses its answer"
    assert await lines[0].ask(b"COMMIT") == b""
    assert b"COMMIT" in place.target.heard, "what was asked for has been done"
    assert await lines[1].ask(b"COMMIT") == b"COMMIT", "it was meant once"
    assert place.link.behaviour == Behaviour()


async def test_ops_98_lose_answers_goes_on_when_nobody_counts(place: Place) -> None:
    await place.link.behave(Behaviour("lose_answers", after="COMMIT"))
    for _ in range(3):
        line = await place.call()
        assert await line.ask(b"COMMIT") == b""
    assert place.link.counts.broken == 3


async def test_ops_98_a_link_to_nobody_ends_its_callers() -> None:
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))  # and never listens
        link = Link("caller>nobody", 0, nobody.getsockname()[1])
        await link.listen()
        line = Line(*await asyncio.open_connection(HOST, link.port))
        assert await line.answer(1) == b""
        line.writer.close()
        await link.behave(Behaviour("refuse"))


async def test_ops_98_a_caller_who_leaves_is_forgotten(place: Place) -> None:
    line = await place.call()
    line.writer.close()

    async def nobody() -> bool:
        return place.link.counts.open == 0

    await eventually(nobody, "the link has forgotten the caller")
    assert place.link.counts.broken == 0


def test_ops_98_a_child_is_held_until_it_is_let_go(tmp_path: Path) -> None:
    assert not holds.is_held(tmp_path, "nats")
    holds.hold(tmp_path, "nats")
    assert holds.is_held(tmp_path, "nats")
    assert not holds.is_held(tmp_path, "postgres")
    holds.let_go(tmp_path, "nats")
    assert not holds.is_held(tmp_path, "nats")
    holds.let_go(tmp_path, "nats")


def test_ops_98_what_an_earlier_stack_held_is_forgotten(tmp_path: Path) -> None:
    holds.forget(tmp_path)
    for name in ("nats", "postgres"):
        holds.hold(tmp_path, name)
    holds.forget(tmp_path)
    assert not any(holds.is_held(tmp_path, name) for name in ("nats", "postgres"))
