"""Pages behind a posted form, in a real browser: looked at by axe, no wider than the screen, without script too."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.support.portal_accounts import CAPTCHA, CODE, PASSWORD, TOTP, hat_of
from tests.support.portal_browser import DESK, PHONE, Desk, needs_chromium, open_desk
from tests.support.portal_desk import INVITATION
from tests.support.portal_upstream import Upstream

pytestmark = needs_chromium


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """The portal before the stand-ins, and a browser."""
    async with open_desk(Upstream()) as opened:
        yield opened


async def _look(page: Page, width: int) -> list[str]:
    """What is wrong with the page as it stands."""
    found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
    widest = await page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    faults = [
        f"{page.url}: {each['id']}: {[node['html'][:120] for node in each['nodes']]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
    return faults + ([f"{page.url} is {widest} px wide"] if widest > width else [])


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_registering_and_enrolling_keep_nobody_out(desk: Desk, width: int) -> None:
    faults: list[str] = []
    async with desk.page("", width) as page:
        await page.goto("/register")
        await page.select_option("#document_type", "passport")
        assert await page.is_visible("#birth_date")
        await page.select_option("#document_type", "resident_id")
        assert not await page.is_visible("#birth_date")
        await page.fill("#name", "王某")
        await page.fill("#document_number", "37010219990101123X")
        await page.fill("#captcha_answer", CAPTCHA)
        await page.press("#captcha_answer", "Enter")
        await page.wait_for_url("**/register/account")
        await page.fill("#mobile", "13800000000")
        await page.click("text=发送验证码")
        await page.wait_for_selector(".send-code .done")
        faults += await _look(page, width)
        await page.fill("#code", CODE)
        await page.fill("#login", "wang")
        await page.fill("#password", PASSWORD)
        await page.fill("#password_again", PASSWORD)
        await page.press("#password_again", "Enter")
        await page.wait_for_url("**/register/done")
        await page.goto("/enrol")
        await page.click("text=使用验证器应用")
        await page.wait_for_selector(".scan-code")
        faults += await _look(page, width)
        await page.fill("#code", TOTP)
        await page.press("#code", "Enter")
        await page.wait_for_selector(".codes")
        faults += await _look(page, width)
    async with desk.page("", width) as page:
        await page.goto(f"/invitation#{INVITATION}")
        await page.wait_for_selector("#password_again")
        faults += await _look(page, width)
    assert faults == []
    assert desk.complaints == []


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_desks_keep_nobody_out(desk: Desk, width: int) -> None:
    identity = desk.upstream.identity
    identity.accounts["administrator"].two_factors = True
    identity.accounts["reviewer"].hats.append(hat_of("base_administrator", "SD-QILU"))
    faults: list[str] = []
    async with desk.page("", width) as page:
        await page.goto("/sign-in?next=/staff")
        await page.fill("#login", "administrator")
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await page.wait_for_selector("#totp")
        faults += await _look(page, width)
        await page.fill("#totp", TOTP)
        await page.press("#totp", "Enter")
        await page.wait_for_url(f"{desk.address}/staff")
        await page.goto(f"/staff/hats/{desk.upstream.staff.member.hat.hat_id}")
        faults += await _look(page, width)
    async with desk.page("reviewer", width) as page:
        await page.goto("/choose-hat")
        faults += await _look(page, width)
    async with desk.page("applicant", width) as phone, desk.page("", width) as page:
        await page.goto("/sign-in/scan")
        await page.wait_for_selector(".scan-code")
        await phone.goto(f"/scan/{next(iter(identity.tickets))}")
        faults += await _look(phone, width)
    async with desk.page("support", width) as page:
        await page.goto("/support")
        await page.fill("#login", "applicant")
        await page.press("#login", "Enter")
        await page.click("main >> text=办理")
        await page.fill("#reason", "工单 17")
        await page.click("button:text-is('代为查看')")
        await page.wait_for_selector(".acting")
        faults += await _look(page, width)
        await page.click(".acting button")
        await page.wait_for_selector(".acting", state="detached")
    assert faults == []
    assert desk.complaints == []


@pytest.mark.parametrize("script", [True, False])
async def test_a_proof_is_asked_for_and_the_form_goes_on(desk: Desk, script: bool) -> None:
    hat = desk.upstream.staff.member.hat.hat_id
    async with desk.context(java_script_enabled=script) as context:
        token = desk.upstream.identity.token("administrator", proved=False)
        await context.add_cookies([{"name": "residency_session", "value": token, "url": desk.address}])
        page = await context.new_page()
        await page.goto(f"/staff/hats/{hat}")
        await page.fill("#reason", "离岗进修")
        await page.click("button:text-is('停用')")
        await page.fill("#totp", TOTP)
        await page.press("#totp", "Enter")
        if not script:
            await page.click("button:text-is('继续')")
        await page.wait_for_url("**/staff?done=suspended")
    assert desk.upstream.staff.done == [("suspend", "离岗进修")]
