"""Ground for drills and tests: `residency up` as a newcomer starts it, in a folder of its own.

Nothing is left once it has stopped. Processes are started from the thread that holds the stack, never from another:
the kernel ends them with the thread that bore them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.drills.report import Report
from services.drills.waiting import FIRST_PAUSE, until
from services.stack import ports, processes, servers, state
from services.stack.child import dies_with_parent
from services.stack.problems import StackFailure
from services.stack.state import State
from services.stack.up import check_wheels

READY_SECONDS = 180.0
STOP_SECONDS = 25.0
"""Longer than `up` takes to stop replicas that drain."""
LAST_SECONDS = 3.0
"""How long what was killed may take to be gone."""


@dataclass(frozen=True)
class Options:
    """What was asked of a drill."""

    applicants: int = 300
    day_seconds: float = 2.0
    seed: int = 1
    bases: int | None = None
    """Only the first so many bases of the province; all when None."""
    keep: Path | None = None
    """A folder that does not exist yet, in which the ground is left behind to be looked at."""
    release: str = ""
    """The former release of an upgrade: a tag or commit; the newest there is when empty."""
    hear: Callable[[str], None] = field(default=lambda _line: None)
    """Gets each line of the account as it comes about."""

    def report(self, drill: str) -> Report:
        """An empty report."""
        return Report(drill, self.hear)


class Stack:
    """One `residency up`; `data` is its directory, `port` that of its portal.

    `told` are settings for it beside the environment's own; servers given from outside are used only when told so.
    """

    def __init__(self, data: Path, told: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.port = ports.take(set())
        self.log = data.with_suffix(".log")
        self.told = dict(told or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> None:
        """Start it and wait until the portal answers and the province is loaded. Raises StackFailure."""
        command = [sys.executable, "-m", "services.cli", "up", "--data", str(self.data), "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment(),
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM, os.getpid()),
            )
        until(self._is_ready, "the stack is ready", READY_SECONDS)

    def stop(self) -> list[int]:
        """Stop it as Ctrl-C does; process ids that were its own and stay (there must be none).

        Raises StackFailure when it ends badly.
        """
        process = self._running()
        children = _descendants(process.pid)
        process.send_signal(signal.SIGINT)
        code = process.wait(STOP_SECONDS)
        if code != 0:
            raise StackFailure(f"`up` ended with {code}:\n{self.output()}")
        self._process = None
        # On a busy machine a child of PostgreSQL may finish its checkpoint after it was killed.
        end = time.monotonic() + LAST_SECONDS
        while (left := [pid for pid in children if _is_alive(pid)]) and time.monotonic() < end:
            time.sleep(FIRST_PAUSE)
        return left

    def abandon(self) -> None:
        """After a failure: end what still runs, without ceremony."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def state(self) -> State:
        """DATA/stack.json as it is now."""
        return state.load(self.data)

    def kill(self, name: str) -> None:
        """`kill -9` one process or server and wait until the supervisor has started another."""
        pid = self.state().pids[name]
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.state().pids.get(name) not in (0, None, pid), f"{name} is started again", 30)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Inside, a server or process answers nobody, as if it were away; afterwards it goes on where it stood."""
        pid = self.state().pids[name]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def lose_temporal(self) -> None:
        """Kill Temporal and delete its store: it comes back, and knows nothing."""
        os.kill(self.state().pids["temporal"], signal.SIGSTOP)
        for file in (self.data / "temporal").glob("temporal.sqlite*"):
            file.unlink()
        self.kill("temporal")

    def get(self, path: str) -> Any:
        """The JSON that the portal answers to GET `path`; None while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def post(self, path: str, body: Any) -> Any:
        """The JSON that the portal answers to POST `path`; raises HTTPError for a refusal."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def residency(self, *arguments: str) -> subprocess.Popen[str]:
        """Start another command on this stack, with its output piped."""
        command = [sys.executable, "-m", "services.cli", *arguments, "--data", str(self.data)]
        return subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment()
        )

    def run(self, *arguments: str, seconds: float = 120.0) -> str:
        """Run another command on this stack to its end; what it printed. Raises StackFailure when it fails."""
        command = self.residency(*arguments)
        said, talk = command.communicate(timeout=seconds)
        if command.returncode != 0:
            raise StackFailure(f"`residency {' '.join(arguments)}` ended with {command.returncode}: {said}{talk}")
        return said

    def output(self) -> str:
        """What `up` has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def environment(self) -> dict[str, str]:
        """The environment of this stack's commands."""
        return environment() | self.told

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise StackFailure("the stack was not started")
        return self._process

    def _is_ready(self) -> bool:
        if self._running().poll() is not None:
            raise StackFailure(f"`up` ended:\n{self.output()}")
        return state.is_up(self.data) and bool(self.state().loaded) and self.get("/api/v1/cycles") is not None


@contextmanager
def running(*arguments: str, keep: Path | None = None, told: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A started stack in a fresh folder; afterwards it is stopped, nothing of it is left, and the folder is gone.

    With `keep` that folder is made, used and left behind. Raises StackProblem when the embedded servers are not
    installed, StackFailure when the stack does not start, does not stop, or leaves a process behind.
    """
    check_wheels()
    # Not pytest's own folder: as root PostgreSQL runs as somebody else, who cannot enter that.
    folder = Path(tempfile.mkdtemp(prefix="residency-stack-")) if keep is None else keep
    if keep is not None:
        keep.mkdir(parents=True)
    folder.chmod(0o755)
    stack = Stack(folder / "data", told)
    try:
        stack.start(*arguments)
        yield stack
        if left := stack.stop():
            raise StackFailure(f"processes are left: {left}")
    except BaseException:
        sys.stderr.write(stack.output() or "`up` said nothing\n")
        raise
    finally:
        stack.abandon()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def environment() -> dict[str, str]:
    """The environment of a command of ours: this code, no colours, no server from outside."""
    replaced = {*servers.VARIABLES.values(), "RESIDENCY_DATA_DIR", "GRPC_ENABLE_FORK_SUPPORT"}
    kept = {name: value for name, value in processes.common_environment().items() if name not in replaced}
    return kept | {"NO_COLOR": "1", "COLUMNS": "160"}


def _descendants(pid: int) -> list[int]:
    found = [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
    return [*found, *(grandchild for child in found for grandchild in _descendants(child))]


def _is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
