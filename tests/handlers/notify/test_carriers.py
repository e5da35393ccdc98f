"""MSG-24: every answer of a carrier means one of six things, and silence is told from refusal."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.kit.domain import DomainError, Kind
from services.notify.adapters.port import ChannelAdapter
from services.notify.adapters.texts import TextGateway
from services.notify.adapters.webhook import Webhook
from services.notify.adapters.wechat import ERRORS, WeChat
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.settings import NotifySettings
from tests.support.carrier_servers import DELIVERY, MESSAGE, NOW, Answered, At, Heard, http_carrier, outgoing, saying

PATIENT, HASTY = timedelta(seconds=10), timedelta(milliseconds=400)
SILENT, HUNG_UP = Answered(silent=True), Answered(hangs_up=True)

PLAIN: list[tuple[Answered, Verdict, str]] = [
    (Answered(200), Verdict.ACCEPTED, ""),
    (Answered(202, b"not json"), Verdict.ACCEPTED, ""),
    (Answered(204), Verdict.ACCEPTED, ""),
    (Answered(409), Verdict.ACCEPTED, ""),
    (Answered(302, headers={"location": "http://127.0.0.1:1/"}), Verdict.DOWN, "HTTP_302"),
    (Answered(400), Verdict.REFUSED, "HTTP_400"),
    (Answered(401), Verdict.DOWN, "HTTP_401"),
    (Answered(402), Verdict.DOWN, "HTTP_402"),
    (Answered(403), Verdict.DOWN, "HTTP_403"),
    (Answered(404), Verdict.DOWN, "HTTP_404"),
    (Answered(405), Verdict.DOWN, "HTTP_405"),
    (Answered(408), Verdict.LATER, "HTTP_408"),
    (Answered(410), Verdict.BAD_ADDRESS, "HTTP_410"),
    (Answered(413), Verdict.REFUSED, "HTTP_413"),
    (Answered(422), Verdict.REFUSED, "HTTP_422"),
    (Answered(425), Verdict.LATER, "HTTP_425"),
    (Answered(429), Verdict.LATER, "HTTP_429"),
    (Answered(500), Verdict.LATER, "HTTP_500"),
    (Answered(503), Verdict.LATER, "HTTP_503"),
    (SILENT, Verdict.UNKNOWN, "NO_ANSWER"),
    (HUNG_UP, Verdict.UNKNOWN, "NO_ANSWER"),
]


def text_gateway(url: str, **changes: Any) -> TextGateway:
    values: dict[str, Any] = {
        "texts_address": f"{url}/texts",
        "texts_key": SecretStr("the-key"),
        "texts_timeout": PATIENT,
    }
    return TextGateway(NotifySettings(**(values | changes)))


def webhook(url: str, **changes: Any) -> Webhook:
    values: dict[str, Any] = {
        "webhook_address": f"{url}/hook",
        "webhook_secret": SecretStr("the-secret"),
        "webhook_timeout": PATIENT,
    }
    return Webhook(NotifySettings(public_url="https://portal.example", **(values | changes)), At())


def wechat(url: str, **changes: Any) -> WeChat:
    values: dict[str, Any] = {
        "wechat_address": url,
        "wechat_app_id": "wx01",
        "wechat_app_secret": SecretStr("the-secret"),
        "wechat_templates": {"application_approved": "TM-1"},
        "wechat_timeout": PATIENT,
        "public_url": "https://portal.example",
    }
    return WeChat(NotifySettings(**(values | changes)))


def patience(answer: Answered) -> timedelta:
    return HASTY if answer.silent else PATIENT


async def sent(adapter: ChannelAdapter, **changes: Any) -> Outcome:
    """What becomes of one message; the adapter is stopped."""
    try:
        return await adapter.send(outgoing(adapter.channel, **changes))
    finally:
        await adapter.stop()


@pytest.mark.parametrize("adapter", [text_gateway, webhook], ids=["texts", "webhook"])
@pytest.mark.parametrize(("answer", "verdict", "reason"), PLAIN, ids=lambda value: getattr(value, "status", value))
async def test_msg_24_a_gateway_s_answer_has_one_meaning(
    adapter: Callable[..., ChannelAdapter], answer: Answered, verdict: Verdict, reason: str
) -> None:
    limits = dict.fromkeys(("texts_timeout", "webhook_timeout"), patience(answer))
    async with http_carrier(lambda _: answer) as carrier:
        outcome = await sent(adapter(carrier.url, **limits))
    assert (outcome.verdict, outcome.reason) == (verdict, reason)
    assert len(carrier.heard) == 1, "nothing is tried twice, and no redirect is followed"


@pytest.mark.parametrize("adapter", [text_gateway, webhook, wechat], ids=["texts", "webhook", "wechat"])
async def test_msg_24_what_was_never_sent_is_no_attempt(adapter: Callable[[str], ChannelAdapter]) -> None:
    async with http_carrier(lambda _: SILENT) as carrier:
        gone = carrier.url
    assert await sent(adapter(gone)) == Outcome(Verdict.DOWN, "UNREACHABLE")


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("0", timedelta(seconds=1)),
        ("99999999999999", None),
        ("864000", timedelta(days=1)),
        ("Mon, 01 Jan 2001 00:00:00 GMT", timedelta(seconds=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
        ("soon", None),
    ],
)
async def test_msg_24_a_carrier_may_ask_for_a_pause(asked: str, wait: timedelta | None) -> None:
    async with http_carrier(lambda _: Answered(429, headers={"retry-after": asked})) as carrier:
        assert await sent(webhook(carrier.url)) == Outcome(Verdict.LATER, "HTTP_429", wait=wait)


async def test_msg_24_a_text_goes_out_as_documented_under_one_id() -> None:
    async with http_carrier(lambda _: saying({"provider_id": "sms-77"}, 202)) as carrier:
        adapter = text_gateway(carrier.url, sender_name="山东住培")
        first = await adapter.send(outgoing(Channel.SMS, body="您的报名审核通过，请登录查看。"))
        assert await sent(adapter) == first == Outcome(Verdict.ACCEPTED, provider_id="sms-77")
    (heard, again) = carrier.heard
    assert (heard.path, heard.headers["authorization"]) == ("/texts", "Bearer the-key")
    assert heard.json == {
        "id": DELIVERY,
        "to": "+8613800138000",
        "purpose": "notice",
        "text": "【山东住培】您的报名审核通过，请登录查看。",
        "code": "",
        "template": "application_approved",
        "language": "zh",
        "parameters": {"base": "齐鲁医院", "specialty": "内科", "remark": "欢迎阿依古丽·买买提"},
    }
    assert again.json["id"] == DELIVERY
    assert adapter.idempotent


@pytest.mark.parametrize("reason", ["ADDRESS_DEAD", "ADDRESS_BLOCKED"])
async def test_msg_24_a_gateway_may_say_that_a_number_is_dead(reason: str) -> None:
    async with http_carrier(lambda _: saying({"reason": reason}, 422)) as carrier:
        assert await sent(text_gateway(carrier.url)) == Outcome(Verdict.BAD_ADDRESS, reason)
    async with http_carrier(lambda _: saying({"reason": ["no", "code"]}, 422)) as carrier:
        assert await sent(text_gateway(carrier.url)) == Outcome(Verdict.REFUSED, "HTTP_422")


async def test_msg_24_a_webhook_gets_a_signed_cloud_event() -> None:
    async with http_carrier(lambda _: Answered(204)) as carrier:
        await sent(webhook(carrier.url), organisation_code="3701", person_id="", application_id="A-1")
    (heard,) = carrier.heard
    assert heard.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    stamp = int(NOW.timestamp())
    right = hmac.new(b"the-secret", f"{stamp}.".encode() + heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["residency-signature"] == f"t={stamp},v1={right}"
    event = heard.json
    assert event.pop("data") == {
        "message_id": MESSAGE,
        "organisation_code": "3701",
        "application_id": "A-1",
        "template": "application_approved",
        "language": "zh",
        "title": "审核通过通知",
        "body": "报考基地：齐鲁医院\n报名专业：内科\n备注：欢迎阿依古丽·买买提",
        "parameters": {"base": "齐鲁医院", "specialty": "内科", "remark": "欢迎阿依古丽·买买提"},
    }
    assert event == {
        "specversion": "1.0",
        "id": DELIVERY,
        "source": "https://portal.example",
        "type": "residency.notify.v1.notice",
        "time": "2023-07-11T01:30:00+00:00",
        "datacontenttype": "application/json",
    }


class Platform:
    """The official account's platform: hands out tokens, and answers everything else as it is told."""

    def __init__(self, *codes: int, stays: bool = False) -> None:
        self.codes = list(codes)
        self.stays = stays
        """It goes on calling a token current until it is forced to make another."""
        self.tokens = 1
        self.forced: list[bool] = []

    def __call__(self, heard: Heard) -> Answered:
        if heard.path == "/cgi-bin/stable_token":
            self.forced.append(heard.json["force_refresh"])
            assert heard.json["secret"] == "the-secret"
            if len(self.forced) > 1 and (self.forced[-1] or not self.stays):
                self.tokens += 1
            return saying({"access_token": f"token-{self.tokens}", "expires_in": 7200})
        code = self.codes.pop(0) if self.codes else 0
        more = {"msgid": 200228332} if "template" in heard.path else {"url": "http://weixin.qq.com/q/02x"}
        return saying({"errcode": code, "errmsg": "…", **(more if code == 0 else {})})


async def test_msg_24_a_template_message_goes_out_as_the_platform_wants_it() -> None:
    async with http_carrier(Platform()) as carrier:
        adapter = wechat(carrier.url)
        outcomes = await asyncio.gather(*(adapter.send(outgoing(Channel.WECHAT)) for _ in range(5)))
        await adapter.stop()
    assert outcomes == [Outcome(Verdict.ACCEPTED, provider_id="200228332")] * 5
    asked = [heard for heard in carrier.heard if heard.path == "/cgi-bin/stable_token"]
    assert [heard.json["appid"] for heard in asked] == ["wx01"], "asked once, though five came at once"
    message = carrier.heard[-1]
    assert message.path == "/cgi-bin/message/template/send?access_token=token-1"
    assert message.json == {
        "touser": "oKtaV5d8gBqvI6nQ7mXw0pQxYz12",
        "template_id": "TM-1",
        "client_msg_id": DELIVERY,
        "data": {"thing1": {"value": "齐鲁医院"}, "phrase2": {"value": "审核通过"}},
        "url": "https://portal.example/messages",
    }


WECHAT = [(code, *meaning) for code, meaning in ERRORS.items() if code not in (40001, 40014, 42001)]


@pytest.mark.parametrize(("code", "verdict", "wait"), [*WECHAT, (99999, Verdict.LATER, None)])
async def test_msg_24_a_code_of_wechat_has_one_meaning(code: int, verdict: Verdict, wait: timedelta | None) -> None:
    async with http_carrier(Platform(code)) as carrier:
        assert await sent(wechat(carrier.url)) == Outcome(verdict, f"WECHAT_{code}", wait=wait)
    assert len(carrier.heard) == 2, "a token, and the message once"


def test_msg_24_the_codes_of_wechat_that_decide_most_mean_what_they_should() -> None:
    meant = {code: verdict for code, (verdict, _) in ERRORS.items()}
    assert {code for code, verdict in meant.items() if verdict is Verdict.BAD_ADDRESS} == {40003, 43004}
    assert [meant[code] for code in (-1, 45011, 43101, 40037, 47003, 48001, 40164, 45009)] == [
        *(Verdict.LATER, Verdict.LATER, Verdict.REFUSED, Verdict.REFUSED, Verdict.REFUSED),
        *(Verdict.DOWN, Verdict.DOWN, Verdict.DOWN),
    ]


@pytest.mark.parametrize("stale", [40001, 40014, 42001])
@pytest.mark.parametrize("stays", [False, True], ids=["replaced by others", "still called current"])
async def test_msg_24_a_stale_token_is_renewed_and_the_message_sent_once(stale: int, stays: bool) -> None:
    platform = Platform(stale, stays=stays)
    async with http_carrier(platform) as carrier:
        outcome = await sent(wechat(carrier.url))
    assert outcome.verdict is Verdict.ACCEPTED
    assert platform.forced == ([False, False, True] if stays else [False, False])
    used = [heard.path.partition("=")[2] for heard in carrier.heard if "template" in heard.path]
    assert used == ["token-1", "token-2"]


async def test_msg_24_a_token_that_never_works_stops_the_channel_without_a_storm() -> None:
    platform = Platform(*[40001] * 20, stays=True)
    async with http_carrier(platform) as carrier:
        adapter = wechat(carrier.url)
        reasons = [(await adapter.send(outgoing(Channel.WECHAT))).reason for _ in range(4)]
        await adapter.stop()
    assert reasons == ["WECHAT_40001", "WECHAT_TOKEN", "WECHAT_TOKEN", "WECHAT_TOKEN"]
    assert platform.forced.count(True) == 1, "forcing a token is rationed by the platform"


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (saying({"errcode": 40013}), Verdict.DOWN, "WECHAT_40013"),
        (saying({"errcode": 40125}), Verdict.DOWN, "WECHAT_40125"),
        (saying({"errcode": 40164}), Verdict.DOWN, "WECHAT_40164"),
        (saying({"errcode": -1}), Verdict.LATER, "WECHAT_-1"),
        (saying({}), Verdict.DOWN, "WECHAT_TOKEN"),
        (Answered(502), Verdict.DOWN, "HTTP_502"),
        (SILENT, Verdict.DOWN, "NO_ANSWER"),
    ],
    ids=str,
)
async def test_msg_24_without_a_token_nothing_was_sent(answer: Answered, verdict: Verdict, reason: str) -> None:
    async with http_carrier(lambda _: answer) as carrier:
        outcome = await sent(wechat(carrier.url, wechat_timeout=patience(answer)))
    assert (outcome.verdict, outcome.reason) == (verdict, reason)
    assert [heard.path for heard in carrier.heard] == ["/cgi-bin/stable_token"]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (SILENT, Verdict.UNKNOWN),
        (HUNG_UP, Verdict.UNKNOWN),
        (Answered(200, b"<html>"), Verdict.UNKNOWN),
        (Answered(201), Verdict.UNKNOWN),
        (Answered(429), Verdict.LATER),
        (Answered(503), Verdict.LATER),
        (Answered(404), Verdict.DOWN),
        (Answered(410), Verdict.DOWN),
    ],
    ids=str,
)
async def test_msg_24_what_is_not_the_platform_s_answer_is_told_apart(answer: Answered, verdict: Verdict) -> None:
    def reply(heard: Heard) -> Answered:
        return Platform()(heard) if "stable_token" in heard.path else answer

    async with http_carrier(reply) as carrier:
        assert (await sent(wechat(carrier.url, wechat_timeout=patience(answer)))).verdict is verdict


async def test_msg_24_a_template_the_account_does_not_have_goes_nowhere() -> None:
    async with http_carrier(Platform()) as carrier:
        outcome = await sent(wechat(carrier.url), template="application_rejected")
    assert outcome == Outcome(Verdict.REFUSED, "TEMPLATE_NOT_MAPPED")
    assert not carrier.heard


async def test_msg_24_a_code_to_scan_holds_the_ticket() -> None:
    async with http_carrier(Platform(42001)) as carrier:
        adapter = wechat(carrier.url)
        assert await adapter.scan_url("ticket-1") == "http://weixin.qq.com/q/02x"
        await adapter.stop()
    assert carrier.heard[-1].json == {
        "expire_seconds": 600,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "ticket-1"}},
    }
    async with http_carrier(Platform(48001)) as carrier:
        adapter = wechat(carrier.url)
        with pytest.raises(DomainError) as caught:
            await adapter.scan_url("ticket-1")
        await adapter.stop()
    assert (caught.value.kind, caught.value.reason) == (Kind.UNAVAILABLE, "WECHAT_UNAVAILABLE")


async def test_msg_24_nothing_of_a_message_stands_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = [
        "13800138000",
        "zhang.san",
        "oKtaV5d8",
        "齐鲁医院",
        "阿依古丽",
        "审核通过",
        "the-key",
        "the-secret",
        "token-1",
    ]
    with capture_logs() as structured:
        for answer in (Answered(200), Answered(500), Answered(410), SILENT, HUNG_UP):
            async with http_carrier(lambda _, answer=answer: answer) as carrier:  # type: ignore[misc]
                hasty = dict.fromkeys(("texts_timeout", "webhook_timeout", "wechat_timeout"), patience(answer))
                for adapter in (make(carrier.url, **hasty) for make in (text_gateway, webhook, wechat)):
                    outcome = await sent(adapter)
                    assert not [secret for secret in secrets if secret in f"{outcome}{outgoing(adapter.channel)}"]
        async with http_carrier(Platform(47003)) as carrier:
            await sent(wechat(carrier.url))
    said = caplog.text + json.dumps(structured, ensure_ascii=False, default=str)
    assert not [secret for secret in secrets if secret in said]


def test_msg_24_every_code_of_wechat_is_documented_with_its_meaning() -> None:
    section = (
        (Path(__file__).parents[3] / "docs" / "adapters.md")
        .read_text(encoding="utf-8")
        .partition("### WeChat")[2]
        .partition("###")[0]
    )
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("|")]
    documented = {int(code): means.split()[0] for codes, means in rows for code in re.findall(r"-?\b\d{1,5}\b", codes)}
    words = {Verdict.LATER: "later", Verdict.REFUSED: "refused", Verdict.BAD_ADDRESS: "bad", Verdict.DOWN: "down"}
    meant = {code: words[verdict] for code, (verdict, _) in ERRORS.items()}
    assert {code: means.strip(";,") for code, means in documented.items()} == meant | {
        0: "accepted",
        # A fresh token first.
        **dict.fromkeys((40001, 40014, 42001), "a"),
    }
