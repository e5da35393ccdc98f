"""The recorded scenarios of years whose calendar changes, and of the year after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.support.moments import NOTICE
from tests.support.temporal import a_stage
from workflows.recruitment_cycle.contract import CHANGE, CalendarChange, CycleStatus

DAY = timedelta(days=1)
_PHASES = [(phase, first, last) for _, phase, _, first, last in NOTICE]
_EXTENDED = [
    ("registration", date(2023, 7, 1), date(2023, 7, 12)),
    ("first_choice", date(2023, 7, 13), date(2023, 7, 31)),
    *_PHASES[2:],
]
_SHORTENED = [*_EXTENDED[:1], ("first_choice", date(2023, 7, 13), date(2023, 7, 29)), *_EXTENDED[2:]]
_INSERTED = [
    *_SHORTENED[:3],
    ("second_choice", date(2023, 8, 11), date(2023, 8, 13)),
    ("reallocation", date(2023, 8, 14), date(2023, 8, 16)),
    ("confirmation", date(2023, 8, 17), date(2023, 8, 31)),
]


async def changed(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Registration is extended, the first round shortened, a round put in, all held for three days and resumed."""
    stage = await a_stage(environment, cycle_id="20230000-0000-7000-8000-000000000011")
    province = stage.province
    province.bases, province.quiet = ("SD-QILU",), True
    async with stage.working():
        year = await stage.start_cycle()

        async def tell(version: int, kind: str, *, urgent: bool) -> None:
            change = CalendarChange(version, kind, urgent)
            status: CycleStatus = await year.execute_update(CHANGE, change, result_type=CycleStatus)
            assert status.calendar_version == version

        opens = province.moments.registration_opens
        await stage.until(opens + 5 * DAY + timedelta(hours=10))
        await tell(province.amend(*_EXTENDED), "amend", urgent=False)
        await stage.until(opens + 15 * DAY + timedelta(hours=10))
        await tell(province.amend(*_SHORTENED), "amend", urgent=True)
        await stage.until(opens + 33 * DAY + timedelta(hours=10))
        await tell(province.amend(*_INSERTED), "amend", urgent=False)
        await stage.until(opens + 38 * DAY + timedelta(hours=10))
        await tell(await province.hold(), "hold", urgent=True)
        await stage.until(opens + 41 * DAY + timedelta(hours=9))
        await tell(await province.resume(), "resume", urgent=True)
        await year.result()
        return await year.fetch_history()


async def prepared(environment: WorkflowEnvironment) -> WorkflowHistory:
    """On the first of November: one province, whose newest cycle is of this year."""
    stage = await a_stage(environment, cycle_id="20230000-0000-7000-8000-000000000012")
    async with stage.working():
        preparing = await stage.start_next_cycle()
        await preparing.result()
        return await preparing.fetch_history()


YEAR_SCENARIOS: dict[str, Callable[[WorkflowEnvironment], Awaitable[WorkflowHistory]]] = {
    "recruitment_cycle/changed": changed,
    "next_cycle/prepared": prepared,
}
