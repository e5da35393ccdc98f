"""The recorded scenarios: each plays one process on the stage and gives back its history.

Their ids are fixed, because a window's reminder is spread by its id and the story shows when it goes out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.replay.faculty_scenarios import FACULTY_SCENARIOS
from tests.replay.list_scenarios import LIST_SCENARIOS
from tests.replay.window_scenarios import WINDOW_SCENARIOS
from tests.replay.year_scenarios import YEAR_SCENARIOS
from tests.support.temporal import Stage, a_stage
from workflows.base_window.contract import Decision, DecisionKind
from workflows.recruitment_cycle.contract import Recheck
from workflows.recruitment_cycle.workflow import RecruitmentCycle
from workflows.seat_offer.contract import OfferAnswered
from workflows.seat_offer.workflow import SeatOffer

BASE = "SD-QILU"


async def shandong_2023(environment: WorkflowEnvironment) -> WorkflowHistory:
    """The whole calendar, three bases, quiet nights, and drafts to be reminded of; nothing unusual."""
    stage = await a_stage(environment, cycle_id="20230000-0000-7000-8000-000000000001")
    stage.province.quiet, stage.province.drafts = True, ["one", "two", "three"]
    async with stage.working():
        cycle = await stage.start_cycle()
        await cycle.result()
        return await cycle.fetch_history()


async def calendar_moved(environment: WorkflowEnvironment) -> WorkflowHistory:
    """On the fifth day of registration its end is put off by three days, and the workflow is told."""
    stage = await a_stage(environment, cycle_id="20230000-0000-7000-8000-000000000002")
    province = stage.province
    async with stage.working():
        cycle = await stage.start_cycle()
        await stage.until(province.moments.registration_opens + timedelta(days=5))
        province.moved[2] = province.opens_at(2) + timedelta(days=3)
        await cycle.signal(RecruitmentCycle.recheck, Recheck(2))
        await cycle.result()
        return await cycle.fetch_history()


async def outage(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Nobody worked since registration; when the workflow runs again, two boundaries have gone by."""
    stage = await a_stage(environment, cycle_id="20230000-0000-7000-8000-000000000006", days_before=-32)
    stage.province.sequence = 1
    async with stage.working():
        cycle = await stage.start_cycle()
        await cycle.result()
        return await cycle.fetch_history()


async def first_choice(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Staff decide in two batches, three applications wait to the end: a digest, and a notice after the close."""
    stage = await _first_choice_stage(environment, "20230000-0000-7000-8000-000000000003")
    stage.province.pending[BASE] = 5
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        await stage.until(stage.province.moments.first_choice_opens + timedelta(days=3))
        await stage.tell(window, Decision("a", 2, DecisionKind.APPROVED), Decision("b", 2, DecisionKind.REJECTED))
        stage.province.pending[BASE] = 3
        await stage.until(stage.province.moments.first_choice_opens + timedelta(days=9, hours=14))
        await stage.tell(window, Decision("a", 3, DecisionKind.PROVISIONALLY_ADMITTED))
        await window.result()
        return await window.fetch_history()


async def all_reviewed(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Nobody waits: no digest, no notice."""
    stage = await _first_choice_stage(environment, "20230000-0000-7000-8000-000000000004")
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        await window.result()
        return await window.fetch_history()


async def begun_late(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A window begun after its round closes the books and reproaches nobody."""
    stage = await _first_choice_stage(environment, "20230000-0000-7000-8000-000000000006")
    stage.province.pending[BASE] = 2
    async with stage.working():
        await stage.until(stage.province.opens_at(3) + timedelta(hours=1))
        stage.province.sequence = 3
        window = await stage.start_window(BASE, 1)
        await window.result()
        return await window.fetch_history()


async def already_over(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A window whose books are closed ends without a deed."""
    stage = await _first_choice_stage(environment, "20230000-0000-7000-8000-000000000005")
    stage.province.sequence = 3
    stage.province.closed_windows.append((BASE, 1))
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        await window.result()
        return await window.fetch_history()


async def cascade(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A freed seat: the first declines after three hours, the second never answers, the third accepts."""
    stage = await _first_choice_stage(environment, "20230000-0000-7000-8000-000000000007")
    waiting = stage.province.waiting
    waiting.people = ["first", "second", "third"]
    async with stage.working():
        began = await environment.get_current_time()
        offers = await stage.start_offers(BASE, "20230000-0000-7000-8000-00000000000a")
        await stage.until(began + timedelta(hours=3))
        one = waiting.answer("first", accept=False)
        await offers.signal(SeatOffer.answered, OfferAnswered("first", one.number))
        await stage.until(began + timedelta(hours=30))
        three = waiting.answer("third", accept=True)
        await offers.signal(SeatOffer.answered, OfferAnswered("third", three.number))
        await offers.result()
        return await offers.fetch_history()


async def list_ends(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A freed seat that nobody takes: one lets it expire, and then nobody waits any more."""
    stage = await _first_choice_stage(environment, "20230000-0000-7000-8000-000000000008")
    stage.province.waiting.people = ["only"]
    async with stage.working():
        offers = await stage.start_offers(BASE, "20230000-0000-7000-8000-00000000000b")
        await offers.result()
        return await offers.fetch_history()


async def _first_choice_stage(environment: WorkflowEnvironment, cycle_id: str) -> Stage:
    """A stage on which the first review round opens right now."""
    stage = await a_stage(environment, cycle_id=cycle_id, days_before=-10)
    stage.province.sequence = 2
    return stage


SCENARIOS: dict[str, Callable[[WorkflowEnvironment], Awaitable[WorkflowHistory]]] = {
    "recruitment_cycle/shandong_2023": shandong_2023,
    "recruitment_cycle/calendar_moved": calendar_moved,
    "recruitment_cycle/outage": outage,
    "base_window/first_choice": first_choice,
    "base_window/all_reviewed": all_reviewed,
    "base_window/already_over": already_over,
    "base_window/begun_late": begun_late,
    **WINDOW_SCENARIOS,
    "seat_offer/cascade": cascade,
    "seat_offer/list_ends": list_ends,
    **LIST_SCENARIOS,
    **YEAR_SCENARIOS,
    **FACULTY_SCENARIOS,
}
