"""The real service, workflows and letters together: a year of three teachers, and a batch.

Nothing stands in but the clock: PostgreSQL is real, time is the skipping server's, facts go from the outbox to bridge
and notify as the relay would bring them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from services.faculty import appointing, registering
from services.faculty.handlers.dismissals import Order
from services.faculty.handlers.reviews import Wish
from services.kit.database import Database
from services.kit.delivery import Delivery
from services.kit.ids import new_id
from services.notify.consumers import Listener
from services.notify.handlers.writing import Writer
from tests.support.faculty import NEURO, OFFICE, QILU, SECRETARY, At
from tests.support.faculty_appointments import Appointed
from tests.support.faculty_candidacies import Campaign, campaign_of
from tests.support.faculty_waits import ZONE
from tests.support.temporal import time_skipping
from tests.support.vaults import VAULT
from tests.workflow.test_facts_in_any_order import Connected
from workflows.faculty_appointment import contract as appointment
from workflows.faculty_appointment.activities import AppointmentActivities
from workflows.faculty_appointment.contract import AppointmentEnded
from workflows.faculty_appointment.workflow import FacultyAppointment
from workflows.faculty_batch import contract as batch
from workflows.faculty_batch.activities import BatchActivities
from workflows.faculty_batch.workflow import FacultyBatch
from workflows.faculty_bridge import FacultyBridge
from workflows.worker import Queue, make_worker

DAY = timedelta(days=1)


@dataclass
class Served:
    """A servicer called as over the wire; each call is at the server's present instant."""

    servicer: Any
    clock: At
    environment: WorkflowEnvironment

    def __getattr__(self, method: str) -> Callable[[Any], Any]:
        async def call(request: Any) -> Any:
            self.clock.instant = await self.environment.get_current_time()
            return await getattr(self.servicer, method)(request, None)

        return call


@dataclass
class Hospital:
    """Faculty, its workflows and notify, on one clock."""

    environment: WorkflowEnvironment
    campaign: Campaign
    notify: Database
    facts: list[str] = field(default_factory=list)
    _position: int = 0

    @property
    def appointed(self) -> Appointed:
        return Appointed(self.campaign.core)

    def queue(self) -> Queue:
        core, clock = self.campaign.core, self.campaign.clock
        [appointments] = appointing.servicers(core)
        [batches] = registering.servicers(core)[:1]
        of_appointment = AppointmentActivities(Served(appointments.servicer, clock, self.environment))
        of_batch = BatchActivities(Served(batches.servicer, clock, self.environment))
        return Queue(
            batch.TASK_QUEUE,
            [FacultyBatch, FacultyAppointment],
            [
                *(of_batch.get_batch_clock, of_batch.remind_batch, of_batch.expire_undecided),
                *(of_appointment.get_appointment_clock, of_appointment.open_review, of_appointment.mark_overdue),
                *(of_appointment.remind_review, of_appointment.end_appointment),
            ],
        )

    async def until(self, day: date, hour: float = 0.0) -> None:
        """Let time go on to that hour; what was published meanwhile is heard."""
        moment = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour)
        await self.environment.sleep(moment - await self.environment.get_current_time())
        await self.hear()

    async def hear(self) -> None:
        """As the relay and the consumers do: what was published goes to the bridge and to notify, in order."""
        self.campaign.clock.instant = await self.environment.get_current_time()
        bridge = FacultyBridge(Connected(self.environment.client))
        listener = Listener(Writer(self.notify, self.campaign.clock, VAULT))
        rows = await self.campaign.core.database.fetch(
            "SELECT * FROM outbox WHERE position > $1 ORDER BY position", self._position
        )
        for row in rows:
            self._position = row["position"]
            told = Delivery(
                event_id=str(row["event_id"]),
                subject=row["subject"],
                event_type=row["event_type"],
                aggregate_id=row["aggregate_id"],
                epoch=1,
                version=row["version"],
                body=row["body"],
                traceparent="",
                delivered=1,
                occurred_at=self.campaign.clock.instant,
            )
            self.facts.append(row["subject"].removeprefix("residency.faculty.v1."))
            await bridge.handle(told)
            async with self.notify.unit_of_work() as uow:
                await listener.hear_all([told], uow)

    async def letters(self, person_id: str = "", organisation: str = "") -> Counter[str]:
        rows = await self.notify.fetch(
            "SELECT template FROM message WHERE coalesce(person_id::text, organisation_code) = $1",
            person_id or organisation,
        )
        return Counter(row["template"] for row in rows)

    def waits(self, appointment_id: str) -> WorkflowHandle[FacultyAppointment, AppointmentEnded]:
        return self.environment.client.get_workflow_handle_for(
            FacultyAppointment.run, appointment.workflow_id(appointment_id)
        )


@pytest.fixture
async def hospital(database_url: Callable[[str], str]) -> AsyncIterator[Hospital]:
    faculty = Database(database_url("faculty"), name="faculty", pool_size=4)
    notify = Database(database_url("notify"), name="notify", pool_size=2)
    await faculty.start()
    await notify.start()
    # A server of its own: how far the run's has come depends on other tests, and years end at 2200.
    async with time_skipping() as environment:
        yield Hospital(environment, campaign_of(faculty, datetime.now(UTC)), notify)
    await notify.stop()
    await faculty.stop()


async def test_wait_42_service_workflows_and_letters_agree_on_a_year(hospital: Hospital) -> None:
    """WAIT-39, WAIT-42 to WAIT-44: reviewed, overdue, dismissed and expired, on the days that C5 and C7 name."""
    year = datetime.now(UTC).year + 1
    appointed, core = hospital.appointed, hospital.campaign.core
    use = appointing.use_cases(core)
    async with make_worker(hospital.environment.client, hospital.queue()):
        await hospital.until(date(year, 1, 10), 9)
        good, late, gone = [new_id() for _ in range(3)]
        ids = {who: await appointed.start(who) for who in (good, late, gone)}
        batch_id = await hospital.campaign.batch()
        drafting, waiting = await hospital.campaign.teacher("张老师"), await hospital.campaign.teacher("李老师")
        await hospital.campaign.begin(drafting, batch_id)
        await hospital.campaign.submitted(waiting, batch_id)
        await hospital.hear()
        await hospital.until(date(year, 1, 31), 12)
        ended = await hospital.environment.client.get_workflow_handle_for(
            FacultyBatch.run, batch.workflow_id(batch_id)
        ).describe()
        await hospital.until(date(year, 3, 27), 1)
        reviews = {who: (await appointed.row(ids[who]))["review_state"] for who in ids}
        row = await appointed.row(ids[good])
        [confirmed] = await use.reviews.confirm(SECRETARY, [Wish(ids[good], row["version"])], new_id())
        await hospital.hear()
        await hospital.until(date(year, 4, 21))
        await hospital.until(date(year, 4, 27), 23.5)
        before = (await appointed.row(ids[late]))["review_state"]
        await hospital.until(date(year, 4, 28), 1)
        after = (await appointed.row(ids[late]))["review_state"]
        await hospital.until(date(year, 5, 10), 9)
        last = date(year, 5, 31)
        preview = await use.dismissals.preview(OFFICE, ids[gone], last)
        version = (await appointed.row(ids[gone]))["version"]
        order = Order(ids[gone], version, "", "other", "不再承担带教", last, preview.impact.fingerprint, False)
        await use.dismissals.commit(OFFICE, order, new_id())
        await hospital.hear()
        await hospital.until(last, 23.5)
        still = (await appointed.row(ids[gone]))["state"]
        await hospital.until(date(year, 6, 1), 1)
        dismissed = (await appointed.row(ids[gone]))["state"]
        # The term is a year from 10 January, and sixty days of grace.
        await hospital.until(date(year + 1, 1, 9) + 61 * DAY, 1)
        ends = {who: await hospital.waits(ids[who]).result() for who in ids}
        await hospital.hear()
    assert ended.status is not None
    assert ended.status.name == "COMPLETED"
    assert set(reviews.values()) == {"due"}
    assert not confirmed.code
    assert (before, after) == ("due", "overdue")
    assert (still, dismissed) == ("active", "dismissed")
    assert {who: ends[who].state for who in ids} == {good: "expired", late: "expired", gone: "dismissed"}
    told = {who: await hospital.letters(person_id=who) for who in (good, late, gone)}
    began = ("appointment_started", "faculty_batch_opened")
    ordinary = Counter((*began, "appointment_term_ending", "appointment_expired"))
    assert told == {
        good: ordinary,
        late: ordinary,
        gone: Counter((*began, "appointment_dismissed")),
    }
    for who, seen in ((drafting, "candidacy_draft_reminder"), (waiting, "candidacy_submitted")):
        letters = await hospital.letters(person_id=who.person_id)
        assert letters[seen] >= 1
        assert letters["candidacy_expired"] == 1
    department, office = await hospital.letters(organisation=NEURO), await hospital.letters(organisation=QILU)
    assert department["review_opened"] == 1, "three reviews, one letter"
    assert department["review_due"] == 2
    assert (department["review_overdue"], office["review_overdue"]) == (1, 1)
    assert (department["faculty_appointed"], department["faculty_left"]) == (1, 3)
    assert office["candidacies_undecided"] >= 1
