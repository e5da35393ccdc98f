"""Every sentence that a service answers with, as its code holds it: refusals and whatever explains itself.

The services speak Chinese; the portal says it in English by the sentence, or by the reason where that says as much.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from tests.support.messages import CHINESE, ROOT, Said

SERVICES = ROOT / "services"
_TOOLS = {"cli", "cli.py", "drills", "stack", "rehearsal", "verifier"}
"""Their words are read at a terminal."""
_TOLD_ELSEWHERE = (
    "notify/domain/samples.py",  # samples of notices
    "notify/adapters/mail.py",  # the foot of a mail
    "enrollment/domain/forms.py",  # the printed form
    "faculty/domain/printing.py",  # the printed form
    "faculty/domain/certificates.py",  # the printed certificate, and why there is none
    "enrollment/domain/export_tables.py",  # columns of files
)
_ENDS = ("。", "。）")
_SIGNED, _SENT = "【", "请忽略。"
"""How text messages begin or end."""
_IN_FILES = {"EXPLAINED"}
"""Tables of what files explain of themselves."""
_REASON = re.compile(r"[A-Z][A-Z0-9_]{3,}")
PLACE = "{}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in the code; `{}` stands for each figure or name that it carries."""

    said: Said
    reason: str
    """The reason beside which it stands; empty when the code does not show it."""

    @property
    def text(self) -> str:
        """The sentence."""
        return self.said.text


@cache
def _modules() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text("utf-8"))) for path in sorted(SERVICES.rglob("*.py"))]


@cache
def sentences() -> list[Sentence]:
    """All sentences of the services, and the refusals of the portal itself."""
    found: list[Sentence] = []
    for path, tree in _modules():
        inside = path.relative_to(SERVICES).as_posix()
        if path.relative_to(SERVICES).parts[0] in _TOOLS or inside in _TOLD_ELSEWHERE:
            continue
        reader = _Reader(path, refusals_only=inside.startswith("portal/"))
        reader.visit(tree)
        found += reader.found
    return found


def reasons() -> dict[str, str]:
    """Reason → where a refusal with it is made, as far as the code shows it."""
    found: dict[str, str] = {}
    for path, tree in _modules():
        if path.relative_to(SERVICES).parts[0] in _TOOLS:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node) == "DomainError" and len(node.args) > 1:
                for each in ast.walk(node.args[1]):
                    if isinstance(each, ast.Constant) and _is_reason(each.value):
                        found[str(each.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found | {each.reason: each.said.place for each in sentences() if each.reason}


def strings() -> frozenset[str]:
    """Every text in the services, `{}` for each place, without its full stop: what could come to the portal."""
    found = set()
    for _, tree in _modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [str(each.value) if isinstance(each, ast.Constant) else PLACE for each in node.values]
                found.add(_bare("".join(parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(_bare(node.value))
    return frozenset(found)


def made_by(texts: frozenset[str], text: str) -> bool:
    """Whether the code, of which `texts` are all texts, can say `text`: as it stands, or put together from parts."""
    wanted = _bare(text)
    if wanted in texts or wanted.removeprefix(PLACE) in texts:
        return True
    if any(each.fullmatch(wanted) for each in _patterns(texts)):
        return True
    return "，" in wanted and all(made_by(texts, each) for each in wanted.split("，"))


@cache
def _patterns(texts: frozenset[str]) -> list[re.Pattern[str]]:
    return [
        re.compile(re.escape(each).replace(re.escape(PLACE), ".+"))
        for each in texts
        if PLACE in each and CHINESE.search(each)
    ]


def _bare(text: str) -> str:
    return re.sub(r"(\{\})+", PLACE, nameless(text)).rstrip("。")


def capitals() -> set[str]:
    """Every text in capitals in the services: what a reason could be."""
    found = set()
    for path in SERVICES.rglob("*.py"):
        found |= set(re.findall(r"[\"']([A-Z][A-Z0-9_]+)[\"']", path.read_text("utf-8")))
    return found


def nameless(text: str) -> str:
    """A sentence with `{}` in each of its places."""
    return re.sub(r"\{[^{}]*\}", PLACE, text)


class _Reader(ast.NodeVisitor):
    """Walks a module and notes its sentences with the reason beside which each stands."""

    def __init__(self, path: Path, *, refusals_only: bool) -> None:
        self.found: list[Sentence] = []
        self._path, self._refusals_only = path, refusals_only
        self._reason = ""
        self._variables: list[list[tuple[str, int, str]]] = [[]]
        """By function: a variable that a refusal takes its sentence from, where, and the reason of that refusal."""

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._variables.append(sorted(_told_by_variable(node), key=lambda each: each[1]))
        self.generic_visit(node)
        self._variables.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        name = target.id if isinstance(target, ast.Name) else ""
        if name in _IN_FILES:
            return
        told = [each for each in self._variables[-1] if each[0] == name and each[1] >= node.lineno]
        reason = told[0][2] if told else ""
        self._under(reason or self._reason, [node.value])

    def visit_Call(self, node: ast.Call) -> None:
        if self._refusals_only and _name(node) == "DomainError":
            self._refusals_only = False
            self._beside(node.args)
            self._refusals_only = True
            return
        self.visit(node.func)
        self._beside(node.args)
        self._under(self._reason, node.keywords)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._beside(node.elts)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self._beside([*([key] if key is not None else []), value])

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [str(each.value) if isinstance(each, ast.Constant) else PLACE for each in node.values]
        self._note("".join(parts), node.lineno)
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                self._under("", [each.value])

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._note(nameless(node.value), node.lineno)

    def _beside(self, parts: list[ast.expr]) -> None:
        reason = ""
        for part in parts:
            if isinstance(part, ast.Constant) and _is_reason(part.value):
                reason = str(part.value)
                continue
            self._under(reason or self._reason, [part])

    def _under(self, reason: str, parts: list[ast.expr] | list[ast.keyword]) -> None:
        before, self._reason = self._reason, reason
        for part in parts:
            self.visit(part)
        self._reason = before

    def _note(self, text: str, line: int) -> None:
        whole = (
            CHINESE.search(text)
            and text.rstrip().endswith(_ENDS)
            and not (text.startswith(_SIGNED) or text.endswith(_SENT))
        )
        if whole and not self._refusals_only:
            self.found.append(Sentence(Said(text, self._path, line), self._reason))


def _told_by_variable(function: ast.AST) -> Iterator[tuple[str, int, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            for reason, told in pairwise(node.args):
                if isinstance(told, ast.Name) and isinstance(reason, ast.Constant) and _is_reason(reason.value):
                    yield told.id, node.lineno, str(reason.value)


def _is_reason(value: object) -> bool:
    return isinstance(value, str) and _REASON.fullmatch(value) is not None


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
