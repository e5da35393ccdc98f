"""Real browsers in front of the portal. Needs Chromium from the system; tests are skipped, and say so, without it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from services.portal.edge.cookies import SESSION
from services.portal.server import WebServer
from tests.support.portal_upstream import Upstream

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LAUNCHER = Path(__file__).with_name("chromium")
"""Starts it where it leaves the servers their turn."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
PHONE, DESK = 390, 1280
expect.set_options(timeout=20_000)
"""Longer than its own: four browsers and a whole stack share two cores."""

needs_chromium = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]


class Desk:
    """The portal on a real port, and browsers looking at it."""

    def __init__(self, upstream: Upstream, browser: Browser, address: str) -> None:
        self.upstream = upstream
        self._browser = browser
        self.address = address
        self.complaints: list[str] = []

    @contextlib.asynccontextmanager
    async def context(self, width: int = DESK, **options: Any) -> AsyncIterator[BrowserContext]:
        """A browser of its own."""
        viewport = {"width": width, "height": 900}
        context = await self._browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]  # a plain dict is what the docs show
            base_url=self.address,
            is_mobile=width == PHONE,
            **options,
        )
        yield context
        await context.close()

    @contextlib.asynccontextmanager
    async def page(self, login: str = "", width: int = DESK, **options: Any) -> AsyncIterator[Page]:
        """A page of a browser of its own, signed in as `login` when named."""
        async with self.context(width, **options) as context:
            if login:
                token = self.upstream.identity.token(login)
                await context.add_cookies([{"name": SESSION, "value": token, "url": self.address}])
            page = await context.new_page()
            self.listen(page)
            yield page

    def listen(self, page: Page) -> None:
        """Note what the page complains of."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)


@contextlib.asynccontextmanager
async def open_desk(upstream: Upstream) -> AsyncIterator[Desk]:
    """The portal before `upstream`, started and stopped here, and a browser."""
    await upstream.start()
    async with desk_before(upstream) as desk:
        yield desk
        await upstream.hub.stop()
    await upstream.stop()


@contextlib.asynccontextmanager
async def desk_before(upstream: Upstream) -> AsyncIterator[Desk]:
    """The portal before an `upstream` that runs, on a port of localhost (passkeys want a name), and a browser."""
    server = WebServer(upstream.app, "127.0.0.1", 0)
    await server.start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=LAUNCHER, args=FLAGS)
        yield Desk(upstream, browser, f"http://localhost:{server.port}")
        await browser.close()
    await server.stop()
