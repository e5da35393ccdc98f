"""REST-05: texts that no database of ours can hold: those with the character U+0000."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.message import Message

_NUL = "\x00"


def unstorable(message: Message) -> str:
    """The field of `message`, or of what it holds, whose text contains U+0000; empty when there is none."""
    if b"\x00" not in message.SerializeToString():
        return ""
    return next(_found(message, ""), "")


def _found(message: Message, where: str) -> Iterator[str]:
    for field, value in message.ListFields():
        path = f"{where}.{field.name}".lstrip(".")
        for each in _each(value, repeated=field.is_repeated):
            if isinstance(each, Message):
                yield from _found(each, path)
            elif isinstance(each, str) and _NUL in each:
                yield path


def _each(value: Any, *, repeated: bool) -> list[Any]:
    if not repeated:
        return [value]
    return [*value.keys(), *value.values()] if isinstance(value, Mapping) else list(value)
