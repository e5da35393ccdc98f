"""The printed form: texts that are Typst, markup or unprintable reach the press as data and come out as text."""

from __future__ import annotations

import asyncio
import io
import random
import time
from datetime import UTC, datetime
from typing import Any

from services.faculty.domain import printing
from services.kit.press import FORM, Press, Sheet
from tests.hostile import words
from tests.hostile.book import Sent
from tests.hostile.door import PARSER, Door, Ground

_TYPST = (
    *(
        '#read("/etc/passwd")',
        '#import "@preview/cetz:0.2.2"',
        '#eval("1+1")',
        "#{panic()}",
        "#let x = 1",
        '#include "x"',
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        "$",
        "$x^2",
        "//",
        "/*",
        "`",
        "```",
        "\\",
        "#",
        "@ref",
        "<label>",
        "~",
        "---",
        "*bold",
        "_em",
    ),
)
SECONDS = 30.0
_MADE_AT = datetime(2026, 6, 1, tzinfo=UTC)


class Paper(Door):
    """`Press.print`, with the template of forms."""

    name = "paper"
    through = PARSER
    kinds = ("code", "unbalanced", "100 kB", "right to left", "unprintable", "hostile texts", "long link", "many rows")
    targets = ("name", "label", "value", "heading", "everywhere")
    rounds = 2
    at_once = 2

    async def open(self, ground: Ground) -> None:
        """A press of its own."""
        await super().open(ground)
        self._press = Press(FORM)

    async def close(self) -> None:
        """Let its threads go."""
        self._press.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One form."""
        text = _text(kind, chance)
        link = "https://example.org/" + ("a" * 500 if kind == "long link" else "x")
        sheet = Sheet(_content(str(target), kind, text), link, _MADE_AT)
        began = time.monotonic()
        try:
            pdf = await self._press.print(sheet)
        except ValueError as error:
            return Sent(
                "refused", "" if "cannot be printed" in str(error) else f"{error!s:.200}", str(error), text[:300]
            )
        except Exception as error:  # noqa: BLE001  (the compiler's own error must not come out)
            return Sent("raised", f"{target}: {type(error).__name__}: {error!s:.300}", "", text[:300])
        fault = "" if pdf.startswith(b"%PDF-") else "no PDF"
        if not fault and kind == "code":
            fault = await asyncio.to_thread(_told, pdf)
        if time.monotonic() - began > SECONDS:
            fault = f"took {time.monotonic() - began:.0f} s"
        return Sent("printed", fault, "", text[:300], refused=False)


def _text(kind: str, chance: random.Random) -> str:
    match kind:
        case "code":
            return chance.choice(_TYPST) + " " + chance.choice(_TYPST)
        case "unbalanced":
            return "".join(chance.choice("[](){}$#*_`\\/") for _ in range(60))
        case "100 kB":
            return chance.choice(("长", "a ", "a")) * 33_000
        case "right to left":
            return "\u202eשלום العربية\u202c" * 5
        case "unprintable":
            return "".join(
                chr(chance.choice((0x1F300, 0x10000, 0xE000, 0x0900, 0x13000)) + chance.randrange(80)) for _ in range(6)
            )
        case _:
            return words.text(chance)


def _content(target: str, kind: str, text: str) -> dict[str, Any]:
    page = printing.content(
        text if target in ("name", "everywhere") else "王伟", "3701*****", {}, None, b"x" * 32, _MADE_AT
    )
    rows = [["姓名", "王伟"] for _ in range(300 if kind == "many rows" else 6)]
    if target in ("value", "everywhere"):
        rows = [[label, text] for label, _ in rows]
    if target in ("label", "everywhere"):
        rows = [[text, value] for _, value in rows]
    page["sections"] = [{"label": "基本信息", "groups": [{"label": text if target == "heading" else "", "rows": rows}]}]
    return page


def _told(pdf: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415

    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "a file was read" if "root:" in said and "/bin/" in said else ""


def door() -> Door:
    """The door."""
    return Paper()
