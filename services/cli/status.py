"""`residency status`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import typer

from services.cli import output
from services.kit.domain import DomainError
from services.stack import processes, servers
from services.stack import state as states
from services.stack.state import State

if TYPE_CHECKING:
    from residency.enrollment.v1 import cycle_pb2


def register(app: typer.Typer) -> None:
    """Add `status`."""
    app.command("status")(status)


def status(data: output.DataOption = output.DEFAULT_DATA, as_json: output.JsonOption = False) -> None:
    """Say whether a stack is up on the data directory, where, how often its parts died, and where open cycles stand.

    Exit code 69 when none is up. Example: residency status --json
    """
    if not states.is_up(data):
        if as_json:
            output.write_json({"up": False, "data": str(data.absolute())})
            raise typer.Exit(output.UNAVAILABLE)
        servers.running(data)
    state = states.load(data)
    told = asyncio.run(_report(str(data.absolute()), state))
    if as_json:
        output.write_json(told)
        return
    for line in _lines(told):
        output.say(line)


async def _report(data: str, state: State) -> dict[str, Any]:
    names = [*servers.VARIABLES, *processes.names(state)]
    parts = {
        name: {"pid": state.pids.get(name, 0), "restarts": state.restarts.get(name, 0)}
        for name in names
        if name in state.pids
    }
    report = {"up": True, "data": data, "addresses": state.urls, "parts": parts}
    try:
        return report | {"cycles": await _open_cycles(state)}
    except DomainError as error:
        return report | {"cycles": [], "problem": f"enrollment does not answer: {error.reason}"}


async def _open_cycles(state: State) -> list[dict[str, str]]:
    from residency.enrollment.v1 import cycle_service_pb2  # noqa: PLC0415  (brings gRPC; "not running" need not wait)
    from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub  # noqa: PLC0415
    from services.access import service_config  # noqa: PLC0415
    from services.kit.grpc_client import Channel  # noqa: PLC0415

    address = processes.addresses(state)["RESIDENCY_ENROLLMENT_ADDRESS"]
    channel = Channel(address, config=service_config("enrollment"))
    try:
        answer = await channel.stub(CycleServiceStub).ListCycles(cycle_service_pb2.ListCyclesRequest(open_only=True))
        return [_cycle(cycle) for cycle in answer.cycles]
    finally:
        await channel.close()


def _cycle(cycle: cycle_pb2.Cycle) -> dict[str, str]:
    phase = next((phase for phase in cycle.phases if phase.sequence == cycle.sequence), None)
    closes = phase is not None and phase.HasField("closes_at")
    return {
        "cycle_id": cycle.cycle_id,
        "title": cycle.title,
        "phase": phase.name if phase is not None else "",
        "closes_at": phase.closes_at.ToJsonString() if phase is not None and closes else "",
    }


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"up on {told['data']}"]
    lines += [f"  {name:<15} {address}" for name, address in told["addresses"].items()]
    for name, part in told["parts"].items():
        running = f"process {part['pid']}" if part["pid"] else "dead, being restarted"
        died = f", died {part['restarts']}×" if part["restarts"] else ""
        lines.append(f"  {name:<15} {running}{died}")
    for cycle in told["cycles"]:
        until = f" until {cycle['closes_at']}" if cycle["closes_at"] else ""
        lines.append(f"  {cycle['title']}: {cycle['phase']}{until} ({cycle['cycle_id']})")
    if "problem" in told:
        lines.append(f"  {told['problem']}")
    return lines
