"""Fixtures every test may use: real servers, one a worker, and fresh state a test; which tests share a worker."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from services.kit import database, database_logins
from services.kit.messaging import Messaging
from tests.support import bus
from tests.support import nats as nats_support
from tests.support import postgres as postgres_support
from tests.support.nats import NatsServer
from tests.support.postgres import PostgresServer

# Tests start processes while gRPC is at work in this one. They exec at once: gRPC need not prepare for the fork.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
# Nor has a database gone away that opens a session late: two runs of tests, browsers and whole stacks share two cores.
database.ACQUIRE_SECONDS = database_logins.CONNECT_SECONDS = 10.0


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist brings no types
    """A file's tests go to one worker, files in the order of their names.

    Those that start whole stacks are one unit: they share a stack and its rehearsal, and because the seasons they
    play are tied to the clock no two of them run at once. They mostly wait, so the others fill the time.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder == "tests/e2e" else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """What xdist asks for how to share the tests out; a run without workers does not ask."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The run's PostgreSQL server."""
    server = postgres_support.create_server()
    yield server
    postgres_support.remove_server(server)


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[Callable[[str], str]]:
    """Call it with a service's name: URL of a fresh, migrated database, gone after the test."""
    urls: list[str] = []

    def create(service: str) -> str:
        urls.append(postgres.database(service))
        return urls[-1]

    yield create
    for url in urls:
        postgres.drop(url)


@pytest.fixture
def kit_url(postgres: PostgresServer) -> Iterator[str]:
    """URL of a fresh database of the smallest service there is, for tests of the kit itself."""
    url = postgres.database("kit", Path(__file__).parent / "integration" / "kit_versions")
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def nats_server() -> Iterator[NatsServer]:
    """The run's NATS server."""
    server = nats_support.create_server()
    yield server
    nats_support.remove_server(server)


@pytest.fixture
def nats_url(nats_server: NatsServer) -> str:
    """URL of the run's NATS server."""
    return nats_server.url


@pytest.fixture
async def messaging(nats_url: str) -> AsyncIterator[Messaging]:
    """A connection to the run's NATS server, with the streams of production, empty."""
    part = Messaging(nats_url, name="test")
    await part.start()
    await bus.wipe(part)
    yield part
    await part.stop()
