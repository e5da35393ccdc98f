"""MSG-24 and MSG-25 with mail servers: a real one that receives, and one that answers everything there is to answer."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import json
import logging
import ssl
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.notify.adapters.smtp import SmtpMail
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.settings import NotifySettings
from tests.support.carrier_servers import DELIVERY, HANG, HANGUP, At, mail_server, outgoing, scripted_mail
from tests.support.wait import eventually

PATIENT, HASTY = timedelta(seconds=10), timedelta(milliseconds=500)


def smtp(port: int, tls: ssl.SSLContext | None = None, **changes: Any) -> SmtpMail:
    values: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "smtp_timeout": PATIENT,
        "email_from": "notice@portal.example",
        "sender_name": "山东住培",
        "public_url": "https://portal.example",
    }
    return SmtpMail(NotifySettings(**(values | changes)), At(), tls)


async def sent(adapter: SmtpMail, **changes: Any) -> Outcome:
    """What becomes of one message; the adapter is stopped."""
    try:
        return await adapter.send(outgoing(Channel.EMAIL, **changes))
    finally:
        await adapter.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key of 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("mail") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_msg_25_a_real_server_receives_what_was_sent(language: str) -> None:
    async with mail_server() as server:
        outcome = await sent(smtp(server.port), language=language, unsubscribe="a-token")
    assert outcome == Outcome(Verdict.ACCEPTED)
    (envelope,) = server.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("notice@portal.example", ["zhang.san@example.com"])
    mail = message_from_bytes(cast("bytes", envelope.content), policy=default)
    assert mail["Subject"] == "审核通过通知"
    assert mail["Message-ID"] == f"<{DELIVERY}@portal.example>"
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html"}
    for content in parts.values():
        assert "欢迎阿依古丽·买买提" in content
        assert ("Notice settings" if language == "en" else "通知设置") in content
    assert not mail.defects


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it speaks TLS from the start
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_msg_24_a_server_is_spoken_to_in_secret_and_with_a_password(certificate: Path, security: str) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    served: dict[str, Any] = {"auth_required": True, "auth_require_tls": security == "starttls"}
    served |= {"ssl": server_side(certificate)} if security == "tls" else {"tls_context": server_side(certificate)}
    async with mail_server(**served) as server:
        known: dict[str, Any] = {"smtp_security": security, "smtp_user": "notice"}
        right = known | {"smtp_password": SecretStr("the-password")}
        assert await sent(smtp(server.port, trusting, **right)) == Outcome(Verdict.ACCEPTED)
        wrong = known | {"smtp_password": SecretStr("another")}
        assert await sent(smtp(server.port, trusting, **wrong)) == Outcome(Verdict.DOWN, "SMTP_AUTHENTICATION")
        # A certificate nobody vouches for: not one byte of a message goes there.
        assert await sent(smtp(server.port, **right)) == Outcome(Verdict.DOWN, "SMTP_UNREACHABLE")
    assert len(server.taken) == 1
    assert server.secured == [True]


ANSWERS: list[tuple[dict[str, str], Verdict, str]] = [
    ({}, Verdict.ACCEPTED, ""),
    # It does not work for us at present.
    ({"GREETING": "554 5.3.2 no service"}, Verdict.DOWN, "SMTP_UNREACHABLE"),
    ({"GREETING": "421 4.3.2 later"}, Verdict.DOWN, "SMTP_UNREACHABLE"),
    ({"GREETING": HANGUP}, Verdict.DOWN, "SMTP_UNREACHABLE"),
    ({"GREETING": HANG}, Verdict.DOWN, "SMTP_UNREACHABLE"),
    ({"AUTH": "535 5.7.8 wrong"}, Verdict.DOWN, "SMTP_AUTHENTICATION"),
    ({"AUTH": "454 4.7.0 not now"}, Verdict.DOWN, "SMTP_AUTHENTICATION"),
    ({"EHLO": "250 mail.example"}, Verdict.DOWN, "SMTP_UNREACHABLE"),
    ({"MAIL": "550 5.7.1 not your address"}, Verdict.DOWN, "SMTP_SENDER"),
    ({"MAIL": "530 5.7.0 log in first"}, Verdict.DOWN, "SMTP_SENDER"),
    ({"MAIL": "553 5.1.8 no such domain"}, Verdict.DOWN, "SMTP_SENDER"),
    # Not now.
    ({"MAIL": "451 4.3.0 try later"}, Verdict.LATER, "SMTP_451"),
    ({"MAIL": "421 4.7.0 too many"}, Verdict.LATER, "SMTP_421"),
    ({"RCPT": "450 4.2.0 greylisted"}, Verdict.LATER, "SMTP_450"),
    ({"RCPT": "452 4.2.2 mailbox full"}, Verdict.LATER, "SMTP_452"),
    ({"RCPT": "421 4.3.2 closing"}, Verdict.LATER, "SMTP_421"),
    ({"DATA": "451 4.3.0 try later"}, Verdict.LATER, "SMTP_451"),
    ({"CONTENT": "452 4.3.1 no room"}, Verdict.LATER, "SMTP_452"),
    ({"MAIL": HANGUP}, Verdict.LATER, "SMTP_NO_ANSWER"),
    ({"RCPT": HANGUP}, Verdict.LATER, "SMTP_NO_ANSWER"),
    ({"RCPT": HANG}, Verdict.LATER, "SMTP_NO_ANSWER"),
    ({"RCPT": "hello"}, Verdict.LATER, "SMTP_MALFORMED"),
    # Never to this address.
    ({"RCPT": "550 5.1.1 no such user"}, Verdict.BAD_ADDRESS, "SMTP_550"),
    ({"RCPT": "550 no such user"}, Verdict.BAD_ADDRESS, "SMTP_550"),
    ({"RCPT": "551 not here"}, Verdict.BAD_ADDRESS, "SMTP_551"),
    ({"RCPT": "551 5.1.6 moved"}, Verdict.BAD_ADDRESS, "SMTP_551"),
    ({"RCPT": "553 5.1.3 not an address"}, Verdict.BAD_ADDRESS, "SMTP_553"),
    ({"RCPT": "554 5.2.1 mailbox closed"}, Verdict.BAD_ADDRESS, "SMTP_554"),
    ({"RCPT": "556 5.1.10 takes no mail"}, Verdict.BAD_ADDRESS, "SMTP_556"),
    ({"RCPT": "550-5.1.1 no such\r\n550 5.1.1 user"}, Verdict.BAD_ADDRESS, "SMTP_550"),
    ({"CONTENT": "550 5.1.1 no such user"}, Verdict.BAD_ADDRESS, "SMTP_550"),
    # Never this message; the address is good.
    ({"MAIL": "552 5.3.4 too large"}, Verdict.REFUSED, "SMTP_552"),
    ({"RCPT": "550 5.7.1 policy"}, Verdict.REFUSED, "SMTP_550"),
    ({"RCPT": "552 5.2.2 mailbox full"}, Verdict.REFUSED, "SMTP_552"),
    ({"RCPT": "550 5.1.8 your domain does not exist"}, Verdict.REFUSED, "SMTP_550"),
    ({"RCPT": "554 refused"}, Verdict.REFUSED, "SMTP_554"),
    ({"DATA": "554 5.5.1 no valid recipients"}, Verdict.REFUSED, "SMTP_554"),
    ({"CONTENT": "550 looks like spam"}, Verdict.REFUSED, "SMTP_550"),
    ({"CONTENT": "554 5.7.1 looks like spam"}, Verdict.REFUSED, "SMTP_554"),
    # Nobody knows.
    ({"CONTENT": HANG}, Verdict.UNKNOWN, "SMTP_NO_ANSWER"),
    ({"CONTENT": HANGUP}, Verdict.UNKNOWN, "SMTP_NO_ANSWER"),
    ({"CONTENT": "thanks"}, Verdict.UNKNOWN, "SMTP_MALFORMED"),
]


@pytest.mark.parametrize(("script", "verdict", "reason"), ANSWERS, ids=lambda value: str(value))
async def test_msg_24_a_mail_server_s_answer_has_one_meaning(
    script: dict[str, str], verdict: Verdict, reason: str
) -> None:
    limit = HASTY if HANG in script.values() else PATIENT
    login: dict[str, Any] = {"smtp_user": "notice", "smtp_password": SecretStr("the-password")}
    async with scripted_mail(**script) as server:
        assert await sent(smtp(server.port, smtp_timeout=limit, **login)) == Outcome(verdict, reason)
    assert server.connections == 1, "nothing is tried twice"


async def test_msg_24_a_mail_server_that_is_not_there_is_down() -> None:
    async with scripted_mail() as server:
        port = server.port
    assert await sent(smtp(port)) == Outcome(Verdict.DOWN, "SMTP_UNREACHABLE")


async def test_msg_24_nothing_is_said_in_the_open_where_secrecy_was_asked_for() -> None:
    login: dict[str, Any] = {"smtp_user": "notice", "smtp_password": SecretStr("the-password")}
    async with scripted_mail() as server:
        outcome = await sent(smtp(server.port, smtp_security="starttls", **login))
    assert outcome == Outcome(Verdict.DOWN, "SMTP_UNREACHABLE")
    assert {line.split()[0] for line in server.heard} <= {"EHLO", "QUIT"}


async def test_msg_24_a_connection_serves_many_messages_and_a_refusal_ends_none() -> None:
    async with scripted_mail(RCPT="550 5.1.1 no such user") as server:
        adapter = smtp(server.port)
        assert (await adapter.send(outgoing(Channel.EMAIL))).verdict is Verdict.BAD_ADDRESS
        del server.script["RCPT"]
        for _ in range(3):
            assert (await adapter.send(outgoing(Channel.EMAIL))).verdict is Verdict.ACCEPTED
        await adapter.stop()
    assert (server.connections, len(server.contents)) == (1, 3)


async def test_msg_24_a_server_that_hung_up_meanwhile_is_called_anew() -> None:
    async with scripted_mail() as server:
        adapter = smtp(server.port)
        assert (await adapter.send(outgoing(Channel.EMAIL))).verdict is Verdict.ACCEPTED
        server.script["RSET"] = HANGUP
        assert (await adapter.send(outgoing(Channel.EMAIL))).verdict is Verdict.ACCEPTED
        await adapter.stop()
    assert (server.connections, len(server.contents)) == (2, 2)


async def test_msg_24_whoever_is_told_to_stop_leaves_no_connection_half_used() -> None:
    async with scripted_mail(CONTENT=HANG) as server:
        adapter = smtp(server.port)
        sending = asyncio.create_task(adapter.send(outgoing(Channel.EMAIL)))

        async def handed_over() -> bool:
            return bool(server.contents)

        await eventually(handed_over, "the content is with the server")
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        server.script.clear()
        assert (await adapter.send(outgoing(Channel.EMAIL))).verdict is Verdict.ACCEPTED
        await adapter.stop()
    assert server.connections == 2


async def test_msg_24_many_at_once_share_few_connections() -> None:
    async with scripted_mail() as server:
        adapter = smtp(server.port)
        outcomes = await asyncio.gather(*(adapter.send(outgoing(Channel.EMAIL)) for _ in range(90)))
        await adapter.stop()
    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    assert server.connections <= 40


async def test_msg_27_a_server_that_reports_is_told_by_which_name() -> None:
    async with scripted_mail() as server:
        await sent(smtp(server.port))
    assert f"MAIL FROM:<notice@portal.example> RET=HDRS ENVID={DELIVERY}" in server.heard
    assert "RCPT TO:<zhang.san@example.com> NOTIFY=FAILURE" in server.heard
    assert server.heard[0] == "EHLO portal.example", "no name of a machine inside"
    async with scripted_mail(EHLO="250 mail.example") as server:
        await sent(smtp(server.port))
    assert "MAIL FROM:<notice@portal.example>" in server.heard


@pytest.mark.parametrize(
    "address",
    [
        *("", "zhang", "@example.com", "zhang@", "a b@example.com", "a@b@c", "<a@example.com>", "张三@example.com"),
        *("a@example.com\r\nBcc: all@example.com", "a@example.com>\r\nRCPT TO:<b@example.com", "a@-\x00"),
        *("a@exa mple.com", ".a@example.com", "a..b@example.com", "a@" + "b" * 64 + ".com", "a@example..com"),
    ],
)
async def test_msg_25_an_address_that_is_none_never_reaches_a_server(address: str) -> None:
    async with scripted_mail() as server:
        assert await sent(smtp(server.port), address=address) == Outcome(Verdict.BAD_ADDRESS, "ADDRESS_MALFORMED")
    assert server.connections == 0


async def test_msg_24_nothing_of_an_e_mail_stands_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ["zhang.san", "齐鲁医院", "阿依古丽", "审核通过", "the-password"]
    login: dict[str, Any] = {"smtp_user": "notice", "smtp_password": SecretStr("the-password")}
    with capture_logs() as structured:
        for script in ({}, {"AUTH": "535 no"}, {"RCPT": "550 <zhang.san@example.com> unknown"}, {"CONTENT": HANGUP}):
            async with scripted_mail(**script) as server:
                outcome = await sent(smtp(server.port, **login))
            assert not [secret for secret in secrets if secret in f"{outcome}{outgoing(Channel.EMAIL)}"]
    said = caplog.text + json.dumps(structured, ensure_ascii=False, default=str)
    assert not [secret for secret in secrets if secret in said]
