"""ROST-06 to ROST-14: what a row of a secretary's list must say; every fault of a row at once, with its column."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ACTION, NAME, DOCUMENT, LICENCE, MOBILE, EMAIL, SINCE = COLUMNS = (
    *("操作", "姓名", "身份证号", "执业医师证号", "手机号", "电子邮箱", "带教任职时间"),
)
MOST_ROWS = 2000
MOST_BYTES = 2 * 1024 * 1024
EXPLAINED = (
    ("列", "填写说明"),
    (ACTION, "增加 或 解聘。"),
    (NAME, "与身份证一致。"),
    (DOCUMENT, "18位居民身份证号，单元格请设为文本格式。"),
    (LICENCE, "执业医师证书编码，可不填。"),
    (MOBILE, "11位手机号；增加时必填，用于发送注册邀请。"),
    (EMAIL, "可不填。"),
    (SINCE, "年-月 或 年-月-日，如 2024-03；可不填。"),
)
"""Second sheet of the empty list."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_LICENCE = re.compile(r"[0-9A-Z]{8,30}")
_SINCE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})?日?)?")


class Action(StrEnum):
    """What a row asks for."""

    ADD = "add"
    DISMISS = "dismiss"


class Match(StrEnum):
    """Whom a row is about."""

    KNOWN = "known"
    """An account with an appointment at the base."""
    ACCOUNT = "account"
    """An account without one."""
    UNKNOWN = "unknown"
    """Nobody with an account."""
    DISMISSABLE = "dismissable"
    """Appointed in the department."""
    NOT_HERE = "not_here"
    """Not appointed in the department."""


class Outcome(StrEnum):
    """What committing does with a row, and what it did."""

    INVITE = "invite"
    NOTHING = "nothing"
    CASE = "case"
    INVITING = "inviting"
    """Committed; the text message is on its way."""
    INVITED = "invited"
    NOT_SENT = "not_sent"
    """The text message cannot be sent to this number."""
    CASE_OPENED = "case_opened"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell; `column` is empty for the whole row."""

    column: str
    code: str
    message: str
    rule: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read; what is wrong with it stands in `faults`."""

    number: int
    action: Action | None
    name: str = field(repr=False)
    document: str = field(repr=False)
    licence: str = field(repr=False)
    mobile: str = field(repr=False)
    email: str = field(repr=False)
    since: str = field(repr=False)
    faults: tuple[Fault, ...] = ()


def read_rows(rows: Sequence[tuple[int, Mapping[str, str], frozenset[str]]], today: date) -> list[Row]:
    """Every row checked for itself, and the list for people who stand in it twice (ROST-13)."""
    read = [_row(number, cells, inexact, today) for number, cells, inexact in rows]
    places: dict[str, list[int]] = defaultdict(list)
    for each in read:
        if each.document and not any(fault.column == DOCUMENT for fault in each.faults):
            places[each.document].append(each.number)
    return [_not_twice(each, places.get(each.document, [])) for each in read]


def with_fault(row: Row, fault: Fault) -> Row:
    """The same with one fault more."""
    return _replaced(row, (*row.faults, fault))


def no_such_document() -> Fault:
    """ROST-08: identity, which knows more of numbers, refuses this one."""
    return Fault(DOCUMENT, "DOCUMENT_FORMAT", "身份证号不正确，请核对18位号码。", "ROST-08")


def not_here() -> Fault:
    """ROST-15: who is to be dismissed is appointed in the secretary's own department."""
    return Fault("", "NOT_HERE", "该人员目前不在本科室聘任。", "ROST-15")


def name_differs() -> Fault:
    """ROST-16: the name is that of the account or appointment found by the document."""
    return Fault(NAME, "NAME_DIFFERS", "姓名与该身份证号的登记不一致。", "ROST-16")


def own_case() -> Fault:
    """ROST-17: nobody lists themselves."""
    return Fault("", "OWN_CASE", "不能办理本人的增加或解聘。", "ROST-17")


def same_name(typed: str, known: str) -> bool:
    """ROST-16: names compared without blanks, width and the shape of the dot."""
    return _folded(typed) == _folded(known)


def mask(text: str, head: int = 3, tail: int = 4) -> str:
    """A number with its middle hidden; short ones keep their last two characters."""
    if len(text) < head + tail + 4:
        return "*" * max(len(text) - 2, 0) + text[-2:] if text else ""
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def mask_email(text: str) -> str:
    """An address with its first character and what follows the @."""
    local, at, domain = text.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else mask(text)


def _row(number: int, cells: Mapping[str, str], inexact: frozenset[str], today: date) -> Row:
    faults: list[Fault] = []

    def wrong(column: str, code: str, message: str, rule: str) -> None:
        faults.append(Fault(column, code, message, rule))

    value = {column: _folded_cell(cells.get(column, "")) for column in COLUMNS}
    for column in COLUMNS:
        if column in inexact:
            # ROST-14: a spreadsheet keeps fifteen digits of a number; the rest became zeros.
            wrong(column, "DIGITS_LOST", "单元格为数值格式，末尾数字已丢失，请改为文本格式重新填写。", "ROST-14")
    action = {"增加": Action.ADD, "解聘": Action.DISMISS}.get(value[ACTION])
    if action is None:
        wrong(ACTION, "ACTION_UNKNOWN", "操作须为“增加”或“解聘”。", "ROST-06")
    name = " ".join(cells.get(NAME, "").split())
    if not name:
        wrong(NAME, "NAME_MISSING", "请填写姓名。", "ROST-07")
    elif len(name) > 50 or any(sign.isdigit() for sign in name):
        wrong(NAME, "NAME_FORMAT", "姓名不正确。", "ROST-07")
    document = value[DOCUMENT].upper()
    if not document:
        wrong(DOCUMENT, "DOCUMENT_MISSING", "请填写身份证号。", "ROST-08")
    elif DOCUMENT not in inexact and not is_resident_id(document, today):
        wrong(DOCUMENT, "DOCUMENT_FORMAT", "身份证号不正确，请核对18位号码。", "ROST-08")
    licence = value[LICENCE].upper()
    if licence and LICENCE not in inexact and not _LICENCE.fullmatch(licence):
        wrong(LICENCE, "LICENCE_FORMAT", "执业医师证号不正确。", "ROST-09")
    mobile = re.sub(r"^(?:\+?86)(?=1[3-9])", "", re.sub(r"[-()]", "", value[MOBILE]))
    if not mobile and action is Action.ADD:
        wrong(MOBILE, "MOBILE_MISSING", "增加人员时请填写手机号。", "ROST-10")
    elif mobile and not _MOBILE.fullmatch(mobile):
        wrong(MOBILE, "MOBILE_FORMAT", "请填写中国大陆的11位手机号。", "ROST-10")
    email = value[EMAIL]
    if email and (len(email) > 200 or not _EMAIL.fullmatch(email)):
        wrong(EMAIL, "EMAIL_FORMAT", "电子邮箱不正确。", "ROST-11")
    since = value[SINCE]
    if since:
        day = parse_since(since)
        if day is None:
            wrong(SINCE, "SINCE_FORMAT", "带教任职时间请写作 2024-03 或 2024-03-01。", "ROST-12")
        elif day > today:
            wrong(SINCE, "SINCE_TO_COME", "带教任职时间不能晚于今天。", "ROST-12")
        else:
            since = day.isoformat() if _has_day(since) else f"{day:%Y-%m}"
    return Row(number, action, name, document, licence, mobile, email, since, tuple(faults))


def is_resident_id(number: str, today: date) -> bool:
    """ROST-08: eighteen characters with a birthday that has come and the right check (GB 11643-1999)."""
    if not _ID.fullmatch(number):
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return born <= today and _CHECKS[total % 11] == number[17]


def parse_since(text: str) -> date | None:
    """ROST-12: a month or a day as people write it; a month is its first day. None for anything else."""
    found = _SINCE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None


def _has_day(text: str) -> bool:
    found = _SINCE.fullmatch(text)
    return found is not None and bool(found[3])


def _not_twice(row: Row, places: Sequence[int]) -> Row:
    """ROST-13: a person stands in a list once."""
    if len(places) < 2:
        return row
    others = "、".join(str(number) for number in places[:5] if number != row.number)
    return with_fault(row, Fault(DOCUMENT, "TWICE", f"该人员在名单中重复（第{others}行）。", "ROST-13"))


def _replaced(row: Row, faults: tuple[Fault, ...]) -> Row:
    return Row(*(row.number, row.action, row.name, row.document, row.licence, row.mobile, row.email, row.since, faults))


def _folded_cell(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _folded(name: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return re.sub(r"[•・‧∙．.｡･·]", "·", folded)
