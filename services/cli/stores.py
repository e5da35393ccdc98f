"""How a command reaches a service's database and NATS themselves: by the environment, else those of the stack."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from services.kit.domain import DomainError, Kind
from services.stack import databases, servers

if TYPE_CHECKING:
    import asyncpg
    from nats.js import JetStreamContext

SECONDS = 5


def database_url(service: str, data: Path, *, own: bool = False) -> str:
    """URL of a service's database: RESIDENCY_<SERVICE>_DATABASE_URL, else that of the stack on `data`.

    With `own` the settings of a process, where there are any, are those of this service. Raises DomainError UNAVAILABLE
    when there is nothing.
    """
    from services.kit.settings import Settings  # noqa: PLC0415

    given = os.environ.get(f"RESIDENCY_{service.upper()}_DATABASE_URL", "")
    if own and not given:
        given = Settings().database_url.get_secret_value()
    return given or databases.service_url(servers.reach("postgres", data), servers.running(data), service)


@asynccontextmanager
async def database(service: str, data: Path, *, own: bool = False) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection of the service's own role. Raises DomainError UNAVAILABLE when it cannot be had."""
    import asyncpg  # noqa: PLC0415

    try:
        connection = await asyncpg.connect(database_url(service, data, own=own), timeout=SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        message = f"{service}'s database does not answer: {type(error).__name__}: {error}"
        raise DomainError(Kind.UNAVAILABLE, "DATABASE_AWAY", message) from error
    try:
        # What is read here may take longer than a request.
        await connection.execute("SET statement_timeout = 0; SET transaction_timeout = 0")
        yield connection
    finally:
        await connection.close(timeout=SECONDS)


@asynccontextmanager
async def jetstream(data: Path) -> AsyncIterator[JetStreamContext]:
    """JetStream. Raises DomainError UNAVAILABLE when NATS is not reachable."""
    import nats.errors  # noqa: PLC0415

    from services.kit.nats_login import NatsLogin  # noqa: PLC0415
    from services.kit.settings import Settings  # noqa: PLC0415

    url, settings = servers.reach("nats", data), Settings()
    try:
        client = await NatsLogin(url, settings.nats_credentials.get_secret_value, settings.nats_tls_dir).call(SECONDS)
    except (OSError, nats.errors.Error, TimeoutError) as error:
        message = f"NATS at {servers.without_password(url)} does not answer"
        raise DomainError(Kind.UNAVAILABLE, "NATS_AWAY", message) from error
    try:
        yield client.jetstream()
    finally:
        await client.close()
