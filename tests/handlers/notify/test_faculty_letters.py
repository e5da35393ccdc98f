"""MSG-42 and MSG-43 on a real database: what facts of faculty leave in inboxes, however they come."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.message import Message as Proto

from residency.faculty.v1 import events_pb2 as faculty
from residency.faculty.v1 import faculty_pb2
from services.kit.database import Database
from services.kit.delivery import Delivery
from services.kit.domain import Caller
from services.kit.ids import new_id
from services.kit.messaging import Poison
from services.notify.consumers import Listener
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.writing import Writer
from tests.support.deliveries import delivery_of
from tests.support.postgres import PostgresServer
from tests.support.vaults import VAULT

NOON = datetime(2027, 4, 12, 4, tzinfo=UTC)
"""Twelve o'clock in China."""
DAY = timedelta(days=1)
BASE, SURGERY, MEDICINE = "SD-QILU", "SD-QILU-0900", "SD-QILU-0100"


@dataclass
class World:
    """Notify on a database of its own, at `now`."""

    database: Database
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    @property
    def listener(self) -> Listener:
        return Listener(Writer(self.database, self, VAULT))

    async def hear(self, *bodies: Proto, at: datetime = NOON) -> None:
        await self.deliver([replace(delivery_of(body), occurred_at=at) for body in bodies])

    async def deliver(self, deliveries: Sequence[Delivery]) -> None:
        async with self.database.unit_of_work() as uow:
            await self.listener.hear_all(deliveries, uow)

    async def seen(self, reader: Caller) -> list[str]:
        """Templates of the messages that somebody sees now."""
        page = await Inbox(self.database, self, VAULT).list_messages(reader, 200)
        return sorted(message.template for message in page.messages)

    async def texts(self, reader: Caller) -> str:
        page = await Inbox(self.database, self, VAULT).list_messages(reader, 200)
        return "\n".join(message.body for message in page.messages)


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> Iterator[str]:
    """One database for the module: every test has people and organisations of its own."""
    made = postgres.database("notify")
    yield made
    postgres.drop(made)


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    database = Database(url, name="notify", pool_size=4)
    await database.start()
    yield World(database)
    await database.stop()


def someone() -> Caller:
    return Caller(new_id(), "faculty")


def secretary(department: str) -> Caller:
    return Caller(new_id(), "department_secretary", department)


def office(base: str) -> Caller:
    return Caller(new_id(), "teaching_department", base)


def appointment(person: Caller, department: str = SURGERY, base: str = BASE) -> faculty.AppointmentFact:
    return faculty.AppointmentFact(
        appointment_id=new_id(),
        person_id=person.person_id,
        base_code=base,
        department_code=department,
        version=3,
        state=faculty_pb2.APPOINTMENT_STATE_ACTIVE,
        from_day="2027-01-01",
        until_day="2027-12-31",
    )


def candidacy(person: Caller, base: str = BASE) -> faculty.CandidacyFact:
    return faculty.CandidacyFact(
        candidacy_id=new_id(), batch_id=new_id(), batch_name="2027年第一批", person_id=person.person_id, base_code=base
    )


async def test_msg_42_thirty_reviews_owed_are_one_reminder_a_day(world: World) -> None:
    """MSG-42: however many teachers a department has; a week later it is one again; others hear nothing."""
    departments = [f"{SURGERY}-{new_id()}", f"{MEDICINE}-{new_id()}"]
    due = [
        faculty.AppointmentReminded(
            appointment=appointment(someone(), departments[0]),
            kind="due",
            until_day="2027-04-27",
            organisation_codes=[departments[0]],
        )
        for _ in range(30)
    ]
    for at in (NOON, NOON + 7 * DAY):
        await world.hear(*due, at=at)
        await world.hear(*due, at=at + timedelta(minutes=5))
    world.at = NOON + 8 * DAY
    assert await world.seen(secretary(departments[0])) == ["review_due"] * 2
    assert "2027年4月27日 24:00" in await world.texts(secretary(departments[0]))
    assert await world.seen(secretary(departments[1])) == []


async def test_msg_42_an_overdue_review_is_told_to_department_and_base(world: World) -> None:
    """MSG-42: the person owes nothing, and is not told."""
    person, department, base = someone(), new_id(), new_id()
    await world.hear(
        faculty.AppointmentReminded(
            appointment=appointment(person, department, base),
            kind="overdue",
            until_day="2027-04-27",
            organisation_codes=[department, base],
        )
    )
    assert await world.seen(secretary(department)) == ["review_overdue"]
    assert await world.seen(office(base)) == ["review_overdue"]
    assert await world.seen(person) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1)])
async def test_msg_42_an_end_is_told_once(world: World, order: Sequence[int]) -> None:
    """MSG-42: when it is decided, and when it takes effect; in whatever order, however often."""
    person, department = someone(), new_id()
    about = appointment(person, department)
    facts = [
        faculty.AppointmentChanged(appointment=about, kind=kind, effective_day="2027-05-31")
        for kind in ("dismissal_decided", "dismissed")
    ]
    for index in order:
        await world.hear(facts[index])
    assert await world.seen(person) == ["appointment_dismissed"]
    assert await world.seen(secretary(department)) == ["faculty_left"]
    assert "2027-05-31" in await world.texts(person)
    assert "原因：解聘" in await world.texts(secretary(department))


async def test_msg_42_a_day_of_assigning_is_one_message_to_each_teacher(world: World) -> None:
    """MSG-42: cell by cell or by a proposal."""
    teachers = [someone() for _ in range(3)]
    cells = [
        faculty.CellsAssigned(department_code=SURGERY, base_code=BASE, teacher_ids=[each.person_id], count=1)
        for each in teachers
        for _ in range(4)
    ]
    random.Random(7).shuffle(cells)
    await world.hear(*cells)
    await world.hear(cells[0], at=NOON + DAY)
    world.at = NOON + 2 * DAY
    told = [len(await world.seen(each)) for each in teachers]
    assert sorted(told) == [1, 1, 2]


async def test_msg_42_a_new_teacher_and_the_department_hear_each_what_is_theirs(world: World) -> None:
    """MSG-42: fifty appointments of a batch are one message to their department."""
    people, department = [someone() for _ in range(5)], new_id()
    await world.hear(*[faculty.AppointmentStarted(appointment=appointment(each, department)) for each in people])
    assert await world.seen(secretary(department)) == ["faculty_appointed"]
    for each in people:
        assert await world.seen(each) == ["appointment_started"]
        assert "2027-01-01 至 2027-12-31" in await world.texts(each)


async def test_msg_43_what_happens_at_midnight_is_seen_in_the_morning(world: World) -> None:
    """MSG-43: a batch closes at midnight; who expired hears of it at eight."""
    person, midnight = someone(), datetime(2027, 1, 24, 16, tzinfo=UTC)
    world.at = midnight
    await world.hear(faculty.CandidacyDecided(candidacy=candidacy(person), kind="expired"), at=midnight)
    for hours, seen in ((0.1, []), (7.9, []), (8, ["candidacy_expired"])):
        world.at = midnight + timedelta(hours=hours)
        assert await world.seen(person) == seen


async def test_msg_42_a_batch_reminds_people_of_drafts_and_bases_of_decisions(world: World) -> None:
    """MSG-42: each base with its own count."""
    people, bases = [someone() for _ in range(2)], [new_id(), new_id()]
    until = NOON + DAY
    drafts = faculty.BatchReminded(
        batch_name="2027年第一批", kind="drafts", person_ids=[each.person_id for each in people]
    )
    undecided = faculty.BatchReminded(
        batch_name="2027年第一批", kind="undecided", organisation_codes=bases, counts=[3, 8]
    )
    for fact in (drafts, undecided):
        fact.until.FromDatetime(until)
    await world.hear(drafts, undecided)
    assert [await world.seen(each) for each in people] == [["candidacy_draft_reminder"]] * 2
    for base, count in zip(bases, (3, 8), strict=True):
        assert f"待审核：{count}人" in await world.texts(office(base))


async def test_msg_42_no_rating_and_no_evidence_is_told_to_anybody(world: World) -> None:
    """MSG-42: a rating told at once would betray who gave it."""
    person = someone()
    await world.hear(
        faculty.TeacherRated(teacher_id=person.person_id, year=2027, count=1),
        faculty.EvidenceRecorded(person_id=person.person_id, kind="attestation"),
    )
    assert await world.seen(person) == []


async def test_msg_42_a_fact_that_names_nobody_is_a_dead_letter(world: World) -> None:
    """MSG-42: no retry would mend it."""
    with pytest.raises(Poison):
        await world.hear(faculty.FacultyInvited(department_code=SURGERY))


async def test_msg_42_what_a_later_day_says_is_told_in_general(world: World) -> None:
    """MSG-42: a kind that this notify does not know is news all the same."""
    person = someone()
    await world.hear(
        faculty.AppointmentChanged(appointment=appointment(person), kind="promoted"),
        faculty.CandidacyDecided(candidacy=candidacy(person), kind="postponed"),
        faculty.AppointmentChanged(appointment=appointment(person), kind="confirmed"),
    )
    assert await world.seen(person) == ["faculty_news"] * 2
