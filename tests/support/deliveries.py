"""Facts as a consumer receives them."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import Message

from services.kit.delivery import Delivery
from services.kit.ids import new_id


def delivery_of(body: Message, version: int = 1) -> Delivery:
    """The delivery of a fact, under a fresh id."""
    return Delivery(
        event_id=new_id(),
        subject="residency.test",
        event_type=body.DESCRIPTOR.full_name,
        aggregate_id="a",
        epoch=1,
        version=version,
        body=body.SerializeToString(),
        traceparent="",
        delivered=1,
        occurred_at=datetime(2023, 7, 1, 1, 0, tzinfo=UTC),
    )
