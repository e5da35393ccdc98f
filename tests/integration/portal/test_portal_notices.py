"""Messages by kind, wishes, addresses, unsubscribing (MSG-39), the outbox (WEB-01), the doors of carriers (WEB-02)."""

from __future__ import annotations

import re

import pytest

from residency.notify.v1 import delivery_pb2, delivery_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.edge.middleware import MAX_BODY_BYTES
from services.portal.mails import FRAMING, MAIL
from tests.support.portal_notify import CODE, SCAN_URL, TOKEN
from tests.support.portal_story import keyed
from tests.support.portal_upstream import Upstream

HERE = "/settings/notices"


async def test_messages_are_told_apart_by_kind_and_marked_one_or_all(upstream: Upstream) -> None:
    application = "0197c0de-0000-7000-8000-000000000002"
    upstream.notify.write("审核通过", "您的报名已审核通过。", application_id=application)
    upstream.notify.write("密码已修改", "您的密码已修改。", "SECURITY")
    upstream.notify.write("填报即将截止", "还有 24 小时。", "REMINDER")
    async with upstream.browser("applicant") as browser:
        page = (await browser.get("/messages")).text
        assert "3 条未读" in page
        assert 'href="/application">查看我的报名' in page
        only = (await browser.get("/messages?kind=security")).text
        assert ("密码已修改" in only, "填报即将截止" in only) == (True, False)
        assert "“账号安全”全部标为已读" in only
        marked = await browser.post("/messages/read", data={"kind": "security", "unread": "yes"})
        assert marked.headers["location"] == "/messages?kind=security&unread=yes&done=all_read"
        left = (await browser.get("/messages?unread=yes")).text
        assert ("密码已修改" in left, "填报即将截止" in left) == (False, True)
        message = upstream.notify.messages[0].message_id
        one = await browser.post(f"/messages/{message}/read", data={"kind": "nonsense"})
        assert one.headers["location"] == "/messages?done=read"
        assert (await browser.post("/messages/read")).headers["location"] == "/messages?done=all_read"
        assert "没有未读消息" in (await browser.get("/messages?kind=work")).text
    async with upstream.browser("reviewer") as browser:
        assert f'href="/base/applications/{application}"' in (await browser.get("/messages")).text


async def test_only_the_boxes_that_were_changed_are_saved(upstream: Upstream) -> None:
    calendar, sms, email = (
        delivery_pb2.NOTICE_KIND_CALENDAR,
        delivery_pb2.CHANNEL_SMS,
        delivery_pb2.CHANNEL_EMAIL,
    )
    person = upstream.identity.people["applicant"][0]
    async with upstream.browser("applicant") as browser:
        page = (await browser.get(HERE)).text
        assert "账号安全提醒始终以短信告知" in page
        assert ('name="wanted.security.sms"' in page, 'name="wanted.work.sms"' in page) == (False, False)
        shown = dict(re.findall(r'name="(shown\.[a-z.]+)" value="(yes|no)"', page))
        wanted = {name.replace("shown", "wanted"): "yes" for name, value in shown.items() if value == "yes"}
        assert (shown["shown.calendar.sms"], shown["shown.calendar.email"]) == ("no", "yes")
        # Meanwhile, elsewhere: e-mails about calendars are switched off. This page has not seen it, and leaves it.
        upstream.preferences.said[person, calendar, email] = False
        saved = await browser.post(f"{HERE}/wishes", data=shown | wanted | {"wanted.calendar.sms": "yes"})
        assert saved.headers["location"] == f"{HERE}?done=wishes_of_notices"
        assert upstream.preferences.said == {(person, calendar, sms): True, (person, calendar, email): False}
        forged = await browser.post(f"{HERE}/wishes", data={"shown.security.sms": "yes"})
        assert (forged.status_code, forged.text.count("此类通知不能关闭")) == (409, 1)
        unknown = await browser.post(f"{HERE}/wishes", data={"shown.nothing.sms": "yes"})
        assert unknown.status_code == 422
        english = await browser.post(f"{HERE}/language", data={"language": "en"})
        assert english.headers["location"] == f"{HERE}?done=language#language"
        assert upstream.preferences.languages[person] == "en"
        assert (await browser.post(f"{HERE}/language", data={"language": "fr"})).status_code == 422
        assert (await browser.get("/account/data")).json()["notices"]["language"] == "en"


async def test_an_address_is_proved_by_its_code_blocked_ones_are_told_and_any_is_removed(upstream: Upstream) -> None:
    person = upstream.identity.people["applicant"][0]
    async with upstream.browser("applicant") as browser:
        assert "还没有可用的邮箱" in (await browser.get(HERE)).text
        for typed, told in (("", "请填写邮箱地址"), ("nobody", "请填写完整的电子邮箱地址")):
            wrong = await browser.post(f"{HERE}/addresses", data=keyed(channel="email", address=typed))
            assert (wrong.status_code, told in wrong.text, 'href="#address"' in wrong.text) == (422, True, True)
            assert f'value="{typed}"' in wrong.text
        begun = await browser.post(f"{HERE}/addresses", data=keyed(channel="email", address="li@example.org"))
        address = upstream.preferences.addresses[person][0]
        one = f"{HERE}/addresses/{address.address_id}"
        assert begun.headers["location"] == f"{HERE}?done=code_sent#address-{address.address_id}"
        waiting = (await browser.get(HERE)).text
        assert ("l***@example.org" in waiting, "待验证" in waiting, "li@example.org" in waiting) == (True, True, False)
        for code, told in (("12345", "验证码为 6 位数字"), ("000000", "验证码不正确")):
            wrong = await browser.post(f"{one}/code", data={"code": code})
            assert (wrong.status_code, told in wrong.text) == (422, True)
            assert f'href="#code-{address.address_id}"' in wrong.text
        assert (await browser.post(f"{one}/code", data={"code": CODE})).status_code == 303
        assert "还没有可用的邮箱" not in (await browser.get(HERE)).text
        address.blocked = "DEAD"
        blocked = (await browser.get(HERE)).text
        for told in ("已停止发送", "地址不存在或已停用", "重新验证后恢复发送", "还没有可用的邮箱"):
            assert told in blocked, told
        assert (await browser.post(f"{one}/removal")).headers["location"] == f"{HERE}?done=address_removed#addresses"
        assert upstream.preferences.addresses[person] == []
        assert (await browser.post(f"{one}/removal")).status_code == 404


async def test_wechat_is_bound_by_a_picture_and_the_page_goes_on_by_itself(upstream: Upstream) -> None:
    person = upstream.identity.people["applicant"][0]
    async with upstream.browser("applicant") as browser:
        picture = await browser.post(f"{HERE}/addresses", data=keyed(channel="wechat"))
        again = re.search(r'data-poll="([^"]+)"', picture.text)
        assert again is not None
        # As large as its frame, however long the text: a picture of a size of its own would be cut off.
        assert re.search(r'<svg [^>]*viewBox="0 0 \d+ \d+"', picture.text) is not None
        assert SCAN_URL in picture.text
        waiting = await browser.get(again.group(1))
        assert (waiting.status_code, "等待扫码" in waiting.text, SCAN_URL in waiting.text) == (200, True, False)
        upstream.preferences.scan(person)
        assert (await browser.get(again.group(1))).headers["location"] == f"{HERE}?done=wechat_bound#addresses"
        assert "****abcd" in (await browser.get(HERE)).text
        assert (await browser.get(f"{HERE}/addresses/nothing")).headers["location"] == HERE


async def test_msg_39_looking_at_a_link_changes_nothing_and_a_post_from_anywhere_takes_off(upstream: Upstream) -> None:
    here, cell = f"/unsubscribe/{TOKEN}", (delivery_pb2.NOTICE_KIND_CALENDAR, delivery_pb2.CHANNEL_EMAIL)
    upstream.preferences.of_token = "somebody"
    async with upstream.browser() as anybody:
        del anybody.headers["sec-fetch-site"], anybody.headers["origin"]
        shown = await anybody.get(here)
        assert (shown.status_code, "日程调整" in shown.text, f'action="{here}"' in shown.text) == (200, True, True)
        assert upstream.preferences.said == {}
        one_click = {"List-Unsubscribe": "One-Click"}
        for body in ({"data": one_click}, {"files": {"List-Unsubscribe": (None, "One-Click")}}):
            upstream.preferences.said.clear()
            done = await anybody.post(here, headers={"sec-fetch-site": "cross-site"}, **body)
            assert (done.status_code, done.text) == (200, "OK")
            assert upstream.preferences.said == {("somebody", *cell): False}
        person = await anybody.post(here)
        assert (person.status_code, "已退订" in person.text) == (200, True)
        assert "此前已退订" in (await anybody.get(here)).text
        for request in (anybody.get, anybody.post):
            answer = await request("/unsubscribe/not-a-token-that-we-made")
            assert (answer.status_code, "退订链接无效" in answer.text) == (404, True)
        # The exemption is of this address alone.
        assert (await anybody.post(f"{HERE}/wishes")).status_code == 403


@pytest.mark.parametrize(
    ("path", "channel"),
    [("texts", "SMS"), ("email", "EMAIL"), ("webhook", "WEBHOOK")],
)
async def test_web_02_a_report_goes_on_as_it_came_with_its_signature(
    upstream: Upstream, path: str, channel: str
) -> None:
    service = delivery_service_pb2
    upstream.deliveries.answers["RecordReceipt"] = service.RecordReceiptResponse(recorded=2)
    body = '{"receipts": [] , "字": 1}'.encode()
    async with upstream.browser("applicant") as carrier:
        del carrier.headers["sec-fetch-site"], carrier.headers["origin"]
        headers = {"Residency-Signature": "t=1,v1=ab", "content-type": "application/json", "x-other": "1"}
        answer = await carrier.post(f"/callbacks/{path}?secret=1", content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"recorded": 2})
        (asked,) = upstream.deliveries.requests("RecordReceipt")
        assert (asked.channel, asked.body) == (delivery_pb2.Channel.Value(f"CHANNEL_{channel}"), body)
        assert dict(asked.signature) == {"residency-signature": "t=1,v1=ab", "content-type": "application/json"}
        upstream.deliveries.answers["RecordReceipt"] = DomainError(
            Kind.UNAUTHENTICATED, "RECEIPT_UNSIGNED", "回执没有有效的签名。"
        )
        refused = await carrier.post(f"/callbacks/{path}", content=body)
        assert (refused.status_code, refused.json()["reason"]) == (401, "RECEIPT_UNSIGNED")
        assert refused.headers["content-type"] == "application/problem+json"
        large = await carrier.post(f"/callbacks/{path}", content=b"x" * (MAX_BODY_BYTES + 1))
        assert large.json()["reason"] == "BODY_TOO_LARGE"
        assert len(upstream.deliveries.requests("RecordReceipt")) == 2


async def test_web_02_the_official_account_signs_its_query_and_hears_what_it_wants(upstream: Upstream) -> None:
    service = delivery_service_pb2
    signed = {"signature": "ab", "timestamp": "1", "nonce": "2"}
    upstream.deliveries.answers["RecordReceipt"] = lambda request: service.RecordReceiptResponse(
        answer=request.signature.get("echostr", "success").encode(), media_type="text/plain; charset=utf-8"
    )
    async with upstream.browser() as carrier:
        proved = await carrier.get("/callbacks/wechat", params=signed | {"echostr": "<b>42</b>"})
        assert (proved.status_code, proved.text) == (200, "<b>42</b>")
        assert proved.headers["content-type"] == "text/plain; charset=utf-8"
        heard = await carrier.post("/callbacks/wechat", params=signed, content=b"<xml/>")
        assert heard.text == "success"
        first, second = upstream.deliveries.requests("RecordReceipt")
        assert (dict(first.signature), first.body) == (signed | {"echostr": "<b>42</b>"}, b"")
        assert (dict(second.signature), second.body) == (signed, b"<xml/>")
        upstream.deliveries.answers["RecordReceipt"] = service.RecordReceiptResponse(
            answer=b"<script>", media_type="text/html"
        )
        assert "text/plain" in (await carrier.post("/callbacks/wechat")).headers["content-type"]
        for path in ("/callbacks/pigeon", "/callbacks/inbox"):
            nobody = await carrier.post(path)
            assert (nobody.status_code, nobody.json()["reason"]) == (404, "HTTP_404")


async def test_web_01_what_was_kept_is_read_and_a_mail_stands_in_a_frame_of_its_own(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        box = (await browser.get("/outbox")).text
        assert ("138****0000" in box, "a***@example.org" in box, "审核通过，请登录核对。" in box) == (True,) * 3
        assert "<h1>审核通过" not in box
        only = (await browser.get("/outbox?channel=sms")).text
        assert ("138****0000" in only, "a***@example.org" in only) == (True, False)
        assert all(not each.everybody for each in upstream.deliveries.requests("ListKept"))
        link = re.search(r'href="(/outbox/[0-9a-f-]+)"', box)
        assert link is not None
        page = await browser.get(link.group(1))
        assert page.headers.get_list("content-security-policy") == [FRAMING]
        assert f'src="{link.group(1)}/mail" sandbox="allow-popups' in page.text
        mail = await browser.get(f"{link.group(1)}/mail")
        assert mail.headers.get_list("content-security-policy") == [MAIL]
        assert mail.headers["x-frame-options"] == "SAMEORIGIN"
        assert "script-src" not in MAIL
        assert "allow-scripts" not in MAIL
        assert mail.text.startswith("<!doctype html>")
        assert (await browser.get("/outbox/0197c0de-0000-7000-8000-00000000000f")).status_code == 404
        upstream.deliveries.answers["ListKept"] = DomainError(Kind.NOT_FOUND, "NOT_KEPT", "这里不保存已发出的内容。")
        assert (await browser.get("/outbox")).status_code == 404
        assert "/outbox" not in (await browser.get(HERE)).text
