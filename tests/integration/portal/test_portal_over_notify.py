"""The portal before a real notify: an address proved by what the outbox shows, a real token, a signed report."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from services.notify.adapters.signing import signature
from services.notify.domain.channels import Channel
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.unsubscribing import token_of
from services.notify.wishes import unsubscribing_key
from tests.support.portal_letters import SECRET, Letters, lettered
from tests.support.portal_story import keyed
from tests.support.postgres import PostgresServer
from tests.support.vaults import VAULT
from tests.support.wait import eventually

HERE = "/settings/notices"


@pytest.fixture
async def letters(postgres: PostgresServer) -> AsyncIterator[Letters]:
    url = postgres.database("notify")
    async with lettered(url) as found:
        person = found.upstream.identity.people["applicant"][0]
        found.people.numbers[person] = "+8613800000000"
        yield found
    postgres.drop(url)


async def kept(browser: httpx.AsyncClient, channel: str, telling: str) -> str:
    """The outbox, once it shows `telling`."""
    shown = ""

    async def there() -> bool:
        nonlocal shown
        shown = (await browser.get(f"/outbox?channel={channel}")).text
        return telling in shown

    await eventually(there, f"the outbox shows {telling}")
    return shown


async def test_an_address_is_proved_by_the_mail_that_was_kept_and_a_token_takes_a_kind_off(letters: Letters) -> None:
    person = letters.upstream.identity.people["applicant"][0]
    async with letters.upstream.browser("applicant") as browser:
        assert "138****0000" in (await browser.get(HERE)).text
        begun = await browser.post(f"{HERE}/addresses", data=keyed(channel="email", address=" Li.Bo@Example.org "))
        address = begun.headers["location"].rpartition("#address-")[2]
        box = await kept(browser, "email", "邮箱验证码")
        code = re.search(r"验证码：(\d{6})", box)
        link = re.search(r'href="(/outbox/[0-9a-f-]{36})"', box)
        assert code is not None
        assert link is not None
        assert code.group(1) in (await browser.get(f"{link.group(1)}/mail")).text
        assert "邮箱验证码" not in (await browser.get("/messages")).text
        wrong = await browser.post(f"{HERE}/addresses/{address}/code", data={"code": "x" * 6})
        assert wrong.status_code == 422
        proved = await browser.post(f"{HERE}/addresses/{address}/code", data={"code": code.group(1)})
        assert proved.headers.get("location") == f"{HERE}?done=address_proved#addresses", proved.text
        wechat = await browser.post(f"{HERE}/addresses", data=keyed(channel="wechat"))
        assert (wechat.status_code, wechat.text.count("目前不能通过这种方式接收通知")) == (409, 1)

        await letters.tell(person, "application_approved", "first")
        assert "审核通过" in await kept(browser, "email", "审核通过")
        assert "审核通过" in (await browser.get("/messages?kind=application")).text
        token = token_of(unsubscribing_key(VAULT), person, NoticeKind.APPLICATION, Channel.EMAIL)
        async with letters.upstream.browser() as anybody:
            del anybody.headers["sec-fetch-site"], anybody.headers["origin"]
            shown = await anybody.get(f"/unsubscribe/{token}")
            assert "不再以<b>邮件</b>发送“<b>报名办理</b>”" in shown.text
            done = await anybody.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
            assert (done.status_code, done.text) == (200, "OK")
            # In the middle: the last character of such a text holds bits that stand for nothing.
            middle = len(token) // 2
            forged = token[:middle] + ("B" if token[middle] == "A" else "A") + token[middle + 1 :]
            assert (await anybody.get(f"/unsubscribe/{forged}")).status_code == 404
        page = (await browser.get(HERE)).text
        assert 'name="shown.application.email" value="no"' in page
        assert (await browser.post("/messages/read")).headers["location"] == "/messages?done=all_read"
        assert "没有未读消息" in (await browser.get("/messages")).text


async def test_web_02_a_report_is_believed_with_the_signature_of_its_channel_only(letters: Letters) -> None:
    person = letters.upstream.identity.people["applicant"][0]
    await letters.tell(person, "application_rejected", "one")
    async with letters.upstream.browser("applicant") as browser:
        await kept(browser, "sms", "审核")
    delivery = str(await letters.database.fetchval("SELECT delivery_id FROM delivery WHERE channel = 'sms'"))
    body = json.dumps({"receipts": [{"id": delivery, "status": "dead", "reason": "ADDRESS_DEAD"}]}).encode()
    now = datetime.now(UTC)
    async with letters.upstream.browser() as carrier:
        del carrier.headers["sec-fetch-site"], carrier.headers["origin"]
        for given in ({}, {"residency-signature": signature("another secret", body, now)}):
            refused = await carrier.post("/callbacks/texts", content=body, headers=given)
            assert (refused.status_code, refused.json()["reason"]) == (401, "RECEIPT_UNSIGNED")
        signed = {"Residency-Signature": signature(SECRET, body, now)}
        elsewhere = await carrier.post("/callbacks/email", content=body, headers=signed)
        assert elsewhere.status_code == 401
        believed = await carrier.post("/callbacks/texts", content=body, headers=signed)
        assert (believed.status_code, believed.json()) == (200, {"recorded": 1})
        assert await letters.database.fetchval("SELECT receipt FROM delivery WHERE channel = 'sms'") == "refused"
        stamp, nonce = str(int(now.timestamp())), "4711"
        mark = hashlib.sha1("".join(sorted((SECRET, stamp, nonce))).encode(), usedforsecurity=False).hexdigest()
        asked = {"signature": mark, "timestamp": stamp, "nonce": nonce, "echostr": "8086"}
        assert (await carrier.get("/callbacks/wechat", params=asked)).text == "8086"
        assert (await carrier.get("/callbacks/wechat", params=asked | {"nonce": "1"})).status_code == 401
    async with letters.upstream.browser("applicant") as browser:
        blocked = (await browser.get(HERE)).text
        for told in ("已停止发送", "号码不存在或已停机", "请更换手机号码"):
            assert told in blocked, told
