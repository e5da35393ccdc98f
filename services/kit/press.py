"""The press: printed pages as PDF/A-2b, set by typst in a few threads whose compilers are kept warm.

Data reaches the template only as JSON in `sys_inputs`, where nothing is markup; its root is a folder that holds the
template alone; only the font of the wheel is used, so that a form comes out the same on every machine.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typst import Compiler, Fonts, PDFStandard

FORM = Path(__file__).parent / "template" / "form.typ"
"""A form: sections of labels and values, a portrait, a QR code, a promise and room for an opinion."""
STANDARD: PDFStandard = "a-2b"
PORTRAIT_PIXELS = (246, 344)
"""25 by 35 mm at 250 dots an inch: what paper can show of a face."""
_UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_TRIES = 8
_LONGEST = 8_000
"""Characters of one text that are printed: PDF/A allows a string 32 767 bytes, and a page is no place for a book."""
_READING = threading.Lock()
"""Held while a compiler is made: of many threads one reads the font."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page to print: its content, what its QR code says (empty: there is none), the portrait if there is one."""

    content: Mapping[str, Any] = field(repr=False)
    link: str = field(repr=False)
    made_at: datetime
    portrait: bytes | None = field(default=None, repr=False)


class Press:
    """Prints what `template` sets, a Typst file in a folder of its own; the same sheet always gives the same bytes."""

    def __init__(self, template: Path, threads: int = 2) -> None:
        self._template = template
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="press")
        self._mine = threading.local()
        self._lacking: set[str] = set()

    async def print(self, sheet: Sheet) -> bytes:
        """The sheet as PDF/A-2b."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.print_now, sheet)

    def print_now(self, sheet: Sheet) -> bytes:
        """The same, in the calling thread."""
        from typst import TypstError  # noqa: PLC0415  (brings the fonts' and the compiler's library)

        content = self.prepared(sheet)
        for _ in range(_TRIES):
            try:
                return self.compiled(content, sheet.made_at)
            except TypstError as error:
                lacking = _lacking(error.diagnostic)
                if not lacking:
                    raise
                self._lacking |= lacking
        raise ValueError("a form has more characters that cannot be printed than anybody writes")

    def prepared(self, sheet: Sheet) -> dict[str, Any]:
        """Everything that the template asks for."""
        portrait = None if sheet.portrait is None else list(_small(sheet.portrait))
        return {**_cut(sheet.content), "qr": _qr(sheet.link) if sheet.link else None, "portrait": portrait}

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def compiled(self, content: Mapping[str, Any], made_at: datetime) -> bytes:
        """The page from its data, as PDF/A-2b. Raises TypstError when the compiler does.

        FORM-01: a character that no font has is shown as 〓 and named below, so that the form stays printable.
        """
        found = sorted(self._lacking & characters(content)) if self._lacking else []
        printed = {**replaced(content, found), "unprintable": " ".join(f"U+{ord(each):04X}" for each in found)}
        pdf = self._compiler().compile(
            format="pdf",
            sys_inputs={"data": json.dumps(printed, ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=int(made_at.timestamp()),
        )
        if not isinstance(pdf, bytes):
            raise TypeError("one document is one file")
        return pdf

    def _compiler(self) -> Compiler:
        """This thread's own compiler; the font is read once for all threads of all presses."""
        known: Compiler | None = getattr(self._mine, "compiler", None)
        if known is not None:
            return known
        from typst import Compiler  # noqa: PLC0415

        with _READING:
            compiler = Compiler(
                self._template, root=self._template.parent, font_paths=_fonts(), ignore_system_fonts=True
            )
        self._mine.compiler = compiler
        return compiler


@cache
def _fonts() -> Fonts:
    import manimgx_fonts_cjk  # noqa: PLC0415
    from typst import Fonts  # noqa: PLC0415

    folder = str(Path(manimgx_fonts_cjk.__file__).parent)
    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _qr(link: str) -> str:
    """An SVG. The mask is set: every mask can be read, and trying all eight takes five times as long."""
    import segno  # noqa: PLC0415

    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False, mask=2).save(drawn, kind="svg", xmldecl=False)
    return drawn.getvalue().decode()


def _small(portrait: bytes) -> bytes:
    """The portrait as large as paper shows it, as a JPEG."""
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(portrait)) as picture:
        picture.draft("RGB", (2 * PORTRAIT_PIXELS[0], 2 * PORTRAIT_PIXELS[1]))
        small = picture.convert("RGB")
        small.thumbnail(PORTRAIT_PIXELS)
    drawn = io.BytesIO()
    small.save(drawn, "JPEG", quality=80)
    return drawn.getvalue()


def _lacking(diagnostic: str) -> set[str]:
    """The characters that the compiler says it has no picture for."""
    told = "".join(_UNPRINTABLE.findall(diagnostic))
    return set(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), told))


def replaced(value: Any, unprintable: Iterable[str]) -> Any:
    """The same content with 〓 for each of these characters."""
    table = dict.fromkeys(map(ord, unprintable), "〓")
    return _translated(value, table) if table else value


def characters(value: Any) -> set[str]:
    """Every character in the texts of a content, whatever it is made of."""
    if isinstance(value, str):
        return set(value)
    if isinstance(value, list | tuple):
        return set().union(*(characters(each) for each in value if isinstance(each, str | list | tuple | dict)))
    return characters(list(value.values())) if isinstance(value, dict) else set()


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    if isinstance(value, list | tuple):
        return [_cut(each) for each in value]
    return {key: _cut(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def _translated(value: Any, table: Mapping[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, list):
        return [_translated(each, table) for each in value]
    if isinstance(value, dict):
        return {key: _translated(each, table) for key, each in value.items()}
    return value
