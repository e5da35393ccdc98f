"""`residency notify campaign list|show|pause|resume|stop`; drafting and approving take people, and the portal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, output
from services.cli import notify_reading as reading
from services.kit.domain import DomainError, Kind

if TYPE_CHECKING:
    from services.kit.grpc_client import Channel

_SEARCHED = 500
CampaignArgument = Annotated[str, typer.Argument(help="Id of the campaign or how it begins.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands among the campaign's steps.")]


def register(group: typer.Typer) -> None:
    """Add `campaign`."""
    own = typer.Typer(help="Telling many at once: progress, pause, resume, stop.", no_args_is_help=True)
    own.command("list")(list_campaigns)
    own.command("show")(show)
    own.command("pause")(pause)
    own.command("resume")(resume)
    own.command("stop")(stop)
    group.add_typer(own, name="campaign")


def list_campaigns(
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 20,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """List campaigns, newest first.

    Example: residency notify campaign list
    """
    found = [reading.value_of(each) for each in asking.as_operator(data, lambda to: _listed(to, limit))]
    if as_json:
        output.write_json(found)
        return
    from services.cli import notify_telling  # noqa: PLC0415

    notify_telling.show_campaigns(found)
    if not found:
        output.say("no campaigns")


def show(
    campaign: CampaignArgument,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Show one campaign: progress, deliveries by state, and who did what when.

    Example: residency notify campaign show 0199aaaa
    """

    async def ask(to: Callable[[str], Channel]) -> Any:
        from residency.notify.v1 import campaign_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

        request = pb.GetCampaignRequest(campaign_id=await _which(to, campaign))
        return await reading.campaigns(to).GetCampaign(request)

    found = reading.value_of(asking.as_operator(data, ask))
    if as_json:
        output.write_json(found)
        return
    from services.cli import notify_telling  # noqa: PLC0415

    notify_telling.show_campaign(found["campaign"], found["steps"])


def pause(
    campaign: CampaignArgument,
    reason: ReasonOption,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Write to nobody more until it is resumed; what was written still leaves.

    Example: residency notify campaign pause 0199aaaa --reason 短信通道拥堵
    """
    _step(data, campaign, "Pause", {"reason": reason}, as_json=as_json)


def resume(
    campaign: CampaignArgument,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Go on where it was paused.

    Example: residency notify campaign resume 0199aaaa
    """
    _step(data, campaign, "Resume", {}, as_json=as_json)


def stop(
    campaign: CampaignArgument,
    reason: ReasonOption,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """End it for good; what waits in a channel is not sent, a draft is discarded.

    Example: residency notify campaign stop 0199aaaa --reason 内容有误
    """
    _step(data, campaign, "Stop", {"reason": reason}, as_json=as_json)


def _step(data: Path, campaign: str, step: str, said: dict[str, str], *, as_json: bool) -> None:
    async def ask(to: Callable[[str], Channel]) -> Any:
        from residency.notify.v1 import campaign_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

        request = getattr(pb, f"{step}CampaignRequest")(campaign_id=await _which(to, campaign), **said)
        return (await getattr(reading.campaigns(to), f"{step}Campaign")(request)).campaign

    found = reading.value_of(asking.as_operator(data, ask))
    if as_json:
        output.write_json(found)
    else:
        output.say(
            f"{found['campaign_id']} is {found['state']}: {found['written']} of {found['counted'] or '?'} written"
        )


async def _listed(to: Callable[[str], Channel], limit: int) -> list[Any]:
    from residency.notify.v1 import campaign_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)

    return await reading.pages(reading.campaigns(to).ListCampaigns, pb.ListCampaignsRequest(), "campaigns", limit)


async def _which(to: Callable[[str], Channel], wanted: str) -> str:
    """The campaign whose id begins with `wanted`, among the newest. Raises DomainError NOT_FOUND or CONFLICT."""
    found = [each.campaign_id for each in await _listed(to, _SEARCHED) if each.campaign_id.startswith(wanted)]
    if len(found) == 1:
        return str(found[0])
    if found:
        raise DomainError(Kind.CONFLICT, "SEVERAL_CAMPAIGNS", f"which of these: {', '.join(found)}")
    raise DomainError(Kind.NOT_FOUND, "NO_CAMPAIGN", f"no campaign begins with {wanted!r}")
