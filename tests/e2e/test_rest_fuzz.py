"""REST-03: whatever anybody sends to any operation is answered as the OpenAPI document says, and never by a 5xx.

A part of what `python -m tests.bench.rest_fuzz` sends.
"""

from __future__ import annotations

import pytest

from services.drills import ground
from tests.bench.rest_fuzz import fuzz

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
CASES = 800


def test_whatever_is_sent_is_answered_as_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is tried here is not how much one may ask.
    for name in ("RESIDENCY_REQUESTS_PER_MINUTE", "RESIDENCY_REQUESTS_PER_MINUTE_ADDRESS"):
        monkeypatch.setenv(name, "1000000")
    with ground.running() as stack:  # of its own: what it leaves behind is of no use to others
        found = fuzz(stack, CASES, seed=1)
    assert found.faults == {}, found.summary()
    assert found.cases >= CASES * 0.95, found.summary()
    assert len(found.by_role) == 14, "each role took part"
    assert len(found.reached) >= 40, "it gets past the door"
    assert not {status for status in found.by_status if status >= 500}
