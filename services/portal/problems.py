"""Expected failures on the way out: a page for people, problem details (RFC 9457) for programs."""

from __future__ import annotations

import json
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
from services.portal.forms import PROOF_OWED, Posted, read_form
from services.portal.i18n import account as words
from services.portal.middleware import Refuse
from services.portal.page import Page
from services.portal.pages import proving

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger("portal")
_TITLES = {"NO_CYCLE": "还没有招录日程"}
"""Titles of pages that say something gentler than the kind of error does."""
_KINDS = {400: Kind.INVALID, 404: Kind.NOT_FOUND, 405: Kind.NOT_FOUND, 413: Kind.INVALID, 415: Kind.INVALID}


async def answer(request: Request, error: DomainError) -> Response:
    """The answer to a request that failed with `error`."""
    if request.url.path.startswith("/api/"):
        return problem(errors.to_problem(error))
    return await _error_page(request, error)


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
    message = "没有这个地址。" if kind is Kind.NOT_FOUND else "无法读取提交的内容。"
    told = DomainError(kind, f"HTTP_{error.status_code}", message)
    if request.url.path.startswith("/api/"):
        return problem(errors.to_problem(told) | {"status": error.status_code}, dict(error.headers or {}))
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
    if not request.url.path.startswith("/api/"):
        return await _error_page(request, DomainError(Kind.NOT_FOUND, "HTTP_404", "没有这个地址。"))
    return problem(errors.to_problem(told) | {"errors": faults})


async def on_bug(request: Request, error: Exception) -> Response:
    """Handler for everything unexpected: logged whole, told as INTERNAL."""
    _log.error("page failed", error_type=type(error).__name__, exc_info=error)
    return await answer(request, errors.internal_error())


def problem(content: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem details answer; its status is the content's."""
    status = int(content["status"])
    extra = {"retry-after": "2"} if status in {429, 503} else {}
    if status == 401:
        extra["www-authenticate"] = "Bearer"
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, status_code=status, headers=extra | (headers or {}), media_type=MEDIA_TYPE)


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
    # Nothing typed is lost: the form that failed is offered again on the error page.
    posted = getattr(request.state, "posted", None)
    if posted is None and status == 401:
        posted = await read_form(request)  # refused before anything had read the body
    page = Page(request)
    try:
        response = await page.html(
            "error.html",
            status=status,
            error=error,
            title=_TITLES.get(error.reason, errors.TABLE[error.kind].title),
            carried=posted.carried() if isinstance(posted, Posted) and status in {401, 429, 500, 503} else [],
        )
    except Exception as second:  # noqa: BLE001  (the error page itself failed: say so in plain words, and log why)
        _log.error("error page failed", error_type=type(second).__name__, exc_info=second)
        response = HTMLResponse(f"<!doctype html><html lang=zh-CN><title>出错</title><p>{error.message}</p>", status)
    if status in {429, 503}:
        response.headers["retry-after"] = "2"
    return response
