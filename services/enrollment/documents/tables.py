"""Tables as files: workbooks and CSV in which nothing is a formula (EXP-01)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from services.enrollment.domain.exports import Column, Exported, Format, Table, safe, watermark

Cells = Sequence[Sequence[str | float]]

_DICTIONARY = (
    ("字段", "中文名称", "英文名称", "类型", "说明", "脱敏"),
    ("Key", "Chinese", "English", "Type", "Meaning", "Masked"),
)
_STRINGS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def file_of(table: Table, cells: Cells, made: Exported, zone: ZoneInfo, *, english: bool) -> bytes:
    """The table with headings, cells and watermark; in a workbook the dictionary of its columns on a second sheet."""
    mark = watermark(made, zone, english=english)
    headings = [column.label_en if english else column.label for column in table.columns]
    if made.format == Format.CSV:
        return _csv(headings, cells, mark)
    return _xlsx(table, headings, cells, mark, english=english)


def _csv(headings: Sequence[str], cells: Cells, mark: str) -> bytes:
    """UTF-8 with a byte-order mark, quoted as in RFC 4180; text that looks like a formula begins with an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    writer.writerows([safe(value) if isinstance(value, str) else value for value in row] for row in cells)
    writer.writerow([mark])
    return written.getvalue().encode("utf-8-sig")


def _xlsx(table: Table, headings: Sequence[str], cells: Cells, mark: str, *, english: bool) -> bytes:
    """A workbook whose text cells are strings by type: what looks like a formula is shown as it was written."""
    import xlsxwriter  # noqa: PLC0415  (only who exports a workbook needs it)

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {**_STRINGS, "constant_memory": False}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8F0F7", "text_wrap": True})
        sheet = book.add_worksheet((table.label_en if english else table.label)[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_footer(f"&L{mark.replace('&', '&&')}&R&P/&N")
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, bold)
            sheet.set_column(place, place, min(max(len(heading) * 2 + 2, 10), 40))
        for line, row in enumerate(cells, start=1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(line, place, value[:32_000])
                else:
                    sheet.write_number(line, place, value)
        if cells:
            sheet.autofilter(0, 0, len(cells), len(headings) - 1)
        sheet.write_string(len(cells) + 1, 0, mark)
        explained = book.add_worksheet("Dictionary" if english else "字段说明")
        for place, word in enumerate(_DICTIONARY[english]):
            explained.write_string(0, place, word, bold)
            explained.set_column(place, place, (28, 28, 36, 10, 48, 8)[place])
        for line, column in enumerate(table.columns, start=1):
            for place, word in enumerate(_explained(column, english=english)):
                explained.write_string(line, place, word)
    return written.getvalue()


def _explained(column: Column, *, english: bool) -> tuple[str, ...]:
    masked = ("Yes" if english else "是") if column.mask is not None else ""
    return column.key, column.label, column.label_en, column.type.value, column.meaning, masked
