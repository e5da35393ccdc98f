"""Running somebody else's server as a child: free ports, a fast folder, and no orphan when the run is killed."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections: none of these takes a server's port while that is down."""
SHARES = 16
MEMORY = Path("/dev/shm")  # where Linux keeps files in memory
_given: deque[int] = deque(maxlen=50)
"""Ports given to this process last: their servers may not have taken them yet."""
ROOM = 4 << 30
"""Bytes that must be free in memory before a server keeps its files there."""


def free_port() -> int:
    """A free port of 127.0.0.1, not given to this process just before; tests in another worker are never given it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in random.sample(PORTS[worker % SHARES :: SHARES], k=100):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.append(port)
            return port
    raise OSError("a hundred ports were tried, and all are taken")


def new_folder(prefix: str) -> Path:
    """A temporary folder for a server's files, in memory where there is room.

    A database a test is some hundred files made and deleted. On a disk that costs up to a third of a second; what a
    killed server wrote is kept here as well as there.
    """
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if roomy else None))


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
