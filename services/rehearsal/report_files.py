"""OPS-94: what a rehearsal leaves behind: report.html for people, report.json for programs, and both read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.rehearsal import report_html
from services.rehearsal.report import FORMAT

SCHEMA = Path(__file__).with_name("report.schema.json")
"""Beside this file."""


class NotAReport(ValueError):
    """A file that is no report of a rehearsal, or one of another format."""


def write(report: Mapping[str, Any], folder: Path) -> Path:
    """Write both files into `folder`, which is made; returns the page. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "report.html"
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write_text(report_html.render(report), encoding="utf-8")
    return page


def read(file: Path) -> dict[str, Any]:
    """A report as it was written. Raises NotAReport, or OSError when the file cannot be read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotAReport(f"{file} is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise NotAReport(f"{file} is no report of a rehearsal in format {FORMAT}")
    return found
