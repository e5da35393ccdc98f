"""Signing in with a password and a second factor, choosing a hat, signing out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import session_service_pb2
from services.kit import errors
from services.kit.auth import act_as
from services.kit.domain import Caller, DomainError, Kind
from services.portal.edge import cookies, session
from services.portal.forms import Posted, read_form, refusal_of, refused
from services.portal.i18n import account as words
from services.portal.page import Page, PageFor, page_of
from services.portal.pages.entry import challenge, enter, local
from services.portal.wire import to_page

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]
SignedIn = Annotated[Page, Depends(PageFor())]


@router.get("/sign-in")
async def sign_in_form(page: Anyone, next: str = "", why: str = "") -> Response:
    """The sign-in form; `why` names the reason for which a session ended."""
    told = words.SESSION_OVER.get(why, "") if why else ""
    return await page.html("sign_in.html", values={}, next=local(next), why=told)


@router.post("/sign-in")
async def sign_in(page: Anyone) -> Response:
    """Exchange login and password for a session, or go on to the second factor."""
    form = await read_form(page.request)
    request = session_service_pb2.SignInRequest(login=form.get("login"), password=form.values.get("password", ""))
    try:
        answer = await page.clients.sessions.SignIn(request)
    except DomainError as error:
        return await _again(page, form, error)
    return await enter(page, answer.signed_in, local(form.get("next")))


@router.post("/sign-in/second-factor")
async def second_factor(page: Anyone) -> Response:
    """Answer the challenge of a sign-in."""
    form = await read_form(page.request)
    request = session_service_pb2.ProveSecondFactorRequest(challenge_id=form.get("challenge_id"), proof=proof_of(form))
    try:
        answer = await page.clients.sessions.ProveSecondFactor(request)
    except DomainError as error:
        if error.kind in {Kind.UNAVAILABLE, Kind.INTERNAL}:
            raise
        if error.reason == "CHALLENGE_OVER":
            return await _again(page, form, error)
        factors = form.get("factors").split()
        refusal = refusal_of(error, errors.TABLE[error.kind].http)
        return await challenge(
            page, form.get("challenge_id"), factors, form.get("next"), status=refusal.status, refusal=refusal
        )
    return await enter(page, answer.signed_in, local(form.get("next")))


@router.get("/choose-hat")
async def choose_hat_form(page: SignedIn, next: str = "") -> Response:
    """The hats to choose from."""
    answer = await page.clients.sessions.ListHats(session_service_pb2.ListHatsRequest())
    hats = [to_page(hat) for hat in answer.hats]
    return await page.html("choose_hat.html", hats=hats, current=answer.current_hat_id, next=local(next))


@router.post("/choose-hat")
async def choose_hat(page: SignedIn) -> Response:
    """Begin a session with another hat."""
    form = await read_form(page.request)
    request = session_service_pb2.ChooseHatRequest(hat_id=form.get("hat_id"))
    try:
        answer = await page.clients.sessions.ChooseHat(request)
    except DomainError as error:
        refusal = refused(error)
        listed = await page.clients.sessions.ListHats(session_service_pb2.ListHatsRequest())
        return await page.html(
            "choose_hat.html",
            status=refusal.status,
            refusal=refusal,
            hats=[to_page(hat) for hat in listed.hats],
            current=listed.current_hat_id,
            next=local(form.get("next")),
        )
    return await enter(page, answer.signed_in, local(form.get("next")))


@router.post("/sign-out")
async def sign_out(page: Anyone) -> Response:
    """End the session, or the looking in another's place; the cookies go even where identity does not answer."""
    form = await read_form(page.request)
    if form.checked("acting") and not page.visitor.acting:
        return page.redirect("/")  # it has ended by itself meanwhile: one's own session goes on
    response = page.redirect("/" if page.visitor.acting else "/?done=signed_out")
    if page.visitor.caller is not None:
        try:
            await _end(page, page.visitor.caller)
        except DomainError as error:
            if error.kind not in {Kind.UNAUTHENTICATED, Kind.UNAVAILABLE}:
                raise
    if page.visitor.acting:
        cookies.drop(response, page.request.scope, cookies.ACTING)
    else:
        session.forget(response, page.request)
    return response


async def _end(page: Page, caller: Caller) -> None:
    """Who acts in another's place ends that in person: the borrowed session may change nothing, not even itself."""
    if not caller.acting_by:
        await page.clients.sessions.SignOut(session_service_pb2.SignOutRequest())
        return
    with act_as(cookies.read(cookies.SESSION, page.request.scope)):
        await page.clients.sessions.EndSession(session_service_pb2.EndSessionRequest(session_id=caller.session))


def proof_of(form: Posted) -> session_service_pb2.Proof:
    """The proof that a form carries: the factor that `kind` names, else the first that was filled in."""
    kinds = {
        "totp": "".join(form.get("totp").split()),
        "recovery_code": form.get("recovery_code"),
        "passkey": form.get("passkey_json"),
        "password": form.values.get("password", ""),
    }
    kind = form.get("kind") or next((name for name, value in kinds.items() if value), "")
    field = "passkey_json" if kind == "passkey" else kind
    return session_service_pb2.Proof(**{field: kinds[kind]}) if kind in kinds else session_service_pb2.Proof()


async def _again(page: Page, form: Posted, error: DomainError) -> Response:
    if error.kind in {Kind.UNAVAILABLE, Kind.INTERNAL}:
        raise error
    if error.kind is Kind.INVALID:
        error = DomainError(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "请填写登录名和密码。")
    status = errors.TABLE[error.kind].http
    return await page.html(
        "sign_in.html",
        status=status,
        values={"login": form.get("login")},
        refusal=refusal_of(error, status),
        next=local(form.get("next")),
        why="",
    )
