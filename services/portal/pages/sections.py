"""The four sections of the applicant's dossier as forms, with the pictures that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import application_service_pb2, paper_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.dossier import NO, YES, FormField, FormSection, body_of, labels_of, struct_of
from services.portal.forms import VERSION, Posted, Refusal, fresh_key, in_order, read_form, refused
from services.portal.i18n.language import tr
from services.portal.i18n.problems import problem_text
from services.portal.page import Page, PageFor
from services.portal.pages.steps import Mine, mine
from services.portal.shape import PAPER, Shape
from services.portal.wire import instant_of, to_page

router = APIRouter(prefix="/application/sections")
Applicant = Annotated[Page, Depends(PageFor("applicant"))]


@router.get("/{key}")
async def section_form(page: Applicant, key: str) -> Response:
    """One section, to fill in or, when closed, to read."""
    own = await mine(page)
    return await section_page(page, own, section_of(own, key), None, None, new_id())


@router.post("/{key}")
async def save_section(page: Applicant, key: str) -> Response:
    """Save one section. What was typed stays on the page when the service refuses it."""
    form = await read_form(page.request)
    view = await page.cycle()
    sections = await page.portal.dossiers.sections()
    if key not in sections:
        raise _no_section()
    request = application_service_pb2.SaveSectionRequest(
        cycle_id=view.cycle_id,
        section=f"SECTION_{key.upper()}",
        body=struct_of(sections[key].body(form)),
        expected_version=form.number(VERSION),
        idempotency_key=form.key,
    )
    try:
        await page.clients.applications.SaveSection(request)
    except DomainError as error:
        refusal = in_order(refused(error, labels_of(sections)), [field.key for field in sections[key].fields])
        own = await mine(page)
        return await section_page(page, own, sections[key], form, refusal, fresh_key(error, form))
    if form.get("then") == "later":
        return page.redirect("/application?done=saved")
    own = await mine(page)
    return page.redirect(f"{own.after(key)}?done=saved")


async def section_page(
    page: Page, own: Mine, section: FormSection, form: Posted | None, refusal: Refusal | None, key: str, done: str = ""
) -> Response:
    """The page of one section: with what `form` carried where one was posted, else with what is saved."""
    status = own.status(section.key)
    shape = (await page.portal.shapes()).get(section.key, Shape())
    papers = shape.papers(section)
    kept, rules = await papers_of(page, own) if papers else ({}, {})
    saved = section.typed(body_of(status))
    typed = {field.key: form.get(field.key) for field in section.fields} if form is not None else saved
    return await page.html(
        "section.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        done=done or page.request.query_params.get("done", ""),
        section=section,
        groups=shape.groups(section),
        papers=papers,
        kept=kept,
        rules=rules,
        warned=bool(form and form.get("warned")),
        application_id=own.application.application_id,
        steps=own.steps,
        started=own.started,
        told=own.told("edit_profile"),
        action=f"/application/sections/{section.key}",
        values=typed,
        shown=[(field.label, text) for field, text in section.shown(body_of(status)) if text],
        changed=_changes(section, saved, typed) if refusal and refusal.reason == "STALE_VERSION" else [],
        version=own.application.version,
        to_check=[(problem.key, problem_text(problem.message)) for problem in status.to_check]
        if refusal is None
        else [],
        saved_at=instant_of(status.saved_at) if status.HasField("saved_at") else None,
        name=own.application.name if section.key == "basic" else "",
        document=own.application.masked_document,
        key=key,
    )


async def papers_of(page: Page, own: Mine) -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """By kind: the pictures of the draft, and what may be sent."""
    if not own.started:
        return {}, {}
    request = paper_service_pb2.ListPapersRequest(application_id=own.application.application_id)
    answer = await page.clients.papers.ListPapers(request)
    kept: dict[str, list[dict[str, Any]]] = {}
    for paper in answer.papers:
        told = to_page(paper)
        kept.setdefault(told["kind"], []).append(told)
    return kept, {told["kind"]: told for told in map(to_page, answer.rules)}


def _changes(section: FormSection, saved: Mapping[str, str], typed: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Label, what is saved now, what was typed, for every field in which the two differ."""

    def said(field: FormField, text: str) -> str:
        return dict(field.options).get(text) or {YES: tr("是"), NO: tr("否")}.get(text, text)

    return [
        (field.label, said(field, saved[field.key]), said(field, typed[field.key]))
        for field in section.fields
        if field.kind != PAPER and saved[field.key] != typed[field.key]
    ]


def section_of(own: Mine, key: str) -> FormSection:
    """The section called `key`; raises NOT_FOUND when there is none."""
    if key not in own.sections:
        raise _no_section()
    return own.sections[key]


def _no_section() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "SECTION_NOT_FOUND", "没有这一部分。")
