"""MSG-25 as it is read: mail that a real server received, shown by a real browser in both languages.

Needs Chromium from the system (`apt-get install chromium`); skipped, and said so, where there is none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from typing import cast

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Route, async_playwright

from services.notify.adapters.smtp import SmtpMail
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Verdict
from services.notify.domain.samples import sample_values
from services.notify.domain.shapes import Language
from services.notify.domain.templates import TEMPLATES, render_for
from services.notify.settings import NotifySettings
from tests.support.carrier_servers import mail_server, outgoing
from tests.support.portal_browser import DESK, FLAGS, LAUNCHER, PHONE, needs_chromium

pytestmark = needs_chromium

SHOWN = ("application_rejected", "campaign_text", "address_code")
"""A decision with a remark, words that a province wrote, and a code."""
NASTY = "<script>document.title='taken'</script><img src='https://elsewhere.example/x.png'>" + "长" * 120


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=LAUNCHER, args=FLAGS)
        yield browser
        await browser.close()


async def received(key: str, language: Language, more: str = "") -> str:
    """The HTML of a mail as a real server received it."""
    template = TEMPLATES[key]
    text = render_for(template, Channel.EMAIL, sample_values(template), language)
    async with mail_server() as server:
        settings = NotifySettings(
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
            email_from="notice@portal.example",
            public_url="https://portal.example",
        )
        sender = SmtpMail(settings)
        body = f"{text.body}\n{more}".strip()
        changes = {"template": key, "language": language, "title": text.title, "body": body, "unsubscribe": "a-token"}
        outcome = await sender.send(outgoing(Channel.EMAIL, **changes))
        await sender.stop()
    assert outcome.verdict is Verdict.ACCEPTED
    mail = message_from_bytes(cast("bytes", server.taken[0].content), policy=default)
    part = mail.get_body(("html",))
    assert part is not None
    return cast("str", part.get_content())


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_msg_25_a_received_mail_renders_in_a_browser(browser: Browser, language: Language) -> None:
    asked: list[str] = []

    async def note(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    for width in (PHONE, DESK):
        page = await browser.new_page(viewport={"width": width, "height": 900})
        await page.route("**/*", note)
        for key in SHOWN:
            await page.set_content(await received(key, language))
            title = render_for(TEMPLATES[key], Channel.EMAIL, sample_values(TEMPLATES[key]), language).title
            assert await page.inner_text("h1") == title
            assert await page.get_attribute("html", "lang") == ("en" if language == "en" else "zh-CN")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            links = await page.evaluate("[...document.links].map(link => link.href)")
            assert links == [
                f"https://portal.example/{'messages' if TEMPLATES[key].in_inbox else 'settings/notices'}",
                "https://portal.example/settings/notices",
                "https://portal.example/unsubscribe/a-token",
            ]
            found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
            assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
        await page.close()
    assert asked == [], "it loads nothing"


async def test_msg_25_what_somebody_wrote_is_shown_and_never_run(browser: Browser) -> None:
    asked: list[str] = []
    page = await browser.new_page(viewport={"width": PHONE, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    await page.set_content(await received("application_rejected", "zh", NASTY))
    assert await page.title() == TEMPLATES["application_rejected"].words["zh"].title
    assert "<script>document.title='taken'</script>" in await page.inner_text("body")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert asked == []
