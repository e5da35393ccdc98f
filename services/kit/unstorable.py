"""REST-05, OPS-97: values that no database of ours can hold: texts with U+0000, numbers and instants that are none."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

_NUL = "\x00"
_INSTANT = Timestamp.DESCRIPTOR.full_name
_FIRST, _LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1900, 2300))
_NANOS = 1_000_000_000
_MARKS = (b"\x00", b"\x7f", b"\xff")
"""Bytes without one of which a message has nothing of the kind: infinities and NaN end in one of the last two."""


def unstorable(message: Message) -> tuple[str, str] | None:
    """The first field of `message`, or of what it holds, that cannot be kept, and the rule it breaks; None for none.

    Rules: `string.nul` for a text with U+0000, `double.finite` for infinities and NaN, which JSON cannot hold either,
    `timestamp.within` for an instant before 1900 or after 2300, of which no day of a calendar could be counted.
    """
    if not _holds_instants(message.DESCRIPTOR):
        raw = message.SerializeToString()
        if not any(mark in raw for mark in _MARKS):
            return None
    return next(_found(message, ""), None)


@cache
def _holds_instants(descriptor: Descriptor) -> bool:
    """Whether a message of this type, or one in it, has an instant; a type that holds itself is gone into once."""
    found, ahead = {descriptor.full_name}, [descriptor]
    while ahead:
        for field in ahead.pop().fields:
            inner = field.message_type
            if inner is not None and inner.full_name not in found:
                if inner.full_name == _INSTANT:
                    return True
                found.add(inner.full_name)
                ahead.append(inner)
    return False


def _found(message: Message, where: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        path = f"{where}.{field.name}".lstrip(".")
        for each in _each(value, repeated=field.is_repeated):
            if isinstance(each, Timestamp):
                if not _FIRST <= each.seconds < _LAST or not 0 <= each.nanos < _NANOS:
                    yield path, "timestamp.within"
            elif isinstance(each, Message):
                yield from _found(each, path)
            elif isinstance(each, str) and _NUL in each:
                yield path, "string.nul"
            elif isinstance(each, float) and not math.isfinite(each):
                yield path, "double.finite"


def _each(value: Any, *, repeated: bool) -> list[Any]:
    if not repeated:
        return [value]
    return [*value.keys(), *value.values()] if isinstance(value, Mapping) else list(value)
