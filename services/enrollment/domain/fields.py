"""Every field of the four sections, in the order of the forms, in Chinese and English (DOS-01)."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from services.enrollment.domain import options
from services.kit.forms import Condition, Field, FieldGroup, FieldType, FormSection, Option


class Section(StrEnum):
    """The four sections that come before the choice."""

    BASIC = "basic"
    EDUCATION = "education"
    CERTIFICATES = "certificates"
    WORK = "work"


PORTRAIT = "portrait"
QUALIFICATION_SCAN = "qualification_scan"
PRACTICE_SCAN = "practice_scan"
EDUCATION_SCAN = "education_scan"
PAPER_KINDS = (PORTRAIT, QUALIFICATION_SCAN, PRACTICE_SCAN, EDUCATION_SCAN)
"""Kinds of papers, which are the keys of their fields: the portrait, and scans of three certificates."""


def _text(key: str, label: str, label_en: str, *, required: bool = True, sensitive: bool = False) -> Field:
    return Field(key, label, required=required, sensitive=sensitive, label_en=label_en)


def _typed(type_: FieldType, key: str, label: str, label_en: str, *, required: bool = True) -> Field:
    return Field(key, label, type_, required=required, label_en=label_en)


def _date(key: str, label: str, label_en: str) -> Field:
    return _typed(FieldType.DATE, key, label, label_en)


def _yes_no(key: str, label: str, label_en: str) -> Field:
    return _typed(FieldType.YES_NO, key, label, label_en)


def _option(key: str, label: str, label_en: str, choices: tuple[Option, ...]) -> Field:
    return Field(key, label, FieldType.OPTION, required=True, options=choices, label_en=label_en)


def _paper(kind: str, label: str, label_en: str) -> Field:
    return _typed(FieldType.PAPER, kind, label, label_en)


def _under(condition: Condition, *fields: Field) -> tuple[Field, ...]:
    """The fields, asked for only when the condition holds too."""
    return tuple(replace(field, applies_when=(condition, *field.applies_when)) for field in fields)


def _when(key: str, *fields: Field) -> tuple[Field, ...]:
    return _under(Condition(key), *fields)


_BASIC = (
    _paper(PORTRAIT, "证件照片", "Portrait"),
    _option("sex", "性别", "Sex", options.SEXES),
    _date("birth_date", "出生日期", "Date of birth"),
    _option("ethnicity", "民族", "Ethnicity", options.ETHNICITIES),
    _option("political_status", "政治面貌", "Political status", options.POLITICAL),
    Field("mobile", "手机号码", FieldType.PHONE, required=True, sensitive=True, label_en="Mobile number"),
    Field("email", "邮箱", FieldType.EMAIL, required=True, sensitive=True, label_en="E-mail"),
    Field("qq", "QQ", max_length=20, sensitive=True, label_en="QQ"),
    _option("applicant_type", "人员类型", "Type of trainee", options.APPLICANT_TYPES),
)


def _level(level: Option) -> tuple[Field, ...]:
    """One level of education: whether there is it, and what opens when there is."""
    key = level.code
    studied = (
        _yes_no(f"{key}_studying", "是否在读", "Still studying"),
        _yes_no(f"{key}_full_time", "是否全日制", "Full-time"),
        _text(f"{key}_school", "在读/毕业院校", "Institution"),
        _text(f"{key}_major", "在读/毕业专业", "Major"),
        _option(f"{key}_diploma", "学历", "Diploma", options.DIPLOMAS[key]),
        *_under(
            Condition(f"{key}_studying", ("no",)), _date(f"{key}_diploma_date", "取得学历时间", "Date of the diploma")
        ),
        _date(f"{key}_graduation_date", "毕业时间(或预计)", "Graduation (or expected)"),
        _yes_no(f"{key}_has_graduation_certificate", "是否获得毕业证书", "Graduation certificate obtained"),
        *_when(
            f"{key}_has_graduation_certificate",
            _text(
                f"{key}_graduation_certificate_number",
                "学历证书编码",
                "Number of the graduation certificate",
                sensitive=True,
            ),
        ),
        _option(f"{key}_degree", "学位", "Degree", options.DEGREES),
        _yes_no(f"{key}_has_degree_certificate", "是否获得学位证书", "Degree certificate obtained"),
        *_when(
            f"{key}_has_degree_certificate",
            _date(f"{key}_degree_date", "取得学位时间", "Date of the degree"),
            _text(
                f"{key}_degree_certificate_number", "学位证书编号", "Number of the degree certificate", sensitive=True
            ),
        ),
    )
    fields = (_yes_no(key, f"是否{level.label}", f"{level.label_en} education"), *_when(key, *studied))
    return tuple(replace(field, group=key) for field in fields)


_CERTIFICATES = (
    _yes_no("passed_licence_exam", "是否通过医师资格考试", "Passed the licence examination"),
    *_when(
        "passed_licence_exam", _date("licence_exam_date", "通过医师资格考试时间", "Date of the licence examination")
    ),
    _yes_no("has_qualification", "是否获得医师资格证书", "Physician qualification certificate obtained"),
    *_when(
        "has_qualification",
        _option("qualification_level", "医师资格级别", "Level of qualification", options.LICENCE_LEVELS),
        _option("qualification_category", "医师资格类别", "Category of qualification", options.LICENCE_CATEGORIES),
        _text("qualification_number", "医师资格证书编码", "Number of the qualification certificate", sensitive=True),
        _date("qualification_date", "取得医师资格证书时间", "Date of the qualification certificate"),
    ),
    _yes_no("has_practice_licence", "是否有执业医师证书", "Practice licence obtained"),
    *_when(
        "has_practice_licence",
        _text("practice_licence_number", "执业医师证书编号", "Number of the practice licence", sensitive=True),
        _date("practice_licence_date", "取得执业医师证书时间", "Date of the practice licence"),
    ),
    _option("language_exam", "外语等级考试类型", "Language examination", options.LANGUAGE_EXAMS),
    *_under(
        Condition("language_exam", ("other",)),
        _text("language_level", "外语等级(非英语)", "Level (language other than English)"),
    ),
    *_under(
        Condition("language_exam", ("english", "other")),
        _text(
            "language_certificate_number",
            "外语等级考试证书编号",
            "Number of the language certificate",
            required=False,
            sensitive=True,
        ),
        _typed(
            FieldType.DATE,
            "language_certificate_date",
            "外语等级考试证书取得时间",
            "Date of the language certificate",
            required=False,
        ),
    ),
    *_under(
        Condition("language_exam", ("english",)),
        _option("english_level", "英语等级", "Level of English", options.ENGLISH_LEVELS),
    ),
    *_when(
        "has_qualification", _paper(QUALIFICATION_SCAN, "医师资格证书扫描件", "Scan of the qualification certificate")
    ),
    *_when("has_practice_licence", _paper(PRACTICE_SCAN, "执业医师资格证书扫描件", "Scan of the practice licence")),
    replace(_paper(EDUCATION_SCAN, "最高学历证书扫描件", "Scan of the highest diploma"), required=False),
)

_WORK = (
    _yes_no("has_employer", "是否有工作单位", "Employed"),
    *_when(
        "has_employer",
        _date("employed_since", "参加工作时间", "Employed since"),
        replace(_typed(FieldType.NUMBER, "years_of_work", "工作年限", "Years of work"), bounds=(0, 60)),
        _text("employer_name", "工作单位名称", "Employer"),
        _typed(
            FieldType.CREDIT_CODE,
            "employer_code",
            "工作单位统一社会信用代码/组织机构代码",
            "Unified social credit code of the employer",
        ),
        _option("employer_level", "工作单位医院级别", "Level of the hospital", options.HOSPITAL_LEVELS),
        _option("employer_grade", "工作单位医院等次", "Grade of the hospital", options.HOSPITAL_GRADES),
        _option(
            "employer_category",
            "工作单位医疗卫生机构类别",
            "Category of the institution",
            options.INSTITUTION_CATEGORIES,
        ),
        _option(
            "employer_affiliation",
            "工作单位医疗卫生机构隶属关系",
            "Affiliation of the institution",
            options.AFFILIATIONS,
        ),
    ),
    _yes_no("is_western_support", "是否为西部支援住院医师", "Resident of the Western support programme"),
    *_when(
        "is_western_support",
        _option("support_sending_province", "送出省份", "Sending province", options.PROVINCES),
        _text("support_sending_unit", "送出单位名称", "Sending unit"),
        _typed(
            FieldType.CREDIT_CODE,
            "support_sending_code",
            "送出单位统一社会信用代码/组织机构代码",
            "Unified social credit code of the sending unit",
        ),
        _yes_no("support_sender_is_military", "送出单位是否为军队单位", "Sending unit is military"),
        _option("support_receiving_province", "接收省份", "Receiving province", options.PROVINCES),
        _text("support_receiving_base", "接收培训基地", "Receiving base"),
    ),
    _yes_no("is_military", "是否为军队住院医师", "Military resident"),
    *_when("is_military", _option("military_branch", "选送军兵种", "Sending branch", options.BRANCHES)),
    _yes_no("is_order_directed", "是否为订单定向公费医学生", "Order-directed publicly funded student"),
)

DEFINITIONS: tuple[FormSection, ...] = (
    FormSection(Section.BASIC, "基本信息", _BASIC, "Basic information"),
    FormSection(
        Section.EDUCATION,
        "教育经历",
        tuple(field for level in options.LEVELS for field in _level(level)),
        "Education",
        tuple(FieldGroup(level.code, level.label, level.label_en) for level in options.LEVELS),
    ),
    FormSection(Section.CERTIFICATES, "证书信息", _CERTIFICATES, "Certificates"),
    FormSection(Section.WORK, "工作信息", _WORK, "Work"),
)
"""DOS-01: every field of every section, in the order of the forms."""

BY_SECTION: dict[str, FormSection] = {definition.section: definition for definition in DEFINITIONS}
