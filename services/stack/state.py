"""DATA/stack.json: what a second start needs to find again, and what `residency status` shows."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.stack import ports
from services.stack.problems import StackProblem

ROOM_BYTES = 200 * 1024 * 1024
"""Least free space at start: PostgreSQL, JetStream and Temporal all fail in ugly ways on a full disk."""

LARGE_BYTES = 64 * 1024 * 1024
"""A log or trace file larger than this is put aside at the next start."""


@dataclass
class State:
    """Ports, generated secrets and running processes of one data directory."""

    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    loaded: str = ""
    """Fingerprint of the province file and demo log-ins that were loaded last."""

    def port(self, name: str) -> int:
        """The port of `name`: the one it had before if that is free, else a new one."""
        port = self.ports.get(name)
        if port is None or not ports.is_free(port):
            port = ports.take(set(self.ports.values()))
            self.ports[name] = port
        return port

    def secret(self, name: str) -> str:
        """The generated secret of `name`, made on first use (43 URL-safe characters)."""
        return self.secrets.setdefault(name, secrets.token_urlsafe(32))


def path(data: Path) -> Path:
    """Where the state of a data directory lies."""
    return data / "stack.json"


def load(data: Path) -> State:
    """The state of `data`, empty when there is none. Raises StackProblem when the file is not ours."""
    try:
        return State(**json.loads(path(data).read_text()))
    except FileNotFoundError:
        return State()
    except (ValueError, TypeError) as error:
        raise StackProblem(f"{path(data)} is damaged ({error}); restore it or start with another --data") from error
    except OSError as error:
        raise StackProblem(f"cannot read {path(data)}: {error.strerror}") from error


def save(data: Path, state: State) -> None:
    """Write the state so that only its owner reads it, and never half of it."""
    draft = path(data).with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(state), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path(data))


def prepare(data: Path) -> None:
    """Make the data directory. Raises StackProblem when it cannot be written or the disk is too full."""
    try:
        (data / "logs").mkdir(parents=True, exist_ok=True)
        (data / "traces").mkdir(exist_ok=True)
        # As root PostgreSQL runs as somebody else and has to pass through; the files inside keep their own modes.
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        probe = data / f".probe-{os.getpid()}"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
        free = shutil.disk_usage(data).free
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StackProblem(f"the disk of {data} is full: free at least {ROOM_BYTES >> 20} MB") from error
        raise StackProblem(f"cannot write to {data}: {error.strerror}; choose another directory with --data") from error
    if free < ROOM_BYTES:
        needed, left = ROOM_BYTES >> 20, free >> 20
        raise StackProblem(f"the disk of {data} has {left} MB left, at least {needed} MB are needed: free some room")


def turn_over(data: Path) -> None:
    """Put aside logs and traces that have grown large; of each, one former file is kept. Only for the lock's holder."""
    for file in (*data.glob("logs/*.log"), *data.glob("traces/*.jsonl")):
        if file.stat().st_size > LARGE_BYTES:
            file.replace(file.with_name(f"{file.name}.1"))


class Lock:
    """Held by the one `up` of a data directory; the kernel lets go of it however that process ends."""

    def __init__(self, data: Path) -> None:
        self._path = data / "stack.lock"
        self._descriptor = -1

    def acquire(self) -> None:
        """Take the lock. Raises StackProblem when another process has it."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 32, 0).decode().strip() or "?"
            os.close(self._descriptor)
            raise StackProblem(f"already running on {self._path.parent} (process {holder})") from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go."""
        os.close(self._descriptor)


def is_up(data: Path) -> bool:
    """Whether an `up` holds the lock of `data`."""
    try:
        descriptor = os.open(data / "stack.lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
