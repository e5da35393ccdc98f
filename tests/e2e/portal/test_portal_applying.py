"""An applicant in a real browser before a real enrollment: education, a portrait, submitting, the printed form.

Needs Chromium from the system (`apt-get install chromium`); skipped, and said so, where there is none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P1
from services.enrollment.handlers.applications import SaveSection
from services.kit.domain import Caller
from tests.handlers.enrollment.story import DOSSIER, MEDICINE, QILU, Stage, key
from tests.support import pictures
from tests.support.portal_browser import PHONE, Desk, needs_chromium, open_desk
from tests.support.portal_stage import staged

pytestmark = needs_chromium


@pytest_asyncio.fixture
async def front(database_url: Callable[[str], str]) -> AsyncIterator[tuple[Desk, Stage]]:
    """The portal and a browser before an enrollment in registration."""
    async with staged(database_url("enrollment")) as whole, open_desk(whole.upstream) as desk:
        await whole.stage.stand(P1)
        yield desk, whole.stage


async def test_from_education_to_the_printed_form(front: tuple[Desk, Stage], tmp_path: Path) -> None:
    desk, stage = front
    person = Caller(desk.upstream.identity.people["applicant"][0], "applicant")
    await stage.start(person)
    for section in (Section.BASIC, Section.CERTIFICATES, Section.WORK):
        await stage.applications.save_section(person, SaveSection(stage.cycle_id, section, DOSSIER[section], 0, key()))
    await stage.choose(person, Choice(QILU, MEDICINE, True))
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(pictures.portrait("#2040a0"))
    async with desk.page("applicant", PHONE) as page:
        await _education(page)
        await _portrait(page, photo)
        await page.goto("/application/check")
        await page.click("button:has-text('提交报名信息')")
        assert "待审核" in await page.inner_text("#standing")
        async with page.expect_download() as taken:
            await page.click("text=下载报名表")
        assert (await (await taken.value).path()).read_bytes().startswith(b"%PDF")
        await page.goto("/application")
        found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
        assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
    # The warned picture was answered with 422, which browsers mention.
    assert [each for each in desk.complaints if "422" not in each] == []


async def _education(page: Page) -> None:
    """Only what was said yes to is asked for."""
    await page.goto("/application/sections/education")
    assert not await page.is_visible("#bachelor_school")
    for level in ("doctor", "master", "junior_college", "secondary"):
        await page.check(f"input[name={level}][value=no]")
    await page.check("input[name=bachelor][value=yes]")
    assert await page.is_visible("#bachelor_school")
    for name, value in DOSSIER[Section.EDUCATION].items():
        if not name.startswith("bachelor_"):
            continue
        if isinstance(value, bool):
            await page.check(f"input[name={name}][value={'yes' if value else 'no'}]")
        elif await page.locator(f"select#{name}").count():
            await page.select_option(f"#{name}", value)
        else:
            await page.fill(f"#{name}", value)
    await page.click("text=保存并继续")
    await page.wait_for_url("**/application/sections/certificates?done=saved")


async def _portrait(page: Page, photo: Path) -> None:
    """A warning is overruled without choosing the picture again, and what was typed meanwhile stays."""
    await page.goto("/application/sections/basic")
    await page.fill("#qq", "10001")
    await page.set_input_files("#portrait", photo)
    await page.locator("[data-chosen=portrait] canvas").wait_for(timeout=5000)
    await page.click("button[data-upload=portrait]")
    await page.check("input[name=accept_warnings]")
    await page.click("button[data-upload=portrait]")
    await page.locator(".pictures img").wait_for(timeout=5000)
    assert await page.evaluate("document.querySelector('.pictures img').naturalWidth") > 0
    assert await page.input_value("#qq") == "10001"
    await page.click("text=暂存，稍后再填")
