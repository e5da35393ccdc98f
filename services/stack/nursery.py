"""The nursery: one process that loads what all processes share, and forks each of them from there.

Loading libraries is nearly all of a start. Six processes that each load the same ones take seconds and memory six
times; forked from one that has loaded them they take it once, and a process that died is back in a fraction of a
second. The nursery opens no connection and starts no thread, so nothing is torn by a fork. A container runs a single
process and has no use for it.

It reads orders from its standard input (a socket, one JSON object a line) and answers there; `births.py` is the other
end. If it dies its children die with it, and `up` starts all of them anew.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import residency
from services.cli import run
from services.stack.child import dies_with_parent, name_process, step_back

SHARED = (
    "services.kit.process",
    "services.access",
    "services.kit.grpc_server",
    "services.kit.messaging",
    "services.kit.outbox",
    "services.kit.once",
    "services.kit.sealer",
    "services.kit.seal_copy",
    "services.kit.keywatch",
    "services.kit.chores",
)
"""Loaded before the first birth, and after them every contract: each is spoken by two processes at least."""


@dataclass(frozen=True)
class Order:
    """A process to be born."""

    number: int
    name: str
    """As the system is to list it."""
    process: str
    """What it is to be, as `services.cli.run` names it."""
    environment: dict[str, str]
    log: str
    steps_back: int = 0


class Nursery:
    """Serves orders until its standard input ends."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._waking, self._wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._heard = b""

    def serve(self) -> Order | None:
        """Fork a child for each order. Returns its order in the child, None in the nursery when orders have ended."""
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _nothing)
        self._tell(ready=True)
        while True:
            readable, _, _ = select.select([self._control.fileno(), self._waking], [], [])
            if self._waking in readable:
                os.read(self._waking, 4096)
                self._bury()
            if self._control.fileno() in readable:
                received = self._control.recv(1 << 16)
                if not received:
                    return None
                *lines, self._heard = (self._heard + received).split(b"\n")
                for line in lines:
                    order = Order(**json.loads(line))
                    if self._bear(order):
                        return order

    def _bear(self, order: Order) -> bool:
        """Fork; true in the child."""
        nursery = os.getpid()
        pid = os.fork()
        if pid != 0:
            self._tell(born=order.number, pid=pid)
            return False
        os.setsid()
        dies_with_parent(signal.SIGKILL, nursery)()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (self._waking, self._wakes):
            os.close(descriptor)
        self._control.close()
        return True

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._tell(died=pid, code=os.waitstatus_to_exitcode(status))

    def _tell(self, **answer: Any) -> None:
        self._control.sendall(json.dumps(answer).encode() + b"\n")


def contracts() -> Iterator[str]:
    """Every generated module."""
    for found in walk_packages(residency.__path__, f"{residency.__name__}."):
        if found.name.endswith(("_pb2", "_pb2_grpc")):
            yield found.name


def live(order: Order) -> int:
    """Be the process of `order`; returns its exit code."""
    name_process(order.name)
    step_back(order.steps_back)
    log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, place)
    os.close(log)
    os.environ.clear()
    os.environ.update(order.environment)
    return run.run(order.process)


def main() -> int:
    """Entry point; returns the exit code of the nursery, or of the process that it became."""
    run.leave_out_luxuries()
    gc.disable()
    for module in (*SHARED, *contracts()):
        import_module(module)
    # What is loaded stays: left out of collections, its memory stays shared.
    gc.freeze()
    gc.enable()
    order = Nursery(socket.socket(fileno=os.dup(0))).serve()
    return 0 if order is None else live(order)


def _nothing(_number: int, _frame: object) -> None:
    """The wake-up through the pipe is all that is wanted."""


if __name__ == "__main__":
    sys.exit(main())
