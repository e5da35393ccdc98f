"""`residency cycle`: `create FILE`, and the group that the other commands about cycles belong to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, cycle_change, cycle_show, output
from services.kit.domain import DomainError
from services.kit.ids import new_id

if TYPE_CHECKING:
    from residency.enrollment.v1 import cycle_service_pb2 as pb
    from services.kit.grpc_client import Channel
    from services.rehearsal.province import Province


def register(app: typer.Typer) -> None:
    """Add `cycle`."""
    group = typer.Typer(help="Recruitment cycles: a year of a province.", no_args_is_help=True)
    group.command("create")(create)
    cycle_show.register(group)
    cycle_change.register(group)
    group.callback()(_group)
    app.add_typer(group, name="cycle")


def create(
    file: Annotated[Path, typer.Argument(help="Province file: calendar, bases, plan, policy; `-` reads it.")],
    title: Annotated[str, typer.Option(help="Another title than the file's.")] = "",
    key: Annotated[str, typer.Option(help="Makes a retry harmless: the same key creates one cycle.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read and check the file.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Set up a year from a province file: its calendar, bases, specialties, known places and policy.

    Places that the file does not state are not made up; the province plans them afterwards.

    Example: residency cycle create deploy/provinces/shandong-2023.yaml --dry-run
    """
    province, request = _read(file, title, key or new_id())
    created = "" if dry_run else _create(file, province, request, data)
    numbers = {"bases": len(request.bases), "places": sum(seats.planned for seats in request.plan)}
    if as_json:
        output.write_json({"cycle_id": created, "title": request.title, "year": request.year, **numbers})
        return
    done = "is right; nothing was created (--dry-run)" if dry_run else f"created as {created}"
    output.say(f"{request.title}, {numbers['bases']} bases, {numbers['places']} places: {done}")


def _read(file: Path, title: str, key: str) -> tuple[Province, pb.CreateCycleRequest]:
    from services.rehearsal.cycle_order import cycle_request, known_places  # noqa: PLC0415  (brings gRPC)
    from services.rehearsal.province import ProvinceFileError, load_province  # noqa: PLC0415  (brings YAML)

    try:
        province = load_province(file)
    except ProvinceFileError as error:
        output.fail(str(error), output.USAGE)
    plan = known_places(province)
    if not plan:
        output.fail(f"{file}: no base states a plan: a cycle needs one place at least", output.USAGE)
    return province, cycle_request(province, province.bases, plan, key, title=title)


def _create(file: Path, province: Province, request: pb.CreateCycleRequest, data: Path) -> str:
    async def ask(to: Callable[[str], Channel]) -> str:
        from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub  # noqa: PLC0415  (brings gRPC)

        answer: Any = await to("enrollment").stub(CycleServiceStub).CreateCycle(request)
        return str(answer.cycle.cycle_id)

    try:
        return asking.as_operator(data, ask)
    except DomainError as error:
        raise refusal(file, province, error) from None


def refusal(file: Path, province: Province, error: DomainError) -> DomainError:
    """A refusal with the field, and for a key of the policy the line of the file, in front of its sentence."""
    if not error.field:
        return error
    key = error.field.removeprefix("policy.").partition("[")[0].partition(".")[0]
    line = f":{province.lines[key]}" if error.field.startswith("policy.") and key in province.lines else ""
    return DomainError(error.kind, error.reason, f"{file}{line}: {error.field}: {error.message}", rule=error.rule)


def _group() -> None:
    """Nothing of its own."""
