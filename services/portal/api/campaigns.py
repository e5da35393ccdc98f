"""Telling many at once, the proof that somebody was told, and the work of who runs the channels."""

from __future__ import annotations

from fastapi import APIRouter

from residency.notify.v1 import campaign_service_pb2, delivery_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["campaigns"])
_ONE = "/campaigns/{campaign_id}"

add_rows(
    router,
    campaign_service_pb2,
    "CampaignService",
    "campaigns",
    (
        Row("POST", "/campaigns", "CreateCampaign", "Draft a campaign; nothing is sent.", 201),
        Row("GET", "/campaigns", "ListCampaigns", "List campaigns, newest first."),
        Row("GET", _ONE, "GetCampaign", "Read a campaign: progress, and who did what when."),
        Row("GET", f"{_ONE}/preview", "PreviewCampaign", "Dry run: how many, a sample, the text of each channel."),
        Row("POST", f"{_ONE}/approval", "ApproveCampaign", "Let it begin; never by who drafted it."),
        Row("POST", f"{_ONE}/pause", "PauseCampaign", "Write to nobody more until it is resumed."),
        Row("POST", f"{_ONE}/resumption", "ResumeCampaign", "Go on where it was paused."),
        Row("POST", f"{_ONE}/stop", "StopCampaign", "End it for good."),
    ),
)
add_rows(
    router,
    delivery_service_pb2,
    "DeliveryService",
    "deliveries",
    (
        Row("GET", "/deliveries/status", "GetDeliveryStatus", "Tell how every channel does."),
        Row("GET", "/deliveries/failed", "ListFailed", "List deliveries that were given up, oldest first."),
        Row("GET", "/deliveries/kept", "ListKept", "List what was kept in place of sending it; one's own."),
        Row("POST", "/deliveries/redrive", "RedriveDeliveries", "Queue given-up deliveries again."),
        Row(
            "GET",
            "/persons/{person_id}/told",
            "ListTold",
            "Tell what a person was told, when, by what, in which words.",
        ),
        Row("GET", "/notice-templates", "ListTemplates", "List templates: kind, channels, parameters."),
        Row("POST", "/notice-templates/{template}/preview", "PreviewTemplate", "Fill a template with sample values."),
    ),
)
