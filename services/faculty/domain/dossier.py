"""FDOS-01 to FDOS-10: the four sections of a teacher's dossier; one definition drives form, validation, PDF, exports.

Name, document type and number are starred too, but belong to identity, which holds them sealed; they are no part of
a section. Scans and the photograph are papers: uploaded beside the form, under the keys of their fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

from services.faculty.domain.entry_rules import TITLES as _TITLES
from services.kit.forms import (
    Condition,
    Field,
    FieldGroup,
    FieldType,
    FormRules,
    FormSection,
    Problem,
    applicable,
    check,
    malformed,
    options,
    papers_asked_for,
    refuse,
)

__all__ = ["BY_SECTION", "DEFINITIONS", "FieldType", "Section", "asked", "check_savable", "is_complete", "problems"]


class Section(StrEnum):
    """The four tabs, saved separately."""

    BASIC = "basic"
    CONTACT = "contact"
    EDUCATION = "education"
    WORK = "work"


ID_SCAN, PHOTO, QUALIFICATION_SCAN = "id_scan", "photo", "qualification_scan"
PAPER_KINDS = (ID_SCAN, PHOTO, QUALIFICATION_SCAN)
"""Kinds of papers, which are the keys of their fields."""

RULES = FormRules(unknown="FDOS-02", missing="FDOS-03", malformed="FDOS-04")
"""FDOS-02: no field beside the defined ones. FDOS-03: a starred field is filled in; what belongs to a certificate only
by those who hold one. FDOS-04: a value has the form its field asks for, and no date lies in the future."""

_PastDate = partial(Field, type=FieldType.DATE, past=True)
_Paper = partial(Field, type=FieldType.PAPER, required=True)

SEXES = options(male=("男", "Male"), female=("女", "Female"))
QUALIFIED = options(yes=("是", "Yes"), no=("否", "No"), passed=("已通过考试，证书未发", "Passed, not yet issued"))
"""FDOS-07 (C7.10): who has passed may fill in the dossier without the certificate; a recommendation asks for it."""
QUALIFICATION_LEVELS = options(physician=("执业医师", "Physician"), assistant=("执业助理医师", "Assistant physician"))
QUALIFICATION_CATEGORIES = options(
    clinical=("临床", "Clinical"),
    dental=("口腔", "Dental"),
    public_health=("公共卫生", "Public health"),
    traditional=("中医", "Traditional Chinese medicine"),
)
EDUCATION_LEVELS = options(
    junior_college=("大专", "Junior college"),
    bachelor=("本科", "Bachelor's programme"),
    master=("硕士研究生", "Master's programme"),
    doctor=("博士研究生", "Doctoral programme"),
)
DEGREES = options(
    none=("无学位", "None"), bachelor=("学士", "Bachelor"), master=("硕士", "Master"), doctor=("博士", "Doctor")
)
TITLES = options(**{code: (title.label, title.label_en) for code, title in _TITLES.items()})

_HOLDS = (Condition("has_qualification"),)
_LEVEL_CODES = tuple(option.code for option in EDUCATION_LEVELS)


def _entry(prefix: str, group: str, label: str, label_en: str) -> tuple[Field, ...]:
    """One further entry of education: whoever names its level also says where and until when."""
    told = (Condition(f"{prefix}level", _LEVEL_CODES),)
    return (
        Field(f"{prefix}level", label, FieldType.OPTION, options=EDUCATION_LEVELS, label_en=label_en, group=group),
        Field(f"{prefix}school", "毕业院校", required=True, label_en="School", applies_when=told, group=group),
        Field(f"{prefix}major", "毕业专业", label_en="Major", applies_when=told, group=group),
        _PastDate(
            f"{prefix}graduation_date",
            "毕业时间",
            required=True,
            label_en="Graduated on",
            applies_when=told,
            group=group,
        ),
        Field(
            f"{prefix}degree",
            "学位",
            FieldType.OPTION,
            options=DEGREES,
            label_en="Degree",
            applies_when=told,
            group=group,
        ),
    )


DEFINITIONS: tuple[FormSection, ...] = (
    FormSection(
        Section.BASIC,
        "基本信息",
        (
            _Paper(ID_SCAN, "证件扫描件", label_en="Scan of the document"),
            _Paper(PHOTO, "证件照片", label_en="Photo"),
            Field("sex", "性别", FieldType.OPTION, required=True, options=SEXES, label_en="Sex"),
            _PastDate("birth_date", "出生日期", required=True, label_en="Date of birth"),
            Field("ethnicity", "民族", max_length=20, label_en="Ethnicity"),
            Field("health", "健康状况", max_length=50, label_en="Health"),
            Field(
                "has_qualification",
                "是否获得医师资格证书",
                FieldType.OPTION,
                required=True,
                options=QUALIFIED,
                label_en="Holds a physician's certificate",
            ),
            _PastDate(
                "qualification_date",
                "取得医师资格证书时间",
                required=True,
                applies_when=_HOLDS,
                label_en="Certificate issued on",
            ),
            Field(
                "qualification_level",
                "医师资格级别",
                FieldType.OPTION,
                required=True,
                applies_when=_HOLDS,
                options=QUALIFICATION_LEVELS,
                label_en="Level of the certificate",
            ),
            Field(
                "qualification_category",
                "医师资格类别",
                FieldType.OPTION,
                required=True,
                applies_when=_HOLDS,
                options=QUALIFICATION_CATEGORIES,
                label_en="Category of the certificate",
            ),
            Field(
                "qualification_number",
                "医师资格证书编码",
                required=True,
                applies_when=_HOLDS,
                max_length=50,
                sensitive=True,
                label_en="Number of the certificate",
            ),
            _Paper(QUALIFICATION_SCAN, "医师资格证书扫描件", applies_when=_HOLDS, label_en="Scan of the certificate"),
        ),
        "Personal",
    ),
    FormSection(
        Section.CONTACT,
        "联系信息",
        (
            Field("mobile", "手机号码", FieldType.PHONE, required=True, sensitive=True, label_en="Mobile"),
            Field("email", "电子邮箱", FieldType.EMAIL, sensitive=True, label_en="E-mail"),
            Field("address", "通讯地址", max_length=200, sensitive=True, label_en="Address"),
        ),
        "Contact",
    ),
    FormSection(
        Section.EDUCATION,
        "教育信息",
        (
            Field(
                "highest_level",
                "最高学历",
                FieldType.OPTION,
                required=True,
                options=EDUCATION_LEVELS,
                label_en="Highest level",
                group="highest",
            ),
            Field("school", "毕业院校", required=True, label_en="School", group="highest"),
            Field("major", "毕业专业", label_en="Major", group="highest"),
            _PastDate("graduation_date", "毕业时间", required=True, label_en="Graduated on", group="highest"),
            Field("degree", "学位", FieldType.OPTION, options=DEGREES, label_en="Degree", group="highest"),
            *_entry("second_", "second", "其他学历（一）", "Further level, first"),
            *_entry("third_", "third", "其他学历（二）", "Further level, second"),
        ),
        "Education",
        (
            FieldGroup("highest", "最高学历", "Highest"),
            FieldGroup("second", "其他学历（一）", "Further, first"),
            FieldGroup("third", "其他学历（二）", "Further, second"),
        ),
    ),
    FormSection(
        Section.WORK,
        "工作信息",
        (
            Field("hospital", "所在医院", label_en="Hospital"),
            Field("department", "科室", required=True, label_en="Department"),
            Field("title", "职称", FieldType.OPTION, required=True, options=TITLES, label_en="Title"),
            _PastDate("title_since", "任现职时间", required=True, label_en="Title held since"),
            _PastDate("hospital_since", "来院时间", label_en="At the hospital since"),
            _PastDate("teaching_since", "带教起始时间", label_en="Teaching since"),
            Field(
                "practice_licence_number",
                "执业医师证书编号",
                max_length=50,
                sensitive=True,
                label_en="Number of the practice licence",
            ),
        ),
        "Work",
    ),
)
"""FDOS-01: every field of every section, in the order of the forms (C2); education has one entry or more, the highest
level first."""

BY_SECTION: dict[str, FormSection] = {definition.section: definition for definition in DEFINITIONS}


def asked(section: Section, body: Mapping[str, Any]) -> dict[str, Any]:
    """FDOS-07: the body as it is kept: without what is empty or does not apply."""
    return applicable(BY_SECTION[section], body)


def problems(
    section: Section,
    body: Mapping[str, object],
    today: date,
    papers: Collection[str] = (),
    *,
    mobile_verified: bool = True,
) -> list[Problem]:
    """Everything wrong with one section at once, in the order of the form; empty when it is complete (FDOS-05).

    FDOS-08: a starred paper is there, that of a certificate only for those who hold one; `papers` are the kinds that
    are. FDOS-10: the mobile number is the one that the account has verified.
    """
    definition = BY_SECTION[section]
    found = check(definition, body, RULES, today)
    found += [
        Problem(definition.section, field.key, "FDOS-08", f"请上传{field.label}。", missing=True)
        for field in papers_asked_for(definition, body)
        if field.key not in papers
    ]
    if section is Section.CONTACT and body.get("mobile") and not mobile_verified:
        sentence = "手机号码须与账号中已验证的手机号码一致；更换号码请先在“账号”中验证。"
        found.append(Problem(definition.section, "mobile", "FDOS-10", sentence, missing=True))
    order = {field.key: place for place, field in enumerate(definition.fields)}
    return sorted(found, key=lambda problem: order.get(problem.key, -1))


def check_savable(section: Section, body: Mapping[str, object], today: date) -> None:
    """FDOS-05: a section may be saved before it is complete, never with something wrong in it.

    Raises DomainError INVALID SECTION_MALFORMED; `details` maps `section.field` to rule and sentence.
    """
    wrong = malformed(problems(section, body, today))
    if wrong:
        raise refuse(wrong, "SECTION_MALFORMED", wrong[0].message)


def is_complete(
    section: Section,
    body: Mapping[str, object],
    today: date,
    papers: Collection[str] = (),
    *,
    mobile_verified: bool = True,
) -> bool:
    """FDOS-05: True when every mandatory field and paper is there and nothing is wrong."""
    return not problems(section, body, today, papers, mobile_verified=mobile_verified)
