"""Faculty without a database: answers what its workflows ask, by the rules of C3 and C5, on the clock of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from residency.faculty.v1 import appointment_service_pb2 as appointment_wire
from residency.faculty.v1 import batch_service_pb2 as batch_wire
from residency.faculty.v1 import standing_service_pb2 as standing_wire
from services.kit.domain import DomainError, Kind
from workflows.faculty_appointment import contract as appointment
from workflows.faculty_appointment.activities import AppointmentActivities
from workflows.faculty_appointment.contract import AppointmentEnded, AppointmentNews, AppointmentStart
from workflows.faculty_appointment.workflow import FacultyAppointment
from workflows.faculty_batch import contract as batch
from workflows.faculty_batch.activities import BatchActivities
from workflows.faculty_batch.contract import BatchEnded, BatchMoved, BatchStart
from workflows.faculty_batch.workflow import FacultyBatch
from workflows.faculty_eligibility import contract as eligibility
from workflows.faculty_eligibility.activities import EligibilityActivities
from workflows.faculty_eligibility.contract import EligibilityEnded, EligibilityStart
from workflows.faculty_eligibility.workflow import FacultyEligibility
from workflows.primitives.visible import start_attributes
from workflows.worker import Queue, make_worker

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
BASE = "SD-QILU"
REMIND_BEFORE = (7, 1)
"""Days before the last day of a review at nine in the morning on which it is reminded of."""
NOTICE_BEFORE = 30
"""Days before the end of a term on which its end is told."""


FIRST_DAY = date(2027, 1, 1)
"""What the day is called on which a world begins: its years are the same whenever it is played."""


@dataclass
class OneBatch:
    """A batch; `submitted` and `drafts` are how many stand so."""

    opens_at: datetime
    apply_until: datetime
    closes_at: datetime
    drafts: int = 0
    undecided: int = 0
    version: int = 1
    expired: int = 0


@dataclass
class OneAppointment:
    """An appointment, as C5 knows it; `until_day` is the last day, after the grace."""

    from_day: date
    until_day: date
    state: str = "active"
    review: str = ""
    review_year: int = 0
    ending: str = ""
    ends_on: date | None = None
    term_told: bool = False
    months: int = 0
    """Months of trainees planned with this teacher."""
    version: int = 1


@dataclass
class FacultyWorld:
    """Batches and appointments of one base. The yearly review is from 27 March to 27 April."""

    clock: Callable[[], Awaitable[datetime]]
    first_midnight: datetime
    """When 1 January 2027 begins here."""
    batches: dict[str, OneBatch] = field(default_factory=dict)
    appointments: dict[str, OneAppointment] = field(default_factory=dict)
    told: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When, about what, and what: reminders that were sent, in order."""
    done: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When, about what, and what: what time brought, in order."""
    asked: list[str] = field(default_factory=list)
    """Kinds of the reminders that were asked for, told or not."""
    eligible: list[bool] = field(default_factory=list)
    """Who asked to be told, and whether their day has come; whoever was looked at is looked at no more that day."""
    stuck: bool = False
    """Nobody is looked at, for whatever reason."""
    days: list[str] = field(default_factory=list)
    behind: timedelta = timedelta(0)
    """How far the clock of the database is behind."""
    page: int = 2
    _sent: set[tuple[str, str, datetime]] = field(default_factory=set)

    def begins(self, day: date) -> datetime:
        """00:00 of a day."""
        return self.first_midnight + (day - FIRST_DAY)

    def at(self, month: int, day: int, hour: float = 0.0, *, year: int = 2027) -> datetime:
        """A moment of the first year, or another."""
        return self.begins(date(year, month, day)) + timedelta(hours=hour)

    async def now(self) -> datetime:
        return await self.clock() - self.behind

    # Batches.

    async def GetBatchClock(self, request: batch_wire.GetBatchClockRequest) -> batch_wire.GetBatchClockResponse:
        found = self._batch(request.batch_id)
        answer = batch_wire.GetBatchClockResponse(drafts=found.drafts, undecided=found.undecided)
        answer.batch.batch_id, answer.batch.version = request.batch_id, found.version
        for name in ("opens_at", "apply_until", "closes_at"):
            getattr(answer.batch, name).FromDatetime(getattr(found, name))
        answer.read_at.FromDatetime(await self.now())
        return answer

    async def RemindBatch(self, request: batch_wire.RemindBatchRequest) -> batch_wire.RemindBatchResponse:
        found = self._batch(request.batch_id)
        counts = {"opened": 1, "drafts": found.drafts, "undecided": found.undecided}
        told = await self._tell(request.batch_id, request.kind, request.due_at.ToDatetime(tzinfo=UTC))
        return batch_wire.RemindBatchResponse(reminded=counts[request.kind] if told else 0)

    async def ExpireUndecided(self, request: batch_wire.ExpireUndecidedRequest) -> batch_wire.ExpireUndecidedResponse:
        found = self._batch(request.batch_id)
        if await self.now() < found.closes_at:
            raise DomainError(Kind.NOT_NOW, "BATCH_OPEN", "批次尚未截止。", until=found.closes_at)
        ended = min(self.page, found.drafts + found.undecided)
        drafts = min(ended, found.drafts)
        found.drafts, found.undecided = found.drafts - drafts, found.undecided - (ended - drafts)
        found.expired += ended
        if ended:
            self.done.append((await self.clock(), request.batch_id, f"expired {ended}"))
        return batch_wire.ExpireUndecidedResponse(expired=ended, left=found.drafts + found.undecided)

    async def ListBatchWaits(self, _: batch_wire.ListBatchWaitsRequest) -> batch_wire.ListBatchWaitsResponse:
        now = await self.now()
        return batch_wire.ListBatchWaitsResponse(
            batches=[
                batch_wire.Batch(batch_id=batch_id, organisation_code=BASE, version=each.version)
                for batch_id, each in self.batches.items()
                if now < each.closes_at or each.drafts + each.undecided
            ]
        )

    # Appointments.

    async def GetAppointmentClock(
        self, request: appointment_wire.GetAppointmentClockRequest
    ) -> appointment_wire.GetAppointmentClockResponse:
        found, now = self._appointment(request.appointment_id), await self.now()
        over = found.state not in ("active", "suspended", "pending")
        answer = appointment_wire.GetAppointmentClockResponse(
            state=f"APPOINTMENT_STATE_{found.state.upper()}",
            review=f"REVIEW_STATE_{(found.review or 'unspecified').upper()}",
            version=found.version,
            over=over,
        )
        answer.read_at.FromDatetime(now)
        if over or found.state == "pending":
            return answer
        answer.term_ends_at.FromDatetime(self.begins(found.until_day + DAY))
        if found.ends_on is not None:
            answer.dismissed_at.FromDatetime(self.begins(found.ends_on + DAY))
            return answer
        if not found.term_told:
            told_on = found.until_day - DAY * NOTICE_BEFORE
            answer.expiry_notice_at.FromDatetime(self.begins(told_on) + timedelta(hours=9))
        if found.review == "due":
            due = date(found.review_year, 4, 27)
            answer.review_year = found.review_year
            answer.review_due_at.FromDatetime(self.begins(due + DAY))
            for days in REMIND_BEFORE:
                answer.remind_at.add().FromDatetime(self.begins(due - DAY * days) + timedelta(hours=9))
        elif found.state == "active" and found.review != "dismissal_proposed":
            self._next_review(found, now, answer)
        return answer

    def _next_review(
        self, found: OneAppointment, now: datetime, answer: appointment_wire.GetAppointmentClockResponse
    ) -> None:
        """A review whose days are over is left out."""
        year = max(found.review_year + 1, found.from_day.year)
        while date(year, 3, 27) <= found.from_day or self.begins(date(year, 4, 28)) <= now:
            year += 1
        if date(year, 3, 27) <= found.until_day:
            answer.review_year = year
            answer.review_opens_at.FromDatetime(self.begins(date(year, 3, 27)))

    async def OpenReview(self, request: appointment_wire.OpenReviewRequest) -> appointment_wire.OpenReviewResponse:
        found = self._appointment(request.appointment_id)
        if await self.now() < self.begins(date(request.year, 3, 27)):
            raise DomainError(Kind.NOT_NOW, "REVIEW_NOT_NOW", "年度维护尚未开始。")
        if found.state != "active" or found.review_year >= request.year:
            return appointment_wire.OpenReviewResponse(opened=False)
        found.review, found.review_year = "due", request.year
        found.version += 1
        self.done.append((await self.clock(), request.appointment_id, "review_opened"))
        return appointment_wire.OpenReviewResponse(opened=True)

    async def RemindReview(
        self, request: appointment_wire.RemindReviewRequest
    ) -> appointment_wire.RemindReviewResponse:
        found = self._appointment(request.appointment_id)
        self.asked.append(request.kind)
        owed = found.review == request.kind or request.kind == "term"
        if not owed or not await self._tell(
            request.appointment_id, request.kind, request.due_at.ToDatetime(tzinfo=UTC)
        ):
            return appointment_wire.RemindReviewResponse(reminded=False)
        found.term_told = found.term_told or request.kind == "term"
        return appointment_wire.RemindReviewResponse(reminded=True)

    async def MarkOverdue(self, request: appointment_wire.MarkOverdueRequest) -> appointment_wire.MarkOverdueResponse:
        found = self._appointment(request.appointment_id)
        if found.review != "due" or found.review_year != request.year:
            return appointment_wire.MarkOverdueResponse(marked=False)
        if await self.now() < self.begins(date(request.year, 4, 28)):
            raise DomainError(Kind.NOT_NOW, "REVIEW_NOT_NOW", "年度维护尚未截止。")
        found.review = "overdue"
        found.version += 1
        self.done.append((await self.clock(), request.appointment_id, "overdue"))
        return appointment_wire.MarkOverdueResponse(marked=True)

    async def EndAppointment(
        self, request: appointment_wire.EndAppointmentRequest
    ) -> appointment_wire.EndAppointmentResponse:
        found, now = self._appointment(request.appointment_id), await self.now()
        orphaned = 0
        if found.ends_on is not None and now >= self.begins(found.ends_on + DAY):
            found.state = found.ending
        elif now >= self.begins(found.until_day + DAY):
            found.state = "expired"
        if found.state in ("dismissed", "transferred", "expired"):
            orphaned, found.months = found.months, 0
            found.review = ""
            found.version += 1
            self.done.append((await self.clock(), request.appointment_id, f"{found.state} {orphaned}"))
        state = f"APPOINTMENT_STATE_{found.state.upper()}"
        return appointment_wire.EndAppointmentResponse(state=state, orphaned=orphaned)

    async def ListAppointmentWaits(
        self, request: appointment_wire.ListAppointmentWaitsRequest
    ) -> appointment_wire.ListAppointmentWaitsResponse:
        """Two a page."""
        running = [key for key, each in self.appointments.items() if each.state in ("active", "suspended", "pending")]
        at = int(request.page_token or 0)
        more = str(at + self.page) if at + self.page < len(running) else ""
        return appointment_wire.ListAppointmentWaitsResponse(
            appointment_ids=running[at : at + self.page], next_page_token=more
        )

    # Standing.

    async def RemindEligible(
        self, request: standing_wire.RemindEligibleRequest
    ) -> standing_wire.RemindEligibleResponse:
        self.days.append(request.on_day)
        page = 0 if self.stuck else self.page
        seen, self.eligible = self.eligible[:page], self.eligible[page:]
        return standing_wire.RemindEligibleResponse(reminded=sum(seen), left=len(self.eligible))

    async def _tell(self, about: str, kind: str, due_at: datetime) -> bool:
        if (about, kind, due_at) in self._sent:
            return False
        self._sent.add((about, kind, due_at))
        self.told.append((await self.clock(), about, kind))
        return True

    def _batch(self, batch_id: str) -> OneBatch:
        if batch_id not in self.batches:
            raise DomainError(Kind.NOT_FOUND, "BATCH_NOT_FOUND", "没有这个批次。")
        return self.batches[batch_id]

    def _appointment(self, appointment_id: str) -> OneAppointment:
        if appointment_id not in self.appointments:
            raise DomainError(Kind.NOT_FOUND, "APPOINTMENT_NOT_FOUND", "没有这条聘任。")
        return self.appointments[appointment_id]


def faculty_queue(world: FacultyWorld) -> Queue:
    """The queue, as the process serves it, before this world."""
    of_batch, of_appointment = BatchActivities(world), AppointmentActivities(world)
    return Queue(
        batch.TASK_QUEUE,
        [FacultyBatch, FacultyAppointment, FacultyEligibility],
        [
            *(of_batch.get_batch_clock, of_batch.remind_batch, of_batch.expire_undecided),
            *(of_appointment.get_appointment_clock, of_appointment.open_review, of_appointment.mark_overdue),
            *(of_appointment.remind_review, of_appointment.end_appointment),
            EligibilityActivities(world).remind_eligible,
        ],
    )


@dataclass
class FacultyStage:
    """One world before one server. Workers run while `working` is entered."""

    environment: WorkflowEnvironment
    world: FacultyWorld

    @property
    def client(self) -> Client:
        return self.environment.client

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The worker polls inside."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(make_worker(self.client, faculty_queue(self.world)))
            yield

    async def begin_batch(self, batch_id: str, one: OneBatch) -> WorkflowHandle[FacultyBatch, BatchEnded]:
        """Make a batch, and start its wait as the bridge would."""
        self.world.batches[batch_id] = one
        return await self.client.start_workflow(
            FacultyBatch.run,
            BatchStart(batch_id, BASE),
            id=batch.workflow_id(batch_id),
            task_queue=batch.TASK_QUEUE,
            search_attributes=start_attributes("", BASE),
        )

    async def move_batch(self, handle: WorkflowHandle[FacultyBatch, BatchEnded], batch_id: str) -> None:
        """Say that the batch has another version."""
        self.world.batches[batch_id].version += 1
        await handle.signal(FacultyBatch.recheck, BatchMoved(self.world.batches[batch_id].version))

    async def appoint(
        self, appointment_id: str, one: OneAppointment
    ) -> WorkflowHandle[FacultyAppointment, AppointmentEnded]:
        """Appoint somebody, and start the wait as the bridge would."""
        self.world.appointments[appointment_id] = one
        return await self.client.start_workflow(
            FacultyAppointment.run,
            AppointmentStart(appointment_id, BASE),
            id=appointment.workflow_id(appointment_id),
            task_queue=appointment.TASK_QUEUE,
            search_attributes=start_attributes("", BASE),
        )

    async def change(
        self, handle: WorkflowHandle[FacultyAppointment, AppointmentEnded], kind: str, **fields: object
    ) -> None:
        """Somebody changes the appointment; its wait hears of it."""
        found = self.world.appointments[handle.id.removeprefix("appointment/")]
        for name, value in fields.items():
            setattr(found, name, value)
        found.version += 1
        await handle.signal(FacultyAppointment.changed, AppointmentNews(found.version, kind))

    async def remind_eligible(self, key: str) -> EligibilityEnded:
        """One day's reminders, as the schedule would start them."""
        handle = await self.start_eligibility(key)
        return await handle.result()

    async def start_eligibility(self, key: str) -> WorkflowHandle[FacultyEligibility, EligibilityEnded]:
        return await self.client.start_workflow(
            FacultyEligibility.run,
            EligibilityStart("Asia/Shanghai"),
            id=f"{eligibility.SCHEDULE}-{key}",
            task_queue=eligibility.TASK_QUEUE,
        )

    async def until(self, moment: datetime) -> None:
        """Let the server's clock run to `moment`, playing whatever is due before it."""
        await self.environment.sleep(moment - await self.environment.get_current_time())


async def a_faculty_stage(environment: WorkflowEnvironment) -> FacultyStage:
    """A stage without batches or appointments; it begins at the next midnight of China's clock, on 1 January 2027."""
    now = await environment.get_current_time()
    midnight = datetime.combine(now.astimezone(ZONE).date() + DAY, time(), ZONE).astimezone(UTC)
    stage = FacultyStage(environment, FacultyWorld(environment.get_current_time, midnight))
    await stage.until(midnight)
    return stage
