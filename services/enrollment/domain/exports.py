"""Exports: what a table is, what its cells may hold, who may have it (rules EXP-01 to EXP-07). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from services.kit.domain import Caller, DomainError, Kind

FORMS = "forms"
"""Stands for a table where a print of forms is written down."""
KEPT = timedelta(days=1)
"""EXP-06: how long the file of an export can be fetched."""
PART_BYTES = 2 * 1024 * 1024
"""EXP-06: a file is handed out in parts of this size: a message holds 4 MB."""
MOST_ROWS = 100_000
REASON_ROWS = 1000
"""EXP-05: more rows than this need a reason."""
REASON_LENGTH = 10
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CELL_LENGTH = 32_000


class Format(StrEnum):
    """What a file looks like."""

    XLSX = "xlsx"
    CSV = "csv"


class ColumnType(StrEnum):
    """How a value is written."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"
    YES_NO = "yes_no"
    CODE = "code"


Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in a row, its headings, what it means; `mask` when it is about a person."""

    key: str
    label: str
    label_en: str
    type: ColumnType = ColumnType.TEXT
    meaning: str = ""
    mask: Mask | None = None
    codes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Chinese and English of each code that may stand in it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be exported: its columns in order, and which reader gives its rows."""

    key: str
    label: str
    label_en: str
    columns: tuple[Column, ...]
    reader: str
    states: tuple[str, ...] = ()
    """Effective states to which it is limited; empty: all."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows: of one base or all, of one specialty or all, in some states or all."""

    cycle_id: str
    base_code: str = ""
    specialty_code: str = ""
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """An export as it is written down."""

    id: str
    cycle_id: str
    table: str
    format: str
    base_code: str
    rows: int
    language: str
    unmasked: bool
    actor: str
    role: str
    organisation: str
    made_at: datetime
    expires_at: datetime
    size: int = 0
    parts: int = 0
    sha256: str = ""
    reason: str = ""


def mask_name(name: str) -> str:
    """EXP-02: the first character and a star for each other one."""
    return name[:1] + "*" * (len(name) - 1)


def mask_number(number: str) -> str:
    """EXP-02: mobile and certificate numbers keep three characters and the last four; short ones only the last two."""
    if len(number) >= 11:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return "*" * max(len(number) - 2, 0) + number[-2:]


def mask_address(address: str) -> str:
    """EXP-02: an e-mail address keeps its first character and what follows the @."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else mask_number(address)


def safe(text: str) -> str:
    """EXP-01: text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it.

    Control characters go; what is longer than a cell is cut.
    """
    clean = _CONTROL.sub("", text)[:_CELL_LENGTH]
    return "'" + clean if clean.lstrip(" \u3000\ufeff").startswith(_RISKY) else clean


def cell(column: Column, value: Any, zone: ZoneInfo, *, english: bool, unmasked: bool) -> str | float:
    """One cell as it is written: numbers as numbers, everything else as text; masked unless asked otherwise.

    Instants are of `zone`, without its name: the column's meaning tells the zone.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return ("Yes" if value else "No") if english else ("是" if value else "否")
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if text in column.codes:
        return column.codes[text][english]
    if column.mask is not None and not unmasked:
        text = column.mask(text)
    return text


def check_reason(reason: str, rows: int, *, unmasked: bool) -> None:
    """EXP-02, EXP-05: an unmasked export and one of more than 1000 rows say what they are for. Raises INVALID."""
    if len(reason.strip()) >= REASON_LENGTH or not (unmasked or rows > REASON_ROWS):
        return
    raise DomainError(
        Kind.INVALID,
        "REASON_REQUIRED",
        f"导出未脱敏数据或超过 {REASON_ROWS} 行时,请填写用途,不少于 {REASON_LENGTH} 个字。",
        field="order.reason",
        rule="EXP-02" if unmasked else "EXP-05",
    )


def check_rows(rows: int) -> None:
    """EXP-05: nobody takes more than a hundred thousand rows at once. Raises INVALID."""
    if rows > MOST_ROWS:
        message = f"一次最多导出 {MOST_ROWS} 行,请按基地或专业分别导出。"
        raise DomainError(Kind.INVALID, "TOO_MANY_ROWS", message, field="order.base_code", rule="EXP-05")


def base_for(caller: Caller, named: str, bases: Collection[str]) -> str:
    """EXP-03: the base to which an export is limited: staff of a base have their own only.

    Raises NOT_FOUND for a base that is not theirs, and for one that is not among `bases`.
    """
    own = caller.organisation if caller.role.startswith("base_") else ""
    if (own and named not in ("", own)) or (named and named not in bases):
        raise DomainError(
            Kind.NOT_FOUND, "BASE_NOT_FOUND", "没有这个培训基地。", field="order.base_code", rule="EXP-03"
        )
    return own or named


def watermark(made: Exported, zone: ZoneInfo, *, english: bool) -> str:
    """EXP-04: who took a table away and when, as the last line of the file says it."""
    at = f"{made.made_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if english:
        return f"Exported by {made.organisation} at {at}, export {made.id}"
    return f"导出单位:{made.organisation}  导出时间:{at}  导出编号:{made.id}"
