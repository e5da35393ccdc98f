"""Reads what somebody wants a calendar to be: from a file, or from `--move key=first..last` on top of what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.cli import output

if TYPE_CHECKING:
    from residency.enrollment.v1 import amendment_service_pb2 as amendments
    from residency.enrollment.v1 import cycle_pb2

_MOVE = re.compile(r"(?P<key>[a-z][a-z0-9_.-]*)=(?P<first>\d{4}-\d{2}-\d{2})?\.\.(?P<last>\d{4}-\d{2}-\d{2})?")
_PHASE = ("key", "phase", "name", "first_day", "last_day", "gap_name")
_MILESTONE = ("key", "phase_key", "name", "day", "exam")


def wish(
    cycle: cycle_pb2.Cycle, kind: str, file: Path | None = None, moves: Sequence[str] = (), based_on: int = 0
) -> amendments.Wish:
    """The change: `kind` is `amend`, `hold`, `resume`, `advance` or `end`; a calendar belongs to `amend` alone.

    Ends the command (usage) when file or move cannot be read, naming what is wrong.
    """
    from residency.enrollment.v1 import amendment_service_pb2 as pb  # noqa: PLC0415  (brings protobuf)

    made = pb.Wish(kind=f"AMENDMENT_KIND_{kind.upper()}", based_on=based_on or cycle.calendar_version)
    if kind != "amend":
        return made
    value = calendar_value(cycle) if file is None else _read(file, cycle)
    for move in moves:
        _move(value["phases"], move)
    for phase in value["phases"]:
        made.phases.add(**{**phase, "phase": f"PHASE_{str(phase['phase']).upper()}"})
    for milestone in value["milestones"]:
        made.milestones.add(**milestone)
    return made


def calendar_value(cycle: cycle_pb2.Cycle) -> dict[str, list[dict[str, Any]]]:
    """The calendar as a file has it: phases and milestones; what is implied (preparation, closed) is left out."""
    from residency.enrollment.v1 import cycle_pb2 as pb  # noqa: PLC0415

    phases = [
        {
            "key": phase.key,
            "phase": pb.Phase.Name(phase.phase).removeprefix("PHASE_").lower(),
            "name": phase.name,
            "first_day": phase.first_day,
            "last_day": phase.last_day,
            "gap_name": phase.gap_name,
        }
        for phase in cycle.phases
        if phase.first_day
    ]
    milestones = [
        {"key": each.key, "phase_key": each.phase_key, "name": each.name, "day": each.day, "exam": each.exam}
        for each in cycle.milestones
    ]
    return {"phases": phases, "milestones": milestones}


def calendar_file(cycle: cycle_pb2.Cycle) -> str:
    """The calendar as a YAML file to be edited and given to `amend`."""
    import yaml  # noqa: PLC0415

    heading = f"# {cycle.title}, version {cycle.calendar_version}. Days are inclusive. `residency cycle amend FILE`\n"
    return heading + str(yaml.safe_dump(calendar_value(cycle), allow_unicode=True, sort_keys=False))


def _move(phases: list[dict[str, Any]], move: str) -> None:
    match = _MOVE.fullmatch(move)
    if match is None or not (match["first"] or match["last"]):
        output.fail(f"--move {move!r}: write key=2023-08-01..2023-08-12, either day may be left out", output.USAGE)
    for phase in phases:
        if phase["key"] == match["key"]:
            phase["first_day"] = match["first"] or phase["first_day"]
            phase["last_day"] = match["last"] or phase["last_day"]
            return
    known = ", ".join(phase["key"] for phase in phases)
    output.fail(f"--move {move!r}: no phase {match['key']!r}; there are {known}", output.USAGE)


def _read(file: Path, cycle: cycle_pb2.Cycle) -> dict[str, list[dict[str, Any]]]:
    """A file with `phases` and, unless they stay as they are, `milestones`; a province file has them in `calendar`."""
    import yaml  # noqa: PLC0415

    from residency.enrollment.v1 import cycle_pb2 as pb  # noqa: PLC0415

    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        output.fail(f"{file}: cannot be read: {error}", output.USAGE)
    if isinstance(document, dict) and isinstance(document.get("calendar"), dict):
        document = document["calendar"]
    if not isinstance(document, dict) or not isinstance(document.get("phases"), list):
        output.fail(f"{file}: no list `phases`; `residency cycle show --file` prints one to begin with", output.USAGE)
    phases = [_row(file, "phases", number, row, _PHASE) for number, row in enumerate(document["phases"], 1)]
    for number, phase in enumerate(phases, 1):
        if f"PHASE_{phase.get('phase', '').upper()}" not in pb.Phase.keys():  # noqa: SIM118  (an enum of protobuf)
            output.fail(f"{file}: phases, number {number}: no phase {phase.get('phase')!r}", output.USAGE)
    kept = calendar_value(cycle)["milestones"]
    told = document.get("milestones")
    milestones = (
        kept if told is None else [_row(file, "milestones", n, row, _MILESTONE) for n, row in enumerate(told, 1)]
    )
    return {"phases": phases, "milestones": milestones}


def _row(file: Path, part: str, number: int, row: Any, known: Sequence[str]) -> dict[str, Any]:
    if not isinstance(row, dict) or set(row) - {*known, "provenance"}:
        output.fail(f"{file}: {part}, number {number}: only {', '.join(known)} are known", output.USAGE)
    return {name: value if isinstance(value, bool) else str(value) for name, value in row.items() if name in known}
