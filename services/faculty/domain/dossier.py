"""FDOS-01 to FDOS-05: the four sections of a teacher's dossier; one definition drives validation and completeness.

Name, document type and number are starred too, but belong to identity, which holds them sealed; they are no part of
a section. Scans and the photograph are named here by their file until files can be uploaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import partial

from services.kit.forms import Field, FieldType, FormRules, FormSection, Problem, check, malformed, options, refuse

__all__ = ["BY_SECTION", "DEFINITIONS", "FieldType", "Section", "check_savable", "is_complete", "problems"]


class Section(StrEnum):
    """The four tabs, saved separately."""

    BASIC = "basic"
    CONTACT = "contact"
    EDUCATION = "education"
    WORK = "work"


RULES = FormRules(unknown="FDOS-02", missing="FDOS-03", malformed="FDOS-04")
"""FDOS-02: no field beside the defined ones. FDOS-03: a starred field is filled in; what belongs to a certificate only
by those who hold one. FDOS-04: a value has the form its field asks for, and no date lies in the future."""

_PastDate = partial(Field, type=FieldType.DATE, past=True)

SEXES = options(male="男", female="女")
QUALIFIED = options(yes="是", no="否", passed="已通过考试，证书未发")
QUALIFICATION_LEVELS = options(physician="执业医师", assistant="执业助理医师")
QUALIFICATION_CATEGORIES = options(clinical="临床", dental="口腔", public_health="公共卫生", traditional="中医")
EDUCATION_LEVELS = options(junior_college="大专", bachelor="本科", master="硕士研究生", doctor="博士研究生")
DEGREES = options(none="无学位", bachelor="学士", master="硕士", doctor="博士")
TITLES = options(attending="主治医师", associate_chief="副主任医师", chief="主任医师", other="其他")

DEFINITIONS: tuple[FormSection, ...] = (
    FormSection(
        Section.BASIC,
        "基本信息",
        (
            Field("id_scan", "证件扫描件（文件名）", required=True, max_length=200, sensitive=True),
            Field("photo", "证件照片（文件名）", required=True, max_length=200, sensitive=True),
            Field("sex", "性别", FieldType.OPTION, required=True, options=SEXES),
            _PastDate("birth_date", "出生日期", required=True),
            Field("ethnicity", "民族", max_length=20),
            Field("health", "健康状况", max_length=50),
            Field("has_qualification", "是否获得医师资格证书", FieldType.OPTION, required=True, options=QUALIFIED),
            _PastDate("qualification_date", "取得医师资格证书时间", required_when="has_qualification"),
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
            Field(
                "qualification_number",
                "医师资格证书编码",
                required_when="has_qualification",
                max_length=50,
                sensitive=True,
            ),
            Field(
                "qualification_scan",
                "医师资格证书扫描件（文件名）",
                required_when="has_qualification",
                max_length=200,
                sensitive=True,
            ),
        ),
    ),
    FormSection(
        Section.CONTACT,
        "联系信息",
        (
            Field("mobile", "手机号码", FieldType.PHONE, required=True, sensitive=True),
            Field("email", "电子邮箱", FieldType.EMAIL, sensitive=True),
            Field("address", "通讯地址", max_length=200, sensitive=True),
        ),
    ),
    FormSection(
        Section.EDUCATION,
        "教育信息",
        (
            Field("highest_level", "最高学历", FieldType.OPTION, required=True, options=EDUCATION_LEVELS),
            Field("school", "毕业院校", required=True),
            Field("major", "毕业专业"),
            _PastDate("graduation_date", "毕业时间", required=True),
            Field("degree", "学位", FieldType.OPTION, options=DEGREES),
        ),
    ),
    FormSection(
        Section.WORK,
        "工作信息",
        (
            Field("hospital", "所在医院"),
            Field("department", "科室", required=True),
            Field("title", "职称", FieldType.OPTION, required=True, options=TITLES),
            _PastDate("title_since", "任现职时间", required=True),
            _PastDate("hospital_since", "来院时间"),
            Field("practice_licence_number", "执业医师证书编号", max_length=50, sensitive=True),
        ),
    ),
)
"""FDOS-01: every field of every section, in the order of the forms (C2)."""

BY_SECTION: dict[str, FormSection] = {definition.section: definition for definition in DEFINITIONS}


def problems(section: Section, body: Mapping[str, object], today: date) -> list[Problem]:
    """Everything wrong with one section at once, in the order of the form; empty when it is complete (FDOS-05)."""
    return check(BY_SECTION[section], body, RULES, today)


def check_savable(section: Section, body: Mapping[str, object], today: date) -> None:
    """FDOS-05: a section may be saved before it is complete, never with something wrong in it.

    Raises DomainError INVALID SECTION_MALFORMED; `details` maps `section.field` to rule and sentence.
    """
    wrong = malformed(problems(section, body, today))
    if wrong:
        raise refuse(wrong, "SECTION_MALFORMED", wrong[0].message)


def is_complete(section: Section, body: Mapping[str, object], today: date) -> bool:
    """FDOS-05: True when every mandatory field is there and nothing is wrong."""
    return not problems(section, body, today)
