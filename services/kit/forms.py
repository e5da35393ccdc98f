"""Forms defined once: a section's fields in order drive validation here, and pages and papers elsewhere. Pure.

Whoever owns a form declares its sections, and gives the ids of its own rules for what this module finds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.kit.domain import DomainError, Kind

MOST_TOLD = 60
"""An error has room for this many problems: more than a form has fields, fewer than somebody may invent."""

_PHONE = re.compile(r"1[0-9]{10}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class FieldType(StrEnum):
    """How a value is written: dates as `YYYY-MM-DD`, yes or no as a boolean, an option as its code."""

    TEXT = "text"
    DATE = "date"
    YES_NO = "yes_no"
    OPTION = "option"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option field."""

    code: str
    label: str


def options(**labels: str) -> tuple[Option, ...]:
    """Options in order, as `code="label"`."""
    return tuple(Option(code, label) for code, label in labels.items())


@dataclass(frozen=True, slots=True)
class Field:
    """One field: mandatory always, or when the field `required_when` of its section says yes.

    A `past` date may not lie after the day of the check. A `sensitive` value identifies or reaches a person; it is text
    and stands in no table in the clear (`services.kit.sealed_forms`).
    """

    key: str
    label: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    required_when: str = ""
    options: tuple[Option, ...] = ()
    max_length: int = 100
    past: bool = False
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class FormSection:
    """A part of a form that is saved by itself: its key, its label, its fields in order."""

    section: str
    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class FormRules:
    """Ids of the owner's rules: no unknown field, mandatory fields are there, values have the right form."""

    unknown: str
    missing: str
    malformed: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field; `missing` when it is only not yet filled in."""

    section: str
    key: str
    rule: str
    message: str
    missing: bool = False


def check(definition: FormSection, body: Mapping[str, object], rules: FormRules, today: date) -> list[Problem]:
    """Everything wrong with one section at once, in the order of the form; empty when it is complete.

    `today` is the present day where the form is filled in.
    """
    section = definition.section
    known = {field.key for field in definition.fields}
    problems = [Problem(section, key[:40], rules.unknown, "没有这一项。") for key in body if key not in known]
    for field in definition.fields:
        value = body.get(field.key)
        if value is None or value == "":
            if field.required or (field.required_when and body.get(field.required_when) in (True, "yes")):
                problems.append(Problem(section, field.key, rules.missing, f"请填写{field.label}。", missing=True))
        elif wrong := _malformed(field, value, today):
            problems.append(Problem(section, field.key, rules.malformed, f"{field.label}{wrong}。"))
    return problems


def malformed(problems: Sequence[Problem]) -> list[Problem]:
    """Those that keep a section from being saved; what is merely missing only keeps it from being complete."""
    return [problem for problem in problems if not problem.missing]


def refuse(problems: Sequence[Problem], reason: str, message: str) -> DomainError:
    """One INVALID error that names every problem of the form: `details` maps `section.field` to rule and message."""
    first, told = problems[0], problems[:MOST_TOLD]
    return DomainError(
        Kind.INVALID,
        reason,
        message,
        field=f"{first.section}.{first.key}",
        rule=first.rule,
        details={f"{problem.section}.{problem.key}": f"{problem.rule} {problem.message}" for problem in told},
    )


def _malformed(field: Field, value: object, today: date) -> str:
    """What is wrong with the value, as the end of a sentence that begins with the field's label; empty when nothing."""
    match field.type, value:
        case FieldType.YES_NO, _:
            return "" if isinstance(value, bool) else "须为是或否"
        case FieldType.NUMBER, _:
            good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 80
            return "" if good else "须为 0 至 80 之间的数"
        case FieldType.DATE, str():
            return _bad_date(field, value, today)
        case FieldType.OPTION, str():
            return "" if any(option.code == value for option in field.options) else "不在可选范围内"
        case FieldType.PHONE, str():
            return "" if _PHONE.fullmatch(value) else "须为 11 位手机号码"
        case FieldType.EMAIL, str():
            return "" if len(value) <= field.max_length and _EMAIL.fullmatch(value) else "格式有误"
        case _, str():
            return "" if len(value) <= field.max_length else f"不能超过 {field.max_length} 个字"
    return "格式有误"


def _bad_date(field: Field, value: str, today: date) -> str:
    try:
        day = date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or day.year < 1900:
        return "须为 YYYY-MM-DD 格式的日期"
    return "不能晚于今天" if field.past and day > today else ""
