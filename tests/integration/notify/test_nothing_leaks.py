"""OPS-09, I10 for notices: texts, addresses, names and codes go to carriers, and into no log, metric or subject; nor do
they when carriers, databases and facts misbehave and repeat what they were given."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import structlog
from prometheus_client import generate_latest
from pydantic import SecretStr

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import events_pb2 as identity
from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from residency.notify.v1.delivery_service_pb2_grpc import DeliveryServiceStub
from services.kit.domain import Caller, DomainError
from services.kit.grpc_client import Channel as GrpcChannel
from services.kit.grpc_server import GrpcServer
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.kit.outbox import Relay
from services.notify.adapters.kept import KeptChannel
from services.notify.adapters.port import ChannelAdapter, Outgoing
from services.notify.adapters.receipts import Receipts
from services.notify.adapters.signing import HEADER, signature
from services.notify.adapters.smtp import SmtpMail
from services.notify.adapters.texts import TextGateway
from services.notify.adapters.webhook import Webhook
from services.notify.adapters.wechat import WeChat
from services.notify.consumers import Listener, hearing
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome
from services.notify.grpc_api import deliveries as api
from services.notify.handlers.previewing import Previewing
from services.notify.handlers.proving import Carriers, Proving
from services.notify.handlers.proving_addresses import AddressHandlers
from services.notify.handlers.receiving import Receiving
from services.notify.handlers.recording import Recording
from services.notify.routing import Router
from services.notify.settings import NotifySettings
from services.notify.wishes import Wishes
from tests.support.carrier_servers import Answered, Heard, http_carrier, saying, scripted_mail
from tests.support.carriers import Carrier, Engine, engine
from tests.support.deliveries import publish
from tests.support.people import running
from tests.support.vaults import VAULT
from tests.support.wait import eventually

NAME, HOSPITAL, WORDS = "阿依古丽·买买提江", "不可外传医院", "绝不外传的备注"
NUMBER, TYPED = "13877665544", "13811223344"
HOST, OPENID, CODE, TICKET = "needle-host.example", "oNEEDLE7x", "needle-code", "needle-ticket"
REMARK = f"{WORDS}，请{NAME}致电{TYPED}"
NEEDLES = (NAME, HOSPITAL, WORDS, NUMBER, TYPED, HOST, OPENID, CODE, TICKET)
BASE = "SD-QILU"
RECEIPTS_SECRET = "receipts-secret"


class Rude(Carrier):
    """A carrier whose program breaks, with all it was given in the text of its error."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.came.append(outgoing)
        raise RuntimeError(f"{outgoing.address} {outgoing.title} {outgoing.body} {outgoing.parameters}")


class Account:
    """Makes pictures for followers to be."""

    async def scan_url(self, ticket: str) -> str:
        return f"https://example.com/{ticket}"


@dataclass
class Lines:
    """Everything that was logged, by us and by libraries, before anything is left out of it."""

    lines: list[str] = field(default_factory=list)

    def keep(self, _logger: object, _method: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        trace = traceback.format_exc() if entry.get("exc_info") else ""
        self.lines.append(f"{dict(entry)} {trace}")
        raise structlog.DropEvent

    def events(self) -> str:
        return "\n".join(self.lines)


class ToLines(logging.Handler):
    """Lines of libraries, with their errors' texts."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.lines.append(self.format(record))


@contextmanager
def logged() -> Iterator[Lines]:
    """All that is logged inside, more of it than a process prints."""
    lines, root = Lines(), logging.getLogger()
    processors = structlog.get_config()["processors"]
    before, handler, level = list(processors), ToLines(lines), root.level
    processors[:] = [lines.keep]
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        processors[:] = before
        root.removeHandler(handler)
        root.setLevel(level)


@dataclass
class Told:
    """Notify at work, and what its carriers were given."""

    engine: Engine
    messaging: Messaging
    given: list[bytes] = field(default_factory=list)

    def echo(self, heard: Heard) -> Answered:
        """A gateway that repeats in its refusals what it was sent, each time with another status."""
        self.given.append(heard.body)
        status = (400, 500, 410, 429, 200)[len(self.given) % 5]
        return Answered(status, heard.body, {"x-said": NUMBER})

    def platform(self, heard: Heard) -> Answered:
        if "stable_token" in heard.path:
            return saying({"access_token": "t", "expires_in": 7200})
        self.given.append(heard.body)
        code = (43004, 47003, 45009, 40003)[len(self.given) % 4]
        return saying({"errcode": code, "errmsg": f"{OPENID} {REMARK}"})

    async def person(self) -> str:
        """Somebody who is reached by every channel."""
        person_id = new_id()
        self.engine.people.numbers[person_id] = f"+86{NUMBER}"
        for channel, value in ((Channel.EMAIL, f"{person_id[-6:]}@{HOST}"), (Channel.WECHAT, OPENID)):
            address_id = new_id()
            await self.engine.database.execute(
                "INSERT INTO address (address_id, person_id, channel, value, sealed_with, lookup, masked, key, secret,"
                " created_at, expires_at, verified_at)"
                " VALUES ($1::uuid, $2, $3, $4, 'k1', $5, '***', $1::uuid::text, '', now(), now(), now())",
                *(address_id, person_id, channel.value, VAULT.seal_text(value, address_id)),
                self.engine.book.lookup(channel, value + person_id),
            )
        return person_id

    async def publish(self, body: Any) -> None:
        service = "identity" if isinstance(body, identity.SecurityNoticed) else "enrollment"
        await publish(self.messaging, f"residency.{service}.v1.test.happened", body)

    async def send(self, adapters: Mapping[Channel, ChannelAdapter]) -> None:
        """Route all that was written and bring it to `adapters`, until each was tried."""
        made = self.engine
        router = Router(made.database, made.clock, Wishes(), made.people, adapters, lambda: None)
        while await router.route():
            pass
        dispatcher = made.dispatcher(adapters)
        await dispatcher.start()

        async def tried() -> bool:
            left = "SELECT count(*) FROM delivery WHERE state = 'sending' OR state = 'queued' AND reason = ''"
            return not await made.database.fetchval(left)

        await eventually(tried, "everything was tried")
        await dispatcher.stop()
        for adapter in adapters.values():
            await adapter.stop()


@pytest.fixture
async def told(database_url: Callable[[str], str], messaging: Messaging) -> AsyncIterator[Told]:
    async with engine(database_url("notify")) as made:
        yield Told(made, messaging)


async def test_ops_09_nothing_of_a_message_stands_in_a_log_a_metric_or_a_subject(told: Told) -> None:
    with logged() as lines:
        await hear(told, lines)
        await by_real_carriers(told)
        await by_broken_ones(told)
        await report(told)
        await ask(told)
    everything = lines.events()
    for event in (
        "violates check constraint",
        "carrier broke",
        "not rendered",
        "not composed",
        "receipt refused",
        "dead letter",
    ):
        assert event in everything, event
    metrics = generate_latest().decode()
    assert "residency_notify_outcomes_total{" in metrics
    told_to_nats = await subjects_and_headers(told.messaging)
    assert "residency.notify.v1.message.written" in told_to_nats
    assert "residency.deadletters.notify-enrollment" in told_to_nats
    for needle in NEEDLES:
        assert needle not in everything, [line for line in lines.lines if needle in line][:3]
        assert needle not in metrics
        assert needle not in told_to_nats


async def hear(told: Told, lines: Lines) -> None:
    """Facts full of what nobody may know: good ones, torn ones, unknown ones, and one that the database refuses."""
    database = told.engine.database
    people = [await told.person() for _ in range(6)]
    staff = await told.person()
    told.engine.people.works[BASE] = (staff,)
    relay = Relay(database, told.messaging, "notify")
    consumers = hearing(told.messaging, database, Listener(told.engine.writer))
    # Its error tells the whole row.
    await database.execute("ALTER TABLE message ADD CONSTRAINT refuses CHECK (template <> 'application_withdrawn')")
    for part in (relay, *consumers):
        await part.start()
    for person_id in people:
        await told.publish(enrollment.ApplicationReviewed(application=about(person_id), remark=REMARK))
        lost = enrollment.ApplicationPlaceLost(application=about(person_id), cause="revoked", remark=REMARK)
        await told.publish(lost)
        await told.publish(enrollment.ApplicationCorrected(application=about(person_id)))
        await told.publish(identity.SecurityNoticed(person_id=person_id, what="new_device"))
    await told.publish(enrollment.ApplicationReviewed(application=enrollment.ApplicationFact(), remark=REMARK))
    await told.publish(delivery_pb2.Delivery(sent_to=REMARK))
    await told.publish(enrollment.ApplicationWithdrawn(application=about(people[0])))
    written = "SELECT count(*) FROM message"
    published = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"

    async def heard() -> bool:
        letters = (await told.messaging.js.stream_info("DEADLETTERS")).state.messages
        if letters != 2 or "violates check constraint" not in lines.events():
            return False
        return bool(await database.fetchval(written) == await database.fetchval(published) == 24)

    await eventually(heard, "facts became messages and dead letters, and one was refused")
    for part in (*consumers, relay):
        await part.stop()
    await database.execute("ALTER TABLE message DROP CONSTRAINT refuses")


def about(person_id: str) -> enrollment.ApplicationFact:
    """Another application each time: none waits for an earlier message about it."""
    return enrollment.ApplicationFact(
        application_id=new_id(), person_id=person_id, base_code=BASE, base_name=HOSPITAL, specialty_name="内科"
    )


async def by_real_carriers(told: Told) -> None:
    """Our own adapters, against servers that answer everything with what they were given."""
    async with AsyncExitStack() as stack:
        echo = await stack.enter_async_context(http_carrier(told.echo))
        platform = await stack.enter_async_context(http_carrier(told.platform))
        mail = await stack.enter_async_context(
            scripted_mail(CONTENT=f"550 5.7.1 <{NAME}@{HOST}> {REMARK}".encode().decode("latin-1"))
        )
        settings = NotifySettings(
            texts_address=f"{echo.url}/texts",
            webhook_address=f"{echo.url}/hook",
            webhook_secret=SecretStr("s"),
            smtp_host="127.0.0.1",
            smtp_port=mail.port,
            smtp_security="none",
            email_from="notice@portal.example",
            wechat_address=platform.url,
            wechat_app_id="wx01",
            wechat_app_secret=SecretStr("s"),
            wechat_templates={"application_rejected": "TM-1", "application_place_lost": "TM-2"},
            wechat_timeout=timedelta(seconds=5),
        )
        adapters = (TextGateway(settings), SmtpMail(settings), WeChat(settings), Webhook(settings))
        await told.send({adapter.channel: adapter for adapter in adapters})
        assert any(HOST in line for line in mail.heard)
    given = "".join(str(json.loads(body)) for body in told.given)
    assert [needle for needle in (NUMBER, HOSPITAL, WORDS, NAME, TYPED, OPENID) if needle not in given] == []


async def by_broken_ones(told: Told) -> None:
    """Carriers whose own program fails, addresses that cannot be asked for, words that do not fit."""
    made, person = told.engine, await told.person()
    await made.database.execute("DELETE FROM blocked_address")  # a carrier called the number dead
    unsaid = await made.write(person, "application_rejected", base=HOSPITAL, remark=REMARK)
    parameters = VAULT.seal_text(json.dumps({"remark": REMARK}), unsaid)
    await made.database.execute("UPDATE message SET parameters = $2 WHERE message_id = $1", unsaid, parameters)
    await made.write(person, "application_rejected", base=HOSPITAL, remark=REMARK)
    await made.write(person, "address_code", code=CODE)
    rude = Rude(Channel.SMS)
    await told.send({Channel.SMS: rude, Channel.EMAIL: KeptChannel(Channel.EMAIL)})
    assert any(NUMBER in outgoing.address for outgoing in rude.came)
    assert not any(needle in repr(outgoing) for outgoing in rude.came for needle in NEEDLES)
    await made.write(person, "application_rejected", base=HOSPITAL, remark=REMARK)
    made.people.away = RuntimeError(f"who is +86{NUMBER}?")
    await told.send({Channel.SMS: rude})
    made.people.away = None


async def report(told: Told) -> None:
    """What carriers report: unsigned, unreadable, of nobody, and of what did not arrive; over gRPC, as it comes."""
    made = told.engine
    settings = NotifySettings(
        texts_receipt_secret=SecretStr(RECEIPTS_SECRET),
        email_receipt_secret=SecretStr(RECEIPTS_SECRET),
        wechat_token=SecretStr(RECEIPTS_SECRET),
    )
    followers = AddressHandlers(made.database, made.clock, VAULT, made.writer, (Channel.WECHAT,), Account())
    receipts = Receipts(settings, made.clock)
    receiving = Receiving(receipts, Recording(made.database, made.clock, made.book, again=0.01), followers)
    server = GrpcServer(0, [api.servicer(proving(made), Previewing(html), receiving)], None)
    async with running([server]) as address:
        channel = GrpcChannel(address)
        stub = channel.stub(DeliveryServiceStub)
        delivery_id = str(
            await made.database.fetchval("SELECT delivery_id FROM delivery WHERE channel = 'sms' LIMIT 1")
        )
        said = {"id": delivery_id, "status": "dead", "reason": f"{NAME} {NUMBER}", "to": NUMBER}
        texts = json.dumps({"receipts": [said]}).encode()
        for body in (texts, REMARK.encode(), json.dumps({"receipts": [REMARK]}).encode()):
            stamped = signature(RECEIPTS_SECRET, body, made.clock.now())
            for signed in ({}, {HEADER: f"t=1,v1={NAME}"}, {HEADER: stamped}):
                request = pb.RecordReceiptRequest(channel=delivery_pb2.CHANNEL_SMS, signature=signed, body=body)
                if signed.get(HEADER) == stamped and body == texts:
                    assert (await stub.RecordReceipt(request)).recorded == 1
                    continue
                with pytest.raises(DomainError) as refused:
                    await stub.RecordReceipt(request)
                assert refused.value.reason in ("RECEIPT_UNSIGNED", "RECEIPT_UNREADABLE")
                assert not any(needle in str(refused.value) for needle in NEEDLES)
        scan = f"<xml><MsgType>event</MsgType><Event>SCAN</Event><EventKey>{TICKET}</EventKey>"
        scan += f"<FromUserName>{OPENID}</FromUserName></xml>"
        stamp = str(int(made.clock.now().timestamp()))
        mark = hashlib.sha1("".join(sorted((RECEIPTS_SECRET, stamp, "n"))).encode(), usedforsecurity=False).hexdigest()
        request = pb.RecordReceiptRequest(
            channel=delivery_pb2.CHANNEL_WECHAT,
            signature={"timestamp": stamp, "nonce": "n", "signature": mark},
            body=scan.encode(),
        )
        assert (await stub.RecordReceipt(request)).answer == b"success"
        await channel.close()


async def ask(told: Told) -> None:
    """Whoever proves what was told reads it, and leaves no trace of it."""
    made = told.engine
    person = str(await made.database.fetchval("SELECT person_id FROM message WHERE person_id IS NOT NULL LIMIT 1"))
    found, _ = await proving(made).told(Caller("o", "operator"), person, "", "", 0, "")
    assert any(WORDS in f"{telling.message.body}{telling.texts}" for telling in found)
    assert not any(needle in repr(telling) for telling in found for needle in NEEDLES)


def proving(made: Engine) -> Proving:
    carriers = Carriers({}, lambda _: 1.0, html)
    return Proving(made.database, made.clock, VAULT, made.editions, carriers)


def html(title: str, body: str, language: str) -> str:
    return f"{title}{body}{language}"


async def subjects_and_headers(messaging: Messaging) -> str:
    """Every subject that was published to, and the headers; of notify's own facts and of dead letters also what the
    letter itself says."""
    said: list[str] = []
    for stream in await messaging.js.streams_info():
        name = stream.config.name or ""
        info = await messaging.js.stream_info(name, subjects_filter=">")
        said += info.state.subjects or {}
        for sequence in range(info.state.first_seq or 1, (info.state.last_seq or 0) + 1):
            message = await messaging.js.get_msg(name, sequence)
            said.append(f"{message.subject} {message.headers}")
            if name == "NOTIFY":
                said.append((message.data or b"").decode("utf-8", "replace"))
    return "\n".join(said)
