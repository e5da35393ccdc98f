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
from services.portal.forms import Refusal, fresh_key, read_form, refused
from services.portal.i18n import zh
from services.portal.page import Page, PageFor
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table

router = APIRouter(prefix="/base/scores")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
_ID, _NAME, _DOCUMENT, _REASON = "报名编号", "姓名", "证件编号", "更正原因"
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

    A row names its candidate by 报名编号, or by 姓名 where only one candidate has it. Raises INVALID `SHEET_EMPTY`,
    `SHEET_HEADINGS` or `SHEET_LONG`.
    """
    lines = [_CELLS.split(line.rstrip("\r")) for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise DomainError(Kind.INVALID, "SHEET_EMPTY", "请粘贴表头和至少一行成绩。", field="rows")
    if len(lines) > _MOST_ROWS + 1:
        raise DomainError(Kind.INVALID, "SHEET_LONG", f"一次最多录入 {_MOST_ROWS} 行。", field="rows")
    headings = [cell.strip() for cell in lines[0]]
    parts = {zh.SCORE_PARTS.get(part.key, part.key): part.key for part in ranking.scheme}
    if not {_ID, _NAME} & set(headings) or not set(parts) & set(headings):
        wanted = "、".join(parts) or "成绩"
        told = f"表头须包含“{_ID}”或“{_NAME}”，以及{wanted}中的至少一项。"
        raise DomainError(Kind.INVALID, "SHEET_HEADINGS", told, field="rows")
    by_id = {row.application_id: row for row in ranking.rows}
    by_name: dict[str, list[Any]] = {}
    for row in ranking.rows:
        by_name.setdefault(row.name, []).append(row)
    return [_pasted(number, dict(zip(headings, cells, strict=False)), parts, by_id, by_name)
            for number, cells in enumerate(lines[1:], 1)]  # fmt: skip


def _pasted(
    number: int, cells: dict[str, str], parts: dict[str, str], by_id: dict[str, Any], by_name: dict[str, list[Any]]
) -> Pasted:
    said = {heading: cell.strip() for heading, cell in cells.items()}
    name = said.get(_NAME, "")
    same = by_name.get(name, [])
    found = by_id.get(said.get(_ID, "")) or (same[0] if len(same) == 1 and not said.get(_ID) else None)
    problem = ""
    if found is None:
        problem = f"有 {len(same)} 人同名，请填写{_ID}。" if len(same) > 1 else "本专业没有这名考生。"
    marks = {key: said[label] for label, key in parts.items() if label in said}
    if found is not None:
        # An empty cell of a part that was never entered says nothing; of one that was, it takes it back.
        marks = {key: value for key, value in marks.items() if value or key in found.parts}
    return Pasted(
        name or f"第 {number} 行",
        found.application_id if found is not None else "",
        found.submission_number if found is not None else 0,
        marks,
        said.get(_REASON, ""),
        problem,
    )


def _told(row: Pasted, result: Any) -> tuple[Line, bool]:
    """The line of the results, and whether it was refused."""
    if result is None or row.problem:
        return Line((row.label, Cell("未录入", tone="bad"), "", row.problem or "没有结果。")), True
    if not result.accepted:
        return Line((row.label, Cell("未录入", tone="bad"), "", result.message)), True
    word = "未变" if result.unchanged else "已录入"
    return Line((row.label, Cell(word, tone="ok"), Cell(result.total or "未录全", number=True), "")), False


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
        lead = f"共 {len(results)} 行，{len(results) - failed} 行已录入" + (
            f"，{failed} 行未录入。" if failed else "。"
        )
        table = Table("每行的结果", ("姓名", "结果", "总成绩", "说明"), [line for line, _ in results])
        panels.append(Panel("录入结果", lead, table, notice=failed > 0))
    if specialty in names.planned.get(base, {}):
        ranking = await _ranking(page, view, specialty)
        panels += _sheet(specialty, ranking, refusal, text, key)
    return await page.html(
        "panels.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        title="成绩录入",
        area="基地办理",
        tabs=navigation.BASE_TABS,
        lead="把下表复制到电子表格，填好后连同表头一起粘贴回来即可。" if specialty else "请选择专业。",
        panels=panels,
    )


def _sheet(
    specialty: str, ranking: selection_service_pb2.GetRankingResponse, refusal: Refusal | None, text: str, key: str
) -> list[Panel]:
    if not ranking.rows:
        return [Panel(table=Table("", (), (), "本专业还没有审核通过的报名，暂无可录入成绩的人员。"))]
    keys = [part.key for part in ranking.scheme]
    labels = [zh.SCORE_PARTS.get(part, part) for part in keys]
    rows = ["\t".join((_ID, _NAME, _DOCUMENT, *labels, _REASON))]
    rows += [
        "\t".join((row.application_id, row.name, row.masked_document, *(row.parts.get(part, "") for part in keys), ""))
        for row in ranking.rows
    ]
    scheme = "；".join(
        f"{zh.SCORE_PARTS.get(part.key, part.key)}：满分 {part.full_marks}，权重 {part.weight}"
        for part in ranking.scheme
    )
    hint = f"{scheme}。留空表示尚未考核；更改已录入的成绩须填写{_REASON}。"
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
