"""The tables that can be exported. The dossier's columns come from its one definition; others may register theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.dossier import DEFINITIONS, Section
from services.enrollment.domain.exports import (
    Column,
    ColumnType,
    Mask,
    Table,
    mask_address,
    mask_name,
    mask_number,
)
from services.kit.domain import DomainError, Kind
from services.kit.forms import Field, FieldType

TABLES: dict[str, Table] = {}
"""Every table by its key."""

APPLICATIONS, PLAN, SCORES = "applications", "plan", "scores"
"""Readers of rows: one for each current submission, each base and specialty, each scored application."""

LEVELS = {
    "doctor": ("博士", "Doctorate"),
    "master": ("研究生", "Postgraduate"),
    "bachelor": ("本科", "Undergraduate"),
    "junior_college": ("大专", "Junior college"),
    "secondary": ("中专", "Secondary vocational"),
}
"""Levels of education, the highest first."""
STATES = {
    "pending": ("待审核", "Pending"),
    "rejected": ("审核不通过", "Rejected"),
    "approved": ("审核通过", "Approved"),
    "provisional": ("拟录取", "Provisionally admitted"),
    "admitted": ("录取", "Admitted"),
    "reopened": ("未录取(可再填报)", "Reopened"),
    "closed_unplaced": ("未录取", "Not placed"),
}
GRADUATES = {"this_year": ("应届", "This year's graduate"), "earlier": ("往届", "Earlier graduate")}
USUAL_YEARS = 3
_TYPES = {
    FieldType.DATE: ColumnType.DATE,
    FieldType.YES_NO: ColumnType.YES_NO,
    FieldType.OPTION: ColumnType.CODE,
    FieldType.NUMBER: ColumnType.NUMBER,
}
_FIELDS = {(each.section, entry.key): entry for each in DEFINITIONS for entry in each.fields}
_SECTIONS = {each.section: each for each in DEFINITIONS}


def register(table: Table) -> None:
    """Add a table; raises ValueError when its key is taken or a column's key stands in it twice."""
    keys = [column.key for column in table.columns]
    if table.key in TABLES or len(keys) != len(set(keys)):
        raise ValueError(f"the table {table.key!r} or one of its columns is there already")
    TABLES[table.key] = table


def table_of(key: str) -> Table:
    """EXP-07: a table by its key; raises NOT_FOUND `TABLE_UNKNOWN`."""
    found = TABLES.get(key)
    if found is None:
        raise DomainError(Kind.NOT_FOUND, "TABLE_UNKNOWN", "没有这张表。", field="order.table", rule="EXP-07")
    return found


def _mask(entry: Field) -> Mask | None:
    if not entry.sensitive:
        return None
    return mask_address if entry.type is FieldType.EMAIL else mask_number


def _column(section: Section, key: str, label: str = "", label_en: str = "") -> Column:
    """A field of the dossier as a column."""
    entry, whole = _FIELDS[section, key], _SECTIONS[section]
    groups = {group.key: (group.label, group.label_en) for group in whole.groups}
    before, before_en = groups.get(entry.group, ("", ""))
    codes = {option.code: (option.label, option.label_en or option.label) for option in entry.options}
    return Column(
        f"{section}.{key}",
        label or (f"{before}:{entry.label}" if before else entry.label),
        label_en or (f"{before_en}: {entry.label_en}" if before_en else entry.label_en or entry.label),
        _TYPES.get(entry.type, ColumnType.TEXT),
        f"{whole.label}中填报的“{entry.label}”",
        _mask(entry),
        codes,
    )


def _dossier() -> Iterator[Column]:
    for definition in DEFINITIONS:
        for entry in definition.fields:
            if entry.type is not FieldType.PAPER:
                yield _column(Section(definition.section), entry.key)


def _is(key: str, label: str, label_en: str, meaning: str, type_: ColumnType = ColumnType.TEXT, **more: Any) -> Column:
    return Column(key, label, label_en, type_, meaning, **more)


NAME = _is("name", "姓名", "Name", "实名认证的姓名", mask=mask_name)
DOCUMENT = _is("masked_document", "证件号码", "Document number", "实名认证的证件号码,系统内仅存脱敏号码")
BASE_CODE = _is("base_code", "培训基地代码", "Base code", "当前有效提交所报培训基地的代码")
BASE = _is("base", "培训基地", "Training base", "当前有效提交所报培训基地")
SPECIALTY_CODE = _is("specialty_code", "培训专业代码", "Specialty code", "当前有效提交所报培训专业的代码")
SPECIALTY = _is("specialty", "培训专业", "Specialty", "当前有效提交所报培训专业")
STATE = _is("state", "状态", "State", "导出时的状态", ColumnType.CODE, codes=STATES)
ROUND = _is("round", "轮次", "Round", "第几轮;日程中第一个审核阶段为第 1 轮,依次计数", ColumnType.NUMBER)
APPLICATION = _is("application_id", "报名编号", "Application", "系统内报名的唯一编号")

register(
    Table(
        "applications",
        "报名信息表",
        "Applications",
        (
            *(APPLICATION, NAME, DOCUMENT, BASE_CODE, BASE, SPECIALTY_CODE, SPECIALTY, STATE, ROUND),
            _is("accepts_reallocation", "是否接受调剂", "Accepts reallocation", "是否同意被调剂", ColumnType.YES_NO),
            _is("submission_number", "提交序号", "Submission", "当前有效提交的序号", ColumnType.NUMBER),
            _is("submitted_at", "提交时间", "Submitted at", "当前有效提交的时间,本省时区", ColumnType.INSTANT),
            _is("not_selected", "未入选", "Not selected", "本轮是否记录为未入选", ColumnType.YES_NO),
            _is("reason_code", "原因代码", "Reason code", "最近一次审核不通过的原因代码"),
            *_dossier(),
        ),
        APPLICATIONS,
    )
)
register(
    Table(
        "admitted",
        "录取名单",
        "Admitted",
        (
            *(APPLICATION, NAME, DOCUMENT),
            *(_column(Section.BASIC, key) for key in ("sex", "applicant_type", "mobile")),
            *(BASE_CODE, BASE, SPECIALTY_CODE, SPECIALTY, STATE, ROUND),
            _is("provisional_at", "拟录取时间", "Provisional at", "拟录取的时间,本省时区", ColumnType.INSTANT),
            _is("admitted_at", "录取时间", "Admitted at", "录取的时间,本省时区", ColumnType.INSTANT),
        ),
        APPLICATIONS,
        ("provisional", "admitted"),
    )
)
register(
    Table(
        "national",
        "国家住培招收注册表",
        "National registration sheet",
        (
            *(NAME, DOCUMENT),
            *(_column(Section.BASIC, key) for key in ("sex", "birth_date", "ethnicity", "political_status")),
            *(_column(Section.BASIC, key) for key in ("mobile", "email", "applicant_type")),
            _is(
                *("graduate", "往届/应届", "This year's graduate", "最高学历毕业年份与招录年度相同为应届,否则为往届"),
                ColumnType.CODE,
                codes=GRADUATES,
            ),
            _is("level", "最高学历", "Highest level", "填报的最高教育层次", ColumnType.CODE, codes=LEVELS),
            _is("school", "毕业院校", "Institution", "最高学历的在读/毕业院校"),
            _is("major", "毕业专业", "Major", "最高学历的专业"),
            _is("graduation_date", "毕业时间", "Graduation", "最高学历的毕业时间(或预计)", ColumnType.DATE),
            _is("degree", "学位", "Degree", "最高学历的学位", ColumnType.CODE, codes={}),
            *(_column(Section.CERTIFICATES, key) for key in ("passed_licence_exam", "qualification_level")),
            *(_column(Section.CERTIFICATES, key) for key in ("qualification_category", "qualification_number")),
            *(_column(Section.CERTIFICATES, key) for key in ("has_practice_licence", "practice_licence_number")),
            *(_column(Section.WORK, key) for key in ("employer_name", "employer_code", "employer_level")),
            *(_column(Section.WORK, key) for key in ("employer_grade", "employer_category", "employer_affiliation")),
            _column(Section.WORK, "is_western_support", "对口支援(西部支援)"),
            *(_column(Section.WORK, key) for key in ("support_sending_province", "support_sending_unit")),
            *(_column(Section.WORK, key) for key in ("support_sending_code", "support_sender_is_military")),
            *(_column(Section.WORK, key) for key in ("support_receiving_province", "support_receiving_base")),
            *(_column(Section.WORK, key) for key in ("is_military", "military_branch")),
            _column(Section.WORK, "is_order_directed", "全科订单定向"),
            _is("main_base_code", "主基地代码", "Main base code", "培训基地或其所属主基地的代码"),
            _is("main_base", "主基地", "Main base", "培训基地,或协同单位所属的主基地"),
            _is("collaborative_unit", "协同单位", "Collaborative unit", "在协同单位培训的,为该单位名称,否则为空"),
            *(SPECIALTY_CODE, SPECIALTY),
            _is(
                *("training_years", "培训年限核定", "Years of training"),
                "三年;最高学历为研究生、博士的由培训基地核定,此处为空",
                ColumnType.NUMBER,
            ),
            *(STATE, ROUND),
            _is("admitted_at", "录取时间", "Admitted at", "录取的时间,本省时区", ColumnType.INSTANT),
        ),
        APPLICATIONS,
        ("admitted",),
    )
)
register(
    Table(
        "plan",
        "招收计划表",
        "Plan",
        (
            *(BASE_CODE, BASE, SPECIALTY_CODE, SPECIALTY),
            _is("planned", "计划数", "Planned", "该基地该专业的招收计划数", ColumnType.NUMBER),
            _is("applied", "已报名", "Applied", "当前有效提交报考该处的人数", ColumnType.NUMBER),
            _is("provisional", "拟录取", "Provisional", "拟录取人数", ColumnType.NUMBER),
            _is("admitted", "录取", "Admitted", "录取人数", ColumnType.NUMBER),
        ),
        PLAN,
    )
)
register(
    Table(
        "scores",
        "成绩表",
        "Scores",
        (
            *(APPLICATION, NAME, DOCUMENT, BASE_CODE, BASE, SPECIALTY_CODE, SPECIALTY, STATE, ROUND),
            _is("written", "笔试", "Written", "笔试成绩,按本省设定的满分", ColumnType.NUMBER),
            _is("skills", "技能", "Skills", "技能成绩,按本省设定的满分", ColumnType.NUMBER),
            _is("interview", "面试", "Interview", "面试成绩,按本省设定的满分", ColumnType.NUMBER),
            _is("total", "总成绩", "Total", "按本省权重折算的总成绩", ColumnType.NUMBER),
            _is("waiting_rank", "候补名次", "Waiting rank", "候补名单中的名次,不在名单中为空", ColumnType.NUMBER),
        ),
        SCORES,
    )
)


def dossier_values(dossier: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of a frozen dossier by column key."""
    return {f"{section}.{key}": value for section, body in dossier.items() for key, value in body.items()}


def derived_values(
    dossier: Mapping[Any, Mapping[str, Any]], base_code: str, catalogue: Catalogue, year: int
) -> dict[str, Any]:
    """What the national sheet asks for beside the dossier's own fields: all of it follows from them and the plan."""
    education = dossier.get(Section.EDUCATION, {})
    level = next((each for each in LEVELS if education.get(each) is True), "")
    graduation = str(education.get(f"{level}_graduation_date") or "")
    main = catalogue.main_bases.get(base_code, "")
    degree = _FIELDS.get((Section.EDUCATION, f"{level}_degree"))
    labels = {option.code: option.label for option in degree.options} if degree is not None else {}
    return {
        "level": level,
        "school": education.get(f"{level}_school"),
        "major": education.get(f"{level}_major"),
        "graduation_date": graduation,
        "degree": labels.get(str(education.get(f"{level}_degree")), ""),
        "graduate": ("this_year" if graduation[:4] == str(year) else "earlier") if graduation else "",
        "main_base_code": main or base_code,
        "main_base": catalogue.bases.get(main or base_code, ""),
        "collaborative_unit": catalogue.bases.get(base_code, "") if main else "",
        "training_years": None if level in ("doctor", "master") else USUAL_YEARS,
    }
