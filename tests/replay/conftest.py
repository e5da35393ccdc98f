"""One time-skipping server for the run of the stories."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support.temporal import time_skipping


@pytest.fixture(scope="session")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    """The run's server."""
    async with time_skipping() as running:
        yield running
