"""The unit of work is all or nothing, errors are told apart, and a killed PostgreSQL needs no restart of ours."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack

import asyncpg
import pytest
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.kit import database as kit_database
from services.kit.database import Database
from services.kit.domain import DomainError, Fact, Kind
from services.kit.ids import new_id
from services.kit.tables import MAX_BODY_BYTES
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually


def fact(body: bytes = b"body") -> Fact:
    return Fact("residency.enrollment.v1.thing.happened", "residency.kit.v1.Thing", body, "thing-1", 1, new_id())


async def test_a_commit_writes_facts_in_order_with_the_trace_and_tells_the_relay(database: Database) -> None:
    told: list[int] = []
    database.on_facts(lambda: told.append(1))
    facts = [fact(), fact(), fact()]
    context = SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    with trace.use_span(NonRecordingSpan(context)):
        async with database.unit_of_work() as unit:
            for one in facts:
                unit.add_fact(one)
            assert told == []
    rows = await database.fetch("SELECT * FROM outbox ORDER BY position")
    assert [str(row["event_id"]) for row in rows] == [one.event_id for one in facts]
    assert rows[0]["traceparent"] == f"00-{0xABC:032x}-{0xDEF:016x}-01"
    assert rows[0]["epoch"] == 1
    assert rows[0]["published_at"] is None
    assert told == [1]


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    told: list[int] = []
    database.on_facts(lambda: told.append(1))

    async def change_my_mind() -> None:
        async with database.unit_of_work() as unit:
            unit.add_fact(fact())
            await unit.session.execute(text("INSERT INTO effect (event_id) VALUES (gen_random_uuid())"))
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        await change_my_mind()
    assert await database.fetchval("SELECT count(*) FROM outbox") == 0
    assert await database.fetchval("SELECT count(*) FROM effect") == 0
    assert told == []


async def test_a_fact_too_large_for_the_broker_never_reaches_the_outbox(database: Database) -> None:
    with pytest.raises(ValueError, match="at most"):
        async with database.unit_of_work() as unit:
            unit.add_fact(fact(b"x" * (MAX_BODY_BYTES + 1)))
    with pytest.raises(IntegrityError, match="body_size"):
        async with database.unit_of_work() as unit:
            await unit.session.execute(
                text(
                    "INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body)"
                    " VALUES (gen_random_uuid(), '', '', '', 1, decode(repeat('00', :size), 'hex'))"
                ),
                {"size": MAX_BODY_BYTES + 1},
            )


async def test_waiting_too_long_for_a_lock_is_unavailable_with_its_reason(database: Database) -> None:
    async def wait_for_lock() -> None:
        async with database.unit_of_work() as waiter:
            await waiter.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            await waiter.session.execute(text("SELECT pg_advisory_xact_lock(1)"))

    async with database.unit_of_work() as holder:
        await holder.session.execute(text("SELECT pg_advisory_xact_lock(1)"))
        with pytest.raises(DomainError) as caught:
            await wait_for_lock()
    assert (caught.value.kind, caught.value.reason) == (Kind.UNAVAILABLE, "LOCK_TIMEOUT")


async def test_a_stuck_transaction_ends_by_itself_and_lets_the_others_on(
    kit_url: str, postgres: PostgresServer
) -> None:
    name = kit_url.rsplit("/", 1)[1]
    postgres.admin(f"ALTER ROLE residency_kit IN DATABASE {name} SET transaction_timeout = '200ms'")
    database = Database(kit_url, name="kit")
    await database.start()
    try:
        with pytest.raises(DomainError) as caught:
            async with database.unit_of_work() as unit:
                await unit.session.execute(text("SELECT pg_sleep(1)"))
        assert (caught.value.kind, caught.value.reason) == (Kind.UNAVAILABLE, "TRANSACTION_TIMEOUT")
        async with database.unit_of_work() as unit:
            assert (await unit.session.execute(text("SELECT 1"))).scalar() == 1
    finally:
        await database.stop()


async def test_no_free_connection_is_told_within_two_seconds(kit_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_database, "ACQUIRE_SECONDS", 1.0)
    database = Database(kit_url, name="busy", pool_size=4)
    await database.start()
    try:
        async with AsyncExitStack() as held:
            for _ in range(4):
                await held.enter_async_context(database.lane.lend())
            async with asyncio.timeout(2):
                with pytest.raises(DomainError) as caught:
                    await database.fetchval("SELECT 1")
        assert caught.value.reason == "DATABASE_BUSY"
    finally:
        await database.stop()


async def test_connections_that_are_all_at_work_are_no_outage(kit_url: str) -> None:
    database = Database(kit_url, name="busy", pool_size=2)
    await database.start()
    try:
        working = {asyncio.create_task(database.fetchval("SELECT 1 FROM pg_sleep(3.5)")) for _ in range(2)}
        told, left = set(), working
        while left:
            _, left = await asyncio.wait(left, timeout=0.05)
            told.add(database.not_ready())
        assert [await each for each in working] == [1, 1]
        assert told == {""}, "nobody may be taken out of reach for having much to do"
    finally:
        await database.stop()


async def test_cancelled_callers_leak_no_connection(database: Database) -> None:
    async def write() -> None:
        async with database.unit_of_work() as unit:
            unit.add_fact(fact())

    for step in range(40):
        task = asyncio.create_task(write())
        for _ in range(step % 20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    await asyncio.gather(*(write() for _ in range(4)))
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # QueuePool has it, Pool has not
    idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    assert await database.fetchval(idle) == 0


async def test_cancelled_callers_of_the_fast_lane_leave_every_connection_usable(database: Database) -> None:
    """Cut while waiting for a connection, while it is handed on, in the middle of a statement."""

    async def read() -> object:
        return await database.fetchval("SELECT 1 FROM pg_sleep(0.002)")

    for step in range(40):
        tasks = [asyncio.create_task(read()) for _ in range(12)]
        for _ in range(step):
            await asyncio.sleep(0)
        for task in tasks[step % 3 :: 3]:
            task.cancel()
        await asyncio.wait(tasks)
    async with asyncio.timeout(3), AsyncExitStack() as held:
        lent = [await held.enter_async_context(database.lane.lend()) for _ in range(4)]
        assert [await connection.fetchval("SELECT 1") for connection in lent] == [1] * 4


async def test_ops_101_sessions_that_nobody_needs_are_closed_and_opened_again_when_they_are(
    kit_url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-101: PostgreSQL holds megabytes for each session; those of a busy hour do not stay."""
    for name, seconds in (("IDLE_SECONDS", 0.2), ("PROBE_SECONDS", 0.05), ("SPARE_SECONDS", 0.2)):
        monkeypatch.setattr(kit_database, name, seconds)
    looker = await asyncpg.connect(postgres.admin_url)
    held = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'residency_kit'"
    database = Database(kit_url, name="kit", pool_size=6)
    await database.start()

    async def work() -> int:
        async with database.unit_of_work() as unit:
            return int((await unit.session.execute(text("SELECT 1 FROM pg_sleep(0.1)"))).scalar_one())

    async def rested() -> bool:
        return bool(await looker.fetchval(held) <= 1)  # the probe's own

    try:
        for _ in range(2):
            asked = [work() for _ in range(6)] + [database.fetchval("SELECT 1 FROM pg_sleep(0.1)") for _ in range(6)]
            busy = asyncio.gather(*asked)
            await eventually(lambda: _holds(looker, held, 12), "every session is at work")
            assert set(await busy) == {1}
            await eventually(rested, "what nobody needs is closed")
            assert await work() == 1
    finally:
        await looker.close()
        await database.stop()


async def _holds(looker: asyncpg.Connection, sql: str, count: int) -> bool:
    return bool(await looker.fetchval(sql) == count)


async def test_killed_postgresql_comes_back_without_a_restart_of_ours(
    database: Database, postgres: PostgresServer
) -> None:
    async with database.unit_of_work() as unit:
        unit.add_fact(fact())
    await asyncio.to_thread(postgres.kill)
    with pytest.raises(DomainError) as slow:
        async with database.unit_of_work() as unit:
            await unit.session.execute(text("SELECT 1"))
    with pytest.raises(DomainError) as fast:
        await database.fetchval("SELECT 1")
    assert {slow.value.kind, fast.value.kind} == {Kind.UNAVAILABLE}
    assert {slow.value.reason, fast.value.reason} == {"DATABASE_UNAVAILABLE"}

    async def lost() -> bool:
        return database.not_ready() != ""

    async def ready() -> bool:
        return database.not_ready() == ""

    await eventually(lost, "readiness tells that the database is gone")
    await asyncio.to_thread(postgres.start)
    await eventually(ready, "readiness is back")
    async with database.unit_of_work() as unit:
        assert (await unit.session.execute(text("SELECT count(*) FROM outbox"))).scalar() == 1
    assert await database.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_crash_among_busy_connections_is_unavailable_and_nothing_else(database: Database) -> None:
    """PostgreSQL tells every session when one of its processes dies; some learn it between two statements."""
    outcomes: list[str] = []

    async def ask_on_and_on() -> None:
        for _ in range(150):
            try:
                await database.fetchval("SELECT 1")
                outcomes.append("answered")
            except DomainError as error:
                outcomes.append(error.kind)

    async def killed() -> bool:
        pid = await eventually_fetched(database, "SELECT pg_backend_pid()")
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it answered, and then the crash before took it along
            return False
        return True

    asking = [asyncio.create_task(ask_on_and_on()) for _ in range(12)]
    for _ in range(3):
        await eventually(killed, "a session is killed")
    await asyncio.gather(*asking)
    assert set(outcomes) == {"answered", Kind.UNAVAILABLE}
    assert await eventually_fetched(database, "SELECT 1") == 1


async def eventually_fetched(database: Database, sql: str) -> int:
    """The value of `sql`, once the server answers."""
    found: list[int] = []

    async def fetched() -> bool:
        try:
            found.append(await database.fetchval(sql))
        except DomainError:
            return False
        return True

    await eventually(fetched, "the database answers")
    return found[0]


async def test_a_process_that_starts_first_waits_for_its_database(kit_url: str, postgres: PostgresServer) -> None:
    await asyncio.to_thread(postgres.kill)
    part = Database(kit_url, name="kit")
    starting = asyncio.create_task(part.start())

    async def tried() -> bool:
        return part.not_ready() == "database is not reachable"

    await eventually(tried, "the first attempt has failed")
    assert not starting.done()
    await asyncio.to_thread(postgres.start)
    await asyncio.wait_for(starting, 10)
    assert await part.fetchval("SELECT 1") == 1
    await part.stop()


async def test_a_role_whose_transactions_may_hang_for_ever_is_refused(kit_url: str, postgres: PostgresServer) -> None:
    part = Database(kit_url, name="kit")
    postgres.admin("ALTER ROLE residency_kit SET transaction_timeout = 0")
    try:
        with pytest.raises(RuntimeError, match="transaction_timeout"):
            await part.start()
    finally:
        postgres.admin("ALTER ROLE residency_kit SET transaction_timeout = '5s'")
    postgres.admin("ALTER ROLE residency_kit SET synchronous_commit = 'off'")
    try:
        with pytest.raises(RuntimeError, match="synchronous_commit"):
            await part.start()
    finally:
        postgres.admin("ALTER ROLE residency_kit SET synchronous_commit = 'on'")
    await part.stop()
