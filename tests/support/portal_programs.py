"""The portal before a real identity and a real notify: for service accounts and webhooks, and their pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

from services.notify import service as notify_service
from services.notify.settings import NotifySettings
from services.portal.edge.cookies import SESSION
from tests.support.hooks import Receiver, receiver
from tests.support.people import SECRETS, Account, People, identity, running
from tests.support.portal_upstream import ORIGIN, Upstream

APPROVED = {"event_types.application.approved": "yes"}


@dataclass
class Edge:
    people: People
    upstream: Upstream
    receiver: Receiver

    def browser(self, who: Account) -> httpx.AsyncClient:
        """A browser of somebody whom the real identity knows."""
        browser = self.upstream.browser()
        browser.cookies.set(SESSION, who.token)
        return browser

    def program(self, token: str = "") -> httpx.AsyncClient:
        """A program; a fresh key for each."""
        headers = {"idempotency-key": str(uuid.uuid4())} | ({"authorization": f"Bearer {token}"} if token else {})
        transport = httpx.ASGITransport(self.upstream.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"{ORIGIN}/api/v1", headers=headers)


@asynccontextmanager
async def programs(database_url: Callable[[str], str], nats_url: str, folder: Path) -> AsyncIterator[Edge]:
    """All of it, started and stopped here, with a system that receives."""
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(identity(database_url("identity"), nats_url, folder))
        settings = NotifySettings(
            database_url=SecretStr(database_url("notify")),
            nats_url=nats_url,
            identity_address=people.address,
            machine_secret=SECRETS["notify"],
            data_dir=folder,
            hooks_local=True,
        )
        upstream = Upstream(people.address)
        upstream.notify_address = await stack.enter_async_context(running(notify_service.parts(settings)))
        await upstream.start()
        stack.push_async_callback(upstream.stop)
        yield Edge(people, upstream, await stack.enter_async_context(receiver()))


def hidden_date(page: str) -> str:
    """The last day that the form proposes."""
    found = re.search(r'name="expires_at" type="date" value="([0-9-]{10})"', page)
    assert found is not None
    return found.group(1)
