"""机构: provinces, bases and departments as the platform knows them; new ones, new names, one by one or as a list."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import staff_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import account as words
from services.portal.i18n.language import tr
from services.portal.organisations import load
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import of_json

router = APIRouter(prefix="/organisations")
Keeper = Annotated[Page, Depends(PageFor("system_administrator", "province_administrator"))]
_FIELDS = ("code", "name", "kind", "parent_code", "main_base_code")
_ONE = (
    Ask("code", "代码", hint="如 SD-QILU、SD-QILU-NK。已有的代码即更名。", most=32),
    Ask("name", "名称", most=200),
    Ask("kind", "类别", "select", options=tuple(words.ORGANISATION_KINDS.items())),
    Ask("parent_code", "上级代码", hint="基地填省，科室填基地；省不填。", required=False, most=32),
    Ask("main_base_code", "主基地代码", hint="仅协同单位填写。", required=False, most=32),
)
_MANY = Ask(
    "lines",
    "机构清单",
    "lines",
    "每行一个机构：代码、名称、类别、上级代码、主基地代码，以制表符或逗号分隔；上级在前。可从电子表格粘贴。",
    rows=10,
    most=500_000,
)


@router.get("")
async def organisations(page: Keeper) -> Response:
    """All of them, and how to add some."""
    return await _page(page, None, None)


@router.post("")
@router.post("/list")
async def record(page: Keeper) -> Response:
    """Create or rename; the same again changes nothing."""
    form = await read_form(page.request)
    try:
        many = page.request.url.path.endswith("/list")
        rows = _rows(form.get("lines")) if many else [{name: form.get(name) for name in _FIELDS}]
        request = of_json(staff_service_pb2.ImportOrganisationsRequest, {"organisations": [_wire(row) for row in rows]})
        answer = await page.clients.staff.ImportOrganisations(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect(f"/organisations?done=saved&changed={answer.changed}")


def _rows(text: str) -> list[dict[str, str]]:
    """Raises INVALID `LINE_UNREADABLE` for a line without code, name and kind."""
    rows = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        cells = [each.strip() for each in (line.split("\t") if "\t" in line else line.replace("，", ",").split(","))]
        if len(cells) < 3 or not all(cells[:3]) or len(cells) > len(_FIELDS):
            message = f"第 {number} 行读不懂：须为代码、名称、类别、上级代码。"  # no-message: in the refusal
            raise DomainError(Kind.INVALID, "LINE_UNREADABLE", message, field="lines")
        rows.append(dict(zip(_FIELDS, cells, strict=False)))
    return rows


def _wire(row: dict[str, str]) -> dict[str, Any]:
    by_word = {said: key for key, said in words.ORGANISATION_KINDS.items()}
    kind = by_word.get(row.get("kind", ""), row.get("kind", ""))
    return row | {"kind": kind if kind in words.ORGANISATION_KINDS else ""}


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    desk = Desk(page, refusal, posted)
    found = await load(page.clients)
    lines = [
        Line(
            (
                Cell(each.code),
                Cell(each.name),
                words.ORGANISATION_KINDS.get(each.kind, each.kind),
                Cell(found.name(each.parent_code) if each.parent_code else "", note=each.parent_code),
                Cell(found.name(each.main_base_code) if each.main_base_code else "", note=each.main_base_code),
            )
        )
        for each in found.all()
    ]
    changed = page.request.query_params.get("changed", "")
    said = tr("{n} 个机构有变动。", n=int(changed)) if changed.isascii() and changed.isdigit() else ""
    panels = [
        *((Panel(lead=said),) if said else ()),
        Panel(form=desk.form(Form("/organisations", _ONE, (Button("保存"),), "新增或更名", folded=True))),
        Panel(form=desk.form(Form("/organisations/list", (_MANY,), (Button("导入"),), "批量导入", folded=True))),
        Panel(table=Table(tr("{n} 个机构", n=len(lines)), ("代码", "名称", "类别", "上级", "主基地"), lines)),
    ]
    province = page.visitor.role == "province_administrator"
    tabs = navigation.PROVINCE_TABS if province else ()
    return await desk.html(tr("机构"), tr("全省管理") if province else "", tabs, panels)
