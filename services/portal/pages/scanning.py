"""Scan to sign in: the desktop shows a code and a number and waits; the phone says who asks, and picks the number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

import segno
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from residency.identity.v1 import scan_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.edge import cookies
from services.portal.forms import read_form, refused
from services.portal.i18n.language import reason_text, tr
from services.portal.page import Page, PageFor, page_of
from services.portal.pages.entry import enter, local
from services.portal.wire import enum_name, instant_of, to_page

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]
SignedIn = Annotated[Page, Depends(PageFor())]
_OPEN = frozenset({"waiting", "scanned"})
_STATES = scan_service_pb2.TicketState.DESCRIPTOR.values_by_number


@router.get("/sign-in/scan")
async def show(page: Anyone, next: str = "") -> Response:
    """The code with its number; asks how the ticket stands, and goes on once the phone has confirmed."""
    ticket = _ticket(page)
    if ticket is None:
        return await _new(page, local(next))
    ticket_id, secret, number, until = ticket
    request = scan_service_pb2.ClaimScanTicketRequest(ticket_id=ticket_id, browser_secret=secret)
    answer = await page.clients.scans.ClaimScanTicket(request)
    if answer.HasField("signed_in"):
        response = await enter(page, answer.signed_in, local(next))
        cookies.drop(response, page.request.scope, cookies.SCAN)
        return response
    known = _STATES.get(answer.state)
    state = enum_name(known) if known is not None and answer.state else "void"
    return await _desk(page, ticket_id, number, until, state, local(next))


@router.post("/sign-in/scan")
async def again(page: Anyone) -> Response:
    """Another code, in place of one that is void."""
    then = local((await read_form(page.request)).get("next"))
    response = page.redirect(f"/sign-in/scan?next={quote(then)}" if then else "/sign-in/scan")
    cookies.drop(response, page.request.scope, cookies.SCAN)
    return response


@router.get("/scan/{ticket_id}")
async def asked(page: SignedIn, ticket_id: str) -> Response:
    """On the phone: who wants to sign in, and three numbers."""
    request = scan_service_pb2.GetScanTicketRequest(ticket_id=ticket_id)
    try:
        answer = await page.clients.scans.GetScanTicket(request)
    except DomainError as error:
        return await _over(page, error)
    return await page.html("scan_answer.html", ticket=to_page(answer), ticket_id=ticket_id, over="", good=False)


@router.post("/scan/{ticket_id}")
async def answer(page: SignedIn, ticket_id: str) -> Response:
    """The number picked, or the refusal."""
    form = await read_form(page.request)
    confirm = form.get("then") != "refuse"
    number = form.number("number")
    request = scan_service_pb2.AnswerScanTicketRequest(ticket_id=ticket_id, number=number, confirm=confirm)
    try:
        await page.clients.scans.AnswerScanTicket(request)
    except DomainError as error:
        return await _over(page, error)
    told = tr("已确认。请回到电脑，页面会自动登录。") if confirm else tr("已拒绝。电脑上的这次登录不会成功。")
    return await page.html("scan_answer.html", ticket=None, ticket_id=ticket_id, over=told, good=confirm)


async def _new(page: Page, then: str) -> Response:
    made = await page.clients.scans.CreateScanTicket(scan_service_pb2.CreateScanTicketRequest())
    until = instant_of(made.expires_at)
    response = await _desk(page, made.ticket_id, made.number, until, "waiting", then)
    value = f"{made.ticket_id}.{made.browser_secret}.{made.number}.{int(until.timestamp())}"
    # A little longer than the ticket, so that the page can say that it is void.
    left = int((until - datetime.now(UTC)).total_seconds()) + 60
    cookies.put(response, page.request.scope, cookies.SCAN, value, left)
    return response


async def _desk(page: Page, ticket_id: str, number: int, until: datetime, state: str, then: str) -> Response:
    shown = state in _OPEN
    return await page.html(
        "scan.html",
        state=state,
        number=number,
        code=_code(page.request, ticket_id) if shown else "",
        link=_link(page.request, ticket_id) if shown else "",
        until=until,
        now=datetime.now(UTC),
        next=then,
        again="/sign-in/scan" + (f"?next={quote(then)}" if then else ""),
    )


async def _over(page: Page, error: DomainError) -> Response:
    if error.kind is Kind.FORBIDDEN:
        raise error
    refusal = refused(error)
    told: dict[str, Any] = {
        "ticket": None,
        "ticket_id": "",
        "over": reason_text(error.reason, error.message),
        "good": False,
    }
    return await page.html("scan_answer.html", status=refusal.status, **told)


def _ticket(page: Page) -> tuple[str, str, int, datetime] | None:
    parts = cookies.read(cookies.SCAN, page.request.scope).split(".")
    if len(parts) != 4 or not parts[2].isdigit() or not parts[3].isdigit() or len(parts[3]) > 11:
        return None
    return parts[0], parts[1], int(parts[2]), datetime.fromtimestamp(int(parts[3]), UTC)


def _link(request: Request, ticket_id: str) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/scan/{ticket_id}"


def _code(request: Request, ticket_id: str) -> str:
    """The code as inline SVG: colours as attributes, for the policy allows no style in the page."""
    return qr(_link(request, ticket_id))


def qr(text: str) -> str:
    """`text` as a QR code in inline SVG, as large as the page wants it, however long the text."""
    code = segno.make(text, error="m", micro=False)
    svg: str = code.svg_inline(omitsize=True, border=3, light="#fff", svgclass="qr")
    return svg
