"""OPS-27. `residency doctor`: a line for each thing that could be amiss, what to do, and where more stands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from services.cli import doctor_laptop, doctor_place, output
from services.cli.doctor_finding import Finding, Grade
from services.cli.doctor_place import Place


def register(app: typer.Typer) -> None:
    """Add `doctor`."""
    app.command("doctor")(doctor)


def doctor(data: output.DataOption = output.DEFAULT_DATA, as_json: output.JsonOption = False) -> None:
    """Say what is amiss, with this machine, a running stack or a cluster, and how to mend it.

    Where the environment is that of a cluster (RESIDENCY_MACHINE_SECRET or RESIDENCY_PROBES is set), it looks at what
    RESIDENCY_* names and not at this machine. Nothing is changed. Exit code 1 when something is broken.
    Example: residency doctor --json
    """
    findings = look(data)
    if as_json:
        output.write_json({"broken": _is_broken(findings), "findings": [each.told() for each in findings]})
    else:
        for line in (line for each in findings for line in each.lines()):
            output.say(line)
    if _is_broken(findings):
        raise typer.Exit(output.FAILED)


def look(data: Path) -> list[Finding]:
    """All findings about a cluster that the environment tells of, else about this machine and a stack on `data`."""
    if doctor_place.told_by_environment():
        try:
            return asyncio.run(examined(doctor_place.of_environment()))
        except ValueError as error:
            output.fail(str(error), output.USAGE)
    found = doctor_laptop.look(data)
    if doctor_place.is_up(data):
        found += asyncio.run(examined(doctor_place.of_stack(data)))
    return found


async def examined(place: Place) -> list[Finding]:
    """What a running platform says; each part is looked at by a module of its own, all at once."""
    from services.cli import (  # noqa: PLC0415  (they bring the clients of all servers)
        doctor_database,
        doctor_files,
        doctor_nats,
        doctor_processes,
        doctor_temporal,
    )

    found = await asyncio.gather(
        doctor_processes.look(place.probes),
        doctor_database.look(place),
        doctor_nats.look(place),
        doctor_temporal.look(place),
        doctor_files.look(place),
    )
    return [each for findings in found for each in findings]


def _is_broken(findings: list[Finding]) -> bool:
    return any(each.grade is Grade.BROKEN for each in findings)
