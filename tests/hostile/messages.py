"""Protobuf messages of any type, honest in their shape and hostile in their content, and bytes that are no message."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.kit.ids import new_id
from tests.hostile import words

KNOWN_SHARE = 0.7
_INTS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_HONEST = ("2026-06-01", "一志愿", "理由充分", "SD", "SD-QILU", "0100", "ROLE_BASE_REVIEWER", "1", "zh")
_MARKED = {
    "name": words.MARK_NAME,
    "mobile": words.MARK_MOBILE,
    "document_number": words.MARK_DOCUMENT,
    "login": words.MARK_NAME,
    "password": f"{words.MARK_NAME}Aa1!aaaa",
}


class Maker:
    """Makes messages by chance; what answers named (`known`, by field) is named again by most of them."""

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self._known = known

    def message(self, of: Descriptor, chance: random.Random, how: str, depth: int = 3) -> Message:
        """A message of this type. `how`: `plausible`, `texts`, `numbers`, `enums`, `crowd`, `empty`."""
        made: Message = GetMessageClass(of)()
        if how == "empty" or depth < 0:
            return made
        for each in of.fields:
            if how in ("texts", "numbers", "enums") and chance.random() < 0.15:
                continue
            if how == "plausible" and chance.random() < 0.08:
                continue
            self._fill(made, each, chance, how, depth)
        return made

    def _fill(self, made: Message, each: FieldDescriptor, chance: random.Random, how: str, depth: int) -> None:
        try:
            if each.is_repeated:
                self._repeat(made, each, chance, how, depth)
            elif each.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
                if each.containing_oneof is None or chance.random() < 0.5:
                    getattr(made, each.name).CopyFrom(self._inner(each, chance, how, depth))
            else:
                setattr(made, each.name, self._scalar(each, chance, how))
        except (ValueError, TypeError, UnicodeEncodeError):
            return  # what cannot even be put into a message is left out

    def _repeat(self, made: Message, each: FieldDescriptor, chance: random.Random, how: str, depth: int) -> None:
        count = 2000 if how == "crowd" and depth == 3 else chance.randrange(3)
        field: Any = getattr(made, each.name)
        message_type = each.message_type
        if message_type is not None and message_type.GetOptions().map_entry:
            value = message_type.fields_by_name["value"]
            for number in range(min(count, 200)):
                key = f"{words.text(chance)[:20]}{number}"
                if value.cpp_type == FieldDescriptor.CPPTYPE_STRING:
                    field[key] = str(self._scalar(value, chance, how))
            return
        for _ in range(count):
            if each.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
                field.append(self._inner(each, chance, "texts" if how == "crowd" else how, 0 if count > 3 else depth))
            else:
                field.append(self._scalar(each, chance, how))

    def _inner(self, each: FieldDescriptor, chance: random.Random, how: str, depth: int) -> Message:
        of = each.message_type
        assert of is not None
        if of.full_name == "google.protobuf.Timestamp":
            stamp: Any = GetMessageClass(of)()
            honest = 1_795_000_000 + chance.randrange(-(10**7), 10**7)
            stamp.seconds = (
                honest if how == "plausible" else chance.choice((0, -(2**63), 2**63 - 1, 253402300800, honest))
            )
            stamp.nanos = 0 if how == "plausible" else chance.choice((0, -1, 2**31 - 1))
            return cast("Message", stamp)
        if of.full_name in ("google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"):
            return self._struct(of, chance)
        return self.message(of, chance, how, depth - 1)

    def _struct(self, of: Descriptor, chance: random.Random) -> Message:
        struct: Any = GetMessageClass(of)()
        if of.full_name == "google.protobuf.Struct":
            for _ in range(chance.randrange(5)):
                struct[words.text(chance)[:60] or "x"] = chance.choice(
                    (None, True, 1.5, float("nan"), words.text(chance), [1, [2]])
                )
        elif of.full_name == "google.protobuf.Value":
            struct.string_value = words.text(chance)
        return cast("Message", struct)

    def _scalar(self, each: FieldDescriptor, chance: random.Random, how: str) -> Any:
        kind = each.cpp_type
        if kind == FieldDescriptor.CPPTYPE_STRING and each.type == FieldDescriptor.TYPE_BYTES:
            return chance.randbytes(chance.choice((0, 1, 100, 5000)))
        if kind == FieldDescriptor.CPPTYPE_STRING:
            return self._text(each.name, chance, how)
        if kind == FieldDescriptor.CPPTYPE_ENUM:
            assert each.enum_type is not None
            real = [value.number for value in each.enum_type.values]
            return chance.choice((99, 2**31 - 1, -1)) if how == "enums" else chance.choice(real)
        if kind == FieldDescriptor.CPPTYPE_BOOL:
            return chance.random() < 0.5
        if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
            return chance.choice(words.FLOATS) if how == "numbers" else chance.choice((0.0, 1.0, 60.5, 100.0))
        low, high = _INTS[kind]
        if how == "numbers":
            return max(low, min(high, int(chance.choice(words.NUMBERS))))
        return chance.choice((0, 1, 1, 2, 3, 20, 2026))

    def _text(self, name: str, chance: random.Random, how: str) -> str:
        if name == "idempotency_key":
            return new_id() if how != "texts" else words.text(chance)[:80]
        if name in _MARKED and chance.random() < 0.5:
            return _MARKED[name]
        if how == "texts":
            return words.text(chance)
        if self._known.get(name) and chance.random() < KNOWN_SHARE:
            return chance.choice(list(self._known[name]))
        if name.endswith("_id"):
            return new_id()
        return chance.choice(_HONEST)


def garbage(chance: random.Random, honest: bytes) -> bytes:
    """Bytes that are no message, or one with a part cut off, doubled or turned."""
    kind = chance.randrange(5)
    if kind == 0 or not honest:
        return chance.randbytes(chance.choice((1, 7, 100, 3000)))
    place = chance.randrange(len(honest))
    match kind:
        case 1:
            return honest[:place]
        case 2:
            turned = bytearray(honest)
            turned[place] ^= 1 << chance.randrange(8)
            return bytes(turned)
        case 3:
            return honest[:place] + chance.randbytes(5) + honest[place:]
        case _:
            return b"\x0a\xff\xff\xff\xff\x0f" + honest  # a length beyond the end


def remember(known: dict[str, list[str]], value: Any, name: str = "") -> None:
    """Keep the ids and codes in an answer as JSON, a dozen of each, to be asked about later."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            remember(known, each, key)
    elif isinstance(value, list):
        for each in value[:5]:
            remember(known, each, name)
    elif isinstance(value, str) and value and name not in _NEVER and name.endswith(("_id", "_code")):
        kept = known.setdefault(name, [])
        if value not in kept:
            kept.append(value)
            del kept[:-12]


_NEVER = frozenset({"person_id", "hat_id", "session_id", "account_id", "secret_id"})
"""What others of the run are: nobody is to be suspended by chance before their turn."""
