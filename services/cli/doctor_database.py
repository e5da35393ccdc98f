"""`residency doctor`: PostgreSQL as each service finds it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services.cli.doctor_finding import Finding, Grade, broken, degraded, ok, unasked
from services.cli.doctor_place import Place
from services.kit.migrations import roles
from services.stack import databases

if TYPE_CHECKING:
    import asyncpg

_PATIENCE = 5.0
LEAST_VERSION = 17
BUSY, FULL = 0.8, 0.95
"""Shares of the server's connections in use."""
LATE_FACTS = timedelta(minutes=1)
"""A fact that is older and unpublished waits for the relay."""

_BACKLOG = "SELECT count(*), min(created_at) FROM outbox WHERE published_at IS NULL"
_CONNECTIONS = """
    SELECT (SELECT sum(numbackends) FROM pg_stat_database),
           current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
"""


async def look(place: Place) -> list[Finding]:
    """Findings of each service's database."""
    found = await asyncio.gather(*(_look_at(name, place) for name in databases.SERVICES))
    return [finding for findings in found for finding in findings]


async def _look_at(service: str, place: Place) -> list[Finding]:
    import asyncpg  # noqa: PLC0415

    what = f"database {service}"
    url = place.database_urls.get(service)
    if url is None:
        return [unasked(what, f"RESIDENCY_{service.upper()}_DATABASE_URL")]
    try:
        async with asyncio.timeout(3 * _PATIENCE):
            connection = await asyncpg.connect(url, timeout=_PATIENCE, command_timeout=_PATIENCE)
            try:
                found = [await _server(what, service, connection), await _revision(what, service, connection)]
                if found[-1].grade is Grade.OK:  # the tables are those that this release knows
                    found += [await _facts(what, connection), *await _restored(what, connection)]
                return [*found, await _clock(what, connection, place.settings.clock_skew_seconds)]
            finally:
                await connection.close(timeout=_PATIENCE)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = error.sqlstate if isinstance(error, asyncpg.PostgresError) else type(error).__name__
        advice = "start the server, or free its disk and connections; nothing that was answered is lost"
        return [broken(what, f"is not reachable ({why})", advice, "database-down")]


async def _server(what: str, service: str, connection: asyncpg.Connection) -> Finding:
    from services.kit.database import REQUIRED_SETTINGS  # noqa: PLC0415

    version = connection.get_server_version()
    wrong = [f"server_version = {version.major}"] if version.major < LEAST_VERSION else []
    for setting, wanted in {**REQUIRED_SETTINGS, **roles.role_settings(service)}.items():
        found = await connection.fetchval("SELECT current_setting($1, true)", setting)
        if not await _same(connection, str(found), wanted):
            wrong.append(f"{setting} = {found}, needs {wanted}")
    if wrong:
        advice = "set it: `ALTER ROLE` for limits, the server's configuration for the rest"
        return broken(f"{what}, settings", "; ".join(wrong), advice, "database-down")
    used, most = await connection.fetchrow(_CONNECTIONS) or (0, 1)
    says = f"PostgreSQL {version.major}, {used} of {most} connections in use"
    advice = "see who holds them (`pg_stat_activity`); fewer replicas, smaller pools or a larger server"
    if used > FULL * most:
        return broken(f"{what}, settings", says, advice, "database-busy")
    if used > BUSY * most:
        return degraded(f"{what}, settings", says, advice, "database-busy")
    return ok(f"{what}, settings", says)


async def _same(connection: asyncpg.Connection, found: str, wanted: str) -> bool:
    """`1500ms` is `1.5s`; whole seconds of the keepalives stand without a unit."""
    if found == wanted:
        return True
    if not wanted.endswith("s") or not wanted.rstrip("ms").isdigit():
        return False
    return bool(await connection.fetchval("SELECT $1::text::interval = $2::text::interval", found, wanted))


async def _revision(what: str, service: str, connection: asyncpg.Connection) -> Finding:
    from services.kit.migrations import run  # noqa: PLC0415

    head = run.head(service)
    found = await connection.fetchval("SELECT version_num FROM alembic_version")
    if found == head:
        return ok(f"{what}, migrations", f"at {head}")
    advice = f"`residency migrate {service}` with this release, before its processes start"
    return broken(f"{what}, migrations", f"at {found or 'none'}, this release knows {head}", advice, "part-not-ready")


async def _facts(what: str, connection: asyncpg.Connection) -> Finding:
    waiting, oldest = await connection.fetchrow(_BACKLOG) or (0, None)
    if oldest is None or datetime.now(UTC) - oldest < LATE_FACTS:
        return ok(f"{what}, outbox", f"{waiting} facts wait")
    says = f"{waiting} facts wait, since {oldest:%Y-%m-%dT%H:%M:%SZ}"
    return degraded(
        f"{what}, outbox", says, "NATS is away or full; they leave in order once it is back", "outbox-stuck"
    )


async def _restored(what: str, connection: asyncpg.Connection) -> list[Finding]:
    row = await connection.fetchrow("SELECT stopped_at, why FROM database_epoch")
    if row is None or row["stopped_at"] is None:
        return []
    says = f"stands still since {row['stopped_at']:%Y-%m-%dT%H:%M:%SZ}: {row['why']}"
    return [broken(f"{what}, epoch", says, "it was restored: `residency restored` lets it go on", "restored-database")]


async def _clock(what: str, connection: asyncpg.Connection, limit: float) -> Finding:
    from services.kit import clock_check  # noqa: PLC0415
    from services.kit.clock import SystemClock  # noqa: PLC0415

    async def theirs() -> datetime | None:
        found: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return found

    seconds, uncertain = await clock_check.ahead(theirs, SystemClock()) or (0.0, 0.0)
    if abs(seconds) - uncertain > limit:
        says = f"here the {clock_check.told(seconds, whose='its own')}"
        return broken(f"{what}, clock", says, "set the clock of the host that is wrong by NTP", "clock-skew")
    return ok(f"{what}, clock", f"within {max(abs(seconds) + uncertain, 0.1):.1f} s of this machine's")
