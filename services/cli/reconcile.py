"""`residency reconcile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import asking, output
from services.kit.domain import DomainError

if TYPE_CHECKING:
    from services.kit.settings import Settings
    from workflows.reconcile import Comparison


def register(app: typer.Typer) -> None:
    """Add `reconcile`."""
    app.command("reconcile")(reconcile)


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is amiss.")] = False,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored",
            help="After a restore of a database or of Temporal's store: begin anew also what had ended, or is torn.",
        ),
    ] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Compare what enrollment and faculty know to be open with what Temporal waits for, both ways, and mend it.

    Starts what is missing (all of it after a loss of Temporal's store), ends what is orphaned, tells a cycle that
    missed a version of its calendar. The platform does the same every hour by itself. Elsewhere than beside an embedded
    stack it runs with the environment of the workflows process.

    Example: residency reconcile --dry-run
    """
    seen = _compare(data, dry_run=dry_run, restored=restored)
    if as_json:
        output.write_json(
            {
                "open_cycles": seen.open_cycles,
                "waits": seen.waits,
                "running": seen.running,
                "differences": [
                    {"what": each.what.value, "workflow_id": each.workflow_id, "why": each.why, "mended": each.mended}
                    for each in seen.differences
                ],
            }
        )
        return
    for each in sorted(seen.differences, key=lambda each: (each.what.value, each.workflow_id)):
        done = "mended" if each.mended else "not touched (--dry-run)"
        output.say(f"{each.what.value:<9} {each.workflow_id}  {each.why}  {done}")
    output.say(
        f"{seen.open_cycles} open cycles, {seen.waits} waits, {seen.running} runs: {len(seen.differences)} differences"
    )


def _compare(data: Path, *, dry_run: bool, restored: bool) -> Comparison:
    async def work(settings: Settings) -> Comparison:
        from services.access import channel_to, machine_token  # noqa: PLC0415  (brings gRPC)
        from workflows.connection import TemporalConnection  # noqa: PLC0415  (brings Temporal's SDK)
        from workflows.service import MACHINE, reconcile_part  # noqa: PLC0415

        token = machine_token(MACHINE, settings)
        enrollment, faculty = channel_to("enrollment", settings, token), channel_to("faculty", settings, token)
        connection = TemporalConnection(settings)
        await connection.start()
        try:
            return await reconcile_part(connection, enrollment, faculty).compare(dry_run=dry_run, restored=restored)
        finally:
            await connection.stop()
            await enrollment.close()
            await faculty.close()

    try:
        return asking.as_process(data, "workflows", work)
    except DomainError as error:
        if error.reason != "BAD_MACHINE":
            raise
        message = "refused as the worker: run it where the workflows process is, in a pod of its Deployment"
        raise DomainError(error.kind, error.reason, message) from None
