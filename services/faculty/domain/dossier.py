"""FDOS-01 to FDOS-05: the four sections of a teacher's dossier; one definition drives validation and completeness.

Name, document type and number are starred too, but belong to identity, which holds them sealed; they are no part of
a section. Scans and the photograph are named here by their file until files can be uploaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.kit.domain import DomainError, Kind


class Section(StrEnum):
    """The four tabs, saved separately."""

    BASIC = "basic"
    CONTACT = "contact"
    EDUCATION = "education"
    WORK = "work"


class FieldType(StrEnum):
    """How a value is written: everything is text, a date `YYYY-MM-DD`, an option its code."""

    TEXT = "text"
    DATE = "date"
    OPTION = "option"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option field."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field: mandatory always, or when the field `required_when` of its section says `yes`."""

    key: str
    label: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    required_when: str = ""
    options: tuple[Option, ...] = ()
    max_length: int = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field; `missing` when it is only not yet filled in."""

    section: Section
    key: str
    rule: str
    message: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class SectionDefinition:
    """A section with its title and fields in order."""

    section: Section
    label: str
    fields: tuple[Field, ...]


def _options(**labels: str) -> tuple[Option, ...]:
    return tuple(Option(code, label) for code, label in labels.items())


SEXES = _options(male="男", female="女")
QUALIFIED = _options(yes="是", no="否", passed="已通过考试，证书未发")
QUALIFICATION_LEVELS = _options(physician="执业医师", assistant="执业助理医师")
QUALIFICATION_CATEGORIES = _options(clinical="临床", dental="口腔", public_health="公共卫生", traditional="中医")
EDUCATION_LEVELS = _options(junior_college="大专", bachelor="本科", master="硕士研究生", doctor="博士研究生")
DEGREES = _options(none="无学位", bachelor="学士", master="硕士", doctor="博士")
TITLES = _options(attending="主治医师", associate_chief="副主任医师", chief="主任医师", other="其他")

DEFINITIONS: tuple[SectionDefinition, ...] = (
    SectionDefinition(
        Section.BASIC,
        "基本信息",
        (
            Field("id_scan", "证件扫描件（文件名）", required=True, max_length=200),
            Field("photo", "证件照片（文件名）", required=True, max_length=200),
            Field("sex", "性别", FieldType.OPTION, required=True, options=SEXES),
            Field("birth_date", "出生日期", FieldType.DATE, required=True),
            Field("ethnicity", "民族", max_length=20),
            Field("health", "健康状况", max_length=50),
            Field("has_qualification", "是否获得医师资格证书", FieldType.OPTION, required=True, options=QUALIFIED),
            Field("qualification_date", "取得医师资格证书时间", FieldType.DATE, required_when="has_qualification"),
            Field(
                "qualification_level",
                "医师资格级别",
                FieldType.OPTION,
                required_when="has_qualification",
                options=QUALIFICATION_LEVELS,
            ),
            Field(
                "qualification_category",
                "医师资格类别",
                FieldType.OPTION,
                required_when="has_qualification",
                options=QUALIFICATION_CATEGORIES,
            ),
            Field("qualification_number", "医师资格证书编码", required_when="has_qualification", max_length=50),
            Field(
                "qualification_scan", "医师资格证书扫描件（文件名）", required_when="has_qualification", max_length=200
            ),
        ),
    ),
    SectionDefinition(
        Section.CONTACT,
        "联系信息",
        (
            Field("mobile", "手机号码", FieldType.PHONE, required=True),
            Field("email", "电子邮箱", FieldType.EMAIL),
            Field("address", "通讯地址", max_length=200),
        ),
    ),
    SectionDefinition(
        Section.EDUCATION,
        "教育信息",
        (
            Field("highest_level", "最高学历", FieldType.OPTION, required=True, options=EDUCATION_LEVELS),
            Field("school", "毕业院校", required=True),
            Field("major", "毕业专业"),
            Field("graduation_date", "毕业时间", FieldType.DATE, required=True),
            Field("degree", "学位", FieldType.OPTION, options=DEGREES),
        ),
    ),
    SectionDefinition(
        Section.WORK,
        "工作信息",
        (
            Field("hospital", "所在医院"),
            Field("department", "科室", required=True),
            Field("title", "职称", FieldType.OPTION, required=True, options=TITLES),
            Field("title_since", "任现职时间", FieldType.DATE, required=True),
            Field("hospital_since", "来院时间", FieldType.DATE),
            Field("practice_licence_number", "执业医师证书编号", max_length=50),
        ),
    ),
)
"""FDOS-01: every field of every section, in the order of the forms (C2)."""

BY_SECTION = {definition.section: definition for definition in DEFINITIONS}

_PHONE = re.compile(r"1[0-9]{10}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def problems(section: Section, body: Mapping[str, object], today: date) -> list[Problem]:
    """Everything wrong with one section at once, in the order of the form; empty when it is complete (FDOS-05)."""
    definition = BY_SECTION[section]
    known = {field.key for field in definition.fields}
    found = [_unknown(section, key) for key in body if key not in known]
    for field in definition.fields:
        value = body.get(field.key)
        if value is None or value == "":
            found.extend(_required(section, field, body))
        else:
            found.extend(_well_formed(section, field, value, today))
    return found


def check_savable(section: Section, body: Mapping[str, object], today: date) -> None:
    """FDOS-05: a section may be saved before it is complete, never with something wrong in it.

    Raises DomainError INVALID SECTION_MALFORMED; `details` maps `section.field` to rule and sentence.
    """
    wrong = [problem for problem in problems(section, body, today) if not problem.missing]
    if wrong:
        raise _refused(wrong)


def is_complete(section: Section, body: Mapping[str, object], today: date) -> bool:
    """FDOS-05: True when every mandatory field is there and nothing is wrong."""
    return not problems(section, body, today)


def _unknown(section: Section, key: str) -> Problem:
    """FDOS-02: a section holds no field beside the defined ones."""
    return Problem(section, key[:40], "FDOS-02", "没有这一项。")


def _required(section: Section, field: Field, body: Mapping[str, object]) -> list[Problem]:
    """FDOS-03: a starred field is filled in; what belongs to a certificate only by those who hold one."""
    if field.required or (field.required_when and body.get(field.required_when) == "yes"):
        return [Problem(section, field.key, "FDOS-03", f"请填写{field.label}。", missing=True)]
    return []


def _well_formed(section: Section, field: Field, value: object, today: date) -> list[Problem]:
    """FDOS-04: a value has the form its field asks for, and no date lies in the future."""
    message = _form_problem(field, value, today)
    return [Problem(section, field.key, "FDOS-04", message)] if message else []


def _form_problem(field: Field, value: object, today: date) -> str:
    if not isinstance(value, str):
        return f"{field.label}格式有误。"
    match field.type:
        case FieldType.DATE:
            return _date_problem(field, value, today)
        case FieldType.OPTION:
            known = any(option.code == value for option in field.options)
            return "" if known else f"{field.label}不在可选范围内。"
        case FieldType.PHONE:
            return "" if _PHONE.fullmatch(value) else f"{field.label}须为 11 位手机号码。"
        case FieldType.EMAIL:
            right = len(value) <= field.max_length and _EMAIL.fullmatch(value)
            return "" if right else f"{field.label}格式有误。"
        case FieldType.TEXT:
            return "" if len(value) <= field.max_length else f"{field.label}不能超过 {field.max_length} 个字。"


def _date_problem(field: Field, value: str, today: date) -> str:
    try:
        day = date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or day.year < 1900:
        return f"{field.label}须为 YYYY-MM-DD 格式的日期。"
    return f"{field.label}不能晚于今天。" if day > today else ""


def _refused(wrong: Sequence[Problem]) -> DomainError:
    first = wrong[0]
    return DomainError(
        Kind.INVALID,
        "SECTION_MALFORMED",
        first.message,
        field=f"{first.section.value}.{first.key}",
        rule=first.rule,
        details={f"{p.section.value}.{p.key}": f"{p.rule} {p.message}" for p in wrong},
    )
