"""WebhookService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from residency.notify.v1 import webhook_service_pb2 as pb
from residency.notify.v1 import webhook_service_pb2_grpc as pb_grpc
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.notify.domain.event_types import open_to
from services.notify.domain.hook_delivering import WayState
from services.notify.handlers.hooks import HookHandlers, Order
from services.notify.store.hook_deliveries import Way
from services.notify.store.hooks import Hook

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

_STATES = {pb.WebhookDeliveryState.Value(f"WEBHOOK_DELIVERY_STATE_{state.name}"): state for state in WayState}


class WebhookApi(pb_grpc.WebhookServiceServicer):
    """Answers WebhookService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, hooks: HookHandlers) -> None:
        self._hooks = hooks

    async def ListEventTypes(self, request: pb.ListEventTypesRequest, context: Context) -> pb.ListEventTypesResponse:
        """Lists what may be subscribed to."""
        types = sorted(open_to(caller().role), key=lambda each: each.name)
        return pb.ListEventTypesResponse(
            event_types=[pb.EventType(name=each.name, meaning=each.zh, meaning_en=each.en) for each in types]
        )

    async def ListWebhooks(self, request: pb.ListWebhooksRequest, context: Context) -> pb.ListWebhooksResponse:
        """Lists one's webhooks."""
        return pb.ListWebhooksResponse(webhooks=[_hook(each) for each in await self._hooks.list_hooks(caller())])

    async def CreateWebhook(self, request: pb.CreateWebhookRequest, context: Context) -> pb.CreateWebhookResponse:
        """Subscribes."""
        order = Order(request.name.strip(), request.url, tuple(request.event_types))
        handed = await self._hooks.create(caller(), order, request.idempotency_key)
        return pb.CreateWebhookResponse(webhook=_hook(handed.hook), secret=handed.secret)

    async def ChangeWebhook(self, request: pb.ChangeWebhookRequest, context: Context) -> pb.ChangeWebhookResponse:
        """Changes a webhook."""
        order = Order(request.name.strip(), request.url, tuple(request.event_types))
        return pb.ChangeWebhookResponse(webhook=_hook(await self._hooks.change(caller(), request.webhook_id, order)))

    async def RotateWebhookSecret(
        self, request: pb.RotateWebhookSecretRequest, context: Context
    ) -> pb.RotateWebhookSecretResponse:
        """Makes a new secret."""
        handed = await self._hooks.rotate(caller(), request.webhook_id, request.idempotency_key)
        return pb.RotateWebhookSecretResponse(webhook=_hook(handed.hook), secret=handed.secret)

    async def EndWebhook(self, request: pb.EndWebhookRequest, context: Context) -> pb.EndWebhookResponse:
        """Ends a webhook."""
        await self._hooks.end(caller(), request.webhook_id)
        return pb.EndWebhookResponse()

    async def PingWebhook(self, request: pb.PingWebhookRequest, context: Context) -> pb.PingWebhookResponse:
        """Sends a test event."""
        way = await self._hooks.ping(caller(), request.webhook_id, request.idempotency_key)
        return pb.PingWebhookResponse(delivery=_way(way))

    async def ListWebhookDeliveries(
        self, request: pb.ListWebhookDeliveriesRequest, context: Context
    ) -> pb.ListWebhookDeliveriesResponse:
        """Lists deliveries."""
        state = _STATES.get(request.state)
        found, following = await self._hooks.list_deliveries(
            caller(), request.webhook_id, state, request.page_size, request.page_token
        )
        return pb.ListWebhookDeliveriesResponse(deliveries=[_way(each) for each in found], next_page_token=following)

    async def RedeliverWebhookEvent(
        self, request: pb.RedeliverWebhookEventRequest, context: Context
    ) -> pb.RedeliverWebhookEventResponse:
        """Sends an event again."""
        way = await self._hooks.redeliver(caller(), request.delivery_id)
        return pb.RedeliverWebhookEventResponse(delivery=_way(way))


def servicer(hooks: HookHandlers) -> Servicer:
    """What the server needs to serve WebhookService."""
    descriptor = pb.DESCRIPTOR.services_by_name["WebhookService"]
    return Servicer(descriptor, pb_grpc.add_WebhookServiceServicer_to_server, WebhookApi(hooks))


def _hook(hook: Hook) -> pb.Webhook:
    return pb.Webhook(
        webhook_id=hook.webhook_id,
        organisation_code=hook.organisation_code,
        name=hook.name,
        url=hook.url,
        event_types=hook.event_types,
        state=f"WEBHOOK_STATE_{hook.state.name}",
        created_at=_stamp(hook.created_at),
        failing_since=_stamp(hook.failing_since),
        delivered_at=_stamp(hook.delivered_at),
        previous_secret_until=_stamp(hook.previous_until),
    )


def _way(way: Way) -> pb.WebhookDelivery:
    return pb.WebhookDelivery(
        delivery_id=way.delivery_id,
        event_id=way.event_id,
        event_type=way.type,
        occurred_at=_stamp(way.occurred_at),
        state=f"WEBHOOK_DELIVERY_STATE_{way.state.name}",
        attempts=way.attempts,
        status_code=way.status_code,
        reason=way.reason,
        next_at=_stamp(way.not_before) if way.state is WayState.WAITING else None,
        finished_at=_stamp(way.finished_at),
        body=way.body,
    )


def _stamp(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
