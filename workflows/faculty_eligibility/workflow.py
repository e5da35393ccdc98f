"""FacultyEligibility: the reminders of one day to those who qualify from then on."""

from __future__ import annotations

from temporalio import workflow

from workflows.primitives.calls import MANY_CALLS

with workflow.unsafe.imports_passed_through():
    from workflows.faculty_eligibility.activities import EligibilityActivities

    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.faculty_eligibility.contract import NAME, EligibilityEnded, EligibilityOrder, EligibilityStart


@workflow.defn(name=NAME)
class FacultyEligibility:
    """Has those told who asked to be, on the day on which they qualify; who that is faculty knows."""

    @workflow.run
    async def run(self, start: EligibilityStart) -> EligibilityEnded:
        """WAIT-45: remind for the day that it is; the schedule comes again tomorrow."""
        order = EligibilityOrder(workflow.now(), start.time_zone)
        told = await workflow.execute_activity_method(EligibilityActivities.remind_eligible, order, **MANY_CALLS)
        return EligibilityEnded(told.on_day, told.count)
