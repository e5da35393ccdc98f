"""DeliveryService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import grpc

from residency.notify.v1 import delivery_pb2, delivery_service_pb2, delivery_service_pb2_grpc
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.notify.domain.channels import Channel
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.shapes import Language, Template
from services.notify.handlers.previewing import Previewing
from services.notify.handlers.proving import Doing, Proving, Telling
from services.notify.handlers.receiving import Receiving
from services.notify.handlers.showing import Shown
from services.notify.store.proof import Way

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp

    Context = grpc.aio.ServicerContext[object, object]

pb = delivery_service_pb2


class DeliveryApi(delivery_service_pb2_grpc.DeliveryServiceServicer):
    """Answers DeliveryService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, proving: Proving, previewing: Previewing, receiving: Receiving) -> None:
        self._proving = proving
        self._previewing = previewing
        self._receiving = receiving

    async def GetDeliveryStatus(
        self, request: pb.GetDeliveryStatusRequest, context: Context
    ) -> pb.GetDeliveryStatusResponse:
        """How every channel does."""
        doing, unrouted = await self._proving.status()
        return pb.GetDeliveryStatusResponse(channels=[_doing(each) for each in doing], unrouted=unrouted)

    async def ListTemplates(self, request: pb.ListTemplatesRequest, context: Context) -> pb.ListTemplatesResponse:
        """Every template, by key."""
        return pb.ListTemplatesResponse(templates=[_template(each) for each in self._previewing.templates()])

    async def PreviewTemplate(self, request: pb.PreviewTemplateRequest, context: Context) -> pb.PreviewTemplateResponse:
        """A template with sample values."""
        language = cast("Language", request.language or "zh")
        texts = self._previewing.preview(request.template, language, dict(request.parameters))
        return pb.PreviewTemplateResponse(texts=[channel_text(text) for text in texts])

    async def ListTold(self, request: pb.ListToldRequest, context: Context) -> pb.ListToldResponse:
        """What a person was told."""
        found, token = await self._proving.told(
            *(caller(), request.person_id, request.application_id, request.template),
            *(request.page_size, request.page_token),
        )
        return pb.ListToldResponse(told=[_telling(each) for each in found], next_page_token=token)

    async def ListFailed(self, request: pb.ListFailedRequest, context: Context) -> pb.ListFailedResponse:
        """What was given up."""
        found, token = await self._proving.failed(
            _channel(request.channel), request.reason, request.page_size, request.page_token
        )
        return pb.ListFailedResponse(deliveries=[_delivery(way) for way in found], next_page_token=token)

    async def RedriveDeliveries(
        self, request: pb.RedriveDeliveriesRequest, context: Context
    ) -> pb.RedriveDeliveriesResponse:
        """Another try."""
        queued, expired = await self._proving.redrive(
            caller(), list(request.delivery_ids), _channel(request.channel), request.reason
        )
        return pb.RedriveDeliveriesResponse(queued=queued, expired=expired)

    async def ListKept(self, request: pb.ListKeptRequest, context: Context) -> pb.ListKeptResponse:
        """What would have left."""
        found, token = await self._proving.kept(
            *(caller(), request.everybody, _channel(request.channel), request.page_size, request.page_token)
        )
        kept = [
            pb.Kept(delivery=_delivery(way), text=None if text is None else channel_text(text)) for way, text in found
        ]
        return pb.ListKeptResponse(kept=kept, next_page_token=token)

    async def RecordReceipt(self, request: pb.RecordReceiptRequest, context: Context) -> pb.RecordReceiptResponse:
        """Takes a receipt, a bounce or an event."""
        channel = Channel[delivery_pb2.Channel.Name(request.channel).removeprefix("CHANNEL_")]
        received = await self._receiving.receive(channel, dict(request.signature), request.body)
        return pb.RecordReceiptResponse(
            recorded=received.recorded, answer=received.answer, media_type=received.media_type
        )


def servicer(proving: Proving, previewing: Previewing, receiving: Receiving) -> Servicer:
    """What the server needs to serve DeliveryService."""
    descriptor = pb.DESCRIPTOR.services_by_name["DeliveryService"]
    add = delivery_service_pb2_grpc.add_DeliveryServiceServicer_to_server
    return Servicer(descriptor, add, DeliveryApi(proving, previewing, receiving))


def channel_text(shown: Shown) -> pb.ChannelText:
    """A text as the contract has it."""
    return pb.ChannelText(channel=_of(shown.channel), title=shown.title, body=shown.body, html=shown.html)


def _doing(doing: Doing) -> pb.ChannelStatus:
    backlog = doing.backlog
    return pb.ChannelStatus(
        channel=_of(doing.channel),
        adapter=doing.adapter,
        queued=backlog.queued,
        held=backlog.held,
        sending=backlog.sending,
        oldest_seconds=backlog.oldest_seconds,
        delivered_last_minute=backlog.delivered_last_minute,
        failed_last_day=backlog.failed_last_day,
        doubtful=backlog.doubtful,
        limit_per_second=doing.limit,
        down=doing.down,
    )


def _template(template: Template) -> pb.TemplateInfo:
    return pb.TemplateInfo(
        template=template.key,
        title=template.words["zh"].title,
        kind=_kind(template.kind),
        channels=[_of(channel) for channel in Channel if channel in template.channels],
        parameters={name: str(kept) for name, kept in template.parameters.items()},
        edition=template.edition,
    )


def _telling(telling: Telling) -> pb.Told:
    message = telling.message
    told = pb.Told(
        message_id=message.message_id,
        key=message.key,
        template=message.template,
        edition=message.edition,
        title=message.title,
        body=message.body,
        deliveries=[_delivery(way) for way in telling.ways],
        texts=[channel_text(text) for text in telling.texts],
        language=message.language,
        organisation_code=message.organisation_code,
    )
    _set(told.written_at, message.sent_at)
    _set(told.release_at, message.release_at)
    if message.dropped_at is not None:
        _set(told.dropped_at, message.dropped_at)
    if message.read_at is not None:
        _set(told.read_at, message.read_at)
    return told


def _delivery(way: Way) -> delivery_pb2.Delivery:
    delivery = delivery_pb2.Delivery(
        delivery_id=way.delivery_id,
        message_id=way.message_id,
        channel=_of(way.channel),
        person_id=way.person_id,
        state=f"DELIVERY_STATE_{way.state.upper()}",
        reason=way.reason,
        attempts=way.attempts,
        doubtful=way.doubtful,
        sent_to=way.sent_to,
        receipt=way.receipt,
        template=way.template,
    )
    _set(delivery.due_at, way.due_at)
    if way.delivered_at is not None:
        _set(delivery.delivered_at, way.delivered_at)
    if way.finished_at is not None:
        _set(delivery.finished_at, way.finished_at)
    if way.receipt_at is not None:
        _set(delivery.receipt_at, way.receipt_at)
    return delivery


def _set(stamp: Timestamp, at: datetime) -> None:
    stamp.FromDatetime(at)


def _of(channel: Channel) -> str:
    return f"CHANNEL_{channel.name}"


def _channel(channel: delivery_pb2.Channel) -> Channel | None:
    if channel == delivery_pb2.CHANNEL_UNSPECIFIED:
        return None
    return Channel[delivery_pb2.Channel.Name(channel).removeprefix("CHANNEL_")]


def _kind(kind: NoticeKind) -> str:
    return f"NOTICE_KIND_{kind.name}"
