"""NotifyService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

import grpc

from residency.notify.v1 import delivery_pb2, notify_service_pb2, notify_service_pb2_grpc
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.recipients import Recipient
from services.notify.domain.templates import TEMPLATES
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.writing import Writer
from services.notify.store.messages import Message

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = notify_service_pb2

_NAMES = {kind: f"NOTICE_KIND_{kind.name}" for kind in NoticeKind}
_KINDS: Mapping[int, NoticeKind] = {delivery_pb2.NoticeKind.Value(name): kind for kind, name in _NAMES.items()}

Rewrap = Callable[[int], Awaitable[tuple[int, int]]]
"""Seals so many values anew; how many it did, and how many are left."""


class NotifyApi(notify_service_pb2_grpc.NotifyServiceServicer):
    """Answers NotifyService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, writer: Writer, inbox: Inbox, also_sealed: Sequence[Rewrap]) -> None:
        self._writer = writer
        self._inbox = inbox
        self._sealed = (writer.rewrap, *also_sealed)

    async def ListMessages(self, request: pb.ListMessagesRequest, context: Context) -> pb.ListMessagesResponse:
        """Lists one's own messages."""
        page = await self._inbox.list_messages(
            *(caller(), request.page_size, request.page_token),
            unread_only=request.unread_only,
            kind=_kind(request.kind),
            application_id=request.application_id,
        )
        return pb.ListMessagesResponse(messages=[_message(m) for m in page.messages], next_page_token=page.next_token)

    async def CountUnread(self, request: pb.CountUnreadRequest, context: Context) -> pb.CountUnreadResponse:
        """Counts one's own unread messages."""
        return pb.CountUnreadResponse(unread=await self._inbox.count_unread(caller()))

    async def MarkRead(self, request: pb.MarkReadRequest, context: Context) -> pb.MarkReadResponse:
        """Marks one message as read."""
        return pb.MarkReadResponse(message=_message(await self._inbox.mark_read(caller(), request.message_id)))

    async def MarkAllRead(self, request: pb.MarkAllReadRequest, context: Context) -> pb.MarkAllReadResponse:
        """Marks all one may see as read, or all of one kind."""
        return pb.MarkAllReadResponse(marked=await self._inbox.mark_all_read(caller(), _kind(request.kind)))

    async def SendNotice(self, request: pb.SendNoticeRequest, context: Context) -> pb.SendNoticeResponse:
        """Sends a timed notice once per key, seen from its release on."""
        recipient = Recipient(request.person_id, request.organisation_code)
        release_at = request.release_at.ToDatetime(tzinfo=UTC) if request.HasField("release_at") else None
        written = await self._writer.send_notice(
            *(request.key, request.template, recipient, dict(request.parameters), release_at, request.application_id)
        )
        return pb.SendNoticeResponse(written=written)

    async def RewrapSealed(self, request: pb.RewrapSealedRequest, context: Context) -> pb.RewrapSealedResponse:
        """Seals values of old keys anew: texts, then whatever else is sealed."""
        done = left = 0
        for rewrap in self._sealed:
            rewrapped, over = await rewrap(request.limit - done)
            done, left = done + rewrapped, left + over
        return pb.RewrapSealedResponse(rewrapped=done, left=left)


def servicer(writer: Writer, inbox: Inbox, also_sealed: Sequence[Rewrap] = ()) -> Servicer:
    """What the server needs to serve NotifyService; `also_sealed` seals anew what the writer knows nothing of."""
    descriptor = pb.DESCRIPTOR.services_by_name["NotifyService"]
    api = NotifyApi(writer, inbox, also_sealed)
    return Servicer(descriptor, notify_service_pb2_grpc.add_NotifyServiceServicer_to_server, api)


def _message(message: Message) -> pb.Message:
    shown = pb.Message(
        message_id=message.message_id,
        template=message.template,
        title=message.title,
        body=message.body,
        application_id=message.application_id,
        # One that nobody sends any more has no kind.
        kind=_NAMES[TEMPLATES[message.template].kind] if message.template in TEMPLATES else None,
    )
    shown.sent_at.FromDatetime(message.sent_at)
    if message.read_at is not None:
        shown.read_at.FromDatetime(message.read_at)
    return shown


def _kind(number: int) -> NoticeKind | None:
    return _KINDS.get(number)
