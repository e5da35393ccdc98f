"""RecruitmentCycle on the time-skipping server: the year of Shandong 2023."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from residency.enrollment.v1 import cycle_service_pb2 as wire
from services.kit.domain import DomainError, Kind
from tests.support.moments import NOTICE
from tests.support.temporal import Stage, a_stage
from workflows.recruitment_cycle.contract import Recheck
from workflows.recruitment_cycle.workflow import RecruitmentCycle

SOON = timedelta(minutes=5)
"""The skipping clock runs on a little while workers think."""


async def test_every_phase_is_entered_at_its_time_and_every_window_closed(stage: Stage) -> None:
    """WAIT-01."""
    province = stage.province
    async with stage.working():
        cycle = await stage.start_cycle()
        ended = await cycle.result()
        for base in province.bases:
            assert (await stage.window(base, 3).result()).closed
    assert ended.sequence == 6
    assert province.entered == [1, 2, 3, 4, 5, 6]
    for sequence, _, _, first_day, _ in NOTICE:
        late = province.entered_at[sequence] - province.moments.midnight(first_day)
        assert timedelta(0) <= late < SOON
    assert timedelta(0) <= province.entered_at[6] - province.moments.closed < SOON
    assert sorted(province.closed_windows) == sorted((base, number) for base in province.bases for number in (1, 2, 3))


async def test_a_boundary_does_not_wait_until_every_window_is_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WAIT-10: three hundred windows on a busy evening take longer than a short round."""
    province = stage.province
    answer = province.GetCatalogue

    async def later(request: wire.GetCatalogueRequest) -> wire.GetCatalogueResponse:
        if province.sequence == 2:
            raise DomainError(Kind.UNAVAILABLE, "OVERLOADED", "later")
        return await answer(request)

    monkeypatch.setattr(province, "GetCatalogue", later)
    province.moved[3] = province.opens_at(2) + timedelta(minutes=1)
    async with stage.working():
        cycle = await stage.start_cycle()
        await stage.until(province.moved[3] + timedelta(seconds=40))
        assert province.entered == [1, 2, 3]
        await cycle.result()
        for base in province.bases:
            assert (await stage.window(base, 3).result()).closed


async def test_phases_missed_in_an_outage_are_entered_in_order_each_once(environment: WorkflowEnvironment) -> None:
    """WAIT-01, WAIT-02."""
    # Nobody has worked since registration; by now the second round has begun.
    stage = await a_stage(environment, days_before=-32)
    province = stage.province
    province.sequence = 1
    async with stage.working():
        await (await stage.start_cycle()).result()
    assert province.entered == [2, 3, 4, 5, 6]
    # WAIT-02: in the first round nobody could review, so no base is told that it did not.
    assert {number for _, number in province.closed_windows} == {2, 3}


async def test_a_timer_that_fires_before_the_database_agrees_waits_again(stage: Stage) -> None:
    """WAIT-03."""
    province = stage.province
    province.behind = timedelta(seconds=3)
    async with stage.working():
        await (await stage.start_cycle()).result()
    assert province.entered == [1, 2, 3, 4, 5, 6]
    assert set(province.refused) == {1, 2, 3, 4, 5, 6}
    assert all(
        timedelta(0) <= entered - province.opens_at(number) < SOON for number, entered in province.entered_at.items()
    )


async def test_a_deadline_put_off_is_noticed_without_being_told(stage: Stage) -> None:
    province = stage.province
    async with stage.working():
        cycle = await stage.start_cycle()
        await stage.until(province.moments.registration_opens + timedelta(days=2))
        province.moved[2] = province.opens_at(2) + timedelta(days=3)
        await stage.until(province.moved[2] - timedelta(hours=1))
        assert province.entered == [1]
        await cycle.result()
    assert timedelta(0) <= province.entered_at[2] - province.moved[2] < SOON


async def test_a_deadline_brought_forward_takes_effect_when_told(stage: Stage) -> None:
    province = stage.province
    async with stage.working():
        cycle = await stage.start_cycle()
        await stage.until(province.moments.registration_opens + timedelta(days=2))
        province.moved[2] = province.opens_at(2) - timedelta(days=3)
        await cycle.signal(RecruitmentCycle.recheck, Recheck(2))
        await stage.until(province.moved[2] + timedelta(hours=1))
        assert province.entered == [1, 2]
        await cycle.result()


async def test_the_status_tells_phase_and_next_opening(stage: Stage) -> None:
    province = stage.province
    async with stage.working():
        cycle = await stage.start_cycle()
        await stage.until(province.moments.first_choice_opens + timedelta(days=1))
        status = await cycle.query(RecruitmentCycle.status)
        assert (status.sequence, status.phase, status.windows_opened) == (2, "first_choice", 1)
        assert status.next_opens_at == province.moments.second_choice_opens
        await cycle.result()


async def test_a_year_started_anew_in_the_middle_goes_on_where_the_gate_stands(first_choice: Stage) -> None:
    province = first_choice.province
    async with first_choice.working():
        await (await first_choice.start_cycle()).result()
    assert province.entered == [3, 4, 5, 6]
    assert {number for _, number in province.closed_windows} == {1, 2, 3}
