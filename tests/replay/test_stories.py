"""The processes still wait and act as their stories tell, timer lengths included, which replay cannot see."""

from __future__ import annotations

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.replay.scenarios import SCENARIOS
from tests.support.story import HISTORIES, story_of


@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_the_scenario_plays_as_its_latest_story(name: str, environment: WorkflowEnvironment) -> None:
    stories = sorted(HISTORIES.glob(f"{name}.*.story"))
    assert stories, f"record it: python -m tests.support.story record {name}"
    told = story_of(await SCENARIOS[name](environment))
    assert told == stories[-1].read_text(), (
        "the process behaves differently: if that is meant, guard running workflows (workflows/patches.py), record "
        "the scenario on a new date, and let the diff of the two stories be reviewed"
    )


def test_every_story_belongs_to_a_scenario() -> None:
    recorded = {f"{path.parent.name}/{path.name.split('.')[0]}" for path in HISTORIES.glob("*/*.story")}
    assert recorded == set(SCENARIOS)
