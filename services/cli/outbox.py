"""`residency outbox show|republish`: the facts of each service, in its database and in JetStream."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import output, stores
from services.stack.databases import SERVICES

ServicesArgument = Annotated[list[str] | None, typer.Argument(help=f"Only these: {', '.join(SERVICES)}.")]
_SHOW = """
    SELECT (SELECT number FROM database_epoch) AS epoch, (SELECT stopped_at FROM database_epoch) AS stands_still_since,
        count(*) AS facts, count(*) FILTER (WHERE published_at IS NULL) AS waiting,
        min(created_at) FILTER (WHERE published_at IS NULL) AS oldest_waiting, max(created_at) AS newest
    FROM outbox
"""


def register(app: typer.Typer) -> None:
    """Add `outbox`."""
    group = typer.Typer(help="Facts as the services' databases hold them.", no_args_is_help=True)
    group.command("show")(show)
    group.command("republish")(republish)
    app.add_typer(group, name="outbox")


def show(
    services: ServicesArgument = None,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Show each outbox: its facts, how many wait to be published and since when, its epoch.

    Example: residency outbox show enrollment
    """
    wanted = _wanted(services)
    found = asyncio.run(_show(wanted, data))
    if as_json:
        output.write_json([{name: _plain(value) for name, value in each.items()} for each in found])
        return
    for each in found:
        waits = f"{each['waiting']} wait, the oldest since {each['oldest_waiting']:%F %T}Z" if each["waiting"] else ""
        newest = f"the newest of {each['newest']:%F %T}Z" if each["newest"] else ""
        told = ", ".join(filter(None, [f"{each['facts']} facts", newest, waits or "none waits"]))
        output.say(f"{each['service']}: epoch {each['epoch']}, {told}")
        if each["stands_still_since"]:
            output.say(
                f"  stands still since {each['stands_still_since']:%F %T}Z: residency restored {each['service']}"
            )


def republish(
    services: ServicesArgument = None,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Have every fact published again that JetStream lost: all of them after its store was wiped.

    What a stream still holds is left alone. Consumers that had handled a fact know it by their inboxes and by its
    version: its effect does not come twice. Safe to repeat. The relays do the work; `residency outbox show` tells how
    many still wait.

    Example: residency outbox republish
    """
    counts = asyncio.run(_republish(_wanted(services), data))
    if as_json:
        output.write_json(counts)
        return
    for service, count in counts.items():
        output.say(f"{service}: {count} facts are published again")


async def _show(services: list[str], data: Path) -> list[dict[str, Any]]:
    found = []
    for service in services:
        async with stores.database(service, data, own=len(services) == 1) as connection:
            row = await connection.fetchrow(_SHOW)
        found.append({"service": service, **dict(row or {})})
    return found


async def _republish(services: list[str], data: Path) -> dict[str, int]:
    from services.kit import outbox, stream_reading  # noqa: PLC0415  (brings the clients of both)

    counts = {}
    async with stores.jetstream(data) as js:
        for service in services:
            held = {fact.event_id async for found in stream_reading.facts_in(js, service.upper()) for _, fact in found}
            async with stores.database(service, data, own=len(services) == 1) as connection:
                counts[service] = await outbox.republish(connection, held)
    return counts


def _wanted(services: list[str] | None) -> list[str]:
    wanted = list(dict.fromkeys(services or SERVICES))
    unknown = [name for name in wanted if name not in SERVICES]
    if unknown:
        output.fail(f"no outbox of {unknown[0]!r}: {', '.join(SERVICES)}", output.USAGE)
    return wanted


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
