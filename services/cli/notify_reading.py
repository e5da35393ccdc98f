"""What commands about notices ask of notify, and its answers as plain values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from services.kit.grpc_client import Channel

MOST = 100
"""Entries asked for at a time."""


def deliveries(to: Callable[[str], Channel]) -> Any:
    """DeliveryService."""
    from residency.notify.v1.delivery_service_pb2_grpc import DeliveryServiceStub  # noqa: PLC0415  (brings gRPC)

    return to("notify").stub(DeliveryServiceStub)


def campaigns(to: Callable[[str], Channel]) -> Any:
    """CampaignService."""
    from residency.notify.v1.campaign_service_pb2_grpc import CampaignServiceStub  # noqa: PLC0415  (brings gRPC)

    return to("notify").stub(CampaignServiceStub)


def channel(name: str) -> Any:
    """A channel by its name; unset for none."""
    from residency.notify.v1 import delivery_pb2 as pb  # noqa: PLC0415

    return pb.Channel.Value(f"CHANNEL_{name.upper() or 'UNSPECIFIED'}")


async def pages(ask: Callable[[Any], Awaitable[Any]], request: Any, field: str, limit: int) -> list[Any]:
    """Up to `limit` entries of `field`, over as many pages as that takes."""
    found: list[Any] = []
    while True:
        request.page_size = min(MOST, limit - len(found))
        answer = await ask(request)
        found += getattr(answer, field)
        request.page_token = answer.next_page_token
        if len(found) >= limit or not request.page_token:
            return found


def value_of(message: Message) -> dict[str, Any]:
    """A message as a program reads it: every field, enums as short lower-case names, instants in RFC 3339 or None."""
    return {field.name: _field(message, field) for field in message.DESCRIPTOR.fields}


def _field(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return dict(value)
    if field.is_repeated:
        return [_one(field, each) for each in value]
    return None if field.has_presence and not message.HasField(field.name) else _one(field, value)


def _one(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        values = field.enum_type.values_by_number
        # Every name of an enum begins with that of its first value, up to UNSPECIFIED.
        prefix = values[0].name.removesuffix("UNSPECIFIED")
        return values[value].name.removeprefix(prefix).lower() if value in values else str(value)
    if field.message_type is None:
        return value
    if field.message_type.full_name == "google.protobuf.Timestamp":
        return value.ToDatetime(tzinfo=UTC).isoformat()
    return value_of(value)
