"""Facts as a consumer receives them, and as a relay publishes them."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import Message

from services.kit.delivery import Delivery
from services.kit.ids import new_id
from services.kit.messaging import Messaging

OCCURRED_AT = datetime(2023, 7, 1, 1, 0, tzinfo=UTC)


def delivery_of(body: Message, version: int = 1, epoch: int = 1) -> Delivery:
    """The delivery of a fact, under a fresh id."""
    return Delivery(
        event_id=new_id(),
        subject="residency.test",
        event_type=body.DESCRIPTOR.full_name,
        aggregate_id="a",
        epoch=epoch,
        version=version,
        body=body.SerializeToString(),
        traceparent="",
        delivered=1,
        occurred_at=OCCURRED_AT,
    )


async def publish(messaging: Messaging, subject: str, body: Message, event_id: str = "") -> None:
    """Put a fact on its stream under a fresh message id, as after the server's window for doubles."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event_id or new_id(),
        "ce-type": body.DESCRIPTOR.full_name,
        "ce-source": "residency/test",
        "ce-subject": "a",
        "ce-time": OCCURRED_AT.isoformat(),
        "residency-epoch": "1",
        "residency-version": "1",
        "Nats-Msg-Id": new_id(),
    }
    await messaging.js.publish(subject, body.SerializeToString(), headers=headers)
