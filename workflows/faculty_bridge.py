"""Facts of faculty heard on NATS: a batch made or moved, an appointment begun or changed, become starts and signals.

As of enrollment's: a fact is acknowledged once Temporal has accepted what it means, and revives nothing. They are few:
nothing is gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from residency.faculty.v1 import events_pb2 as facts
from services.kit import telemetry
from services.kit.delivery import order_of
from services.kit.messaging import Consumer, Delivery, Messaging
from workflows.connection import TemporalConnection
from workflows.faculty_appointment import contract as appointment
from workflows.faculty_batch import contract as batch
from workflows.signal_bridge import RETRY_SECONDS
from workflows.starting import Run, ensure

STREAM = "FACULTY"
DURABLE = "workflows-faculty"

IN_HAND = 64
"""Facts handled side by side."""

BatchNews = tuple[batch.BatchStart, batch.BatchMoved]
AppointmentNews = tuple[appointment.AppointmentStart, appointment.AppointmentNews]


class FacultyBridge:
    """Handles the deliveries of faculty's facts."""

    def __init__(self, connection: TemporalConnection) -> None:
        self._connection = connection

    def consumer(self, messaging: Messaging) -> Consumer:
        """The part that hears the facts."""
        return Consumer(
            *(messaging, STREAM, DURABLE, self.handle),
            batch=IN_HAND,
            concurrency=IN_HAND,
            retry_seconds=RETRY_SECONDS,
        )

    async def handle(self, delivery: Delivery) -> None:
        """WAIT-43: what waits for it is started where it is missing, and told; what has ended stays ended.

        Returns once Temporal has accepted it, or when the fact means nothing to anybody who waits. Raises DomainError
        UNAVAILABLE while Temporal is away.
        """
        of_batch = _OF_BATCHES.get(delivery.event_type)
        if of_batch is not None:
            await self._tell_batch(*of_batch(delivery), delivery.traceparent)
        of_appointment = _OF_APPOINTMENTS.get(delivery.event_type)
        if of_appointment is not None:
            await self._tell_appointment(*of_appointment(delivery), delivery.traceparent)

    async def _tell_batch(self, start: batch.BatchStart, news: batch.BatchMoved, traceparent: str) -> None:
        run = Run(
            *(batch.NAME, batch.workflow_id(start.batch_id), batch.TASK_QUEUE, start),
            self._connection.attributes("", start.organisation_code),
        )
        with telemetry.span("tell faculty batch", parent=traceparent):
            await ensure(self._connection, run, batch.RECHECK, news)

    async def _tell_appointment(
        self, start: appointment.AppointmentStart, news: appointment.AppointmentNews, traceparent: str
    ) -> None:
        workflow_id = appointment.workflow_id(start.appointment_id)
        run = Run(
            *(appointment.NAME, workflow_id, appointment.TASK_QUEUE, start),
            self._connection.attributes("", start.base_code),
        )
        with telemetry.span("tell faculty appointment", parent=traceparent):
            await ensure(self._connection, run, appointment.CHANGED, news)


def _batch_changed(delivery: Delivery) -> BatchNews:
    fact = facts.BatchChanged.FromString(delivery.body)
    moved = batch.BatchMoved(order_of(delivery.epoch, fact.version))
    return batch.BatchStart(fact.batch_id, fact.organisation_code), moved


def _appointment_started(delivery: Delivery) -> AppointmentNews:
    fact = facts.AppointmentStarted.FromString(delivery.body)
    return _about(delivery, fact.appointment, "renewed" if fact.renewed else "started")


def _appointment_changed(delivery: Delivery) -> AppointmentNews:
    fact = facts.AppointmentChanged.FromString(delivery.body)
    return _about(delivery, fact.appointment, fact.kind)


def _about(delivery: Delivery, fact: facts.AppointmentFact, kind: str) -> AppointmentNews:
    start = appointment.AppointmentStart(fact.appointment_id, fact.base_code)
    return start, appointment.AppointmentNews(order_of(delivery.epoch, fact.version), kind)


_OF_BATCHES: Mapping[str, Callable[[Delivery], BatchNews]] = {
    facts.BatchChanged.DESCRIPTOR.full_name: _batch_changed,
}
_OF_APPOINTMENTS: Mapping[str, Callable[[Delivery], AppointmentNews]] = {
    facts.AppointmentStarted.DESCRIPTOR.full_name: _appointment_started,
    facts.AppointmentChanged.DESCRIPTOR.full_name: _appointment_changed,
}
