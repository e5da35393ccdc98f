"""The guarded server, one a test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.kit import guarded
from tests.unit.kit.guarded import Guarded


@pytest.fixture
async def running() -> AsyncIterator[Guarded]:
    answers = guarded.Staff()
    server, running = await guarded.start(answers, guarded.servicers(answers))
    yield running
    answers.leave.set()
    await server.stop()
