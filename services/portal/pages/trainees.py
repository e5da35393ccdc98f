"""学员与计划: trainees of a base, plans made from the standards or imported, and what departments train in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import rotation_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, Words, listed, reason_text, said, tr
from services.portal.i18n.names import known_name
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.rotation_views import plan_panels
from services.portal.pages.rotations import AREA, Office, specialties_of, tabs_of, version_of
from services.portal.pages.teaching import span
from services.portal.panels import Ask, Button, Cell, FileAsk, Form, Line, Panel, Table, picked, request_of
from services.portal.uploads import read_file
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/rotations")
_KINDS = tuple((key, name) for key, name in words.TRAINEE_KINDS.items() if key)
_SET = Act(
    rotation_service_pb2.SetTraineeRequest,
    "rotations",
    "SetTrainee",
    (
        Ask("kind", "人员类型", "select", options=_KINDS, required=False),
        Ask("from_day", "培训开始", "date"),
        Ask("until_day", "培训结束", "date"),
    ),
    carried=("trainee_id", "version"),
)
_PLAN = (
    Ask(
        "rotations",
        "轮转安排",
        "area",
        "每行：科室代码、开始日、结束日（YYYY-MM-DD），以逗号或制表符分隔；已过的安排须原样保留。",
        rows=12,
        most=20_000,
    ),
    Ask("reason", "变更原因", "area", most=500),
)


@router.get("/trainees")
async def trainees(page: Office) -> Response:
    """The trainees, and plans for those ticked."""
    return await _list(page, None, None)


@router.post("/trainees/plans")
async def preview(page: Office) -> Response:
    """What generated plans would look like, or make them."""
    form = await read_form(page.request)
    try:
        if form.get("fingerprint"):
            request = rotation_service_pb2.GeneratePlansRequest(
                trainee_ids=form.get("trainee_ids").split(","),
                from_day=form.get("from_day"),
                fingerprint=form.get("fingerprint"),
                idempotency_key=form.key,
            )
            made = await page.clients.rotations.GeneratePlans(request)
            return await _plans(page, [to_page(each) for each in made.plans], None, {})
        ids = list(picked(form))
        asked = rotation_service_pb2.PreviewPlansRequest(trainee_ids=ids, from_day=form.get("from_day"))
        answer = await page.clients.rotations.PreviewPlans(asked)
    except DomainError as error:
        return await _list(page, refused(error), form)
    hidden = {
        "trainee_ids": ",".join(ids),
        "from_day": form.get("from_day"),
        "fingerprint": answer.fingerprint,
    }
    return await _plans(page, [to_page(each) for each in answer.plans], answer.fingerprint, hidden)


@router.post("/trainees/import")
async def bring_in(page: Office) -> Response:
    """Check a workbook of plans, or take it over."""
    form, _, content = await read_file(page.request, "plans")
    try:
        if not content:
            raise DomainError(Kind.INVALID, "FILE_MISSING", "请选择文件。", field="file")
        request = rotation_service_pb2.ImportPlansRequest(
            file=content, commit=form.checked("commit"), reason=form.get("reason"), idempotency_key=form.key
        )
        answer = await page.clients.rotations.ImportPlans(request)
    except DomainError as error:
        return await _list(page, refused(error), form)
    lines = [
        Line((tr("第 {row} 行", row=fault.row), said(fault.column), reason_text(fault.code, fault.message)))
        for fault in answer.faults
    ]
    counts = {"rows": answer.rows, "trainees": answer.trainees, "faults": len(answer.faults)}
    lead = tr("共 {rows} 行，{trainees} 名学员，{faults} 处问题。已导入。", **counts)
    if not answer.committed:
        told = N_("共 {rows} 行，{trainees} 名学员，{faults} 处问题。尚未导入：没有问题时勾选“直接导入”再上传一次。")
        lead = tr(told, **counts)
    panels = [
        Panel(table=Table("问题", ("行", "列", "说明"), lines, "没有问题。")),
        Panel(links=(("/rotations/trainees", "返回"),)),
    ]
    return await Desk(page).html(tr("导入轮转计划"), AREA, tabs_of(page), panels, lead)


@router.get("/trainees/{trainee_id}")
async def trainee(page: Office, trainee_id: str) -> Response:
    """One trainee: days, plan, versions."""
    return await _one(page, None, None)


@router.post("/trainees/{trainee_id}/days")
async def set_days(page: Office, trainee_id: str) -> Response:
    """Set kind and days of training."""
    return await carry_out(page, _SET, _one, f"/rotations/trainees/{trainee_id}")


@router.post("/trainees/{trainee_id}/plan")
async def edit(page: Office, trainee_id: str) -> Response:
    """Replace the future of the plan."""
    form = await read_form(page.request)
    try:
        values = {
            "trainee_id": trainee_id,
            "plan_version": form.number("plan_version"),
            "rotations": _rotations(form.get("rotations")),
            "reason": form.get("reason"),
            "idempotency_key": form.key,
        }
        await page.clients.rotations.EditPlan(of_json(rotation_service_pb2.EditPlanRequest, values))
    except DomainError as error:
        return await _one(page, refused(error), form)
    return page.redirect(f"/rotations/trainees/{trainee_id}?done=saved")


def _filters(specialties: list[tuple[str, str]]) -> tuple[Ask, ...]:
    return (
        Ask("cohort", "招收届别", "number", required=False),
        Ask("specialty_code", "培训专业", "select", options=specialties, required=False),
        Ask("kind", "人员类型", "select", options=_KINDS, required=False),
        Ask("name", "姓名", required=False, most=32),
    )


def _rotations(text: str) -> list[dict[str, str]]:
    found = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        cells = [cell.strip() for cell in line.replace("，", ",").replace("\t", ",").split(",")]
        if len(cells) != 3:
            raise DomainError(
                Kind.INVALID, "PLAN_ROW", f"第 {number} 行须有科室代码、开始日、结束日三项。", field="rotations"
            )
        found.append(dict(zip(("department_code", "from_day", "until_day"), cells, strict=True)))
    return found


async def _list(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    query = page.request.query_params
    asked = {name: value for name, value in query.items() if value and name not in ("page_token", "done")}
    filters = _filters(await specialties_of(page))
    values = request_of(filters, Posted(asked)) | {"limit": 200, "page_token": query.get("page_token", "")[:200]}
    answer = await page.clients.rotations.ListTrainees(of_json(rotation_service_pb2.ListTraineesRequest, values))
    desk = Desk(page, refusal, posted)
    lines = [
        Line(
            (
                Cell(row["name"] or tr("学员"), href=f"/rotations/trainees/{row['trainee_id']}"),
                str(row["cohort"] or ""),
                known_name(row["specialty_name"]) or row["specialty_code"],
                words.TRAINEE_KINDS.get(row["kind"], row["kind"]),
                span(row["from_day"], row["until_day"]) if row["from_day"] else tr("未登记"),
                version_of(row["plan_version"]) or Cell(tr("没有计划"), tone="warn"),
                "" if row["state"] == "in_training" else Cell(tr("已离开"), tone="plain"),
            ),
            pick=(row["trainee_id"], row["name"]),
        )
        for row in map(to_page, answer.trainees)
    ]
    making = Form(
        "/rotations/trainees/plans",
        (Ask("from_day", "轮转开始日", "date", "不填即每人的培训开始日。", required=False),),
        (Button("按专业规范生成计划（先预览）"),),
        "为勾选的学员生成计划",
    )
    bringing = Form(
        "/rotations/trainees/import",
        (Ask("reason", "原因", "area", most=500), Ask("commit", "没有问题时直接导入", "tick", required=False)),
        (Button("上传并检查"),),
        "导入轮转计划",
        "XLSX 或 CSV，四列：学员编号、科室代码、起、止。",
        suffix="-import",
        folded=True,
        file=FileAsk("plans", "计划文件", ".xlsx,.csv"),
    )
    rest = [*asked.items(), ("page_token", answer.next_page_token)]
    onward = f"/rotations/trainees?{urlencode(rest)}" if answer.next_page_token else ""
    columns = N_(("学员", "招收届别", "培训专业", "人员类型", "培训时间", "轮转计划", "状态"))
    form = desk.form(making) if lines else None
    table = Table(tr("共 {n} 人", n=answer.total), columns, lines, "还没有学员：录取后自动进入。", form, onward)
    panels = [
        Panel(form=Form("/rotations/trainees", filters, (Button("检索", tone=""),), values=asked, get=True)),
        Panel("全部学员", table=table),
        Panel(form=desk.form(bringing)),
    ]
    return await desk.html(tr("学员与计划"), AREA, tabs_of(page), panels)


async def _plans(page: Page, rows: list[dict[str, Any]], fingerprint: str | None, hidden: dict[str, str]) -> Response:
    places = await page.portal.organisations()
    lines = []
    for row in rows:
        stretches = (
            f"{places.name(each['department_code'])} {each['from_day']}–{each['until_day']}"
            for each in row["rotations"]
        )
        gaps = (
            tr(
                "{name} 少 {n} 个月" if gap["months"] > 0 else "{name} 多 {n} 个月",
                name=known_name(gap["name"]),
                n=abs(gap["months"]),
            )
            for gap in row["gaps"]
        )
        arranged = said(row["refusal"]) or listed(stretches, "；")
        lines.append(Line((row["name"] or tr("学员"), arranged, listed(gaps, "；"))))
    panels = [Panel(table=Table("每人的计划", ("学员", "安排", "与规范的差异"), lines))]
    if fingerprint:
        form = Form("/rotations/trainees/plans", (), (Button("按预览生成"),), "确认生成", hidden=hidden)
        panels.append(Panel(form=form))
    panels.append(Panel(links=(("/rotations/trainees", "返回"),)))
    title = tr("轮转计划预览" if fingerprint else "轮转计划已生成")
    return await Desk(page).html(title, AREA, tabs_of(page), panels)


async def _one(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    trainee_id = page.request.path_params["trainee_id"]
    service = page.clients.rotations
    answer = await service.GetPlan(rotation_service_pb2.GetPlanRequest(trainee_id=trainee_id))
    versions = await service.ListPlanVersions(rotation_service_pb2.ListPlanVersionsRequest(trainee_id=trainee_id))
    row, desk = to_page(answer.trainee), Desk(page, refusal, posted)
    base = f"/rotations/trainees/{trainee_id}"
    values = {"kind": row["kind"], "from_day": row["from_day"], "until_day": row["until_day"]}
    hidden = {"trainee_id": trainee_id, "version": str(row["version"])}
    days = Form(
        f"{base}/days", _SET.asks, (Button("保存"),), "人员类型与培训时间", values=values, hidden=hidden, folded=True
    )
    text = "\n".join(f"{each.department_code},{each.from_day},{each.until_day}" for each in answer.plan.rotations)
    plan = Form(
        f"{base}/plan",
        _PLAN,
        (Button("保存计划"),),
        "修改轮转计划",
        values={"rotations": text},
        hidden={"plan_version": str(answer.plan.plan_version)},
        suffix="-plan",
        folded=True,
    )
    origins = Words({"generated": "按规范生成", "imported": "导入", "edited": "修改"}, "plan")
    lines = [
        Line((version_of(each.plan_version), origins.get(each.origin, each.origin), said(each.reason)))
        for each in versions.plans
    ]
    panels = [
        *await plan_panels(page, trainee_id),
        Panel(form=desk.form(days)),
        Panel(form=desk.form(plan)),
        Panel("计划的版本", table=Table("新的在前", ("版本", "来源", "原因"), lines, "还没有计划。")),
    ]
    return await desk.html(tr("学员：{name}", name=row["name"]), AREA, tabs_of(page), panels)
