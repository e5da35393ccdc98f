"""`docs/authorization.md`, read back: the literal table that the running services are held against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "authorization.md"
_CODE = re.compile(r"^`(.+)`$")


@dataclass(frozen=True)
class Line:
    """What the page says of one method."""

    method: str
    """`identity.StaffService.EndHat`."""
    reads: bool
    proof: bool
    marks: dict[str, str]
    """By role: `open`, `self`, `own`, `all`; empty for refused."""


@dataclass(frozen=True)
class Page:
    """The whole page, from either side."""

    roles: tuple[str, ...]
    lines: dict[str, Line]
    by_role: dict[str, dict[str, tuple[str, str]]]
    """By role, by method: what becomes of one's own and of another's."""


def _name(cell: str) -> str:
    found = _CODE.match(cell)
    return found[1] if found else cell


def read(page: Path = PAGE) -> Page:
    """The page; raises AssertionError when a table is not as it was written."""
    heads: dict[str, str] = {}
    lines: dict[str, Line] = {}
    by_role: dict[str, dict[str, tuple[str, str]]] = {}
    chapter = section = ""
    columns: list[str] = []
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            level, _, title = line.partition(" ")
            chapter, section = (title, "") if level == "##" else (chapter, _name(title))
            columns = []
        cells = [cell.strip() for cell in line[2:-2].split(" | ")] if line.startswith("| ") else []
        if not cells or set("".join(cells)) <= {"-"}:
            continue
        if not columns:
            columns = cells
            continue
        assert len(cells) == len(columns), line
        row = dict(zip(columns, map(_name, cells), strict=True))
        if chapter.startswith("Roles"):
            heads[row["Head"]] = row["Role"]
        elif chapter == "By method":
            method = f"{section}.{row['Method']}"
            marks = {role: row[head] for head, role in heads.items()}
            lines[method] = Line(method, row["Kind"] == "reads", row["Kind"].endswith("!"), marks)
        elif chapter == "By role" and section in heads.values():
            by_role.setdefault(section, {})[row["Method"]] = (row["One's own"], row["Another's"])
    return Page(tuple(heads.values()), lines, by_role)
