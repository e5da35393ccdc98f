"""How `up` has processes born by the nursery, and hears of their deaths."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from services.stack.child import Child, Life, spawn_options

NAME = "nursery"


class Births:
    """The nursery, seen from `up`: a child like others, and the way other children are launched."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._ready = asyncio.Event()
        self._numbers = count(1)
        self._expected: dict[int, asyncio.Future[_Forked]] = {}
        self._alive: dict[int, _Forked] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None

    def child(self) -> Child:
        """The nursery itself, to be supervised; it is stopped after those it bore."""

        async def ready(_pid: int) -> bool:
            return self._ready.is_set()

        command = [sys.executable, "-m", "services.stack.nursery"]
        return Child(NAME, command, self._environment, self._log, ready, last=True, launch=self._open)

    async def bear(self, child: Child) -> Life:
        """Have `child` born, once the nursery is ready. Raises OSError when the nursery dies over it."""
        await self._ready.wait()
        number = next(self._numbers)
        expected: asyncio.Future[_Forked] = asyncio.get_running_loop().create_future()
        self._expected[number] = expected
        order = {
            "number": number,
            "name": child.name,
            "process": child.command[-1],
            "environment": dict(child.environment),
            "log": str(child.log),
            "steps_back": child.steps_back,
        }
        if self._writer is None:
            raise OSError("the nursery is not there")
        self._writer.write(json.dumps(order).encode() + b"\n")
        return await expected

    async def _open(self, child: Child) -> Life:
        """Start the nursery with a socket as its standard input."""
        ours, theirs = socket.socketpair()
        with theirs, child.log.open("ab") as log:
            process: Life = await asyncio.create_subprocess_exec(
                *child.command,
                stdin=theirs.fileno(),
                stdout=log,
                stderr=log,
                env=dict(child.environment),
                **spawn_options(child.death_signal, child.user, child.working_directory),
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._listener = asyncio.create_task(self._listen(reader))
        return process

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            self._hear(json.loads(line))
        # The kernel kills its children when a nursery dies.
        self._ready.clear()
        for forked in self._alive.values():
            forked.end(-signal.SIGKILL)
        for expected in self._expected.values():
            expected.set_exception(OSError("the nursery died"))
        self._alive.clear()
        self._expected.clear()

    def _hear(self, answer: dict[str, Any]) -> None:
        if "born" in answer:
            forked = self._alive[answer["pid"]] = _Forked(answer["pid"])
            expected = self._expected.pop(answer["born"])
            if not expected.cancelled():
                expected.set_result(forked)
        elif "died" in answer:
            self._alive.pop(answer["died"]).end(answer["code"])
        else:
            self._ready.set()


class _Forked:
    """A process that the nursery bore; what `up` may know of a process that is not its own child."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    async def wait(self) -> int:
        """Its exit code, negative for a signal, once it has ended."""
        await self._ended.wait()
        return self.returncode or 0

    def end(self, code: int) -> None:
        """It has ended."""
        self.returncode = code
        self._ended.set()
