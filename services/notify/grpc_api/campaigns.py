"""CampaignService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from residency.notify.v1 import campaign_service_pb2 as pb
from residency.notify.v1 import campaign_service_pb2_grpc, delivery_pb2, delivery_service_pb2
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.notify.domain.campaigns import Audience, State
from services.notify.domain.channels import Channel
from services.notify.handlers.campaigns import CampaignHandlers, CampaignView, CreateCampaign
from services.notify.handlers.showing import Shown
from services.notify.store.campaigns import StepTaken

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

STATES = {
    State.DRAFT: pb.CAMPAIGN_STATE_DRAFT,
    State.RUNNING: pb.CAMPAIGN_STATE_RUNNING,
    State.PAUSED: pb.CAMPAIGN_STATE_PAUSED,
    State.FINISHED: pb.CAMPAIGN_STATE_FINISHED,
    State.STOPPED: pb.CAMPAIGN_STATE_STOPPED,
}
CHANNELS = {
    Channel.INBOX: delivery_pb2.CHANNEL_INBOX,
    Channel.SMS: delivery_pb2.CHANNEL_SMS,
    Channel.EMAIL: delivery_pb2.CHANNEL_EMAIL,
    Channel.WECHAT: delivery_pb2.CHANNEL_WECHAT,
    Channel.WEBHOOK: delivery_pb2.CHANNEL_WEBHOOK,
}


class CampaignApi(campaign_service_pb2_grpc.CampaignServiceServicer):
    """Answers CampaignService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, handlers: CampaignHandlers) -> None:
        self._handlers = handlers

    async def CreateCampaign(self, request: pb.CreateCampaignRequest, context: Context) -> pb.CreateCampaignResponse:
        """Drafts a campaign."""
        order = CreateCampaign(
            request.cycle_id,
            Audience(request.audience),
            request.base_code.strip(),
            request.specialty_code.strip(),
            request.template,
            dict(request.parameters),
            request.rate,
            request.starts_at.ToDatetime(tzinfo=UTC) if request.HasField("starts_at") else None,
            request.idempotency_key,
        )
        return pb.CreateCampaignResponse(campaign=_campaign(await self._handlers.create_campaign(caller(), order)))

    async def PreviewCampaign(self, request: pb.PreviewCampaignRequest, context: Context) -> pb.PreviewCampaignResponse:
        """The dry run."""
        run = await self._handlers.preview_campaign(caller(), request.campaign_id)
        return pb.PreviewCampaignResponse(
            count=run.count, sample=run.sample, texts=map(_text, run.texts), seconds=run.seconds
        )

    async def ApproveCampaign(self, request: pb.ApproveCampaignRequest, context: Context) -> pb.ApproveCampaignResponse:
        """The second person's word."""
        view = await self._handlers.approve_campaign(caller(), request.campaign_id, request.version)
        return pb.ApproveCampaignResponse(campaign=_campaign(view))

    async def PauseCampaign(self, request: pb.PauseCampaignRequest, context: Context) -> pb.PauseCampaignResponse:
        """Writes to nobody more until it is resumed."""
        view = await self._handlers.pause_campaign(caller(), request.campaign_id, request.reason)
        return pb.PauseCampaignResponse(campaign=_campaign(view))

    async def ResumeCampaign(self, request: pb.ResumeCampaignRequest, context: Context) -> pb.ResumeCampaignResponse:
        """Goes on where it was paused."""
        view = await self._handlers.resume_campaign(caller(), request.campaign_id)
        return pb.ResumeCampaignResponse(campaign=_campaign(view))

    async def StopCampaign(self, request: pb.StopCampaignRequest, context: Context) -> pb.StopCampaignResponse:
        """Ends it for good."""
        view = await self._handlers.stop_campaign(caller(), request.campaign_id, request.reason)
        return pb.StopCampaignResponse(campaign=_campaign(view))

    async def GetCampaign(self, request: pb.GetCampaignRequest, context: Context) -> pb.GetCampaignResponse:
        """One campaign."""
        view, steps = await self._handlers.get_campaign(caller(), request.campaign_id)
        return pb.GetCampaignResponse(campaign=_campaign(view), steps=map(_step, steps))

    async def ListCampaigns(self, request: pb.ListCampaignsRequest, context: Context) -> pb.ListCampaignsResponse:
        """Campaigns, newest first."""
        found, following = await self._handlers.list_campaigns(caller(), request.page_size, request.page_token)
        return pb.ListCampaignsResponse(campaigns=map(_campaign, found), next_page_token=following)


def servicer(handlers: CampaignHandlers) -> Servicer:
    """What the server needs to serve CampaignService."""
    descriptor = pb.DESCRIPTOR.services_by_name["CampaignService"]
    add = campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server
    return Servicer(descriptor, add, CampaignApi(handlers))


def _campaign(view: CampaignView) -> pb.Campaign:
    campaign = view.campaign
    return pb.Campaign(
        campaign_id=campaign.campaign_id,
        province_code=campaign.province_code,
        cycle_id=campaign.cycle_id,
        audience=campaign.audience,
        base_code=campaign.base_code,
        specialty_code=campaign.specialty_code,
        template=campaign.template,
        parameters=campaign.parameters,
        state=STATES[campaign.state],
        rate=campaign.rate,
        starts_at=_stamp(campaign.starts_at),
        counted=campaign.counted or 0,
        written=campaign.written,
        skipped=campaign.skipped,
        created_by=campaign.created_by,
        created_at=_stamp(campaign.created_at),
        approved_by=campaign.approved_by,
        approved_at=_stamp(campaign.approved_at),
        finished_at=_stamp(campaign.finished_at),
        expected_at=_stamp(view.expected_at),
        version=campaign.version,
        deliveries=view.deliveries,
    )


def _step(step: StepTaken) -> pb.CampaignStep:
    return pb.CampaignStep(what=step.what, by=step.by, at=_stamp(step.at), reason=step.reason)


def _text(shown: Shown) -> delivery_service_pb2.ChannelText:
    return delivery_service_pb2.ChannelText(
        channel=CHANNELS[shown.channel], title=shown.title, body=shown.body, html=shown.html
    )


def _stamp(instant: datetime | None) -> Timestamp | None:
    if instant is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp
