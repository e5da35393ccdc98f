"""`residency slo`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import output
from services.kit.domain import DomainError, Kind

if TYPE_CHECKING:
    from services.cli.slo_reading import Reached, SeasonObjectives


def register(app: typer.Typer) -> None:
    """Add `slo`."""
    app.command("slo")(slo)


def slo(
    cycle: Annotated[str, typer.Argument(help="Id of the cycle or how it begins; the newest without it.")] = "",
    enrollment_url: Annotated[
        str,
        typer.Option(envvar="RESIDENCY_ENROLLMENT_DATABASE_URL", help="Enrollment's.", show_default="the stack's"),
    ] = "",
    notify_url: Annotated[
        str, typer.Option(envvar="RESIDENCY_NOTIFY_DATABASE_URL", help="Notify's.", show_default="the stack's")
    ] = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Say what was promised for a season, what was kept, and what is left of the budget; exit code 1 when it is not.

    From the databases, and from traces where they lie in the data directory. Example: residency slo --json
    """
    from services.cli.audit import stack_url  # noqa: PLC0415
    from services.cli.slo_reading import decisions  # noqa: PLC0415
    from services.stack import traces  # noqa: PLC0415

    urls = (enrollment_url or stack_url("enrollment", data), notify_url or stack_url("notify", data))
    found = asyncio.run(_read(urls, cycle))
    if found is None:
        raise DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", f"no cycle {cycle}".rstrip())
    reached = list(found.reached)
    if (data / "traces").is_dir():
        spans = [
            (each.process, each.name, each.failed, each.milliseconds)
            for each in traces.read(data)
            if found.began <= each.start <= found.ended
        ]
        reached.append(decisions(spans))
    if as_json:
        output.write_json(_value(found, reached))
    else:
        _tell(found, reached)
    if not all(each.kept for each in reached):
        raise SystemExit(output.FAILED)


async def _read(urls: tuple[str, str], cycle: str) -> SeasonObjectives | None:
    import asyncpg  # noqa: PLC0415  (brings the client of PostgreSQL)

    from services.cli.slo_reading import read  # noqa: PLC0415
    from services.notify.domain.channels import Priority  # noqa: PLC0415

    try:
        enrollment, notify = [await asyncpg.connect(url, timeout=5) for url in urls]
        try:
            return await read(enrollment, notify, cycle, (Priority.SECURITY, Priority.DECISION))
        finally:
            await asyncio.gather(enrollment.close(), notify.close())
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        message = f"a database cannot be read: {type(error).__name__}: {error}"
        raise DomainError(Kind.UNAVAILABLE, "DATABASE_AWAY", message) from error


def _value(found: SeasonObjectives, reached: list[Reached]) -> dict[str, object]:
    return {
        "cycle_id": found.cycle_id,
        "title": found.title,
        "from": found.began.isoformat(),
        "to": found.ended.isoformat(),
        "objectives": [
            {
                "name": each.name,
                "promise": each.promise,
                "share": each.share,
                "kept": each.kept,
                "good": each.good,
                "total": each.total,
                "budget": each.allowed,
                "left": each.left,
            }
            for each in reached
        ],
    }


def _tell(found: SeasonObjectives, reached: list[Reached]) -> None:
    output.say(f"{found.title}: {found.began:%F %T} to {found.ended:%F %T} UTC")
    for each in reached:
        share = f"{each.good / each.total:.2%}" if each.total else "none yet"
        kept = "kept  " if each.kept else "MISSED"
        promise = f"{each.share:.0%} {each.promise}"
        output.say(
            f"  {kept} {each.name:<10} {promise:<44} {share:>9} of {each.total}; {each.left} of {each.allowed} left"
        )
