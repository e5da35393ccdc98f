"""Between contracts and activities: failures and instants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.kit.domain import DomainError
from services.kit.temporal import to_application_error


@contextmanager
def translated_failures() -> Iterator[None]:
    """A DomainError raised inside becomes an ApplicationError: its type is the reason, its kind decides on retries."""
    try:
        yield
    except DomainError as error:
        raise to_application_error(error) from error


def instant(stamp: Timestamp) -> datetime:
    """The aware UTC instant of a protobuf timestamp."""
    return stamp.ToDatetime(tzinfo=UTC)


def instant_of(message: Message, field: str) -> datetime | None:
    """The instant in `field` of `message`; None when it is not set."""
    return instant(getattr(message, field)) if message.HasField(field) else None
