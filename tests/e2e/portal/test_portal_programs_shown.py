"""Pages about an organisation's programs, and pages that refuse: legible and within the screen, in both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from services.kit.messaging import Messaging
from services.portal.app import Edge as Limited
from services.portal.app import build
from services.portal.edge.cookies import SESSION
from services.portal.edge.limits import Rate
from tests.support.portal_browser import DESK, PHONE, desk_before, needs_chromium
from tests.support.portal_programs import APPROVED, Edge, hidden_date, programs
from tests.support.portal_story import keyed
from tests.support.portal_upstream import Upstream

pytestmark = needs_chromium
LANGUAGES = ("", "/en")


@pytest_asyncio.fixture
async def edge(
    database_url: Callable[[str], str], messaging: Messaging, nats_url: str, tmp_path: Path
) -> AsyncIterator[Edge]:
    async with programs(database_url, nats_url, tmp_path) as opened:
        yield opened


async def legible(page: Page, width: int) -> None:
    """Nothing that axe finds, and nothing wider than the screen."""
    found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
    assert [(page.url, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_pages_of_programs_fit_and_are_legible(edge: Edge, width: int) -> None:
    administrator = await edge.people.staff("base_administrator")
    async with edge.browser(administrator) as browser:
        day = hidden_date((await browser.get("/service-accounts")).text)
        scopes = {"scopes.enrollment.read": "yes", "scopes.notify.read": "yes"}
        account = {"name": "医院信息系统", "role": "base_reviewer", "expires_at": day} | scopes
        assert "svc_" in (await browser.post("/service-accounts", data=keyed(**account))).text
        long = f"{edge.receiver.url}/{'x' * 150}"
        made = await browser.post("/webhooks", data=keyed(name="医院信息系统", url=long, **APPROVED))
    one = re.search(r"/webhooks/[0-9a-f-]{36}", made.text)
    assert one is not None
    async with desk_before(edge.upstream) as desk, desk.page("", width) as page:
        await page.context.add_cookies([{"name": SESSION, "value": administrator.token, "url": desk.address}])
        for language in LANGUAGES:
            for path in ("/service-accounts", "/webhooks", one.group(0)):
                await page.goto(language + path)
                for folded in await page.locator("details").all():
                    await folded.evaluate("part => { part.open = true; }")
                await legible(page, width)
            await page.goto(f"{language}/webhooks")
            await page.fill("#name-new", "医院信息系统")
            await page.fill("#url-new", "https://hospital.example/hook")
            await page.locator("form[action$='/webhooks'] button").click()
            await legible(page, width)
            await page.locator("[data-focus] a").click()
            await expect(page.locator(":focus")).to_have_attribute("type", "checkbox")
        await page.goto("/service-accounts")
        ways = [await each.bounding_box() for each in await page.locator("td.acts > form").all()]
        assert len({box["x"] for box in ways if box is not None}) == 1, "the ways to act stand under each other"
    assert [each for each in desk.complaints if "422" not in each] == []


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("status", [404, 429, 503])
async def test_pages_that_refuse_are_legible(tmp_path: Path, status: int, width: int) -> None:
    upstream, closed = Upstream(), tmp_path / "maintenance"
    await upstream.start()
    few = Rate(1, 1) if status == 429 else Rate(600, 600)
    upstream.app = build(upstream.portal, upstream.hub, Limited(account=few, address=few, maintenance=closed))
    if status == 503:
        closed.write_text(f"{(datetime.now(UTC) + timedelta(hours=1)).isoformat()}\n数据库升级。", "utf-8")
    async with desk_before(upstream) as desk, desk.page("", width) as page:
        for language in LANGUAGES:
            answers = [await page.goto(f"{language}/nowhere") for _ in range(2)]
            assert answers[-1] is not None
            assert answers[-1].status == status
            await legible(page, width)
    await upstream.hub.stop()
    await upstream.stop()
