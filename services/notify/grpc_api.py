"""NotifyService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import grpc

from residency.notify.v1 import notify_service_pb2, notify_service_pb2_grpc
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.notify.domain.recipients import Recipient
from services.notify.handlers import Notify
from services.notify.store import Message

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = notify_service_pb2


class NotifyApi(notify_service_pb2_grpc.NotifyServiceServicer):
    """Answers NotifyService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    async def ListMessages(self, request: pb.ListMessagesRequest, context: Context) -> pb.ListMessagesResponse:
        """Lists one's own messages."""
        page = await self._notify.list_messages(caller(), request.page_size, request.page_token, request.unread_only)
        return pb.ListMessagesResponse(messages=[_message(m) for m in page.messages], next_page_token=page.next_token)

    async def CountUnread(self, request: pb.CountUnreadRequest, context: Context) -> pb.CountUnreadResponse:
        """Counts one's own unread messages."""
        return pb.CountUnreadResponse(unread=await self._notify.count_unread(caller()))

    async def MarkRead(self, request: pb.MarkReadRequest, context: Context) -> pb.MarkReadResponse:
        """Marks one message as read."""
        return pb.MarkReadResponse(message=_message(await self._notify.mark_read(caller(), request.message_id)))

    async def SendNotice(self, request: pb.SendNoticeRequest, context: Context) -> pb.SendNoticeResponse:
        """Sends a timed notice once per key, seen from its release on."""
        recipient = Recipient(request.person_id, request.organisation_code)
        release_at = request.release_at.ToDatetime(tzinfo=UTC) if request.HasField("release_at") else None
        written = await self._notify.send_notice(
            *(request.key, request.template, recipient, dict(request.parameters), release_at, request.application_id)
        )
        return pb.SendNoticeResponse(written=written)

    async def RewrapSealed(self, request: pb.RewrapSealedRequest, context: Context) -> pb.RewrapSealedResponse:
        """Seals values of old keys anew."""
        rewrapped, left = await self._notify.rewrap(request.limit)
        return pb.RewrapSealedResponse(rewrapped=rewrapped, left=left)


def servicer(notify: Notify) -> Servicer:
    """What the server needs to serve NotifyService."""
    descriptor = pb.DESCRIPTOR.services_by_name["NotifyService"]
    return Servicer(descriptor, notify_service_pb2_grpc.add_NotifyServiceServicer_to_server, NotifyApi(notify))


def _message(message: Message) -> pb.Message:
    shown = pb.Message(
        message_id=message.message_id,
        template=message.template,
        title=message.title,
        body=message.body,
        application_id=message.application_id,
    )
    shown.sent_at.FromDatetime(message.sent_at)
    if message.read_at is not None:
        shown.read_at.FromDatetime(message.read_at)
    return shown
