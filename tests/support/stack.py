"""A whole stack as a newcomer starts it: `residency up` in a folder of its own; nothing is left once it has stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.stack import state
from services.stack.state import State
from tests.support import servers
from tests.support.wait import until

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 90.0
STOP_SECONDS = 15.0


class Stack:
    """One `residency up`; `data` is its directory, `port` that of its portal."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = servers.free_port()
        self.log = data.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> None:
        """Start it and wait until the portal answers and the province is loaded."""
        command = [sys.executable, "-m", "services.cli", "up", "--data", str(self.data), "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                cwd=ROOT,
                start_new_session=True,
                preexec_fn=servers.dies_with_parent(signal.SIGTERM),
            )
        until(self._is_ready, "the stack is ready", READY_SECONDS)

    def stop(self) -> list[int]:
        """Stop it as Ctrl-C does; process ids that were its own and are still there (there must be none)."""
        assert self._process is not None
        children = _descendants(self._process.pid)
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(STOP_SECONDS)
        assert code == 0, f"`up` ended with {code}:\n{self.output()}"
        self._process = None
        return [pid for pid in children if _is_alive(pid)]

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
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def residency(self, *arguments: str) -> subprocess.Popen[str]:
        """Start another command on this stack, with its output piped."""
        command = [sys.executable, "-m", "services.cli", *arguments, "--data", str(self.data)]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), cwd=ROOT
        )

    def output(self) -> str:
        """What `up` has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"`up` ended:\n{self.output()}"
        return state.is_up(self.data) and bool(self.state().loaded) and self.get("/api/v1/cycles") is not None


@contextmanager
def running(*arguments: str) -> Iterator[Stack]:
    """A started stack in a fresh folder; afterwards it is stopped, nothing of it is left, and the folder is gone."""
    # Not pytest's own folder: as root PostgreSQL runs as somebody else, who cannot enter that.
    folder = Path(tempfile.mkdtemp(prefix="residency-stack-"))
    folder.chmod(0o755)
    stack = Stack(folder / "data")
    try:
        stack.start(*arguments)
        yield stack
        assert stack.stop() == []
    except BaseException:
        print(stack.output() if stack.log.exists() else "no output")
        raise
    finally:
        stack.abandon()
        shutil.rmtree(folder, ignore_errors=True)


def environment() -> dict[str, str]:
    """The environment of a command of ours: this code, no colours, no server from outside."""
    replaced = (
        *("RESIDENCY_POSTGRES_URL", "RESIDENCY_NATS_URL", "RESIDENCY_TEMPORAL_ADDRESS", "RESIDENCY_DATA_DIR"),
        "GRPC_ENABLE_FORK_SUPPORT",
    )
    kept = {name: value for name, value in os.environ.items() if name not in replaced}
    return kept | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}", "NO_COLOR": "1", "COLUMNS": "160"}


def _descendants(pid: int) -> list[int]:
    found = [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
    return [*found, *(grandchild for child in found for grandchild in _descendants(child))]


def _is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
