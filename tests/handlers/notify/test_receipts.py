"""MSG-27: what carriers tell is believed with their signature, within five minutes, and never otherwise."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.kit.domain import DomainError, Kind
from services.notify.adapters import bounces, mail
from services.notify.adapters.receipts import Event, Left, Receipt, Receipts, Scanned
from services.notify.adapters.signing import is_signed, signature
from services.notify.domain.channels import Channel
from services.notify.settings import NotifySettings
from tests.support.carrier_servers import DELIVERY, NOW, At, outgoing

SECRETS = {Channel.SMS: "of texts", Channel.EMAIL: "of e-mail", Channel.WEBHOOK: "of the hook"}
TOKEN = "of-wechat"
SIGNED = [Channel.SMS, Channel.EMAIL, Channel.WEBHOOK]


def receipts(clock: At | None = None, **changes: Any) -> Receipts:
    values: dict[str, Any] = {
        "texts_receipt_secret": SecretStr(SECRETS[Channel.SMS]),
        "email_receipt_secret": SecretStr(SECRETS[Channel.EMAIL]),
        "webhook_secret": SecretStr(SECRETS[Channel.WEBHOOK]),
        "wechat_token": SecretStr(TOKEN),
    }
    return Receipts(NotifySettings(**(values | changes)), clock or At())


def signed(channel: Channel, body: bytes) -> dict[str, str]:
    stamp = int(NOW.timestamp())
    mac = hmac.new(SECRETS[channel].encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"residency-signature": f"t={stamp},v1={mac}"}


def by_wechat(**changes: str) -> dict[str, str]:
    stamp, nonce = str(int(NOW.timestamp())), "1204014"
    proof = hashlib.sha1("".join(sorted((TOKEN, stamp, nonce))).encode()).hexdigest()
    return {"signature": proof, "timestamp": stamp, "nonce": nonce} | changes


def told(*rows: Any) -> bytes:
    return json.dumps({"receipts": rows}).encode()


def refused(read: Receipts, channel: Channel, signature: dict[str, str], body: bytes) -> DomainError:
    with pytest.raises(DomainError) as caught:
        read.read(channel, signature, body)
    assert caught.value.rule == "MSG-27"
    return caught.value


ROW = {"id": DELIVERY, "status": "delivered"}


@pytest.mark.parametrize("channel", SIGNED)
def test_msg_27_a_receipt_names_the_delivery_by_our_id_or_the_carrier_s(channel: Channel) -> None:
    body = told(
        {"id": DELIVERY, "status": "delivered", "reason": "IGNORED"},
        {"provider_id": "sms-77", "status": "failed", "reason": "NO_ROUTE"},
        {"id": DELIVERY.upper(), "status": "dead", "reason": "unknown number 13800138000"},
        {"id": DELIVERY, "provider_id": "sms-77", "status": "blocked"},
    )
    assert receipts().read(channel, signed(channel, body), body) == [
        Receipt("confirmed", delivery_id=DELIVERY),
        Receipt("refused", provider_id="sms-77", reason="NO_ROUTE"),
        Receipt("refused", delivery_id=DELIVERY, reason="DEAD", blocks=True),
        Receipt("refused", delivery_id=DELIVERY, provider_id="sms-77", reason="BLOCKED", blocks=True),
    ]
    assert receipts().answer(channel, {}) == (b"", "")


@pytest.mark.parametrize("channel", SIGNED)
def test_msg_27_without_its_signature_nothing_is_believed(channel: Channel) -> None:
    body = told(ROW)
    right = signed(channel, body)["residency-signature"]
    stamp, _, mac = right.partition(",")
    others = [other for other in SIGNED if other is not channel]
    for wrong in (
        *({}, {"residency-signature": ""}, {"residency-signature": mac}, {"residency-signature": stamp}),
        *({"residency-signature": f"{stamp},{stamp},{mac}"}, {"residency-signature": f"t=1²,{mac}"}),
        *({"residency-signature": right[:-1]}, {"residency-signature": f"{stamp},v0={mac[3:]}"}, {"Signature": right}),
        *(signed(other, body) for other in others),
    ):
        error = refused(receipts(), channel, wrong, body)
        assert (error.kind, error.reason) == (Kind.UNAUTHENTICATED, "RECEIPT_UNSIGNED")
    assert refused(receipts(), channel, signed(channel, body), told(ROW, ROW)).reason == "RECEIPT_UNSIGNED"


def test_msg_27_without_a_secret_nobody_can_sign() -> None:
    body = told(ROW)
    stamp = int(NOW.timestamp())
    by_nobody = {"residency-signature": signature("", body, NOW)}
    unset: dict[str, Any] = {"texts_receipt_secret": SecretStr(""), "wechat_token": SecretStr("")}
    assert refused(receipts(**unset), Channel.SMS, by_nobody, body).reason == "RECEIPT_UNSIGNED"
    proof = hashlib.sha1("".join(sorted(("", str(stamp), "n"))).encode()).hexdigest()
    forged = {"signature": proof, "timestamp": str(stamp), "nonce": "n"}
    assert refused(receipts(**unset), Channel.WECHAT, forged, b"").reason == "RECEIPT_UNSIGNED"


@pytest.mark.parametrize("late", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_msg_27_what_is_older_than_five_minutes_is_not_believed(late: timedelta) -> None:
    body = told(ROW)
    for channel, proof in ((Channel.SMS, signed(Channel.SMS, body)), (Channel.WECHAT, by_wechat())):
        assert refused(receipts(At(NOW + late)), channel, proof, body).reason == "RECEIPT_UNSIGNED"
    nearly = At(NOW + late - late / abs(late.total_seconds()))
    assert receipts(nearly).read(Channel.SMS, signed(Channel.SMS, body), body)


def test_msg_27_a_secret_can_be_changed_while_both_sign() -> None:
    now = At()
    both = f"{signature('old', b'x', now.now())},{signature('new', b'x', now.now()).partition(',')[2]}"
    assert is_signed("new", both, b"x", NOW)
    assert is_signed("old", both, b"x", NOW)
    assert not is_signed("other", both, b"x", NOW)


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"[]",
            b"nothing",
            b"{}",
            b'{"receipts": {}}',
            b"[" * 100_000,
            told("row"),
            told({"status": "delivered"}),
        ),
        *(told(ROW | {"status": "perhaps"}), told(ROW | {"status": ["delivered"]}), told(ROW | {"id": "1"})),
        *(told(ROW | {"id": 7}), told(ROW | {"provider_id": "x" * 129}), told(*[ROW] * 1001), b"\xff\xfe"),
    ],
    ids=lambda body: str(body[:40]),
)
def test_msg_27_what_is_signed_and_cannot_be_read_is_said_so(body: bytes) -> None:
    error = refused(receipts(), Channel.SMS, signed(Channel.SMS, body), body)
    assert (error.kind, error.reason) == (Kind.INVALID, "RECEIPT_UNREADABLE")


def report(*recipients: dict[str, str], envelope: str = "", returned: str = "") -> bytes:
    """A report as a mail server writes it (RFC 3464): what happened, to whom, and what came back."""
    fields = {"Reporting-MTA": "dns; mail.example"} | ({"Original-Envelope-Id": envelope} if envelope else {})
    blocks = ["".join(f"{name}: {value}\r\n" for name, value in block.items()) for block in (fields, *recipients)]
    parts = [("text/plain; charset=utf-8", "Sorry.\r\n"), ("message/delivery-status", "\r\n".join(blocks))]
    parts += [("text/rfc822-headers", f"Subject: x\r\nMessage-ID: {returned}\r\n")] if returned else []
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in parts)
    head = (
        'From: MAILER-DAEMON@mail.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"'
    )
    return f"{head}\r\n\r\n{body}--b--\r\n".encode()


def bounced(body: bytes) -> list[Event]:
    return receipts().read(Channel.EMAIL, signed(Channel.EMAIL, body), body)


FAILED = {"Final-Recipient": "rfc822; zhang.san@example.com", "Action": "failed"}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (FAILED | {"Status": "5.1.1"}, Receipt("refused", DELIVERY, reason="DSN_5_1_1", blocks=True)),
        (FAILED | {"Status": "5.2.1 (closed)"}, Receipt("refused", DELIVERY, reason="DSN_5_2_1", blocks=True)),
        (FAILED | {"Status": "5.1.8"}, Receipt("refused", DELIVERY, reason="DSN_5_1_8")),
        (FAILED | {"Status": "5.2.2"}, Receipt("refused", DELIVERY, reason="DSN_5_2_2")),
        (FAILED | {"Status": "5.7.1"}, Receipt("refused", DELIVERY, reason="DSN_5_7_1")),
        (FAILED | {"Status": "4.4.7"}, Receipt("refused", DELIVERY, reason="DSN_4_4_7")),
        (FAILED | {"Status": "4.1.1"}, Receipt("refused", DELIVERY, reason="DSN_4_1_1")),
        (FAILED | {"Status": "unknown"}, Receipt("refused", DELIVERY, reason="DSN_FAILED")),
        (FAILED | {"Action": "Delivered", "Status": "2.0.0"}, Receipt("confirmed", DELIVERY)),
        (FAILED | {"Action": "relayed", "Status": "2.0.0"}, Receipt("confirmed", DELIVERY)),
        (FAILED | {"Action": "delayed", "Status": "4.4.1"}, None),
        ({"Final-Recipient": "rfc822; x@example.com"}, None),
    ],
    ids=str,
)
def test_msg_27_a_bounce_is_read_as_mail_servers_write_it(block: dict[str, str], expected: Receipt | None) -> None:
    wanted = [expected] if expected else []
    assert bounced(report(block, envelope=DELIVERY)) == wanted
    assert bounced(report(block, returned=f"<{DELIVERY}@portal.example>")) == wanted


def test_msg_27_a_bounce_that_brings_back_the_whole_mail_names_its_delivery() -> None:
    head = mail.Letterhead("山东住培", "notice@portal.example", "https://portal.example")
    letter = mail.write(head, outgoing(Channel.EMAIL), NOW)
    message = report(FAILED | {"Status": "5.1.1"}).rstrip().removesuffix(b"--b--")
    body = message + b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + letter.content + b"\r\n--b--\r\n"
    assert bounced(body) == [Receipt("refused", DELIVERY, reason="DSN_5_1_1", blocks=True)]


def test_msg_27_a_mail_that_is_no_bounce_of_ours_says_nothing() -> None:
    answer = EmailMessage(policy=SMTP)
    answer["Subject"] = "Re: 审核通过通知"
    answer["In-Reply-To"] = f"<{DELIVERY}@portal.example>"
    answer.set_content("谢谢")
    foreign = report(FAILED | {"Status": "5.1.1"}, returned="<abc@other.example>")
    for body in (answer.as_bytes(), foreign, b"", b"\x00\xff" * 500, b"Content-Type: multipart/report\r\n\r\n"):
        assert bounced(body) == []


@given(st.binary(max_size=300), st.integers(0, 400))
def test_msg_27_no_bounce_however_broken_breaks_the_reader(noise: bytes, at: int) -> None:
    whole = report(FAILED | {"Status": "5.1.1"}, envelope=DELIVERY)
    for found in bounces.read(whole[:at] + noise + whole[at:]):
        assert found.delivery_id == DELIVERY


def event(**fields: str) -> bytes:
    known = {"ToUserName": "gh_1", "FromUserName": "openid-1", "CreateTime": "1395658920", "MsgType": "event"}
    parts = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in (known | fields).items())
    return f"<xml>{parts}</xml>".encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            event(Event="TEMPLATESENDJOBFINISH", MsgID="200163836", Status="success"),
            [Receipt("confirmed", provider_id="200163836")],
        ),
        (
            event(Event="TEMPLATESENDJOBFINISH", MsgID="200163840", Status="failed:user block"),
            [Receipt("refused", provider_id="200163840", reason="WECHAT_USER_BLOCK", blocks=True)],
        ),
        (
            event(Event="TEMPLATESENDJOBFINISH", MsgID="200163841", Status="failed: system failed"),
            [Receipt("refused", provider_id="200163841", reason="WECHAT_FAILED")],
        ),
        (event(Event="subscribe", EventKey="qrscene_ticket-1", Ticket="gQH"), [Scanned("ticket-1", "openid-1")]),
        (event(Event="SCAN", EventKey="ticket-1", Ticket="gQH"), [Scanned("ticket-1", "openid-1")]),
        (event(Event="subscribe", EventKey=""), []),
        (event(Event="unsubscribe"), [Left("openid-1")]),
        (event(Event="LOCATION"), []),
        (event(MsgType="text", Content="你好"), []),
        (b"", []),
    ],
    ids=lambda value: str(value)[:60],
)
def test_msg_27_an_event_of_wechat_is_read(body: bytes, expected: list[Event]) -> None:
    assert receipts().read(Channel.WECHAT, by_wechat(), body) == expected
    assert receipts().answer(Channel.WECHAT, by_wechat()) == (b"success", "text/plain; charset=utf-8")
    assert not [one for one in expected if "openid-1" in repr(one) or "ticket-1" in repr(one)]


def test_msg_27_wechat_asks_whether_we_are_who_we_claim() -> None:
    asks = by_wechat(echostr="5838479218127813673")
    assert receipts().read(Channel.WECHAT, asks, b"") == []
    assert receipts().answer(Channel.WECHAT, asks) == (b"5838479218127813673", "text/plain; charset=utf-8")
    for wrong in (by_wechat(signature="0" * 40), by_wechat(nonce="other"), by_wechat(timestamp="x"), {}):
        assert refused(receipts(), Channel.WECHAT, wrong, b"").reason == "RECEIPT_UNSIGNED"


@pytest.mark.parametrize(
    "body",
    [
        *(b"<xml>", b"no xml", b"\xff", b"<xml><Encrypt>AAAA</Encrypt></xml>"),
        b'<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>',
        b'<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><MsgType>&e;</MsgType></xml>',
        event(Event="TEMPLATESENDJOBFINISH", MsgID="", Status="success"),
    ],
    ids=lambda body: str(body[:40]),
)
def test_msg_27_xml_that_is_none_or_wants_more_than_to_be_read_is_refused(body: bytes) -> None:
    error = refused(receipts(), Channel.WECHAT, by_wechat(), body)
    assert (error.kind, error.reason) == (Kind.INVALID, "RECEIPT_UNREADABLE")
