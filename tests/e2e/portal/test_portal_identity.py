"""The portal before the real identity, in real browsers: three steps, a scanned code, a passkey, an ended session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Page, Response, expect

from services.kit.domain import DomainError
from services.portal.edge.cookies import REFRESH, SCAN
from services.stack.accounts import Post
from tests.support import people
from tests.support.people import Account, People
from tests.support.portal_browser import PHONE, Desk, needs_chromium, open_desk
from tests.support.portal_upstream import Upstream
from tests.support.wait import eventually

pytestmark = needs_chromium


@dataclass(frozen=True, slots=True)
class Town:
    """A real identity with the portal before it."""

    desk: Desk
    crowd: People
    database_url: str


@pytest_asyncio.fixture
async def town(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """Identity as its process composes it; enrollment, faculty and notify are stand-ins."""
    url = database_url("identity")
    async with people.identity(url, nats_url, tmp_path) as crowd:
        await crowd.organise()
        async with open_desk(Upstream(crowd.address)) as desk:
            yield Town(desk, crowd, url)


async def _sign_in(page: Page, account: Account, path: str = "/sign-in") -> None:
    await page.goto(path)
    await page.fill("#login", account.login)
    await page.fill("#password", account.password)
    await page.press("#password", "Enter")


@pytest.mark.parametrize("script", [True, False])
async def test_registering_in_three_steps_on_a_phone(town: Town, script: bool) -> None:
    accounts = town.crowd.accounts
    async with town.desk.page("", PHONE, java_script_enabled=script) as page:
        await page.goto("/register")
        await page.fill("#name", "测试甲")
        await page.fill("#document_number", people.resident_id(77))
        await page.fill("#captcha_answer", "wrong")
        await page.press("#captcha_answer", "Enter")
        await expect(page.locator("#summary")).to_be_visible()
        assert await page.input_value("#name") == "测试甲"
        await page.click("text=换一张")
        await expect(page.locator("#captcha_answer")).to_have_value("")
        captcha = await page.input_value("[name=captcha_id]", strict=True)
        await page.fill("#captcha_answer", await accounts.captcha_answer(captcha))
        await page.press("#captcha_answer", "Enter")
        await page.wait_for_url("**/register/account")
        await page.fill("#mobile", "13800000077")
        if script:
            await page.fill("#password", people.PASSWORD)
        await page.click("text=发送验证码")
        await expect(page.locator(".send-code .done")).to_be_visible()
        if script:
            assert await page.input_value("#password") == people.PASSWORD  # nothing typed is lost
            await expect(page.locator(".send-code button")).to_be_disabled()
        await page.fill("#code", await accounts.newest_code("13800000077", "registration"))
        await page.fill("#login", "phone.person")
        await page.fill("#password", people.PASSWORD)
        await page.fill("#password_again", people.PASSWORD)
        await page.press("#password_again", "Enter")
        await page.wait_for_url("**/register/done")
        assert "账号已开通" in await page.inner_text("main")
        await page.goto("/account")
        assert "3701************" in await page.inner_text("main")
        assert "138****0077" in await page.inner_text("main")


async def test_the_same_document_twice_is_led_to_recovery(town: Town) -> None:
    known = await town.crowd.register_applicant()
    async with town.desk.page() as page:
        await page.goto("/register")
        await page.fill("#name", known.name)
        await page.fill("#document_number", known.document)
        captcha = await page.input_value("[name=captcha_id]", strict=True)
        await page.fill("#captcha_answer", await town.crowd.accounts.captcha_answer(captcha))
        await page.press("#captcha_answer", "Enter")
        await page.click("main >> text=找回密码")
        await page.wait_for_url("**/recover")
        await _backdate(town, "UPDATE text_code SET sent_at = $1", minutes=2)  # one code a minute to a number
        await page.fill("#login", known.login)
        await page.fill("#mobile", known.mobile)
        captcha = await page.input_value("[name=captcha_id]", strict=True)
        await page.fill("#captcha_answer", await town.crowd.accounts.captcha_answer(captcha))
        await page.press("#captcha_answer", "Enter")
        await expect(page.locator("main")).to_contain_text("如果登录名与手机号码相符")
        await page.fill("#code", await _recovery_code(town, known.mobile))
        await page.fill("#new_password", "An-other-long-password-9")
        await page.fill("#password_again", "An-other-long-password-9")
        await page.press("#password_again", "Enter")
        await page.wait_for_url("**/sign-in?done=reset")
        await page.fill("#login", known.login)
        await page.fill("#password", "An-other-long-password-9")
        await page.press("#password", "Enter")
        await page.wait_for_url("**/application")


async def _recovery_code(town: Town, mobile: str) -> str:
    """The code that was sent; it leaves after the answer, whose time tells nobody whether there is an account."""

    async def sent() -> str:
        try:
            return await town.crowd.accounts.newest_code(mobile, "recovery")
        except DomainError:
            return ""

    return await eventually(sent, "a recovery code was sent")


async def _scanned(desktop: Page) -> tuple[str, str]:
    """The ticket's path as the code names it, and the number beside."""
    await desktop.goto("/sign-in/scan?next=/messages")
    await desktop.click("text=无法扫码？")
    shown = desktop.locator(".link-text", has_text="/scan/")
    await shown.wait_for()
    link = await shown.inner_text()
    return link[link.index("/scan/") :], (await desktop.inner_text(".scan-number")).strip()


async def test_scan_05_a_phone_signs_a_desktop_in_once(town: Town) -> None:
    anna = await town.crowd.register_applicant()
    desk = town.desk
    async with desk.context() as desktop, desk.context(PHONE) as phone, desk.context() as replay:
        page, hand = await desktop.new_page(), await phone.new_page()
        path, number = await _scanned(page)
        await hand.goto(path)  # not signed in yet: signs in first, then comes back to the ticket
        await hand.wait_for_url(f"**/sign-in?next={path}")
        await hand.fill("#login", anna.login)
        await hand.fill("#password", anna.password)
        await hand.press("#password", "Enter")
        await hand.wait_for_url(f"**{path}")
        assert "Chrome" in await hand.inner_text(".pairs")
        assert "127.0.0.1" in await hand.inner_text(".pairs")
        assert await hand.locator(".numbers button").count() == 3
        await expect(page.locator("#scan")).to_contain_text("手机已扫码")  # by itself
        stolen = [each for each in await desktop.cookies() if each["name"] == SCAN]
        await hand.click(f".numbers button:text-is('{number}')")
        await expect(hand.locator("main [role=status]")).to_contain_text("已确认")
        await page.wait_for_url(f"{desk.address}/messages")  # by itself, as whoever held the phone
        assert anna.name in await page.inner_text("header")
        assert {REFRESH} <= {str(each["name"]) for each in await desktop.cookies()}
        # Once: whoever copied the desktop's cookie beforehand gets nothing, nor does the phone's page work again.
        await replay.add_cookies([{"name": SCAN, "value": str(stolen[0]["value"]), "url": desk.address}])
        again = await replay.new_page()
        await again.goto("/sign-in/scan")
        await expect(again.locator("#scan")).to_contain_text("二维码已失效")
        await hand.goto(path)
        await expect(hand.locator("main [role=status]")).to_contain_text("失效")


async def test_scan_02_a_foreign_an_old_and_a_refused_ticket_sign_nobody_in(town: Town) -> None:
    anna = await town.crowd.register_applicant()
    desk = town.desk
    async with desk.context() as desktop, desk.context(PHONE) as phone, desk.context() as thief:
        page, hand, foreign = await desktop.new_page(), await phone.new_page(), await thief.new_page()
        await _sign_in(hand, anna)
        # Foreign: another browser knows the ticket (it stood on a screen), but not the secret of the one that asked.
        path, number = await _scanned(page)
        forged = f"{path.removeprefix('/scan/')}.{'x' * 43}.{number}.4000000000"
        await thief.add_cookies([{"name": SCAN, "value": forged, "url": desk.address}])
        await foreign.goto("/sign-in/scan")
        await expect(foreign.locator("#scan")).to_contain_text("二维码已失效")
        # Refused on the phone, by a number that the desktop does not show.
        await hand.goto(path)
        wrong = hand.locator(".numbers button").filter(has_not_text=number).first
        await wrong.click()
        await expect(page.locator("#scan")).to_contain_text("已拒绝")
        await page.click("text=换一个二维码")
        # Old: its two minutes are over.
        path, _ = await _scanned(page)
        await _backdate(town, "UPDATE scan_ticket SET expires_at = $1", minutes=1)
        await hand.goto(path)
        await expect(hand.locator("main [role=status]")).to_contain_text("失效")
        await page.reload()
        await expect(page.locator("#scan")).to_contain_text("二维码已失效")
        for context in (desktop, thief):
            assert not [each for each in await context.cookies() if each["name"] == REFRESH]


async def _backdate(town: Town, statement: str, *, minutes: int) -> None:
    """Let time have passed: `statement` sets an instant to $1."""
    connection = await asyncpg.connect(town.database_url)
    await connection.execute(statement, datetime.now(UTC) - timedelta(minutes=minutes))
    await connection.close()


async def test_cred_03_staff_enrol_a_passkey_sign_in_and_prove_with_it(town: Town) -> None:
    await town.crowd.staff("base_administrator")  # the base has one already, whom nobody needs here
    secret = await town.crowd.accounts.invite(
        Post("base_reviewer", people.BASE, "测试乙", "13900000099", "passkey.person", people.PASSWORD)
    )
    async with town.desk.context() as context:
        page = await context.new_page()
        town.desk.listen(page)
        cdp = await context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        device |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": device})
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        await page.goto(f"/invitation#{secret}")  # the secret leaves the address, and only a form carries it
        await expect(page.locator("main")).to_contain_text("测试乙")
        assert page.url.endswith("/invitation")
        assert not [url for url in sent if secret in url.split("#")[0]]
        await page.fill("#login", "passkey.person")
        await page.fill("#password", people.PASSWORD)
        await page.fill("#password_again", people.PASSWORD)
        await page.press("#password_again", "Enter")
        await page.wait_for_url("**/enrol")
        await page.click("button:has-text('使用通行密钥')")
        await page.fill("#label", "办公室电脑")
        await page.click("text=创建通行密钥")
        await page.wait_for_url("**/base")  # goes on with the hat
        await page.click("text=退出")
        await page.goto("/sign-in?next=/account")
        await page.fill("#login", "passkey.person")
        await page.fill("#password", people.PASSWORD)
        await page.press("#password", "Enter")
        await page.click("button:has-text('使用通行密钥')")
        await page.wait_for_url("**/account")
        assert "办公室电脑" in await page.inner_text("#factors")
        await page.goto("/prove?next=/account/password")
        await page.click("button:has-text('使用通行密钥')")
        await page.wait_for_url("**/account/password")
    assert town.desk.complaints == []


async def test_ses_06_a_stolen_refresh_token_ends_the_session_and_the_page_says_why(town: Town) -> None:
    anna = await town.crowd.register_applicant()
    desk = town.desk
    async with desk.context() as own, desk.context() as thief:
        page, other = await own.new_page(), await thief.new_page()
        await _sign_in(page, anna)
        await page.wait_for_url("**/application")
        refresh = next(str(each["value"]) for each in await own.cookies() if each["name"] == REFRESH)
        await thief.add_cookies([{"name": REFRESH, "value": refresh, "url": desk.address}])
        await other.goto("/application")  # the thief was faster: the pair is exchanged
        await _backdate(town, "UPDATE session SET rotated_at = $1", minutes=1)  # no grace for a lost answer any more
        await own.clear_cookies(name="residency_session")
        await page.goto("/application")
        await page.wait_for_url("**/sign-in?**REFRESH_REUSED")
        assert "重复使用" in await page.inner_text("main")
        answer: Response | None = await other.goto("/account")
        assert answer is not None
        assert "/sign-in" in other.url
