"""Drills on a ground of their own: what must be possible with a season under way is done to a small one."""

from __future__ import annotations

import pytest

from services.drills import rolling
from services.drills.ground import Options

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_ops_30_every_process_is_restarted_during_a_season_and_nobody_notices() -> None:
    """OPS-30 to OPS-33, without the comparison of times: beside other tests that would tell of these."""
    said: list[str] = []
    options = Options(applicants=30, day_seconds=0.9, seed=13, bases=4, hear=said.append)
    report = await rolling.run(options, compare=False)
    assert report.ok, "\n".join(said)
    assert sum("is ready again" in step.what for step in report.steps) == 12
