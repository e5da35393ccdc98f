"""A database and a login role for every service, and one role that migrates them all.

A service's role owns its own database and can enter no other. The migrating role becomes the owner as it logs in, so
that what it creates belongs to the service, and is spared the time limits that a service lives under.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from services.kit.migrations import roles
from services.stack.problems import StackProblem
from services.stack.state import State

if TYPE_CHECKING:
    import asyncpg

SERVICES = ("identity", "enrollment", "faculty", "notify")
MIGRATOR = "residency_migrate"
STARTING_SECONDS = 30.0


def database(service: str) -> str:
    """Name of a service's database, and of the role that owns it."""
    return f"residency_{service}"


def service_url(admin_url: str, state: State, service: str) -> str:
    """How the service itself reaches its database."""
    return _url(admin_url, database(service), state.secret(f"database.{service}"), database(service))


def migration_url(admin_url: str, state: State, service: str) -> str:
    """How migrations reach it."""
    return _url(admin_url, MIGRATOR, state.secret("database.migrate"), database(service))


async def provision(admin_url: str, state: State) -> None:
    """Create what is missing and set passwords and limits anew; doing it twice changes nothing.

    Raises StackProblem when the server at `admin_url` cannot be used that way.
    """
    import asyncpg  # noqa: PLC0415  (every process reads the names above, and some have no database)

    try:
        connection = await _connect(admin_url)
        try:
            await _provision(connection, state)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, ValueError) as error:
        raise StackProblem(f"cannot set up the databases at {_without_password(admin_url)}: {error}") from error


async def outdated(admin_url: str, state: State) -> list[str]:
    """Services whose database is not at its newest revision."""
    from services.kit.migrations import run  # noqa: PLC0415  (only this question needs it)

    current = await asyncio.gather(*(run.is_current(name, service_url(admin_url, state, name)) for name in SERVICES))
    return [name for name, is_current in zip(SERVICES, current, strict=True) if not is_current]


async def _provision(connection: asyncpg.Connection[asyncpg.Record], state: State) -> None:
    present = {row[0] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    databases = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
    await connection.execute(";\n".join(_role_statements(state, present)))
    for service in SERVICES:
        name = database(service)
        if name not in databases:
            await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}" TEMPLATE template0 ENCODING \'UTF8\'')
    await connection.execute(";\n".join(_database_statements()))


def _role_statements(state: State, present: set[str]) -> list[str]:
    statements = []
    for service in SERVICES:
        role = database(service)
        statements.append(_login(role, state.secret(f"database.{service}"), present))
        statements += roles.role_statements(service, role)
    statements.append(_login(MIGRATOR, state.secret("database.migrate"), present))
    # The administrator of a rented server is no superuser: to give a database away it must be a member of the owner.
    statements += [f'GRANT "{database(service)}" TO CURRENT_USER, "{MIGRATOR}"' for service in SERVICES]
    return statements


def _database_statements() -> list[str]:
    statements = []
    for service in SERVICES:
        name = database(service)
        statements.append(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        statements.append(f'GRANT CONNECT ON DATABASE "{name}" TO "{MIGRATOR}"')
        statements.append(f'ALTER ROLE "{MIGRATOR}" IN DATABASE "{name}" SET role = \'{name}\'')
    return statements


def _login(role: str, password: str, present: set[str]) -> str:
    """Names are ours and passwords are URL-safe, so neither can end the quotes."""
    verb = "ALTER" if role in present else "CREATE"
    return f"{verb} ROLE \"{role}\" LOGIN PASSWORD '{password}'"


async def _connect(url: str) -> asyncpg.Connection[asyncpg.Record]:
    """Connect, with patience for a server that is still recovering from a crash."""
    import asyncpg  # noqa: PLC0415  (as above)

    async with asyncio.timeout(STARTING_SECONDS):
        while True:
            try:
                return await asyncpg.connect(url, timeout=5)
            except asyncpg.CannotConnectNowError:
                await asyncio.sleep(0.05)


def _url(admin_url: str, user: str, password: str, name: str) -> str:
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{user}:{quote(password, safe='')}@{place}", f"/{name}", parts.query, ""))


def _without_password(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or "?"
