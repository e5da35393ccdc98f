"""Counts, tables, codes: FREP-01, FREP-02, FREP-03, FREP-05, FREP-06, FREP-07, FREP-08, FREP-09."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.faculty.domain import certificates, exports, reports
from services.faculty.domain.certificates import Certificate, code_of, read_code
from services.faculty.domain.reports import Filling
from services.kit.domain import DomainError
from services.kit.ids import new_id
from tests.support.vaults import NEXT, VAULT

ZONE = ZoneInfo("Asia/Shanghai")


def mac(said: str) -> bytes:
    return VAULT.lookup("certificate", said)


def test_frep_01_every_code_of_the_table_has_its_line_and_unknown_ones_come_last() -> None:
    rows = reports.counted(["senior", "", "zz", "senior"], reports.LEVELS)
    told = [(row.key, row.label, row.numbers["count"]) for row in rows]
    assert told == [
        ("none", "未定", 1),
        ("general", "一般师资", 0),
        ("key", "骨干师资", 0),
        ("senior", "高级师资", 2),
        ("zz", "zz", 1),
    ]


def test_frep_02_load_is_counted_once_in_the_primary_department() -> None:
    rows = reports.load({"a": "N", "b": "N", "c": "K"}, {"a": 2, "c": 1, "somebody else": 9}, str.lower)
    assert [(row.key, row.label, dict(row.numbers)) for row in rows] == [
        ("K", "k", {"teachers": 1, "trainees": 1, "least": 1, "most": 1, "mean": 1}),
        ("N", "n", {"teachers": 2, "trainees": 2, "least": 0, "most": 2, "mean": 1}),
    ]


def test_frep_03_coverage_counts_months_with_and_without_a_teacher() -> None:
    months = [Filling("N", True), Filling("N", True), Filling("N", False, orphaned=True), Filling("K", False)]
    rows = {row.key: dict(row.numbers) for row in reports.coverage(months, str)}
    assert rows["N"] == {"cells": 3, "filled": 2, "unfilled": 1, "orphaned": 1, "share": 66.7}
    assert rows["K"] == {"cells": 1, "filled": 0, "unfilled": 1, "orphaned": 0, "share": 0.0}


def test_frep_05_every_column_is_explained_and_names_are_personal() -> None:
    for table in exports.TABLES.values():
        keys = [column.key for column in table.columns]
        assert len(keys) == len(set(keys))
        assert len(exports.explained(table)) == len(keys) + 1
        for column in table.columns:
            assert column.label
            assert column.label_en
            assert column.personal == ("name" in column.key)
    assert len(list(exports.dictionary(""))) == sum(len(table.columns) for table in exports.TABLES.values())
    with pytest.raises(DomainError, match="UNKNOWN_TABLE"):
        list(exports.dictionary("secrets"))


@pytest.mark.parametrize(
    ("rows", "unmasked", "reason", "allowed"),
    [
        (1, False, "查", True),
        (1000, False, "查", True),
        (1001, False, "查", False),
        (1001, False, "年度师资统计上报使用", True),
        (1, True, "九个字不够的用途哦", False),
        (1, True, "  年度统计用  ", False),
        (1, True, "年度师资统计上报使用", True),
    ],
)
def test_frep_06_what_needs_a_reason(rows: int, unmasked: bool, reason: str, allowed: bool) -> None:
    if allowed:
        exports.check_reason(reason, rows, unmasked=unmasked)
        return
    with pytest.raises(DomainError, match="REASON_REQUIRED") as caught:
        exports.check_reason(reason, rows, unmasked=unmasked)
    assert caught.value.rule == "FREP-06"


def test_frep_06_names_are_masked_and_everything_else_is_in_words() -> None:
    table = exports.table_of("appointments")
    row = {
        "name": "欧阳师资",
        "title": "chief",
        "state": "active",
        "from_day": date(2026, 1, 1),
        "review_year": 2026,
        "review_state": "",
        "ends_on": None,
    }
    keys = [column.key for column in table.columns]
    [masked] = exports.cells(table, [row], ZONE, unmasked=False)
    told = dict(zip(keys, masked, strict=True))
    assert told["name"] == "欧***"
    assert (told["title"], told["state"], told["from_day"]) == ("主任医师", "在聘", "2026-01-01")
    assert (told["review_year"], told["review_state"], told["ends_on"]) == (2026, "未开始", "")
    [clear] = exports.cells(table, [row], ZONE, unmasked=True)
    assert clear[keys.index("name")] == "欧阳师资"
    at = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    candidacies = exports.table_of("candidacies")
    [cells] = exports.cells(candidacies, [{"submitted_at": at}], ZONE, unmasked=False)
    assert "2026-03-02 00:30:00" in cells


@pytest.mark.parametrize(
    ("rows", "size", "allowed"), [(20_000, 0, True), (20_001, 0, False), (1, 3 * 1024 * 1024 + 1, False)]
)
def test_frep_07_a_file_has_its_bounds(rows: int, size: int, allowed: bool) -> None:
    if allowed:
        exports.check_size(rows, size)
        return
    with pytest.raises(DomainError, match="TABLE_TOO_LARGE"):
        exports.check_size(rows, size)


@pytest.mark.parametrize("state", list(reports.STATES))
def test_frep_08_a_certificate_is_made_of_what_holds_or_held_to_its_end(state: str) -> None:
    if state in {"active", "suspended", "expired"}:
        certificates.check_printable(state)
        return
    with pytest.raises(DomainError, match="NO_CERTIFICATE"):
        certificates.check_printable(state)


def test_frep_09_a_code_says_what_was_printed_however_it_is_typed() -> None:
    certificate = Certificate(new_id(), date(2026, 12, 31))
    code = code_of(certificate, mac)
    assert len(code) <= 80
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert read_code(typed, mac) == certificate


def test_frep_09_no_other_text_is_genuine() -> None:
    certificate = Certificate(new_id(), date(2026, 12, 31))
    code = code_of(certificate, mac)
    letters = code.replace("-", "")
    swapped = {"A": "B"}.get(letters[3], "A")
    forged = [
        "",
        "AAAAAAAA",
        "不是核验码不是核验码",
        letters[:-2],
        letters[:3] + swapped + letters[4:],
        code_of(certificate, lambda said: NEXT.lookup("another purpose", said)),
    ]
    assert [read_code(each, mac) for each in forged] == [None] * len(forged)
