"""NextCycle by its schedule, and a year that goes on in a new run, on a real server: the skipping one has no schedules,
and does not skip the waits of a run that continues another.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import ScheduleOverlapPolicy
from temporalio.testing import WorkflowEnvironment

from residency.enrollment.v1 import cycle_pb2
from services.kit.temporal import PLUGIN
from tests.support.moments import Moments
from tests.support.province import Province
from tests.support.temporal import Stage
from tests.support.wait import eventually
from workflows.next_cycle.activities import newest
from workflows.next_cycle.contract import SCHEDULE
from workflows.next_cycle.schedule import keep_schedule
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.recruitment_cycle.contract import CHANGE, CalendarChange, CycleStart, CycleStatus, Recheck
from workflows.recruitment_cycle.workflow import RecruitmentCycle

CRON = "0 9 1 11 *"
BASE = "SD-QILU"
PATIENCE = 90.0
"""Seconds: an activity handed to a worker that was just stopped comes again after its heartbeat is missed."""


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    path = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(path), plugins=[PLUGIN]) as running:
        yield running


@pytest.fixture
async def stage(server: WorkflowEnvironment) -> Stage:
    """A cycle whose first round opened two days ago."""

    async def now() -> datetime:
        return datetime.now(UTC)

    moments = Moments(datetime.now(UTC) - timedelta(days=12))
    province = Province(str(uuid4()), moments, now, bases=(BASE,), sequence=2)
    return Stage(server, province, server.client)


async def test_wait_09_the_schedule_is_kept_once_and_prepares_the_next_year(stage: Stage) -> None:
    """WAIT-09: made, brought up to date, started; who is told is told once however often it comes."""
    year = datetime.now(UTC).year
    for zone in ("Asia/Urumqi", "Asia/Shanghai"):
        await keep_schedule(stage.client, CRON, zone)
    handle = stage.client.get_schedule_handle(SCHEDULE)
    spec = (await handle.describe()).schedule.spec
    assert spec.time_zone_name == "Asia/Shanghai"
    following = [moment.astimezone(UTC) for moment in (await handle.describe()).info.next_action_times[:2]]
    assert [(moment.month, moment.day, moment.hour) for moment in following] == [(11, 1, 1)] * 2
    key = f"next_cycle/draft-{year + 1}"
    async with stage.working():
        for times in (1, 2):
            # One after the other: a run that has told may not have ended yet.
            await handle.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ALL)

            async def came(times: int = times) -> bool:
                return stage.province.sent.count(key) == times

            await eventually(came, "the next year is prepared")
    assert list(stage.province.notices) == [key]
    assert stage.province.notices[key].organisation_code == "SD"
    await handle.delete()


def test_wait_09_the_newest_cycle_of_each_province_counts() -> None:
    """WAIT-09."""
    rows = (("a", "37", 2022), ("b", "37", 2023), ("c", "37", 2023), ("d", "11", 2021))
    cycles = [cycle_pb2.Cycle(cycle_id=name, province_code=code, year=year) for name, code, year in rows]
    assert [cycle.cycle_id for cycle in newest(cycles)] == ["b", "d"]


async def test_wait_19_a_long_history_goes_on_in_a_new_run_that_repeats_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WAIT-19: windows and announcements stand, what is known is known."""
    # The workflow reads how long is long when it is loaded: sixty events are, here.
    monkeypatch.setattr(recruitment_cycle, "LONGEST_HISTORY", 60)
    province = stage.province
    async with stage.working():
        # Without search attributes, which a namespace takes seconds to learn.
        year = await stage.client.start_workflow(
            RecruitmentCycle.run,
            CycleStart(province.cycle_id),
            id=recruitment_cycle.workflow_id(province.cycle_id),
            task_queue=recruitment_cycle.TASK_QUEUE,
        )
        first = await year.describe()

        async def change(version: int) -> CycleStatus:
            order = CalendarChange(version, "amend", urgent=True)
            status: CycleStatus = await year.execute_update(CHANGE, order, result_type=CycleStatus)
            return status

        province.moved[3] = province.opens_at(3) + timedelta(days=1)
        await change(2)

        async def renewed() -> bool:
            await year.signal(RecruitmentCycle.recheck, Recheck(2))
            return (await year.describe()).run_id != first.run_id

        def announced(count: int) -> Callable[[], Awaitable[bool]]:
            async def all_told() -> bool:
                return len(_announced(province)) == count

            return all_told

        await eventually(announced(2), "the first change is announced", PATIENCE)
        await eventually(renewed, "a new run")
        province.moved[3] = province.opens_at(3) + timedelta(days=1)
        province.changes += 1
        status = await change(3)
        assert (status.windows_opened, status.calendar_version, status.sequence) == (1, 3, 2)
        assert status.next_opens_at == province.moved[3]

        await eventually(announced(4), "both changes are announced", PATIENCE)
        runs = [run async for run in stage.client.list_workflows(f"WorkflowId = '{year.id}'")]
        await year.terminate()
        await stage.window(BASE, 1).terminate()
    assert Counter(key.split("/")[2] for key in _announced(province)) == {"2": 2, "3": 2}
    assert len(runs) >= 2


def _announced(province: Province) -> list[str]:
    return [key for key in province.sent if key.startswith("calendar/")]
