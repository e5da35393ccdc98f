"""The OpenAPI document: routes from FastAPI, answer schemas from the contracts' own descriptors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from services.portal.wire import enum_names

_SCALARS: dict[int, dict[str, Any]] = {
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number"},
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer"},
    FieldDescriptor.CPPTYPE_INT64: {"type": "integer"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0},
    FieldDescriptor.CPPTYPE_UINT64: {"type": "integer", "minimum": 0},
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "reason"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence in Chinese for the person at the screen."},
        "reason": {"type": "string", "description": "Stable UPPER_SNAKE name; branch on this."},
        "field": {"type": "string"},
        "rule": {"type": "string"},
        "until": {"type": "string", "format": "date-time"},
        "details": {"type": "object", "additionalProperties": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once and kept on the application."""
    if app.openapi_schema is None:
        whole = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = whole.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = _PROBLEM
        for name in _messages_in(whole):
            _add(descriptor_pool.Default().FindMessageTypeByName(name), schemas)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = whole
    return app.openapi_schema


def schema_of(field: FieldDescriptor) -> dict[str, Any]:
    """The schema of a field as a request gives it: everything in place, nothing required."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {"type": "object", "additionalProperties": _given(field.message_type.fields_by_name["value"])}
    one = _given(field)
    return {"type": "array", "items": one} if field.is_repeated else one


def _given(field: FieldDescriptor) -> dict[str, Any]:
    if field.message_type is None or field.message_type.full_name.startswith("google.protobuf."):
        return _one(field, {})
    properties = {each.name: schema_of(each) for each in field.message_type.fields}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _messages_in(whole: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for path in whole["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                if name := response.pop("x-message", ""):
                    found.add(name)
    return found


def _add(message: Descriptor, schemas: dict[str, Any]) -> None:
    if message.full_name in schemas:
        return
    properties: dict[str, Any] = {}
    schemas[message.full_name] = {"type": "object", "properties": properties, "required": []}
    for field in message.fields:
        properties[field.name] = _field(field, schemas)
        schemas[message.full_name]["required"].append(field.name)
    if not properties:
        del schemas[message.full_name]["required"]


def _field(field: FieldDescriptor, schemas: dict[str, Any]) -> dict[str, Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {"type": "object", "additionalProperties": _one(field.message_type.fields_by_name["value"], schemas)}
    one = _one(field, schemas)
    if field.is_repeated:
        return {"type": "array", "items": one}
    return {"anyOf": [one, {"type": "null"}]} if field.message_type is not None else one


def _one(field: FieldDescriptor, schemas: dict[str, Any]) -> dict[str, Any]:
    if field.enum_type is not None:
        return {"type": "string", "enum": ["", *enum_names(field.enum_type)]}
    if field.type == FieldDescriptor.TYPE_BYTES:
        return {"type": "string", "format": "byte"}
    if field.message_type is None:
        return dict(_SCALARS[field.cpp_type])
    match field.message_type.full_name:
        case "google.protobuf.Timestamp":
            return {"type": "string", "format": "date-time"}
        case "google.protobuf.Struct":
            return {"type": "object"}
        case name:
            _add(field.message_type, schemas)
            return {"$ref": f"#/components/schemas/{name}"}
