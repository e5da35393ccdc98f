"""`residency deadletters list|show|redrive|sweep`: facts that a consumer gave up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from services.cli import output
from services.kit.domain import DomainError, Kind
from services.stack import servers

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.kit.deadletters import DeadLetter

Result = TypeVar("Result")
NumberArgument = Annotated[int, typer.Argument(min=1, help="The letter's number, as `list` shows it.")]
DurableOption = Annotated[str, typer.Option(help="Only those of this consumer, `notify-enrollment` say.")]
CONNECT_SECONDS = 3


def register(app: typer.Typer) -> None:
    """Add `deadletters`."""
    group = typer.Typer(help="Facts that a consumer gave up: list, read, send again, find.", no_args_is_help=True)
    group.command("list")(list_letters)
    group.command("show")(show)
    group.command("redrive")(redrive)
    group.command("sweep")(sweep)
    app.add_typer(group, name="deadletters")


def list_letters(
    durable: DurableOption = "", data: output.DataOption = output.DEFAULT_DATA, as_json: output.JsonOption = False
) -> None:
    """List the letters, oldest first: number, when, consumer, tries, fact, reason.

    Example: residency deadletters list --durable notify-enrollment
    """

    async def read(js: JetStreamContext) -> list[DeadLetter]:
        from services.kit import deadletters  # noqa: PLC0415  (brings the client of NATS)

        return [letter async for letter in deadletters.list_letters(js, durable)]

    letters = _with_nats(data, read)
    if as_json:
        output.write_json([_value(letter) for letter in letters])
        return
    for letter in letters:
        output.say(
            f"{letter.number:>6}  {letter.at:%Y-%m-%d %H:%M:%S}Z  {letter.durable}  {letter.tries} tries  "
            f"{letter.event_type}  {letter.reason}"
        )
    if not letters:
        output.say("no dead letters")


def show(
    number: NumberArgument, data: output.DataOption = output.DEFAULT_DATA, as_json: output.JsonOption = False
) -> None:
    """Show one letter with its reason and headers; exit code 4 when there is none of that number.

    Example: residency deadletters show 12
    """

    async def read(js: JetStreamContext) -> DeadLetter:
        from services.kit import deadletters  # noqa: PLC0415

        return await deadletters.show(js, number)

    letter = _with_nats(data, read)
    if as_json:
        output.write_json(_value(letter))
        return
    for name, value in _value(letter).items():
        if isinstance(value, dict):
            for header, content in value.items():
                output.say(f"  {header}: {content}")
        else:
            output.say(f"{name}: {value}")


def redrive(
    numbers: Annotated[list[int] | None, typer.Argument(help="The letters' numbers.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All letters, or all of --durable.")] = False,
    durable: DurableOption = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Send letters to the consumer that gave them up; a repeat is harmless. Mend the cause first.

    Example: residency deadletters redrive 12 13
    """
    if bool(numbers) == everything:
        output.fail("name the letters, or --all", output.USAGE)

    async def send(js: JetStreamContext) -> list[DeadLetter]:
        from services.kit import deadletters  # noqa: PLC0415

        wanted = list(numbers or [])
        if everything:
            wanted = [letter.number async for letter in deadletters.list_letters(js, durable)]
        return [await deadletters.redrive(js, number) for number in wanted]

    sent = _with_nats(data, send)
    if as_json:
        output.write_json([_value(letter) for letter in sent])
        return
    for letter in sent:
        output.say(f"{letter.number}: {letter.event_type} sent to {letter.durable} again")
    if not sent:
        output.say("no dead letters")


def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is found.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Find facts that a consumer gave up without a word, and write their dead letters, to be sent again.

    Compares each stream with the inboxes of its consumers: what the broker holds for dealt with, and of which there is
    neither an effect nor a letter. There should never be any; run it every hour, and after anything was done to NATS by
    hand. Elsewhere than beside an embedded stack name the databases by RESIDENCY_<SERVICE>_DATABASE_URL.

    Example: residency deadletters sweep --dry-run
    """
    from services.cli.deadletters_sweeping import sweep_all  # noqa: PLC0415  (brings the clients of both)

    found = asyncio.run(sweep_all(data, dry_run=dry_run))
    if as_json:
        output.write_json([asdict(one) for one in found])
        return
    for one in found:
        told = "found (--dry-run)" if dry_run else "its dead letter is written"
        output.say(f"{one.durable}  {one.event_type} {one.event_id} at {one.stream}/{one.place}: {told}")
    if not found:
        output.say("nothing was given up without a word")


def _with_nats(data: Path, work: Callable[[JetStreamContext], Awaitable[Result]]) -> Result:
    """Run `work` on a connection of its own. Raises DomainError UNAVAILABLE when NATS is not reachable."""
    url = servers.reach("nats", data)

    async def run() -> Result:
        import nats.errors  # noqa: PLC0415

        from services.kit.nats_login import NatsLogin  # noqa: PLC0415
        from services.kit.settings import Settings  # noqa: PLC0415

        settings = Settings()
        login = NatsLogin(url, settings.nats_credentials.get_secret_value, settings.nats_tls_dir)
        try:
            client = await login.call(CONNECT_SECONDS)
        except (OSError, nats.errors.Error, TimeoutError) as error:
            place = servers.without_password(url)
            raise DomainError(Kind.UNAVAILABLE, "NATS_AWAY", f"NATS at {place} does not answer") from error
        try:
            return await work(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(run())


def _value(letter: DeadLetter) -> dict[str, object]:
    """What is shown of a letter; never its body, which may hold words about a person."""
    return {
        "number": letter.number,
        "at": letter.at.isoformat(),
        "durable": letter.durable,
        "reason": letter.reason,
        "tries": letter.tries,
        "subject": letter.subject,
        "stream": letter.stream,
        "event_id": letter.event_id,
        "event_type": letter.event_type,
        "aggregate_id": letter.aggregate_id,
        "headers": letter.headers,
    }
