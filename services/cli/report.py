"""`residency report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import output


def register(app: typer.Typer) -> None:
    """Add `report`."""
    app.command("report")(report)


def report(
    files: Annotated[list[Path], typer.Argument(help="report.json of a rehearsal; several to compare them.")],
    page: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path("report.html"),
    as_json: output.JsonOption = False,
) -> None:
    """Draw the page of a rehearsal anew from its report.json, or compare rehearsals of several sizes.

    Compared are the processor time of one application, p99, lateness and commands a second. Exit code 1 when an
    application costs more than 1.15 times as much in the largest as in the smallest.

    Example: residency report small/report.json large/report.json -o curves.html
    """
    from services.rehearsal import report_compare, report_files, report_html  # noqa: PLC0415

    try:
        found = [report_files.read(file) for file in files]
        told = report_compare.compare(found) if len(found) > 1 else None
        page.write_text(
            report_html.render(found[0]) if told is None else report_compare.render(found), encoding="utf-8"
        )
    except (report_files.NotAReport, report_compare.NotComparable) as error:
        output.fail(str(error), output.USAGE)
    except OSError as error:
        output.fail(f"{error.filename}: {error.strerror}", output.NOT_FOUND)
    if as_json:
        output.write_json(told or found[0])
    else:
        output.say(f"written: {page}" if told is None else f"{report_compare.said(told)}\nwritten: {page}")
    if told is not None and not told["within"]:
        raise SystemExit(output.FAILED)
