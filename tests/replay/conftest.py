"""One time-skipping server a story: a workflow that a failed test leaves behind holds up no other test's clock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support.temporal import time_skipping


@pytest.fixture
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    """The story's server; it starts in a tenth of a second."""
    async with time_skipping() as running:
        yield running
