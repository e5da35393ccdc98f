"""师资推荐聘任: candidacies by twelve filters, dealt with one by one or many at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import batch_service_pb2, standing_service_pb2
from residency.identity.v1 import staff_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.dossier import label_of
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, listed, reason_text, said, tr
from services.portal.page import Page
from services.portal.pages.acting import Desk
from services.portal.pages.teaching import (
    AREA,
    Office,
    OfficeOrProvince,
    candidacy_state,
    tabs_of,
    titles_of,
    when,
    years,
)
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, picked, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/teaching")
DEEDS = {
    "recommend": ("RecommendCandidacies", N_("推荐（聘任）")),
    "refuse": ("RefuseCandidacies", N_("不推荐")),
    "return": ("ReturnCandidacies", N_("退回修改")),
}
"""What many can have done at once: RPC and name."""
_NUMBERS = N_(
    (
        ("least_title_years", "任现职年限（年，不少于）"),
        ("least_teaching_years", "带教年限（年，不少于）"),
        ("least_trainees_3y", "近 3 年带教人数（不少于）"),
        ("least_hospital_years", "来院年限（年，不少于）"),
        ("least_own_trainees_3y", "近 3 年本院带教人数（不少于）"),
    )
)


@router.get("")
async def queue(page: OfficeOrProvince) -> Response:
    """Those to decide on."""
    return await queue_page(page, None, None)


@router.post("/candidacies")
async def decide(page: Office) -> Response:
    """Deal with the ticked rows: each by itself is decided or refused."""
    form = await read_form(page.request)
    try:
        rpc, named = _deed(form)
        wishes, names = wishes_of(picked(form))
        answer = await send(page, rpc, form, wishes)
    except DomainError as error:
        return await queue_page(page, refused(error), form)
    return await results_page(page, named, [to_page(each) for each in answer.results], names)


async def send(page: Page, rpc: str, form: Posted, wishes: list[dict[str, Any]]) -> Any:
    """Send one decision about some candidacies."""
    values: dict[str, Any] = {"wishes": wishes, "note": form.get("note"), "idempotency_key": form.key}
    if rpc == "RecommendCandidacies":
        values["from_day"] = form.get("from_day")
    else:
        values |= {"reason_code": form.get("reason_code"), "reason": form.get("reason")}
    return await getattr(page.clients.batches, rpc)(of_json(getattr(batch_service_pb2, f"{rpc}Request"), values))


def _deed(form: Posted) -> tuple[str, str]:
    found = DEEDS.get(form.get("kind"))
    if found is None:
        raise DomainError(Kind.INVALID, "KIND_MISSING", "请选择办理事项。", field="kind")
    return found


def wishes_of(ticks: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Ticked rows as wishes, and their names; a tick carries the version that was seen and the name."""
    wishes, names = [], {}
    for candidacy_id, seen in ticks.items():
        version, _, name = seen.partition("|")
        names[candidacy_id] = name
        wishes.append({"candidacy_id": candidacy_id, "version": int(version) if version.isdigit() else 0})
    return wishes, names


async def results_page(page: Page, named: str, results: list[dict[str, Any]], names: dict[str, str]) -> Response:
    """What became of each."""
    done = sum(1 for each in results if each["done"])
    lines = [
        Line(
            (
                Cell(
                    names.get(each["candidacy_id"]) or tr("师资报名"),
                    href=f"/teaching/candidacies/{each['candidacy_id']}",
                ),
                Cell(tr("已办理"), tone="ok") if each["done"] else Cell(tr("未办理"), tone="bad"),
                reason_text(each["code"], each["message"]),
            )
        )
        for each in results
    ]
    lead = tr("已办理 {n} 人。", n=done)
    if done < len(results):
        lead = tr("已办理 {done} 人，{rest} 人未能办理，原因如下。", done=done, rest=len(results) - done)
    panels = [Panel(table=Table("每人的结果", ("姓名", "结果", "说明"), lines)), Panel(links=(("/teaching", "返回"),))]
    return await Desk(page).html(tr("{deed}：办理结果", deed=tr(named)), AREA, tabs_of(page), panels, lead)


async def reasons_of(page: Page) -> tuple[tuple[str, str], ...]:
    """Codes and names of reasons."""
    answer = await page.clients.standing.GetEntryRules(standing_service_pb2.GetEntryRulesRequest())
    return tuple((each.code, label_of(each)) for each in answer.reasons)


async def queue_page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    """The list with its filters, kept in the address, and what can be done with those ticked."""
    desk = Desk(page, refusal, posted)
    batches = await page.clients.batches.ListBatches(batch_service_pb2.ListBatchesRequest(limit=100))
    places, titles = await page.portal.organisations(), await titles_of(page)
    own = page.visitor.require().organisation
    asks = _filters([(each.batch_id, each.name) for each in batches.batches], places.departments(own), titles)
    query = page.request.query_params
    asked = Posted({name: value for name, value in query.items() if name not in ("page_token", "done")})
    values = request_of(asks, asked)
    request = of_json(
        batch_service_pb2.ListCandidaciesRequest, values | {"page_token": query.get("page_token", "")[:200]}
    )
    answer = await page.clients.batches.ListCandidacies(request)
    labels = dict(titles)
    users = await _users(page) if any(each.decided_by for each in answer.candidacies) else {}
    lines = [_line(to_page(each), places.name, labels, users) for each in answer.candidacies]
    form = None
    if page.visitor.role == "teaching_department" and lines:
        form = desk.form(Form("/teaching/candidacies", await _decisions(page), (Button("办理"),)))
    rest = [(name, value) for name, value in asked.values.items() if value]
    onward = urlencode([*rest, ("page_token", answer.next_page_token)])
    columns = N_(
        ("姓名", "报名批次名称", "科室", "职称", "任现职年限", "推荐状态", "推荐时间、用户", "不推荐原因", "条件")
    )
    table = Table(
        tr("共 {n} 人，先提交的在前", n=answer.total),
        columns,
        lines,
        "没有符合条件的报名。",
        form,
        f"/teaching?{onward}" if answer.next_page_token else "",
    )
    panels = [
        Panel(form=Form("/teaching", asks, (Button("检索", tone=""),), values=asked.values, get=True)),
        Panel("报名的老师", table=table),
    ]
    title = tr("师资推荐聘任" if page.visitor.role == "teaching_department" else "师资推荐聘任（省级）")
    return await desk.html(title, AREA, tabs_of(page), panels)


async def _users(page: Page) -> dict[str, str]:
    """Names of those within reach who may have decided; without them the list stands all the same."""
    try:
        answer = await page.clients.staff.ListStaff(staff_service_pb2.ListStaffRequest())
    except DomainError:
        return {}
    return {each.person_id: each.name for each in answer.staff if each.person_id}


async def _decisions(page: Page) -> tuple[Ask, ...]:
    return (
        Ask("kind", "办理事项", "select", options=tuple((key, name) for key, (_, name) in DEEDS.items())),
        Ask("reason_code", "原因", "select", "不推荐、退回时必选。", await reasons_of(page), required=False),
        Ask("reason", "给本人的说明", "area", "退回时、原因选“其他”时必填；本人可见。", required=False, most=500),
        Ask("note", "内部备注", "area", "只有教学部可见。", required=False, most=500),
        Ask("from_day", "聘任起始日", "date", "不填即今天。", required=False),
    )


def _filters(
    batches: list[tuple[str, str]], departments: list[tuple[str, str]], titles: tuple[tuple[str, str], ...]
) -> tuple[Ask, ...]:
    states = tuple((key, name) for key, name in words.CANDIDACY_STATES.items() if key not in ("draft", "discarded"))
    trained = tuple((key, name) for key, name in words.TRAINING_STATES.items() if key)
    return (
        Ask("batch_id", "报名批次名称", "select", options=batches, required=False),
        Ask("name", "姓名", required=False, most=32),
        Ask("department_code", "科室", "select", options=departments, required=False),
        Ask("title", "职称", "select", options=titles, required=False),
        *(Ask(name, label, "number", required=False) for name, label in _NUMBERS),
        Ask("training_state", "培训状态", "select", options=trained, required=False),
        Ask("training_level", "培训等级", "select", options=tuple(words.TRAINING_LEVELS.items()), required=False),
        Ask("state", "推荐状态", "select", options=states, required=False),
    )


def _line(row: dict[str, Any], name: Any, titles: dict[str, str], users: dict[str, str]) -> Line:
    standing = row["standing"] or {}
    title = standing.get("title", "")
    return Line(
        (
            Cell(row["name"], href=f"/teaching/candidacies/{row['candidacy_id']}", note=row["masked_document"]),
            row["batch_name"],
            name(row["department_code"]),
            titles.get(title, title),
            years(standing.get("title_months", 0)) if title else "",
            candidacy_state(row),
            Cell(when(row["decided_at"]), note=users.get(row["decided_by"], "")),
            row["reason"],
            findings_in_short(row["evaluation"]),
        ),
        pick=(row["candidacy_id"], f"{row['version']}|{row['name']}"),
    )


def findings_in_short(evaluation: dict[str, Any] | None) -> Cell:
    """The entry rules in a word: passed, or what is in the way."""
    if not evaluation or not evaluation["findings"]:
        return Cell("")
    if evaluation["passes"]:
        flagged = any(each["flagged"] for each in evaluation["findings"])
        return Cell(tr("符合"), tone="ok", note=tr("新师资，尚无评价") if flagged else "")
    failing = [each for each in evaluation["findings"] if each["verdict"] != "met"]
    worst = "bad" if any(each["verdict"] == "not_met" for each in failing) else "warn"
    sentences = listed((said(each["sentence"]) for each in failing), "；")
    return Cell(tr("不符合") if worst == "bad" else tr("待证明"), tone=worst, note=sentences)
