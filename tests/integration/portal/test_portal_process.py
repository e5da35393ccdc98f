"""The portal as its process composes it, beside the real identity: a session that was ended is refused at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from residency.identity.v1 import session_service_pb2
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from services.kit.auth import act_as
from services.portal import service
from services.portal.edge.cookies import REFRESH, SESSION
from services.portal.server import WebServer
from services.portal.settings import PortalSettings
from tests.support import people
from tests.support.wait import eventually


async def test_ses_04_an_ended_session_is_refused_by_the_portal_itself(
    database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as crowd:
        anna = await crowd.register_applicant()
        settings = PortalSettings(identity_address=crowd.address, nats_url=nats_url, http_port=0)
        parts = service.parts(settings)
        for part in parts:
            await part.start()
        [server] = [part for part in parts if isinstance(part, WebServer)]
        cookies = httpx.Cookies()
        cookies.set(SESSION, anna.token, domain="127.0.0.1")
        cookies.set(REFRESH, anna.refresh, domain="127.0.0.1")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", cookies=cookies) as browser:
            assert (await browser.get("/account")).status_code == 200
            with act_as(anna.token):
                await crowd.stub(SessionServiceStub).SignOut(session_service_pb2.SignOutRequest())

            async def turned_away() -> bool:
                answer = await browser.get("/messages")
                return str(answer.headers.get("location", "")).endswith("why=SESSION_ENDED")

            await eventually(turned_away, "the portal heard that the session ended")
            assert REFRESH not in browser.cookies
        for part in reversed(parts):
            await part.stop()
