"""师资报名: open batches, the way from 我要报名 to 已提交, and what became of it."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from google.protobuf.json_format import MessageToDict
from starlette.responses import Response

from residency.faculty.v1 import batch_service_pb2, faculty_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, tr
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk
from services.portal.pages.faculty import Faculty, statuses_of
from services.portal.pages.teaching import candidacy_state, may, refusals, when
from services.portal.pages.teaching_batches import state_cell
from services.portal.pages.teaching_candidacy import dossier_panels, findings_table
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/faculty/candidacies")
AREA = N_("师资")
_CARRIED = ("candidacy_id", "version")
_EXTRA = 3


def _act(rpc: str, *asks: Ask) -> Act:
    return Act(getattr(batch_service_pb2, f"{rpc}Request"), "batches", rpc, asks, carried=_CARRIED)


ACTS = {
    "submit": (_act("SubmitCandidacy"), N_("确认无误，提交"), N_("提交后教学部审核；审核打开前可以撤回。")),
    "recall": (_act("RecallCandidacy"), N_("撤回"), N_("撤回后可以修改再提交。")),
    "discard": (_act("DiscardCandidacy"), N_("放弃报名"), N_("放弃后不再参加这个批次。")),
    "appeal": (
        _act("AppealCandidacy", Ask("grounds", "申诉理由", "area", most=500)),
        N_("申诉"),
        N_("只能申诉一次。"),
    ),
}
"""Address below the candidacy: the deed, its name, what it does."""
_LABELS = {key: name for key, (_, name, _) in ACTS.items()} | {"edit": N_("修改科室")}


@router.get("")
async def candidacies(page: Faculty) -> Response:
    """One's own candidacies, and the batches one may apply in."""
    batches, mine = await asyncio.gather(
        page.clients.batches.ListBatches(batch_service_pb2.ListBatchesRequest(limit=100)),
        page.clients.batches.ListMyCandidacies(batch_service_pb2.ListMyCandidaciesRequest()),
    )
    places = await page.portal.organisations()
    own = [to_page(each) for each in mine.candidacies]
    taken = {row["batch_id"] for row in own}
    lines = [
        Line(
            (
                Cell(row["batch_name"], href=f"/faculty/candidacies/{row['candidacy_id']}"),
                places.name(row["department_code"]),
                candidacy_state(row),
                when(row["submitted_at"]),
                row["reason"],
            )
        )
        for row in own
    ]
    there = [
        Line(
            (
                Cell(row["name"], href=f"/faculty/candidacies/new/{row['batch_id']}")
                if row["state"] == "open" and row["batch_id"] not in taken
                else row["name"],
                places.name(row["organisation_code"]),
                state_cell(row),
                when(row["opens_at"]),
                when(row["apply_until"]),
                Cell(tr("我要报名"), href=f"/faculty/candidacies/new/{row['batch_id']}")
                if row["state"] == "open" and row["batch_id"] not in taken
                else "",
            )
        )
        for row in map(to_page, batches.batches)
        if row["state"] != "closed"
    ]
    mine_table = Table("新的在前", ("批次", "科室", "状态", "提交时间", "说明"), lines, "还没有报名。")
    columns = N_(("批次", "单位", "状态", "报名开始", "提交截止", "办理"))
    panels = [
        Panel("已报名的批次", table=mine_table),
        Panel("可以报名的批次", table=Table("新的在前", columns, there, "现在没有开放的批次。")),
    ]
    return await Desk(page).html(tr("师资报名"), AREA, navigation.FACULTY_TABS, panels)


@router.get("/new/{batch_id}")
async def new(page: Faculty, batch_id: str) -> Response:
    """我要报名, first step: hospital, then departments."""
    return await _new(page, None, None)


@router.post("/new/{batch_id}")
async def begin(page: Faculty, batch_id: str) -> Response:
    """Begin the candidacy."""
    form = await read_form(page.request)
    try:
        values = {"batch_id": batch_id, "idempotency_key": form.key, **_places_of(form)}
        request = of_json(batch_service_pb2.BeginCandidacyRequest, values)
        answer = await page.clients.batches.BeginCandidacy(request)
    except DomainError as error:
        return await _new(page, refused(error), form)
    return page.redirect(f"/faculty/candidacies/{answer.candidacy.candidacy_id}")


@router.get("/{candidacy_id}")
async def candidacy(page: Faculty, candidacy_id: str) -> Response:
    """One's own candidacy: what will be or was submitted, and what became of it."""
    return await _one(page, None, None)


@router.post("/{candidacy_id}/departments")
async def edit(page: Faculty, candidacy_id: str) -> Response:
    """Change its departments."""
    form = await read_form(page.request)
    try:
        values = {"candidacy_id": candidacy_id, "version": form.number("version"), "idempotency_key": form.key}
        request = of_json(batch_service_pb2.EditCandidacyRequest, values | _places_of(form))
        await page.clients.batches.EditCandidacy(request)
    except DomainError as error:
        return await _one(page, refused(error), form)
    return page.redirect(f"/faculty/candidacies/{candidacy_id}?done=saved")


@router.post("/{candidacy_id}/{deed}")
async def act(page: Faculty, candidacy_id: str, deed: str) -> Response:
    """Submit, recall, discard, appeal."""
    if deed not in ACTS:
        raise DomainError(Kind.NOT_FOUND, "PAGE_NOT_FOUND", "没有这个页面。")
    form = await read_form(page.request)
    try:
        await ACTS[deed][0].perform(page, None, form)
    except DomainError as error:
        return await _one(page, refused(error), form)
    if deed == "discard":
        return page.redirect("/faculty/candidacies?done=decided")
    return page.redirect(f"/faculty/candidacies/{candidacy_id}?done={'submitted' if deed == 'submit' else 'decided'}")


def _places_of(form: Posted) -> dict[str, Any]:
    extra = [form.get(f"extra_{number}") for number in range(1, _EXTRA + 1)]
    return {
        "hospital_code": form.get("hospital_code"),
        "department_code": form.get("department_code"),
        "extra_department_codes": [code for code in extra if code],
    }


def _asks(departments: list[tuple[str, str]]) -> tuple[Ask, ...]:
    return (
        Ask("department_code", "科室", "select", options=departments),
        *(
            Ask(
                f"extra_{number}",
                tr("其他带教科室 {number}", number=number),
                "select",
                options=departments,
                required=False,
            )
            for number in range(1, _EXTRA + 1)
        ),
    )


async def _new(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    batch_id = page.request.path_params["batch_id"]
    answer = await page.clients.batches.GetBatch(batch_service_pb2.GetBatchRequest(batch_id=batch_id))
    batch, places = to_page(answer.batch), await page.portal.organisations()
    hospital = (posted.get("hospital_code") if posted else page.request.query_params.get("hospital", ""))[:32]
    hospitals = places.hospitals(batch["organisation_code"])
    if len(hospitals) == 1:
        hospital = hospital or hospitals[0][0]
    desk, path = Desk(page, refusal, posted), f"/faculty/candidacies/new/{batch_id}"
    choose = Form(
        path,
        (Ask("hospital", "所在医院", "select", options=hospitals),),
        (Button("下一步" if not hospital else "换一家", tone="main" if not hospital else ""),),
        values={"hospital": hospital},
        get=True,
    )
    panels = [Panel("第 1 步：所在医院", form=choose)]
    if len(hospitals) == 1:
        panels = [Panel("第 1 步：所在医院", pairs=[(N_("所在医院"), places.name(hospital))])]
    if hospital:
        form = Form(
            path,
            _asks(places.departments(hospital)),
            (Button("下一步：核对并提交"),),
            "第 2 步：科室",
            "带教工作量只计算一次，可以有多个带教科室。",
            hidden={"hospital_code": hospital},
        )
        panels.append(Panel(form=desk.form(form)))
    lead = tr(
        "{batch}：{moment} 前提交，准入条件按 {day} 核验。",
        batch=batch["name"],
        moment=when(batch["apply_until"]),
        day=batch["reference_date"],
    )
    return await desk.html(tr("我要报名"), AREA, navigation.FACULTY_TABS, panels, lead)


async def _one(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    candidacy_id = page.request.path_params["candidacy_id"]
    answer, dossier = await asyncio.gather(
        page.clients.batches.GetCandidacy(batch_service_pb2.GetCandidacyRequest(candidacy_id=candidacy_id)),
        page.clients.faculty.GetDossier(faculty_service_pb2.GetDossierRequest()),
    )
    row, places = to_page(answer.candidacy), await page.portal.organisations()
    desk, state = Desk(page, refusal, posted), candidacy_state(row)
    pairs = [
        (N_("批次"), row["batch_name"]),
        (N_("所在医院"), places.name(row["hospital_code"])),
        (N_("科室"), places.names([row["department_code"], *row["extra_department_codes"]])),
        (N_("提交时间"), when(row["submitted_at"])),
        (N_("决定时间"), when(row["decided_at"])),
        (N_("说明"), row["reason"]),
        (N_("申诉"), row["appeal"]),
    ]
    panels = [Panel(tr("状态：{state}", state=state.text), state.note, pairs=[pair for pair in pairs if pair[1]])]
    forms = _forms(desk, row, places.departments(row["hospital_code"]))
    begun = may(row, "submit")
    panels += [] if begun else forms
    rules = Panel("准入条件", "由教学部审核时逐条核验。", findings_table(row["evaluation"]))
    frozen = MessageToDict(answer.dossier)
    statuses = statuses_of(dossier)
    if frozen:
        panels += [rules, *await dossier_panels(page, frozen)]
    else:
        missing = [name for name, status in statuses.items() if not status.complete]
        labels = {key: each.label for key, each in (await page.portal.faculty_dossiers.sections()).items()}
        if missing:
            links = tuple((f"/faculty/{key}", tr("补充{section}", section=labels[key])) for key in missing)
            panels.append(Panel("档案还不完整", "档案四部分都完整后才能提交。", links=links, notice=True))
        present = {key: MessageToDict(status.body) for key, status in statuses.items()}
        panels += [rules, *await dossier_panels(page, present)]
    # What is to be checked stands before the button that says it was.
    panels += forms if begun else []
    decided = [
        Line((words.DECISIONS.get(each["kind"], each["kind"]), when(each["at"]), each["reason"]))
        for each in map(to_page, answer.decisions)
    ]
    if decided:
        panels.append(Panel("审核记录", table=Table("先发生的在前", ("决定", "时间", "说明"), decided)))
    title = tr("核对并提交" if may(row, "submit") else "我的师资报名")
    return await desk.html(title, AREA, navigation.FACULTY_TABS, panels)


def _forms(desk: Desk, row: dict[str, Any], departments: list[tuple[str, str]]) -> list[Panel]:
    base = f"/faculty/candidacies/{row['candidacy_id']}"
    hidden = {"candidacy_id": row["candidacy_id"], "version": str(row["version"])}
    panels = []
    for key, (act, name, lead) in ACTS.items():
        if may(row, key):
            tone = {"submit": "main", "discard": "danger"}.get(key, "")
            form = Form(
                *(f"{base}/{key}", act.asks, (Button(name, tone=tone),), name, lead),
                hidden=hidden,
                suffix=f"-{key}",
                folded=key in ("discard", "appeal"),
            )
            panels.append(Panel(form=desk.form(form)))
    if may(row, "edit"):
        extra = {f"extra_{number}": code for number, code in enumerate(row["extra_department_codes"], 1)}
        form = Form(
            f"{base}/departments",
            _asks(departments),
            (Button("保存"),),
            "修改科室",
            values={"department_code": row["department_code"], **extra},
            hidden={**hidden, "hospital_code": row["hospital_code"]},
            suffix="-edit",
            folded=True,
        )
        panels.append(Panel(form=desk.form(form)))
    closed = refusals(row, _LABELS)
    if closed:
        panels.append(Panel("现在不能办理", pairs=closed))
    return panels
