"""Proving oneself again before a powerful act; the form that was refused is carried along and posted afterwards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import session_service_pb2
from services.kit import errors
from services.kit.domain import DomainError, Kind
from services.portal.edge import cookies
from services.portal.forms import Posted, Refusal, read_form, refusal_of
from services.portal.page import Page, PageFor
from services.portal.pages.entry import FACTORS, local, passkey_options
from services.portal.pages.signing_in import proof_of
from services.portal.step_up import CARRIED, carried_in

router = APIRouter(prefix="/prove")
SignedIn = Annotated[Page, Depends(PageFor())]


@router.get("")
async def ask(page: SignedIn, next: str = "") -> Response:
    """Which factor to prove; goes on to `next`."""
    return await _ask(page, local(next) or "/", [], "get", None)


@router.post("/proof")
async def prove(page: SignedIn) -> Response:
    """Take the proof; go on where one came from, with the form that was refused."""
    form = await read_form(page.request)
    then, carried = local(form.get("next")) or "/", carried_in(form)
    method = "post" if form.get("method") == "post" else "get"
    request = session_service_pb2.StepUpRequest(challenge_id=form.get("challenge_id"), proof=proof_of(form))
    try:
        answer = await page.clients.sessions.StepUp(request)
    except DomainError as error:
        if error.reason in {"SESSION_ENDED", "BAD_TOKEN", "TOKEN_EXPIRED"} or error.kind in {
            Kind.UNAVAILABLE,
            Kind.INTERNAL,
        }:
            raise
        return await _ask(page, then, carried, method, refusal_of(error, errors.TABLE[error.kind].http), form)
    if method == "post":
        response = await page.html("go_on.html", action=then, carried=carried)
    else:
        response = page.redirect(then)
    seconds = cookies.seconds_left(answer.access)
    cookies.put(response, page.request.scope, cookies.SESSION, answer.access.value, seconds)
    return response


async def offer(page: Page, then: str, carried: list[tuple[str, str]]) -> Response:
    """The proof page in answer to a form that was refused; afterwards it is posted to `then` again."""
    return await _ask(page, then, carried, "post", None, status=403)


async def _ask(
    page: Page,
    then: str,
    carried: list[tuple[str, str]],
    method: str,
    refusal: Refusal | None,
    form: Posted | None = None,
    status: int = 200,
) -> Response:
    """The same challenge again after a wrong proof, as long as it is good; else a fresh one."""
    same = form is not None and refusal is not None and refusal.reason in {"FACTOR_WRONG", "INVALID_FIELD"}
    if same and form is not None:
        challenge_id, known = form.get("challenge_id"), form.get("factors").split()
    else:
        begun = await page.clients.sessions.BeginStepUp(session_service_pb2.BeginStepUpRequest())
        challenge_id, known = begun.challenge_id, list(begun.factors)
    return await page.html(
        "prove.html",
        status=refusal.status if refusal else status,
        refusal=refusal,
        challenge_id=challenge_id,
        factors=[factor for factor in FACTORS if factor in known],
        options=await passkey_options(page, challenge_id, known),
        next=then,
        method=method,
        carried=[(f"{CARRIED}{name}", value) for name, value in carried],
    )
