"""Appointments in their yearly review, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.faculty import appointing
from services.faculty.grpc_api.appointments import UseCases
from tests.support.faculty import NEURO, At
from tests.support.faculty_appointments import Appointed

BEFORE = datetime(2026, 3, 1, 4, tzinfo=UTC)
OPENS = datetime(2026, 3, 26, 16, tzinfo=UTC)
"""The beginning of 27 March in Shanghai."""


def at(appointed: Appointed, instant: datetime) -> None:
    """Put the clock there."""
    assert isinstance(appointed.core.clock, At)
    appointed.core.clock.instant = instant


def cases(appointed: Appointed) -> UseCases:
    """Everything that is done with appointments."""
    return appointing.use_cases(appointed.core)


async def started(appointed: Appointed, person_id: str = "", department: str = NEURO) -> str:
    """An appointment since September."""
    return await appointed.start(person_id, department_code=department, from_day=date(2025, 9, 1))


async def due(appointed: Appointed, person_id: str = "", department: str = NEURO) -> str:
    """One whose yearly review has just opened."""
    appointment_id = await started(appointed, person_id, department)
    at(appointed, OPENS)
    assert await cases(appointed).clock.open_review(appointment_id, 2026)
    return appointment_id
