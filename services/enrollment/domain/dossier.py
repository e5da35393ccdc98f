"""The four sections of a dossier: one definition drives validation here and the forms of the portal (DOS-01 to DOS-06).

Name and document number come from identity and are never part of a section.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.kit.domain import DomainError, Kind


class Section(StrEnum):
    """The four sections that come before the choice."""

    BASIC = "basic"
    EDUCATION = "education"
    CERTIFICATES = "certificates"
    WORK = "work"


class FieldType(StrEnum):
    """How a value is written: dates as `YYYY-MM-DD`, yes or no as a boolean, an option as its code."""

    TEXT = "text"
    DATE = "date"
    YES_NO = "yes_no"
    OPTION = "option"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"


Value = str | bool | float
"""What a field may hold."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option field."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field: shown under `label`, mandatory always or when the field `required_when` of its section is yes."""

    key: str
    label: str
    type: FieldType
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
    """A section with its label and fields in order."""

    section: Section
    label: str
    fields: tuple[Field, ...] = field(default=())


def _options(**labels: str) -> tuple[Option, ...]:
    return tuple(Option(code, label) for code, label in labels.items())


SEXES = _options(male="男", female="女")
POLITICAL = _options(
    party_member="中共党员",
    probationary="中共预备党员",
    league_member="共青团员",
    other_party="民主党派",
    masses="群众",
)
APPLICANT_TYPES = _options(
    own_unit="本单位培训", other_unit="外单位送培", social="社会化", degree_student="专业学位研究生"
)
LEVELS = _options(secondary="中专", junior_college="大专", bachelor="本科", master="研究生", doctor="博士")
DEGREES = _options(none="无学位", bachelor="学士", master="硕士", doctor="博士")
LICENCE_LEVELS = _options(physician="执业医师", assistant="执业助理医师")
LICENCE_CATEGORIES = _options(clinical="临床", dental="口腔", public_health="公共卫生", traditional="中医")
LANGUAGE_EXAMS = _options(none="未参加外语等级考试", english="英语", other="其他语种")
HOSPITAL_LEVELS = _options(tertiary="三级", secondary="二级", primary="一级", unrated="未定级")

DEFINITIONS: tuple[SectionDefinition, ...] = (
    SectionDefinition(
        Section.BASIC,
        "基本信息",
        (
            Field("sex", "性别", FieldType.OPTION, required=True, options=SEXES),
            Field("birth_date", "出生日期", FieldType.DATE, required=True),
            Field("ethnicity", "民族", FieldType.TEXT, required=True, max_length=20),
            Field("political_status", "政治面貌", FieldType.OPTION, required=True, options=POLITICAL),
            Field("mobile", "手机号码", FieldType.PHONE, required=True),
            Field("email", "邮箱", FieldType.EMAIL, required=True),
            Field("qq", "QQ", FieldType.TEXT, max_length=20),
            Field("applicant_type", "人员类型", FieldType.OPTION, required=True, options=APPLICANT_TYPES),
        ),
    ),
    SectionDefinition(
        Section.EDUCATION,
        "教育经历",
        (
            Field("highest_level", "最高学历", FieldType.OPTION, required=True, options=LEVELS),
            Field("is_studying", "是否在读", FieldType.YES_NO, required=True),
            Field("is_full_time", "是否全日制", FieldType.YES_NO, required=True),
            Field("school", "在读/毕业院校", FieldType.TEXT, required=True),
            Field("major", "在读/毕业专业", FieldType.TEXT, required=True),
            Field("graduation_date", "毕业时间(或预计)", FieldType.DATE, required=True),
            Field("has_graduation_certificate", "是否获得毕业证书", FieldType.YES_NO, required=True),
            Field(
                "graduation_certificate_number",
                "学历证书编码",
                FieldType.TEXT,
                required_when="has_graduation_certificate",
            ),
            Field("degree", "学位", FieldType.OPTION, required=True, options=DEGREES),
            Field("has_degree_certificate", "是否获得学位证书", FieldType.YES_NO, required=True),
            Field("degree_date", "取得学位时间", FieldType.DATE, required_when="has_degree_certificate"),
            Field("degree_certificate_number", "学位证书编号", FieldType.TEXT, required_when="has_degree_certificate"),
        ),
    ),
    SectionDefinition(
        Section.CERTIFICATES,
        "证书信息",
        (
            Field("passed_licence_exam", "是否通过医师资格考试", FieldType.YES_NO, required=True),
            Field("licence_exam_date", "通过医师资格考试时间", FieldType.DATE, required_when="passed_licence_exam"),
            Field("has_qualification", "是否获得医师资格证书", FieldType.YES_NO, required=True),
            Field(
                "qualification_level",
                "医师资格级别",
                FieldType.OPTION,
                required_when="has_qualification",
                options=LICENCE_LEVELS,
            ),
            Field(
                "qualification_category",
                "医师资格类别",
                FieldType.OPTION,
                required_when="has_qualification",
                options=LICENCE_CATEGORIES,
            ),
            Field("qualification_number", "医师资格证书编码", FieldType.TEXT, required_when="has_qualification"),
            Field("qualification_date", "取得医师资格证书时间", FieldType.DATE, required_when="has_qualification"),
            Field("has_practice_licence", "是否有执业医师证书", FieldType.YES_NO, required=True),
            Field("practice_licence_number", "执业医师证书编号", FieldType.TEXT, required_when="has_practice_licence"),
            Field(
                "practice_licence_date", "取得执业医师证书时间", FieldType.DATE, required_when="has_practice_licence"
            ),
            Field("language_exam", "外语等级考试类型", FieldType.OPTION, required=True, options=LANGUAGE_EXAMS),
            Field("language_level", "外语等级", FieldType.TEXT),
            Field("language_certificate_number", "外语等级考试证书编号", FieldType.TEXT),
        ),
    ),
    SectionDefinition(
        Section.WORK,
        "工作信息",
        (
            Field("has_employer", "是否有工作单位", FieldType.YES_NO, required=True),
            Field("employed_since", "参加工作时间", FieldType.DATE, required_when="has_employer"),
            Field("years_of_work", "工作年限", FieldType.NUMBER, required_when="has_employer"),
            Field("employer_name", "工作单位名称", FieldType.TEXT, required_when="has_employer"),
            Field(
                "employer_code", "工作单位统一社会信用代码/组织机构代码", FieldType.TEXT, required_when="has_employer"
            ),
            Field(
                "employer_level",
                "工作单位医院级别",
                FieldType.OPTION,
                required_when="has_employer",
                options=HOSPITAL_LEVELS,
            ),
            Field("is_western_support", "是否为西部支援住院医师", FieldType.YES_NO, required=True),
            Field("is_military", "是否为军队住院医师", FieldType.YES_NO, required=True),
            Field("is_order_directed", "是否为订单定向公费医学生", FieldType.YES_NO, required=True),
        ),
    ),
)
"""DOS-01: every field of every section, in the order of the forms."""

BY_SECTION: dict[Section, SectionDefinition] = {definition.section: definition for definition in DEFINITIONS}

_PHONE = re.compile(r"1[0-9]{10}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def validate(section: Section, body: Mapping[str, object]) -> list[Problem]:
    """Everything wrong with one section at once, in the order of the form; an empty list when it is complete."""
    definition = BY_SECTION[section]
    known = {entry.key for entry in definition.fields}
    problems = [_unknown(section, key) for key in body if key not in known]
    for entry in definition.fields:
        value = body.get(entry.key)
        if value is None or value == "":
            problems.extend(_required(section, entry, body))
        else:
            problems.extend(_well_formed(section, entry, value))
    return problems


def malformed(problems: Sequence[Problem]) -> list[Problem]:
    """Those that keep a section from being saved; what is merely missing only keeps it from being submitted."""
    return [problem for problem in problems if not problem.missing]


MOST_TOLD = 60
"""An error has room for this many problems: more than there are fields, fewer than somebody may invent."""


def refuse(problems: Sequence[Problem], reason: str, message: str) -> DomainError:
    """One INVALID error that names every problem of the form: `details` maps `section.field` to rule and message."""
    first, told = problems[0], problems[:MOST_TOLD]
    return DomainError(
        Kind.INVALID,
        reason,
        message,
        field=f"{first.section.value}.{first.key}",
        rule=first.rule,
        details={f"{p.section.value}.{p.key}": f"{p.rule} {p.message}" for p in told},
    )


def _unknown(section: Section, key: str) -> Problem:
    """DOS-02: a section holds no field beside the defined ones."""
    return Problem(section, key[:40], "DOS-02", "没有这一项。")


def _required(section: Section, entry: Field, body: Mapping[str, object]) -> list[Problem]:
    """DOS-03: a mandatory field is filled in; one that hangs on another is mandatory when that other is yes."""
    if entry.required or (entry.required_when and body.get(entry.required_when) is True):
        return [Problem(section, entry.key, "DOS-03", f"请填写{entry.label}。", missing=True)]
    return []


def _well_formed(section: Section, entry: Field, value: object) -> list[Problem]:
    """DOS-04: a value has the form its field asks for."""
    message = _form_problem(entry, value)
    return [Problem(section, entry.key, "DOS-04", message)] if message else []


def _form_problem(entry: Field, value: object) -> str:
    match entry.type:
        case FieldType.YES_NO:
            return "" if isinstance(value, bool) else f"{entry.label}须为是或否。"
        case FieldType.NUMBER:
            good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 80
            return "" if good else f"{entry.label}须为 0 至 80 之间的数。"
    if not isinstance(value, str):
        return f"{entry.label}格式有误。"
    match entry.type:
        case FieldType.DATE:
            return "" if _is_date(value) else f"{entry.label}须为 YYYY-MM-DD 格式的日期。"
        case FieldType.OPTION:
            known = any(option.code == value for option in entry.options)
            return "" if known else f"{entry.label}不在可选范围内。"
        case FieldType.PHONE:
            return "" if _PHONE.fullmatch(value) else f"{entry.label}须为 11 位手机号码。"
        case FieldType.EMAIL:
            return "" if len(value) <= 100 and _EMAIL.fullmatch(value) else f"{entry.label}格式有误。"
        case _:
            return "" if len(value) <= entry.max_length else f"{entry.label}不能超过 {entry.max_length} 个字。"


def _is_date(value: str) -> bool:
    try:
        return len(value) == 10 and date.fromisoformat(value).year >= 1900
    except ValueError:
        return False


def check_consistency(dossier: Mapping[Section, Mapping[str, object]], cycle_year: int) -> list[Problem]:
    """What only the sections together can show: DOS-05 and DOS-06."""
    return [*_employer(dossier), *_order_directed(dossier, cycle_year)]


def _employer(dossier: Mapping[Section, Mapping[str, object]]) -> list[Problem]:
    """DOS-05: 本单位 and 外单位 have an employer, 社会化 has none; 专业学位研究生 may have one (B7 19, 20)."""
    kind = dossier.get(Section.BASIC, {}).get("applicant_type")
    employed = dossier.get(Section.WORK, {}).get("has_employer") is True
    if kind in ("own_unit", "other_unit") and not employed:
        return [Problem(Section.WORK, "has_employer", "DOS-05", "该人员类型须有工作单位,请修改人员类型或工作信息。")]
    if kind == "social" and employed:
        return [Problem(Section.BASIC, "applicant_type", "DOS-05", "社会化人员没有工作单位,请修改人员类型或工作信息。")]
    return []


def _order_directed(dossier: Mapping[Section, Mapping[str, object]], cycle_year: int) -> list[Problem]:
    """DOS-06: only this year's graduates may be 订单定向 (B7 21)."""
    if dossier.get(Section.WORK, {}).get("is_order_directed") is not True:
        return []
    graduation = str(dossier.get(Section.EDUCATION, {}).get("graduation_date", ""))
    if graduation[:4] == str(cycle_year):
        return []
    return [Problem(Section.WORK, "is_order_directed", "DOS-06", "订单定向公费医学生限本年度毕业生。")]
