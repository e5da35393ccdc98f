"""REST-05: values that no database of ours can hold: texts with the character U+0000, numbers that are none."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.message import Message

_NUL = "\x00"
_MARKS = (b"\x00", b"\x7f", b"\xff")
"""Bytes without one of which a message has nothing of the kind: infinities and NaN end in one of the last two."""


def unstorable(message: Message) -> tuple[str, str] | None:
    """The first field of `message`, or of what it holds, that cannot be kept, and the rule it breaks; None for none.

    Rules: `string.nul` for a text with U+0000, `double.finite` for infinities and NaN, which JSON cannot hold either.
    """
    raw = message.SerializeToString()
    if not any(mark in raw for mark in _MARKS):
        return None
    return next(_found(message, ""), None)


def _found(message: Message, where: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        path = f"{where}.{field.name}".lstrip(".")
        for each in _each(value, repeated=field.is_repeated):
            if isinstance(each, Message):
                yield from _found(each, path)
            elif isinstance(each, str) and _NUL in each:
                yield path, "string.nul"
            elif isinstance(each, float) and not math.isfinite(each):
                yield path, "double.finite"


def _each(value: Any, *, repeated: bool) -> list[Any]:
    if not repeated:
        return [value]
    return [*value.keys(), *value.values()] if isinstance(value, Mapping) else list(value)
