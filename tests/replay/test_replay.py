"""Every recorded history still runs on today's code, with the plugin that production uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from tests.support.replaying import replay
from tests.support.story import HISTORIES, story_of
from tests.support.variants import PatchedWindow, UnpatchedWindow
from workflows.base_window.workflow import BaseWindow
from workflows.faculty_appointment.workflow import FacultyAppointment
from workflows.faculty_batch.workflow import FacultyBatch
from workflows.faculty_eligibility.workflow import FacultyEligibility
from workflows.next_cycle.workflow import NextCycle
from workflows.published_list.workflow import PublishedList
from workflows.recruitment_cycle.workflow import RecruitmentCycle
from workflows.seat_offer.workflow import SeatOffer

WORKFLOWS = {
    "recruitment_cycle": RecruitmentCycle,
    "base_window": BaseWindow,
    "seat_offer": SeatOffer,
    "published_list": PublishedList,
    "next_cycle": NextCycle,
    "faculty_batch": FacultyBatch,
    "faculty_appointment": FacultyAppointment,
    "faculty_eligibility": FacultyEligibility,
}
"""Folder of histories → workflow; a new process adds its line and its first recording."""

RECORDED = sorted(HISTORIES.glob("*/*.json"))


def _history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_the_history_replays(path: Path) -> None:
    await replay(list(WORKFLOWS.values()), _history(path), f"{path.parent.name}/{path.name}")


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_story_beside_it_tells_that_history(path: Path) -> None:
    assert path.with_suffix(".story").read_text() == story_of(_history(path))


WINDOWS_RECORDED = [path for path in RECORDED if path.parent.name == "base_window"]


@pytest.mark.parametrize("path", WINDOWS_RECORDED, ids=lambda path: path.stem)
async def test_a_change_behind_a_patch_lets_every_history_replay(path: Path) -> None:
    """OPS-06."""
    await replay([PatchedWindow], _history(path), path.name)


async def test_a_change_without_a_patch_fails_and_the_failure_teaches() -> None:
    """OPS-06: which history, why, what to do, and where to read on."""
    path = WINDOWS_RECORDED[-1]
    with pytest.raises(AssertionError) as failed:
        await replay([UnpatchedWindow], _history(path), path.name)
    said = str(failed.value)
    for word in (path.name, "BaseWindow", "STUCK", "workflow.patched(", "workflows/patches.py", "workflows/README.md"):
        assert word in said


def test_every_workflow_has_a_history() -> None:
    processes = {path.parent.name for path in Path("workflows").glob("*/workflow.py")}
    assert processes == set(WORKFLOWS), "a process and its line in WORKFLOWS belong together"
    assert processes == {path.parent.name for path in RECORDED}, "record one: python -m tests.support.story record"
