"""One's own inbox."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from residency.notify.v1 import notify_service_pb2
from services.portal.api.common import PREFIX, Id, Services, SignedIn, answers, json_answer

router = APIRouter(prefix=PREFIX, tags=["messages"], dependencies=[SignedIn])


@router.get("/messages", **answers(notify_service_pb2.ListMessagesResponse))
async def list_messages(
    services: Services,
    unread_only: bool = False,
    page_size: Annotated[int, Query(ge=0, le=100)] = 0,
    page_token: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """List one's own messages, newest first."""
    request = notify_service_pb2.ListMessagesRequest(
        page_size=page_size, page_token=page_token, unread_only=unread_only
    )
    return json_answer(await services.notify.ListMessages(request))


@router.get("/messages/unread", **answers(notify_service_pb2.CountUnreadResponse))
async def count_unread(services: Services) -> Response:
    """Count one's own unread messages."""
    return json_answer(await services.notify.CountUnread(notify_service_pb2.CountUnreadRequest()))


@router.put("/messages/{message_id}/read", **answers(notify_service_pb2.MarkReadResponse))
async def mark_read(message_id: Id, services: Services) -> Response:
    """Mark a message as read; naturally repeatable, so it needs no key."""
    return json_answer(await services.notify.MarkRead(notify_service_pb2.MarkReadRequest(message_id=message_id)))
