"""Files that are not what they say: pictures, documents, workbooks and tables, whole, broken and armed."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from functools import cache

from tests.hostile import words
from tests.support import pictures

HTML = b"<html><script>alert(1)</script></html>"


@cache
def picture(kind: str) -> bytes:
    """A picture file of a class; honest ones too."""
    jpeg, png = pictures.portrait(), pictures.scan("PNG")
    made: dict[str, Callable[[], bytes]] = {
        "honest JPEG": lambda: jpeg,
        "honest PNG": lambda: png,
        "with GPS": lambda: pictures.encoded(pictures.drawn(600, 800), exif=pictures.exif(b"36.66,117.02")),
        "JPEG and HTML": lambda: jpeg + HTML,
        "HTML inside": lambda: pictures.with_segment(jpeg, 0xFE, pictures.SCRIPT),
        "GIF and script": lambda: b"GIF89a/*" + HTML + b"*/=1;",
        "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "HEIC": pictures.heic,
        "PDF": pictures.pdf,
        "PDF and ZIP": lambda: pictures.pdf() + pictures.archive(),
        "JPEG and ZIP": lambda: jpeg + pictures.archive(),
        "0 bytes": lambda: b"",
        "10 MB and 1": lambda: jpeg + bytes(10 * 1024 * 1024 + 1 - len(jpeg)),
        "pixel flood": pictures.bomb,
        "lies of its size": lambda: pictures.claiming(jpeg, 65_000, 65_000),
        "endless scans": lambda: pictures.scans_without_end(100),
        "animated": lambda: pictures.animated("PNG"),
        "text bomb": lambda: pictures.with_chunk(png, b"zTXt", b"x\0\0" + _zeros()),
        "another size": lambda: pictures.encoded(pictures.drawn(60, 80)),
        "tall": lambda: pictures.encoded(pictures.drawn(10, 3000)),
    }
    return made[kind]()


PICTURES = (
    *("honest JPEG", "honest PNG", "with GPS", "JPEG and HTML", "HTML inside", "GIF and script", "SVG", "HEIC", "PDF"),
    *("PDF and ZIP", "JPEG and ZIP", "0 bytes", "10 MB and 1", "pixel flood", "lies of its size", "endless scans"),
    *("animated", "text bomb", "another size", "tall"),
)
GOOD_PICTURES = frozenset({"honest JPEG", "honest PNG", "with GPS", "another size", "tall"})


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file with bytes cut off, turned or put in."""
    if not content:
        return chance.randbytes(50)
    match chance.randrange(4):
        case 0:
            return content[: chance.randrange(len(content))]
        case 1:
            turned = bytearray(content)
            for _ in range(chance.randrange(1, 30)):
                turned[chance.randrange(len(turned))] = chance.randrange(256)
            return bytes(turned)
        case 2:
            place = chance.randrange(len(content))
            return content[:place] + chance.randbytes(chance.randrange(1, 2000)) + content[place:]
        case _:
            head = bytearray(content)
            for place in range(min(len(head), 400)):
                if chance.random() < 0.05:
                    head[place] = chance.randrange(256)
            return bytes(head)


@cache
def _zeros() -> bytes:
    import zlib  # noqa: PLC0415

    return zlib.compress(bytes(50 * 1024 * 1024), 9)


TABLES = (
    *("zip bomb", "wide ratio", "a million rows", "wrong header", "merged cells", "formula cells", "external link"),
    *("XXE", "macros", "dates as text", "full-width digits", "GBK", "UTF-16", "carriage returns only", "doubled rows"),
    *("half-wrong", "hostile cells", "quotes without end", "not a workbook", "damaged", "empty", "honest"),
)
"""Classes of workbooks and CSV files."""


def table(kind: str, columns: Sequence[str], rows: Sequence[Sequence[str]], chance: random.Random) -> tuple[str, bytes]:
    """Name and content of a file of this class whose honest form has these columns and rows."""
    match kind:
        case "zip bomb":
            return "a.xlsx", _bomb(64)
        case "wide ratio":
            return "a.xlsx", _bomb(3)
        case "a million rows":
            return "a.csv", _csv(columns, []) + b"1,2,3,4\r\n" * 400_000
        case "wrong header":
            return "a.csv", _csv([chance.choice((each[::-1], words.text(chance), "")) for each in columns], rows)
        case "merged cells" | "formula cells" | "dates as text" | "external link" | "macros" | "XXE":
            return "a.xlsx", _workbook(kind, columns, rows, chance)
        case "full-width digits":
            wide = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
            return "a.csv", _csv(columns, [[each.translate(wide) for each in row] for row in rows])
        case "GBK":
            return "a.csv", _csv(columns, rows).decode("utf-8-sig").encode("gb18030")
        case "UTF-16":
            return "a.csv", _csv(columns, rows).decode("utf-8-sig").encode("utf-16")
        case "carriage returns only":
            return "a.csv", _csv(columns, rows).replace(b"\r\n", b"\r")
        case "doubled rows":
            return "a.csv", _csv(columns, [*rows, *rows, *rows])
        case "half-wrong":
            return "a.csv", _csv(columns, [*rows, *([words.text(chance)[:300] for _ in columns] for _ in range(5))])
        case "hostile cells":
            return "a.csv", _csv(columns, [[words.text(chance) for _ in columns] for _ in range(8)])
        case "quotes without end":
            return "a.csv", _csv(columns, rows) + b'"' * chance.randrange(1, 5000) + b"a,b\r\n" * 20
        case "not a workbook":
            return chance.choice(
                ("a.xlsx", "a.xls", "a.csv", "a", "../a.xlsx", "a\x00.csv", "长" * 200)
            ), chance.randbytes(2000)
        case "damaged":
            whole = _workbook("honest", columns, rows, chance) if chance.random() < 0.7 else _csv(columns, rows)
            return chance.choice(("a.xlsx", "a.csv")), damaged(whole, chance)
        case "empty":
            return "a.csv", chance.choice((b"", b"\xef\xbb\xbf", b"\r\n", b"\x00", b","))
        case _:
            return "a.csv", _csv(columns, rows)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([columns, *rows])
    return written.getvalue().encode("utf-8-sig", "surrogatepass")


def _workbook(kind: str, columns: Sequence[str], rows: Sequence[Sequence[str]], chance: random.Random) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [columns, *rows]:
        sheet.append(list(row))
    if kind == "merged cells":
        sheet.merge_cells("A1:B3")
    if kind == "formula cells":
        sheet["A2"] = chance.choice(("=1+1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"))
    if kind == "dates as text":
        sheet["C2"], sheet["D2"] = chance.choice(
            (("2026/2/30", "45000"), ("1/2/26", "二〇二六年"), ("20260901", "9999999"))
        )
    written = io.BytesIO()
    book.save(written)
    extra = {
        "external link": ("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
        "macros": ("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0"),
        "XXE": ("xl/extra.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    }
    if kind in extra:
        name, content = extra[kind]
        if kind == "XXE" and chance.random() < 0.5:
            return _with_entity(written.getvalue())
        with zipfile.ZipFile(written, "a") as archive:
            archive.writestr(name, content)
    return written.getvalue()


def _with_entity(book: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                entities = b"<!DOCTYPE x [" + b"".join(
                    b'<!ENTITY e%d "%s">' % (at, b"&e%d;" % (at - 1) * 10 if at else b"lol") for at in range(10)
                )
                content = entities + b"]>" + content
            new.writestr(name, content)
    return written.getvalue()


@cache
def _bomb(megabytes: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * (megabytes * 1024 * 1024))
    return written.getvalue()
