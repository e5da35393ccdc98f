"""The proxy behind the links of a stack: passes bytes on, or does to them what a bad network does.

Runs as a process of its own (`python -m services.stack.link_proxy DATA`), so that what is done to a link never costs
the supervisor anything. It is told by lines of JSON over DATA/links.sock (`services.stack.links` is who tells it).
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from services.stack import links, state
from services.stack.links import Behaviour
from services.stack.ports import HOST

_CHUNK = 1 << 16


@dataclass
class Counts:
    """What a link has seen since the stack started."""

    open: int = 0
    opened: int = 0
    broken: int = 0
    """Connections that the proxy has ended by itself."""


class Link:
    """One link: listens on `port` (0: any that is free), passes on to `target`, and behaves as it was told last."""

    def __init__(self, name: str, port: int, target: int) -> None:
        self.name = name
        self.port = port
        self.behaviour = Behaviour()
        self.counts = Counts()
        self._target = target
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    async def listen(self) -> None:
        """Take connections. Raises OSError when the port is taken."""
        if self._server is None:
            self._server = await asyncio.start_server(self._enter, HOST, self.port, backlog=1024)
            self.port = self._server.sockets[0].getsockname()[1]

    async def behave(self, behaviour: Behaviour) -> None:
        """Behave so from now on, also towards connections that are there."""
        self.behaviour = behaviour
        if behaviour.mode in ("cut", "refuse"):
            self.cut()
        if behaviour.mode == "cut":
            self.behaviour = Behaviour()
        if behaviour.mode == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
        if behaviour.mode != "refuse":
            await self.listen()
        for connection in self._connections:
            connection.wake()

    def cut(self) -> None:
        """End every connection at once, without a word."""
        for connection in list(self._connections):
            self.counts.broken += 1
            connection.abort()

    def spent(self) -> None:
        """One of the times for which this behaviour was meant is over."""
        left = self.behaviour.times - 1
        if self.behaviour.times:
            self.behaviour = Behaviour(**{**asdict(self.behaviour), "times": left}) if left else Behaviour()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            theirs, to_them = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(self, (reader, writer), (theirs, to_them))
        self._connections.add(connection)
        self.counts.opened += 1
        self.counts.open += 1
        try:
            await connection.pass_on()
        finally:
            self.counts.open -= 1
            self._connections.discard(connection)


class _Connection:
    """One connection through a link, both ways."""

    def __init__(
        self,
        link: Link,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._link = link
        self._client = client
        self._server = server
        self._changed = asyncio.Event()
        self._answered = 0
        self._marked = False
        """Whether the client has sent what the link waits for: the next answer is lost."""

    def wake(self) -> None:
        """The link behaves otherwise now."""
        self._changed.set()

    def abort(self) -> None:
        """End both sides."""
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def pass_on(self) -> None:
        """Until one side ends it."""
        upward = asyncio.create_task(self._copy(self._client[0], self._server[1], upward=True))
        try:
            await self._copy(self._server[0], self._client[1], upward=False)
        finally:
            upward.cancel()
            for _, writer in (self._client, self._server):
                writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upward: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._hold()
                for piece in self._pieces(data):
                    if not await self._allowed(piece, upward=upward):
                        self._link.counts.broken += 1
                        self._link.spent()
                        self.abort()
                        return
                    writer.write(piece)
                    await writer.drain()
            writer.write_eof()

    async def _hold(self) -> None:
        """Nothing passes while the link hangs; each piece waits while it is slow."""
        while self._link.behaviour.mode == "hang":
            self._changed.clear()
            await self._changed.wait()
        if self._link.behaviour.mode == "slow":
            await asyncio.sleep(self._link.behaviour.seconds)

    def _pieces(self, data: bytes) -> list[bytes]:
        size = self._link.behaviour.bytes if self._link.behaviour.mode == "slice" else 0
        return [data[at : at + size] for at in range(0, len(data), size)] if size else [data]

    async def _allowed(self, piece: bytes, *, upward: bool) -> bool:
        """Whether the piece passes; when not, the connection ends here."""
        behaviour = self._link.behaviour
        if behaviour.mode == "slice":
            await asyncio.sleep(behaviour.seconds)
        if upward:
            self._marked = self._marked or (behaviour.mode == "lose_answers" and behaviour.after.encode() in piece)
            return True
        if behaviour.mode == "lose_answers" and self._marked:
            return False
        self._answered += len(piece)
        return not (behaviour.mode == "cut_after" and self._answered > behaviour.bytes)


class Control:
    """Hears what the links are to do."""

    def __init__(self, found: Mapping[str, Link]) -> None:
        self._links = found

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer each line of one caller."""
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(json.loads(line))).encode() + b"\n")
                await writer.drain()
        finally:
            writer.close()

    async def _answer(self, told: Mapping[str, Any]) -> dict[str, Any]:
        chosen = [link for name, link in self._links.items() if fnmatchcase(name, told["links"])]
        if "mode" in told:
            known = {field.name for field in fields(Behaviour)}
            behaviour = Behaviour(**{name: value for name, value in told.items() if name in known})
            for link in chosen:
                await link.behave(behaviour)
        return {link.name: {**asdict(link.counts), **asdict(link.behaviour)} for link in chosen}


async def serve(data: Path) -> None:
    """Open every link of the stack on `data`, and listen to who tells them how to behave."""
    running = state.load(data)
    found = {
        each.name: Link(each.name, running.ports[each.place], running.ports[each.target])
        for each in links.every(running)
    }
    for link in found.values():
        await link.listen()
    control = links.socket(data)
    control.unlink(missing_ok=True)
    async with await asyncio.start_unix_server(Control(found).enter, control):
        control.chmod(0o600)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
