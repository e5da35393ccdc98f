"""OPS-12, OPS-40: sessions of former credentials are replaced whatever goes wrong, and so are those begun read-only."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from services.kit.database import Database
from services.kit.domain import DomainError
from services.kit.messaging import Messaging
from services.kit.migrations import roles
from services.kit.outbox import Relay
from services.kit.restored import release
from services.kit.secret_files import FileSecret
from tests.support import bus
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually

OWNER = "residency_kit"


@pytest.fixture
def logins(kit_url: str, postgres: PostgresServer) -> Callable[[str], str]:
    """URL of the test's database for a login role that acts as its owner; made when first asked for."""

    def url(suffix: str) -> str:
        role = f"{OWNER}_{suffix}"
        postgres.admin(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role} LOGIN PASSWORD 'test'; END IF; END $$",
            *roles.login_statements("kit", OWNER, role),
            f"ALTER ROLE {role} LOGIN",
        )
        return kit_url.replace(f"{OWNER}:", f"{role}:")

    return url


def write(file: Path, content: str) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(content, encoding="utf-8")
    draft.replace(file)


@asynccontextmanager
async def running(source: Callable[[], str] | str) -> AsyncIterator[Database]:
    database = Database(source, name="replaced", pool_size=4)
    await database.start()
    try:
        yield database
    finally:
        await database.stop()


async def pid_of_work(database: Database) -> int:
    async with database.unit_of_work() as unit:
        return int((await unit.session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def session_user(database: Database, role: str) -> bool:
    try:
        return bool(await database.fetchval("SELECT session_user") == role)
    except DomainError:
        return False


async def test_ops_12_a_session_that_does_not_close_keeps_no_other_one_of_the_former_role(
    logins: Callable[[str], str], postgres: PostgresServer, tmp_path: Path
) -> None:
    first, second = await asyncio.to_thread(logins, "a"), await asyncio.to_thread(logins, "b")
    write(tmp_path / "url", first)
    looker = await asyncpg.connect(postgres.admin_url)

    async def is_gone(pid: int) -> bool:
        return not await looker.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid)

    async with running(FileSecret(tmp_path / "url").get_secret_value) as database:
        idle = await pid_of_work(database)
        asks = "SELECT pg_backend_pid() FROM pg_sleep(0.1)"
        await asyncio.gather(*(database.fetchval(asks) for _ in range(3)))
        # The one that is lent last: the watcher takes another.
        frozen = database.lane._idle[0][0].get_server_pid()
        os.kill(frozen, signal.SIGSTOP)
        try:
            write(tmp_path / "url", second)
            await eventually(partial(is_gone, idle), "the idle session of the unit of work was replaced", 20)
            assert await database.fetchval("SELECT session_user") == f"{OWNER}_b"
        finally:
            os.kill(frozen, signal.SIGCONT)
            await looker.close()


async def test_ops_12_credentials_that_cannot_be_read_are_not_the_last_that_are_looked_at(
    logins: Callable[[str], str], tmp_path: Path
) -> None:
    first, second = await asyncio.to_thread(logins, "a"), await asyncio.to_thread(logins, "b")
    write(tmp_path / "url", first)
    async with running(FileSecret(tmp_path / "url").get_secret_value) as database:
        write(tmp_path / "url", "postgresql://[broken")

        async def was_refused() -> bool:
            return database._refused != ""

        await eventually(was_refused, "they were looked at")
        assert database.not_ready() == "", "the former ones stay in use"
        write(tmp_path / "url", second)
        await eventually(partial(session_user, database, f"{OWNER}_b"), "those that are good are taken", 20)


async def test_ops_12_a_role_closed_before_its_follower_was_given_is_an_outage_until_then(
    logins: Callable[[str], str], postgres: PostgresServer, tmp_path: Path
) -> None:
    first, second = await asyncio.to_thread(logins, "a"), await asyncio.to_thread(logins, "b")
    write(tmp_path / "url", first)
    async with running(FileSecret(tmp_path / "url").get_secret_value) as database:
        await asyncio.to_thread(
            postgres.admin,
            f"ALTER ROLE {OWNER}_a NOLOGIN",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{OWNER}_a'",
        )

        async def says_so() -> bool:
            return database.not_ready() != ""

        await eventually(says_so, "the database is not reachable", 20)
        with pytest.raises(DomainError, match="系统繁忙"):
            await database.fetchval("SELECT 1")
        write(tmp_path / "url", second)
        await eventually(partial(session_user, database, f"{OWNER}_b"), "the follower is taken", 20)

        async def settled() -> bool:
            return database._logins.url == second and database.not_ready() == ""

        await eventually(settled, "it is in use for good", 20)


@pytest.fixture
async def things(nats_url: str, tmp_path: Path) -> AsyncIterator[Messaging]:
    part = Messaging(nats_url, name="test", streams_file=bus.things_file(tmp_path, ["first"]))
    await part.start()
    await bus.wipe(part)
    yield part
    await part.stop()


async def test_ops_42_commands_are_accepted_again_whichever_login_released_the_database(
    logins: Callable[[str], str], things: Messaging
) -> None:
    mine, others = await asyncio.to_thread(logins, "a"), await asyncio.to_thread(logins, "b")
    async with running(mine) as database:

        async def outcome() -> str:
            try:
                async with database.unit_of_work() as unit:
                    unit.add_fact(bus.thing())
            except DomainError as error:
                return error.reason
            return ""

        async def comes_to(wanted: str) -> bool:
            return await outcome() == wanted

        async def stands_still(wanted: bool) -> bool:
            return bool(relay.degraded()) is wanted

        async def all_left() -> bool:
            return not await database.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")

        relay = Relay(database, things, "things")
        await relay.start()
        lost = bus.thing()
        async with database.unit_of_work() as unit:
            unit.add_fact(lost)
        await eventually(all_left, "it is heard")
        await relay.stop()
        await database.execute("DELETE FROM outbox WHERE event_id = $1", UUID(lost.event_id))

        await relay.start()
        await eventually(partial(stands_still, True), "it stands still")
        await eventually(partial(comes_to, "RESTORED_READ_ONLY"), "a command is refused")
        connection = await asyncpg.connect(others)
        await release(connection, 2)
        await connection.close()
        await eventually(partial(stands_still, False), "it goes on")
        await eventually(partial(comes_to, ""), "a command is accepted")
        await relay.stop()
