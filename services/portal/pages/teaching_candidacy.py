"""One candidacy: the frozen dossier, the entry rules with their evidence, the decisions, and what can be decided."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from google.protobuf.json_format import MessageToDict
from starlette.responses import Response

from residency.faculty.v1 import batch_service_pb2, faculty_service_pb2
from services.kit.domain import DomainError
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, english, said, tr
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk
from services.portal.pages.teaching import (
    AREA,
    Office,
    OfficeOrProvince,
    candidacy_state,
    may,
    refusals,
    tabs_of,
    when,
)
from services.portal.pages.teaching_queue import DEEDS, reasons_of, results_page, send
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/teaching/candidacies/{candidacy_id}")
_CARRIED = ("candidacy_id", "version")
_REASON = Ask("reason", "原因", "area", most=500)


def _act(rpc: str, *asks: Ask) -> Act:
    request = getattr(batch_service_pb2, f"{rpc}Request")
    return Act(request, "batches", rpc, asks, carried=_CARRIED)


ACTS = {
    "open": (_act("OpenCandidacy"), N_("打开审核"), N_("打开后本人不能再撤回。")),
    "revoke": (_act("RevokeRecommendation", _REASON), N_("撤销推荐"), N_("结果公布前可以撤销，须写明原因。")),
    "reverse": (_act("ReverseRefusal", _REASON), N_("撤销不推荐"), N_("批次结束前可以撤销，之后重新审核。")),
    "resolve_appeal": (_act("ResolveAppeal", _REASON), N_("答复申诉"), N_("成立即重新审核；本人会看到答复。")),
    "acknowledge": (_act("AcknowledgeRecommendation"), N_("确认推荐"), N_("确认后聘任生效。")),
}
"""Address below the candidacy: the deed, its name, what it does."""
_LABELS = {key: name for key, (_, name, _) in ACTS.items()} | {key: name for key, (_, name) in DEEDS.items()}
_LABELS["uphold"] = N_("答复申诉")


@router.get("")
async def candidacy(page: OfficeOrProvince, candidacy_id: str) -> Response:
    """The candidacy."""
    return await _page(page, None, None)


@router.post("/decision")
async def decide(page: Office, candidacy_id: str) -> Response:
    """推荐, 不推荐 or 退回."""
    form = await read_form(page.request)
    rpc, named = DEEDS.get(form.get("then"), DEEDS["return"])
    try:
        wish = {"candidacy_id": candidacy_id, "version": form.number("version")}
        answer = await send(page, rpc, form, [wish])
    except DomainError as error:
        return await _page(page, refused(error), form)
    results = [to_page(each) for each in answer.results]
    if all(each["done"] for each in results):
        return page.redirect(f"/teaching/candidacies/{candidacy_id}?done=decided")
    return await results_page(page, named, results, {candidacy_id: form.get("name")})


@router.post("/{deed}")
async def act(page: OfficeOrProvince, candidacy_id: str, deed: str) -> Response:
    """Open, revoke, reverse, answer an appeal, acknowledge."""
    form = await read_form(page.request)
    chosen = ACTS.get(deed, ACTS["open"])[0]
    more = {"uphold": form.get("then") == "yes"} if deed == "resolve_appeal" else {}
    try:
        await chosen.perform(page, None, form, **more)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect(f"/teaching/candidacies/{candidacy_id}?done=decided")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    candidacy_id = page.request.path_params["candidacy_id"]
    request = batch_service_pb2.GetCandidacyRequest(candidacy_id=candidacy_id)
    answer = await page.clients.batches.GetCandidacy(request)
    row, places = to_page(answer.candidacy), await page.portal.organisations()
    desk = Desk(page, refusal, posted)
    pairs = [
        (N_("批次"), row["batch_name"]),
        (N_("证件编号"), row["masked_document"]),
        (N_("所在医院"), places.name(row["hospital_code"])),
        (N_("科室"), places.names([row["department_code"], *row["extra_department_codes"]])),
        (N_("提交时间"), when(row["submitted_at"])),
        (N_("决定时间"), when(row["decided_at"])),
        (N_("给本人的说明"), row["reason"]),
        (N_("申诉"), row["appeal"]),
    ]
    state = candidacy_state(row)
    panels = [
        Panel(
            tr("{name}：{state}", name=row["name"], state=state.text),
            state.note,
            pairs=[pair for pair in pairs if pair[1]],
        ),
        Panel(
            "准入条件",
            tr("按 {day} 核验。", day=row["evaluation"]["reference_date"]) if row["evaluation"] else "",
            findings_table(row["evaluation"]),
            links=((f"/teaching/people/{row['person_id']}?candidacy={candidacy_id}", "依据与记录"),),
        ),
        *_forms(desk, row, await reasons_of(page)),
        *await dossier_panels(page, MessageToDict(answer.dossier)),
        *await _pictures(page, row),
        Panel("审核记录", table=_decisions([to_page(each) for each in answer.decisions])),
    ]
    return await desk.html(tr("师资报名：{name}", name=row["name"]), AREA, tabs_of(page), panels)


def findings_table(evaluation: dict[str, Any] | None) -> Table:
    """Every entry rule with what it found."""
    lines = []
    for each in evaluation["findings"] if evaluation else ():
        text, tone = words.VERDICTS.get(each["verdict"], (each["verdict"], "plain"))
        note = words.CONSEQUENCES.get(each["consequence"], each["consequence"])
        if each["flagged"]:
            note = tr("新师资，尚无评价记录")
        evidence = said(each["evidence"])
        if each["met_from"] and each["verdict"] != "met":
            evidence = tr("{evidence}（{day} 起符合）", evidence=evidence, day=each["met_from"])
        lines.append(Line((said(each["sentence"]), Cell(text, tone=tone, note=note), evidence)))
    return Table("逐条核验", ("条件", "结果", "依据"), lines, "还没有核验。")


def _forms(desk: Desk, row: dict[str, Any], reasons: tuple[tuple[str, str], ...]) -> list[Panel]:
    base = f"/teaching/candidacies/{row['candidacy_id']}"
    hidden = {"candidacy_id": row["candidacy_id"], "version": str(row["version"])}
    panels = [_act_form(desk, row, "open", hidden)] if may(row, "open") else []
    tones = {"recommend": "main", "refuse": "danger", "return": ""}
    buttons = tuple(Button(name, key, tones[key]) for key, (_, name) in DEEDS.items() if may(row, key))
    if buttons:
        asks = (
            Ask("reason_code", "原因", "select", "不推荐、退回时必选。", reasons, required=False),
            Ask("reason", "给本人的说明", "area", "退回时、原因选“其他”时必填；本人可见。", required=False, most=500),
            Ask("note", "内部备注", "area", "只有教学部可见。", required=False, most=500),
            Ask("from_day", "聘任起始日", "date", "推荐时填写；不填即今天。", required=False),
        )
        form = Form(f"{base}/decision", asks, buttons, "审核决定", hidden={**hidden, "name": row["name"]})
        panels.append(Panel(form=desk.form(form)))
    rest = [key for key in ACTS if key != "open" and may(row, "uphold" if key == "resolve_appeal" else key)]
    panels += [_act_form(desk, row, key, hidden) for key in rest]
    closed = refusals(row, _LABELS)
    if closed:
        panels.append(Panel("现在不能办理", pairs=closed))
    return panels


def _act_form(desk: Desk, row: dict[str, Any], key: str, hidden: dict[str, str]) -> Panel:
    act, name, lead = ACTS[key]
    undoes = key in ("revoke", "reverse")
    sending: tuple[Button, ...] = (Button(name, tone="danger" if undoes else "main"),)
    if key == "resolve_appeal":
        sending = (Button("申诉成立", "yes"), Button("申诉不成立", "no", "danger"))
    here = f"/teaching/candidacies/{row['candidacy_id']}/{key}"
    form = Form(here, act.asks, sending, name, lead, hidden=hidden, suffix=f"-{key}", folded=undoes)
    return Panel(form=desk.form(form))


async def dossier_panels(page: Page, dossier: dict[str, Any]) -> list[Panel]:
    """The frozen dossier, section by section."""
    panels = []
    for key, section in (await page.portal.faculty_dossiers.sections()).items():
        body = dossier.get(key)
        if isinstance(body, dict) and body:
            pairs = [(field.label, text) for field, text in section.shown(body) if field.kind != "paper"]
            panels.append(Panel(section.label, pairs=pairs))
    return panels


async def _pictures(page: Page, row: dict[str, Any]) -> list[Panel]:
    """The pictures as the candidacy showed them."""
    if not row["submitted_at"]:
        return []
    request = faculty_service_pb2.ListPapersRequest(candidacy_id=row["candidacy_id"])
    answer = await page.clients.faculty.ListPapers(request)
    labels = {rule["kind"]: rule["label_en" if english() else "label"] for rule in map(to_page, answer.rules)}
    links = [
        (
            f"/faculty/papers/{paper['paper_id']}?candidacy={row['candidacy_id']}",
            tr(
                "{what}（{width}×{height}）",
                what=labels.get(paper["kind"]) or tr("图片"),
                width=paper["width"],
                height=paper["height"],
            ),
        )
        for paper in map(to_page, answer.papers)
    ]
    return [Panel("扫描件与照片", links=links)] if links else []


def _decisions(rows: list[dict[str, Any]]) -> Table:
    lines = [
        Line(
            (
                words.DECISIONS.get(each["kind"], each["kind"]),
                when(each["at"]),
                tr("系统") if not each["by"] else tr("教学部或省级"),
                each["reason"],
                each["note"],
            )
        )
        for each in rows
    ]
    return Table("先发生的在前", ("决定", "时间", "决定人", "说明", "内部备注"), lines, "还没有决定。")
