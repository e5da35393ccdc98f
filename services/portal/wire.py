"""Messages of the contracts as plain values: the one place that knows how a field looks in JSON and on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, EnumValueDescriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

Stamp = Callable[[datetime], Any]


def to_json(message: Message) -> dict[str, Any]:
    """`message` for JSON: snake_case names, enums as lower-case names without prefix, timestamps in RFC 3339."""
    return _fields(message, rfc3339)


def to_page(message: Message) -> dict[str, Any]:
    """`message` for a template: as `to_json`, but timestamps are aware datetimes in UTC."""
    return _fields(message, lambda instant: instant)


def rfc3339(instant: datetime) -> str:
    """`instant` (aware) as RFC 3339 in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant_of(stamp: Timestamp) -> datetime:
    """A timestamp as an aware datetime in UTC."""
    return stamp.ToDatetime(tzinfo=UTC)


def stamp_of(instant: datetime | None) -> Timestamp | None:
    """An instant (aware) as a timestamp; None leaves a field unset."""
    if instant is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(instant.astimezone(UTC).replace(tzinfo=None))
    return stamp


def enum_name(value: EnumValueDescriptor) -> str:
    """`APPLICATION_STATE_PENDING` as `pending`."""
    return value.name.removeprefix(_prefix(value.type)).lower()


def enum_names(enum: EnumDescriptor) -> list[str]:
    """All names of an enum as JSON shows them, without `unspecified`."""
    return [enum_name(value) for value in enum.values if value.number]


def enum_label(enum: EnumDescriptor, name: str) -> str | None:
    """`pending` as `APPLICATION_STATE_PENDING`, which messages take for an enum; None when there is no such name."""
    return next((str(value.name) for value in enum.values if value.number and enum_name(value) == name), None)


def _prefix(enum: EnumDescriptor) -> str:
    return str(enum.values[0].name).removesuffix("UNSPECIFIED")


def _fields(message: Message, stamp: Stamp) -> dict[str, Any]:
    return {field.name: _field(message, field, stamp) for field in message.DESCRIPTOR.fields}


def _field(message: Message, field: Any, stamp: Stamp) -> Any:
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return dict(value)
    if field.is_repeated:
        return [_value(each, field, stamp) for each in value]
    if field.message_type is not None and not message.HasField(field.name):
        return None
    return _value(value, field, stamp)


def _value(value: Any, field: FieldDescriptor, stamp: Stamp) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return enum_name(known) if known is not None and value else ""
    if field.message_type is None:
        return value
    match field.message_type.full_name:
        case "google.protobuf.Timestamp":
            return stamp(instant_of(value))
        case "google.protobuf.Struct":
            return MessageToDict(value)
        case _:
            return _fields(value, stamp)
