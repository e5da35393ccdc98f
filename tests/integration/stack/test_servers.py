"""PostgreSQL, NATS and Temporal as the embedded stack starts them: the settings sheet, and what a crash leaves."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import nats
import pytest

from services.stack import databases, postgres
from services.stack import nats as nats_server
from services.stack import temporal as temporal_server
from services.stack.problems import StackProblem
from services.stack.state import State
from services.stack.supervisor import Supervisor
from tests.support.wait import eventually


@dataclass
class Servers:
    """A supervised set of servers in a folder of its own."""

    folder: Path
    supervisor: Supervisor
    state: State = field(default_factory=State)
    pids: dict[str, int] = field(default_factory=dict)

    @property
    def postgres_url(self) -> str:
        """The administrator's."""
        return (
            f"postgresql://postgres:{self.state.secret('postgres')}@127.0.0.1:{self.state.ports['postgres']}/postgres"
        )

    async def start_postgres(self) -> None:
        """Start PostgreSQL with databases and roles."""
        folder = self.folder / "postgres"
        await postgres.initialise(folder, self.state.secret("postgres"))
        log = self.folder / "postgres.log"
        self.supervisor.start(postgres.child(folder, self.state.port("postgres"), log, os.environ))
        await self.supervisor.ready("postgres")
        await databases.provision(self.postgres_url, self.state)


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[Servers]:
    started = Servers(
        tmp_path, Supervisor(lambda _line: None, lambda name, pid, _deaths: started.pids.update({name: pid}))
    )
    yield started
    await started.supervisor.stop()


async def test_postgres_is_durable_and_every_service_is_limited_to_its_own(servers: Servers) -> None:
    await servers.start_postgres()
    await databases.provision(servers.postgres_url, servers.state)

    admin = await asyncpg.connect(servers.postgres_url)
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert await admin.fetchval(f"SHOW {name}") == "on", name
    await admin.close()

    url = databases.service_url(servers.postgres_url, servers.state, "enrollment")
    service = await asyncpg.connect(url)
    limits = {
        "transaction_timeout": "1500ms",
        "statement_timeout": "4s",
        "idle_in_transaction_session_timeout": "3s",
        "lock_timeout": "3s",
        "default_transaction_isolation": "read committed",
    }
    assert {name: await service.fetchval(f"SHOW {name}") for name in limits} == limits
    await service.close()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(url.rpartition("/")[0] + "/residency_identity")


async def test_migrations_create_what_the_service_owns_without_its_limits(servers: Servers) -> None:
    await servers.start_postgres()

    migrator = await asyncpg.connect(databases.migration_url(servers.postgres_url, servers.state, "notify"))
    assert await migrator.fetchval("SHOW transaction_timeout") == "0"
    await migrator.execute("CREATE TABLE thing (id int)")
    assert await migrator.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'thing'") == "residency_notify"
    await migrator.close()


async def test_postgres_recovers_by_itself_from_a_kill(servers: Servers) -> None:
    await servers.start_postgres()
    admin = await asyncpg.connect(servers.postgres_url)
    await admin.execute("CREATE TABLE kept AS SELECT 1 AS one")
    first = servers.pids["postgres"]
    os.kill(first, signal.SIGKILL)

    async def back() -> int:
        try:
            connection = await asyncpg.connect(servers.postgres_url, timeout=1)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return 0
        try:
            return int(await connection.fetchval("SELECT one FROM kept"))
        finally:
            await connection.close()

    assert await eventually(back, "PostgreSQL answers again") == 1
    assert servers.pids["postgres"] != first


async def test_an_unreachable_postgres_is_one_line() -> None:
    with pytest.raises(StackProblem, match=r"cannot set up the databases at 127\.0\.0\.1:1: "):
        await databases.provision("postgresql://postgres:secret@127.0.0.1:1/postgres", State())


async def test_nats_keeps_what_it_acknowledged_through_a_kill(servers: Servers) -> None:
    port, log = servers.state.port("nats"), servers.folder / "nats.log"
    servers.supervisor.start(nats_server.child(servers.folder / "nats", port, "ours", "secret", log, os.environ))
    await servers.supervisor.ready("nats")
    url = nats_server.url(port, "secret")

    client = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=1)
    assert client.connected_server_version.major >= 2
    assert client.max_payload == 256 * 1024
    stream = client.jetstream()
    await stream.add_stream(name="THINGS", subjects=["things"])
    await stream.publish("things", b"kept")
    os.kill(servers.pids["nats"], signal.SIGKILL)
    await client.close()

    async def kept() -> bytes:
        try:
            other = await nats.connect(url, allow_reconnect=False, connect_timeout=1)
        except (OSError, nats.errors.Error):
            return b""
        try:
            return (await other.jetstream().get_msg("THINGS", 1)).data or b""
        finally:
            await other.close()

    assert await eventually(kept, "the message is there again") == b"kept"


async def test_temporal_starts_with_its_page_and_keeps_its_file(servers: Servers) -> None:
    folder, log = servers.folder / "temporal", servers.folder / "temporal.log"
    ports = servers.state.port("temporal"), servers.state.port("temporal.ui")
    servers.supervisor.start(temporal_server.child(folder, *ports, log, os.environ))
    await servers.supervisor.ready("temporal")
    assert (folder / "temporal.sqlite").stat().st_size > 0
