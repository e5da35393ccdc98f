"""One submission beside the decisions on it: each button open, or saying why not and until when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import application_pb2, application_service_pb2, cycle_pb2, decision_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.capabilities import Told, closed, tell
from services.portal.dossier import body_of
from services.portal.forms import Posted, Refusal, fresh_key, read_form, refused
from services.portal.page import Page, PageFor
from services.portal.wire import enum_name, to_page

router = APIRouter(prefix="/base/applications/{application_id}")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]


@dataclass(frozen=True, slots=True)
class Deed:
    """One decision as the page offers it."""

    action: str
    path: str
    name: str
    button: str
    told: Told
    open: bool
    """Shown unfolded: the one that was just refused."""
    qualify: bool = False
    """Asks for the qualification tick (调剂录取)."""

    @property
    def field(self) -> str:
        """Name of the remark's input; its own per deed, since ids on a page are unique."""
        return f"remark_{self.path.replace('-', '_')}"


@router.get("")
async def submission(page: Staff, application_id: str) -> Response:
    """The current submission."""
    return await _page(page, application_id, None, "", None, new_id())


@router.post("/approve")
async def approve(page: Staff, application_id: str) -> Response:
    """审核通过."""
    return await _review(page, application_id, "approve", decision_service_pb2.VERDICT_APPROVE)


@router.post("/reject")
async def reject(page: Staff, application_id: str) -> Response:
    """审核不通过."""
    return await _review(page, application_id, "reject", decision_service_pb2.VERDICT_REJECT)


@router.post("/provisional")
async def provisional(page: Staff, application_id: str) -> Response:
    """拟录取 / 调剂录取."""

    async def call(form: Posted) -> Any:
        request = decision_service_pb2.GrantProvisionalRequest(
            application_id=application_id,
            submission_number=form.number("submission_number"),
            qualified=form.checked("qualified"),
            remark=form.get("remark_provisional"),
            idempotency_key=form.key,
        )
        return await page.clients.decisions.GrantProvisional(request)

    return await _decide(page, application_id, "grant_provisional", call)


@router.post("/not-selected")
async def not_selected(page: Staff, application_id: str) -> Response:
    """登记未入选."""

    async def call(form: Posted) -> Any:
        request = decision_service_pb2.RecordNotSelectedRequest(
            application_id=application_id,
            submission_number=form.number("submission_number"),
            idempotency_key=form.key,
        )
        return await page.clients.decisions.RecordNotSelected(request)

    return await _decide(page, application_id, "record_not_selected", call)


@router.post("/admission")
async def admission(page: Staff, application_id: str) -> Response:
    """录取."""

    async def call(form: Posted) -> Any:
        request = decision_service_pb2.AdmitRequest(application_id=application_id, idempotency_key=form.key)
        return await page.clients.decisions.Admit(request)

    return await _decide(page, application_id, "admit", call)


async def _review(page: Page, application_id: str, path: str, verdict: decision_service_pb2.Verdict) -> Response:
    async def call(form: Posted) -> Any:
        request = decision_service_pb2.ReviewApplicationRequest(
            application_id=application_id,
            submission_number=form.number("submission_number"),
            verdict=verdict,
            reason_code=form.get("reason_code"),
            remark=form.get(f"remark_{path}"),
            idempotency_key=form.key,
        )
        return await page.clients.decisions.ReviewApplication(request)

    return await _decide(page, application_id, path, call)


async def _decide(page: Page, application_id: str, action: str, call: Callable[[Posted], Awaitable[Any]]) -> Response:
    """Take a decision; a refusal comes back with the page as it stands now and everything that was typed."""
    form = await read_form(page.request)
    missing = _missing(action, form)
    if missing:
        refusal = Refusal(f"有 {len(missing)} 处需要更正", missing)
        return await _page(page, application_id, refusal, action, form, form.key)
    try:
        await call(form)
    except DomainError as error:
        if error.kind is Kind.NOT_FOUND:
            raise
        return await _page(page, application_id, refused(error), action, form, fresh_key(error, form))
    return page.redirect(f"/base/applications/{application_id}?done=decided")


def _missing(action: str, form: Posted) -> dict[str, str]:
    if action != "reject":
        return {}
    wanted = {"reason_code": "请选择审核不通过的原因", "remark_reject": "请填写备注，报名人据此修改"}
    return {name: sentence for name, sentence in wanted.items() if not form.get(name)}


async def _page(
    page: Page, application_id: str, refusal: Refusal | None, action: str, form: Posted | None, key: str
) -> Response:
    view = await page.cycle()
    opened, history, sections, names = await asyncio.gather(
        page.clients.decisions.GetSubmission(decision_service_pb2.GetSubmissionRequest(application_id=application_id)),
        page.clients.applications.ListHistory(
            application_service_pb2.ListHistoryRequest(application_id=application_id)
        ),
        page.portal.dossiers.sections(),
        page.portal.cycles.catalogue(view.cycle_id),
    )
    row = opened.row
    specialty = names.specialties.get(row.specialty_code, row.specialty_code)
    seen = form.number("submission_number") if form is not None else 0
    blocks = []
    for status in opened.sections:
        section = sections[enum_name(application_pb2.Section.DESCRIPTOR.values_by_number[status.section])]
        shown = [(field.label, text) for field, text in section.shown(body_of(status)) if text]
        blocks.append({"label": section.label, "shown": shown})
    return await page.html(
        "submission.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        row=to_page(row),
        choice=to_page(opened.choice) if opened.HasField("choice") else None,
        specialty=specialty,
        blocks=blocks,
        deeds=_deeds(
            tell(opened.capabilities, view),
            row.name,
            specialty,
            view.cycle.phase == cycle_pb2.PHASE_REALLOCATION,
            action if refusal else "",
        ),
        superseded=seen if 0 < seen < row.submission_number else 0,
        history=[to_page(entry) for entry in history.entries],
        catalogue=names,
        posted=form.values if form is not None else {},
        key=key,
    )


def _deeds(told: dict[str, Told], name: str, specialty: str, reallocating: bool, refused_action: str) -> list[Deed]:
    """The decision bar; buttons of irreversible acts name the person and the seat."""
    grant = "调剂录取" if reallocating else "拟录取"
    rows = (
        ("approve", "approve", "审核通过", "确认审核通过"),
        ("reject", "reject", "审核不通过", "确认审核不通过"),
        ("grant_provisional", "provisional", grant, f"{grant} {name}，{specialty}"),
        ("record_not_selected", "not-selected", "登记未入选", f"登记 {name} 本轮未入选"),
        ("admit", "admission", "录取", f"录取 {name}，{specialty}"),
    )
    return [
        Deed(
            action,
            path,
            label,
            button,
            told.get(action) or closed(action),
            action == refused_action,
            action == "grant_provisional" and reallocating,
        )
        for action, path, label, button in rows
    ]
