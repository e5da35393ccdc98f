"""Schemas of the contracts' messages: how requests are to look, with their limits, and what answers hold."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from services.portal.api.contract import NEXT_CURSOR, onward_of, words
from services.portal.wire import enum_name, enum_names

Schema = dict[str, Any]
UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

_SCALARS: dict[int, Schema] = {
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number"},
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    FieldDescriptor.CPPTYPE_INT64: {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    FieldDescriptor.CPPTYPE_UINT64: {"type": "integer", "minimum": 0, "maximum": 2**64 - 1},
}
_NUMBERS = {"gte": "minimum", "lte": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_LENGTHS = {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern"}
_COUNTS = {"min_items": "minItems", "max_items": "maxItems"}
_PAIRS = {"min_pairs": "minProperties", "max_pairs": "maxProperties"}


def asked(field: FieldDescriptor) -> Schema:
    """The schema of a field as a request gives it, with the limits of the contract; every field may be absent."""
    rules = _rules(field)
    if _is_map(field):
        value = message_of(field).fields_by_name["value"]
        told: Schema = {"type": "object", "additionalProperties": _asked_one(value, rules.map.values)}
        told |= _said(rules.map, _PAIRS)
    elif field.is_repeated:
        told = {"type": "array", "items": _asked_one(field, rules.repeated.items)} | _said(rules.repeated, _COUNTS)
    else:
        told = _asked_one(field, rules)
    return _described(field, told)


def needed(field: FieldDescriptor) -> bool:
    """Whether the contract refuses a request that leaves the field out."""
    rules = _rules(field)
    kind = rules.WhichOneof("type")
    if rules.required:
        return True
    if rules.ignore or field.has_presence or kind is None:
        return False
    if kind == "enum":
        return 0 in rules.enum.not_in or bool(getattr(rules.enum, "in") and 0 not in getattr(rules.enum, "in"))
    limits = getattr(rules, kind)
    if kind == "string" and (allowed := getattr(limits, "in")) and "" not in allowed:
        return True
    least = max(getattr(limits, name, 0) for name in ("min_len", "len", "min_items", "min_pairs", "gte"))
    return bool(least > 0 or (kind == "string" and (limits.uuid or limits.pattern.startswith("^["))))


def body(fields: list[FieldDescriptor]) -> Schema:
    """The schema of an object with these fields of a request."""
    told: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: asked(field) for field in fields},
    }
    required = [field.name for field in fields if needed(field)]
    return told | ({"required": required} if required else {})


def message_of(field: FieldDescriptor) -> Descriptor:
    """The message that a field holds."""
    assert field.message_type is not None
    return field.message_type


def add(message: Descriptor, schemas: Schema) -> None:
    """Put the schema of an answer, and those of all it holds, into `schemas`."""
    if message.full_name in schemas:
        return
    properties: Schema = {}
    schemas[message.full_name] = told = {"type": "object", "properties": properties}
    if text := words(message.full_name):
        told["description"] = text
    onward = onward_of(message)
    for field in message.fields:
        if field is onward or (onward is not None and field.name == onward.name):
            properties[NEXT_CURSOR] = {"type": "string", "description": "`cursor` of the next page; empty at the end."}
        else:
            properties[field.name] = _described(field, _answered(field, schemas))
    if properties:
        told["required"] = list(properties)


def _answered(field: FieldDescriptor, schemas: Schema) -> Schema:
    if _is_map(field):
        value = message_of(field).fields_by_name["value"]
        return {"type": "object", "additionalProperties": _answered_one(value, schemas)}
    one = _answered_one(field, schemas)
    if field.is_repeated:
        return {"type": "array", "items": one}
    return {"anyOf": [one, {"type": "null"}]} if field.message_type is not None else one


def _answered_one(field: FieldDescriptor, schemas: Schema) -> Schema:
    plain = _plain(field)
    if plain is not None:
        return plain
    message = message_of(field)
    add(message, schemas)
    return {"$ref": f"#/components/schemas/{message.full_name}"}


def _asked_one(field: FieldDescriptor, rules: Any) -> Schema:
    plain = _plain(field)
    if plain is None:
        return body(list(message_of(field).fields))
    if field.enum_type is not None:
        return {"type": "string", "enum": _names(field.enum_type, rules.enum)}
    kind = rules.WhichOneof("type")
    if kind is None or kind in {"bytes", "message"}:
        return plain
    limits = getattr(rules, kind)
    if kind == "string":
        return plain | _text(limits, optional=bool(rules.ignore))
    return plain | _said(limits, _NUMBERS)


def _text(limits: Any, *, optional: bool) -> Schema:
    told = _said(limits, _LENGTHS)
    if limits.HasField("len"):
        told |= {"minLength": limits.len, "maxLength": limits.len}
    if limits.uuid:
        told |= {"pattern": f"^$|{UUID_PATTERN}"} if optional else {"format": "uuid"}
    if allowed := list(getattr(limits, "in")):
        told["enum"] = allowed
    return told


def _names(enum: EnumDescriptor, limits: Any) -> list[str]:
    taken, refused = set(getattr(limits, "in")), set(limits.not_in)
    names = [
        enum_name(value)
        for value in enum.values
        if value.number and value.number not in refused and (not taken or value.number in taken)
    ]
    return names if 0 in refused or (taken and 0 not in taken) else ["", *names]


def _plain(field: FieldDescriptor) -> Schema | None:
    if field.enum_type is not None:
        return {"type": "string", "enum": ["", *enum_names(field.enum_type)]}
    if field.type == FieldDescriptor.TYPE_BYTES:
        return {"type": "string", "contentEncoding": "base64"}
    if field.message_type is None:
        return dict(_SCALARS[field.cpp_type])
    match field.message_type.full_name:
        case "google.protobuf.Timestamp":
            return {"type": "string", "format": "date-time"}
        case "google.protobuf.Struct":
            return {"type": "object"}
        case _:
            return None


def _described(field: FieldDescriptor, told: Schema) -> Schema:
    text = words(field.full_name)
    return told | {"description": text} if text else told


def _said(limits: Any, names: dict[str, str]) -> Schema:
    known = limits.DESCRIPTOR.fields_by_name
    return {
        ours: getattr(limits, theirs) for theirs, ours in names.items() if theirs in known and limits.HasField(theirs)
    }


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _rules(field: FieldDescriptor) -> Any:
    options: Any = field.GetOptions()
    return options.Extensions[descriptor_pool.Default().FindExtensionByName("buf.validate.field")]
