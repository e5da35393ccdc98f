"""`residency restored`: what a restored database has lost, and its release into another epoch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import output, stores
from services.kit.domain import DomainError
from services.stack.databases import SERVICES

if TYPE_CHECKING:
    import asyncpg

    from services.cli.restored_reading import Account

SHOWN = 50
"""Most places said line by line; `--json` has all."""


def register(app: typer.Typer) -> None:
    """Add `restored`."""
    app.command("restored")(restored)


def restored(
    service: Annotated[str, typer.Argument(help=f"Whose database: {', '.join(SERVICES)}.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what was lost.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Go on without asking.")] = False,
    epoch: Annotated[
        int, typer.Option(min=0, help="Begin this epoch instead of the next; where NATS is lost and more were begun.")
    ] = 0,
    seals: Annotated[
        Path | None,
        typer.Option(envvar="RESIDENCY_SEALS_DIR", help="Folder of the seals' copy.", show_default="DATA/seals"),
    ] = None,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Tell what a database that was restored from a backup has lost; with consent let it go on in another epoch.

    Such a database stands still: reading goes on, commands are refused. First comes its restore point, then which facts
    others heard that it does not know, which notices people got of them, and which places were given that are free
    again: tell those people before anything else is decided. With consent every later fact is newer than any before,
    commands are accepted, and what the service itself hears from others is handed to it again. No person is named.

    Run it for one service after another, each once, when its database is as it shall be. Elsewhere than beside an
    embedded stack run it in a process's own place (its RESIDENCY_DATABASE_URL), or name databases by
    RESIDENCY_<SERVICE>_DATABASE_URL: those of the other services are only read, and may be left out.

    Example: residency restored enrollment --dry-run
    """
    if service not in SERVICES:
        output.fail(f"no database of {service!r}: {', '.join(SERVICES)}", output.USAGE)
    if as_json and not (dry_run or yes):
        output.fail("--json asks nothing: add --dry-run or --yes", output.USAGE)
    from services.kit.seal_copy import SealCopy  # noqa: PLC0415

    account = asyncio.run(_read(service, data))
    kept: Path | None = None
    begins = epoch or account.next_epoch
    if begins <= max(account.epoch, account.newest_epoch):
        output.fail(f"epoch {begins} is not new: epoch {account.next_epoch} would be", output.USAGE)
    if not as_json:
        _tell(account)
    if not dry_run:
        if not yes:
            typer.confirm(f"Let {service} go on in epoch {begins}?", abort=True)
        asyncio.run(_release(account, begins, data))
        kept = SealCopy(seals or data / "seals", service).set_aside(begins)
    if as_json:
        from services.cli.restored_reading import as_json as value  # noqa: PLC0415

        output.write_json(value(account) | {"begun": None if dry_run else begins})
    elif not dry_run:
        if kept is not None:
            output.say(f"what was sealed before is kept in {kept}; a new copy begins")
        output.say(f"{service} goes on in epoch {begins}; next: residency reconcile --restored")


async def _read(service: str, data: Path) -> Account:
    """Everything that is known of the loss. Raises DomainError UNAVAILABLE when the database cannot be read."""
    from services.cli import restored_reading as reading  # noqa: PLC0415  (brings the clients of both)

    async with stores.database(service, data, own=True) as connection, _others(service, data) as (others, missing):
        account = await reading.own(connection, service)
        account.not_asked = missing
        try:
            async with stores.jetstream(data) as js:
                await reading.compare_stream(account, connection, js)
        except DomainError:
            account.not_asked.append("NATS")
        await reading.compare_inboxes(account, connection, others, _consumers_of(service.upper()))
        return account


@asynccontextmanager
async def _others(
    service: str, data: Path
) -> AsyncIterator[tuple[dict[str, asyncpg.Connection[asyncpg.Record]], list[str]]]:
    """The databases of the other services, and the names of those that are away."""
    async with AsyncExitStack() as stack:
        found: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        missing: list[str] = []
        for name in SERVICES:
            if name == service:
                continue
            try:
                found[name] = await stack.enter_async_context(stores.database(name, data))
            except DomainError:
                missing.append(name)
        yield found, missing


async def _release(account: Account, epoch: int, data: Path) -> None:
    from nats.js.errors import NotFoundError  # noqa: PLC0415

    from services.kit import restored as kit  # noqa: PLC0415
    from services.kit import streams  # noqa: PLC0415

    async with stores.database(account.service, data, own=True) as connection:
        await kit.release(connection, epoch, account.published)
    if "NATS" in account.not_asked:
        return
    async with stores.jetstream(data) as js:
        for stream, durable in streams.load(streams.streams_file()).consumers:
            if durable.startswith(_durables_of(account.service)):
                try:
                    # Declared again at once by those who hear with it, from the first fact on: the inbox tells what is
                    # known already, and what it has lost takes effect again.
                    await js.delete_consumer(stream, durable)
                except NotFoundError:
                    continue


def _durables_of(service: str) -> tuple[str, ...]:
    """What the names of the consumers begin with that hear for a service."""
    return ("notify-", "webhooks-") if service == "notify" else (f"{service}-",)


def _consumers_of(stream: str) -> list[str]:
    from services.kit import streams  # noqa: PLC0415

    return [durable for of, durable in streams.load(streams.streams_file()).consumers if of == stream]


def _tell(account: Account) -> None:
    point = account.restore_point
    still = f"stands still since {account.stopped_at:%F %T}Z: {account.why}" if account.stopped_at else "goes on"
    output.say(f"{account.service}, epoch {account.epoch}: {still}")
    output.say(f"restore point: {f'{point:%F %T}Z, the last thing it knows of itself' if point else 'it is empty'}")
    for name in account.not_asked:
        output.say(f"NOT ASKED, for it does not answer: {name}")
    if not account.stream_there and "NATS" not in account.not_asked:
        output.say("JetStream holds nothing of it: only the inboxes of others tell what was lost")
    kinds = Counter(each.event_type.rsplit(".", 1)[-1] for each in account.orphans)
    output.say(f"{len(account.orphans)} facts were told to others that it does not know:")
    for kind, count in sorted(kinds.items()):
        at = [each.at for each in account.orphans if each.event_type.endswith(f".{kind}")]
        output.say(f"  {count:>6}  {kind}  {min(at):%F %T}Z to {max(at):%F %T}Z")
    for consumer, count in sorted(account.heard_by.items()):
        output.say(f"  {count:>6}  handled by {consumer}, and gone from JetStream too")
    for template, count in sorted(account.told.items()):
        output.say(f"people got {count} notices `{template}` of what is not so any more")
    if account.places:
        output.say(f"{len(account.places)} places were given that are free again; decide about these people first:")
    for each in account.places[:SHOWN]:
        output.say(f"  application {each.application_id}  {each.base_code} {each.specialty_code}  {each.kind}")
    if len(account.places) > SHOWN:
        output.say(f"  and {len(account.places) - SHOWN} more (--json)")
    if account.service == "identity" and account.orphans:
        output.say("sessions ended and accounts suspended since count again: residency keys rotate signing --leaked")
