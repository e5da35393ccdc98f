"""One's own inbox."""

from __future__ import annotations

from fastapi import APIRouter

from residency.notify.v1 import notify_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["messages"])

add_rows(
    router,
    notify_service_pb2,
    "NotifyService",
    "notify",
    (
        Row("GET", "/messages", "ListMessages", "List one's own messages, newest first."),
        Row("GET", "/messages/unread", "CountUnread", "Count one's own unread messages."),
        Row("PUT", "/messages/read", "MarkAllRead", "Mark every message as read, or every one of a kind."),
        Row("PUT", "/messages/{message_id}/read", "MarkRead", "Mark a message as read; naturally repeatable."),
    ),
)
