"""Compiled templates are kept beside them, and only for the text that they were compiled from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from services.portal.template_code import TemplateCode


def _told(folder: Path) -> str:
    environment = Environment(loader=FileSystemLoader(folder), bytecode_cache=TemplateCode(folder), autoescape=True)
    return environment.get_template("page.html").render(name="<某某>")


def test_what_was_compiled_is_kept_until_the_template_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "page.html").write_text("您好，{{ name }}")
    assert _told(tmp_path) == "您好，&lt;某某&gt;"
    kept = list((tmp_path / "__pycache__").iterdir())
    assert len(kept) == 1
    monkeypatch.setattr(Environment, "compile", None)  # nothing compiles any more
    assert _told(tmp_path) == "您好，&lt;某某&gt;"
    monkeypatch.undo()
    (tmp_path / "page.html").write_text("再见，{{ name }}")
    assert _told(tmp_path) == "再见，&lt;某某&gt;"


def test_where_nothing_can_be_written_templates_work_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("您好，{{ name }}")
    (tmp_path / "__pycache__").write_text("no folder")
    assert _told(tmp_path) == "您好，&lt;某某&gt;"
