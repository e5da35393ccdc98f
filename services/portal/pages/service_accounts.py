"""接口与推送 · 服务账号: accounts of an organisation's own programs; a new secret is shown once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import account_pb2
from residency.identity.v1 import service_account_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal.calendar import stamp
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, Words, listed, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import enum_label, instant_of, stamp_of, to_page

router = APIRouter(prefix="/service-accounts")
HERE = "/service-accounts"
AREA = N_("接口与推送")
TABS = N_(((HERE, "服务账号"), ("/webhooks", "事件推送")))
SCOPES = Words(
    {
        "enrollment.read": "招录：读取",
        "enrollment.write": "招录：办理",
        "faculty.read": "师资与轮转：读取",
        "faculty.write": "师资与轮转：办理",
        "notify.read": "消息与推送：读取",
        "notify.write": "消息与推送：办理",
    }
)
_ROLES: Mapping[str, tuple[str, ...]] = {
    "base_administrator": ("base_reviewer", "teaching_department"),
    "teaching_department": ("teaching_department",),
    "province_administrator": ("province_administrator",),
}
"""What the form offers; identity decides."""
_READERS = (*_ROLES, "security_administrator", "auditor")
_CHINA = ZoneInfo("Asia/Shanghai")
_USUAL_DAYS = 180
Reader = Annotated[Page, Depends(PageFor(*_READERS))]
Opener = Annotated[Page, Depends(PageFor(*_ROLES))]
Ender = Annotated[Page, Depends(PageFor(*_ROLES, "security_administrator"))]


@router.get("")
async def listing(page: Reader, after: str = "") -> Response:
    """The accounts within reach, and how to open another."""
    return await _page(page, after=after)


@router.post("")
async def create(page: Opener) -> Response:
    """Open one and show its secret, this once; sent again with the same form it shows the same."""
    form = await read_form(page.request)
    try:
        request = pb.CreateServiceAccountRequest(
            name=form.get("name"),
            role=enum_label(account_pb2.Role.DESCRIPTOR, form.get("role")),
            scopes=[scope for scope in SCOPES if form.checked(f"scopes.{scope}")],
            expires_at=stamp_of(_end_of(form.get("expires_at"))),
            idempotency_key=form.key,
        )
        answer = await page.clients.service_accounts.CreateServiceAccount(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return await _page(page, handed=(answer.account.account_id, answer.secret))


@router.post("/secrets")
async def add_secret(page: Opener) -> Response:
    """Make one more secret and show it, this once."""
    form = await read_form(page.request)
    request = pb.AddServiceSecretRequest(account_id=form.get("account_id"), idempotency_key=form.key)
    try:
        answer = await page.clients.service_accounts.AddServiceSecret(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return await _page(page, handed=(answer.account.account_id, answer.secret))


@router.post("/secrets/end")
async def end_secret(page: Ender) -> Response:
    """End one secret."""
    form = await read_form(page.request)
    request = pb.EndServiceSecretRequest(account_id=form.get("account_id"), secret_id=form.get("secret_id"))
    try:
        await page.clients.service_accounts.EndServiceSecret(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect(f"{HERE}?done=ended")


@router.post("/revocation")
async def revoke(page: Ender) -> Response:
    """End an account."""
    form = await read_form(page.request)
    request = pb.RevokeServiceAccountRequest(account_id=form.get("account_id"), reason=form.get("reason"))
    try:
        await page.clients.service_accounts.RevokeServiceAccount(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect(f"{HERE}?done=ended")


async def _page(
    page: Page,
    refusal: Refusal | None = None,
    posted: Posted | None = None,
    handed: tuple[str, str] | None = None,
    after: str = "",
) -> Response:
    if refusal is not None:
        refusal = refusal.said_at("scopes", f"scopes.{next(iter(SCOPES))}")
    desk = Desk(page, refusal, posted)
    answer = await page.clients.service_accounts.ListServiceAccounts(pb.ListServiceAccountsRequest(after=after[:100]))
    panels = []
    if handed is not None:
        told = N_("请现在保存到贵单位的系统中。密钥只显示这一次，请勿转给他人。")
        pairs = N_((("账号编号", handed[0]), ("密钥", handed[1])))
        panels.append(Panel("新的密钥", told, pairs=pairs, notice=True))
    now = datetime.now(_CHINA)
    lines = [_line(desk, to_page(account), account, now) for account in answer.accounts]
    columns = N_(("名称", "身份", "授权", "到期", "最近使用", "状态"))
    next_href = f"{HERE}?after={answer.next}" if answer.next else ""
    table = Table("本单位系统使用的账号", columns, lines, "还没有服务账号。", next_href=next_href)
    panels.append(Panel("服务账号", table=table))
    if page.visitor.role in _ROLES:
        panels.append(Panel(form=desk.form(_new(page.visitor.role, now))))
    lead = tr("供本单位的信息系统通过接口读取和办理业务。每个账号只能做授权范围内的事，最长有效一年，停用立即生效。")
    return await desk.html(tr(AREA), tr(AREA), TABS if page.visitor.role in _ROLES else (), panels, lead)


def _new(role: str, now: datetime) -> Form:
    roles = tuple((each, terms.ROLES[each]) for each in _ROLES[role])
    scopes = [each for each in SCOPES if role != "province_administrator" or each.endswith(".read")]
    last = (now + timedelta(days=_USUAL_DAYS)).date().isoformat()
    asks = (
        Ask("name", "名称", hint="例如使用它的系统的名称。", most=60),
        Ask("role", "身份", "select", options=roles),
        *(Ask(f"scopes.{scope}", SCOPES[scope], "tick") for scope in scopes),
        Ask("expires_at", "最后一天", "date", hint="最长一年。"),
    )
    first = {"expires_at": last, "role": roles[0][0] if len(roles) == 1 else ""}
    lead = N_("省级服务账号只能读取。") if role == "province_administrator" else ""
    return Form(HERE, asks, (Button("开通"),), "开通服务账号", lead, first, suffix="-new")


def _line(desk: Desk, shown: Mapping[str, Any], account: pb.ServiceAccount, now: datetime) -> Line:
    live = not account.HasField("revoked_at") and instant_of(account.expires_at) > now
    state = (
        Cell(tr("使用中"), tone="ok") if live else Cell(tr("已停用") if shown["revoked_at"] else tr("已到期"), tone="")
    )
    used = stamp(instant_of(account.last_used_at)) if account.HasField("last_used_at") else tr("从未")
    cells = (
        Cell(account.name, note=account.account_id),
        terms.ROLES[shown["role"]],
        listed(SCOPES[scope] for scope in account.scopes if scope in SCOPES),
        stamp(instant_of(account.expires_at)),
        used,
        state,
    )
    return Line(cells, forms=tuple(desk.form(form) for form in _forms(desk.page.visitor.role, account)) if live else ())


def _forms(role: str, account: pb.ServiceAccount) -> list[Form]:
    on = {"account_id": account.account_id}
    found = []
    if role in _ROLES and len(account.secrets) < 2:
        found.append(Form(f"{HERE}/secrets", (), (Button("增加密钥", tone=""),), hidden=on))
    if role in (*_ROLES, "security_administrator"):
        found += [
            Form(
                f"{HERE}/secrets/end",
                (),
                (Button(tr("停用密钥 …{ending}", ending=each.ending), tone="danger"),),
                hidden=on | {"secret_id": each.secret_id},
            )
            for each in account.secrets
        ]
        reason = Ask("reason", "原因", "area", most=500)
        suffix = f"-{account.account_id}"
        button = Button("立即停用", tone="danger")
        title = N_("永久停用账号")
        found.append(Form(f"{HERE}/revocation", (reason,), (button,), title, hidden=on, suffix=suffix, folded=True))
    return found


def _end_of(day: str) -> datetime | None:
    """The end of a day in China; None for an empty one. Raises INVALID for what is no date."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), _CHINA)
    except ValueError as error:
        raise DomainError(Kind.INVALID, "DATE_FORMAT", tr("请填写日期，如 2027-06-30。"), field="expires_at") from error
