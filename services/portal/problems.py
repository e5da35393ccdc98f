"""Expected failures on the way out: a page for people, problem details (RFC 9457) for programs."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from services.kit import errors
from services.kit.domain import DomainError, Kind
from services.portal.api.contract import STALE
from services.portal.edge.middleware import Refuse
from services.portal.forms import PROOF_OWED, Posted, read_form
from services.portal.i18n import account as words
from services.portal.i18n.language import CHINESE, ENGLISH, TAGS, Words, language, reason_text, speaking, tr
from services.portal.page import Page
from services.portal.pages import proving

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger("portal")
_SOON_SECONDS = "2"
_TITLES = Words(
    {
        "NO_CYCLE": "还没有招录日程",
        "MAINTENANCE": "系统维护中",
        "TOO_MANY_REQUESTS": "操作过于频繁",
        "OVERLOADED": "办理人数较多",
    }
)
"""Titles of pages that say something gentler than the kind of error does."""
_ALONE = frozenset({"MAINTENANCE", "TOO_MANY_REQUESTS", "OVERLOADED"})
"""What is told without asking any service: to refuse must cost less than to serve."""
_OFFERED_AGAIN = frozenset({401, 429, 500, 503})
"""Statuses after which the same form may be sent again: the page that tells them holds it."""
_KINDS = {400: Kind.INVALID, 404: Kind.NOT_FOUND, 405: Kind.NOT_FOUND, 413: Kind.INVALID, 415: Kind.INVALID}


async def answer(request: Request, error: DomainError) -> Response:
    """The answer to a request that failed with `error`."""
    if _for_programs(request):
        return _told(request, error, stale_status(request, error))
    return await _error_page(request, error)


def stale_status(request: Request, error: DomainError) -> int:
    """412 where the write said by `If-Match` on which version it was made, and it is another; else 0."""
    return 412 if error.reason in STALE and "if-match" in request.headers else 0


def answer_outside(app: ASGIApp) -> Refuse:
    """As `answer`, for middlewares: they refuse before the request has reached `app`."""

    async def refuse(request: Request, error: DomainError) -> Response:
        request.scope["app"] = app
        return await answer(request, error)

    return refuse


async def on_domain_error(request: Request, error: Exception) -> Response:
    """Handler for DomainError."""
    assert isinstance(error, DomainError)
    return await answer(request, error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Handler for what the router itself refuses: unknown paths, other methods, unreadable forms."""
    assert isinstance(error, HTTPException)
    kind = _KINDS.get(error.status_code, Kind.INVALID)
    reason = f"HTTP_{error.status_code}"
    told = DomainError(kind, reason, "没有这个地址。" if kind is Kind.NOT_FOUND else "无法读取提交的内容。")
    if _for_programs(request):
        if error.status_code == 400:  # what the framework says of a body that is not even text
            return _told(request, DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容不是 JSON。"))
        return _told(request, told, error.status_code, headers=dict(error.headers or {}))
    return await _error_page(request, told, status=error.status_code)


async def on_bad_request(request: Request, error: Exception) -> Response:
    """Handler for bodies and parameters that do not have the declared shape: 422 with every field at fault."""
    assert isinstance(error, RequestValidationError)
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]), "message": str(fault["msg"])}
        for fault in error.errors()
    ]
    if any(fault["loc"][:2] == ("header", "Idempotency-Key") for fault in error.errors()):
        told = DomainError(Kind.INVALID, "IDEMPOTENCY_KEY_MISSING", "请求头 Idempotency-Key 须为 8 至 64 个字符。")
    else:
        first = faults[0]["field"] if faults else ""
        told = DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容与接口约定不符。", field=first)
    if not _for_programs(request):
        return await _error_page(request, DomainError(Kind.NOT_FOUND, "HTTP_404", "没有这个地址。"))
    return _told(request, told, extra={"errors": faults})


async def on_bug(request: Request, error: Exception) -> Response:
    """Handler for everything unexpected: logged whole, told as INTERNAL."""
    _log.error("page failed", error_type=type(error).__name__, exc_info=error)
    return await answer(request, errors.internal_error())


def wanted_language(accepted: str) -> str:
    """The language that an `Accept-Language` asks for: English where it is wanted more than Chinese, else Chinese."""
    weights = {CHINESE: 0.0, ENGLISH: 0.0}
    for each in accepted.lower().split(","):
        tag, _, parameter = each.strip().partition(";")
        name = tag.split("-")[0].strip()
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        if name in weights:
            weights[name] = max(weights[name], weight)
    return ENGLISH if weights[ENGLISH] > weights[CHINESE] else CHINESE


async def _unread(request: Request) -> Posted | None:
    try:
        return await read_form(request)
    except HTTPException:
        return None  # no form, or one with files: nothing that a page could hold


def retry_after(error: DomainError) -> str:
    """In how many seconds to try again: at `until` where it is known, else soon."""
    if error.until is None:
        return _SOON_SECONDS
    return str(max(1, math.ceil((error.until - datetime.now(UTC)).total_seconds())))


def _told(
    request: Request,
    error: DomainError,
    status: int = 0,
    *,
    headers: dict[str, str] | None = None,
    extra: dict[str, Any] | None = None,
) -> Response:
    """Problem details for `error`, in the language that the request asks for; `status` replaces that of the kind."""
    spoken = wanted_language(request.headers.get("accept-language", ""))
    with speaking(spoken):
        content = errors.to_problem(error) | (extra or {})
        content |= {"title": tr(content["title"]), "detail": reason_text(error.reason, error.message)}
    content["status"] = status = status or content["status"]
    told = {"content-language": TAGS[spoken], "vary": "Accept-Language"}
    if status in {429, 503}:
        told["retry-after"] = retry_after(error)
    if status == 401:
        told["www-authenticate"] = "Bearer"
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, status_code=status, headers=told | (headers or {}), media_type=MEDIA_TYPE)


def _for_programs(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/callbacks/"))


async def _prove_first(request: Request) -> Response:
    """On to the proof; a form that was posted is offered to be posted again afterwards."""
    if request.method == "GET":
        onward = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/prove?next={quote(onward)}", status_code=303)
    posted = getattr(request.state, "posted", None)
    carried = posted.carried() if isinstance(posted, Posted) else []
    try:
        return await proving.offer(Page(request), request.url.path, carried)
    except DomainError as error:
        return await _error_page(request, error)


async def _error_page(request: Request, error: DomainError, status: int = 0) -> Response:
    status = status or errors.TABLE[error.kind].http
    if error.reason == PROOF_OWED:
        return await _prove_first(request)
    if status == 401 and request.method == "GET":
        why = f"&why={error.reason}" if error.reason in words.SESSION_OVER else ""
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}{why}", status_code=303)
    # PUB-16, nothing typed is lost: the form that failed is offered again on the error page.
    posted = getattr(request.state, "posted", None)
    if posted is None and status in _OFFERED_AGAIN and request.method == "POST":
        posted = await _unread(request)  # refused before anything had read the body
    page = Page(request)
    try:
        response = await page.html(
            "error.html",
            status=status,
            alone=error.reason in _ALONE,
            error=error,
            message=reason_text(error.reason, error.message),
            seconds=int(retry_after(error)) if error.until else 0,
            title=_TITLES.get(error.reason) or tr(errors.TABLE[error.kind].title),
            carried=posted.carried() if isinstance(posted, Posted) and status in _OFFERED_AGAIN else [],
        )
    except Exception as second:  # noqa: BLE001  (the error page itself failed: say so in plain words, and log why)
        _log.error("error page failed", error_type=type(second).__name__, exc_info=second)
        title, told = tr("出错"), escape(reason_text(error.reason, error.message))
        text = f"<!doctype html><html lang={TAGS[language()]}><title>{title}</title><p>{told}</p>"
        response = HTMLResponse(text, status)
    if status in {429, 503}:
        response.headers["retry-after"] = retry_after(error)
    return response
