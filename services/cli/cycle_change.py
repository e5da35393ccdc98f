"""`residency cycle what-if|amend|hold|resume|advance|end|approve|refuse`: changing a calendar that runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, output
from services.cli import cycle_reading as reading
from services.cli.cycle_show import CycleArgument
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id

if TYPE_CHECKING:
    from residency.enrollment.v1 import amendment_service_pb2 as pb
    from residency.enrollment.v1 import cycle_pb2
    from services.kit.grpc_client import Channel

ORDERS = {
    "hold": "Stop everything now, until it is resumed. Example: residency cycle hold --reason 系统故障",
    "resume": "Go on; what had not ended ends later by as many whole days as it was held.",
    "advance": "End the present phase with this calendar day; the next begins the day after, later ones stay.",
    "end": "End the cycle with this calendar day; later phases are dropped.",
}
"""Changes that take no dates, and what their commands say of themselves."""
KINDS = ("amend", *ORDERS)

FileArgument = Annotated[
    Path | None, typer.Argument(help="The whole calendar as it shall be; `cycle show --file` prints what it is.")
]
MoveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--move",
        help="This phase: key=first..last, either day may be left out; again for the next, which begins later then.",
    ),
]
CycleOption = Annotated[str, typer.Option("--cycle", help="Id of the cycle or how it begins.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; everybody concerned reads it.")]
KeyOption = Annotated[str, typer.Option("--key", help="The same key, with the same --based-on, asks once.")]
BasedOnOption = Annotated[
    int, typer.Option("--based-on", min=0, help="Version of the calendar that was looked at; 0 for the present one.")
]
DecisionKeyOption = Annotated[str, typer.Option("--key", help="Makes a retry harmless: the same key decides once.")]
AnswerOption = Annotated[str, typer.Option("--answer", help="What to answer.")]


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("what-if")(what_if)
    group.command("amend")(amend)
    for kind, sentence in ORDERS.items():
        group.command(kind)(_order(kind, sentence))
    group.command("approve")(approve)
    group.command("refuse")(refuse)


def what_if(
    file: FileArgument = None,
    move: MoveOption = None,
    kind: Annotated[str, typer.Option(help="amend, hold, resume, advance or end.")] = "amend",
    cycle: CycleOption = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Say what a change of the calendar would do, and change nothing.

    Example: residency cycle what-if --move second_choice=..2023-08-12 --move reallocation=2023-08-13..
    """
    _check(kind, file, move)

    async def ask(to: Callable[[str], Channel]) -> pb.Impact:
        from residency.enrollment.v1 import amendment_service_pb2  # noqa: PLC0415  (brings gRPC)
        from services.cli.cycle_wish import wish  # noqa: PLC0415

        found = await reading.find_cycle(to, cycle)
        wanted = wish(found, kind, file, move or ())
        request = amendment_service_pb2.PreviewAmendmentRequest(cycle_id=found.cycle_id, wish=wanted)
        answer = await _service(to).PreviewAmendment(request)
        impact: pb.Impact = answer.impact
        return impact

    impact = asking.as_operator(data, ask)
    if as_json:
        output.write_json(_value(impact))
        return
    from services.cli import cycle_telling  # noqa: PLC0415

    cycle_telling.show_impact(impact)


def amend(
    reason: ReasonOption,
    file: FileArgument = None,
    move: MoveOption = None,
    cycle: CycleOption = "",
    key: KeyOption = "",
    based_on: BasedOnOption = 0,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Ask for other dates, rounds or milestones; applied at once, or once a second person approves it (exit code 0).

    Example: residency cycle amend --move second_choice=..2023-08-12 --move reallocation=2023-08-13.. --reason 台风
    """
    _check("amend", file, move)
    _propose(data, cycle, "amend", reason, key, based_on, as_json=as_json, file=file, moves=move or [])


def _order(kind: str, sentence: str) -> Callable[..., None]:
    """A command that takes no dates: what changes follows from its kind."""

    def command(
        reason: ReasonOption,
        cycle: CycleArgument = "",
        key: KeyOption = "",
        based_on: BasedOnOption = 0,
        data: output.DataOption = output.DEFAULT_DATA,
        as_json: output.JsonOption = False,
    ) -> None:
        _propose(data, cycle, kind, reason, key, based_on, as_json=as_json)

    command.__doc__ = sentence
    return command


def approve(
    amendment: Annotated[str, typer.Argument(help="Id of the amendment or how it begins.")],
    answer: AnswerOption = "",
    cycle: CycleOption = "",
    key: DecisionKeyOption = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Agree to a change that somebody else asked for, and apply it."""
    _decide(data, cycle, amendment, key, answer, agree=True, as_json=as_json)


def refuse(
    amendment: Annotated[str, typer.Argument(help="Id of the amendment or how it begins.")],
    answer: AnswerOption,
    cycle: CycleOption = "",
    key: DecisionKeyOption = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Refuse a change that somebody else asked for, or withdraw one's own."""
    _decide(data, cycle, amendment, key, answer, agree=False, as_json=as_json)


def _check(kind: str, file: Path | None, moves: list[str] | None) -> None:
    if kind not in KINDS:
        output.fail(f"no kind {kind!r}: {', '.join(KINDS)}", output.USAGE)
    if kind == "amend" and file is None and not moves:
        output.fail("what shall change: a FILE, or --move key=first..last", output.USAGE)


def _propose(
    data: Path,
    cycle: str,
    kind: str,
    reason: str,
    key: str,
    based_on: int,
    *,
    as_json: bool,
    file: Path | None = None,
    moves: list[str] | None = None,
) -> None:
    async def ask(to: Callable[[str], Channel]) -> pb.Amendment:
        from residency.enrollment.v1 import amendment_service_pb2  # noqa: PLC0415  (brings gRPC)
        from services.cli.cycle_wish import wish  # noqa: PLC0415

        found: cycle_pb2.Cycle = await reading.find_cycle(to, cycle)
        request = amendment_service_pb2.ProposeAmendmentRequest(
            idempotency_key=key or new_id(),
            cycle_id=found.cycle_id,
            wish=wish(found, kind, file, moves or (), based_on),
            reason=reason,
        )
        made: pb.Amendment = (await _service(to).ProposeAmendment(request)).amendment
        return made

    _tell(asking.as_operator(data, ask), as_json=as_json)


def _decide(data: Path, cycle: str, amendment: str, key: str, answer: str, *, agree: bool, as_json: bool) -> None:
    async def ask(to: Callable[[str], Channel]) -> pb.Amendment:
        from residency.enrollment.v1 import amendment_service_pb2  # noqa: PLC0415  (brings gRPC)

        found = await reading.find_cycle(to, cycle)
        service = _service(to)
        listed = await service.ListAmendments(amendment_service_pb2.ListAmendmentsRequest(cycle_id=found.cycle_id))
        wanted = [each.amendment_id for each in listed.amendments if each.amendment_id.startswith(amendment)]
        if len(wanted) != 1:
            kind = Kind.CONFLICT if wanted else Kind.NOT_FOUND
            message = f"which of these: {', '.join(wanted)}" if wanted else f"no amendment begins with {amendment!r}"
            raise DomainError(kind, "WHICH_AMENDMENT", message)
        request = amendment_service_pb2.DecideAmendmentRequest(
            idempotency_key=key or new_id(),
            cycle_id=found.cycle_id,
            amendment_id=wanted[0],
            agree=agree,
            answer=answer,
        )
        made: pb.Amendment = (await service.DecideAmendment(request)).amendment
        return made

    _tell(asking.as_operator(data, ask), as_json=as_json)


def _service(to: Callable[[str], Channel]) -> Any:
    from residency.enrollment.v1.amendment_service_pb2_grpc import AmendmentServiceStub  # noqa: PLC0415

    return to("enrollment").stub(AmendmentServiceStub)


def _tell(made: pb.Amendment, *, as_json: bool) -> None:
    from services.cli import cycle_telling as telling  # noqa: PLC0415

    if as_json:
        output.write_json(_value(made))
        return
    telling.show_impact(made.impact)
    state = telling.state_of(made)
    said = {
        "open": f"waits for a second person: residency cycle approve {made.amendment_id}",
        "applied": f"applied: version {made.version} of the calendar holds",
    }.get(state, state)
    output.say(f"{telling.kind_of(made)} {said}")


def _value(message: Any) -> Any:
    from google.protobuf.json_format import MessageToDict  # noqa: PLC0415

    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
