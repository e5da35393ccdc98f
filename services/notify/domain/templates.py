"""MSG-01 and MSG-02: every text that is ever sent, and the parameters each one takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

from services.kit.domain import DomainError, Kind
from services.notify.domain.shapes import Kept, Template, Value
from services.notify.domain.texts_for_persons import TO_PERSONS
from services.notify.domain.texts_for_staff import TO_STAFF

ZONE = ZoneInfo("Asia/Shanghai")
"""The zone in which instants are printed."""

TEXT_MAX = 2000
"""Longest text parameter in characters; a longer one is cut, for a remark must not stop a message."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message ready to be read."""

    title: str
    body: str


TEMPLATES: Mapping[str, Template] = {template.key: template for template in (*TO_PERSONS, *TO_STAFF)}
"""MSG-01: every template by key."""


def render(key: str, values: Mapping[str, Value]) -> Text:
    """MSG-02: the text of template `key` with exactly its parameters.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG (one is missing, unknown or of another type).
    """
    template = _template(key)
    if set(values) != set(template.parameters):
        raise _wrong("、".join(sorted(set(values) ^ set(template.parameters))))
    shown = {name: _shown(name, kept, values[name]) for name, kept in template.parameters.items()}
    lines = [line.format_map(shown) for line in template.lines if not _left_out(line, template, shown)]
    return Text(template.title, "\n".join(lines))


def render_from_text(key: str, values: Mapping[str, str]) -> Text:
    """MSG-02: `render` for parameters that came as text: numbers in digits, instants in RFC 3339 with an offset.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
    """
    parameters = _template(key).parameters
    return render(key, {name: _read(name, parameters.get(name, Kept.TEXT), value) for name, value in values.items()})


def _template(key: str) -> Template:
    template = TEMPLATES.get(key)
    if template is None:
        raise DomainError(Kind.INVALID, "TEMPLATE_UNKNOWN", "没有这个消息模板。", field="template", rule="MSG-01")
    return template


def _left_out(line: str, template: Template, shown: Mapping[str, str]) -> bool:
    names = [name for _, name, _, _ in Formatter().parse(line) if name]
    return any(template.parameters[name] in (Kept.REMARK, Kept.WHEN) and not shown[name] for name in names)


def _shown(name: str, kept: Kept, value: Value) -> str:
    match kept, value:
        case ((Kept.TEXT | Kept.REMARK), str()) if value.strip() or kept is Kept.REMARK:
            return value.strip()[:TEXT_MAX]
        case Kept.NUMBER, int():
            return str(value)
        case Kept.WHEN, "":
            return ""
        case ((Kept.INSTANT | Kept.WHEN), datetime()) if value.tzinfo is not None:
            local = value.astimezone(ZONE)
            return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    raise _wrong(name)


def _read(name: str, kept: Kept, value: str) -> Value:
    try:
        match kept:
            case Kept.NUMBER:
                return int(value)
            case Kept.INSTANT | Kept.WHEN if value or kept is Kept.INSTANT:
                return datetime.fromisoformat(value)
            case _:
                return value
    except ValueError:
        raise _wrong(name) from None


def _wrong(names: str) -> DomainError:
    return DomainError(
        Kind.INVALID,
        "PARAMETERS_WRONG",
        "消息参数不完整或类型不对。",
        field="parameters",
        rule="MSG-02",
        details={"parameters": names},
    )
