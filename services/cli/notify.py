"""OPS-07: `residency notify status|preview|told|failed|redrive`, and the group that campaigns belong to as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, notify_campaign, output
from services.cli import notify_reading as reading

if TYPE_CHECKING:
    from services.kit.grpc_client import Channel

CHANNELS = ("sms", "email", "wechat", "webhook")
LANGUAGES = ("zh", "en")

ChannelOption = Annotated[str, typer.Option("--channel", help=f"Only this channel: {', '.join(CHANNELS)}.")]
FailureOption = Annotated[
    str, typer.Option("--reason", help="Only what was given up for this reason, as `failed` shows it.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most this many.")]


def register(app: typer.Typer) -> None:
    """Add `notify`."""
    group = typer.Typer(help="Notices: how their channels do, who was told what, campaigns.", no_args_is_help=True)
    group.command("status")(status)
    group.command("preview")(preview)
    group.command("told")(told)
    group.command("failed")(failed)
    group.command("redrive")(redrive)
    notify_campaign.register(group)
    group.callback()(_group)
    app.add_typer(group, name="notify")


def status(data: output.DataOption = output.DEFAULT_DATA, as_json: output.JsonOption = False) -> None:
    """Show how every channel does: backlog, oldest, rate, failures by reason; exit code 1 when one is down.

    Example: residency notify status --json
    """

    async def ask(to: Callable[[str], Channel]) -> Any:
        from residency.notify.v1 import delivery_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

        return await reading.deliveries(to).GetDeliveryStatus(pb.GetDeliveryStatusRequest())

    found = reading.value_of(asking.as_operator(data, ask))
    if as_json:
        output.write_json(found)
    else:
        from services.cli import notify_telling  # noqa: PLC0415

        notify_telling.show_status(found)
    if any(channel["down"] for channel in found["channels"]):
        raise SystemExit(output.FAILED)


def preview(
    template: Annotated[str, typer.Argument(help="Key of a template; without it all are listed.")] = "",
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    given: Annotated[list[str] | None, typer.Option("--with", help="name=value in place of a sample.")] = None,
    html: Annotated[bool, typer.Option("--html", help="Only the HTML of the e-mail, for a browser.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Show a template filled with samples, as each channel would; or list them all.

    Example: residency notify preview application_approved --language en
    """
    if language not in LANGUAGES:
        output.fail(f"no language {language!r}: {', '.join(LANGUAGES)}", output.USAGE)
    pairs = [each.partition("=") for each in given or []]
    if any(not name or not sign for name, sign, _ in pairs):
        output.fail("--with takes name=value", output.USAGE)

    async def ask(to: Callable[[str], Channel]) -> Any:
        from residency.notify.v1 import delivery_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

        if not template:
            return await reading.deliveries(to).ListTemplates(pb.ListTemplatesRequest())
        request = pb.PreviewTemplateRequest(
            template=template, language=language, parameters={name: value for name, _, value in pairs}
        )
        return await reading.deliveries(to).PreviewTemplate(request)

    found = reading.value_of(asking.as_operator(data, ask))
    if html:
        print(next((text["html"] for text in found.get("texts", []) if text["html"]), ""), end="")
    elif as_json:
        output.write_json(found)
    else:
        from services.cli import notify_telling  # noqa: PLC0415

        notify_telling.show_texts(found["texts"]) if template else notify_telling.show_templates(found["templates"])


def told(
    person: Annotated[str, typer.Argument(help="Id of the person.")],
    application: Annotated[str, typer.Option(help="Only about this application.")] = "",
    template: Annotated[str, typer.Option(help="Only this template.")] = "",
    limit: LimitOption = 20,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Say what a person was told, newest first: when, by what, with which text, and what became of it.

    Exit code 4 when they were told nothing of the kind. Who asked stands in the log of notify.

    Example: residency notify told 0199aaaa-0000-7000-8000-000000000001 --template application_approved
    """

    async def ask(to: Callable[[str], Channel]) -> list[Any]:
        from residency.notify.v1 import delivery_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

        request = pb.ListToldRequest(person_id=person, application_id=application, template=template)
        return await reading.pages(reading.deliveries(to).ListTold, request, "told", limit)

    found = [reading.value_of(each) for each in asking.as_operator(data, ask)]
    if as_json:
        output.write_json(found)
    else:
        from services.cli import notify_telling  # noqa: PLC0415

        notify_telling.show_told(found)
    if not found:
        output.fail("nothing of the kind was written to this person", output.NOT_FOUND)


def failed(
    channel: ChannelOption = "",
    reason: FailureOption = "",
    limit: LimitOption = 50,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """List deliveries that were given up, oldest first; addresses are masked.

    Example: residency notify failed --channel email --reason SMTP_REFUSED
    """
    _check(channel)

    async def ask(to: Callable[[str], Channel]) -> list[Any]:
        from residency.notify.v1 import delivery_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

        request = pb.ListFailedRequest(channel=reading.channel(channel), reason=reason)
        return await reading.pages(reading.deliveries(to).ListFailed, request, "deliveries", limit)

    found = [reading.value_of(each) for each in asking.as_operator(data, ask)]
    if as_json:
        output.write_json(found)
        return
    from services.cli import notify_telling  # noqa: PLC0415

    notify_telling.show_deliveries(found)
    if not found:
        output.say("nothing was given up")


def redrive(
    deliveries: Annotated[list[str] | None, typer.Argument(help="Ids of deliveries, as `failed` shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All, or all of --channel and --reason.")] = False,
    channel: ChannelOption = "",
    reason: FailureOption = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Queue deliveries again that were given up; those whose time is over expire. Mend the cause first.

    Example: residency notify redrive --all --channel sms --reason TEXTS_QUOTA
    """
    if bool(deliveries) == everything:
        output.fail("name the deliveries, or --all", output.USAGE)
    _check(channel)

    async def ask(to: Callable[[str], Channel]) -> Any:
        from residency.notify.v1 import delivery_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

        request = pb.RedriveDeliveriesRequest(
            delivery_ids=deliveries or [], channel=reading.channel(channel), reason=reason
        )
        return await reading.deliveries(to).RedriveDeliveries(request)

    done = reading.value_of(asking.as_operator(data, ask))
    if as_json:
        output.write_json(done)
    else:
        output.say(f"{done['queued']} queued again, {done['expired']} expired: their time was over")


def _check(channel: str) -> None:
    if channel and channel not in CHANNELS:
        output.fail(f"no channel {channel!r}: {', '.join(CHANNELS)}", output.USAGE)


def _group() -> None:
    """Nothing of its own."""
