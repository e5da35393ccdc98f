"""On paper (PUB-22) and near the end (PUB-21): what is printed lies as it must, a deadline is said, pages fit."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect
from pypdf import PdfReader

from residency.faculty.v1 import assignment_service_pb2, roster_service_pb2
from tests.support import portal_samples
from tests.support.portal_browser import DESK, PHONE, Desk, needs_chromium, open_desk
from tests.support.portal_upstream import Upstream

pytestmark = needs_chromium
ONE = "0190aaaa-0000-7000-8000-000000000001"
NARROWEST = 320
PAGES = {
    "": ("/bases/SD-QILU", "/en/bases/SD-QILU", "/board", "/en/board"),
    "system": ("/deliveries", "/en/deliveries", "/organisations", "/en/organisations"),
    "support": ("/told", "/en/told"),
    "province": ("/exports", "/en/exports"),
}


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    upstream = Upstream()
    portal_samples.fill(upstream)
    async with open_desk(upstream) as opened:
        yield opened


async def test_roster_and_grid_are_printed_lengthwise_and_all_else_upright(desk: Desk) -> None:
    teaching = desk.upstream.teaching
    months = [f"2026-{month:02}" for month in range(7, 13)]
    grid = assignment_service_pb2.GetGridResponse(months=months)
    for number in range(30):
        row = grid.rows.add(trainee_id=ONE, name=f"学员{number}", cohort=2026)
        for month in months:
            row.cells.add(month=month, teacher_name="李带教", state="auto", department_code="SD-QILU-NK")
    teaching["AssignmentService"].answers["GetGrid"] = grid
    roster = roster_service_pb2.GetRosterResponse()
    roster.roster.state = "checked"
    roster.rows.add(name="王某")
    teaching["RosterService"].answers["GetRoster"] = roster
    printed = {"/rotations": True, f"/teaching/rosters/{ONE}": True, "/teaching/batches": False}
    async with desk.page("teaching") as page:
        for path, lengthwise in printed.items():
            await page.goto(path)
            paper = PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True)))
            boxes = {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in paper.pages}
            assert boxes == {(842, 595) if lengthwise else (595, 842)}, path
            text = "".join(sheet.extract_text() for sheet in paper.pages)
            assert "退出" not in text  # the frame stays on the screen


async def test_a_deadline_is_said_an_hour_before_and_as_it_passes(desk: Desk) -> None:
    async with desk.page() as page:
        await page.clock.install()
        await page.goto("/")
        until = await page.evaluate("""() => {
            const place = document.querySelector("#strip [data-until]");
            return (Date.parse(place.dataset.until) - Date.parse(place.dataset.now)) / 1000;
        }""")
        said = page.locator("#deadline")
        await expect(said).to_have_text("")
        await page.clock.fast_forward(int((until - 3500) * 1000))
        await expect(said).to_have_text("距截止还有 60 分钟。")
        await page.clock.fast_forward(1000 * 60 * 40)
        await expect(said).to_have_text("距截止还有 30 分钟。")
        await page.clock.fast_forward(1000 * 60 * 18)
        await expect(said).to_have_text("距截止还有 1 分钟。")
        await page.clock.fast_forward(1000 * 60 * 2)
        await expect(said).to_have_text("已到截止时间。")


@pytest.mark.parametrize("width", [NARROWEST, PHONE, DESK])
async def test_pages_of_the_system_fit_and_are_accessible(desk: Desk, width: int) -> None:
    for login, paths in PAGES.items():
        async with desk.page(login, width) as page:
            for path in paths:
                await page.goto(path)
                widest = await page.evaluate("document.documentElement.scrollWidth")
                assert widest <= width, (path, widest)
                found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
                assert [(path, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert desk.complaints == []


async def test_the_bar_of_a_teaching_department_is_one_line(desk: Desk) -> None:
    async with desk.page("teaching") as page:
        for path in ("/desk", "/en/desk"):
            await page.goto(path)
            assert await page.evaluate("document.querySelector('.top').getBoundingClientRect().height") < 60
