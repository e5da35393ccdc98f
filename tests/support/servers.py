"""Running somebody else's server as a child: free ports, and no orphan when the test run is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether something accepts connections on `port`."""
    with socket.socket() as client:
        client.settimeout(0.2)
        return client.connect_ex(("127.0.0.1", port)) == 0


def dies_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends `number` to the child when we are gone (Linux; None elsewhere)."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)

    def set_signal() -> None:
        library.prctl(PR_SET_PDEATHSIG, int(number))

    return set_signal


def run(
    command: Sequence[str], log: Path, *, last_signal: signal.Signals, user: int | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` with its output in `log`, as `user` when given, in a process group of its own."""
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd="/",
            preexec_fn=dies_with_parent(last_signal),
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
