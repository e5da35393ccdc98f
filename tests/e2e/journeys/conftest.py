"""Journeys have a stack of their own: their years and campaigns would stand among those that other tests look for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.drills import ground
from services.drills.ground import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """`residency up`, ready; for all journeys of this process."""
    with ground.running() as running:
        yield running
