"""Webhooks: what an organisation's system is told of, and what became of it (`docs/webhooks.md`)."""

from __future__ import annotations

from fastapi import APIRouter

from residency.notify.v1 import webhook_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["webhooks"])
_ONE = "/webhooks/{webhook_id}"

add_rows(
    router,
    webhook_service_pb2,
    "WebhookService",
    "webhooks",
    (
        Row("GET", "/webhooks/event-types", "ListEventTypes", "List what one may subscribe to."),
        Row("GET", "/webhooks", "ListWebhooks", "List the webhooks of one's organisation."),
        Row("POST", "/webhooks", "CreateWebhook", "Subscribe an address; its secret is shown once.", 201),
        Row("PUT", _ONE, "ChangeWebhook", "Change a webhook; one that was switched off begins again."),
        Row("DELETE", _ONE, "EndWebhook", "End a webhook for good."),
        Row("POST", f"{_ONE}/secret", "RotateWebhookSecret", "Make a new secret; both sign for a day.", 201),
        Row("POST", f"{_ONE}/ping", "PingWebhook", "Send a test event.", 201),
        Row("GET", f"{_ONE}/deliveries", "ListWebhookDeliveries", "List what became of each event, newest first."),
        Row(
            "POST",
            "/webhook-deliveries/{delivery_id}/redelivery",
            "RedeliverWebhookEvent",
            "Deliver an event once more, under the same id.",
        ),
    ),
)
