"""Every visible text of the portal, as the code and the templates hold it, against the catalogue of its English.

`python -m tests.support.messages [part of a path]` lists what is not marked, has no English, or is no longer said.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
PORTAL = ROOT / "services/portal"
CATALOGUE = PORTAL / "i18n/en"
CHINESE = re.compile(r"[\u3400-\u9fff]")
_POINTS = re.compile(r"[\u3000-\u303f\uff00-\uffef]")
"""Chinese points and brackets: where a marked text has nothing else of Chinese, it is a message all the same."""
PLACES = re.compile(r"\{(\w+)[^}]*\}")
_MARKS = {"tr", "N_", "Words"}
_SHOWN = {"Ask", "Form", "Button", "FileAsk", "Panel", "Table"}
"""What `parts/panels.html` translates."""
_REFUSALS = {"DomainError"}
"""Their English is found by reason."""
_EXEMPT = "no-message"
"""In a comment on its line: a text that is not shown as it stands."""
_IN_TEMPLATES = {"tr", "trh"}


@dataclass(frozen=True, slots=True)
class Said:
    """One text and where it stands."""

    text: str
    path: Path
    line: int

    @property
    def place(self) -> str:
        """Where, as an editor opens it."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True, slots=True)
class Found:
    """What code and templates hold."""

    messages: list[Said]
    unmarked: list[Said]


def found() -> Found:
    """All texts of the portal."""
    messages: list[Said] = []
    unmarked: list[Said] = []
    for path in sorted(PORTAL.rglob("*.py")):
        source = path.read_text("utf-8")
        _Reader(path, source.splitlines(), messages, unmarked).visit(ast.parse(source))
    for path in sorted((PORTAL / "templates").rglob("*.html")):
        _read_template(path, messages, unmarked)
    return Found(messages, unmarked)


class _Reader(ast.NodeVisitor):
    """Walks a module; `_inside` says whether what encloses a text translates it."""

    def __init__(self, path: Path, lines: list[str], messages: list[Said], unmarked: list[Said]) -> None:
        self._path, self._lines = path, lines
        self._messages, self._unmarked = messages, unmarked
        self._inside = False

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # else it is a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _REFUSALS:
            return
        if name == "tr" and node.args and not isinstance(node.args[0], ast.Constant):
            # What is said depends: each of the texts that it may be is a message.
            self._each([node.args[0]], inside=True)
            self._each([*node.args[1:], *node.keywords], inside=False)
        elif name in _MARKS:
            self._each([node.args[0]] if node.args else [], inside=True)
            self._each([*node.args[1:], *node.keywords], inside=False)
        else:
            self._each([*node.args, *node.keywords], inside=name in _SHOWN)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        for part in node.values:
            if isinstance(part, ast.Constant):
                self._note(str(part.value), node.lineno, inside=False)
            else:
                self._each([part], inside=False)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._each([node.left, node.right], inside=self._inside and isinstance(node.op, ast.BitOr))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._note(node.value, node.lineno, inside=self._inside)

    def _each(self, parts: list[ast.AST], *, inside: bool) -> None:
        before, self._inside = self._inside, inside
        for part in parts:
            self.visit(part)
        self._inside = before

    def _note(self, text: str, line: int, *, inside: bool) -> None:
        told = CHINESE.search(text) or (inside and _POINTS.search(text))
        if told and _EXEMPT not in self._lines[line - 1]:
            (self._messages if inside else self._unmarked).append(Said(text, self._path, line))


def _read_template(path: Path, messages: list[Said], unmarked: list[Said]) -> None:
    tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
    marked: set[int] = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in _IN_TEMPLATES and call.args:
            marked |= {id(each) for each in _constants(call.args[0])}
    for data in tree.find_all(nodes.TemplateData):
        unmarked += [Said(data.data.strip(), path, data.lineno)] if CHINESE.search(data.data) else []
    for constant in tree.find_all(nodes.Const):
        inside, text = id(constant) in marked, constant.value
        if isinstance(text, str) and (CHINESE.search(text) or (inside and _POINTS.search(text))):
            (messages if inside else unmarked).append(Said(text, path, constant.lineno))


def _constants(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    yield from node.find_all(nodes.Const)


def catalogue() -> dict[tuple[str, str], list[tuple[str, polib.POEntry]]]:
    """Context and message → every file that holds it, with the entry."""
    whole: dict[tuple[str, str], list[tuple[str, polib.POEntry]]] = {}
    for path in sorted(CATALOGUE.glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            whole.setdefault((entry.msgctxt or "", entry.msgid), []).append((path.name, entry))
    return whole


def english_of(entry: polib.POEntry) -> list[str]:
    """The forms of an entry."""
    return [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)] or [entry.msgstr]


def main() -> None:
    """Print what is missing."""
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    whole, held = found(), catalogue()
    for each in whole.unmarked:
        if part in each.place:
            print(f"not marked  {each.place}  {each.text[:60]!r}")
    missing = {each.text: each for each in reversed(whole.messages) if ("", each.text) not in held}
    for each in missing.values():
        if part in each.place:
            print(f"no English  {each.place}  {each.text!r}")
    said = {each.text for each in whole.messages}
    for (context, text), entries in held.items():
        if not context and text not in said and not any("kit" in entry.comment for _, entry in entries):
            print(f"not said    {entries[0][0]}  {text!r}")
        if len(entries) > 1:
            print(f"twice       {', '.join(name for name, _ in entries)}  {text!r}")
    print(f"{len(whole.unmarked)} not marked, {len(missing)} without English, {len(said)} texts")


if __name__ == "__main__":
    main()
