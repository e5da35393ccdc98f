"""What commands about a cycle read: the cycle of enrollment, its waits of Temporal, the last deeds of the audit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from services.kit.domain import DomainError, Kind

if TYPE_CHECKING:
    from temporalio.client import Client

    from residency.enrollment.v1 import cycle_pb2
    from services.kit.grpc_client import Channel
    from services.kit.settings import Settings

Result = TypeVar("Result")

CONNECT_SECONDS = 5.0


async def find_cycle(to: Callable[[str], Channel], wanted: str) -> cycle_pb2.Cycle:
    """The cycle whose id begins with `wanted`; the only open one when `wanted` is empty.

    Raises DomainError NOT_FOUND when there is none, CONFLICT naming them when there are several.
    """
    from residency.enrollment.v1 import cycle_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)
    from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub  # noqa: PLC0415

    answer = await to("enrollment").stub(CycleServiceStub).ListCycles(pb.ListCyclesRequest(open_only=not wanted))
    found: list[cycle_pb2.Cycle] = [cycle for cycle in answer.cycles if cycle.cycle_id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        message = f"no cycle begins with {wanted!r}" if wanted else "no cycle is open"
        raise DomainError(Kind.NOT_FOUND, "NO_CYCLE", message)
    names = ", ".join(f"{cycle.cycle_id} ({cycle.title})" for cycle in found)
    raise DomainError(Kind.CONFLICT, "SEVERAL_CYCLES", f"which of these: {names}")


def present(cycle: cycle_pb2.Cycle) -> cycle_pb2.CyclePhase:
    """The phase in which the gate stands."""
    return next(phase for phase in cycle.phases if phase.sequence == cycle.sequence)


def following(cycle: cycle_pb2.Cycle) -> cycle_pb2.CyclePhase | None:
    """The phase after the present one; None at the end."""
    return next((phase for phase in cycle.phases if phase.sequence == cycle.sequence + 1), None)


def instant(message: Any, field: str) -> datetime | None:
    """The aware UTC instant in `field`; None when it is not set."""
    return getattr(message, field).ToDatetime(tzinfo=UTC) if message.HasField(field) else None


def said(moment: datetime | None) -> str | None:
    """An instant for programs; None when there is none."""
    return moment.isoformat() if moment is not None else None


def cycle_value(cycle: cycle_pb2.Cycle) -> dict[str, Any]:
    """A cycle for programs: calendar, gate, held."""
    from residency.enrollment.v1 import cycle_pb2 as pb  # noqa: PLC0415

    return {
        "cycle_id": cycle.cycle_id,
        "title": cycle.title,
        "year": cycle.year,
        "draft": cycle.draft,
        "calendar_version": cycle.calendar_version,
        "read_at": said(instant(cycle, "read_at")),
        "held_since": said(instant(cycle, "held_since")),
        "gate": {"sequence": cycle.sequence, "phase": present(cycle).key, "round": present(cycle).round},
        "phases": [
            {
                "key": phase.key,
                "phase": pb.Phase.Name(phase.phase).removeprefix("PHASE_").lower(),
                "name": phase.name,
                "round": phase.round,
                "first_day": phase.first_day,
                "last_day": phase.last_day,
                "opens_at": said(instant(phase, "opens_at")),
                "closes_at": said(instant(phase, "closes_at")),
                "entered_at": said(instant(phase, "entered_at")),
                "gap_name": phase.gap_name,
            }
            for phase in cycle.phases
        ],
        "milestones": [
            {"key": each.key, "phase_key": each.phase_key, "name": each.name, "day": each.day, "exam": each.exam}
            for each in cycle.milestones
        ],
    }


def refusal_now(cycle: cycle_pb2.Cycle) -> dict[str, Any]:
    """What refuses every deed of the present phase now, by which rule and until when; no rule when nothing does."""
    gate, after = present(cycle), following(cycle)
    read_at = instant(cycle, "read_at") or datetime.now(UTC)
    closes = instant(gate, "closes_at")
    if cycle.draft:
        return _refusal("", "the cycle is a draft: nothing begins before it is confirmed", None)
    if cycle.HasField("held_since"):
        return _refusal("CAL-HOLD", "the cycle is held: everything is refused until it is resumed", None)
    if after is None:
        return _refusal("CAP-CLOSED", "the cycle is closed", None)
    opens_next = instant(after, "opens_at")
    if closes is not None and read_at >= closes:
        why = f"{gate.name} ended at {closes.isoformat()} and {after.name} has not been entered"
        return _refusal("CAP-CLOSED", why, opens_next)
    if gate.sequence == 0:
        return _refusal("CAL-10", f"{after.name} has not begun", opens_next)
    return _refusal("", f"{gate.name} is under way: what it does not allow is refused", closes)


def _refusal(rule: str, why: str, until: datetime | None) -> dict[str, Any]:
    return {"rule": rule, "why": why, "until": said(until)}


async def with_temporal(settings: Settings, work: Callable[[Client], Awaitable[Result]]) -> Result:
    """Run `work` on a client of Temporal. Raises DomainError UNAVAILABLE when it does not answer."""
    from temporalio.service import RPCError  # noqa: PLC0415  (brings the SDK)

    from services.kit.temporal import Admission  # noqa: PLC0415

    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await work(await Admission.of(settings).client(settings))
    except (RPCError, RuntimeError, TimeoutError) as error:
        message = f"Temporal at {settings.temporal_address} does not answer"
        raise DomainError(Kind.UNAVAILABLE, "TEMPORAL_AWAY", message) from error


async def waits_of(client: Client, cycle_id: str, base_code: str = "") -> list[dict[str, Any]]:
    """What the runs of a cycle, or of one base of it, wait for since when; by Temporal's list, which lags a little."""
    from workflows.primitives import visible  # noqa: PLC0415

    base = f" AND ResidencyBase = '{base_code}'" if base_code else ""
    found = []
    async for run in client.list_workflows(f"ExecutionStatus = 'Running' AND ResidencyCycle = '{cycle_id}'{base}"):
        attributes = run.typed_search_attributes
        found.append(
            {
                "workflow_id": run.id,
                "workflow": run.workflow_type,
                "base": attributes.get(visible.BASE) or "",
                "round": attributes.get(visible.ROUND) or 0,
                "waits_for": attributes.get(visible.WAITS_FOR) or "",
                "since": said(attributes.get(visible.WAITING_SINCE)),
            }
        )
    return sorted(found, key=lambda wait: str(wait["workflow_id"]))


async def window_status(client: Client, wait: dict[str, Any]) -> dict[str, Any] | None:
    """What a window says of its backlog and pace; None while no worker answers."""
    from temporalio.client import WorkflowQueryFailedError  # noqa: PLC0415
    from temporalio.service import RPCError  # noqa: PLC0415

    handle = client.get_workflow_handle(str(wait["workflow_id"]))
    try:
        told: Any = await handle.query("status", rpc_timeout=timedelta(seconds=2))
    except (RPCError, WorkflowQueryFailedError):
        return None
    return dict(told)


async def last_deeds(url: str, application_id: str, count: int = 3) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An application and its last deeds, newest first, from enrollment's database: ids, states and rules, no person.

    Raises DomainError NOT_FOUND when there is no such application, UNAVAILABLE when the database cannot be read.
    """
    import asyncpg  # noqa: PLC0415  (brings the client of PostgreSQL)

    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
        try:
            row = await connection.fetchrow(
                "SELECT id::text AS application_id, cycle_id::text, state, round, base_code, version"
                " FROM application WHERE id = $1::uuid",
                application_id,
            )
            deeds = await connection.fetch(
                "SELECT n, at, command, role, rule, phase, calendar_version, state_before, state_after"
                " FROM audit WHERE aggregate_id = $1::uuid ORDER BY n DESC LIMIT $2",
                application_id,
                count,
            )
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        message = f"enrollment's database cannot be read: {type(error).__name__}: {error}"
        raise DomainError(Kind.UNAVAILABLE, "DATABASE_AWAY", message) from error
    if row is None:
        raise DomainError(Kind.NOT_FOUND, "NO_APPLICATION", f"no application {application_id}")
    return dict(row), [{**deed, "at": deed["at"].isoformat()} for deed in map(dict, deeds)]
