"""One time-skipping server a test: a workflow that a failed one leaves behind holds up no other test's clock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support.temporal import Stage, a_stage, time_skipping


@pytest.fixture
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    """The test's server; it starts in a tenth of a second."""
    async with time_skipping() as running:
        yield running


@pytest.fixture
async def stage(environment: WorkflowEnvironment) -> Stage:
    """A fresh cycle in preparation; registration opens tomorrow."""
    return await a_stage(environment)


@pytest.fixture
async def first_choice(environment: WorkflowEnvironment) -> Stage:
    """A fresh cycle whose first review round opens right now."""
    stage = await a_stage(environment, days_before=-10)
    stage.province.sequence = 2
    return stage
