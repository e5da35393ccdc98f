"""One child process: how it is started, told apart, and when it counts as ready."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Life(Protocol):
    """A running process."""

    @property
    def pid(self) -> int:
        """Its process id, which is that of its session too."""
        ...

    @property
    def returncode(self) -> int | None:
        """None while it runs; its exit code afterwards, negative for a signal."""
        ...

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        ...


@dataclass(frozen=True)
class Child:
    """What to run and how to treat it."""

    name: str
    """Short name: of its log file, in messages and in the state file."""
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    """Takes stdout and stderr, appended."""
    ready: Callable[[int], Awaitable[bool]]
    """Asked again and again with the child's process id until it says yes."""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when `up` itself is killed."""
    user: tuple[int, int] | None = None
    """uid and gid to change to; PostgreSQL refuses to run as root."""
    last: bool = False
    """Stopped only after the others have gone: the servers the processes use."""
    working_directory: Path | None = None
    steps_back: int = 0
    """How many steps of `nice` it stands behind the servers where all of them want the processor."""
    launch: Callable[[Child], Awaitable[Life]] = field(default_factory=lambda: execute)
    """How it comes to life. Raises OSError when it cannot."""


async def execute(child: Child) -> Life:
    """Run the child's command as a child of this process."""
    with child.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(child.environment),
            **spawn_options(child.death_signal, child.user, child.working_directory, child.steps_back),
        )


def spawn_options(
    death_signal: signal.Signals, user: tuple[int, int] | None, working_directory: Path | None, steps_back: int = 0
) -> dict[str, Any]:
    """Keyword arguments for `asyncio.create_subprocess_exec`: own session, own user, dies with its parent."""
    options: dict[str, Any] = {"start_new_session": True, "cwd": working_directory}
    if user is not None:
        options |= {"user": user[0], "group": user[1], "extra_groups": []}
    if _LIBC is not None:
        request = dies_with_parent(death_signal, os.getpid())

        def begin() -> None:
            step_back(steps_back)
            request()

        options["preexec_fn"] = begin
    return options


def step_back(steps: int) -> None:
    """Let others have the processor first: `nice`, also for the whole session, by which Linux shares it out."""
    if not steps:
        return
    os.nice(steps)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(steps), encoding="ascii")


def dies_with_parent(number: signal.Signals, parent: int) -> Callable[[], None]:
    """A function for the child to call first: the kernel is to send it `number` when the process `parent` is gone.

    Between fork and exec it runs after the change of user, which would clear the request. Neither `up` nor the nursery
    has threads that could hold a lock at the fork, and the thread whose death the kernel watches is their only one.
    """
    libc = _LIBC

    def request() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return request


def name_process(name: str) -> None:
    """Show `name` (15 bytes of it) where the system lists processes by their short name."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_NAME, name.encode()[:15] + b"\0", 0, 0, 0)
