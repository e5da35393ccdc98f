"""Too much asked (PUB-10), or closed for maintenance (PUB-11): a page says until when, and what was typed stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from services.portal.app import Edge, build
from services.portal.edge.cookies import ACTING
from services.portal.edge.limits import Rate
from services.portal.settings import networks_of
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_story import keyed
from tests.support.portal_upstream import ORIGIN, Upstream

Browse = Callable[..., httpx.AsyncClient]


def behind(upstream: Upstream, edge: Edge) -> Browse:
    """Browsers before a portal with another edge."""
    app: ASGIApp = build(upstream.portal, upstream.hub, edge)

    def browse(login: str = "") -> httpx.AsyncClient:
        browser = upstream.browser(login)
        browser._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return browser

    return browse


async def test_who_asks_too_much_is_told_when_to_come_back(upstream: Upstream) -> None:
    browse = behind(upstream, Edge(account=Rate(30, 2), address=Rate(600, 50)))
    async with browse("applicant") as flooding, browse("reviewer") as other, browse() as anybody:
        assert [(await flooding.get("/account")).status_code for _ in range(2)] == [200, 200]
        answer = await flooding.get("/account")
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) in {1, 2}
        assert "操作过于频繁" in answer.text
        assert '<section id="strip" class="strip" hidden' in answer.text, "to refuse asks no service"
        assert (await other.get("/account")).status_code == 200
        assert (await anybody.get("/board")).status_code == 200


async def test_pub_10_who_acts_for_others_spends_what_is_their_own(upstream: Upstream) -> None:
    """Neither the one they look in on, whom it would keep waiting, nor a fresh bucket with each."""
    browse = behind(upstream, Edge(account=Rate(1, 1), address=Rate(600, 50)))
    token = upstream.identity.token("applicant", act="supporter-1", look=True)
    async with browse() as supporter, browse("applicant") as person, browse() as again:
        for browser in (supporter, again):
            browser.cookies.set(ACTING, token)
        assert (await supporter.get("/account")).status_code == 200
        assert (await person.get("/account")).status_code == 200
        assert (await again.get("/account")).status_code == 429


async def test_a_form_that_came_too_often_can_be_sent_again(upstream: Upstream) -> None:
    browse = behind(upstream, Edge(account=Rate(1, 1), address=Rate(600, 50)))
    async with browse("applicant") as browser:
        await browser.get("/account")
        answer = await browser.post("/application/sections/basic", data=keyed(ethnicity="汉族", then="next"))
    assert answer.status_code == 429
    assert 'action="/application/sections/basic"' in answer.text
    assert 'name="ethnicity" value="汉族"' in answer.text


async def test_an_address_without_a_sign_in_has_a_bucket_of_its_own(upstream: Upstream) -> None:
    browse = behind(upstream, Edge(account=Rate(600, 50), address=Rate(60, 1)))
    async with browse() as browser:
        assert (await browser.get("/")).status_code == 200
        assert (await browser.get("/")).status_code == 429
        program = await browser.get("/api/v1/cycles")
    assert program.status_code == 429
    assert program.json()["reason"] == "TOO_MANY_REQUESTS"
    assert program.headers["retry-after"] == "1"
    assert program.json()["until"]


async def test_pub_10_one_house_with_all_its_addresses_has_one_bucket(upstream: Upstream) -> None:
    """An IPv6 line has more addresses than a flood could use up."""
    edge = Edge(networks_of("127.0.0.0/8"), account=Rate(600, 50), address=Rate(60, 1))
    async with behind(upstream, edge)() as browser:

        async def status(address: str) -> int:
            return (await browser.get("/board", headers={"x-forwarded-for": address})).status_code

        assert await status("2001:db8:1:2::1") == 200
        assert await status("2001:db8:1:2:ffff::9") == 429
        assert await status("2001:db8:1:3::1") == 200
        assert await status("192.0.2.1") == 200
        assert await status("::ffff:192.0.2.1") == 429


@pytest.mark.parametrize("path", ["/", "/application", "/board", "/api/v1/cycles", "/nope"])
async def test_closed_for_maintenance(upstream: Upstream, tmp_path: Path, path: str) -> None:
    file = tmp_path / "maintenance"
    browse = behind(upstream, Edge(maintenance=file))
    file.write_text(
        f"{(datetime.now(UTC) + timedelta(hours=1)).isoformat()}\n数据库升级，已保存的内容不受影响。", "utf-8"
    )
    async with browse("applicant") as browser:
        answer = await browser.get(path)
        assert answer.status_code == 503
        assert 3500 < int(answer.headers["retry-after"]) <= 3600
        assert "数据库升级，已保存的内容不受影响。" in answer.text
        if not path.startswith("/api"):
            assert "系统维护中" in answer.text
            assert '<section id="strip" class="strip" hidden' in answer.text, "no calendar was asked for"
            sheet = next(part for part in answer.text.split('"') if part.startswith("/static/portal."))
            assert (await browser.get(sheet)).status_code == 200


async def test_pub_11_what_is_answered_from_memory_is_closed_too(upstream: Upstream, tmp_path: Path) -> None:
    file = tmp_path / "maintenance"
    async with behind(upstream, Edge(maintenance=file))() as browser:
        assert [(await browser.get(f"/api/v1/cycles/{CYCLE}/board")).status_code for _ in range(2)] == [200, 200]
    file.touch()
    async with behind(upstream, Edge(maintenance=file))() as browser:
        assert (await browser.get(f"/api/v1/cycles/{CYCLE}/board")).status_code == 503


async def test_a_form_sent_during_maintenance_can_be_sent_again(upstream: Upstream, tmp_path: Path) -> None:
    file = tmp_path / "maintenance"
    file.touch()
    async with behind(upstream, Edge(maintenance=file))("applicant") as browser:
        answer = await browser.post("/application/sections/basic", data=keyed(ethnicity="汉族", then="next"))
    assert answer.status_code == 503
    assert 'name="ethnicity" value="汉族"' in answer.text
    assert ORIGIN not in answer.text.split("<main")[1]
