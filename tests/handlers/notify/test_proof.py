"""MSG-40 and MSG-41 on a real database: what somebody was told, by what and with which text, is answered from what was
written; what was given up is listed, counted and queued again."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.notify.adapters.kept import KeptChannel
from services.notify.domain.channels import Channel, Priority
from services.notify.domain.delivering import Next, State
from services.notify.domain.recipients import Recipient
from services.notify.domain.shapes import Template
from services.notify.domain.templates import TEMPLATES, parse
from services.notify.handlers.previewing import Previewing
from services.notify.handlers.proving import Carriers, Doing, Proving, Telling
from services.notify.handlers.showing import HIDDEN
from services.notify.handlers.writing import Draft, Writer
from services.notify.store.deliveries import Claim, Deliveries, Planned, Settled
from services.notify.store.editions import Editions
from services.notify.store.rests import Rests
from tests.support.vaults import AFTERWARDS, NEXT, VAULT

NOON = datetime(2023, 7, 20, 4, 0, tzinfo=UTC)
ZHANG, LI, STAFF = new_id(), new_id(), new_id()
OPERATOR = Caller("operator", "operator")
APPROVED = {"base": "齐鲁医院", "specialty": "内科", "remark": "欢迎"}


class Clock:
    """Stands where it was set."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class Elsewhere(KeptChannel):
    """A carrier as real ones are: what it took is with somebody else."""

    kind = "http"


@dataclass
class World:
    database: Database
    clock: Clock
    deliveries: Deliveries

    def proving(self, templates: Mapping[str, Template] = TEMPLATES, **more: Any) -> Proving:
        """The use cases, of a process that knows `templates` and has a real carrier for text messages only."""
        adapters = {Channel.SMS: Elsewhere(Channel.SMS), Channel.EMAIL: KeptChannel(Channel.EMAIL)}
        carriers = Carriers(adapters, lambda _: 200.0, html)
        editions = Editions(self.database, templates)
        return Proving(self.database, self.clock, more.get("vault", VAULT), editions, more.get("carriers", carriers))

    async def write(self, template: str, values: Mapping[str, Any], person: str = ZHANG, **more: Any) -> str:
        """A message; its id."""
        key = new_id()
        recipient = more.pop("recipient", None) or Recipient(person)
        async with self.database.unit_of_work() as uow:
            await Writer(self.database, self.clock, VAULT).write_many(
                uow, [Draft(key, recipient, template, values, **more)]
            )
        return str(await self.database.fetchval("SELECT message_id FROM message WHERE key = $1", key))

    async def way(
        self, message_id: str, channel: Channel, person: str = ZHANG, *, later: timedelta = timedelta()
    ) -> str:
        """A delivery of a message; its id."""
        await self.database.execute("UPDATE message SET routed_at = NULL WHERE message_id = $1", message_id)
        due = self.clock.at + later
        planned = Planned(new_id(), message_id, channel, person, "", 1, due, NOON + timedelta(days=3))
        await self.deliveries.route([message_id], [planned], self.clock.at)
        return planned.delivery_id

    async def claim(self, channel: Channel) -> list[Claim]:
        return await self.deliveries.claim(channel, [*Priority], 10, "me", self.clock.at)

    async def end(self, channel: Channel, state: State, reason: str = "", doubtful: int = 0) -> None:
        """What is due by a channel ends so."""
        claims = await self.claim(channel)
        after = Next(state, reason, 2, doubtful, NOON)
        settled = [Settled(each.delivery_id, "me", after, sent_to="138****0000") for each in claims]
        assert await self.deliveries.settle(settled, self.clock.at)

    async def told(self, person: str = ZHANG, **more: Any) -> list[Telling]:
        found, _ = await self.proving().told(OPERATOR, person, more.get("application", ""), "", 0, "")
        return found


def html(title: str, body: str, language: str) -> str:
    return f"<p lang={language}>{title}: {body}</p>"


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("notify"), name="notify", pool_size=4)
    await database.start()
    await Editions(database).start()
    yield World(database, Clock(), Deliveries(database))
    await database.stop()


async def test_msg_41_who_was_told_when_by_what_and_with_which_text(world: World) -> None:
    message = await world.write("application_approved", APPROVED)
    for channel in (Channel.SMS, Channel.EMAIL):
        await world.way(message, channel)
    await world.end(Channel.SMS, State.DELIVERED)
    await world.end(Channel.EMAIL, State.FAILED, "BAD_ADDRESS")
    [told] = await world.told()
    assert "备注：欢迎" in told.message.body
    assert told.message.edition == TEMPLATES["application_approved"].edition
    ways = {way.channel: (way.state, way.reason, way.sent_to, way.delivered_at) for way in told.ways}
    assert list(ways) == [Channel.INBOX, Channel.SMS, Channel.EMAIL]
    assert ways[Channel.INBOX] == ("delivered", "", "", NOON)
    assert ways[Channel.SMS] == ("delivered", "", "138****0000", NOON)
    assert ways[Channel.EMAIL] == ("failed", "BAD_ADDRESS", "138****0000", None)
    sms, email = told.texts
    assert (sms.channel, sms.title, sms.html) == (Channel.SMS, "", "")
    assert "齐鲁医院" in sms.body
    assert email.html == html(email.title, email.body, "zh")
    assert await world.told(LI) == []


async def test_msg_41_the_words_are_those_of_their_day(world: World) -> None:
    """Another process, later: the file has changed, and the text of then is written out all the same."""
    message = await world.write("application_approved", APPROVED)
    await world.way(message, Channel.EMAIL)
    source = TEMPLATES["application_approved"].source.replace("审核结果：审核通过", "您已通过审核")
    changed = parse(source, "application_approved")
    assert changed.edition != TEMPLATES["application_approved"].edition
    later = world.proving({**TEMPLATES, "application_approved": changed})
    [[told], _] = await later.told(OPERATOR, ZHANG, "", "", 0, "")
    assert "审核结果：审核通过" in told.texts[0].body
    assert "您已通过审核" not in told.texts[0].body


async def test_msg_41_the_text_is_in_the_language_it_was_written_in(world: World) -> None:
    await world.database.execute("INSERT INTO reader (person_id, language) VALUES ($1, 'en')", ZHANG)
    message = await world.write("application_approved", APPROVED)
    await world.way(message, Channel.EMAIL)
    await world.database.execute("UPDATE reader SET language = 'zh'")
    [told] = await world.told()
    assert told.message.language == "en"
    assert "lang=en" in told.texts[0].html
    assert told.texts[0].body == told.message.body


async def test_msg_41_what_was_dropped_held_or_forgotten_says_so(world: World) -> None:
    held = await world.write("application_approved", APPROVED, release_at=NOON + timedelta(minutes=30))
    dropped = await world.write("application_rejected", {**APPROVED, "remark": ""})
    await world.database.execute(
        "UPDATE message SET body = '', parameters = '', sealed_with = '', dropped_at = $2 WHERE message_id = $1",
        *(dropped, NOON),
    )
    await world.way(dropped, Channel.SMS)
    found = {each.message.message_id: each for each in await world.told()}
    assert [way.state for way in found[held].ways] == ["held"]
    assert found[held].ways[0].delivered_at is None
    inbox, _ = found[dropped].ways
    assert (inbox.state, inbox.reason, inbox.finished_at) == ("suppressed", "OVERTAKEN", NOON)
    assert (found[dropped].message.body, found[dropped].texts) == ("", [])


async def test_msg_41_what_cannot_be_written_out_hides_nothing_else(world: World) -> None:
    """Words that today's rules cannot read, and values that do not fit theirs."""
    unreadable, unfit, fine = [await world.write("application_approved", APPROVED) for _ in range(3)]
    for message in (unreadable, unfit, fine):
        await world.way(message, Channel.SMS)
    await world.database.execute("INSERT INTO template_edition VALUES ('old', 'application_approved', 'colour = 1')")
    await world.database.execute("UPDATE message SET edition = 'old' WHERE message_id = $1", unreadable)
    sealed = VAULT.seal_text('{"base": "齐鲁医院"}', unfit)
    await world.database.execute("UPDATE message SET parameters = $2 WHERE message_id = $1", unfit, sealed)
    found = {each.message.message_id: len(each.texts) for each in await world.told()}
    assert found == {unreadable: 0, unfit: 0, fine: 1}


async def test_msg_41_staff_see_what_left_for_them_and_nobody_elses(world: World) -> None:
    message = await world.write(
        "review_digest",
        {"round": 1, "count": 3},
        recipient=Recipient(organisation_code="SD-QILU"),
    )
    for person in (STAFF, LI, ""):
        await world.way(message, Channel.EMAIL if person else Channel.WEBHOOK, person)
    [told] = await world.told(STAFF)
    assert told.message.organisation_code == "SD-QILU"
    assert [(way.channel, way.person_id) for way in told.ways] == [
        *((Channel.INBOX, ""), (Channel.EMAIL, STAFF), (Channel.WEBHOOK, "")),
    ]
    assert await world.told(ZHANG) == []


async def test_msg_41_a_code_is_shown_to_its_reader_alone(world: World) -> None:
    message = await world.write("address_code", {"code": "482913"})
    await world.way(message, Channel.EMAIL)
    await world.end(Channel.EMAIL, State.DELIVERED)
    [told] = await world.told()
    assert [way.channel for way in told.ways] == [Channel.EMAIL]
    assert told.message.body == ""
    assert HIDDEN in told.texts[0].body
    assert "482913" not in f"{told.texts[0].body}{told.texts[0].html}"
    [[(_, text)], _] = await world.proving().kept(Caller(ZHANG, "applicant"), False, None, 0, "")
    assert text is not None
    assert "482913" in text.body
    helper = Caller(ZHANG, "applicant", acting_by=STAFF)
    [[(_, text)], _] = await world.proving().kept(helper, False, None, 0, "")
    assert text is not None
    assert HIDDEN in text.body


async def test_msg_41_pages_go_on_where_they_ended_and_who_asked_is_logged(world: World) -> None:
    written = [await world.write("application_approved", APPROVED) for _ in range(5)]
    proving, token, found = world.proving(), "", []
    with capture_logs() as logs:
        while True:
            page, token = await proving.told(OPERATOR, ZHANG, "", "application_approved", 2, token)
            found += [each.message.message_id for each in page]
            if not token:
                break
    assert found == list(reversed(written))
    assert {(each["event"], each["actor"], each["person"]) for each in logs} == {("told asked", "operator", ZHANG)}
    assert await proving.told(OPERATOR, ZHANG, "", "application_rejected", 0, "") == ([], "")
    assert await proving.told(OPERATOR, ZHANG, "app-2", "", 0, "") == ([], "")


async def test_msg_41_texts_are_read_while_keys_change_and_gone_with_the_person(world: World) -> None:
    message = await world.write("application_approved", APPROVED)
    await world.way(message, Channel.SMS)
    writer = Writer(world.database, world.clock, NEXT)
    await writer.rewrap(10)
    [[told], _] = await world.proving(vault=AFTERWARDS).told(OPERATOR, ZHANG, "", "", 0, "")
    assert "齐鲁医院" in told.texts[0].body
    async with world.database.unit_of_work() as uow:
        await writer.forget(uow, ZHANG)
    [told] = await world.told()
    assert (told.message.body, told.texts) == ("", [])
    assert [way.channel for way in told.ways] == [Channel.INBOX, Channel.SMS]


async def test_msg_40_what_was_given_up_is_listed_oldest_first(world: World) -> None:
    ended = []
    for number, (channel, reason) in enumerate(
        [(Channel.SMS, "QUOTA"), (Channel.EMAIL, "REFUSED"), (Channel.SMS, "REFUSED"), (Channel.SMS, "QUOTA")]
    ):
        world.clock.at = NOON + timedelta(minutes=number)
        ended.append(await world.way(await world.write("application_approved", APPROVED), channel))
        await world.end(channel, State.FAILED, reason)
    proving = world.proving()
    first, token = await proving.failed(None, "", 3, "")
    rest, end = await proving.failed(None, "", 3, token)
    assert [way.delivery_id for way in [*first, *rest]] == ended
    assert end == ""
    assert [way.delivery_id for way in (await proving.failed(Channel.SMS, "QUOTA", 0, ""))[0]] == [ended[0], ended[3]]
    assert (await proving.failed(Channel.WECHAT, "", 0, ""))[0] == []


async def test_msg_40_what_was_given_up_is_queued_again_with_a_fresh_count(world: World) -> None:
    for reason in ("QUOTA", "QUOTA", "REFUSED"):
        await world.way(await world.write("application_approved", APPROVED), Channel.SMS)
        await world.end(Channel.SMS, State.FAILED, reason)
    proving = world.proving()
    assert await proving.redrive(OPERATOR, [], Channel.EMAIL, "") == (0, 0)
    assert await proving.redrive(OPERATOR, [], Channel.SMS, "QUOTA") == (2, 0)
    assert [each.tried.attempts for each in await world.claim(Channel.SMS)] == [0, 0]
    [left] = (await proving.failed(None, "", 0, ""))[0]
    world.clock.at = NOON + timedelta(days=4)
    assert await proving.redrive(OPERATOR, [left.delivery_id], None, "") == (0, 1)
    assert (await proving.failed(None, "", 0, ""))[0] == []


async def test_msg_40_status_counts_what_waits_left_failed_and_may_be_double(world: World) -> None:
    for state, reason, doubtful in (
        (State.DELIVERED, "", 1),
        (State.FAILED, "QUOTA", 0),
        (State.FAILED, "QUOTA", 1),
        (State.FAILED, "REFUSED", 0),
    ):
        await world.way(await world.write("application_approved", APPROVED), Channel.SMS)
        await world.end(Channel.SMS, state, reason, doubtful)
    message = await world.write("application_approved", APPROVED, release_at=NOON + timedelta(hours=1))
    for later in (timedelta(seconds=-30), timedelta(seconds=-20), timedelta(hours=1)):
        person = new_id()
        await world.way(message, Channel.SMS, person, later=later)
    [claim] = await world.deliveries.claim(Channel.SMS, [*Priority], 1, "me", world.clock.at)
    assert claim.due_at == NOON - timedelta(seconds=30)
    await world.database.execute("UPDATE message SET routed_at = NULL WHERE message_id = $1", message)
    await Rests(world.database).note({Channel.EMAIL: "UNAUTHORIZED"})
    doing, unrouted = await world.proving().status()
    found = {each.channel: each for each in doing}
    assert list(found) == [Channel.INBOX, Channel.SMS, Channel.EMAIL, Channel.WECHAT, Channel.WEBHOOK]
    assert unrouted == 1
    sms = found[Channel.SMS].backlog
    assert (sms.queued, sms.held, sms.sending, sms.oldest_seconds) == (1, 1, 1, 20.0)
    assert (sms.delivered_last_minute, sms.doubtful) == (1, 2)
    assert sms.failed_last_day == {"QUOTA": 2, "REFUSED": 1}
    assert _shown(found[Channel.SMS]) == ("http", 200.0, "")
    assert _shown(found[Channel.EMAIL]) == ("kept", 200.0, "UNAUTHORIZED")
    assert _shown(found[Channel.WECHAT]) == ("", 0.0, "")
    world.clock.at = NOON + timedelta(minutes=2)
    later_on = {each.channel: each.backlog for each in (await world.proving().status())[0]}
    assert later_on[Channel.SMS].delivered_last_minute == 0


async def test_msg_40_status_counts_the_inbox_too(world: World) -> None:
    world.clock.at = datetime.now(UTC)
    await world.write("application_approved", APPROVED)
    await world.write("application_approved", APPROVED, release_at=world.clock.at + timedelta(hours=9))
    await world.write("address_code", {"code": "482913"})
    inbox = (await world.proving().status())[0][0].backlog
    assert (inbox.delivered_last_minute, inbox.held) == (1, 1)


async def test_msg_40_kept_messages_are_read_by_those_they_are_for(world: World) -> None:
    for person in (ZHANG, LI):
        message = await world.write("application_approved", APPROVED, person)
        for channel in (Channel.SMS, Channel.EMAIL):
            await world.way(message, channel, person)
    await world.end(Channel.SMS, State.DELIVERED)
    await world.end(Channel.EMAIL, State.DELIVERED)
    proving, zhang = world.proving(), Caller(ZHANG, "applicant")
    [[(way, text)], token] = await proving.kept(zhang, False, None, 0, "")
    assert (way.person_id, way.channel, token) == (ZHANG, Channel.EMAIL, "")
    assert text is not None
    assert "备注：欢迎" in text.html
    first, token = await proving.kept(OPERATOR, True, Channel.EMAIL, 1, "")
    rest, end = await proving.kept(OPERATOR, True, Channel.EMAIL, 1, token)
    assert [(way.person_id, text) for way, text in [*first, *rest]] == [(LI, None), (ZHANG, None)]
    assert end == ""
    with pytest.raises(DomainError) as refused:
        await proving.kept(zhang, True, None, 0, "")
    assert refused.value.kind is Kind.FORBIDDEN
    with pytest.raises(DomainError) as absent:
        await proving.kept(zhang, False, Channel.SMS, 0, "")
    assert absent.value.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    "place",
    ["x", "2023-07-20T04:00:00 nobody", f"2023-07-20T04:00:00 {ZHANG}"],
    ids=["no-moment", "no-person", "no-zone"],
)
async def test_a_page_token_that_is_none_is_refused(world: World, place: str) -> None:
    proving, token = world.proving(), base64.urlsafe_b64encode(place.encode()).decode()
    for wrong in (token, "…"):
        for asked in (
            proving.failed(None, "", 0, wrong),
            proving.told(OPERATOR, ZHANG, "", "", 0, wrong),
            proving.kept(OPERATOR, True, None, 0, wrong),
        ):
            with pytest.raises(DomainError) as refused:
                await asked
            assert refused.value.reason == "PAGE_TOKEN"


def test_msg_41_every_template_is_previewed_in_both_languages() -> None:
    previewing = Previewing(html)
    for template in previewing.templates():
        for language in ("zh", "en"):
            texts = previewing.preview(template.key, language, {})
            assert {text.channel for text in texts} == template.channels
            assert all("{" not in f"{text.title}{text.body}" for text in texts)
    [email] = [text for text in previewing.preview("address_code", "zh", {"code": "111222"}) if text.html]
    assert "111222" in email.body


def _shown(doing: Doing) -> tuple[str, float, str]:
    return doing.adapter, doing.limit, doing.down
