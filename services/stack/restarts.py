"""OPS-32: how a process of a running stack is restarted because somebody wants it, not because it died.

Who wants it leaves a note with the process id in DATA/restarts and asks the process to end. The supervisor takes the
note when the process has ended, and starts the next one at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from services.stack import probing, processes, state
from services.stack.problems import StackFailure
from services.stack.state import State

PATIENCE = 60.0
"""How long one process may take to drain, end and be ready again."""
_LOOK_SECONDS = 0.05


def chosen(running: State, wanted: Iterable[str]) -> list[str]:
    """The replicas that `wanted` names, of all processes when it names none; `identity` means all of its replicas.

    The first replicas of all stand before the second ones, so that restarting in this order leaves each service time
    to settle. Raises KeyError with a name that no process bears.
    """
    known = processes.names(running)
    told = list(wanted)
    for name in told:
        if name not in known and name not in processes.MODULES:
            raise KeyError(name)
    found = [name for name in known if not told or name in told or processes.service(name) in told]
    return sorted(found, key=lambda name: name.partition(".")[2])


def ask(data: Path, name: str) -> int:
    """Ask the process `name` to end and to be started again; its present process id. Raises StackFailure."""
    pid = state.load(data).pids.get(name, 0)
    if not pid:
        raise StackFailure(f"{name} is not running: the supervisor is starting it")
    note = _note(data, name)
    note.parent.mkdir(exist_ok=True)
    note.write_text(str(pid))
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    return pid


async def is_back(data: Path, name: str, former: int) -> bool:
    """Whether another process than `former` is ready in its place."""
    running = state.load(data)
    return running.pids.get(name, 0) not in (0, former) and (
        await probing.http_status(running.ports[f"{name}.metrics"], "/readyz") == 200
    )


def take(data: Path, name: str, pid: int) -> bool:
    """Whether this process was asked to end; the note is taken away."""
    try:
        wanted = _note(data, name).read_text() == str(pid)
    except OSError:
        return False
    _note(data, name).unlink(missing_ok=True)
    return wanted


def forget(data: Path) -> None:
    """Take away what an earlier stack has left."""
    for note in (data / "restarts").glob("*"):
        note.unlink(missing_ok=True)


async def roll(data: Path, name: str) -> float:
    """Restart one process and wait until the next one is ready; how many seconds that took. Raises StackFailure."""
    began = time.monotonic()
    former = ask(data, name)
    await until_back(data, {name: former})
    return time.monotonic() - began


async def until_back(data: Path, former: dict[str, int]) -> None:
    """Wait until all these processes, by name with the id they had, are ready again. Raises StackFailure."""
    end = time.monotonic() + PATIENCE
    for name, pid in former.items():
        while not await is_back(data, name, pid):
            if time.monotonic() > end:
                raise StackFailure(f"{name} is not ready again after {PATIENCE:.0f} s: see {data}/logs/{name}.log")
            await asyncio.sleep(_LOOK_SECONDS)


def _note(data: Path, name: str) -> Path:
    return data / "restarts" / name
