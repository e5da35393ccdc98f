"""A browser session: kept fresh once a token, ended with a sentence, proved again without losing a form."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from services.portal.app import Edge, build
from services.portal.edge.cookies import ACTING, ENDS, REFRESH, SESSION
from services.portal.settings import PortalSettings, networks_of
from tests.support.portal_accounts import PASSWORD, TOTP
from tests.support.portal_desk import BORROWED
from tests.support.portal_story import hidden, keyed
from tests.support.portal_upstream import ORIGIN, Upstream

JAR = "testserver.local"
"""The domain under which httpx keeps cookies of `testserver`."""


def _with_refresh(upstream: Upstream, browser: httpx.AsyncClient, seconds: float) -> str:
    token = upstream.identity.refresh_token("applicant")
    browser.cookies.set(SESSION, upstream.identity.token("applicant", seconds), domain=JAR)
    browser.cookies.set(REFRESH, token, domain=JAR)
    return token


@pytest.mark.parametrize("seconds", [-5, 30])
async def test_a_session_near_or_past_its_end_is_refreshed_once(upstream: Upstream, seconds: float) -> None:
    async with upstream.browser() as browser:
        token = _with_refresh(upstream, browser, seconds)
        answers = await asyncio.gather(*(browser.get("/application") for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}
        assert upstream.identity.refreshed == [token]
        assert browser.cookies[REFRESH] != token
        # A request that was on its way with the old cookie is answered with the same pair.
        late = httpx.Cookies()
        late.set(REFRESH, token, domain=JAR)
        transport = httpx.ASGITransport(upstream.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=late) as tab:
            assert (await tab.get("/application")).status_code == 200
            assert tab.cookies[REFRESH] == browser.cookies[REFRESH]
        assert upstream.identity.refreshed == [token]
        assert (await browser.get("/application")).status_code == 200
        assert upstream.identity.refreshed == [token]


async def test_a_fresh_session_is_left_alone_and_an_unattended_page_keeps_none_alive(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        _with_refresh(upstream, browser, 600)
        assert (await browser.get("/application")).status_code == 200
        browser.cookies.set(SESSION, upstream.identity.token("applicant", -5), domain=JAR)
        assert (await browser.get("/application", headers={"x-attended": "no"})).status_code == 303
        assert upstream.identity.refreshed == []


async def test_a_reused_refresh_token_takes_the_cookies_and_says_why(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        token = _with_refresh(upstream, browser, -5)
        upstream.identity.refreshed.append(token)
        background = await browser.get("/application", headers={"sec-fetch-mode": "cors"})
        assert background.status_code == 303
        assert REFRESH in browser.cookies  # a late answer in the background takes nothing away
        answer = await browser.get("/application")
        assert answer.headers["location"] == "/sign-in?next=/application&why=REFRESH_REUSED"
        assert REFRESH not in browser.cookies
        assert "重复使用" in (await browser.get(answer.headers["location"])).text


async def test_cookies_are_secure_and_bound_to_the_host_elsewhere(upstream: Upstream) -> None:
    headers = {"host": "portal.example.org", "origin": "https://portal.example.org"}
    async with upstream.browser() as browser:
        form = {"login": "applicant", "password": PASSWORD}
        answer = await browser.post("/sign-in", data=form, headers=headers)
        cookies = answer.headers.get_list("set-cookie")
        names = {cookie.partition("=")[0] for cookie in cookies}
        assert names == {f"__Host-{name}" for name in (SESSION, REFRESH, ENDS)}
        for cookie in cookies:
            assert "Secure" in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
        planted = {**headers, "cookie": f"{SESSION}={upstream.identity.token('applicant')}"}
        assert (await browser.get("/application", headers=planted)).status_code == 303


async def test_a_powerful_act_asks_for_a_proof_and_then_goes_on_with_the_form(upstream: Upstream) -> None:
    async with upstream.browser("administrator", proved=False) as browser:
        member = upstream.staff.member
        form = keyed(deed="suspend", reason="离岗进修", organisation="", after="")
        asked = await browser.post(f"/staff/hats/{member.hat.hat_id}", data=form)
        assert asked.status_code == 403
        assert "再次验证身份" in asked.text
        assert hidden(asked, "carry.reason") == "离岗进修"
        names = ("challenge_id", "factors", "next", "method", "carry.reason", "carry.deed", "carry.idempotency_key")
        proof = {name: hidden(asked, name) for name in names}
        wrong = await browser.post("/prove/proof", data=proof | {"totp": "000000"})
        assert (wrong.status_code, hidden(wrong, "carry.reason")) == (401, "离岗进修")
        right = await browser.post("/prove/proof", data=proof | {"totp": TOTP})
        assert "data-go" in right.text
        assert f'action="/staff/hats/{member.hat.hat_id}"' in right.text
        assert hidden(right, "idempotency_key") == form["idempotency_key"]
        again = {name: hidden(right, name) for name in ("reason", "deed", "idempotency_key")}
        done = await browser.post(f"/staff/hats/{member.hat.hat_id}", data=again)
        assert done.headers["location"] == "/staff?done=suspended"
        assert upstream.staff.done == [("suspend", "离岗进修")]


async def test_a_page_that_wants_a_proof_is_come_back_to(upstream: Upstream) -> None:
    async with upstream.browser("administrator", proved=False) as browser:
        page = await browser.get("/prove?next=/staff")
        proof = {name: hidden(page, name) for name in ("challenge_id", "factors", "next", "method")}
        assert (await browser.post("/prove/proof", data=proof | {"totp": TOTP})).headers["location"] == "/staff"
        away = await browser.get("/prove?next=//evil.example/")
        assert hidden(away, "next") == "/"


async def test_rest_says_that_a_proof_is_owed(upstream: Upstream) -> None:
    async with upstream.program("administrator") as program:
        program.headers["authorization"] = f"Bearer {upstream.identity.token('administrator', proved=False)}"
        hat = upstream.staff.member.hat.hat_id
        answer = await program.post(f"/staff/{hat}/suspension", json={"reason": "离岗进修"})
        assert (answer.status_code, answer.json()["reason"]) == (403, "STEP_UP_REQUIRED")
        begun = (await program.post("/sessions/step-up")).json()
        proof = {"challenge_id": begun["challenge_id"], "totp": TOTP}
        access = (await program.post("/sessions/step-up/proof", json=proof)).json()["access"]["value"]
        program.headers["authorization"] = f"Bearer {access}"
        again = await program.post(f"/staff/{hat}/suspension", json={"reason": "离岗进修"})
        assert again.status_code == 200, again.text


async def test_acting_is_shown_on_every_page_reads_only_and_ends(upstream: Upstream) -> None:
    person_id = upstream.identity.accounts["applicant"].person_id
    async with upstream.browser("support") as browser:
        form = keyed(deed="act", reason="工单 17：看不到志愿页")
        began = await browser.post(f"/support/persons/{person_id}", data=form)
        assert began.headers["location"] == "/application"
        for path in ("/application", "/messages", "/board", "/"):
            page = await browser.get(path)
            assert "正在代为查看，只读" in page.text, path
        write = await browser.post("/application/start", data=keyed())
        assert write.status_code == 403
        assert (await browser.post("/sign-out", data={"acting": "yes"})).status_code == 303
        assert (await browser.post("/sign-out", data={"acting": "yes"})).status_code == 303  # a second press: no harm
        assert ACTING not in browser.cookies
        assert upstream.identity.ended == [BORROWED], "the borrowed session itself is over"
        own = await browser.get("/support")
        assert (own.status_code, "正在代为查看" in own.text) == (200, False)


async def test_the_visitors_address_and_browser_go_with_every_call(upstream: Upstream) -> None:
    form = {"login": "applicant", "password": PASSWORD}
    headers = {"user-agent": "Tester/1.0", "x-forwarded-for": "203.0.113.9, 10.0.0.7"}
    async with upstream.browser() as browser:
        await browser.post("/sign-in", data=form, headers=headers)
    trusting = build(upstream.portal, upstream.hub, Edge(networks_of("127.0.0.1, 10.0.0.0/8")))
    transport = httpx.ASGITransport(trusting)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as browser:
        await browser.post("/sign-in", data=form, headers=headers)
        secure = await browser.post("/sign-in", data=form, headers=headers | {"x-forwarded-proto": "https"})
        assert "Secure" in secure.headers["set-cookie"]
    told = upstream.identity.heard
    assert told[0] == ("127.0.0.1", "Tester/1.0")  # a stranger's word about itself is not believed
    assert told[1] == told[2] == ("203.0.113.9", "Tester/1.0")


def test_proxies_that_are_no_networks_are_refused() -> None:
    assert PortalSettings(trusted_proxies="10.0.0.0/8, ::1").trusted_proxies
    with pytest.raises(ValueError, match="nonsense"):
        PortalSettings(trusted_proxies="nonsense")


async def test_scanning_signs_a_desktop_in(upstream: Upstream) -> None:
    async with upstream.browser() as desk, upstream.browser("applicant") as phone, upstream.browser() as thief:
        shown = await desk.get("/sign-in/scan?next=/messages")
        assert "<svg" in shown.text
        assert "<b>42</b>" in shown.text
        ticket = next(iter(upstream.identity.tickets))
        assert f"{ORIGIN}/scan/{ticket}" in shown.text
        stranger = await thief.get(f"/scan/{ticket}")
        assert stranger.headers["location"] == f"/sign-in?next=/scan/{ticket}"
        asked = await phone.get(f"/scan/{ticket}")
        assert "127.0.0.1" in asked.text
        assert "手机已扫码" in (await desk.get("/sign-in/scan")).text
        await phone.post(f"/scan/{ticket}", data={"number": "42"})
        thief.cookies.set("residency_scan", f"{ticket}.{'x' * 43}.42.4000000000")
        assert "二维码已失效" in (await thief.get("/sign-in/scan")).text
        claimed = await desk.get("/sign-in/scan?next=/messages")
        assert claimed.headers["location"] == "/messages"
        assert (await desk.get("/messages")).status_code == 200


async def test_a_wrong_number_or_a_refusal_ends_the_ticket(upstream: Upstream) -> None:
    for answer in ({"number": "17"}, {"then": "refuse"}):
        async with upstream.browser() as desk, upstream.browser("applicant") as phone:
            await desk.get("/sign-in/scan")
            ticket = list(upstream.identity.tickets)[-1]
            await phone.post(f"/scan/{ticket}", data=answer)
            over = await phone.get(f"/scan/{ticket}")
            assert "二维码已失效" in over.text
            told = await desk.get("/sign-in/scan")
            assert "已拒绝" in told.text
            another = await desk.post("/sign-in/scan")
            assert "<svg" in (await desk.get(another.headers["location"])).text
