"""PostgreSQL from its wheel, as a child of ours: durable settings, 127.0.0.1 only, passwords asked."""

from __future__ import annotations

import os
import pwd
import signal
import stat
from collections.abc import Mapping
from pathlib import Path

from services.stack import oneshot, wheels
from services.stack.child import Child
from services.stack.ports import HOST
from services.stack.problems import StackFailure, StackProblem

ADMIN = "postgres"

SETTINGS = {
    # What must never be lost stays so through kill -9 and power loss.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "default_transaction_isolation": "read committed",
    "password_encryption": "scram-sha-256",
    # Small enough for a laptop, large enough for a province of 100 000.
    "shared_buffers": "64MB",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "jit": "off",
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
"""Server settings of `faults.md`; the time limits of each role are set with the role (`databases.py`)."""


async def initialise(folder: Path, password: str) -> None:
    """Make a new cluster with checksums in `folder`, unless there is one.

    Raises StackProblem when the disk is full and StackFailure with initdb's words otherwise.
    """
    if (folder / "PG_VERSION").exists():
        return
    user = _user(folder)
    word = _password_file(folder, password, user)
    command = [str(wheels.postgres_bin() / "initdb"), "-D", str(folder), "-U", ADMIN, f"--pwfile={word}"]
    # The builtin provider needs no locale of the machine and sorts the same everywhere.
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    try:
        code, output = await oneshot.run(command, user=user, working_directory=Path("/"))
    finally:
        word.unlink()
    if "No space left" in output:
        raise StackProblem(f"the disk of {folder} is full: PostgreSQL cannot make its cluster")
    if code != 0:
        raise StackFailure(f"PostgreSQL cannot make its cluster: {_complaint(output)}")


def _password_file(folder: Path, password: str, user: tuple[int, int] | None) -> Path:
    """Make the folder, and beside it the file from which initdb takes the administrator's password."""
    folder.mkdir(mode=0o700, exist_ok=True)
    word = folder.with_name("postgres.password")
    word.touch(mode=0o600)
    word.write_text(password)
    if user is not None:
        os.chown(folder, *user)
        os.chown(word, *user)
    return word


def child(folder: Path, port: int, log: Path, environment: Mapping[str, str]) -> Child:
    """The server on `port`; initialise the folder first."""
    command = [str(wheels.postgres_bin() / "postgres"), "-D", str(folder), "-p", str(port)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]

    async def ready(pid: int) -> bool:
        return _accepting(folder, pid)

    return Child(
        name="postgres",
        command=command,
        environment=environment,
        log=log,
        ready=ready,
        # "Fast": ends sessions, writes a checkpoint. "Immediate" when `up` was killed: the next start recovers.
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGQUIT,
        user=_user(folder),
        last=True,
        working_directory=Path("/"),
    )


def _accepting(folder: Path, pid: int) -> bool:
    """Whether the postmaster `pid` says in its own file that it takes connections."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _user(folder: Path) -> tuple[int, int] | None:
    """Whom to become when we are root: the owner of an existing cluster, else `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return None
    if (folder / "PG_VERSION").exists():
        status = folder.stat()
        owner = (status.st_uid, status.st_gid)
    else:
        owner = _ordinary_user()
    for place in (folder, wheels.postgres_bin()):
        _let_through(place)
    return owner


def _ordinary_user() -> tuple[int, int]:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise StackFailure("PostgreSQL does not run as root and this machine has no user `postgres` or `nobody`")


def _let_through(place: Path) -> None:
    """Allow everybody to pass (not to read) the folders above `place`, as PostgreSQL's own user has to."""
    for folder in place.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _complaint(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line), lines[-1] if lines else "it said nothing")
