"""WEB-02: where carriers report: receipts, bounces and events go on as they came, and are believed by their signature.

No session is looked at and no page answers. Notify checks the signature over the bytes of the body; the portal only
picks the headers (for the official account, the query values) that can carry one, so that nothing else is sent on.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal.portal import portal_of

router = APIRouter(include_in_schema=False)
_CHANNELS: dict[str, delivery_pb2.Channel] = {
    "texts": delivery_pb2.CHANNEL_SMS,
    "email": delivery_pb2.CHANNEL_EMAIL,
    "wechat": delivery_pb2.CHANNEL_WECHAT,
    "webhook": delivery_pb2.CHANNEL_WEBHOOK,
}
_TYPES = frozenset({"text/plain", "text/xml", "application/xml", "application/json"})
"""What an answer may be: nothing that a browser would run."""
_MOST_PAIRS = 20
_LONGEST = 1000


@router.post("/callbacks/{channel}")
async def report(request: Request, channel: str) -> Response:
    """Take a report of a carrier. Refused as a problem: 401 when its signature is none, 404 for no such channel."""
    return await _record(request, channel, await request.body())


@router.get("/callbacks/wechat")
async def prove(request: Request) -> Response:
    """Answer the official account's platform, which asks once whether the address is ours."""
    return await _record(request, "wechat", b"")


async def _record(request: Request, channel: str, body: bytes) -> Response:
    known = _CHANNELS.get(channel)
    if known is None:
        raise DomainError(Kind.NOT_FOUND, "HTTP_404", "没有这个地址。")
    signed = request.query_params if channel == "wechat" else _signing(request)
    pairs = {name.lower(): value for name, value in list(signed.items())[:_MOST_PAIRS] if len(value) <= _LONGEST}
    asked = pb.RecordReceiptRequest(channel=known, signature=pairs, body=body)
    answer = await portal_of(request).clients.deliveries.RecordReceipt(asked)
    if not answer.answer:
        return JSONResponse({"recorded": answer.recorded})
    plain = answer.media_type.partition(";")[0].strip()
    return Response(answer.answer, media_type=answer.media_type if plain in _TYPES else "text/plain")


def _signing(request: Request) -> dict[str, str]:
    return {
        name: value
        for name, value in request.headers.items()
        if name == "content-type" or "signature" in name or "timestamp" in name
    }
