"""The running stack that end-to-end tests share, and the rehearsal that several of them look at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.drills import ground
from services.drills.ground import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """`residency up`, ready; stopped at the end of the run, with nothing left of it."""
    with ground.running() as running:
        yield running


@pytest.fixture(scope="session")
def report(stack: Stack) -> Any:
    """The report of a rehearsal of 60 applicants at 6 bases, a day in 0.8 s."""
    order = ("--applicants", "60", "--bases", "6", "--day", "800ms", "--seed", "11", "--json")
    command = stack.residency("rehearse", *order)
    out, talk = command.communicate(timeout=200)
    assert command.returncode == 0, f"{out}\n{talk}"
    return json.loads(out)
