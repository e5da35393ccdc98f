"""Registering, signing in with two factors, recovering, enrolling, and one's own account."""

from __future__ import annotations

import uuid

import httpx
import pytest

from services.portal.edge.cookies import REFRESH, SESSION
from tests.support.portal_accounts import CAPTCHA, CODE, PASSWORD, TOTP, hat_of
from tests.support.portal_desk import INVITATION
from tests.support.portal_story import hidden, keyed
from tests.support.portal_upstream import Upstream

WHO = {
    "role": "applicant",
    "name": "王某",
    "document_type": "resident_id",
    "document_number": "37010219990101123X",
    "captcha_id": str(uuid.uuid4()),
    "captcha_answer": CAPTCHA,
}
HOW = {"mobile": "13800000000", "code": CODE, "login": "wang", "password": PASSWORD, "password_again": PASSWORD}


async def _first_step(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await browser.post("/register", data=WHO | changes)


async def test_registering_in_three_steps(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        answer = await _first_step(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/register/account")
        form = {**HOW, "then": "code", "password": "typed before"}
        sent = await browser.post("/register/account", data=keyed(**form))
        assert "验证码已发送" in sent.text
        assert 'value="13800000000"' in sent.text
        assert 'value="wang"' in sent.text
        assert "typed before" not in sent.text
        unlike = await browser.post("/register/account", data=keyed(**(HOW | {"password_again": "another one"})))
        assert "两次输入的密码不一致" in unlike.text
        wrong = await browser.post("/register/account", data=keyed(**(HOW | {"code": "000000"})))
        assert (wrong.status_code, 'href="#code"' in wrong.text) == (422, True)
        made = await browser.post("/register/account", data=keyed(**HOW, then="create"))
        assert (made.status_code, made.headers["location"]) == (303, "/register/done")
        for cookie in made.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert "Secure" not in cookie  # plain http to this very machine
        done = await browser.get("/register/done")
        assert "账号已开通" in done.text
        assert "wang" in done.text
        assert (await browser.get("/application")).status_code == 200


async def test_a_refused_first_step_loses_nothing_and_shows_another_captcha(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        bad = await _first_step(browser, captcha_answer="no", document_number="3701")
        assert bad.status_code == 422
        assert "<title>错误：注册" in bad.text
        assert 'href="#captcha_answer"' in bad.text
        assert 'value="王某"' in bad.text
        assert 'value="3701"' in bad.text
        assert hidden(bad, "captcha_id") != WHO["captcha_id"]
        short = await _first_step(browser, document_number="3701")
        assert 'href="#document_number"' in short.text
        changed = await _first_step(browser, then="captcha")
        assert changed.status_code == 200
        assert 'value="王某"' in changed.text
        assert f"/captcha/{hidden(changed, 'captcha_id')}/picture" in changed.text
        for medium, media_type in (("picture", "image/png"), ("sound", "audio/wav")):
            drawn = await browser.get(f"/captcha/{uuid.uuid4()}/{medium}")
            assert drawn.headers["content-type"] == media_type
            assert drawn.headers["cache-control"] == "no-store"


async def test_cancelling_at_the_second_step_forgets(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        await _first_step(browser)
        assert (await browser.get("/register/account")).status_code == 200
        assert (await browser.post("/register/cancel")).headers["location"] == "/?done=cancelled"
        again = await browser.get("/register/account")
        assert again.headers["location"] == "/register?done=begin_again"
        assert "重新开始" in (await browser.get(again.headers["location"])).text


async def test_signing_in_and_out(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        wrong = await browser.post("/sign-in", data={"login": "applicant", "password": "not this one"})
        assert (wrong.status_code, 'value="applicant"' in wrong.text) == (401, True)
        away = {"login": "applicant", "password": PASSWORD, "next": "//evil.example/"}
        assert (await browser.post("/sign-in", data=away)).headers["location"] == "/application"
        assert {SESSION, REFRESH} <= set(browser.cookies)
        assert (await browser.get("/application")).status_code == 200
        assert (await browser.post("/sign-out")).headers["location"] == "/?done=signed_out"
        assert upstream.identity.ended == ["session of applicant"]
        assert not {SESSION, REFRESH} & set(browser.cookies)
        assert (await browser.get("/application")).status_code == 303


async def test_the_second_factor_comes_before_any_cookie(upstream: Upstream) -> None:
    upstream.identity.accounts["administrator"].two_factors = True
    async with upstream.browser() as browser:
        form = {"login": "administrator", "password": PASSWORD, "next": "/staff"}
        asked = await browser.post("/sign-in", data=form)
        assert asked.status_code == 200
        assert "二次验证" in asked.text
        assert not browser.cookies
        proof = {name: hidden(asked, name) for name in ("challenge_id", "factors", "next")}
        wrong = await browser.post("/sign-in/second-factor", data=proof | {"totp": "000000"})
        assert (wrong.status_code, "验证没有通过" in wrong.text) == (401, True)
        assert hidden(wrong, "challenge_id") == proof["challenge_id"]
        right = await browser.post("/sign-in/second-factor", data=proof | {"totp": f"{TOTP[:3]} {TOTP[3:]}"})
        assert (right.status_code, right.headers["location"]) == (303, "/staff")
        over = proof | {"challenge_id": str(uuid.uuid4()), "totp": TOTP}
        assert "<h1>登录</h1>" in (await browser.post("/sign-in/second-factor", data=over)).text


async def test_who_has_several_hats_chooses(upstream: Upstream) -> None:
    hats = upstream.identity.accounts["reviewer"].hats
    hats.append(hat_of("base_administrator", "SD-QILU"))
    async with upstream.browser() as browser:
        answer = await browser.post("/sign-in", data={"login": "reviewer", "password": PASSWORD})
        assert answer.headers["location"] == "/choose-hat"
        choice = await browser.get("/choose-hat")
        assert "基地审核员" in choice.text
        assert "基地管理员" in choice.text
        assert (await browser.get("/base")).status_code == 403
        chosen = await browser.post("/choose-hat", data={"hat_id": hats[1].hat_id})
        assert chosen.headers["location"] == "/base"
        assert "基地管理员" in (await browser.get("/base")).text


async def test_a_forgotten_password(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        form = {"login": "applicant", "mobile": "13800000000", "captcha_id": str(uuid.uuid4()), "captcha_answer": "x"}
        wrong = await browser.post("/recover", data=form)
        assert (wrong.status_code, 'value="13800000000"' in wrong.text) == (422, True)
        sent = await browser.post("/recover", data=form | {"captcha_answer": CAPTCHA})
        assert "如果登录名与手机号码相符" in sent.text
        new = {"recovery_id": hidden(sent, "recovery_id"), "new_password": "x" * 12, "password_again": "x" * 12}
        bad = await browser.post("/recover/password", data=new | {"code": "111111"})
        assert (bad.status_code, 'href="#code"' in bad.text) == (422, True)
        done = await browser.post("/recover/password", data=new | {"code": CODE})
        assert done.headers["location"] == "/sign-in?done=reset"
        assert "密码已重设" in (await browser.get("/sign-in?done=reset")).text


async def test_an_invitation_leads_to_enrolling_and_recovery_codes_are_shown_once(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        page = await browser.get("/invitation")
        assert 'data-fragment="secret"' in page.text
        unknown = await browser.post("/invitation", data={"secret": "not a secret that anybody gave out"})
        assert (unknown.status_code, "data-fragment" in unknown.text) == (404, False)
        offer = await browser.post("/invitation", data={"secret": INVITATION})
        assert "山东大学齐鲁医院" in offer.text
        account = {"secret": INVITATION, "login": "zhao", "password": PASSWORD, "password_again": PASSWORD}
        accepted = await browser.post("/invitation/accept", data=account)
        assert accepted.headers["location"] == "/enrol"
        assert "设置二次验证" in (await browser.get("/enrol")).text
        begun = await browser.post("/enrol/totp", data={})
        assert "<svg" in begun.text
        assert "style=" not in begun.text
        typed = {"uri": hidden(begun, "uri").replace("&amp;", "&"), "typed_secret": hidden(begun, "typed_secret")}
        wrong = await browser.post("/enrol/totp/confirm", data=typed | {"code": "000000"})
        assert (wrong.status_code, typed["typed_secret"] in wrong.text) == (422, True)
        codes = await browser.post("/enrol/totp/confirm", data=typed | {"code": TOTP})
        assert codes.text.count("-fghij") == 10
        assert 'href="/base"' in codes.text
        assert (await browser.get("/base")).status_code == 200


async def test_an_invitation_as_one_more_hat(upstream: Upstream) -> None:
    async with upstream.browser("teacher") as browser:
        offer = await browser.post("/invitation", data={"secret": INVITATION})
        assert "以当前账号接受" in offer.text
        accepted = await browser.post("/invitation/accept-as-me", data={"secret": INVITATION})
        assert accepted.headers["location"] == "/choose-hat?done=hat_added"
        assert "基地审核员" in (await browser.get(accepted.headers["location"])).text


async def test_the_account_page_and_what_may_be_changed(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        account = await browser.get("/account")
        for told in (
            "李测试",
            "3701************18",
            "138****0000",
            "已认证",
            "办公室电脑",
            "Safari，iPhone",
            "退出其他设备",
        ):
            assert told in account.text, told
        assert (await browser.post("/account/sessions/end-others")).status_code == 303
        assert upstream.identity.ended == ["others"]
        form = {"session_id": str(uuid.uuid4())}
        assert (await browser.post("/account/sessions/end", data=form)).status_code == 303
        wrong = {"current_password": "wrong", "new_password": "y" * 12, "password_again": "y" * 12}
        refused = await browser.post("/account/password", data=wrong)
        assert (refused.status_code, "密码不正确" in refused.text) == (422, True)
        removed = await browser.post("/account/factors/remove", data={"factor_id": str(uuid.uuid4())})
        assert removed.headers["location"] == "/account?done=removed#factors"
        mobile = {"mobile": "13900000001", "captcha_id": str(uuid.uuid4()), "captcha_answer": CAPTCHA}
        sent = await browser.post("/account/mobile", data=mobile)
        assert hidden(sent, "mobile") == "13900000001"
        change = {"mobile": "13900000001", "code": CODE, "password": PASSWORD}
        assert (await browser.post("/account/mobile/change", data=change)).headers["location"] == "/account?done=mobile"
        unbound = await browser.post("/account/binding/remove", data={"password": PASSWORD})
        assert unbound.headers["location"] == "/account?done=unbound"
        binding = await browser.get("/account/binding")
        assert "起可以再次认证" in binding.text  # told with its date
        good = wrong | {"current_password": PASSWORD}
        assert (await browser.post("/account/password", data=good)).headers["location"] == "/account?done=password"


async def test_ones_own_data_comes_from_every_service(upstream: Upstream) -> None:
    upstream.notify.write("审核通过", "您的报名已审核通过。")
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        answer = await browser.get("/account/data")
        assert answer.headers["content-disposition"].startswith("attachment")
        data = answer.json()
        assert data["identity"] == {"login": "applicant"}
        assert data["applications"][0]["history"][0]["command"] == "start_application"
        assert data["messages"][0]["title"] == "审核通过"


@pytest.mark.parametrize("path", ["/staff", "/support", "/proposals", "/security-events", "/support/held", "/desk"])
async def test_staff_pages_are_closed_to_others(upstream: Upstream, path: str) -> None:
    async with upstream.browser("applicant") as browser:
        assert (await browser.get(path)).status_code == 403
    async with upstream.browser() as browser:
        assert (await browser.get(path)).headers["location"] == f"/sign-in?next={path}"
