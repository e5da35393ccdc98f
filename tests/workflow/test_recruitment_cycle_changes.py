"""RecruitmentCycle while its calendar changes: amended, held, resumed; told and not told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from services.kit.delivery import order_of
from tests.support.moments import NOTICE
from tests.support.temporal import Stage
from workflows.base_window import contract as base_window
from workflows.published_list import contract as published_list
from workflows.recruitment_cycle.contract import CHANGE, CalendarChange, CycleEnded, CycleStatus
from workflows.recruitment_cycle.workflow import RecruitmentCycle

Year = WorkflowHandle[RecruitmentCycle, CycleEnded]
SOON = timedelta(minutes=5)
DAY = timedelta(days=1)
PHASES = [(phase, first, last) for _, phase, _, first, last in NOTICE]
BASE = "SD-QILU"
LIST = "20230000-0000-7000-8000-0000000000f1"
ASKING = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
}
"""Being asked whether a change is refused; a real server forgets these when it is."""


async def _change(year: Year, version: int, kind: str = "amend", *, urgent: bool = False) -> CycleStatus:
    change = CalendarChange(version, kind, urgent)
    status: CycleStatus = await year.execute_update(CHANGE, change, result_type=CycleStatus)
    return status


async def _refusal(year: Year, version: int, kind: str = "amend") -> str | None:
    """Why the workflow refuses the change; what it did and waits for stays as it was."""
    before = await _events(year)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await _change(year, version, kind, urgent=True)
    assert await _events(year) == before
    assert isinstance(refused.value.cause, ApplicationError)
    return refused.value.cause.type


async def _events(year: Year) -> list[int]:
    return [event.event_type for event in (await year.fetch_history()).events if event.event_type not in ASKING]


async def test_wait_16_wait_18_a_date_brought_forward_holds_at_once(stage: Stage) -> None:
    """WAIT-16: windows are told, bases read why. WAIT-18: what is known, or makes no sense, is refused."""
    province = stage.province
    province.bases = (BASE,)
    async with stage.working():
        year = await stage.start_cycle()
        await stage.until(province.moments.first_choice_opens + 2 * DAY)
        province.lists.publish(LIST, BASE, ["one"], province.moments.confirmation_opens)
        published = await stage.start_list(BASE, LIST)
        sooner = [*PHASES[:1], ("first_choice", date(2023, 7, 11), date(2023, 7, 25)), *PHASES[2:]]
        status = await _change(year, province.amend(*sooner), urgent=True)
        assert (status.calendar_version, status.next_opens_at) == (2, province.moments.second_choice_opens)
        await stage.until(province.moments.first_choice_opens + 3 * DAY)
        assert await _refusal(year, 2) == "CALENDAR_KNOWN"
        assert await _refusal(year, 3, "resume") == "CYCLE_NOT_HELD"
        await stage.until(province.moments.second_choice_opens - DAY)
        assert (BASE, 1) in province.closed_windows
        told = sorted(key for key in province.notices if key.startswith("calendar/"))
        assert told == [f"calendar/{province.cycle_id}/2/{code}" for code in ("SD", BASE)]
        assert province.notices[told[0]].parameters["reason"] == "台风"
        assert base_window.RECHECK in _signals(await stage.window(BASE, 1).fetch_history())
        assert published_list.RECHECK in _signals(await published.fetch_history())
        await published.terminate()
        await year.terminate()


async def test_wait_11_nothing_goes_on_while_held(stage: Stage) -> None:
    """WAIT-11: told, a year goes on at once when it is resumed, and within a day when the news got lost."""
    province = stage.province
    province.bases = ()
    async with stage.working():
        year = await stage.start_cycle()
        await stage.until(province.moments.registration_opens + 9 * DAY)
        status = await _change(year, await province.hold(), "hold", urgent=True)
        assert status.held_since is not None
        # Past the opening that was held, and not at the daily look, which falls a moment after the hour of the hold.
        await stage.until(province.moments.registration_opens + 10 * DAY + timedelta(hours=6))
        assert await _refusal(year, 3, "hold") == "CYCLE_HELD"
        await stage.until(province.moments.registration_opens + 12 * DAY - timedelta(hours=4))
        assert province.entered == [1]
        assert (await year.query(RecruitmentCycle.status)).waits_for == "resumption"
        status = await _change(year, await province.resume(), "resume", urgent=True)
        later = province.moments.first_choice_opens + 3 * DAY
        assert (status.held_since, status.next_opens_at) == (None, later)
        await stage.until(later + 2 * DAY)
        await _change(year, await province.hold(), "hold", urgent=True)
        await stage.until(later + 5 * DAY)
        await province.resume()
        await year.result()
    assert timedelta(0) <= province.entered_at[2] - later < SOON
    for sequence in (3, 4, 5, 6):
        assert timedelta(0) <= province.entered_at[sequence] - province.opens_at(sequence) < SOON
    assert province.entered == [1, 2, 3, 4, 5, 6]
    assert province.refused == []


async def test_a_round_put_in_between_is_entered_and_reviewed_like_any_other(stage: Stage) -> None:
    province = stage.province
    province.bases = (BASE,)
    async with stage.working():
        year = await stage.start_cycle()
        await stage.until(province.moments.second_choice_opens + DAY)
        more = [
            *PHASES[:3],
            ("second_choice", date(2023, 8, 11), date(2023, 8, 13)),
            ("reallocation", date(2023, 8, 14), date(2023, 8, 16)),
            ("confirmation", date(2023, 8, 17), date(2023, 8, 31)),
        ]
        await _change(year, province.amend(*more))
        ended = await year.result()
        await stage.window(BASE, 4).result()
    assert ended.sequence == 7
    assert province.closed_windows == [(BASE, number) for number in (1, 2, 3, 4)]


async def test_ops_43_a_version_given_anew_after_a_restore_holds_and_is_told(stage: Stage) -> None:
    """Enrollment goes back into the first round of a calendar amended once; the run knows the second, of version 3."""
    province = stage.province
    province.bases = (BASE,)
    longer = [*PHASES[:2], ("second_choice", date(2023, 8, 1), date(2023, 8, 9)), *PHASES[3:]]
    async with stage.working():
        year = await stage.start_cycle()
        await stage.until(province.moments.first_choice_opens + DAY)
        await _change(year, province.amend(*longer))
        await _change(year, province.amend(*PHASES))
        await stage.until(province.moments.second_choice_opens + DAY)
        known = await year.query(RecruitmentCycle.status)
        assert (known.calendar_version, known.phase) == (3, "second_choice")
        before = set(province.notices)
        province.restored(2, version=2)
        version = province.amend(*longer)
        assert version == 3
        assert await _refusal(year, version) == "CALENDAR_KNOWN", "as a version of the first epoch"
        status = await _change(year, order_of(2, version))
        assert status.calendar_version == order_of(2, 3)
        await stage.until(province.moments.second_choice_opens + 2 * DAY)
        told = {key for key in set(province.notices) - before if key.startswith("calendar/")}
        assert told == {f"calendar/{province.cycle_id}/{order_of(2, 3)}/{code}" for code in ("SD", BASE)}
        await year.terminate()


def _signals(history: WorkflowHistory) -> list[str]:
    return [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
