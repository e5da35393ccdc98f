"""Forms defined once: a section's fields in order drive validation here, and pages and papers elsewhere. Pure.

Whoever owns a form declares its sections, and gives the ids of its own rules for what this module finds. A field may
apply only when another has a certain value; what does not apply is neither asked for nor checked, and `applicable`
leaves it out of what is stored: a page without script posts what stood in a field before its group was closed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from services.kit.codes import is_credit_code
from services.kit.domain import DomainError, Kind

MOST_TOLD = 40
"""An error has room for this many problems: more than anybody mends at once, and no more than headers hold."""

_PHONE = re.compile(r"1[0-9]{10}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class FieldType(StrEnum):
    """How a value is written: dates as `YYYY-MM-DD`, yes or no as a boolean, an option as its code.

    A paper stands for something uploaded, which is kept beside the form: it has no value of its own.
    """

    TEXT = "text"
    DATE = "date"
    YES_NO = "yes_no"
    OPTION = "option"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"
    CREDIT_CODE = "credit_code"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option field, in Chinese and English."""

    code: str
    label: str
    label_en: str = ""


def options(**labels: str | tuple[str, str]) -> tuple[Option, ...]:
    """Options in order, as `code="label"` or `code=("label", "English label")`."""
    return tuple(
        Option(code, label) if isinstance(label, str) else Option(code, *label) for code, label in labels.items()
    )


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the field `key` of the same section has one of `values`; yes and no are written `yes` and `no`."""

    key: str
    values: tuple[str, ...] = ("yes",)

    def holds(self, body: Mapping[str, object]) -> bool:
        """Whether the body says so."""
        value = body.get(self.key)
        if value is True or value is False:
            value = "yes" if value else "no"
        return value in self.values


@dataclass(frozen=True, slots=True)
class Field:
    """One field: mandatory wherever it applies, or when the field `required_when` of its section says yes.

    A `past` date may not lie after the day of the check. A number lies within `bounds`, both included. A `sensitive`
    value identifies or reaches a person; it is text and stands in no table in the clear (`services.kit.sealed_forms`).
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
    label_en: str = ""
    applies_when: tuple[Condition, ...] = ()
    """The field is asked for only when all of these hold: those of the fields named, and the one that names them."""
    bounds: tuple[float, float] = (0, 80)
    group: str = ""
    """Key of the group of the section that it stands in; empty: in none."""
    codes: frozenset[str] = dataclasses.field(init=False, repr=False, compare=False)
    """Of its options."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(option.code for option in self.options))

    def applies(self, body: Mapping[str, object]) -> bool:
        """Whether the field is asked for, beside what the body says."""
        return _all_hold(self.applies_when, body)


def _all_hold(conditions: tuple[Condition, ...], body: Mapping[str, object]) -> bool:
    for condition in conditions:  # noqa: SIM110  (asked dozens of times a dossier)
        if not condition.holds(body):
            return False
    return True


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields of a section that belong together and follow each other."""

    key: str
    label: str
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class FormSection:
    """A part of a form that is saved by itself: its key, its label, its fields in order."""

    section: str
    label: str
    fields: tuple[Field, ...]
    label_en: str = ""
    groups: tuple[FieldGroup, ...] = ()
    keys: frozenset[str] = dataclasses.field(init=False, repr=False, compare=False)
    """Of its fields."""
    runs: tuple[tuple[tuple[Condition, ...], tuple[Field, ...]], ...] = dataclasses.field(
        init=False, repr=False, compare=False
    )
    """Its fields in order, those together that follow each other and apply under the same conditions."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset(field.key for field in self.fields))
        runs = groupby(self.fields, key=lambda field: field.applies_when)
        object.__setattr__(self, "runs", tuple((conditions, tuple(run)) for conditions, run in runs))


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

    `today` is the present day where the form is filled in. Papers are not asked for here: see `papers_asked_for`.
    """
    section, known = definition.section, definition.keys
    problems = [Problem(section, key[:40], rules.unknown, "没有这一项。") for key in body if key not in known]
    for conditions, fields in definition.runs:
        if not _all_hold(conditions, body):
            continue  # a dossier has a hundred fields, and most stand in groups that are closed
        for field in fields:
            value = body.get(field.key)
            if value is None or value == "":
                wanted = field.required or (field.required_when and body.get(field.required_when) in (True, "yes"))
                if wanted and field.type is not FieldType.PAPER:
                    problems.append(Problem(section, field.key, rules.missing, f"请填写{field.label}。", missing=True))
            elif wrong := _malformed(field, value, today):
                problems.append(Problem(section, field.key, rules.malformed, f"{field.label}{wrong}。"))
    return problems


def applicable(definition: FormSection, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what is empty and without the fields that do not apply; unknown fields stay, for `check`."""
    fields = {field.key: field for field in definition.fields}
    return {
        key: value
        for key, value in body.items()
        if value is not None and value != "" and (key not in fields or fields[key].applies(body))
    }


def papers_asked_for(definition: FormSection, body: Mapping[str, object]) -> tuple[Field, ...]:
    """The papers that belong to a section filled in like this, in the order of the form."""
    return tuple(
        field for field in definition.fields if field.type is FieldType.PAPER and field.required and field.applies(body)
    )


def malformed(problems: Sequence[Problem]) -> list[Problem]:
    """Those that keep a section from being saved; what is merely missing only keeps it from being complete."""
    return [problem for problem in problems if not problem.missing]


def details(problems: Sequence[Problem]) -> dict[str, str]:
    """`section.field` → rule and sentence; several of one field are joined, rules by commas."""
    told: dict[str, tuple[list[str], str]] = {}
    for problem in problems[:MOST_TOLD]:
        rules, sentences = told.get(f"{problem.section}.{problem.key}", ([], ""))
        again = [] if problem.rule in rules else [problem.rule]
        told[f"{problem.section}.{problem.key}"] = ([*rules, *again], sentences + problem.message)
    return {place: f"{','.join(rules)} {sentences}" for place, (rules, sentences) in told.items()}


def refuse(problems: Sequence[Problem], reason: str, message: str) -> DomainError:
    """One INVALID error that names every problem of the form: `details` maps `section.field` to rule and message."""
    first = problems[0]
    return DomainError(
        Kind.INVALID,
        reason,
        message,
        field=f"{first.section}.{first.key}",
        rule=first.rule,
        details=details(problems),
    )


def _malformed(field: Field, value: object, today: date) -> str:
    """What is wrong with the value, as the end of a sentence that begins with the field's label; empty when nothing."""
    if field.type is FieldType.YES_NO:
        return "" if isinstance(value, bool) else "须为是或否"
    if field.type is FieldType.NUMBER:
        least, most = field.bounds
        good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
        return "" if good else f"须为 {least:g} 至 {most:g} 之间的数"
    return _malformed_text(field, value, today) if isinstance(value, str) else "格式有误"


def _malformed_text(field: Field, value: str, today: date) -> str:
    match field.type:
        case FieldType.DATE:
            return _bad_date(field, value, today)
        case FieldType.OPTION:
            return "" if value in field.codes else "不在可选范围内"
        case FieldType.PHONE:
            return "" if _PHONE.fullmatch(value) else "须为 11 位手机号码"
        case FieldType.EMAIL:
            return "" if len(value) <= field.max_length and _EMAIL.fullmatch(value) else "格式有误"
        case FieldType.CREDIT_CODE:
            return "" if is_credit_code(value) else "须为校验无误的 18 位统一社会信用代码或 9 位组织机构代码"
        case FieldType.PAPER:
            return "须单独上传"
        case _:
            return "" if len(value) <= field.max_length else f"不能超过 {field.max_length} 个字"


def _bad_date(field: Field, value: str, today: date) -> str:
    try:
        day = date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or day.year < 1900:
        return "须为 YYYY-MM-DD 格式的日期"
    return "不能晚于今天" if field.past and day > today else ""
