"""FREP-05 to FREP-07: tables to take away: columns with a dictionary, what is masked, what needs a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.faculty.domain import reports
from services.kit.domain import DomainError, Kind

REASON_ROWS = 1000
"""FREP-06: more rows than this need a reason of `REASON_LENGTH` characters."""
REASON_LENGTH = 10
MOST_ROWS = 20_000
MOST_BYTES = 3 * 1024 * 1024
"""FREP-07: an answer holds 4 MB."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in a row, its headings, what it says; `personal` when it is masked."""

    key: str
    label: str
    label_en: str
    meaning: str = ""
    personal: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    """What each code that may stand in it is called."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be taken away."""

    key: str
    label: str
    columns: tuple[Column, ...]


_NAME = Column("name", "姓名", "Name", "师资姓名", personal=True)
_TRAINEE = Column("trainee_name", "学员姓名", "Trainee", "住院医师姓名", personal=True)
_BASE = Column("base", "培训基地", "Base", "决定聘任的基地")
_DEPARTMENT = Column("department", "科室", "Department", "主要科室")
_TITLE = Column("title", "职称", "Title", "", codes=reports.TITLE_LABELS)
_LEVEL = Column("level", "师资等级", "Level", "由教学部或省级确定，可为空", codes=reports.LEVELS)
_FROM = Column("from_day", "起始日期", "From", "含当日")
_UNTIL = Column("until_day", "截止日期", "Until", "含当日")
_PERSON = Column("person_id", "人员编号", "Person", "系统编号，不含个人信息")
_APPOINTED = Column("state", "聘任状态", "State", "", codes=reports.STATES)

TABLES: dict[str, Table] = {
    table.key: table
    for table in (
        Table(
            "faculty",
            "师资",
            (
                _PERSON,
                _NAME,
                *(_BASE, _DEPARTMENT, _TITLE, _LEVEL, _APPOINTED, _FROM, _UNTIL),
                Column(
                    "training_state", "培训状态", "Training", "当日是否持有有效的师资培训证书", codes=reports.TRAINING
                ),
                Column("teaching_months", "带教月数", "Months of teaching", "自带教起始时间起的整月数"),
                Column("trainees_3y", "近3年带教人数", "Trainees of 3 years", "近36个月带教的不同学员数"),
                Column("own_trainees_3y", "近3年本院带教人数", "Of this base", "其中本基地的学员"),
            ),
        ),
        Table(
            "candidacies",
            "师资报名",
            (
                Column("candidacy_id", "报名编号", "Candidacy", "系统编号"),
                Column("batch", "批次", "Batch", "报名批次名称"),
                _NAME,
                Column("document", "证件号码", "Document", "始终脱敏"),
                *(_BASE, _DEPARTMENT, _TITLE),
                Column("title_since", "任现职时间", "Title since", "提交时填写"),
                Column("state", "报名状态", "State", "", codes=reports.CANDIDACIES),
                Column("submitted_at", "提交时间", "Submitted", "北京时间"),
                Column("decided_at", "决定时间", "Decided", "北京时间"),
                Column("reason_code", "原因代码", "Reason", "不推荐或退回的原因代码"),
            ),
        ),
        Table(
            "appointments",
            "聘任",
            (
                Column("appointment_id", "聘任编号", "Appointment", "系统编号"),
                _PERSON,
                _NAME,
                *(_BASE, _DEPARTMENT, _TITLE, _LEVEL, _APPOINTED, _FROM, _UNTIL),
                Column("ends_on", "终止日期", "Ends on", "解聘或调离的最后一日，含当日"),
                Column("review_year", "维护年度", "Review of", "最近一次年度维护的年份"),
                Column("review_state", "年度维护", "Review", "", codes=reports.REVIEWS),
            ),
        ),
        Table(
            "trainees",
            "学员",
            (
                Column("trainee_id", "学员编号", "Trainee id", "系统编号"),
                _TRAINEE,
                _BASE,
                Column("specialty", "培训专业", "Specialty", ""),
                Column("cohort", "招收届别", "Cohort", "与轮转日期无关"),
                Column("kind", "人员类型", "Kind", "人员类型代码"),
                Column("state", "状态", "State", "在培状态代码"),
                *(_FROM, _UNTIL),
            ),
        ),
        Table(
            "plans",
            "轮转计划",
            (
                Column("trainee_id", "学员编号", "Trainee id", "系统编号"),
                _TRAINEE,
                Column("cohort", "招收届别", "Cohort", ""),
                Column("specialty", "培训专业", "Specialty", ""),
                Column("department", "科室", "Department", "轮转科室"),
                *(_FROM, _UNTIL),
            ),
        ),
        Table(
            "assignments",
            "带教分配",
            (
                Column("month", "月份", "Month", "YYYY-MM"),
                Column("department", "科室", "Department", "轮转科室"),
                Column("trainee_id", "学员编号", "Trainee id", "系统编号"),
                _TRAINEE,
                Column("person_id", "带教老师编号", "Teacher id", "系统编号，未分配时为空"),
                Column("name", "带教老师", "Teacher", "带教老师姓名", personal=True),
                Column("origin", "来源", "Origin", "manual 手动，auto 自动"),
                Column("locked", "锁定", "Locked", "是否锁定"),
                Column("orphan_cause", "待补原因", "Orphaned", "老师离开的原因代码，空为无"),
            ),
        ),
        Table(
            "ratings",
            "带教评价",
            (
                Column("year", "年度", "Year", "被评价月份所在的年"),
                _PERSON,
                _NAME,
                Column("count", "评价份数", "Ratings", "份数不足时整行不显示，以保护评价人"),
                Column("mean", "平均分", "Mean", "各项平均，1 至 5 分"),
            ),
        ),
    )
}
"""FREP-05: every table with its columns in order."""


def table_of(key: str) -> Table:
    """The table of this key. Raises INVALID UNKNOWN_TABLE."""
    if key not in TABLES:
        raise DomainError(Kind.INVALID, "UNKNOWN_TABLE", "没有这张表。", field="table", rule="FREP-05")
    return TABLES[key]


def dictionary(key: str) -> Iterator[tuple[Table, Column]]:
    """FREP-05: the columns of one table, or of all when no key is named. Raises INVALID UNKNOWN_TABLE."""
    for table in [table_of(key)] if key else TABLES.values():
        for column in table.columns:
            yield table, column


def explained(table: Table) -> list[tuple[str, ...]]:
    """FREP-05: the dictionary as a sheet beside the table, with its headings."""
    headings = ("字段", "英文名称", "代码", "说明", "脱敏")
    return [
        headings,
        *(
            (each.label, each.label_en, each.key, meaning(each), "是" if each.personal else "")
            for each in table.columns
        ),
    ]


def meaning(column: Column) -> str:
    """What a column says, with the codes that may stand in it."""
    codes = "；".join(f"{code or '空'}={label}" for code, label in column.codes.items())
    return f"{column.meaning} {codes}".strip()


def check_reason(reason: str, rows: int, *, unmasked: bool) -> None:
    """FREP-06: names in the clear, and more than 1000 rows, say what they are for. Raises INVALID REASON_REQUIRED."""
    if len(reason.strip()) < REASON_LENGTH and (unmasked or rows > REASON_ROWS):
        sentence = f"导出未脱敏数据或超过 {REASON_ROWS} 行时，请填写用途，不少于 {REASON_LENGTH} 个字。"
        raise DomainError(Kind.INVALID, "REASON_REQUIRED", sentence, field="reason", rule="FREP-06")


def check_size(rows: int, size: int = 0) -> None:
    """FREP-07: a file is handed out whole, so it has its bounds. Raises INVALID TABLE_TOO_LARGE."""
    if rows > MOST_ROWS or size > MOST_BYTES:
        sentence = f"一次最多导出 {MOST_ROWS} 行或 3MB，请改用 CSV 格式，或按科室查看。"
        raise DomainError(Kind.INVALID, "TABLE_TOO_LARGE", sentence, field="table", rule="FREP-07")


def mask_name(name: str) -> str:
    """FREP-06: the first character and a star for each other one."""
    return name[:1] + "*" * (len(name) - 1)


def cells(
    table: Table, rows: Sequence[Mapping[str, Any]], zone: ZoneInfo, *, unmasked: bool
) -> list[list[str | float]]:
    """FREP-06: the rows as they are written: codes in words, names masked unless asked otherwise."""
    return [[_cell(column, row.get(column.key), zone, unmasked=unmasked) for column in table.columns] for row in rows]


def _cell(column: Column, value: Any, zone: ZoneInfo, *, unmasked: bool) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if column.codes:
        return column.codes.get(text, text)
    return mask_name(text) if column.personal and not unmasked else text
