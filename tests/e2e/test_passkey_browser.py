"""CRED-03 with a real browser: the passkeys it makes are taken, on localhost at any port, and nowhere by number.

Needs Chromium from the system (`apt-get install chromium`); skipped, and said so, where there is none.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import pytest_asyncio
from playwright.async_api import Error, Page, async_playwright

from services.identity.passkeys import PasskeyRefused, RelyingParty, credential_id
from tests.support.portal_browser import LAUNCHER, needs_chromium

PERSON = "01890f5e-0000-7000-8000-000000000001"
PARTY = RelyingParty("http://localhost")
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
CREATE = """async options => JSON.stringify((await navigator.credentials.create(
    {publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options))})).toJSON())"""
GET = """async options => JSON.stringify((await navigator.credentials.get(
    {publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options))})).toJSON())"""

pytestmark = needs_chromium


class _Blank(BaseHTTPRequestHandler):
    """A page with nothing on it: what is tried needs an origin, no more."""

    def do_GET(self) -> None:
        """Answer any path."""
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>blank</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Blank)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    """A page of a browser with a fingerprint reader in software."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=LAUNCHER, args=["--no-sandbox", "--disable-gpu"])
        context = await browser.new_context()
        page = await context.new_page()
        devices = await context.new_cdp_session(page)
        await devices.send("WebAuthn.enable")
        await devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield page
        await browser.close()


async def test_cred_03_what_a_browser_makes_is_taken_and_used(page: Page, port: int) -> None:
    await page.goto(f"http://localhost:{port}/")
    challenge = secrets.token_bytes(32)
    made = PARTY.created(
        await page.evaluate(CREATE, PARTY.creation_options(PERSON, "zhangsan", "张三", challenge, [])), challenge
    )
    count = made.sign_count
    for _ in range(2):
        challenge = secrets.token_bytes(32)
        answer = await page.evaluate(GET, PARTY.request_options(challenge, [made.credential_id]))
        assert credential_id(answer) == made.credential_id
        risen = PARTY.used(answer, challenge, made.public_key, count)
        assert risen > count
        count = risen
        with pytest.raises(PasskeyRefused):
            PARTY.used(answer, challenge, made.public_key, count)
    known = PARTY.creation_options(PERSON, "zhangsan", "张三", secrets.token_bytes(32), [made.credential_id])
    with pytest.raises(Error, match="InvalidStateError"):
        await page.evaluate(CREATE, known)  # one device, one passkey


async def test_cred_03_by_number_a_browser_makes_none(page: Page, port: int) -> None:
    await page.goto(f"http://127.0.0.1:{port}/")
    with pytest.raises(Error, match="SecurityError"):
        await page.evaluate(CREATE, PARTY.creation_options(PERSON, "zhangsan", "张三", secrets.token_bytes(32), []))
