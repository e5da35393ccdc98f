"""Cells of exports: never a formula, masked unless asked otherwise; every column explained."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from services.enrollment.documents.tables import file_of
from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.dossier import DEFINITIONS, Section
from services.enrollment.domain.export_tables import TABLES, derived_values, dossier_values, register, table_of
from services.enrollment.domain.exports import (
    REASON_ROWS,
    Column,
    ColumnType,
    Exported,
    Format,
    Table,
    base_for,
    cell,
    check_reason,
    check_rows,
    mask_address,
    mask_name,
    mask_number,
    safe,
)
from services.kit.domain import Caller, DomainError
from services.kit.forms import FieldType

ZONE = ZoneInfo("Asia/Shanghai")
HOSTILE = (
    *("=1+1", '=HYPERLINK("http://x.example","y")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1"),
    *('=cmd|"/c calc"!A0', "-2+3+cmd|'x'!A", "\u3000=1", "\ufeff=1", "\x00=1", "1,2", 'a"b', "a\r\nb", "x" * 40_000),
    *("http://x.example", "0123", "1e5", "TRUE", "张三"),
)
TABLE = Table("t", "表", "Table", (Column("a", "甲", "A"), Column("n", "数", "N", ColumnType.NUMBER)), "t")


def _made(format_: Format) -> Exported:
    at = datetime(2023, 7, 31, 15, 59, tzinfo=UTC)
    who = ("person", "base_administrator", "SD-QILU")
    return Exported("id-1", "cycle", "t", format_.value, "SD-QILU", len(HOSTILE), "zh", False, *who, at, at)


def test_exp_01_a_workbook_holds_text_and_no_formula() -> None:
    """EXP-01."""
    cells: list[list[str | float]] = [[value, -1.5] for value in HOSTILE]
    book = load_workbook(io.BytesIO(file_of(TABLE, cells, _made(Format.XLSX), ZONE, english=False)))
    sheet = book["表"]
    for line, value in enumerate(HOSTILE, start=2):
        written = sheet.cell(line, 1)
        assert written.data_type == "s"
        assert written.hyperlink is None
        if value.isprintable():
            assert written.value == value[:32_000]
        assert (sheet.cell(line, 2).data_type, sheet.cell(line, 2).value) == ("n", -1.5)
    assert "SD-QILU" in str(sheet.cell(len(HOSTILE) + 2, 1).value)
    assert "2023-07-31 23:59:00" in str(sheet.cell(len(HOSTILE) + 2, 1).value)
    explained = book["字段说明"]
    assert [explained.cell(2, place).value for place in (1, 2, 3)] == ["a", "甲", "A"]


def test_exp_01_a_csv_prefixes_what_looks_like_a_formula() -> None:
    content = file_of(TABLE, [[value, -1.5] for value in HOSTILE], _made(Format.CSV), ZONE, english=False)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["甲", "数"]
    assert "SD-QILU" in rows[-1][0]
    for value, row in zip(HOSTILE, rows[1:-1], strict=True):
        assert row[0] == safe(value)
        assert not row[0].lstrip(" \u3000\ufeff").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
        assert len(row[0]) <= 32_001
    assert safe("张三") == "张三"
    assert safe("=1") == "'=1"


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (mask_name("欧阳测试"), "欧***"),
        (mask_name(""), ""),
        (mask_number("13812345678"), "138****5678"),
        (mask_number("12345"), "***45"),
        (mask_address("someone@example.org"), "s***@example.org"),
        (mask_address("nobody"), "****dy"),
    ],
)
def test_exp_02_masks(masked: str, expected: str) -> None:
    """EXP-02."""
    assert masked == expected


def test_exp_02_a_personal_column_is_masked_unless_asked_otherwise() -> None:
    personal = [column for table in TABLES.values() for column in table.columns if column.mask is not None]
    sealed = {f"{each.section}.{field.key}" for each in DEFINITIONS for field in each.fields if field.sensitive}
    assert {column.key for column in personal} >= sealed | {"name"}
    for column in personal:
        assert cell(column, "13812345678", ZONE, english=False, unmasked=False) != "13812345678"
        assert cell(column, "13812345678", ZONE, english=False, unmasked=True) == "13812345678"


def test_exp_02_exp_05_a_reason_is_asked_for() -> None:
    """EXP-05."""
    check_reason("", REASON_ROWS, unmasked=False)
    check_reason("上报国家平台注册信息", REASON_ROWS + 1, unmasked=True)
    for rows, unmasked, rule in ((REASON_ROWS + 1, False, "EXP-05"), (1, True, "EXP-02")):
        with pytest.raises(DomainError, match="REASON_REQUIRED") as refused:
            check_reason("太短", rows, unmasked=unmasked)
        assert refused.value.rule == rule
    with pytest.raises(DomainError, match="TOO_MANY_ROWS"):
        check_rows(100_001)


def test_exp_03_staff_of_a_base_are_limited_to_it() -> None:
    """EXP-03."""
    staff = Caller("p", "base_administrator", "SD-QILU")
    bases = {"SD-QILU", "SD-SLYY"}
    assert base_for(staff, "", bases) == base_for(staff, "SD-QILU", bases) == "SD-QILU"
    province = Caller("p", "province_administrator", "37")
    assert (base_for(province, "", bases), base_for(province, "SD-SLYY", bases)) == ("", "SD-SLYY")
    for caller, named in ((staff, "SD-SLYY"), (staff, "NO-SUCH-BASE"), (province, "NO-SUCH-BASE")):
        with pytest.raises(DomainError, match="BASE_NOT_FOUND"):
            base_for(caller, named, bases)


def test_exp_07_every_column_is_explained_in_both_languages() -> None:
    """EXP-07."""
    assert {"applications", "admitted", "national", "plan"} <= set(TABLES)
    for table in TABLES.values():
        assert table.label
        assert table.label_en
        assert len({column.key for column in table.columns}) == len(table.columns)
        for column in table.columns:
            assert column.label, column.key
            assert column.label_en, column.key
            assert column.meaning, column.key
    known = {f"{each.section}.{f.key}" for each in DEFINITIONS for f in each.fields if f.type is not FieldType.PAPER}
    assert known <= {column.key for column in TABLES["applications"].columns}
    with pytest.raises(DomainError, match="TABLE_UNKNOWN"):
        table_of("no such table")
    with pytest.raises(ValueError, match="there already"):
        register(TABLES["plan"])


def test_exp_07_what_the_national_sheet_asks_for_follows_from_the_dossier() -> None:
    catalogue = Catalogue({"A": "主基地", "B": "协同单位"}, {}, {}, main_bases={"B": "A"})
    education = {"bachelor": True, "master": True, "master_school": "某大学", "master_graduation_date": "2023-06-30"}
    found = derived_values({Section.EDUCATION: {**education, "master_degree": "master"}}, "B", catalogue, 2023)
    assert found["level"] == "master"
    assert (found["school"], found["graduate"], found["degree"]) == ("某大学", "this_year", "硕士")
    assert (found["main_base"], found["collaborative_unit"], found["training_years"]) == ("主基地", "协同单位", None)
    earlier = {"bachelor": True, "bachelor_graduation_date": "2020-06-30"}
    found = derived_values({Section.EDUCATION: earlier}, "A", catalogue, 2023)
    assert (found["graduate"], found["collaborative_unit"], found["training_years"]) == ("earlier", "", 3)
    assert derived_values({}, "A", catalogue, 2023)["graduate"] == ""
    assert dossier_values({Section.BASIC: {"sex": "male"}}) == {"basic.sex": "male"}


def test_exp_07_cells_are_written_as_the_dictionary_says() -> None:
    column = Column("c", "列", "C", codes={"admitted": ("录取", "Admitted")})
    at = datetime(2023, 7, 31, 15, 59, tzinfo=UTC)
    values = [True, False, 3, None, at, date(2023, 7, 1), "admitted", "other"]
    written = [cell(column, value, ZONE, english=False, unmasked=False) for value in values]
    assert written == ["是", "否", 3, "", "2023-07-31 23:59:00", "2023-07-01", "录取", "other"]
    assert cell(column, True, ZONE, english=True, unmasked=False) == "Yes"
