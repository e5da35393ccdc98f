"""What a fact becomes: letters, each to one reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from services.kit.messaging import Delivery
from services.notify.domain.recipients import Recipient
from services.notify.domain.shapes import Value


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that an event becomes."""

    template: str
    recipient: Recipient
    parameters: Mapping[str, Value]
    application_id: str = ""
    key: str = ""
    """Its key where somebody else may send the same, or several facts say it once; empty: fact, recipient, template."""
    release_at: datetime | None = None
    """It is seen from then on; None: at once, or when its application says so."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one event becomes; a ValueError for one that names nobody."""

    body: type[Message]
    letters: Callable[[Any, Delivery], Sequence[Letter]]


def instant_in(message: Any, field: str) -> datetime | None:
    """An instant in a fact; None when it has none."""
    return getattr(message, field).ToDatetime(tzinfo=UTC) if message.HasField(field) else None
