"""OPS-90: what is on its way is waited for as long as it shrinks; and what a finding says at the end."""

from __future__ import annotations

import asyncio

import pytest

from services.verifier.check import merged
from services.verifier.finding import Finding, State
from services.verifier.invariants import Patience


class Clock:
    """What the loop's clock says, by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


async def test_ops_90_patience_lasts_while_the_backlog_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        clock = Clock(patched)
        patience = Patience(75.0)
        for minute in range(20):
            clock.now = minute * 60.0
            assert not patience.is_over(10_000 - minute), "it shrinks, however slowly"
        clock.now += 74.0
        assert not patience.is_over(9_981)
        assert not patience.is_over(None), "nobody knows"
        clock.now += 2.0
        assert patience.is_over(9_981)
        assert patience.is_over(20_000), "growth is no progress"
        assert not patience.is_over(9_000)


def test_ops_90_a_finding_says_the_worst_that_is_known() -> None:
    holds = Finding.of("I5", "t", 3, [])
    waits = Finding.of("I5", "t", 3, [], ["w"])
    broken = Finding.of("I5", "t", 3, ["b"], ["w"])
    assert [each.state for each in (holds, waits, broken)] == [State.HOLDS, State.NOT_YET, State.BROKEN]
    assert Finding.not_read("I5", "t", "away").state is State.UNREADABLE
    end = waits.at_the_end()
    assert (end.state, end.broken, end.examples) == (State.BROKEN, 1, ("w",))
    assert Finding.not_read("I5", "t", "away").at_the_end().examples == ("away",)
    [one] = merged([holds, broken, waits])
    assert (one.checked, one.broken, one.waiting, one.examples) == (9, 1, 2, ("b",))
