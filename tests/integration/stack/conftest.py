"""A supervisor sets how this process hears of its children's ends; here it shares the process with other tests."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def child_watcher() -> Iterator[None]:
    """Give the watcher back: the supervisor's is deaf as soon as any test has run a loop of its own."""
    if sys.version_info >= (3, 12):
        yield
        return
    before = asyncio.get_child_watcher()
    yield
    asyncio.set_child_watcher(before)
