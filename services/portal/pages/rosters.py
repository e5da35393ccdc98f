"""名单: a secretary uploads additions and dismissals, looks at the result of each row, and commits it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.faculty.v1 import roster_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import files, navigation
from services.portal.forms import Posted, Refusal, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, listed, reason_text, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.teaching import tabs_of, when
from services.portal.panels import Ask, Button, Cell, FileAsk, Form, Line, Panel, Table
from services.portal.uploads import read_file
from services.portal.wire import to_page

router = APIRouter()
Secretary = Annotated[Page, Depends(PageFor("department_secretary"))]
Reader = Annotated[Page, Depends(PageFor("department_secretary", "department_director", "teaching_department"))]
_CARRIED = ("roster_id", "version")
_COMMIT = Act(
    roster_service_pb2.CommitRosterRequest,
    "rosters",
    "CommitRoster",
    (Ask("skip_faulty", "跳过有问题的行，只办理其余各行", "tick", required=False),),
    carried=_CARRIED,
)
_DISCARD = Act(roster_service_pb2.DiscardRosterRequest, "rosters", "DiscardRoster", carried=_CARRIED)
_TOLD = N_("XLSX 或 CSV，不超过 2 MB、2000 行。上传后先逐行检查，确认前不会办理任何一行。")


@router.get("/department/rosters")
@router.get("/teaching/rosters")
async def rosters(page: Reader) -> Response:
    """Every list, and the form to upload one."""
    return await _list(page, None, None)


@router.post("/department/rosters")
async def upload(page: Secretary) -> Response:
    """Check a list."""
    form, name, content = await read_file(page.request, "roster")
    try:
        if not content:
            raise DomainError(Kind.INVALID, "FILE_MISSING", "请选择文件。", field="file")
        request = roster_service_pb2.CreateRosterRequest(
            file=content, file_name=name[:100] or "roster", idempotency_key=form.key
        )
        answer = await page.clients.rosters.CreateRoster(request)
    except DomainError as error:
        return await _list(page, refused(error), form)
    return page.redirect(f"/department/rosters/{answer.roster.roster_id}")


@router.get("/department/rosters/template.{kind}")
async def template(page: Secretary, kind: str) -> Response:
    """The empty list."""
    request = roster_service_pb2.GetRosterTemplateRequest(format=kind)
    answer = await page.clients.rosters.GetRosterTemplate(request)
    return files.attachment(answer.file, answer.file_name, answer.media_type)


@router.get("/department/rosters/{roster_id}")
@router.get("/teaching/rosters/{roster_id}")
async def roster(page: Reader, roster_id: str) -> Response:
    """One list with the result of each row."""
    return await _one(page, None, None)


@router.post("/department/rosters/{roster_id}/{deed}")
async def act(page: Secretary, roster_id: str, deed: str) -> Response:
    """Commit it, or throw it away."""
    chosen = _COMMIT if deed == "commit" else _DISCARD
    return await carry_out(page, chosen, _one, f"/department/rosters/{roster_id}")


def _frame(page: Page) -> tuple[str, tuple[tuple[str, str], ...], str]:
    if page.visitor.role == "teaching_department":
        return N_("师资管理"), tabs_of(page), "/teaching/rosters"
    return N_("本科室师资"), navigation.DEPARTMENT_TABS, "/department/rosters"


async def _list(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    area, tabs, base = _frame(page)
    token = page.request.query_params.get("page_token", "")[:200]
    answer = await page.clients.rosters.ListRosters(roster_service_pb2.ListRostersRequest(page_token=token))
    places = await page.portal.organisations()
    lines = []
    for row in map(to_page, answer.rosters):
        text, tone = words.ROSTER_STATES.get(row["state"], (row["state"], "plain"))
        lines.append(
            Line(
                (
                    Cell(row["file_name"], href=f"{base}/{row['roster_id']}"),
                    places.name(row["department_code"]),
                    Cell(str(row["rows"]), number=True),
                    Cell(str(row["faulty"]), number=True),
                    Cell(text, tone=tone),
                    when(row["uploaded_at"]),
                )
            )
        )
    panels = []
    if page.visitor.role == "department_secretary":
        form = Form(
            "/department/rosters",
            (),
            (Button("上传并检查"),),
            "上交名单（增加和解聘）",
            _TOLD,
            file=FileAsk("roster", "名单文件", ".xlsx,.csv"),
        )
        shown = form if refusal is None else form.refused(refusal, posted)
        links = (
            ("/department/rosters/template.xlsx", N_("下载空表（XLSX）")),
            ("/department/rosters/template.csv", N_("空表（CSV）")),
        )
        panels += [Panel("上传", form=shown), Panel(links=links)]
    onward = f"{base}?page_token={answer.next_page_token}" if answer.next_page_token else ""
    columns = N_(("文件", "科室", "行数", "有问题", "状态", "上传时间"))
    panels.append(
        Panel("已上传的名单", table=Table("新的在前", columns, lines, "还没有上传过名单。", next_href=onward))
    )
    return await Desk(page, refusal, posted).html(tr("上交名单"), area, tabs, panels)


async def _one(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    area, tabs, base = _frame(page)
    roster_id, query = page.request.path_params["roster_id"], page.request.query_params
    request = roster_service_pb2.GetRosterRequest(
        roster_id=roster_id,
        faulty_only=query.get("faulty") == "yes",
        limit=200,
        page_token=query.get("page_token", "")[:200],
    )
    answer = await page.clients.rosters.GetRoster(request)
    row = to_page(answer.roster)
    desk = Desk(page, refusal, posted)
    lead = tr(
        "共 {rows} 行：增加 {additions}，解聘 {dismissals}，有问题 {faulty}。",
        **{name: row[name] for name in ("rows", "additions", "dismissals", "faulty")},
    )
    only = "&faulty=yes" if query.get("faulty") == "yes" else ""
    onward = f"{base}/{roster_id}?page_token={answer.next_page_token}{only}" if answer.next_page_token else ""
    columns = N_(("行", "办理事项", "姓名", "身份证号", "手机号", "带教任职时间", "结果", "问题"))
    lines = [_row(to_page(each)) for each in answer.rows]
    links = [(f"{base}/{roster_id}", N_("全部行")), (f"{base}/{roster_id}?faulty=yes", N_("只看有问题的行"))]
    panels = [
        Panel("", lead, links=links),
        Panel(table=Table("按文件中的次序", columns, lines, "没有这样的行。", next_href=onward)),
    ]
    if row["state"] == "checked" and page.visitor.role == "department_secretary":
        hidden = {"roster_id": roster_id, "version": str(row["version"])}
        told = N_("增加的人员会收到邀请，仍须本人注册并报名；解聘由教学部决定。")
        asks = _COMMIT.asks if row["faulty"] else ()
        commit = Form(f"{base}/{roster_id}/commit", asks, (Button("确认办理"),), "确认办理", told, hidden=hidden)
        away = Form(
            f"{base}/{roster_id}/discard", (), (Button("放弃这份名单", tone=""),), "放弃", hidden=hidden, suffix="-away"
        )
        panels += [Panel("办理", form=desk.form(commit)), Panel(form=desk.form(away))]
    text, _ = words.ROSTER_STATES.get(row["state"], (row["state"], ""))
    return await desk.html(tr("名单：{file}（{state}）", file=row["file_name"], state=text), area, tabs, panels)


def _row(row: dict[str, Any]) -> Line:
    faults = listed(
        (
            tr(
                "{column}：{fault}",
                column=said(each["column"]) or tr("整行"),
                fault=reason_text(each["code"], each["message"]),
            )
            for each in row["faults"]
        ),
        "",
    )
    return Line(
        (
            tr("第 {row} 行", row=row["row"]),
            words.ROSTER_ACTIONS.get(row["action"], row["action"]),
            row["name"],
            row["masked_document"],
            row["masked_mobile"],
            row["teaching_since"],
            Cell(tr("有问题"), tone="bad") if faults else words.ROSTER_OUTCOMES.get(row["outcome"], row["outcome"]),
            faults,
        )
    )
