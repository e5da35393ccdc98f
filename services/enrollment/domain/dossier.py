"""The four sections of a dossier: one definition drives validation here and the forms of the portal (DOS-01 to DOS-06).

Name and document number come from identity and are never part of a section. What reaches a person or numbers a
certificate (some such numbers contain the document's) is sensitive: it is sealed wherever it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from services.kit.forms import Field, FieldType, FormRules, FormSection, Problem, check, malformed, options, refuse

__all__ = ["DEFINITIONS", "Field", "FieldType", "Problem", "Section", "malformed", "refuse", "validate"]

Value = str | bool | float
"""What a field may hold."""


class Section(StrEnum):
    """The four sections that come before the choice."""

    BASIC = "basic"
    EDUCATION = "education"
    CERTIFICATES = "certificates"
    WORK = "work"


RULES = FormRules(unknown="DOS-02", missing="DOS-03", malformed="DOS-04")
"""DOS-02: no field beside the defined ones. DOS-03: a mandatory field is filled in; one that hangs on another is
mandatory when that other is yes. DOS-04: a value has the form its field asks for."""

SEXES = options(male="男", female="女")
POLITICAL = options(
    party_member="中共党员",
    probationary="中共预备党员",
    league_member="共青团员",
    other_party="民主党派",
    masses="群众",
)
APPLICANT_TYPES = options(
    own_unit="本单位培训", other_unit="外单位送培", social="社会化", degree_student="专业学位研究生"
)
LEVELS = options(secondary="中专", junior_college="大专", bachelor="本科", master="研究生", doctor="博士")
DEGREES = options(none="无学位", bachelor="学士", master="硕士", doctor="博士")
LICENCE_LEVELS = options(physician="执业医师", assistant="执业助理医师")
LICENCE_CATEGORIES = options(clinical="临床", dental="口腔", public_health="公共卫生", traditional="中医")
LANGUAGE_EXAMS = options(none="未参加外语等级考试", english="英语", other="其他语种")
HOSPITAL_LEVELS = options(tertiary="三级", secondary="二级", primary="一级", unrated="未定级")

DEFINITIONS: tuple[FormSection, ...] = (
    FormSection(
        Section.BASIC,
        "基本信息",
        (
            Field("sex", "性别", FieldType.OPTION, required=True, options=SEXES),
            Field("birth_date", "出生日期", FieldType.DATE, required=True),
            Field("ethnicity", "民族", FieldType.TEXT, required=True, max_length=20),
            Field("political_status", "政治面貌", FieldType.OPTION, required=True, options=POLITICAL),
            Field("mobile", "手机号码", FieldType.PHONE, required=True, sensitive=True),
            Field("email", "邮箱", FieldType.EMAIL, required=True, sensitive=True),
            Field("qq", "QQ", FieldType.TEXT, max_length=20, sensitive=True),
            Field("applicant_type", "人员类型", FieldType.OPTION, required=True, options=APPLICANT_TYPES),
        ),
    ),
    FormSection(
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
                sensitive=True,
            ),
            Field("degree", "学位", FieldType.OPTION, required=True, options=DEGREES),
            Field("has_degree_certificate", "是否获得学位证书", FieldType.YES_NO, required=True),
            Field("degree_date", "取得学位时间", FieldType.DATE, required_when="has_degree_certificate"),
            Field(
                "degree_certificate_number",
                "学位证书编号",
                FieldType.TEXT,
                required_when="has_degree_certificate",
                sensitive=True,
            ),
        ),
    ),
    FormSection(
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
            Field(
                "qualification_number",
                "医师资格证书编码",
                FieldType.TEXT,
                required_when="has_qualification",
                sensitive=True,
            ),
            Field("qualification_date", "取得医师资格证书时间", FieldType.DATE, required_when="has_qualification"),
            Field("has_practice_licence", "是否有执业医师证书", FieldType.YES_NO, required=True),
            Field(
                "practice_licence_number",
                "执业医师证书编号",
                FieldType.TEXT,
                required_when="has_practice_licence",
                sensitive=True,
            ),
            Field(
                "practice_licence_date", "取得执业医师证书时间", FieldType.DATE, required_when="has_practice_licence"
            ),
            Field("language_exam", "外语等级考试类型", FieldType.OPTION, required=True, options=LANGUAGE_EXAMS),
            Field("language_level", "外语等级", FieldType.TEXT),
            Field("language_certificate_number", "外语等级考试证书编号", FieldType.TEXT, sensitive=True),
        ),
    ),
    FormSection(
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

BY_SECTION: dict[str, FormSection] = {definition.section: definition for definition in DEFINITIONS}


def validate(section: Section, body: Mapping[str, object]) -> list[Problem]:
    """Everything wrong with one section at once, in the order of the form; an empty list when it is complete."""
    return check(BY_SECTION[section], body, RULES, date.max)


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
