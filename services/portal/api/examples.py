"""Examples made from a schema: believable by the names of fields, and always what the schema allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.portal.api.believable import UUID, VALUES

_INSTANT, _DAY, _MONTH = "2026-07-11T00:00:00Z", "2026-07-11", "2026-07"
_PLAIN = (
    UUID,
    _DAY,
    _MONTH,
    "2026",
    "07-11",
    "287082",
    "wang.xiaoyu",
    "cancelled",
    "0100",
    "SD-QILU",
    "材料齐全",
    "1" * 18,
)
_DEEPEST = 7


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """One value that `schema` allows; `schemas` are the components that it may refer to."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, name, depth)
    if "anyOf" in schema:
        return None if depth >= _DEEPEST else example(schema["anyOf"][0], schemas, name, depth)
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            few = 0 if depth >= _DEEPEST else max(1, schema.get("minItems", 0))
            return [example(schema.get("items", {}), schemas, name, depth + 1) for _ in range(few)]
        case "boolean":
            return bool(schema.get("default", False))
        case "integer" | "number":
            return _number(schema, name)
        case "string":
            return _text(schema, name)
    return None


def laid_over(made: Any, shown: Any) -> Any:
    """`made` with what `shown` says otherwise."""
    if isinstance(made, dict) and isinstance(shown, dict):
        return made | {name: laid_over(made.get(name), value) for name, value in shown.items()}
    if isinstance(made, list) and isinstance(shown, list) and made:
        return [laid_over(made[0], each) for each in shown]
    return shown


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> dict[str, Any]:
    made = {name: example(each, schemas, name, depth + 1) for name, each in schema.get("properties", {}).items()}
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and schema.get("minProperties", 0) and not made:
        made = {f"key{number}": example(more, schemas, "", depth + 1) for number in range(schema["minProperties"])}
    return made


def _number(schema: Mapping[str, Any], name: str) -> Any:
    least, most = schema.get("minimum", 0), schema.get("maximum", 2**31)
    wanted = [each for each in VALUES.get(name, ()) if isinstance(each, int | float) and least <= each <= most]
    fallback = min(max(1, least, schema.get("exclusiveMinimum", 0)), most)
    return wanted[0] if wanted else fallback


def _text(schema: Mapping[str, Any], name: str) -> str:
    if "enum" in schema:
        named = [each for each in VALUES.get(name, ()) if each in schema["enum"]]
        return str((named or [each for each in schema["enum"] if each] or [""])[0])
    if schema.get("format") == "uuid":
        return UUID
    if schema.get("format") == "date-time":
        return _INSTANT
    if schema.get("contentEncoding") == "base64":
        return str(VALUES.get(name, ("AAECAw==",))[0])
    named = [each for each in VALUES.get(name, ()) if isinstance(each, str)]
    usual = [UUID] if name.endswith(("_id", "_ids")) else [_DAY] if name.endswith(("_day", "_on", "_date")) else []
    return next(
        (each for each in (*named, *usual, *_PLAIN) if _fits(each, schema)), "a" * int(schema.get("minLength", 1))
    )


def _fits(text: str, schema: Mapping[str, Any]) -> bool:
    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return long_enough and re.search(schema.get("pattern", ""), text) is not None
