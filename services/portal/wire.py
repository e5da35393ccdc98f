"""Messages of the contracts as plain values: the one place that knows how a field looks in JSON and on pages."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, EnumDescriptor, EnumValueDescriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.kit.domain import DomainError, Kind

Stamp = Callable[[datetime], Any]
M = TypeVar("M", bound=Message)
_AT_FAULT = re.compile(r'(?:parse|named) "?([A-Za-z0-9_]+)')


def to_json(message: Message) -> dict[str, Any]:
    """`message` for JSON: snake_case names, enums as lower-case names without prefix, timestamps in RFC 3339."""
    return _fields(message, rfc3339)


def to_page(message: Message) -> dict[str, Any]:
    """`message` for a template: as `to_json`, but timestamps are aware datetimes in UTC."""
    return _fields(message, lambda instant: instant)


def of_json(message: type[M], values: Mapping[str, Any]) -> M:
    """The message that `values` describe, written as `to_json` writes it; what is missing or null stays unset.

    Raises INVALID `INVALID_FIELD`, with the field where it can be told, for unknown names and for values of another
    shape. Whether the values obey the contract is for the service to say.
    """
    try:
        return ParseDict(_labelled(message.DESCRIPTOR, values), message())
    except (ParseError, TypeError, ValueError, OverflowError) as error:
        found = _AT_FAULT.search(str(error))
        field = found.group(1) if found is not None else ""
        raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容与接口约定不符。", field=field) from error


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


def _labelled(message: Any, values: Any) -> Any:
    """`values` with the names of enums as the contract writes them; everything else as it is."""
    if not isinstance(values, Mapping) or message.full_name.startswith("google.protobuf."):
        return values
    return {name: _label(message.fields_by_name.get(name), value) for name, value in values.items()}


def _label(field: FieldDescriptor | None, value: Any) -> Any:
    if isinstance(value, list):
        return [_label(field, each) for each in value]
    if field is None:
        return value
    if field.enum_type is not None and isinstance(value, str):
        return (enum_label(field.enum_type, value) if value else None) or (value if value else 0)
    if field.message_type is not None and not field.message_type.GetOptions().map_entry:
        return _labelled(field.message_type, value)
    return value


def _fields(message: Message, stamp: Stamp) -> dict[str, Any]:
    return {name: read(message, stamp) for name, read in _readers(message.DESCRIPTOR)}


@cache
def _readers(message: Descriptor) -> tuple[tuple[str, Callable[[Any, Stamp], Any]], ...]:
    """How each field is read. Found out once for a kind of message: asking the contract for each value is slow."""
    return tuple((field.name, _reader(field)) for field in message.fields)


def _reader(field: FieldDescriptor) -> Callable[[Any, Stamp], Any]:
    name, convert = field.name, _converter(field)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return lambda message, _stamp: dict(getattr(message, name))
    if field.is_repeated:
        if convert is None:
            return lambda message, _stamp: list(getattr(message, name))
        return lambda message, stamp: [convert(each, stamp) for each in getattr(message, name)]
    if field.message_type is not None:
        assert convert is not None
        return lambda message, stamp: convert(getattr(message, name), stamp) if message.HasField(name) else None
    if convert is None:
        return lambda message, _stamp: getattr(message, name)
    return lambda message, stamp: convert(getattr(message, name), stamp)


def _converter(field: FieldDescriptor) -> Callable[[Any, Stamp], Any] | None:
    """How one value is converted; None where it stays as it is."""
    if field.enum_type is not None:
        names = {value.number: enum_name(value) for value in field.enum_type.values if value.number}
        return lambda value, _stamp: names.get(value, "")
    if field.message_type is None:
        is_bytes = field.type == FieldDescriptor.TYPE_BYTES
        return (lambda value, _stamp: base64.b64encode(value).decode()) if is_bytes else None
    match field.message_type.full_name:
        case "google.protobuf.Timestamp":
            return lambda value, stamp: stamp(instant_of(value))
        case "google.protobuf.Struct":
            return lambda value, _stamp: MessageToDict(value)
        case _:
            return _fields
