"""No module is longer than a newcomer can hold: 400 lines at most."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE_LINES = 400
RUN_LINES = 40
FOLDERS = ("services", "workflows", "tests", "docs", "deploy")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def test_there_are_modules_to_measure() -> None:
    assert len(MODULES) > 50


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_has_at_most_400_lines(module: Path) -> None:
    lines = len(module.read_text().splitlines())
    assert lines <= MODULE_LINES, f"{module.name} has {lines} lines: split it by rule or role, never by number"


@pytest.mark.parametrize("module", sorted((ROOT / "workflows").rglob("workflow.py")), ids=lambda path: path.parent.name)
def test_run_reads_aloud(module: Path) -> None:
    runs = [
        node
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "run"
    ]
    assert runs
    for run in runs:
        assert run.end_lineno is not None
        length = run.end_lineno - run.lineno + 1
        assert length <= RUN_LINES, f"run() has {length} lines: name its steps"
