"""What should be waited for of faculty: read from it, which knows every batch and appointment that is not over."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Protocol

from residency.faculty.v1 import appointment_service_pb2 as appointments
from residency.faculty.v1 import batch_service_pb2 as batches
from workflows.faculty_appointment import contract as appointment
from workflows.faculty_batch import contract as batch
from workflows.waits import Wait

NAMES: Mapping[str, str] = {"batch": batch.NAME, "appointment": appointment.NAME}
"""How an id begins → name of its workflow."""


class BatchBook(Protocol):
    """The part of faculty's BatchService used here."""

    def ListBatchWaits(self, request: batches.ListBatchWaitsRequest, /) -> Awaitable[batches.ListBatchWaitsResponse]:
        """Lists the batches that something still waits for."""
        ...


class AppointmentBook(Protocol):
    """The part of faculty's AppointmentService used here."""

    def ListAppointmentWaits(
        self, request: appointments.ListAppointmentWaitsRequest, /
    ) -> Awaitable[appointments.ListAppointmentWaitsResponse]:
        """Lists the appointments that something waits for."""
        ...


@dataclass(frozen=True, slots=True)
class FacultyBooks:
    """Where faculty is asked."""

    batches: BatchBook
    appointments: AppointmentBook

    async def read(self) -> dict[str, Wait]:
        """OPS-10: everything of faculty that is not over, by workflow id. Raises DomainError UNAVAILABLE when away."""
        found = [
            _batch_wait(each) for each in (await self.batches.ListBatchWaits(batches.ListBatchWaitsRequest())).batches
        ]
        token = ""
        while True:
            request = appointments.ListAppointmentWaitsRequest(page_token=token)
            page = await self.appointments.ListAppointmentWaits(request)
            found += [_appointment_wait(each) for each in page.appointment_ids]
            token = page.next_page_token
            if not token:
                return {wait.workflow_id: wait for wait in found}


def orphaned(workflow_id: str, waits: Mapping[str, Wait]) -> str:
    """OPS-10: why the run of this id waits for nothing any more; empty when it does, or when one cannot tell.

    Where faculty knows of nothing at all to wait for, it is likelier the wrong database, and nothing is an orphan.
    """
    kind = workflow_id.partition("/")[0]
    if not waits or workflow_id in waits or kind not in NAMES:
        return ""
    return "BATCH_OVER" if kind == "batch" else "APPOINTMENT_OVER"


def _batch_wait(each: batches.Batch) -> Wait:
    start = batch.BatchStart(each.batch_id, each.organisation_code)
    return Wait(
        *(batch.workflow_id(each.batch_id), batch.NAME, batch.TASK_QUEUE, start),
        cycle_id="",
        base_code=each.organisation_code,
    )


def _appointment_wait(appointment_id: str) -> Wait:
    start = appointment.AppointmentStart(appointment_id)
    workflow_id = appointment.workflow_id(appointment_id)
    return Wait(*(workflow_id, appointment.NAME, appointment.TASK_QUEUE, start), cycle_id="")
