"""The running stack that end-to-end tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import stack as stack_support
from tests.support.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """`residency up`, ready; stopped at the end of the run, with nothing left of it."""
    with stack_support.running() as running:
        yield running
