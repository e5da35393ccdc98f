"""A fact on the wire: CloudEvents binary headers round a protobuf body, and how they are read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

MSG_ID = "Nats-Msg-Id"
REDRIVEN_FOR = "residency-redriven-for"
"""Present on a redriven fact: the one durable consumer that is to handle it."""


_VERSION_BITS = 40


def order_of(epoch: int, version: int) -> int:
    """OPS-43: one number that orders the facts of an aggregate by epoch first, by version within it.

    In the first epoch it is the version itself: what was stored, recorded or signalled before there was another counts
    on. A database restored from a backup gives versions anew that its lost future had given already.
    """
    return ((epoch - 1) << _VERSION_BITS) + version


def version_in(order: int) -> int:
    """The bare version in an order, as the owner of the aggregate counts it."""
    return order & ((1 << _VERSION_BITS) - 1)


def epoch_in(order: int) -> int:
    """The epoch in an order."""
    return (order >> _VERSION_BITS) + 1


class Poison(Exception):
    """Raised by a handler, or here, for a message that no retry will mend: straight to the dead letters."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a fact; the same fact may be delivered again.

    `epoch` and `version` order the facts of one aggregate: compare `order`, and apply only what is newer.
    `delivered` counts deliveries from 1. `occurred_at` is aware UTC.
    """

    event_id: str
    subject: str
    event_type: str
    aggregate_id: str
    epoch: int
    version: int
    body: bytes = field(repr=False)
    traceparent: str
    delivered: int
    occurred_at: datetime

    @property
    def order(self) -> int:
        """OPS-43: `order_of` the fact; what consumers, signals and keys carry in place of the bare version."""
        return order_of(self.epoch, self.version)


def headers(
    *, event_id: str, event_type: str, source: str, aggregate_id: str, epoch: int, version: int, occurred_at: datetime
) -> dict[str, str]:
    """The headers of a fact; `Nats-Msg-Id` lets the server drop the second copy of a repeated publish."""
    return {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": event_type,
        "ce-source": source,
        "ce-subject": aggregate_id,
        "ce-time": occurred_at.astimezone(UTC).isoformat(),
        "content-type": "application/protobuf",
        "residency-epoch": str(epoch),
        "residency-version": str(version),
        MSG_ID: event_id,
    }


def read(subject: str, found: Mapping[str, str] | None, body: bytes, delivered: int) -> Delivery:
    """The delivery in a message; raises Poison naming the header that is missing or wrong."""
    values = found or {}

    def needed(name: str) -> str:
        value = values.get(name)
        if not value:
            raise Poison(f"header {name} is missing")
        return value

    try:
        return Delivery(
            event_id=str(UUID(needed("ce-id"))),
            subject=subject,
            event_type=needed("ce-type"),
            aggregate_id=needed("ce-subject"),
            epoch=int(needed("residency-epoch")),
            version=int(needed("residency-version")),
            body=body,
            traceparent=values.get("traceparent", ""),
            delivered=delivered,
            occurred_at=datetime.fromisoformat(needed("ce-time")).astimezone(UTC),
        )
    except ValueError as error:
        raise Poison(f"a header cannot be read: {error}") from error
