"""依据与记录: what is known of one teacher, and whether that lets them in."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import batch_service_pb2, rating_service_pb2, standing_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.forms import Posted, Refusal, read_form
from services.portal.i18n import faculty as words
from services.portal.i18n.language import said, tr
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.teaching import AREA, Office, tabs_of, when
from services.portal.pages.teaching_candidacy import findings_table
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/teaching/people/{person_id}")
_SOURCE = Ask("source", "来源", hint="文号、系统或证书编号。", most=500)
_INCIDENT = Act(
    standing_service_pb2.RecordIncidentRequest,
    "standing",
    "RecordIncident",
    (
        Ask("kind", "类别", "select", options=words.INCIDENT_KINDS),
        Ask("degree", "程度", "select", options=words.DEGREES),
        Ask("occurred_on", "发生日期", "date"),
        _SOURCE,
        Ask("detail", "事件经过", "area", "加密保存。", required=False, most=500),
    ),
    carried=("person_id",),
)
_WITHDRAW = Act(
    standing_service_pb2.WithdrawIncidentRequest,
    "standing",
    "WithdrawIncident",
    (Ask("reason", "原因", "area", most=500),),
    carried=("incident_id",),
)
_EVIDENCE = Act(
    standing_service_pb2.RecordEvidenceRequest,
    "standing",
    "RecordEvidence",
    (
        Ask("kind", "类别", "select", options=words.EVIDENCE_KINDS),
        Ask("rule", "证明的事项", "select", "出具证明时选择。", words.RULES, required=False),
        Ask("outcome", "结果或等级", "select", "考核、评价、培训时选择。", words.OUTCOMES, required=False),
        Ask("on_day", "日期", "date"),
        Ask("until_day", "证书有效期至", "date", "培训时填写；不填即长期。", required=False),
        Ask("year", "评价年度", "number", "年度评价时填写。", required=False),
        _SOURCE,
    ),
    carried=("person_id",),
)


@router.get("")
async def person(page: Office, person_id: str) -> Response:
    """Everything that entry rules read of them."""
    return await _page(page, None, None)


@router.post("/{deed}")
async def record(page: Office, person_id: str, deed: str) -> Response:
    """Record an incident or evidence, or withdraw an incident."""
    act = {"incidents": _INCIDENT, "evidence": _EVIDENCE, "withdrawal": _WITHDRAW}.get(deed)
    if act is None:
        raise DomainError(Kind.NOT_FOUND, "PAGE_NOT_FOUND", "没有这个页面。")
    candidacy_id = (await read_form(page.request)).get("candidacy")
    more = f"?{urlencode({'candidacy': candidacy_id})}" if candidacy_id else ""
    return await carry_out(page, act, _page, f"/teaching/people/{person_id}{more}")


@router.get("/remarks/{year}")
async def remarks(page: Office, person_id: str, year: int) -> Response:
    """What trainees wrote in a year, in no order that tells who wrote it; the service keeps back what too few wrote."""
    asked = of_json(rating_service_pb2.ListRemarksRequest, {"person_id": person_id, "year": max(0, year)})
    answer = await page.clients.ratings.ListRemarks(asked)
    lines = [Line((Cell(each),)) for each in answer.remarks]
    panels = [
        Panel(table=Table("次序与填写先后无关", ("评语",), lines, "没有评语，或评价人数不足。")),
        Panel(links=((f"/teaching/people/{person_id}", "返回依据与记录"),)),
    ]
    return await Desk(page).html(tr("{year} 年度的评语", year=year), AREA, tabs_of(page), panels)


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    person_id = page.request.path_params["person_id"]
    standing, ratings = page.clients.standing, page.clients.ratings
    eligibility, incidents, evidence, rated = await asyncio.gather(
        standing.GetEligibility(standing_service_pb2.GetEligibilityRequest(person_id=person_id)),
        standing.ListIncidents(standing_service_pb2.ListIncidentsRequest(person_id=person_id)),
        standing.ListEvidence(standing_service_pb2.ListEvidenceRequest(person_id=person_id)),
        ratings.GetRatings(rating_service_pb2.GetRatingsRequest(person_id=person_id)),
    )
    desk = Desk(page, refusal, posted)
    base, hidden = f"/teaching/people/{person_id}", {"person_id": person_id}
    name, back = await _came_from(page, posted)
    if back:
        hidden["candidacy"] = back.rpartition("/")[2]
    record_incident = Form(
        f"{base}/incidents", _INCIDENT.asks, (Button("登记"),), "登记事件", hidden=hidden, folded=True
    )
    record = Form(
        f"{base}/evidence",
        _EVIDENCE.asks,
        (Button("登记"),),
        "登记依据",
        hidden=hidden,
        suffix="-evidence",
        folded=True,
    )
    panels = [
        *([Panel(links=((back, tr("返回{name}的师资报名", name=name)),))] if back else []),
        Panel("准入条件", said(eligibility.because), findings_table(to_page(eligibility.evaluation))),
        Panel("事件", table=_incidents(desk, base, hidden, [to_page(each) for each in incidents.incidents])),
        Panel(form=desk.form(record_incident)),
        Panel("依据", table=evidence_table([to_page(each) for each in evidence.evidence])),
        Panel(form=desk.form(record)),
        Panel(
            "带教质量评价",
            "人数不足时不显示。",
            ratings_table([to_page(each) for each in rated.years], f"{base}/remarks/"),
        ),
    ]
    title = tr("依据与记录：{name}", name=name) if name else tr("依据与记录")
    return await desk.html(title, AREA, tabs_of(page), panels)


async def _came_from(page: Page, posted: Posted | None) -> tuple[str, str]:
    """Whose candidacy somebody came from, and the way back; empty for somebody who came from elsewhere."""
    candidacy_id = posted.get("candidacy") if posted else page.request.query_params.get("candidacy", "")[:36]
    if not candidacy_id:
        return "", ""
    request = batch_service_pb2.GetCandidacyRequest(candidacy_id=candidacy_id)
    candidacy = (await page.clients.batches.GetCandidacy(request)).candidacy
    return str(candidacy.name), f"/teaching/candidacies/{candidacy.candidacy_id}"


def _incidents(desk: Desk, base: str, hidden: dict[str, str], rows: list[dict[str, Any]]) -> Table:
    kinds, degrees = dict(words.INCIDENT_KINDS), dict(words.DEGREES)
    lines = []
    for row in rows:
        form = Form(
            f"{base}/withdrawal",
            _WITHDRAW.asks,
            (Button("撤销"),),
            "撤销",
            hidden={**hidden, "incident_id": row["incident_id"]},
            suffix=f"-{row['incident_id']}",
            folded=True,
        )
        withdrawn = row["withdrawn_reason"]
        state = Cell(tr("已撤销"), tone="plain", note=withdrawn) if withdrawn else Cell(tr("有效"), tone="warn")
        cells = (
            tr(kinds.get(row["kind"], row["kind"])),
            tr(degrees.get(row["degree"], row["degree"])),
            row["occurred_on"],
            row["source"],
            state,
        )
        lines.append(Line(cells, forms=() if withdrawn else (desk.form(form),)))
    return Table("新的在前", ("类别", "程度", "日期", "来源", "状态"), lines, "没有记录。")


def evidence_table(rows: list[dict[str, Any]]) -> Table:
    """Evidence for reading."""
    kinds, outcomes, rules = dict(words.EVIDENCE_KINDS), dict(words.OUTCOMES), dict(words.RULES)
    lines = [
        Line(
            (
                tr(kinds.get(row["kind"], row["kind"])),
                tr(outcomes.get(row["outcome"], row["outcome"]) or rules.get(row["rule"], row["rule"])),
                str(row["year"]) if row["year"] else row["on_day"],
                row["until_day"],
                said(row["source"]) if row["kind"] == "yearly_result" else row["source"],
                when(row["recorded_at"]),
            )
        )
        for row in rows
    ]
    return Table("新的在前", ("类别", "内容", "日期或年度", "有效期至", "来源", "登记时间"), lines, "没有记录。")


def ratings_table(rows: list[dict[str, Any]], remarks: str = "") -> Table:
    """Years of ratings, counted together; with `remarks`, where those of a year are read."""
    lines = [
        Line(
            (
                Cell(str(row["year"]), href=f"{remarks}{row['year']}" if remarks and row["count"] else ""),
                Cell(str(row["count"]) if row["count"] else tr("不足"), number=True),
                Cell(f"{row['mean']:.2f}" if row["count"] else "", number=True),
                words.RESULTS.get(row["result"], row["result"]),
            )
        )
        for row in rows
    ]
    return Table("新的在前，满分 5 分", ("评价年度", "评价人数", "平均分", "年度结果"), lines, "还没有评价。")
