"""What a fault may do to the stack under it, and where it writes what it saw."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import asyncpg

from services.drills.ground import Options, Stack
from services.drills.report import Report
from services.rehearsal.site import Site, find
from services.stack import holds, links, probing, processes
from services.stack.links import Behaviour, Mode
from services.stack.problems import StackFailure

LOOK_SECONDS = 0.05
HEAL_SECONDS = 90.0
"""How long anything may take to be whole again before a fault is given up as not survived."""


class Season(Protocol):
    """A season that goes on beside a fault."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        ...

    async def begun(self, phase: str = "registration") -> Any:
        """Wait until its cycle is in `phase`."""
        ...

    async def reached(self, share: float) -> None:
        """Wait until `share` (0 to 1) of the time from registration to closing has passed."""
        ...


@dataclass
class Ground:
    """A stack started with `--links`, perhaps with a season under way, and the account of one fault on it."""

    stack: Stack
    report: Report
    options: Options = field(default_factory=Options)
    season: Season | None = None
    """The season that goes on beside the fault; None where only the fault acts."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What the faults on one stack share, such as the people of `scene.py`."""

    @property
    def site(self) -> Site:
        """Where databases, NATS, Temporal and the portal of the stack are, with what opens them."""
        return find(self.stack.data)

    def pid(self, name: str) -> int:
        """The process id of a process or server as of now; 0 while it is down."""
        return self.stack.state().pids.get(name, 0)

    async def kill(self, name: str) -> None:
        """`kill -9` one process or server and wait until another runs in its place (not until it is ready)."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        await self.until(lambda: self.pid(name) not in (0, pid), f"{name} is started again")

    @asynccontextmanager
    async def down(self, name: str) -> AsyncIterator[None]:
        """Inside, a process or server is killed and stays down; afterwards it is started again, and ready."""
        pid = self.pid(name)
        holds.hold(self.stack.data, name)
        try:
            os.kill(pid, signal.SIGKILL)
            await self.until(lambda: self.pid(name) == 0, f"{name} is down")
            yield
        finally:
            holds.let_go(self.stack.data, name)
        await self.until(lambda: self.pid(name) not in (0, pid), f"{name} is started again")
        await self.ready(name)

    @asynccontextmanager
    async def frozen(self, name: str) -> AsyncIterator[None]:
        """Inside, a process or server stands still with everything it holds."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @asynccontextmanager
    async def disturbed(
        self, chosen: str, mode: Mode, *, seconds: float = 0.0, size: int = 0, after: str = "", times: int = 0
    ) -> AsyncIterator[list[str]]:
        """Inside, the links whose names match `chosen` (`*>nats`) behave so; afterwards they pass everything again."""
        try:
            yield await links.behave(self.stack.data, chosen, Behaviour(mode, seconds, size, after, times))
        finally:
            await links.behave(self.stack.data, chosen, Behaviour())

    async def ready(self, *names: str) -> float:
        """Wait until these processes (all when none is named) say that they are ready; how many seconds it took."""
        began = time.monotonic()
        running = self.stack.state()
        for name in names or tuple(processes.names(running)):
            port = running.ports.get(f"{name}.metrics")
            if port is not None:
                await self.until(partial(_is_ready, port), f"{name} is ready")
        return time.monotonic() - began

    async def until(self, condition: Callable[[], Any], what: str, seconds: float = HEAL_SECONDS) -> Any:
        """The first truthy result of `condition`, a coroutine function or a quick function.

        Raises StackFailure naming `what` after `seconds`.
        """
        end = time.monotonic() + seconds
        while True:
            found = condition()
            result = await found if isinstance(found, Awaitable) else found
            if result:
                return result
            if time.monotonic() > end:
                raise StackFailure(f"not within {seconds:g} s: {what}")
            await asyncio.sleep(LOOK_SECONDS)

    async def seconds_until(self, condition: Callable[[], Any], what: str, seconds: float = HEAL_SECONDS) -> float:
        """How long it took until `condition` held; raises as `until`."""
        began = time.monotonic()
        await self.until(condition, what, seconds)
        return time.monotonic() - began

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """A connection to a service's database beside all links, as that service."""
        connection = await asyncpg.connect(self.site.databases[service], timeout=10)
        try:
            yield connection
        finally:
            await connection.close(timeout=2)

    async def residency(self, *arguments: str, seconds: float = 120.0) -> str:
        """What a command on this stack printed. Raises StackFailure when it fails."""
        return await asyncio.to_thread(partial(self.stack.run, *arguments, seconds=seconds))

    @property
    def crowded(self) -> float:
        """As `crowded`."""
        return crowded()

    def timely(self, title: str, seconds: float, goal: float) -> None:
        """Write down that something took `seconds`, and whether that is as promised.

        The goal is that of a machine with nothing else to do: where more runs than it has processors, more is allowed
        by as much.
        """
        load, slower = os.getloadavg()[0], self.crowded
        allowed = f", {goal * slower:.1f} s are allowed under a load of {load:.1f}" if slower > 1 else ""
        self.report.found(title, f"{seconds:.2f} s (goal {goal:g} s{allowed})", holds=seconds <= goal * slower)

    def recovered(self, seconds: float) -> None:
        """Write down how long it took until everything was as before."""
        self.report.figures["recovered_seconds"] = round(seconds, 2)
        self.report.did(f"whole again after {seconds:.1f} s")


def crowded() -> float:
    """How many times longer than by itself something may take now: 1 where nothing else runs on the machine."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


async def _is_ready(port: int) -> bool:
    return await probing.http_status(port, "/readyz") == 200
