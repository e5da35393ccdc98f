"""One submission beside its papers and the decisions on it: each open, or saying why not and until when."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import (
    application_pb2,
    application_service_pb2,
    cycle_pb2,
    decision_service_pb2,
    paper_service_pb2,
    selection_service_pb2,
)
from services.kit import domain
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.portal.capabilities import tell
from services.portal.dossier import body_of
from services.portal.forms import Posted, Refusal, fresh_key, in_order, read_form, refused
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages.deeds import BY_PATH, About, asked, deeds
from services.portal.panels import Form, request_of
from services.portal.shape import PAPER
from services.portal.wire import enum_name, of_json, to_page

router = APIRouter(prefix="/base/applications/{application_id}")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]


@router.get("")
async def submission(page: Staff, application_id: str) -> Response:
    """The current submission."""
    return await _page(page, application_id, None, "", None, new_id())


@router.post("/{path}")
async def decide(page: Staff, application_id: str, path: str) -> Response:
    """Take a decision; a refusal comes back with the page as it stands now and everything that was typed."""
    form = await read_form(page.request)
    kind = BY_PATH.get(path)
    if kind is None:
        raise DomainError(domain.Kind.NOT_FOUND, "DEED_UNKNOWN", "没有这一项办理。")
    missing = {name: sentence for name, sentence in kind.needs.items() if not form.get(name)}
    if missing:
        refusal = Refusal(tr("有 {n} 处需要更正", n=len(missing)), {name: tr(told) for name, told in missing.items()})
        return await _page(page, application_id, refusal, path, form, form.key)
    view = await page.cycle()
    try:
        asks = asked(kind, view.cycle.phase == cycle_pb2.PHASE_REALLOCATION)
        values = request_of(asks, form, view) | dict(kind.fixed)
        values |= {"application_id": application_id, "idempotency_key": form.key}
        if "submission_number" in kind.request.DESCRIPTOR.fields_by_name:
            values["submission_number"] = form.number("submission_number")
        stub = getattr(page.clients, kind.service)
        await getattr(stub, kind.rpc)(of_json(kind.request, values))
    except DomainError as error:
        if error.kind is domain.Kind.NOT_FOUND:
            raise
        refusal = in_order(refused(error), [ask.name for ask in kind.asks])
        return await _page(page, application_id, refusal, path, form, fresh_key(error, form))
    return page.redirect(f"/base/applications/{application_id}?done=decided")


async def _page(
    page: Page, application_id: str, refusal: Refusal | None, path: str, form: Posted | None, key: str
) -> Response:
    view = await page.cycle()
    opened, history, sections, names, reasons, papers, scores = await asyncio.gather(
        page.clients.decisions.GetSubmission(decision_service_pb2.GetSubmissionRequest(application_id=application_id)),
        page.clients.applications.ListHistory(
            application_service_pb2.ListHistoryRequest(application_id=application_id)
        ),
        page.portal.dossiers.sections(),
        page.portal.cycles.catalogue(view.cycle_id),
        page.portal.reasons(),
        page.clients.papers.ListPapers(paper_service_pb2.ListPapersRequest(application_id=application_id)),
        page.clients.selection.ListScores(selection_service_pb2.ListScoresRequest(application_id=application_id)),
    )
    row = opened.row
    base = page.visitor.require().organisation
    specialty = names.specialties.get(row.specialty_code, row.specialty_code)
    seen = form.number("submission_number") if form is not None else 0
    others = [(code, names.specialties.get(code, code)) for code in names.planned.get(base, {})]
    about = About(
        row.name,
        specialty,
        view.cycle.phase == cycle_pb2.PHASE_REALLOCATION,
        [(code, name) for code, name in others if code != row.specialty_code],
        reasons.rejections,
        reasons.quits,
        refusal is not None and "confirm_late" in refusal.errors,
    )
    why = {each.action: each.reason for each in opened.capabilities if not each.allowed}
    refused_path = path if refusal is not None else ""
    blocks = []
    for status in opened.sections:
        section = sections[enum_name(application_pb2.Section.DESCRIPTOR.values_by_number[status.section])]
        shown = [(each.label, text) for each, text in section.shown(body_of(status)) if text and each.kind != PAPER]
        blocks.append({"label": section.label, "shown": shown})
    labels = {each.key: each.label for section in sections.values() for each in section.fields}
    return await page.html(
        "submission.html",
        status=refusal.status if refusal else 200,
        refusal=_linked(refusal, path) if refusal else None,
        row=to_page(row),
        choice=to_page(opened.choice) if opened.HasField("choice") else None,
        correction_of=opened.correction_of,
        specialty=specialty,
        blocks=blocks,
        papers=[told | {"label": labels.get(told["kind"], told["kind"])} for told in map(to_page, papers.papers)],
        scores=[to_page(version) for version in scores.versions],
        deeds=deeds(tell(opened.capabilities, view), why, about, refused_path),
        superseded=seen if 0 < seen < row.submission_number else 0,
        history=[to_page(entry) for entry in history.entries],
        catalogue=names,
        blank=Form(""),
        posted=Form("", values=form.shown(), errors=refusal.errors if refusal else {})
        if form is not None
        else Form(""),
        key=key,
    )


def _linked(refusal: Refusal, path: str) -> Refusal:
    """The refusal with links to the inputs of the form it belongs to, whose ids end in the form's path."""
    links: dict[str, Any] = {name: f"#{name}-{path}" for name in refusal.errors}
    return Refusal(refusal.heading, refusal.errors, refusal.status, refusal.reason, links)
