"""Between contracts and activities: failures, instants and quiet hours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import cycle_pb2
from services.kit.domain import DomainError
from services.kit.quiet import NEVER, QuietHours
from services.kit.temporal import to_application_error


@contextmanager
def translated_failures() -> Iterator[None]:
    """A DomainError raised inside becomes an ApplicationError: its type is the reason, its kind decides on retries."""
    try:
        yield
    except DomainError as error:
        raise to_application_error(error) from error


def again_at(refusal: DomainError) -> datetime | None:
    """When what was refused as not now may be asked for again: the end of the refusal, or a moment of its own."""
    said = refusal.details.get("again_at", "")
    return datetime.fromisoformat(said) if said else refusal.until


def instant(stamp: Timestamp) -> datetime:
    """The aware UTC instant of a protobuf timestamp."""
    return stamp.ToDatetime(tzinfo=UTC)


def instant_of(message: Message, field: str) -> datetime | None:
    """The instant in `field` of `message`; None when it is not set."""
    return instant(getattr(message, field)) if message.HasField(field) else None


def quiet_of(message: cycle_pb2.TimePolicy | cycle_pb2.QuietHours) -> QuietHours:
    """MSG-08: the quiet hours of a contract's policy; one that says nothing is never quiet."""
    said = message.quiet if isinstance(message, cycle_pb2.TimePolicy) else message
    if not said.HasField("anchor") or said.day_seconds <= 0:
        return NEVER
    return QuietHours(
        instant(said.anchor),
        said.day_seconds,
        said.from_minute,
        said.until_minute,
        said.exam_until_minute,
        frozenset(instant(day) for day in said.exam_days),
    )
