"""One child process: how it is started, told apart, and when it counts as ready."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


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
    working_directory: Path | None = field(default=None)


def spawn_options(
    death_signal: signal.Signals, user: tuple[int, int] | None, working_directory: Path | None
) -> dict[str, Any]:
    """Keyword arguments for `asyncio.create_subprocess_exec`: own session, own user, dies with its parent."""
    options: dict[str, Any] = {"start_new_session": True, "cwd": working_directory}
    if user is not None:
        options |= {"user": user[0], "group": user[1], "extra_groups": []}
    if _LIBC is not None:
        options["preexec_fn"] = _dies_with_parent(death_signal)
    return options


def _dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A function for the moment between fork and exec.

    It runs after the change of user, which would clear the request. `up` has no threads that could hold a lock at the
    fork, and its children are forked by its main thread, whose death is the one the kernel watches.
    """
    parent = os.getpid()
    libc = _LIBC

    def request() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return request
