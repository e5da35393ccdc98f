"""Staff within reach: who wears which hat, inviting, suspending, ending, moving, setting an end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from residency.identity.v1 import account_pb2, staff_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.forms import Posted, Refusal, fresh_key, in_order, read_form, refused
from services.portal.page import Page, PageFor
from services.portal.wire import enum_label, stamp_of, to_page

router = APIRouter(prefix="/staff")
_READERS = ("base_administrator", "teaching_department", "province_administrator", "security_administrator", "auditor")
_INVITES = {
    "base_administrator": ("base_reviewer", "teaching_department", "department_director", "department_secretary"),
    "teaching_department": ("department_director", "department_secretary"),
    "province_administrator": (
        "base_administrator",
        "base_reviewer",
        "teaching_department",
        "department_director",
        "department_secretary",
        "support",
    ),
    "security_administrator": (
        "province_administrator",
        "base_administrator",
        "base_reviewer",
        "teaching_department",
        "department_director",
        "department_secretary",
        "auditor",
        "support",
        "system_administrator",
        "security_administrator",
    ),
}
"""What the form offers; identity decides."""
Reader = Annotated[Page, Depends(PageFor(*_READERS))]
Manager = Annotated[Page, Depends(PageFor(*_INVITES))]
_CHINA = ZoneInfo("Asia/Shanghai")
_SENTENCES = {"suspend": "suspended", "restore": "restored", "end": "hat_ended", "move": "moved", "expiry": "expiry"}


@router.get("")
async def listing(page: Reader, organisation: str = "", after: str = "") -> Response:
    """Fifty at a time."""
    organisations = await _organisations(page)
    request = staff_service_pb2.ListStaffRequest(organisation_code=organisation[:32], after=after[:100])
    answer = await page.clients.staff.ListStaff(request)
    more = {"organisation": organisation, "after": answer.next}
    return await page.html(
        "staff.html",
        staff=[to_page(member) for member in answer.staff],
        organisations=organisations,
        organisation=organisation,
        after=after,
        manages=page.visitor.role in _INVITES,
        next_href="/staff?" + urlencode(more) if answer.next else "",
    )


@router.get("/invite")
async def invite_form(page: Manager) -> Response:
    """Whom to invite."""
    return await _invite(page, {}, None, new_id())


@router.post("/invite")
async def invite(page: Manager) -> Response:
    """Send the invitation; a powerful hat waits for a second signature."""
    form = await read_form(page.request)
    try:
        request = staff_service_pb2.InviteStaffRequest(
            name=form.get("name"),
            mobile=form.get("mobile"),
            role=enum_label(account_pb2.Role.DESCRIPTOR, form.get("role")),
            organisation_code=form.get("organisation_code"),
            expires_at=_end_of(form.get("last_day"), "last_day"),
            idempotency_key=form.key,
        )
        answer = await page.clients.staff.InviteStaff(request)
    except DomainError as error:
        order = ("name", "mobile", "role", "organisation_code", "last_day")
        return await _invite(page, form.shown(), in_order(refused(error), order), fresh_key(error, form))
    return page.redirect("/staff?done=proposed" if answer.proposal_id else "/staff?done=invited")


@router.get("/hats/{hat_id}")
async def hat(page: Manager, hat_id: str, organisation: str = "", after: str = "") -> Response:
    """One hat and what may be done with it; `organisation` and `after` name the list it was found in."""
    return await _hat(page, hat_id, organisation, after, None, {}, new_id())


@router.post("/hats/{hat_id}")
async def change(page: Manager, hat_id: str) -> Response:
    """Do one of them."""
    form = await read_form(page.request)
    try:
        deed = form.get("deed")
        await _deed(page, hat_id, form)
    except DomainError as error:
        refusal = in_order(refused(error), ("reason", "organisation_code", "last_day"))
        key = fresh_key(error, form)
        return await _hat(page, hat_id, form.get("organisation"), form.get("after"), refusal, form.shown(), key)
    return page.redirect(f"/staff?done={_SENTENCES[deed]}")


async def _deed(page: Page, hat_id: str, form: Posted) -> None:
    staff = page.clients.staff
    on: dict[str, Any] = {"hat_id": hat_id, "reason": form.get("reason"), "idempotency_key": form.key}
    deeds: dict[str, Callable[[], Awaitable[Any]]] = {
        "suspend": lambda: staff.SuspendHat(staff_service_pb2.SuspendHatRequest(**on)),
        "restore": lambda: staff.RestoreHat(staff_service_pb2.RestoreHatRequest(**on)),
        "end": lambda: staff.EndHat(staff_service_pb2.EndHatRequest(**on)),
        "move": lambda: staff.MoveHat(
            staff_service_pb2.MoveHatRequest(organisation_code=form.get("organisation_code"), **on)
        ),
        "expiry": lambda: staff.SetHatExpiry(
            staff_service_pb2.SetHatExpiryRequest(expires_at=_end_of(form.get("last_day"), "last_day"), **on)
        ),
    }
    if form.get("deed") not in deeds:
        raise DomainError(Kind.INVALID, "DEED_UNKNOWN", "请选择要办理的事项。")
    await deeds[form.get("deed")]()


def _end_of(day: str, field: str) -> Timestamp | None:
    """The end of a day in China as a timestamp; None for an empty day. Raises INVALID for what is no date."""
    if not day:
        return None
    try:
        return stamp_of(datetime.combine(date.fromisoformat(day), time(23, 59, 59), _CHINA))
    except ValueError as error:
        raise DomainError(Kind.INVALID, "DATE_FORMAT", "请填写日期，如 2027-06-30。", field=field) from error


async def _organisations(page: Page) -> list[tuple[str, str]]:
    """Those at or below one's own, by code, with names that show the level."""
    answer = await page.clients.staff.ListOrganisations(staff_service_pb2.ListOrganisationsRequest())
    own = page.visitor.require().organisation
    parents = {each.code: each.parent_code for each in answer.organisations}
    depth = {account_pb2.ORGANISATION_KIND_BASE: "　", account_pb2.ORGANISATION_KIND_DEPARTMENT: "　　"}

    def within(code: str) -> bool:
        return code == own or (bool(code) and within(parents.get(code, "")))

    return [(each.code, depth.get(each.kind, "") + each.name) for each in answer.organisations if within(each.code)]


async def _invite(page: Page, values: dict[str, str], refusal: Refusal | None, key: str) -> Response:
    return await page.html(
        "staff_invite.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        values=values,
        roles=_INVITES[page.visitor.role],
        organisations=await _organisations(page),
        key=key,
    )


async def _hat(
    page: Page, hat_id: str, organisation: str, after: str, refusal: Refusal | None, values: dict[str, str], key: str
) -> Response:
    request = staff_service_pb2.ListStaffRequest(organisation_code=organisation[:32], after=after[:100])
    answer = await page.clients.staff.ListStaff(request)
    found = next((member for member in answer.staff if member.hat.hat_id == hat_id), None)
    if found is None:
        raise DomainError(Kind.NOT_FOUND, "HAT_NOT_FOUND", "没有找到这个身份，请从人员列表重新进入。")
    return await page.html(
        "staff_hat.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        member=to_page(found),
        organisations=await _organisations(page),
        organisation=organisation,
        after=after,
        values=values,
        key=key,
    )
