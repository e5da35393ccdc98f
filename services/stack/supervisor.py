"""Keeps children alive: starts them, says when they are ready, restarts what dies, stops all and leaves nothing.

A child is restarted whoever it is, also PostgreSQL, NATS and Temporal, on the same ports, after 0.2 s at first and at
most 5 s when it keeps dying; a child that stayed up for half a minute is forgiven its past.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.stack.child import Child, Life
from services.stack.problems import StackFailure

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
FORGIVEN_AFTER = 30.0
TRIES_BEFORE_READY = 4
"""A child that dies this often before it was ever ready is given up during the start."""
LOOK_EVERY = 0.03
PROCESS_GRACE, SERVER_GRACE = 6.0, 6.0
"""Seconds to stop by itself before SIGKILL: together under the ten that a stop may take."""


@dataclass
class _Kept:
    child: Child
    process: Life | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: int = 0
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """The children of one `up`.

    `say` gets one line about each death and return; `changed` is called with the name, process id (0: dead) and deaths
    so far of a child that started or died. `wanted` is asked about each child that ended, with its name and process id:
    one that was told to end, to be started again, has not died and is not waited for. One that is `held` stays down.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        changed: Callable[[str, int, int], None],
        wanted: Callable[[str, int], bool] = lambda _name, _pid: False,
        held: Callable[[str], bool] = lambda _name: False,
    ) -> None:
        if sys.version_info < (3, 12) and sys.platform == "linux":
            # The older default waits for each child in a thread, and threads do not go with a function before exec.
            watcher = asyncio.PidfdChildWatcher()
            watcher.attach_loop(asyncio.get_running_loop())
            asyncio.set_child_watcher(watcher)
        self._say = say
        self._changed = changed
        self._wanted = wanted
        self._held = held
        self._kept: dict[str, _Kept] = {}
        self._stopping = asyncio.Event()

    def start(self, child: Child) -> None:
        """Start `child` and keep it running until `stop`."""
        kept = _Kept(child)
        self._kept[child.name] = kept
        kept.keeper = asyncio.create_task(self._keep(kept), name=f"keep {child.name}")

    async def ready(self, *names: str, seconds: float = 60.0) -> None:
        """Wait until all these children are ready. Raises StackFailure naming the one that will not be."""
        await asyncio.gather(*(self._until_ready(self._kept[name], seconds) for name in names))

    async def end(self, name: str, seconds: float = PROCESS_GRACE) -> int | None:
        """Stop one child for good, by force after `seconds`; its exit code, None when it did not run."""
        kept = self._kept.pop(name)
        if kept.keeper is not None:
            kept.keeper.cancel()
            with suppress(asyncio.CancelledError):
                await kept.keeper
        await self._end(kept, seconds)
        return kept.process.returncode if kept.process is not None else None

    async def stop(self) -> None:
        """Stop every child, processes before servers, by force where asking is not enough. Takes less than 10 s."""
        self._stopping.set()
        bugs: list[BaseException] = []
        for last, grace in ((False, PROCESS_GRACE), (True, SERVER_GRACE)):
            group = [kept for kept in self._kept.values() if kept.child.last is last]
            ended = await asyncio.gather(*(self._end(kept, grace) for kept in group), return_exceptions=True)
            bugs += [end for end in ended if end is not None]
        if bugs:
            raise bugs[0]

    def kill(self) -> None:
        """End everything at once."""
        self._stopping.set()
        for kept in self._kept.values():
            _signal(kept, signal.SIGKILL)

    async def _until_ready(self, kept: _Kept, seconds: float) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (kept.ready, kept.given_up)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not kept.ready.is_set():
            name, log = kept.child.name, kept.child.log
            why = last_words(log) or "it said nothing"
            raise StackFailure(f"{name} does not become ready: {why} (log: {log})")

    async def _keep(self, kept: _Kept) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            while self._held(kept.child.name):  # noqa: ASYNC110  (a note of another process: there is no event)
                await asyncio.sleep(LOOK_EVERY)
            began = time.monotonic()
            try:
                how = describe(await self._run_once(kept))
            except OSError as error:
                how = error.strerror or "cannot be started"
            if self._stopping.is_set():
                return
            if kept.process is not None and self._wanted(kept.child.name, kept.process.pid):
                self._say(f"{kept.child.name} is restarted")
                continue
            kept.deaths += 1
            self._changed(kept.child.name, 0, kept.deaths)
            if not kept.ready.is_set() and kept.deaths >= TRIES_BEFORE_READY:
                kept.given_up.set()
                return
            if time.monotonic() - began > FORGIVEN_AFTER:
                pause = FIRST_PAUSE
            self._say(f"{kept.child.name} died ({how}); restarting in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run_once(self, kept: _Kept) -> int:
        """One life of the child; returns its exit code."""
        kept.process = process = await kept.child.launch(kept.child)
        self._changed(kept.child.name, process.pid, kept.deaths)
        look = asyncio.create_task(self._look(kept, process))
        try:
            return await process.wait()
        finally:
            look.cancel()

    async def _look(self, kept: _Kept, process: Life) -> None:
        began = time.monotonic()
        while not await kept.child.ready(process.pid):  # noqa: ASYNC110  (another process: there is no event to wait for)
            await asyncio.sleep(LOOK_EVERY)
        if kept.deaths and kept.ready.is_set():
            self._say(f"{kept.child.name} is ready again after {time.monotonic() - began:.1f} s")
        kept.ready.set()

    async def _end(self, kept: _Kept, grace: float) -> None:
        process = kept.process
        if process is not None and process.returncode is None:
            _signal(kept, kept.child.stop_signal, whole_group=False)
            try:
                async with asyncio.timeout(grace):
                    await process.wait()
            except TimeoutError:
                self._say(f"{kept.child.name} did not stop in {grace:.0f} s and was killed")
        # Also whatever it may have left behind in its session.
        _signal(kept, signal.SIGKILL)
        if process is not None:
            await process.wait()
        if kept.keeper is not None:
            kept.keeper.cancel()
            with suppress(asyncio.CancelledError):
                await kept.keeper


def describe(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {-code}, {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def last_words(log: Path) -> str:
    """The last line of a log, shortened to fit one line of a terminal."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""


def _signal(kept: _Kept, number: signal.Signals, *, whole_group: bool = True) -> None:
    process = kept.process
    if process is None:
        return
    with suppress(ProcessLookupError):
        if whole_group:
            # The group bears the child's process id, because it leads its own session.
            os.killpg(process.pid, number)
        elif process.returncode is None:
            os.kill(process.pid, number)
