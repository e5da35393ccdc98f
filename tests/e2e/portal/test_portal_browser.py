"""The pages in a real browser: phone width, no complaint in the console, live parts, focus on errors, no script at all.

Needs Chromium from the system (`apt-get install chromium`); skipped, and said so, where there is none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe

from residency.enrollment.v1 import application_pb2, events_pb2
from residency.notify.v1 import events_pb2 as notify_events_pb2
from tests.support.portal_browser import DESK, PHONE, Desk, needs_chromium, open_desk
from tests.support.portal_catalogue import CYCLE, QILU
from tests.support.portal_notify import TOKEN
from tests.support.portal_samples import ONE, fill
from tests.support.portal_story import submitted
from tests.support.portal_upstream import Upstream

PREFIX = "residency.enrollment.v1."

pytestmark = needs_chromium


ONCE = (
    *("/lists/", "/form/", "/application/wishes", "/base/ranking", "/base/scores", "/base/places", "/province/"),
    *("/unsubscribe/", "/outbox"),
)
"""Made of the same parts as others: looked at by axe on a phone only, where they are narrow."""


def pages(application: str) -> dict[str, list[str]]:
    """The main pages by who looks at them; `application` is one that was submitted."""
    return {
        "": [
            *("/", "/board", "/board?base_code=SD-QILU", "/register", "/sign-in", "/sign-in/scan", "/recover"),
            *("/invitation", f"/lists/{ONE}", "/form/ABCDEF", f"/calendar/{CYCLE}/SD-QILU", f"/unsubscribe/{TOKEN}"),
        ],
        "applicant": [
            "/application",
            *("/application/sections/basic", "/application/sections/education", "/application/wishes"),
            "/application/choice",
            "/application/check",
            "/application/withdraw",
            *("/messages", "/settings/notices", "/outbox"),
            *("/account", "/account/password", "/account/mobile", "/account/binding", "/enrol", "/choose-hat"),
            *("/prove?next=/account", "/register/done"),
        ],
        "reviewer": ["/base", f"/base/applications/{application}", "/base/milestones"],
        "administrator": [
            *("/base?state=pending", f"/base/applications/{application}", "/base/milestones", "/messages"),
            *("/base/ranking?specialty_code=0100", "/base/scores?specialty_code=0100", "/base/places"),
        ],
        "province": [
            *("/province", "/staff", "/staff/invite", "/support/held", "/province/requests", "/province/policy"),
            *(f"/province/reallocation/{ONE}", "/province/calendar", "/province/calendar/edit"),
            *("/province/campaigns/new?template=campaign_round_open", f"/province/campaigns/{ONE}"),
        ],
        "teaching": ["/desk"],
        "security": ["/proposals", "/support"],
        "support": ["/support", f"/support/persons/{application}", f"/support/persons/{application}/unlocks"],
        "auditor": ["/security-events"],
        "teacher": ["/faculty", "/faculty/contact"],
    }


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """The portal before the fake upstream, and a browser."""
    async with open_desk(Upstream()) as opened:
        yield opened


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_no_page_scrolls_sideways_or_complains(desk: Desk, width: int) -> None:
    application = await submitted(desk.upstream)
    fill(desk.upstream)
    for login, own in pages(application).items():
        async with desk.page(login, width) as page:
            for path in own:
                await page.goto(path)
                widest = await page.evaluate(
                    "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
                )
                assert widest <= width, f"{path} is {widest} px wide"
    assert desk.complaints == []


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_no_page_keeps_anybody_out(desk: Desk, width: int) -> None:
    """axe sees about a third of WCAG 2.2 AA; what it calls serious or critical is a fault."""
    application = await submitted(desk.upstream)
    desk.upstream.notify.write("审核通过", "您的报名已审核通过。")
    fill(desk.upstream)
    axe = Axe()
    faults: list[str] = []
    for login, own in pages(application).items():
        async with desk.page(login, width) as page:
            for path in own:
                if width == DESK and path.startswith(ONCE):
                    continue
                await page.goto(path)
                found = (await axe.run(page, options={"resultTypes": ["violations"]})).response["violations"]
                faults += [
                    f"{path}: {each['id']} ({each['impact']}): {[node['html'][:120] for node in each['nodes']]}"
                    for each in found
                    if each["impact"] in {"serious", "critical"}
                ]
    assert faults == []
    assert desk.complaints == []


async def test_a_refused_form_has_the_focus_on_its_summary(desk: Desk) -> None:
    async with desk.page() as page:
        await page.goto("/register")
        await page.fill("#name", "王某")
        await page.click("form.card button.main")
        assert await page.evaluate("document.activeElement.id") == "summary"
        assert await page.input_value("#name") == "王某"
        await page.click(".summary a[href='#captcha_answer']")
        assert await page.evaluate("document.activeElement.id") == "captcha_answer"


async def test_the_applicants_page_changes_by_itself(desk: Desk) -> None:
    application = await submitted(desk.upstream)
    case = desk.upstream.enrollment.case(application)
    async with desk.page("applicant", PHONE) as page:
        async with page.expect_response(lambda answer: "/live?" in answer.url):
            await page.goto("/application")
        assert "待审核" in await page.inner_text("#standing")
        case.application.state = application_pb2.APPLICATION_STATE_APPROVED
        case.note("approve_application", "base_reviewer")
        desk.upstream.notify.write("审核通过", "您的报名已审核通过。")
        fact = events_pb2.ApplicationFact(person_id=case.person_id, base_code="SD-QILU")
        body = events_pb2.ApplicationReviewed(application=fact, approved=True).SerializeToString()
        desk.upstream.hints.say(f"{PREFIX}application.reviewed", body)
        written = notify_events_pb2.MessageWritten(person_id=case.person_id).SerializeToString()
        desk.upstream.hints.say("residency.notify.v1.message.written", written)
        await page.locator("#standing .tag", has_text="审核通过").wait_for(timeout=5000)
        await page.locator("#unread .count", has_text="1").wait_for(timeout=5000)
    assert desk.complaints == []


@pytest.mark.parametrize("prefix", ["", "/en"])
async def test_the_board_is_brought_to_the_page_without_another_question(
    desk: Desk, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk.page() as page:
        async with page.expect_response(lambda answer: "/live?" in answer.url) as opened:
            await page.goto(f"{prefix}/board?base_code=SD-QILU")
        assert (await opened.value).headers["content-encoding"] == "gzip"
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)
        before = await page.inner_text("#board tfoot td >> nth=1")
        monkeypatch.setitem(QILU, "0100", (71, 39, 0))
        fact = events_pb2.ApplicationFact(person_id="p1", base_code="SD-QILU")
        body = events_pb2.ApplicationSubmitted(application=fact).SerializeToString()
        desk.upstream.hints.say(f"{PREFIX}application.submitted", body)
        await page.locator("#board tfoot td >> nth=1", has_text=str(int(before) + 1)).wait_for(timeout=5000)
        assert asked == []
        link = await page.locator("#board").get_attribute("data-src")
        assert link == f"{prefix}/board?base_code=SD-QILU"
    assert desk.complaints == []


async def test_choosing_another_base_shows_its_specialties_with_and_without_script(desk: Desk) -> None:
    await submitted(desk.upstream)
    desk.upstream.enrollment.phase = "REGISTRATION"
    for script in (True, False):
        async with desk.page("applicant", java_script_enabled=script) as page:
            await page.goto("/application/choice")
            await page.select_option("#base_code", "SD-SLYY")
            if not script:
                await page.click("text=查看该基地的专业")
            await page.locator("#board h2", has_text="山东省立医院").wait_for(timeout=5000)
            assert "计划 74" in await page.inner_text("#specialty_code option >> nth=1")
            assert await page.is_checked("input[name=accepts_reallocation][value=yes]")
