"""Replaying a history on today's code, with the plugin that production uses; a failure says what to do."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from services.kit.temporal import PLUGIN

LESSON = """\
{name}: a {workflow} that runs like this today would be STUCK on this code.

Your change adds, removes or reorders what a running workflow does (an activity, a timer, a child, a signal, a search
attribute), and this recorded history is what running workflows look like. Neither edit nor delete the history.

  1. Put the new behaviour behind a patch, and keep the old one beside it for runs of before:

         if workflow.patched("<what-changes>"):
             ...  # new
         else:
             ...  # as it was

  2. List the id in workflows/patches.py: why, since when, and from when on the old branch may go.
  3. Run this test again: the old histories replay, and a new recording shows the new behaviour
     (python -m tests.support.story record PROCESS/SCENARIO).

More: workflows/README.md, "Changing a workflow". What differed: {error}
"""


async def replay(workflows: Sequence[type], history: WorkflowHistory, name: str) -> None:
    """Replay `history`. Raises AssertionError with the lesson when the code does other things than the history says."""
    try:
        await Replayer(workflows=workflows, plugins=[PLUGIN]).replay_workflow(history)
    except NondeterminismError as error:
        kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
        raise AssertionError(LESSON.format(name=name, workflow=kind, error=error)) from error
