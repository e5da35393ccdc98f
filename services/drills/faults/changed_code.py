"""Fault 29. The worker runs changed code in the middle of a round: first a compatible change, then one that raises.

The one that raises is rolled back: Temporal tries the task of a run again for as long as its code fails, so nothing is
lost, and all runs go on from where they stood. That incompatible code stays with new runs is what versions of a worker
are for; how runs begun before are kept on their version is tried by `tests/workflow/test_changed_code.py`.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from temporalio.client import Client, WorkflowExecutionStatus

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.stand_in import changed, stand_in
from services.drills.faults.witness import Witness, told
from services.kit.temporal import connect

DAY_SECONDS = 14.0
PEOPLE = 4
GO_ON_SECONDS = 60.0
SCALED = "incompatible code pinned to a version: tests/workflow/test_changed_code.py, with 300 runs, not here"
_FILE = "base_window/workflow.py"
_WAIT = "        in_time = not self._has_ended(window)\n"
_CLOSE = "        window, count = await self._close_books(window)\n"
COMPATIBLE = (_WAIT, f'        workflow.logger.info("a drill")\n{_WAIT}')
"""It gives no other orders, and leaves no mark: what begins under it goes on under the code before it, too."""
RAISING = (_CLOSE, f'        raise RuntimeError("a drill")\n{_CLOSE}')
_FAILED = (
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED,
)


async def run(ground: Ground) -> None:
    """Change the code twice, each over the end of a round, and roll the second change back."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    year = await stage.year(day_seconds=DAY_SECONDS, rounds=6, round_days=1)
    boundaries = Boundaries(ground, year.cycle_id, witness.since)
    await ground.until(boundaries.caught_up, "the year stands where it is due")
    for actor in stage.applicants[:PEOPLE]:
        await year.apply(actor, year.places[0])
    client = await connect(ground.site.settings)
    with tempfile.TemporaryDirectory(prefix="residency-drill-") as folder:
        first = await boundaries.gate()
        compatible = changed("workflows", Path(folder, "compatible"), {_FILE: COMPATIBLE})
        async with stand_in(ground, "workflows", code=compatible):
            await ground.ready("workflows")
            await _ended(ground, boundaries, client, year.cycle_id, first)
        ground.report.found("runs go on under a compatible change", f"the windows of phase {first} ended", holds=True)
        second = await boundaries.gate()
        raising = changed("workflows", Path(folder, "raising"), {_FILE: RAISING})
        async with stand_in(ground, "workflows", code=raising):
            await ground.ready("workflows")
            await ground.until(lambda: boundaries.over(second), "a round has ended")
            await ground.until(lambda: _raised(ground), "the changed code has raised")
            entered = await boundaries.gate()
        ground.report.found("phases move on meanwhile", f"{second}, then {entered}", holds=entered > second)
        began = time.monotonic()
        # Every round that ended under the raising code, and not only the first.
        for sequence in range(second, await boundaries.gate()):
            await _ended(ground, boundaries, client, year.cycle_id, sequence)
        recovered = time.monotonic() - began
    ground.timely("all runs go on after the change was rolled back", recovered, GO_ON_SECONDS)
    failed = [name for name, status in (await _windows(client, year.cycle_id)).items() if status in _FAILED]
    ground.report.found("runs that failed", told(failed), holds=not failed)
    await boundaries.judge()
    facts = await witness.facts()
    await witness.settled(facts, 120.0)
    odd = await witness.effects(facts)
    ground.report.found(f"of {len(facts)} facts those whose effect does not stand once", told(odd), holds=not odd)
    ground.recovered(recovered)


async def _ended(ground: Ground, boundaries: Boundaries, client: Client, cycle_id: str, sequence: int) -> None:
    """Wait until every window of the round with this phase number has ended."""
    await ground.until(lambda: boundaries.over(sequence), "a round has ended")
    number = next((each.round for each in await boundaries.phases() if each.sequence == sequence), 0)

    async def over() -> bool:
        mine = {
            name: status for name, status in (await _windows(client, cycle_id)).items() if name.endswith(f"/{number}")
        }
        return bool(mine) and all(status is not WorkflowExecutionStatus.RUNNING for status in mine.values())

    await ground.until(over, f"the windows of phase {sequence} have ended", 2 * GO_ON_SECONDS)


async def _windows(client: Client, cycle_id: str) -> dict[str, WorkflowExecutionStatus | None]:
    """All windows of a cycle, by workflow id."""
    query = f"WorkflowId STARTS_WITH 'window/{cycle_id}/'"
    return {each.id: each.status async for each in client.list_workflows(query)}


def _raised(ground: Ground) -> bool:
    log = ground.stack.data / "logs" / "workflows.stand-in.log"
    return log.exists() and "RuntimeError: a drill" in log.read_text(encoding="utf-8", errors="replace")
