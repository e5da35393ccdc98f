"""The two provinces, once a run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.authority import document, scene, story
from tests.authority.document import Page
from tests.authority.scene import Scene
from tests.support.nats import NatsServer
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def page() -> Page:
    return document.read()


@pytest.fixture(scope="session")
async def provinces(
    postgres: PostgresServer, nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    urls: list[str] = []

    def database_url(service: str) -> str:
        urls.append(postgres.database(service))
        return urls[-1]

    data: Path = tmp_path_factory.mktemp("authority")
    async with scene.running(database_url, nats_server.url, data) as running:
        await story.tell(running)
        yield running
    for url in urls:
        postgres.drop(url)
