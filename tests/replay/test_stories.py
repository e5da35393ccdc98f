"""The processes still wait and act as their stories tell, timer lengths included, which replay cannot see."""

from __future__ import annotations

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.replay.scenarios import SCENARIOS
from tests.support.story import HISTORIES, story_of

LESSON = """\
{name}: the process waits or acts otherwise than {story} tells.

Not meant? Then the change reaches further than you think: the difference above says which day and what.
Meant?  1. Does it add, remove or reorder what a running workflow does? Guard it: workflow.patched("...") and a row in
           workflows/patches.py. Another length of a wait needs none.
        2. python -m tests.support.story record {name}
        3. Have the two stories compared by somebody who knows the calendar. Recorded ones are never edited.
More: workflows/README.md, "Changing a workflow".
"""


@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_the_scenario_plays_as_its_latest_story(name: str, environment: WorkflowEnvironment) -> None:
    stories = sorted(HISTORIES.glob(f"{name}.*.story"))
    assert stories, f"record it: python -m tests.support.story record {name}"
    told = story_of(await SCENARIOS[name](environment))
    assert told == stories[-1].read_text(), LESSON.format(name=name, story=stories[-1])


def test_every_story_belongs_to_a_scenario() -> None:
    recorded = {f"{path.parent.name}/{path.name.split('.')[0]}" for path in HISTORIES.glob("*/*.story")}
    assert recorded == set(SCENARIOS)
