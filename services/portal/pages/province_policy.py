"""年度规则: what a province may set for its cycle, key by key, with a reason for every change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Depends
from google.protobuf.json_format import MessageToDict
from starlette.responses import Response

from residency.enrollment.v1 import plan_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.dossier import struct_of
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import english, listed, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Form, Panel
from services.portal.plain_yaml import load

router = APIRouter(prefix="/province/policy")
_STRUCTURED = re.compile(r"^[-\[{]|:", re.MULTILINE)
"""What tells rules written as data from a list of words, where nothing stood before."""
Province = Annotated[Page, Depends(PageFor("province_administrator"))]


@router.get("")
async def policy(page: Province) -> Response:
    """The policy as it holds."""
    return await _page(page, None, None)


@router.post("")
async def set_policy(page: Province) -> Response:
    """Change the keys that were changed on the form, and no other."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        present = await _policy(page)
        request = plan_service_pb2.SetPolicyRequest(
            cycle_id=view.cycle_id,
            values=struct_of(_changed(form, MessageToDict(present.values))),
            reason=form.get("reason"),
            expected_edition=form.number("edition"),
            override_lock=form.checked("override_lock"),
            idempotency_key=form.key,
        )
        await page.clients.plans.SetPolicy(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/province/policy?done=policy")


async def _policy(page: Page) -> plan_service_pb2.PolicyView:
    view = await page.cycle()
    answer = await page.clients.plans.GetPolicy(plan_service_pb2.GetPolicyRequest(cycle_id=view.cycle_id))
    found: plan_service_pb2.PolicyView = answer.policy
    return found


def _changed(form: Posted, present: Mapping[str, Any]) -> dict[str, Any]:
    """The keys whose text differs from what is shown for them. Raises INVALID `NOTHING_CHANGED` and `FIELD_FORMAT`."""
    changed: dict[str, Any] = {}
    for key, value in present.items():
        text = form.values.get(key, "").replace("\r\n", "\n").strip()
        if key in form.values and text != shown(value):
            typed = _read(key, text, value)
            changed |= {key: typed} if typed != value else {}
    if not changed:
        raise DomainError(Kind.INVALID, "NOTHING_CHANGED", "没有改动任何规则。")
    return changed


def _read(key: str, text: str, before: Any) -> Any:
    try:
        if isinstance(before, bool):
            return text == "yes"
        if isinstance(before, float):
            return float(text)
        if isinstance(before, list) and all(isinstance(each, str) for each in before) and not _STRUCTURED.search(text):
            return [word.strip() for word in text.replace("，", ",").split(",") if word.strip()]
        return load(text) if text else type(before)()
    except (ValueError, yaml.YAMLError) as error:
        raise DomainError(Kind.INVALID, "FIELD_FORMAT", "格式有误，请按说明填写。", field=key) from error


def shown(value: Any) -> str:
    """A value as it stands in its input: yes or no, a number, a list in one line, anything else as YAML."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=True)).strip() if value else ""


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    found = await _policy(page)
    values = MessageToDict(found.values)
    asks = []
    for key in found.keys:
        kind = _kind(values.get(key.key))
        locked = [tr("已锁定，修改须勾选下方确认")] if key.locked else []
        hint = listed((listed(said(key.hint).split("、")), *locked, key.rule), "；")
        label = key.label_en if english() and key.label_en else key.label
        asks.append(Ask(key.key, label, kind, hint, rows=5, most=20_000))
    asks.append(Ask("reason", "修改原因", "area", "记录在案。", most=500))
    if any(key.locked for key in found.keys):
        asks.append(Ask("override_lock", "我知道首轮已开始，修改会影响已有成绩和排名", "tick"))
    form = Form(
        "/province/policy",
        tuple(asks),
        (Button("保存规则"),),
        values={key: shown(value) for key, value in values.items()},
        hidden={"edition": str(found.edition)},
    )
    desk = Desk(page, refusal, posted)
    lead = tr("现为第 {edition} 版。时限均按年度日历计算；只提交有改动的项目。", edition=found.edition)
    return await desk.html(
        tr("年度规则"), tr("全省管理"), navigation.PROVINCE_TABS, [Panel(form=desk.form(form))], lead
    )


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int | float):
        return "decimal"
    words = isinstance(value, list) and all(isinstance(each, str) for each in value) and value
    return "text" if words else "area"
