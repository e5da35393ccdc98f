"""Exports: tables written from hostile cells and read back: text stays text, nothing is a formula, nothing is lost."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import zipfile

from services.kit.sheets import read_sheet, safe, write_csv, write_xlsx
from tests.hostile import words
from tests.hostile.book import Sent
from tests.hostile.door import PARSER, Door

_FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1", "=cmd|' /C calc'!A0", "\ufeff=1")
_LONGEST = 32_000


class Exports(Door):
    """`write_csv` and `write_xlsx`, which make every table that is taken away."""

    name = "exports"
    through = PARSER
    kinds = (
        "formulas",
        "quotes and newlines",
        "33 000 characters",
        "control characters",
        "hostile cells",
        "numbers",
        "headings",
    )
    targets = ("csv", "xlsx")
    rounds = 12
    at_once = 2

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One table, written and read back."""
        rows = [[_cell(kind, chance) for _ in range(4)] for _ in range(6)]
        headings = [f"列{number}" if kind != "headings" else words.text(chance)[:200] for number in range(4)]
        try:
            fault = await asyncio.to_thread(_csv if target == "csv" else _xlsx, headings, rows)
        except Exception as error:  # noqa: BLE001  (writing what is in the database must not fail)
            return Sent("raised", f"{target}: {type(error).__name__}: {error!s:.200}", "", repr(rows)[:500])
        return Sent("written", f"{target}: {fault}" if fault else "", "", repr(rows)[:500], refused=False)


def _cell(kind: str, chance: random.Random) -> str | float:
    match kind:
        case "formulas":
            return chance.choice(_FORMULAS) + chance.choice(("", "x", "\n=2"))
        case "quotes and newlines":
            return "".join(chance.choice("\",\r\n;\t'a") for _ in range(chance.randrange(30)))
        case "33 000 characters":
            return chance.choice("=a长") * 33_000
        case "control characters":
            return "".join(chr(chance.randrange(0x20)) for _ in range(10)) + "x"
        case "numbers":
            return chance.choice((0.0, -1.5, 1e15, 99.99, 2026))
        case _:
            return words.text(chance)


def _csv(headings: list[str], rows: list[list[str | float]]) -> str:
    text = write_csv(headings, rows).decode("utf-8-sig")
    csv.field_size_limit(10**7)
    found = list(csv.reader(io.StringIO(text, newline="")))
    if len(found) != len(rows) + 1 or any(len(row) != len(headings) for row in found):
        return "rows or cells are not as many as were written"
    for row, back in zip(rows, found[1:], strict=True):
        for value, cell in zip(row, back, strict=True):
            if isinstance(value, str) and (
                cell.lstrip(" \u3000\ufeff")[:1] in tuple("=+-@\t\r＝＋－＠") and cell.strip()
            ):
                return f"a cell begins like a formula: {cell[:30]!r}"
            if isinstance(value, str) and cell.removeprefix("'") != safe(value).removeprefix("'"):
                return f"{value[:30]!r} came back as {cell[:30]!r}"
    return ""


def _xlsx(headings: list[str], rows: list[list[str | float]]) -> str:
    from openpyxl import load_workbook  # noqa: PLC0415

    written = write_xlsx(headings, rows)
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        if b"<f>" in archive.read("xl/worksheets/sheet1.xml"):
            return "holds a formula"
    sheet = load_workbook(io.BytesIO(written)).active
    assert sheet is not None
    for line, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(line, place)
            if cell.data_type == "f":
                return f"a formula: {value!r:.30}"
            if isinstance(value, str) and len(str(cell.value or "")) > _LONGEST:
                return "a cell is longer than a spreadsheet takes"
    unique = len(set(headings)) == len(headings) and all(each.strip() == each and each for each in headings)
    if unique and all(isinstance(value, float | int) for row in rows for value in row):
        again = read_sheet(written, "a.xlsx", columns=headings, most_rows=100, most_bytes=10**7)
        return "" if len(again) == len(rows) else "not read back"
    return ""


def door() -> Door:
    """The door."""
    return Exports()
