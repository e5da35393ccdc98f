"""One upstream a test, over real gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.portal_upstream import Upstream


@pytest_asyncio.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """The services behind the portal and the portal's application."""
    whole = Upstream()
    await whole.start()
    yield whole
    await whole.stop()
