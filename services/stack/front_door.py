"""OPS-31: the one public door of several portals: each new connection goes to a portal that says it is ready.

Bytes are passed on unread. A connection stays with its portal until either side ends it; a portal that is about to stop
ends its own with `Connection: close`, and the next ones go to another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.stack import probing
from services.stack.ports import HOST

LOOK_SECONDS = 0.1
"""How often every portal is asked; one that is about to stop serves on for much longer."""
PATIENCE = 5.0
"""How long a new connection waits for a portal before it is refused."""
_CHUNK = 1 << 16


@dataclass
class Portal:
    """One portal behind the door: where it serves, where it tells how it is, and how it is."""

    port: int
    probes: int
    ready: bool = False
    connections: int = 0


class Door:
    """Listens on `port` and passes connections on to `portals`."""

    def __init__(self, port: int, portals: Sequence[Portal]) -> None:
        self.port = port
        self._portals = portals
        self._server: asyncio.Server | None = None
        self._looks: list[asyncio.Task[None]] = []
        self._passing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin to listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._enter, HOST, self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        self._looks = [asyncio.create_task(self._look(portal)) for portal in self._portals]

    async def close(self) -> None:
        """Refuse new connections and end those that are there."""
        if self._server is not None:
            self._server.close()
        tasks = [*self._looks, *self._passing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, portal: Portal) -> None:
        while True:
            portal.ready = await probing.http_status(portal.probes, "/readyz") == 200
            await asyncio.sleep(LOOK_SECONDS)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            await self._pass_on(reader, writer)
        finally:
            self._passing.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = await self._connect()
        if found is None:
            return
        portal, (theirs, to_them) = found
        portal.connections += 1
        upward = asyncio.create_task(_copy(reader, to_them))
        try:
            # Once the portal has ended it, a connection is of no use to the other side either.
            await _copy(theirs, writer)
        finally:
            upward.cancel()
            portal.connections -= 1
            to_them.close()

    async def _connect(self) -> tuple[Portal, tuple[asyncio.StreamReader, asyncio.StreamWriter]] | None:
        """A connection to the ready portal with the fewest; None when there is none for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while True:
                    for portal in sorted(self._portals, key=lambda each: each.connections):
                        if portal.ready:
                            try:
                                return portal, await asyncio.open_connection(HOST, portal.port)
                            except OSError:
                                portal.ready = False
                    await asyncio.sleep(LOOK_SECONDS)
        return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on until the end, and the end too; the other direction may go on."""
    with suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
