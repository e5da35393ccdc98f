"""Which queue runs what: one table, and the part that keeps a worker going for each of its rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from residency.enrollment.v1.calendar_service_pb2_grpc import CalendarServiceStub
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.enrollment.v1.place_service_pb2_grpc import PlaceServiceStub
from residency.enrollment.v1.selection_service_pb2_grpc import SelectionServiceStub
from residency.faculty.v1.appointment_service_pb2_grpc import AppointmentServiceStub
from residency.faculty.v1.batch_service_pb2_grpc import BatchServiceStub
from residency.faculty.v1.standing_service_pb2_grpc import StandingServiceStub
from residency.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from services.kit.ending import ended
from services.kit.grpc_client import Channel
from workflows.base_window import contract as base_window
from workflows.base_window.activities import WindowActivities
from workflows.base_window.workflow import BaseWindow
from workflows.connection import TemporalConnection
from workflows.faculty_appointment.activities import AppointmentActivities
from workflows.faculty_appointment.workflow import FacultyAppointment
from workflows.faculty_batch import contract as faculty_batch
from workflows.faculty_batch.activities import BatchActivities
from workflows.faculty_batch.workflow import FacultyBatch
from workflows.faculty_eligibility.activities import EligibilityActivities
from workflows.faculty_eligibility.workflow import FacultyEligibility
from workflows.next_cycle.activities import NextCycleActivities
from workflows.next_cycle.workflow import NextCycle
from workflows.published_list.activities import ListActivities
from workflows.published_list.workflow import PublishedList
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.recruitment_cycle.activities import CycleActivities
from workflows.recruitment_cycle.news import CycleNews
from workflows.recruitment_cycle.workflow import RecruitmentCycle
from workflows.seat_offer.activities import OfferActivities
from workflows.seat_offer.workflow import SeatOffer
from workflows.settings import DEPLOYMENT

GRACE = timedelta(seconds=6)
"""Running activities may end within this; what does not is repeated elsewhere."""

_PAUSE_AFTER_FAILURE = 1.0


@dataclass(frozen=True, slots=True)
class Queue:
    """One task queue: its workflows, and its activities."""

    name: str
    workflows: Sequence[type]
    activities: Sequence[Callable[..., Any]]


def queues(enrollment: Channel, notify: Channel, faculty: Channel) -> tuple[Queue, ...]:
    """The table. Phases have a queue of their own: they never wait behind the windows of hundreds of bases, nor either
    behind the appointments of their teachers.
    """
    cycle = CycleActivities(enrollment.stub(CycleServiceStub), enrollment.stub(SelectionServiceStub))
    news = CycleNews(
        enrollment.stub(CycleServiceStub), enrollment.stub(CalendarServiceStub), notify.stub(NotifyServiceStub)
    )
    next_cycle = NextCycleActivities(enrollment.stub(CycleServiceStub), notify.stub(NotifyServiceStub))
    window = WindowActivities(enrollment.stub(CycleServiceStub), notify.stub(NotifyServiceStub))
    offers = OfferActivities(enrollment.stub(PlaceServiceStub))
    lists = ListActivities(enrollment.stub(SelectionServiceStub), notify.stub(NotifyServiceStub))
    batch = BatchActivities(faculty.stub(BatchServiceStub))
    appointment = AppointmentActivities(faculty.stub(AppointmentServiceStub))
    eligibility = EligibilityActivities(faculty.stub(StandingServiceStub))
    return (
        Queue(
            recruitment_cycle.TASK_QUEUE,
            [RecruitmentCycle, NextCycle],
            [
                *(cycle.get_timetable, cycle.enter_phase, cycle.list_bases, cycle.list_open_lists),
                *(news.remind_drafts, news.report_phase, news.announce_change),
                next_cycle.prepare_next_cycles,
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
        Queue(
            faculty_batch.TASK_QUEUE,
            [FacultyBatch, FacultyAppointment, FacultyEligibility],
            [
                *(batch.get_batch_clock, batch.remind_batch, batch.expire_undecided),
                *(appointment.get_appointment_clock, appointment.open_review, appointment.mark_overdue),
                *(appointment.remind_review, appointment.end_appointment),
                eligibility.remind_eligible,
            ],
        ),
    )


def make_worker(client: Client, queue: Queue, build_id: str = "", deployment: str = DEPLOYMENT) -> Worker:
    """OPS-05: a worker for `queue`, which goes on with whatever another one left, killed or stopped.

    Versioned when a build id is given: its code gets tasks once the operators make that version the current one, and
    then those of running workflows too. Otherwise whatever code runs takes every task.
    """
    return Worker(
        client,
        task_queue=queue.name,
        workflows=queue.workflows,
        activities=queue.activities,
        max_cached_workflows=1000,
        graceful_shutdown_timeout=GRACE,
        # A worker that was killed holds its workflows for this long before another may go on with them.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        deployment_config=_deployment(deployment, build_id),
    )


def _deployment(name: str, build_id: str) -> WorkerDeploymentConfig | None:
    # Said here and not on each workflow: the server refuses a behaviour from a worker without versions. Running
    # workflows move to new code at once, because a year outlives every version; replay and patches keep that safe.
    if not build_id:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(name, build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


class Workers:
    """A part that runs a worker for each queue, and a new one whenever a worker ends by itself.

    The SDK rides out a server that is away; only what it takes for final (a namespace gone, say) ends a worker.
    """

    name = "workers"

    def __init__(
        self,
        connection: TemporalConnection,
        table: Sequence[Queue],
        build_id: str = "",
        deployment: str = DEPLOYMENT,
    ) -> None:
        self._connection = connection
        self._table = table
        self._build_id = build_id
        self._deployment = deployment
        self._tasks: list[asyncio.Task[None]] = []
        self._running: dict[str, Worker] = {}
        self._stopping = False
        connection.on_move(self._move)

    async def start(self) -> None:
        """Begin; polling starts once Temporal is there."""
        self._tasks = [asyncio.create_task(self._keep_running(queue)) for queue in self._table]

    async def stop(self) -> None:
        """Stop polling, let running activities end, and leave."""
        self._stopping = True
        await asyncio.gather(*[worker.shutdown() for worker in self._running.values()])
        for task in self._tasks:
            await ended(task)

    def not_ready(self) -> str:
        """Which queues nobody polls."""
        missing = [queue.name for queue in self._table if queue.name not in self._running]
        return f"no worker on {', '.join(missing)}" if missing else ""

    def _move(self, client: Client) -> None:
        for worker in self._running.values():
            worker.client = client

    async def _keep_running(self, queue: Queue) -> None:
        log = structlog.get_logger("worker")
        while not self._stopping:
            client = await self._connection.client()
            try:
                worker = make_worker(client, queue, self._build_id, self._deployment)
                self._running[queue.name] = worker
                await worker.run()
            except Exception as error:  # noqa: BLE001  (whatever ended it: said in the log, and a new one begins)
                log.error("worker ended", task_queue=queue.name, error=str(error)[:200])
            finally:
                self._running.pop(queue.name, None)
            if not self._stopping:
                await asyncio.sleep(_PAUSE_AFTER_FAILURE)
