"""Workflow code keeps to the sandbox: one pass-through block, no escapes, one payload a message."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest
from temporalio import workflow

from tests.replay.test_replay import WORKFLOWS

SOURCES = sorted(Path("workflows").glob("*/workflow.py"))
PURE = sorted([*Path("workflows").glob("*/contract.py"), *Path("workflows").glob("*/calendar.py")])
ESCAPES = ("sandbox_unrestricted", "sandboxed=False", "unsafe.skip", "UnsandboxedWorkflowRunner")
CLOCKS = (".now(", ".today(", ".utcnow(", "time.time", "random", "uuid4")
LONGEST_RUN = 40


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_there_is_one_pass_through_block_and_no_escape(path: Path) -> None:
    source = path.read_text()
    assert source.count("imports_passed_through") == 1
    assert not [escape for escape in ESCAPES if escape in source]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_first_party_payloads_are_imported_inside_the_block(path: Path) -> None:
    outside = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom)]
    modules = [node.module or "" for node in outside]
    assert not [name for name in modules if name.startswith("workflows.") and ".primitives" not in name]


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_modules_passed_through_read_no_clock(path: Path) -> None:
    source = path.read_text()
    assert not [clock for clock in CLOCKS if clock in source]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_run_is_short_enough_to_read_aloud(path: Path) -> None:
    runs = [node for node in ast.walk(ast.parse(path.read_text())) if getattr(node, "name", "") == "run"]
    (run,) = [node for node in runs if isinstance(node, ast.AsyncFunctionDef)]
    assert (run.end_lineno or 0) - run.lineno < LONGEST_RUN


@pytest.mark.parametrize("kind", WORKFLOWS.values(), ids=lambda kind: kind.__name__)
def test_every_message_is_one_dataclass(kind: type) -> None:
    definition = workflow._Definition.must_from_class(kind)
    signals = [message.arg_types for message in definition.signals.values()]
    updates = [message.arg_types for message in definition.updates.values()]
    messages = [definition.arg_types, *signals, *updates]
    for types in messages:
        assert types is not None
        assert len(types) == 1
        assert dataclasses.is_dataclass(types[0])
