"""MSG-16 and MSG-18 on a real database: one reads in one's own language, by kind and application, and marks many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from residency.notify.v1 import events_pb2
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.ids import new_id
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.overtaking import Told
from services.notify.domain.recipients import Recipient
from services.notify.domain.shapes import Value
from services.notify.domain.templates import TEMPLATES, render
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.writing import IN_A_FACT, Draft, Writer
from services.notify.store.writing import open_values
from tests.support.vaults import AFTERWARDS, NEXT, VAULT

ZHANG, LI = Caller(new_id(), "applicant"), Caller(new_id(), "applicant")
REVIEWER, COLLEAGUE = Caller("r", "base_reviewer", "SD-QILU"), Caller("c", "base_administrator", "SD-QILU")
QILU = Recipient(organisation_code="SD-QILU")
NOW = datetime.now(UTC)
PLACE: dict[str, Value] = {"base": "齐鲁医院", "specialty": "内科"}


@dataclass
class World:
    writer: Writer
    inbox: Inbox
    database: Database

    async def write(self, *drafts: Draft) -> list[bool]:
        async with self.database.unit_of_work() as uow:
            return await self.writer.write_many(uow, drafts)

    async def titles(self, reader: Caller) -> list[str]:
        return [message.title for message in (await self.inbox.list_messages(reader, 100)).messages]

    async def keys(self, reader: Caller, **only: object) -> list[str]:
        """The templates on a page, by name."""
        page = await self.inbox.list_messages(reader, 100, **only)  # type: ignore[arg-type]  # as the caller names them
        return sorted(message.template for message in page.messages)


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("notify"), name="notify", pool_size=4)
    await database.start()
    clock = SystemClock()
    yield World(Writer(database, clock, VAULT), Inbox(database, clock, VAULT), database)
    await database.stop()


def to(reader: Caller, template: str, values: dict[str, Value], **more: object) -> Draft:
    recipient = Recipient(person_id=reader.person_id)
    return Draft(new_id(), recipient, template, values, **more)  # type: ignore[arg-type]  # as the test names them


def about(application_id: str) -> Told:
    return Told(application_id, NOW)


async def test_msg_16_a_text_is_written_in_its_readers_language_and_stays(world: World) -> None:
    drafts = [to(reader, "application_admitted", PLACE) for reader in (ZHANG, LI)]
    await world.database.execute("INSERT INTO reader (person_id, language) VALUES ($1, 'en')", LI.person_id)
    await world.write(*drafts)
    chinese, english = (render("application_admitted", PLACE, language).title for language in ("zh", "en"))
    assert chinese != english
    assert (await world.titles(ZHANG), await world.titles(LI)) == ([chinese], [english])
    await world.database.execute("UPDATE reader SET language = 'zh'")
    await world.write(to(LI, "application_admitted", PLACE))
    assert sorted(await world.titles(LI)) == sorted([chinese, english])
    rows = await world.database.fetch("SELECT language, edition FROM message ORDER BY message_id")
    assert [row["language"] for row in rows] == ["zh", "en", "zh"]
    assert {row["edition"] for row in rows} == {TEMPLATES["application_admitted"].edition}


async def test_priv_01_what_a_message_was_written_with_is_sealed_rewrapped_and_forgotten(world: World) -> None:
    """PRIV-01, PRIV-04 and PRIV-05 for the parameters beside the text."""
    remark: dict[str, Value] = {**PLACE, "remark": "请致电 13900000001"}
    await world.write(to(ZHANG, "application_approved", remark))

    async def stored() -> tuple[str, str]:
        row = await world.database.fetchrow("SELECT message_id::text, parameters FROM message")
        assert row is not None
        return row["message_id"], row["parameters"]

    message_id, sealed = await stored()
    assert "139" not in sealed
    assert "齐鲁" not in sealed
    assert open_values(VAULT, message_id, sealed) == remark
    assert await Writer(world.database, SystemClock(), NEXT).rewrap(10) == (1, 0)
    assert open_values(AFTERWARDS, *await stored()) == remark
    async with world.database.unit_of_work() as uow:
        await world.writer.forget(uow, ZHANG.person_id)
    assert open_values(AFTERWARDS, *await stored()) == {}


async def test_msg_18_one_sees_only_what_one_asks_for(world: World) -> None:
    until = NOW + timedelta(days=1)
    await world.write(
        to(ZHANG, "application_admitted", PLACE, told=about("app-1")),
        to(ZHANG, "application_withdrawn", PLACE, told=about("app-2")),
        to(ZHANG, "security_other", {"at": NOW}),
        to(ZHANG, "fix_reminder", {**PLACE, "until": until}, told=about("app-1")),
        Draft("digest", QILU, "review_digest", {"round": 1, "count": 2}),
    )
    everything = ["application_admitted", "application_withdrawn", "fix_reminder", "security_other"]
    assert await world.keys(ZHANG) == everything
    assert await world.keys(ZHANG, kind=NoticeKind.SECURITY) == ["security_other"]
    assert await world.keys(ZHANG, kind=NoticeKind.APPLICATION) == ["application_admitted", "application_withdrawn"]
    assert await world.keys(ZHANG, application_id="app-1") == ["application_admitted", "fix_reminder"]
    assert await world.keys(ZHANG, application_id="app-1", kind=NoticeKind.REMINDER) == ["fix_reminder"]
    assert await world.keys(ZHANG, kind=NoticeKind.WORK) == []
    assert await world.keys(REVIEWER, kind=NoticeKind.WORK) == ["review_digest"]
    assert await world.keys(LI, application_id="app-1") == []
    first = await world.inbox.list_messages(ZHANG, 1, kind=NoticeKind.APPLICATION)
    second = await world.inbox.list_messages(ZHANG, 1, first.next_token, kind=NoticeKind.APPLICATION)
    found = {message.template for message in (*first.messages, *second.messages)}
    assert found == {"application_admitted", "application_withdrawn"}
    assert second.next_token == ""


async def test_msg_18_all_that_is_there_is_marked_for_oneself_and_what_comes_later_is_not(world: World) -> None:
    def digest(number: int) -> Draft:
        return Draft(f"digest-{number}", QILU, "review_digest", {"round": 1, "count": number})

    held = Draft("held", QILU, "review_digest", {"round": 1, "count": 9}, release_at=NOW + timedelta(hours=1))
    done = Draft("done", QILU, "publicity_ended", {"number": 1, "admissible": 1, "objected": 0})
    await world.write(digest(1), digest(2), held, done, to(ZHANG, "security_other", {"at": NOW}))
    [first, *_] = (await world.inbox.list_messages(REVIEWER, kind=NoticeKind.WORK)).messages
    read = await world.inbox.mark_read(REVIEWER, first.message_id)
    assert await world.inbox.mark_all_read(REVIEWER, NoticeKind.SECURITY) == 0
    assert await world.inbox.mark_all_read(REVIEWER) == 2
    assert await world.inbox.mark_all_read(REVIEWER) == 0
    assert await world.inbox.count_unread(REVIEWER) == 0
    assert await world.inbox.count_unread(COLLEAGUE) == 3
    assert await world.inbox.count_unread(ZHANG) == 1
    assert await world.database.fetchval("SELECT count(*) FROM message_read") == 3
    again = (await world.inbox.list_messages(REVIEWER)).messages
    assert {message.read_at for message in again if message.message_id == first.message_id} == {read.read_at}
    await world.write(digest(3))
    assert await world.keys(REVIEWER, unread_only=True) == ["review_digest"]


async def test_msg_18_what_is_for_no_inbox_is_in_none(world: World) -> None:
    assert not TEMPLATES["address_code"].in_inbox
    await world.write(to(ZHANG, "address_code", {"code": "123456"}))
    assert await world.keys(ZHANG) == []
    assert await world.inbox.count_unread(ZHANG) == 0
    assert await world.database.fetchval("SELECT count(*) FROM message") == 1
    assert await world.database.fetchval("SELECT count(*) FROM outbox") == 0


async def test_msg_17_a_campaign_tells_many_readers_in_one_fact(world: World) -> None:
    campaign_id = new_id()
    await world.database.execute(
        "INSERT INTO campaign (campaign_id, key, asked, province_code, cycle_id, audience, base_code, specialty_code,"
        " template, parameters, state, rate, created_by, created_at)"
        " VALUES ($1, 'k', '', '37', 'c', 'everybody', '', '', 't', '{}', 'running', 200, 'p', now())",
        campaign_id,
    )
    people = [new_id() for _ in range(IN_A_FACT + 5)]
    text: dict[str, Value] = {"subject": "报到须知", "text": "请携带证件。"}
    drafts = [
        Draft(f"{campaign_id}/{one}", Recipient(person_id=one), "campaign_text", text, campaign_id=campaign_id)
        for one in people
    ]
    assert await world.write(*drafts[:3]) == [True] * 3
    assert await world.write(*drafts) == [False] * 3 + [True] * (len(people) - 3)
    bodies = [row["body"] for row in await world.database.fetch("SELECT body FROM outbox ORDER BY position")]
    told = [list(events_pb2.MessageWritten.FromString(body).person_ids) for body in bodies]
    assert [len(ids) for ids in told] == [3, IN_A_FACT, 2]
    assert [*told[0], *told[1], *told[2]] == people
    assert max(len(body) for body in bodies) < 60_000
    rows = await world.database.fetch("SELECT DISTINCT campaign_id::text, priority FROM message")
    assert [tuple(row) for row in rows] == [(campaign_id, 3)]


async def test_msg_17_who_routes_hears_of_every_commit_that_wrote_and_of_no_other(world: World) -> None:
    heard: list[str] = []
    world.writer.on_written(lambda: heard.append("written"))
    held = to(ZHANG, "security_other", {"at": NOW}, release_at=NOW + timedelta(hours=1))
    await world.write(held)
    assert heard == ["written"]
    await world.write(held)
    await world.write()
    assert heard == ["written"]

    async def write_and_fail() -> None:
        async with world.database.unit_of_work() as uow:
            await world.writer.write_many(uow, [to(ZHANG, "security_other", {"at": NOW})])
            raise RuntimeError("no commit")

    with pytest.raises(RuntimeError, match="no commit"):
        await write_and_fail()
    assert heard == ["written"]
