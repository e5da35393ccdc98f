"""NextCycle: prepares the drafts of the next year."""

from __future__ import annotations

from temporalio import workflow

from workflows.primitives.calls import MANY_CALLS

with workflow.unsafe.imports_passed_through():
    from workflows.next_cycle.activities import NextCycleActivities

    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.next_cycle.contract import NAME, NextCycleEnded, NextCycleStart, PrepareOrder


@workflow.defn(name=NAME)
class NextCycle:
    """Has every province's next year prepared; the provinces confirm what they find."""

    @workflow.run
    async def run(self, start: NextCycleStart) -> NextCycleEnded:
        """WAIT-09: prepare the drafts; the schedule comes again next year."""
        order = PrepareOrder(workflow.now(), start.time_zone)
        prepared = await workflow.execute_activity_method(NextCycleActivities.prepare_next_cycles, order, **MANY_CALLS)
        return NextCycleEnded(prepared.year, prepared.drafts)
