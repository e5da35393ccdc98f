"""The kit's own database and stream, for tests of one part; a file that needs others says so itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kit.database import Database
from services.kit.messaging import Messaging
from tests.support import bus


@pytest.fixture
async def things(nats_url: str, tmp_path: Path) -> AsyncIterator[Messaging]:
    """Connected, the stream of things empty, one consumer `first` declared."""
    part = Messaging(nats_url, name="test", streams_file=bus.things_file(tmp_path, ["first"]))
    await part.start()
    await bus.wipe(part)
    yield part
    await part.stop()


@pytest.fixture
async def database(kit_url: str) -> AsyncIterator[Database]:
    """Started on a fresh database of the kit's tables."""
    part = Database(kit_url, name="kit", pool_size=4)
    await part.start()
    yield part
    await part.stop()
