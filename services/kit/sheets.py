"""Tables that people upload and download: workbooks and CSV, read without trust and written without formulas.

ROST-01: an upload is XLSX or CSV, of at most so many bytes and rows. ROST-02: nothing in it runs, is locked, embedded
or fetched from elsewhere, and it does not unfold into more than it looks. ROST-03: no cell is a formula. ROST-04: its
headings are those asked for. ROST-05: what we write is text to every spreadsheet.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from services.kit.domain import DomainError, Kind

UNFOLDED_BYTES = 64 * 1024 * 1024
"""All parts of a workbook together, unpacked, at most."""
UNFOLDED_RATIO = 300
"""A part that packs better than this is made to fill memory; tables of people pack ten to thirty times."""
_PARTS = 400
_COLUMNS = 64
_LINES = 100_000
_EXACT_DIGITS = 15
"""A spreadsheet keeps no more digits of a number."""
_CELL_LENGTH = 32_000
_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKUP = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EXTERNAL = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)
_FOREIGN_PARTS = (
    *("externallinks/", "embeddings/", "activex/", "querytables/", "connections.xml", "customui/", "webextensions/"),
)
_MACRO_PARTS = ("vbaproject", "macrosheets/", "dialogsheets/", "vbadata")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not blank; `number` is its place in the file, from 1 with the headings."""

    number: int
    cells: Mapping[str, str] = field(repr=False)
    """Heading to text, trimmed; empty where there is nothing. Days are YYYY-MM-DD."""
    inexact: frozenset[str] = frozenset()
    """Headings whose cell is a number too long to be kept exactly: its last digits are lost."""


def read_sheet(
    file: bytes, file_name: str, *, columns: Sequence[str], most_rows: int, most_bytes: int
) -> list[SheetRow]:
    """The rows of the first sheet of a workbook, or of a CSV file (UTF-8 with or without mark, GB18030).

    Blocks for as long as the parsing takes: call it in a thread.

    Raises:
        DomainError: INVALID with the field `file`: SHEET_TOO_LARGE, SHEET_TOO_LONG, SHEET_FORMAT, SHEET_UNREADABLE,
            SHEET_EMPTY (ROST-01); SHEET_MACROS, SHEET_ENCRYPTED, SHEET_EXTERNAL, SHEET_BOMB (ROST-02); SHEET_FORMULA,
            which names the cell (ROST-03); SHEET_HEADINGS (ROST-04).
    """
    if len(file) > most_bytes:
        size = f"{most_bytes // 1024 // 1024}MB" if most_bytes >= 1024 * 1024 else f"{most_bytes // 1024}KB"
        raise _refused("SHEET_TOO_LARGE", f"文件超过{size}，请拆分后再上传。")
    lines = _lines(file, file_name)
    try:
        return _rows(lines, columns, most_rows)
    except DomainError:
        raise
    except Exception as error:
        # Whatever a parser raises on a broken file: zip, XML, CSV and the workbook reader have no common error.
        raise _refused("SHEET_UNREADABLE", "无法读取该文件，请用模板重新填写并保存。") from error


def write_xlsx(
    headings: Sequence[str],
    rows: Iterable[Sequence[str | float]],
    *,
    second_sheet: tuple[str, Sequence[Sequence[str]]] | None = None,
    title: str = "Sheet1",
) -> bytes:
    """ROST-05: a workbook whose texts are texts by type; columns are formatted as text, so that numbers typed in stay.

    `second_sheet` is its title and rows, such as a dictionary.
    """
    import xlsxwriter  # noqa: PLC0415  (only who writes a workbook needs it)

    written = io.BytesIO()
    strings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(written, strings) as book:
        bold, text = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "@"})
        plain = book.add_format()
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, bold)
            sheet.set_column(place, place, min(max(len(heading) * 2 + 4, 14), 40), text)
        for line, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(line, place, _CONTROL.sub("", value)[:_CELL_LENGTH], text)
                else:
                    sheet.write_number(line, place, value, plain)
        if second_sheet is not None:
            second = book.add_worksheet(second_sheet[0][:31])
            for line, words in enumerate(second_sheet[1]):
                for place, word in enumerate(words):
                    second.write_string(line, place, _CONTROL.sub("", word)[:_CELL_LENGTH], bold if line == 0 else None)
                    second.set_column(place, place, 28)
    return written.getvalue()


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str | float]]) -> bytes:
    """ROST-05: UTF-8 with a mark, as in RFC 4180; what begins like a formula begins with an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    writer.writerows([safe(value) if isinstance(value, str) else value for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def safe(text: str) -> str:
    """ROST-05: text that no spreadsheet takes for a formula."""
    clean = _CONTROL.sub("", text)[:_CELL_LENGTH]
    return "'" + clean if clean.lstrip(" \u3000\ufeff").startswith(_RISKY) else clean


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    formula: bool = False
    inexact: bool = False


def _lines(file: bytes, file_name: str) -> Iterator[list[_Cell]]:
    """Every line of the file, blank ones too."""
    ending = file_name.lower().rpartition(".")[2]
    if ending in ("xlsm", "xlsb", "xltm", "xlam"):
        raise _refused("SHEET_MACROS", "不接受含宏的工作簿，请另存为 XLSX 或 CSV。", "ROST-02")
    if file.startswith(_LOCKED):
        if _ENCRYPTED in file:
            raise _refused("SHEET_ENCRYPTED", "文件设有密码，请去掉密码后再上传。", "ROST-02")
        raise _refused("SHEET_FORMAT", "不接受 XLS 文件，请另存为 XLSX 或 CSV。")
    packed = file.startswith(b"PK\x03\x04")
    if ending not in ("xlsx", "csv") or packed != (ending == "xlsx"):
        raise _refused("SHEET_FORMAT", "只接受 XLSX 或 CSV 文件，且内容须与扩展名一致。")
    return _workbook(file) if packed else _csv(file)


def _csv(file: bytes) -> Iterator[list[_Cell]]:
    text = _decoded(file)
    if "\x00" in text:
        raise _refused("SHEET_UNREADABLE", "无法读取该文件，请用模板重新填写并保存。")
    for line in csv.reader(io.StringIO(text, newline=""), strict=True):
        yield [_Cell(_clean(cell), _looks_active(cell)) for cell in line[:_COLUMNS]]


def _decoded(file: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return file.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("SHEET_UNREADABLE", "无法识别文件的编码，请另存为 UTF-8 编码的 CSV 或 XLSX。")


def _looks_active(cell: str) -> bool:
    """Whether a spreadsheet would compute a cell of a text file; `+86 138…` and `-` are what people write."""
    cell = cell.lstrip()
    return cell.startswith(("=", "@")) or (cell.startswith(("+", "-")) and len(cell) > 1 and not _number(cell[1:]))


def _number(text: str) -> bool:
    return re.fullmatch(r"[0-9 ().,+-]*", text) is not None


def _workbook(file: bytes) -> Iterator[list[_Cell]]:
    import openpyxl  # noqa: PLC0415  (only who reads a workbook needs it)

    _inspect(file)
    book = openpyxl.load_workbook(io.BytesIO(file), read_only=True, data_only=False, keep_links=False)
    try:
        sheets = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
        sheet: Any = sheets[0]
        # What a file says about its own size is not believed.
        sheet.reset_dimensions()
        blank: Any = None
        for line in sheet.iter_rows(max_col=_COLUMNS):
            # Rows that the file leaves out come as one and the same tuple: not looked at a million times.
            if line is blank or all(each.value is None for each in line):
                blank = line
                yield []
            else:
                yield [_cell(each) for each in line]
    finally:
        book.close()


def _inspect(file: bytes) -> None:
    """ROST-02: look into the archive before anything parses it."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = archive.infolist()
        if len(parts) > _PARTS or sum(each.file_size for each in parts) > UNFOLDED_BYTES:
            raise _bomb()
        for part in parts:
            if part.flag_bits & 1:
                raise _refused("SHEET_ENCRYPTED", "文件设有密码，请去掉密码后再上传。", "ROST-02")
            if part.file_size > 1024 * 1024 and part.file_size > UNFOLDED_RATIO * max(part.compress_size, 1):
                raise _bomb()
            name = part.filename.lower()
            if any(mark in name for mark in _MACRO_PARTS):
                raise _refused("SHEET_MACROS", "不接受含宏的工作簿，请另存为 XLSX 或 CSV。", "ROST-02")
            if any(mark in name for mark in _FOREIGN_PARTS):
                raise _foreign()
            if name.endswith((".xml", ".rels", ".vml")):
                _inspect_part(name, archive.read(part))


def _inspect_part(name: str, content: bytes) -> None:
    if _MARKUP.search(content) or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        # Excel writes UTF-8 without a document type; other encodings would hide one from this look.
        raise _bomb()
    if name == "[content_types].xml" and b"macroenabled" in content.lower():
        raise _refused("SHEET_MACROS", "不接受含宏的工作簿，请另存为 XLSX 或 CSV。", "ROST-02")
    if name.endswith(".rels"):
        for link in _EXTERNAL.findall(content):
            # Spreadsheets make a link of every e-mail address; a link does nothing until somebody clicks it.
            if b"external" in link.lower() and b"/hyperlink" not in link.lower():
                raise _foreign()


def _cell(cell: Any) -> _Cell:
    value = cell.value
    if cell.data_type == "f":
        return _Cell("", formula=True)
    if isinstance(value, bool):
        return _Cell("是" if value else "否")
    if isinstance(value, int | float):
        whole = isinstance(value, int) or value.is_integer()
        text = str(int(value)) if whole else repr(value)
        return _Cell(text, inexact=whole and abs(value) >= 10**_EXACT_DIGITS)
    if isinstance(value, datetime):
        return _Cell(f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, date):
        return _Cell(value.isoformat())
    return _Cell("" if value is None else _clean(str(value)))


def _clean(text: str) -> str:
    return _CONTROL.sub("", text).strip().strip("\u3000\ufeff")


def _rows(lines: Iterator[list[_Cell]], columns: Sequence[str], most_rows: int) -> list[SheetRow]:
    headings = _headings(next(lines, []), columns)
    rows: list[SheetRow] = []
    for number, line in enumerate(lines, start=2):
        # Formatted rows without content are not counted, and not looked at for ever either.
        if number > _LINES:
            raise _refused("SHEET_TOO_LONG", f"文件的行数超过{_LINES}行（含空行），请用模板重新填写。")
        for place, cell in enumerate(line):
            if cell.formula:
                raise _formula(place, number)
        cells = {heading: line[place] for heading, place in headings.items() if place < len(line)}
        if not any(cell.text for cell in cells.values()):
            continue
        if len(rows) == most_rows:
            raise _refused("SHEET_TOO_LONG", f"名单超过{most_rows}行，请拆分后再上传。")
        texts = {heading: cells[heading].text if heading in cells else "" for heading in columns}
        rows.append(SheetRow(number, texts, frozenset(each for each, cell in cells.items() if cell.inexact)))
    if not rows:
        raise _refused("SHEET_EMPTY", "文件中没有数据行。")
    return rows


def _headings(line: Sequence[_Cell], columns: Sequence[str]) -> dict[str, int]:
    """ROST-04: where each column stands; in any order, none missing, double or unknown."""
    for place, cell in enumerate(line):
        if cell.formula:
            raise _formula(place, 1)
    found = [re.sub(r"\s|[*＊]", "", cell.text) for cell in line]
    missing = [each for each in columns if each not in found]
    if missing:
        raise _refused("SHEET_HEADINGS", f"第1行缺少列：{'、'.join(missing)}。请使用模板。", "ROST-04")
    double = [each for each in columns if found.count(each) > 1]
    if double:
        raise _refused("SHEET_HEADINGS", f"第1行有重复的列：{'、'.join(double)}。请使用模板。", "ROST-04")
    unknown = sum(bool(each) and each not in columns for each in found)
    if unknown:
        raise _refused("SHEET_HEADINGS", f"第1行有{unknown}个模板以外的列，请使用模板。", "ROST-04")
    return {each: found.index(each) for each in columns}


def _formula(place: int, number: int) -> DomainError:
    cell = f"{_letters(place)}{number}"
    return _refused(
        "SHEET_FORMULA", f"单元格{cell}是公式，请改为文本或数值后再上传。", "ROST-03", details={"cell": cell}
    )


def _letters(place: int) -> str:
    name, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _bomb() -> DomainError:
    return _refused("SHEET_BOMB", "文件结构异常，无法安全读取，请用模板重新填写。", "ROST-02")


def _foreign() -> DomainError:
    message = "文件含有外部链接、数据连接或嵌入对象，请去掉后再上传。"
    return _refused("SHEET_EXTERNAL", message, "ROST-02")


def _refused(
    reason: str, message: str, rule: str = "ROST-01", *, details: Mapping[str, str] | None = None
) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field="file", rule=rule, details=details)
