"""MSG-10, MSG-11 and MSG-12 on a real database: messages come when they are released, what was overtaken never does,
in whatever order and however often facts come; a changed calendar is told to those it concerns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from google.protobuf.message import Message as Proto

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.notify.v1 import events_pb2
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from services.kit.messaging import Delivery
from services.notify.consumers import Listener
from services.notify.domain.recipients import Recipient
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.writing import Writer
from tests.support.deliveries import delivery_of
from tests.support.vaults import NEXT, VAULT

ZHANG = Caller(new_id(), "applicant")
BASE = Caller("s", "base_administrator", "SD-QILU")
PROVINCE = Caller("p", "province_administrator", "37")
NOON = datetime(2023, 7, 20, 4, 0, tzinfo=UTC)
HOLD = timedelta(minutes=30)


class Clock:
    """Stands where it was set."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class World:
    writer: Writer
    inboxes: Inbox
    database: Database
    clock: Clock

    async def hear(self, *deliveries: Delivery) -> None:
        for delivery in deliveries:
            async with self.database.unit_of_work() as uow:
                await Listener(self.writer).hear(delivery, uow)

    async def inbox(self, minutes: float, reader: Caller = ZHANG) -> list[str]:
        """What `reader` sees so many minutes after noon, oldest first."""
        self.clock.at = NOON + timedelta(minutes=minutes)
        page = await self.inboxes.list_messages(reader, 100)
        assert await self.inboxes.count_unread(reader) == len(page.messages)
        return [message.template for message in reversed(page.messages)]


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("notify"), name="notify", pool_size=4)
    await database.start()
    clock = Clock()
    yield World(Writer(database, clock, VAULT), Inbox(database, clock, VAULT), database, clock)
    await database.stop()


def at(minutes: float, body: Proto) -> Delivery:
    """The fact of what happened so many minutes after noon."""
    return replace(delivery_of(body), occurred_at=NOON + timedelta(minutes=minutes))


@dataclass(frozen=True)
class Applicant:
    """The facts about one application: decided so many minutes after noon, told so many."""

    reader: Caller = ZHANG
    application_id: str = "app-1"

    def about(self, minutes: float, told: float | None = None) -> enrollment.ApplicationFact:
        fact = enrollment.ApplicationFact(
            application_id=self.application_id,
            person_id=self.reader.person_id,
            base_name="齐鲁医院",
            specialty_name="内科",
        )
        fact.decided_at.FromDatetime(NOON + timedelta(minutes=minutes))
        fact.release_at.FromDatetime(NOON + timedelta(minutes=minutes if told is None else told))
        return fact

    def grant(self, minutes: float, told: float) -> Delivery:
        return at(minutes, enrollment.ApplicationProvisionallyAdmitted(application=self.about(minutes, told)))

    def undone(self, minutes: float, since: float, told: float | None = None) -> Delivery:
        body = enrollment.ApplicationPlaceLost(application=self.about(minutes, told), cause="undone")
        body.undone_since.FromDatetime(NOON + timedelta(minutes=since))
        return at(minutes, body)

    def admission(self, minutes: float, told: float) -> Delivery:
        return at(minutes, enrollment.ApplicationAdmitted(application=self.about(minutes, told)))

    def admission_undone(self, minutes: float, since: float) -> Delivery:
        body = enrollment.ApplicationAdmissionUndone(application=self.about(minutes))
        body.undone_since.FromDatetime(NOON + timedelta(minutes=since))
        return at(minutes, body)

    def reviewed(self, minutes: float, told: float, *, approved: bool = False) -> Delivery:
        body = enrollment.ApplicationReviewed(application=self.about(minutes, told), approved=approved)
        return at(minutes, body)

    def own(self, minutes: float, body: type[Proto]) -> Delivery:
        """What the applicant did: nothing says when it is told, so it is at once."""
        fact = enrollment.ApplicationFact(application_id=self.application_id, person_id=self.reader.person_id)
        return at(minutes, body(application=fact))


SOMEBODY = Applicant()


async def test_msg_10_a_message_is_there_from_its_release_on(world: World) -> None:
    await world.hear(SOMEBODY.grant(0, 30))
    assert await world.inbox(29.9) == []
    hidden = await world.database.fetchval("SELECT message_id::text FROM message")
    with pytest.raises(DomainError) as caught:
        await world.inboxes.mark_read(ZHANG, hidden)
    assert caught.value.reason == "MESSAGE_UNKNOWN"
    assert await world.inbox(30) == ["application_provisional"]
    [message] = (await world.inboxes.list_messages(ZHANG, 10)).messages
    assert message.sent_at == NOON + HOLD
    assert (await world.inboxes.mark_read(ZHANG, hidden)).read_at == NOON + HOLD


async def test_msg_10_messages_stand_in_the_order_of_their_release_also_over_pages(world: World) -> None:
    for minute in range(6):
        await world.writer.send_notice(
            f"notice-{minute}",
            "phase_report",
            Recipient(organisation_code="SD-QILU"),
            {"phase": str(minute), "unreviewed": "0", "unselected": "0", "bases": "1"},
            NOON + timedelta(minutes=10 - minute),
        )
    world.clock.at = NOON + timedelta(minutes=9)
    first = await world.inboxes.list_messages(BASE, 3)
    second = await world.inboxes.list_messages(BASE, 3, first.next_token)
    shown = [message.body[0] for message in [*first.messages, *second.messages]]
    assert shown == ["1", "2", "3", "4", "5"]


async def test_msg_10_only_what_is_there_is_announced(world: World) -> None:
    await world.hear(SOMEBODY.grant(0, 30), SOMEBODY.own(1, enrollment.ApplicationSubmitted))
    rows = await world.database.fetch("SELECT body FROM outbox")
    assert [events_pb2.MessageWritten.FromString(row["body"]).person_id for row in rows] == [ZHANG.person_id]


async def test_msg_10_a_release_that_has_passed_is_now(world: World) -> None:
    world.clock.at = NOON + timedelta(hours=3)
    await world.hear(SOMEBODY.grant(0, 30))
    [message] = (await world.inboxes.list_messages(ZHANG, 10)).messages
    assert message.sent_at == NOON + timedelta(hours=3)


OVERTAKEN: dict[str, tuple[Callable[[Applicant], list[Delivery]], list[str]]] = {
    "a grant undone before it was told": (lambda who: [who.grant(0, 30), who.undone(10, since=0)], []),
    "a grant undone, and another": (
        lambda who: [who.grant(0, 30), who.undone(5, since=0), who.grant(10, 40)],
        ["application_provisional"],
    ),
    "an admission undone leaves the grant": (
        lambda who: [who.grant(0, 30), who.admission(5, 35), who.admission_undone(6, since=5)],
        ["application_provisional"],
    ),
    "the last verdict of a night": (
        lambda who: [who.reviewed(0, 480), who.reviewed(5, 480, approved=True), who.reviewed(9, 480)],
        ["application_rejected"],
    ),
    "submitted anew after a rejection": (
        lambda who: [who.reviewed(0, 480), who.own(60, enrollment.ApplicationSubmitted)],
        ["application_submitted"],
    ),
}


@pytest.mark.parametrize(("facts", "seen"), OVERTAKEN.values(), ids=OVERTAKEN)
async def test_msg_11_what_was_overtaken_is_never_told_in_whatever_order_and_however_often_facts_come(
    world: World, facts: Callable[[Applicant], list[Delivery]], seen: list[str]
) -> None:
    people = 0
    for order in permutations(range(len(facts(SOMEBODY)))):
        people += 1
        who = Applicant(Caller(new_id(), "applicant"), f"app-{people}")
        deliveries = facts(who)
        world.clock.at = NOON
        await world.hear(*(deliveries[index] for index in order), *deliveries)
        assert await world.inbox(500, who.reader) == seen, order
    told = await world.database.fetchval("SELECT count(*) FROM message WHERE dropped_at IS NULL")
    assert told == people * len(seen)
    assert await world.database.fetchval("SELECT count(*) FROM message") == people * len(deliveries)


async def test_msg_11_facts_that_are_heard_at_once_by_several_wait_for_each_other(world: World) -> None:
    people = [Applicant(Caller(new_id(), "applicant"), f"app-{number}") for number in range(20)]
    for who in people:
        await asyncio.gather(world.hear(who.grant(0, 30)), world.hear(who.undone(10, since=0)))
    assert [await world.inbox(60, who.reader) for who in people] == [[] for _ in people]


async def test_msg_11_the_texts_of_what_was_dropped_are_gone_and_new_keys_pass_them_by(world: World) -> None:
    await world.hear(SOMEBODY.grant(0, 30), SOMEBODY.undone(10, since=0))
    assert {row["body"] for row in await world.database.fetch("SELECT body FROM message")} == {""}
    assert await Writer(world.database, world.clock, NEXT).rewrap(100) == (0, 0)


async def test_msg_11_a_grant_that_was_told_is_told_to_be_undone(world: World) -> None:
    await world.hear(SOMEBODY.grant(0, 30))
    world.clock.at = NOON + timedelta(minutes=31)
    await world.hear(SOMEBODY.undone(31, since=0, told=40))
    assert await world.inbox(39) == ["application_provisional"]
    assert await world.inbox(40) == ["application_provisional", "application_place_lost"]


async def test_msg_11_a_place_that_was_revoked_is_told_with_the_grant(world: World) -> None:
    revoked = enrollment.ApplicationPlaceLost(application=SOMEBODY.about(20, 480), cause="revoked")
    await world.hear(SOMEBODY.grant(0, 480), at(20, revoked))
    assert await world.inbox(479) == []
    assert await world.inbox(480) == ["application_provisional", "application_place_lost"]


async def test_msg_11_whoever_submitted_anew_is_not_reminded_to(world: World) -> None:
    until = {"base": "齐鲁医院", "specialty": "内科", "until": "2023-07-21T12:00:00+08:00"}
    for application_id in ("app-1", "app-2"):
        key, zhang = f"fix_reminder/{application_id}", Recipient(person_id=ZHANG.person_id)
        assert await world.writer.send_notice(
            *(key, "fix_reminder", zhang, until, NOON + timedelta(hours=8), application_id)
        )
    await world.hear(SOMEBODY.own(60, enrollment.ApplicationSubmitted))
    assert await world.inbox(500) == ["application_submitted", "fix_reminder"]


async def test_msg_11_a_rejection_in_daylight_is_told_also_when_it_comes_late(world: World) -> None:
    world.clock.at = NOON + timedelta(minutes=61)
    await world.hear(SOMEBODY.own(60, enrollment.ApplicationSubmitted), SOMEBODY.reviewed(0, 0))
    assert sorted(await world.inbox(62)) == ["application_rejected", "application_submitted"]


async def test_msg_11_whoever_withdrew_hears_no_more_of_the_place(world: World) -> None:
    published = enrollment.ApplicationPublished(application=SOMEBODY.about(2, 480))
    published.ends_at.FromDatetime(NOON + timedelta(days=5))
    await world.hear(SOMEBODY.grant(0, 480), at(2, published), SOMEBODY.own(30, enrollment.ApplicationWithdrawn))
    assert await world.inbox(480) == ["application_withdrawn"]


async def test_msg_11_other_applications_are_left_alone(world: World) -> None:
    await world.hear(SOMEBODY.grant(0, 30))
    await world.hear(Applicant(application_id="app-2").undone(10, since=0))
    assert await world.inbox(30) == ["application_provisional"]


async def test_msg_11_facts_from_before_say_nothing_of_their_release_and_are_told_at_once(world: World) -> None:
    older = enrollment.ApplicationFact(application_id="app-1", person_id=ZHANG.person_id)
    await world.hear(at(0, enrollment.ApplicationProvisionallyAdmitted(application=older)))
    await world.hear(at(5, enrollment.ApplicationPlaceLost(application=older, cause="undone")))
    assert sorted(await world.inbox(0)) == ["application_place_lost", "application_provisional"]


async def test_msg_05_a_timed_notice_keeps_the_release_it_was_written_with(world: World) -> None:
    notice = ("overdue-1", "verification_overdue", Recipient(organisation_code="SD-QILU"), {"count": "3"})
    assert await world.writer.send_notice(*notice, NOON + timedelta(hours=1))
    assert not await world.writer.send_notice(*notice)
    assert await world.inbox(59, BASE) == []
    assert await world.inbox(60, BASE) == ["verification_overdue"]


async def test_msg_12_the_province_and_the_bases_whose_dates_do_not_fit_hear_of_another_calendar(world: World) -> None:
    changed = enrollment.CalendarChanged(
        cycle_id="c",
        version=2,
        kind="amend",
        province_code="37",
        reason="笔试延期",
        present="第一志愿",
        unfit_base_codes=["SD-QILU", "SD-OTHER"],
        unfit_round_names=["第二志愿"],
    )
    changed.next_at.FromDatetime(NOON)
    delivery = delivery_of(changed)
    await world.hear(delivery, delivery)
    [province] = (await world.inboxes.list_messages(PROVINCE, 10)).messages
    assert province.template == "calendar_changed"
    assert "原因：笔试延期\n当前阶段：第一志愿\n下一时间节点：2023年7月20日 12:00" in province.body
    [base] = (await world.inboxes.list_messages(BASE, 10)).messages
    assert base.template == "milestone_unfit"
    assert "第二志愿" in base.body
    elsewhere = Caller("o", "base_administrator", "SD-OTHER")
    assert await world.inbox(0, elsewhere) == ["milestone_unfit"]
    assert await world.inbox(0, Caller("n", "base_administrator", "SD-THIRD")) == []


async def test_msg_12_who_keeps_the_time_tells_the_province_no_second_time(world: World) -> None:
    changed = enrollment.CalendarChanged(cycle_id="c", version=2, kind="amend", province_code="37", present="第一志愿")
    told = {"reason": "", "present": "第一志愿", "next_at": ""}
    await world.hear(delivery_of(changed))
    key, province = "calendar/c/2/37", Recipient(organisation_code="37")
    assert not await world.writer.send_notice(key, "calendar_changed", province, told)
    assert await world.inbox(0, PROVINCE) == ["calendar_changed"]


async def test_msg_12_a_province_is_told_when_its_cycle_is_held(world: World) -> None:
    await world.hear(delivery_of(enrollment.CalendarChanged(kind="hold", province_code="37", present="第一志愿")))
    assert await world.inbox(0, PROVINCE) == ["calendar_held"]
