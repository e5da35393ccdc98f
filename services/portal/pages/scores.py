"""Scores: a sheet that is taken into a spreadsheet, filled in there, and pasted back; every row answered for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import selection_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.cycles import Catalogue, CycleView
from services.portal.either import codes_by_word
from services.portal.forms import Refusal, fresh_key, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import Words, listed, reason_text, tr
from services.portal.page import Page, PageFor
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table

router = APIRouter(prefix="/base/scores")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
_ID, _NAME, _DOCUMENT, _REASON = "application_id", "name", "masked_document", "reason"
_HEADINGS = Words({_ID: "报名编号", _NAME: "姓名", _DOCUMENT: "证件编号", _REASON: "更正原因"})
_MOST_ROWS = 500
_CELLS = re.compile(r"\t|,|，")


@dataclass(frozen=True, slots=True)
class Pasted:
    """One pasted row: which candidate it names, and what it says."""

    label: str
    application_id: str
    submission_number: int
    parts: dict[str, str]
    reason: str
    problem: str
    """Why it names nobody; empty when it does."""


@router.get("")
async def sheet(page: Staff, specialty_code: str = "") -> Response:
    """The sheet of one specialty."""
    return await _page(page, specialty_code, None, None, "", "")


@router.post("")
async def enter(page: Staff) -> Response:
    """Enter what was pasted."""
    form = await read_form(page.request)
    specialty, text = form.get("specialty_code"), form.values.get("rows", "")
    view = await page.cycle()
    try:
        ranking = await _ranking(page, view, specialty)
        pasted = read_sheet(text, ranking)
        good = [row for row in pasted if not row.problem]
        results: dict[str, Any] = {}
        if good:
            request = selection_service_pb2.EnterScoresRequest(
                cycle_id=view.cycle_id,
                rows=[
                    selection_service_pb2.ScoreRow(
                        application_id=row.application_id,
                        submission_number=row.submission_number,
                        parts=row.parts,
                        reason=row.reason,
                    )
                    for row in good
                ],
                idempotency_key=form.key,
            )
            answer = await page.clients.selection.EnterScores(request)
            results = {result.application_id: result for result in answer.results}
    except DomainError as error:
        return await _page(page, specialty, refused(error), None, text, fresh_key(error, form))
    lines = [_told(row, results.get(row.application_id)) for row in pasted]
    return await _page(page, specialty, None, lines, text if any(line[1] for line in lines) else "", "")


def read_sheet(text: str, ranking: selection_service_pb2.GetRankingResponse) -> list[Pasted]:
    """The rows of a pasted sheet under its headings; columns that are not known are passed over.

    Headings are understood in either language. A row names its candidate by 报名编号, or by 姓名 where only one
    candidate has it. Raises INVALID `SHEET_EMPTY`, `SHEET_HEADINGS` or `SHEET_LONG`.
    """
    lines = [_CELLS.split(line.rstrip("\r")) for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise DomainError(Kind.INVALID, "SHEET_EMPTY", "请粘贴表头和至少一行成绩。", field="rows")
    if len(lines) > _MOST_ROWS + 1:
        told = tr("一次最多录入 {n} 行。", n=_MOST_ROWS)
        raise DomainError(Kind.INVALID, "SHEET_LONG", told, field="rows")
    parts = [part.key for part in ranking.scheme]
    known = {key: key for key in parts} | codes_by_word(_HEADINGS)
    known |= {word: key for word, key in codes_by_word(terms.SCORE_PARTS).items() if key in parts}
    headings = [known.get(cell.strip(), "") for cell in lines[0]]
    if not {_ID, _NAME} & set(headings) or not set(parts) & set(headings):
        wanted = listed(terms.SCORE_PARTS.get(part, part) for part in parts) or tr("成绩")
        told = tr("表头须包含“报名编号”或“姓名”，以及其中至少一项：{parts}。", parts=wanted)
        raise DomainError(Kind.INVALID, "SHEET_HEADINGS", told, field="rows")
    by_id = {row.application_id: row for row in ranking.rows}
    by_name: dict[str, list[Any]] = {}
    for row in ranking.rows:
        by_name.setdefault(row.name, []).append(row)
    return [_pasted(number, dict(zip(headings, cells, strict=False)), parts, by_id, by_name)
            for number, cells in enumerate(lines[1:], 1)]  # fmt: skip


def _pasted(
    number: int, cells: dict[str, str], parts: list[str], by_id: dict[str, Any], by_name: dict[str, list[Any]]
) -> Pasted:
    said = {heading: cell.strip() for heading, cell in cells.items()}
    name = said.get(_NAME, "")
    same = by_name.get(name, [])
    found = by_id.get(said.get(_ID, "")) or (same[0] if len(same) == 1 and not said.get(_ID) else None)
    problem = ""
    if found is None:
        many = len(same) > 1
        problem = tr("有 {n} 人同名，请填写报名编号。", n=len(same)) if many else tr("本专业没有这名考生。")
    marks = {key: said[key] for key in parts if key in said}
    if found is not None:
        # An empty cell of a part that was never entered says nothing; of one that was, it takes it back.
        marks = {key: value for key, value in marks.items() if value or key in found.parts}
    return Pasted(
        name or tr("第 {line} 行", line=number),
        found.application_id if found is not None else "",
        found.submission_number if found is not None else 0,
        marks,
        said.get(_REASON, ""),
        problem,
    )


def _told(row: Pasted, result: Any) -> tuple[Line, bool]:
    """The line of the results, and whether it was refused."""
    if result is None or row.problem:
        return Line((row.label, Cell(tr("未录入"), tone="bad"), "", row.problem or tr("没有结果。"))), True
    if not result.accepted:
        why = reason_text(result.reason, result.message)
        return Line((row.label, Cell(tr("未录入"), tone="bad"), "", why)), True
    word = tr("未变") if result.unchanged else tr("已录入")
    return Line((row.label, Cell(word, tone="ok"), Cell(result.total or tr("未录全"), number=True), "")), False


async def _ranking(page: Page, view: CycleView, specialty: str) -> selection_service_pb2.GetRankingResponse:
    request = selection_service_pb2.GetRankingRequest(cycle_id=view.cycle_id, specialty_code=specialty[:4])
    answer: selection_service_pb2.GetRankingResponse = await page.clients.selection.GetRanking(request)
    return answer


async def _page(
    page: Page,
    specialty: str,
    refusal: Refusal | None,
    results: list[tuple[Line, bool]] | None,
    text: str,
    key: str,
) -> Response:
    view = await page.cycle()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    base = page.visitor.require().organisation
    panels = [Panel(form=chooser("/base/scores", names, base, specialty))]
    if results is not None:
        failed = sum(1 for _, refused_row in results if refused_row)
        lead = tr("{n} 行已录入。", n=len(results))
        if failed:
            done = len(results) - failed
            lead = tr("共 {rows} 行，{done} 行已录入，{failed} 行未录入。", rows=len(results), done=done, failed=failed)
        table = Table("每行的结果", ("姓名", "结果", "总成绩", "情况说明"), [line for line, _ in results])
        panels.append(Panel("录入结果", lead, table, notice=failed > 0))
    if specialty in names.planned.get(base, {}):
        ranking = await _ranking(page, view, specialty)
        panels += _sheet(specialty, ranking, refusal, text, key)
    return await page.html(
        "panels.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        title=tr("成绩录入"),
        area=tr("基地办理"),
        tabs=navigation.BASE_TABS,
        lead=tr("把下表复制到电子表格，填好后连同表头一起粘贴回来即可。" if specialty else "请选择专业。"),
        panels=panels,
    )


def _sheet(
    specialty: str, ranking: selection_service_pb2.GetRankingResponse, refusal: Refusal | None, text: str, key: str
) -> list[Panel]:
    if not ranking.rows:
        return [Panel(table=Table("", (), (), "本专业还没有审核通过的报名，暂无可录入成绩的人员。"))]
    keys = [part.key for part in ranking.scheme]
    labels = [terms.SCORE_PARTS.get(part, part) for part in keys]
    before = (_HEADINGS[each] for each in (_ID, _NAME, _DOCUMENT))
    rows = ["\t".join((*before, *labels, _HEADINGS[_REASON]))]
    rows += [
        "\t".join((row.application_id, row.name, row.masked_document, *(row.parts.get(part, "") for part in keys), ""))
        for row in ranking.rows
    ]
    told = (
        tr("{part}：满分 {marks}，权重 {weight}", part=label, marks=part.full_marks, weight=part.weight)
        for label, part in zip(labels, ranking.scheme, strict=True)
    )
    hint = tr("{scheme}。留空表示尚未考核；更改已录入的成绩须填写更正原因。", scheme=listed(told, "；"))
    ask = Ask("rows", "成绩表", "area", hint, rows=12, most=200_000)
    values = {"rows": text or "\n".join(rows)}
    form = Form("/base/scores", (ask,), (Button("录入成绩"),), hidden={"specialty_code": specialty}, values=values)
    if key:
        form = Form(form.action, form.asks, form.buttons, hidden=form.hidden, values=values, key=key)
    return [Panel(form=form if refusal is None else form_with(form, refusal))]


def form_with(form: Form, refusal: Refusal) -> Form:
    """The same form with the sentences of a refusal at its inputs."""
    return Form(
        form.action,
        form.asks,
        form.buttons,
        form.title,
        form.lead,
        form.values,
        refusal.errors,
        form.hidden,
        key=form.key,
    )


def chooser(action: str, names: Catalogue, base: str, specialty: str) -> Form:
    """The choice of a specialty of one's own base."""
    options = [(code, names.specialties.get(code, code)) for code in names.planned.get(base, {})]
    ask = Ask("specialty_code", "专业", "select", options=options)
    return Form(action, (ask,), (Button("查看", tone=""),), values={"specialty_code": specialty}, get=True)
