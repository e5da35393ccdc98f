"""`residency people erase`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import asking, output

if TYPE_CHECKING:
    from services.kit.grpc_client import Channel

_BATCH = 200


def register(app: typer.Typer) -> None:
    """Add `people`."""
    group = typer.Typer(help="Personal data: what is kept no longer than it may be.", no_args_is_help=True)
    group.command("erase")(erase)
    group.callback()(_group)
    app.add_typer(group, name="people")


def erase(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count who is due.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Erase the accounts whose retention period is over; decisions stay, and stay explainable.

    Every service forgets its part as it hears of it. Safe to run every night, and to interrupt.

    Example: residency people erase --dry-run
    """

    async def ask(to: Callable[[str], Channel]) -> tuple[int, int]:
        from residency.identity.v1 import person_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)
        from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub  # noqa: PLC0415

        stub = to("identity").stub(PersonServiceStub)
        found = erased = 0
        while True:
            answer = await stub.EraseExpired(pb.EraseExpiredRequest(dry_run=dry_run, limit=_BATCH))
            found, erased = max(found, answer.found), erased + answer.erased
            if dry_run or answer.erased == 0:
                return found, erased

    found, erased = asking.as_operator(data, ask)
    if as_json:
        output.write_json({"found": found, "erased": erased, "dry_run": dry_run})
    elif dry_run:
        output.say(f"{found} accounts are due; nothing was erased (--dry-run)")
    else:
        output.say(f"{erased} accounts erased")


def _group() -> None:
    """Nothing of its own."""
