"""`residency cycle show` and `why`: where a cycle stands, what it waits for, and what refuses now."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, output
from services.cli import cycle_reading as reading
from services.kit.domain import DomainError

if TYPE_CHECKING:
    from residency.enrollment.v1 import cycle_pb2
    from services.kit.grpc_client import Channel

CycleArgument = Annotated[str, typer.Argument(help="Id of the cycle or how it begins; the only open one without it.")]
_BASE = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_APPLICATION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def register(group: typer.Typer) -> None:
    """Add `show` and `why`."""
    group.command("show")(show)
    group.command("why")(why)


def show(
    cycle: CycleArgument = "",
    every: Annotated[bool, typer.Option("--all", help="Every run by itself.")] = False,
    as_file: Annotated[bool, typer.Option("--file", help="Only the calendar, as a file for `amend`.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Show a cycle: its calendar, where its gate stands, whether it is held, and who waits for what since when.

    Example: residency cycle show --json
    """
    found, changes = _cycle_and_amendments(data, cycle)
    if as_file:
        from services.cli.cycle_wish import calendar_file  # noqa: PLC0415

        print(calendar_file(found), end="")
        return
    waits, problem = _waits(data, found.cycle_id)
    if as_json:
        told = reading.cycle_value(found) | {"waits": waits, "amendments": [_change(each) for each in changes]}
        output.write_json(told | ({"problem": problem} if problem else {}))
        return
    from services.cli import cycle_telling as telling  # noqa: PLC0415

    telling.show_cycle(found)
    telling.show_amendments(changes)
    telling.show_waits(waits, every=every)
    if problem:
        output.say(problem)


def why(
    what: Annotated[str, typer.Argument(help="A cycle, the code of a base, or the id of an application.")] = "",
    cycle: Annotated[str, typer.Option(help="The base's cycle, when several are open.")] = "",
    enrollment_url: Annotated[
        str,
        typer.Option(envvar="RESIDENCY_ENROLLMENT_DATABASE_URL", help="Enrollment's.", show_default="the stack's"),
    ] = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Say why a cycle, a base or an application stands where it stands: the last decision, the calendar's version, the
    gate, and which rule refuses now and until when.

    Example: residency cycle why SD-QILU
    """
    told: dict[str, Any] = {}
    if _APPLICATION.fullmatch(what) and (about := _application(data, enrollment_url, what)) is not None:
        told = about
        found, changes = _cycle_and_amendments(data, about["application"]["cycle_id"])
    elif not what or re.fullmatch("[0-9a-f-]{4,36}", what):
        found, changes = _cycle_and_amendments(data, what or cycle)
    else:
        if not _BASE.fullmatch(what):
            output.fail(f"{what!r} is no cycle, no base and no application", output.USAGE)
        found, changes = _cycle_and_amendments(data, cycle)
        told = _base(data, found.cycle_id, what)
    last = [_change(each) for each in changes[:3]]
    told |= {"cycle": _gate(found), "refuses": reading.refusal_now(found), "amendments": last}
    if as_json:
        output.write_json(told)
        return
    _tell(found, told)


def _cycle_and_amendments(data: Path, wanted: str) -> tuple[cycle_pb2.Cycle, list[Any]]:
    async def ask(to: Callable[[str], Channel]) -> tuple[cycle_pb2.Cycle, list[Any]]:
        from residency.enrollment.v1 import amendment_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)
        from residency.enrollment.v1.amendment_service_pb2_grpc import AmendmentServiceStub  # noqa: PLC0415

        cycle = await reading.find_cycle(to, wanted)
        stub = to("enrollment").stub(AmendmentServiceStub)
        answer = await stub.ListAmendments(pb.ListAmendmentsRequest(cycle_id=cycle.cycle_id))
        return cycle, list(answer.amendments)

    return asking.as_operator(data, ask)


def _waits(data: Path, cycle_id: str) -> tuple[list[dict[str, Any]], str]:
    """What is waited for; with Temporal away the rest is still worth showing, and the problem is said."""
    try:
        return asking.of_temporal(data, lambda client: reading.waits_of(client, cycle_id)), ""
    except DomainError as error:
        return [], f"what is waited for is not known: {error.message}"


def _base(data: Path, cycle_id: str, base_code: str) -> dict[str, Any]:
    async def ask(client: Any) -> list[dict[str, Any]]:
        waits = await reading.waits_of(client, cycle_id, base_code)
        windows = [wait for wait in waits if wait["workflow"] == "BaseWindow"]
        return waits + [{**wait, "status": await reading.window_status(client, wait)} for wait in windows]

    try:
        found = asking.of_temporal(data, ask)
    except DomainError as error:
        return {"base": base_code, "waits": [], "problem": error.message}
    asked = {wait["workflow_id"]: wait for wait in found}
    return {"base": base_code, "waits": list(asked.values())}


def _application(data: Path, url: str, application_id: str) -> dict[str, Any] | None:
    """An application and its last deeds; None when it is none, and may be a cycle."""
    import asyncio  # noqa: PLC0415

    from services.cli.audit import stack_url  # noqa: PLC0415
    from services.kit.domain import Kind  # noqa: PLC0415

    try:
        about, deeds = asyncio.run(reading.last_deeds(url or stack_url("enrollment", data), application_id))
    except DomainError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        return None
    return {"application": about, "deeds": deeds}


def _gate(cycle: cycle_pb2.Cycle) -> dict[str, Any]:
    value = reading.cycle_value(cycle)
    return {name: value[name] for name in ("cycle_id", "title", "calendar_version", "held_since", "gate", "read_at")}


def _change(amendment: Any) -> dict[str, Any]:
    from services.cli import cycle_telling as telling  # noqa: PLC0415

    return {
        "amendment_id": amendment.amendment_id,
        "kind": telling.kind_of(amendment),
        "state": telling.state_of(amendment),
        "version": amendment.version,
        "reason": amendment.reason,
        "proposed_at": reading.said(reading.instant(amendment, "proposed_at")),
        "proposed_by": amendment.proposed_by,
        "decided_by": amendment.decided_by,
    }


def _tell(cycle: cycle_pb2.Cycle, told: dict[str, Any]) -> None:
    from services.cli import cycle_telling as telling  # noqa: PLC0415

    if "application" in told:
        about = told["application"]
        place = f" at {about['base_code']}" if about["base_code"] else ""
        output.say(f"application {about['application_id']}: {about['state']}{place}, round {about['round']}")
        for deed in told["deeds"]:
            output.say(
                f"  {deed['at']}  {deed['command']} by {deed['role']}: {deed['state_before'] or '–'} → "
                f"{deed['state_after'] or '–'}, allowed by {deed['rule']} in {deed['phase']}, "
                f"version {deed['calendar_version']} of the calendar"
            )
    for wait in told.get("waits", []):
        output.say(f"{wait['workflow_id']} waits for {wait['waits_for'] or '–'} since {wait['since'] or '–'}")
        for name, value in (wait.get("status") or {}).items():
            output.say(f"  {name}: {value}")
    if "base" in told and not told["waits"]:
        output.say(told.get("problem") or f"nothing is waited for at {told['base']}")
    output.say(telling.where(cycle))
    output.say(f"version {cycle.calendar_version} of the calendar holds")
    for each in told["amendments"]:
        output.say(
            f"  {each['proposed_at']}  {each['kind']} {each['state']}: {each['reason']} ({each['amendment_id']})"
        )
    refuses = told["refuses"]
    rule, until = (f" [{refuses['rule']}]" if refuses["rule"] else ""), refuses["until"]
    output.say(f"{refuses['why']}{rule}{f', until {until}' if until else ''}")
