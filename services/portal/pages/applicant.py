"""The applicant's own page, checking and submitting, withdrawing."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import application_service_pb2, place_service_pb2
from residency.notify.v1 import notify_service_pb2
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.portal.capabilities import Told, tell, tell_one
from services.portal.dossier import FormSection, body_of, labels_of
from services.portal.forms import VERSION, Refusal, fresh_key, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, listed, tr
from services.portal.i18n.problems import problem_text
from services.portal.page import Page, PageFor
from services.portal.pages.sections import papers_of
from services.portal.pages.steps import Mine, mine
from services.portal.wire import to_page

router = APIRouter(prefix="/application")
Applicant = Annotated[Page, Depends(PageFor("applicant"))]
_log = structlog.get_logger("portal")
_LATEST = 3


@router.get("")
async def application(page: Applicant) -> Response:
    """State, why, until when, what may be done now, history, latest messages."""
    return await standing(page, None)


@router.post("/start")
async def start(page: Applicant) -> Response:
    """Open a draft."""
    form = await read_form(page.request)
    view = await page.cycle()
    request = application_service_pb2.StartApplicationRequest(cycle_id=view.cycle_id, idempotency_key=form.key)
    try:
        await page.clients.applications.StartApplication(request)
    except DomainError as error:
        return await standing(page, refused(error))
    return page.redirect("/application?done=started")


@router.get("/check")
async def check(page: Applicant) -> Response:
    """Everything filled in, to be checked before it is submitted."""
    return await _check(page, await mine(page), None, new_id())


@router.post("/check")
async def submit(page: Applicant) -> Response:
    """Submit."""
    form = await read_form(page.request)
    view = await page.cycle()
    request = application_service_pb2.SubmitApplicationRequest(
        cycle_id=view.cycle_id, expected_version=form.number(VERSION), idempotency_key=form.key
    )
    try:
        await page.clients.applications.SubmitApplication(request)
    except DomainError as error:
        own = await mine(page)
        return await _check(page, own, refused(error, labels_of(own.sections)), fresh_key(error, form))
    return page.redirect("/application?done=submitted")


@router.get("/withdraw")
async def withdraw_form(page: Applicant) -> Response:
    """Say what withdrawing means before it is done."""
    return await _withdraw(page, None, new_id())


@router.post("/withdraw")
async def withdraw(page: Applicant) -> Response:
    """Withdraw."""
    form = await read_form(page.request)
    view = await page.cycle()
    request = application_service_pb2.WithdrawApplicationRequest(cycle_id=view.cycle_id, idempotency_key=form.key)
    try:
        await page.clients.applications.WithdrawApplication(request)
    except DomainError as error:
        return await _withdraw(page, refused(error), fresh_key(error, form))
    return page.redirect("/application?done=withdrawn")


async def standing(page: Page, refusal: Refusal | None) -> Response:
    """The applicant's own page, with what was refused on top."""
    own, messages = await asyncio.gather(mine(page), _latest(page))
    told = {action: each.allowed for action, each in own.capabilities.items()}
    unfinished = (step.href for step in own.steps if not step.complete)
    return await page.html(
        "application.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        application=to_page(own.application),
        capabilities=own.capabilities,
        catalogue=own.catalogue,
        steps=own.steps,
        ready=own.ready,
        next_step=next(unfinished, own.steps[0].href),
        may={action: told.get(action, False) for action in ("start", "edit_profile", "submit", "withdraw")},
        offers=await _offers(page, own),
        confirmable=told.get("confirm_place", False),
        carriable=_carriable(own, told),
        messages=messages,
        history=await _history(page, own),
        key=new_id(),
    )


async def _check(page: Page, own: Mine, refusal: Refusal | None, key: str) -> Response:
    kept, _ = await papers_of(page, own)
    there = {kind: len(papers) for kind, papers in kept.items()}
    blocks = [_block(own, section, there) for section in own.sections.values()]
    choice = own.application.choice
    bases, specialties = own.catalogue.bases, own.catalogue.specialties
    blocks.append(
        {
            "label": tr("志愿"),
            "href": "/application/choice",
            "complete": own.steps[-2].complete,
            "to_check": [],
            "problem": tr("请选择培训基地和培训专业。"),
            "shown": [
                (N_("培训基地"), bases.get(choice.base_code, choice.base_code)),
                (N_("培训专业"), specialties.get(choice.specialty_code, choice.specialty_code)),
                (N_("是否接受调剂"), tr("是" if choice.accepts_reallocation else "否") if choice.base_code else ""),
            ],
        }
    )
    return await page.html(
        "check.html",
        status=refusal.status if refusal else 200,
        refusal=_linked(refusal, own) if refusal else None,
        application=to_page(own.application),
        steps=own.steps,
        started=own.started,
        blocks=blocks,
        told=own.told("submit"),
        told_edit=own.told("edit_profile"),
        key=key,
    )


async def _withdraw(page: Page, refusal: Refusal | None, key: str) -> Response:
    own = await mine(page)
    choice = own.application.choice
    names = [own.catalogue.bases.get(choice.base_code, ""), own.catalogue.specialties.get(choice.specialty_code, "")]
    return await page.html(
        "withdraw.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        told=own.told("withdraw"),
        place=listed((name for name in names if name), "，"),
        key=key,
    )


def _block(own: Mine, section: FormSection, there: dict[str, int]) -> dict[str, Any]:
    status = own.status(section.key)
    shown = [
        (field, tr("已上传 {n} 张", n=there[field.key]) if there.get(field.key) else text)
        for field, text in section.shown(body_of(status))
    ]
    missing = [field.label for field, text in shown if field.required and not text]
    return {
        "label": section.label,
        "href": f"/application/sections/{section.key}",
        "complete": status.complete,
        "problem": (tr("还未填写：{fields}。", fields=listed(missing)) if missing else tr("还有内容需要补充。")),
        "shown": [(field.label, text) for field, text in shown if text or field.required],
        "to_check": [problem_text(problem.message) for problem in status.to_check],
    }


def _linked(refusal: Refusal, own: Mine) -> Refusal:
    """The refusal with each field linked to the form where it is mended."""
    links = {
        field.key: f"/application/sections/{section.key}#{field.key}"
        for section in own.sections.values()
        for field in section.fields
    }
    links |= {"highest": "/application/sections/education", "document_number": "/account/binding"}
    links |= {"base_code": "/application/choice#base_code", "specialty_code": "/application/choice#specialty_code"}
    return Refusal(refusal.heading, refusal.errors, refusal.status, refusal.reason, links)


@router.get("/why")
async def why(page: Applicant) -> Response:
    """为什么不能修改: every action and every field, open or not, why, until when, and what would change it."""
    view = await page.cycle()
    request = application_service_pb2.GetCapabilitiesRequest(cycle_id=view.cycle_id)
    answer, sections = await asyncio.gather(
        page.clients.applications.GetCapabilities(request), page.portal.dossiers.sections()
    )
    labels = {f"{section.key}.{field.key}": field.label for section in sections.values() for field in section.fields}
    groups: dict[str, list[tuple[str, Told]]] = {}
    for each in answer.fields:
        part, _, leaf = each.field.partition(".")
        heading = sections[part].label if part in sections else terms.FIELD_PARTS.get(part, part)
        label = labels.get(each.field) or terms.FIELD_LABELS.get(leaf, leaf)
        groups.setdefault(heading, []).append((label, tell_one(each.capability, view)))
    return await page.html("why.html", actions=list(tell(answer.actions, view).values()), groups=groups)


async def _offers(page: Page, own: Mine) -> list[dict[str, Any]]:
    """Places on offer to the applicant; only asked for while one can be answered."""
    if not own.told("answer_offer").allowed:
        return []
    request = place_service_pb2.ListOffersRequest(cycle_id=own.view.cycle_id, open_only=True)
    answer = await page.clients.places.ListOffers(request)
    return [to_page(offer) for offer in answer.offers]


def _carriable(own: Mine, told: dict[str, bool]) -> bool:
    """True while last year's dossier may still be brought in: nothing is filled in and nothing was submitted."""
    untouched = not any(status.HasField("saved_at") for status in own.application.sections)
    return own.started and told.get("edit_profile", False) and untouched and not own.application.submission_number


async def _latest(page: Page) -> list[dict[str, Any]] | None:
    """The latest messages; None when notify does not answer: the application itself still shows."""
    try:
        answer = await page.clients.notify.ListMessages(notify_service_pb2.ListMessagesRequest(page_size=_LATEST))
    except DomainError as error:
        _log.warning("messages left out", reason=error.reason)
        return None
    return [to_page(message) for message in answer.messages]


async def _history(page: Page, own: Mine) -> list[dict[str, Any]]:
    if not own.application.application_id:
        return []
    request = application_service_pb2.ListHistoryRequest(application_id=own.application.application_id)
    answer = await page.clients.applications.ListHistory(request)
    return [to_page(entry) for entry in answer.entries]
