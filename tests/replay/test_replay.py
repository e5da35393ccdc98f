"""Every recorded history still runs on today's code, with the plugin that production uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from services.kit.temporal import PLUGIN
from tests.support.story import HISTORIES, story_of
from workflows.base_window.workflow import BaseWindow
from workflows.published_list.workflow import PublishedList
from workflows.recruitment_cycle.workflow import RecruitmentCycle
from workflows.seat_offer.workflow import SeatOffer

WORKFLOWS = {
    "recruitment_cycle": RecruitmentCycle,
    "base_window": BaseWindow,
    "seat_offer": SeatOffer,
    "published_list": PublishedList,
}
"""Folder of histories → workflow; a new process adds its line and its first recording."""

RECORDED = sorted(HISTORIES.glob("*/*.json"))


def _history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_the_history_replays(path: Path) -> None:
    await Replayer(workflows=list(WORKFLOWS.values()), plugins=[PLUGIN]).replay_workflow(_history(path))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_story_beside_it_tells_that_history(path: Path) -> None:
    assert path.with_suffix(".story").read_text() == story_of(_history(path))


def test_every_workflow_has_a_history() -> None:
    processes = {path.parent.name for path in Path("workflows").glob("*/workflow.py")}
    assert processes == set(WORKFLOWS), "a process and its line in WORKFLOWS belong together"
    assert processes == {path.parent.name for path in RECORDED}, "record one: python -m tests.support.story record"
