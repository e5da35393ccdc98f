"""通知设置: which notices come by which channel, the addresses they go to, and the language they are written in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as deliveries
from residency.notify.v1 import preference_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import notices as words
from services.portal.page import Page, PageFor
from services.portal.pages.scanning import qr
from services.portal.wire import enum_label, instant_of, of_json, to_page

router = APIRouter(prefix="/settings/notices")
SignedIn = Annotated[Page, Depends(PageFor())]
_HERE = "/settings/notices"
_WANTED, _SHOWN = "wanted.", "shown."
_PROVABLE = ("email", "wechat")


@router.get("")
async def settings(page: SignedIn) -> Response:
    """Wishes, addresses and language."""
    return await _page(page, None, None)


@router.post("/wishes")
async def set_wishes(page: SignedIn) -> Response:
    """Save the boxes that were changed on this page: what another page changed meanwhile stays as it is there."""
    form = await read_form(page.request)
    try:
        for name, shown in form.values.items():
            cell = name.removeprefix(_SHOWN)
            wanted = form.checked(_WANTED + cell)
            if cell == name or wanted == (shown == "yes"):
                continue
            kind, _, channel = cell.partition(".")
            values = {"kind": kind, "channel": channel, "wanted": wanted}
            await page.clients.preferences.SetPreference(of_json(pb.SetPreferenceRequest, values))
    except DomainError as error:
        return await _page(page, refused(error), None)
    return page.redirect(f"{_HERE}?done=wishes_of_notices")


@router.post("/language")
async def set_language(page: SignedIn) -> Response:
    """Choose the language of what is written from now on."""
    form = await read_form(page.request)
    try:
        await page.clients.preferences.SetLanguage(pb.SetLanguageRequest(language=form.get("language")))
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect(f"{_HERE}?done=language#language")


@router.post("/addresses")
async def start_address(page: SignedIn) -> Response:
    """Send a code to an e-mail address; for WeChat, show the picture to scan, this once."""
    form = await read_form(page.request)
    channel = form.get("channel")
    request = pb.StartAddressRequest(
        channel=_channel(channel), address=form.get("address")[:254], idempotency_key=form.key
    )
    try:
        if channel == "email" and not request.address:
            raise DomainError(Kind.INVALID, "FIELD_MISSING", "请填写邮箱地址。", field="address")
        answer = await page.clients.preferences.StartAddress(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    if not answer.scan_url:
        return page.redirect(f"{_HERE}?done=code_sent#address-{answer.address.address_id}")
    return await _scan(page, answer.address.address_id, answer)


@router.get("/addresses/{address_id}")
async def scanned(page: SignedIn, address_id: str) -> Response:
    """Whether the picture was scanned: goes on to the settings once it was, or when nothing waits any more."""
    found = await page.clients.preferences.GetPreferences(pb.GetPreferencesRequest())
    address = next((each for each in found.addresses if each.address_id == address_id), None)
    if address is None:
        return page.redirect(_HERE)
    if address.HasField("verified_at"):
        return page.redirect(f"{_HERE}?done=wechat_bound#addresses")
    return await _scan(page, address_id, None)


@router.post("/addresses/{address_id}/code")
async def confirm_address(page: SignedIn, address_id: str) -> Response:
    """Prove an e-mail address by its code."""
    form = await read_form(page.request)
    code = form.get("code")
    try:
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            raise DomainError(Kind.INVALID, "CODE_FORMAT", "验证码为 6 位数字。", field="code")
        await page.clients.preferences.ConfirmAddress(pb.ConfirmAddressRequest(address_id=address_id, code=code))
    except DomainError as error:
        return await _page(page, refused(error), form, address_id)
    return page.redirect(f"{_HERE}?done=address_proved#addresses")


@router.post("/addresses/{address_id}/removal")
async def remove_address(page: SignedIn, address_id: str) -> Response:
    """Forget an address."""
    try:
        await page.clients.preferences.RemoveAddress(pb.RemoveAddressRequest(address_id=address_id))
    except DomainError as error:
        return await _page(page, refused(error), None)
    return page.redirect(f"{_HERE}?done=address_removed#addresses")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None, address_id: str = "") -> Response:
    """The whole page; `address_id` is the one whose code was refused."""
    found = to_page(await page.clients.preferences.GetPreferences(pb.GetPreferencesRequest()))
    cells: dict[str, dict[str, Any]] = {}
    for each in found["preferences"]:
        cells.setdefault(each["kind"], {})[each["channel"]] = each
    shown = {channel for row in cells.values() for channel in row}
    channels = [channel for channel in words.CHANNELS if channel in shown]
    reached = {each["channel"] for each in found["addresses"] if each["verified_at"] and not each["blocked"]}
    addresses = [each for each in found["addresses"] if each["channel"] in words.CHANNELS]
    return await page.html(
        "notice_settings.html",
        status=refusal.status if refusal else 200,
        refusal=_pointed(refusal, address_id),
        errors=refusal.errors if refusal else {},
        values=posted.shown() if posted is not None else {},
        words_of=words,
        kinds=[kind for kind in words.KINDS if kind in cells],
        channels=channels,
        cells=cells,
        unreached=[channel for channel in channels if channel in _PROVABLE and channel not in reached],
        addresses=addresses,
        has=[each["channel"] for each in addresses],
        refused_address=address_id,
        language=found["language"],
        keeps=await _keeps(page),
    )


def _pointed(refusal: Refusal | None, address_id: str) -> Refusal | None:
    """A refusal whose sentence about a code leads to the one input of several that is meant.

    What is said of a channel has no input of its own: it stands once, at the top.
    """
    if refusal is None:
        return None
    errors = {name: told for name, told in refusal.errors.items() if name != "channel"}
    return replace(refusal, errors=errors, links=refusal.links | {"code": f"#code-{address_id}"})


async def _keeps(page: Page) -> bool:
    """Whether messages are kept here in place of being sent: then there is a page that shows them."""
    try:
        await page.clients.deliveries.ListKept(deliveries.ListKeptRequest(page_size=1))
    except DomainError as error:
        if error.kind in {Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.UNAVAILABLE}:
            return False
        raise
    return True


async def _scan(page: Page, address_id: str, answer: pb.StartAddressResponse | None) -> Response:
    """The picture with a part that waits for the scan; without `answer` only that part."""
    until = instant_of(answer.expires_at) if answer is not None and answer.HasField("expires_at") else None
    return await page.html(
        "wechat.html",
        code=qr(answer.scan_url) if answer is not None else "",
        until=until,
        now=datetime.now(UTC),
        link=answer.scan_url if answer is not None else "",
        again=f"{_HERE}/addresses/{address_id}",
    )


def _channel(name: str) -> Any:
    return enum_label(delivery_pb2.Channel.DESCRIPTOR, name)
