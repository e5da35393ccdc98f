"""What a row of a secretary's list must say.

Holds ROST-06, ROST-07, ROST-08, ROST-09, ROST-10, ROST-11, ROST-12, ROST-13, ROST-14 and ROST-16.
"""

from __future__ import annotations

from datetime import date

import pytest

from services.faculty.domain import rosters as rules
from services.faculty.domain.rosters import ACTION, COLUMNS, DOCUMENT, EMAIL, LICENCE, MOBILE, NAME, SINCE, Row
from services.rehearsal.people import check_digit

TODAY = date(2026, 3, 2)
GOOD = {
    ACTION: "增加",
    NAME: "王芳",
    DOCUMENT: "110101199003077993",
    LICENCE: "110370000012345",
    MOBILE: "13800138000",
    EMAIL: "wang@example.cn",
    SINCE: "2024-03",
}


def document(first_seventeen: str) -> str:
    return first_seventeen + check_digit(first_seventeen)


GOOD[DOCUMENT] = document("11010119900307799")


def row(changes: dict[str, str], inexact: frozenset[str] = frozenset()) -> Row:
    [read] = rules.read_rows([(2, {**GOOD, **changes}, inexact)], TODAY)
    return read


def test_rost_06_to_12_a_good_row_has_no_fault() -> None:
    read = row({})
    assert read.faults == ()
    assert (read.number, read.action, read.name, read.document, read.since) == (
        *(2, "add", "王芳", GOOD[DOCUMENT], "2024-03"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {ACTION: "解聘", MOBILE: ""},
        {LICENCE: "", EMAIL: "", SINCE: ""},
        {MOBILE: "+86 138-0013-8000"},
        {MOBILE: "１３８００１３８０００"},
        {DOCUMENT: f" {GOOD[DOCUMENT].lower()} "},
        {NAME: "古丽·买买提"},
        {SINCE: "2024年3月"},
        {SINCE: "2024/3/5"},
        {SINCE: "2026-03-02"},
        {SINCE: "2024-02-29"},
    ],
    ids=str,
)
def test_rost_06_to_12_what_people_write_is_understood(changes: dict[str, str]) -> None:
    assert row(changes).faults == ()


@pytest.mark.parametrize(
    ("changes", "column", "code", "rule"),
    [
        ({ACTION: ""}, ACTION, "ACTION_UNKNOWN", "ROST-06"),
        ({ACTION: "删除"}, ACTION, "ACTION_UNKNOWN", "ROST-06"),
        ({NAME: ""}, NAME, "NAME_MISSING", "ROST-07"),
        ({NAME: "王芳1"}, NAME, "NAME_FORMAT", "ROST-07"),
        ({NAME: "王" * 51}, NAME, "NAME_FORMAT", "ROST-07"),
        ({DOCUMENT: ""}, DOCUMENT, "DOCUMENT_MISSING", "ROST-08"),
        ({DOCUMENT: "11010119900307799"}, DOCUMENT, "DOCUMENT_FORMAT", "ROST-08"),
        ({DOCUMENT: document("11010119900230799")}, DOCUMENT, "DOCUMENT_FORMAT", "ROST-08"),
        ({DOCUMENT: document("11010120260303799")}, DOCUMENT, "DOCUMENT_FORMAT", "ROST-08"),
        ({DOCUMENT: GOOD[DOCUMENT][:17] + "Y"}, DOCUMENT, "DOCUMENT_FORMAT", "ROST-08"),
        ({LICENCE: "无"}, LICENCE, "LICENCE_FORMAT", "ROST-09"),
        ({MOBILE: ""}, MOBILE, "MOBILE_MISSING", "ROST-10"),
        ({MOBILE: "12800138000"}, MOBILE, "MOBILE_FORMAT", "ROST-10"),
        ({MOBILE: "1380013800", ACTION: "解聘"}, MOBILE, "MOBILE_FORMAT", "ROST-10"),
        ({EMAIL: "wang"}, EMAIL, "EMAIL_FORMAT", "ROST-11"),
        ({SINCE: "去年"}, SINCE, "SINCE_FORMAT", "ROST-12"),
        ({SINCE: "2024-13"}, SINCE, "SINCE_FORMAT", "ROST-12"),
        ({SINCE: "2023-02-29"}, SINCE, "SINCE_FORMAT", "ROST-12"),
        ({SINCE: "2026-03-03"}, SINCE, "SINCE_TO_COME", "ROST-12"),
    ],
    ids=str,
)
def test_rost_06_to_12_a_fault_names_column_and_rule(
    changes: dict[str, str], column: str, code: str, rule: str
) -> None:
    [fault] = row(changes).faults
    assert (fault.column, fault.code, fault.rule) == (column, code, rule)
    assert all(value not in fault.message for value in changes.values() if len(value) > 4)


def test_rost_06_to_12_every_fault_of_a_row_is_told_at_once() -> None:
    wrong = {ACTION: "?", NAME: "", DOCUMENT: "1", LICENCE: "无", MOBILE: "1", EMAIL: "a", SINCE: "x"}
    assert [fault.column for fault in row(wrong).faults] == list(COLUMNS)


def test_rost_13_who_stands_in_the_list_twice_is_told_in_both_rows() -> None:
    other = document("11010119900307800")
    cells = [
        GOOD,
        {**GOOD, DOCUMENT: other},
        {**GOOD, ACTION: "解聘"},
        {**GOOD, DOCUMENT: "1"},
        {**GOOD, DOCUMENT: "1"},
    ]
    read = rules.read_rows([(number, each, frozenset()) for number, each in enumerate(cells, start=2)], TODAY)
    assert [[fault.code for fault in each.faults] for each in read] == [
        *(["TWICE"], [], ["TWICE"], ["DOCUMENT_FORMAT"], ["DOCUMENT_FORMAT"]),
    ]
    assert "第4行" in read[0].faults[0].message
    assert "第2行" in read[2].faults[0].message


def test_rost_14_digits_that_a_spreadsheet_lost_are_told_instead_of_a_wrong_number() -> None:
    [fault] = row({DOCUMENT: "110101199003077000"}, frozenset({DOCUMENT})).faults
    assert (fault.column, fault.code, fault.rule) == (DOCUMENT, "DIGITS_LOST", "ROST-14")


@pytest.mark.parametrize(
    ("typed", "known", "same"),
    [
        ("王芳", "王芳", True),
        ("王 芳", "王芳", True),
        ("古丽•买买提", "古丽·买买提", True),
        ("ＡＢ", "ab", True),
        ("王芳", "王方", False),
    ],
)
def test_rost_16_names_are_compared_as_people_write_them(typed: str, known: str, same: bool) -> None:
    assert rules.same_name(typed, known) is same


def test_rost_23_numbers_are_shown_masked() -> None:
    assert rules.mask(GOOD[DOCUMENT], 4, 2) == f"1101{'*' * 12}{GOOD[DOCUMENT][-2:]}"
    assert rules.mask("13800138000") == "138****8000"
    assert rules.mask("12345678") == "******78"
    assert rules.mask("") == ""
    assert rules.mask_email("wang@example.cn") == "w***@example.cn"
