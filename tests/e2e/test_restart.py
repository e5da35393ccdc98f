"""Stopped over two phase boundaries and started again: the cycle goes on, overdue phases are entered in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support import stack as stack_support
from tests.support.stack import Stack
from tests.support.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    with stack_support.running("--season", "--day", "600ms", "--applicants", "6") as running:
        yield running


def test_the_cycle_goes_on_where_it_stood_and_overdue_phases_are_entered_in_order(own_stack: Stack) -> None:
    before = until(lambda: entered(own_stack, "registration"), "registration has begun", 120)
    overdue = [datetime.fromisoformat(phase["opens_at"]) for phase in before["phases"] if phase["round"] in (1, 2)]
    assert own_stack.stop() == []
    stopped_at = datetime.now(UTC)

    until(lambda: datetime.now(UTC) > max(overdue) + timedelta(seconds=1), "two boundaries have passed", 120)
    own_stack.start()
    after = until(lambda: entered(own_stack, "closed"), "the cycle closes by itself", 120)

    assert after["cycle_id"] == before["cycle_id"]
    moments = [datetime.fromisoformat(phase["entered_at"]) for phase in after["phases"] if phase.get("entered_at")]
    assert len(moments) == len(after["phases"]) - (0 if after["phases"][0].get("entered_at") else 1)
    assert moments == sorted(moments)
    late = {phase["phase"]: phase["entered_at"] for phase in after["phases"] if phase["round"] in (1, 2)}
    assert all(datetime.fromisoformat(moment) > stopped_at for moment in late.values())


def entered(stack: Stack, phase: str) -> Any:
    """The season's cycle once its gate stands at `phase`, else None."""
    answer = stack.get("/api/v1/cycles")
    return next((cycle for cycle in (answer or {}).get("cycles", []) if cycle["phase"] == phase), None)
