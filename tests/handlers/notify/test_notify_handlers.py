"""Inboxes on a real database: each message once, read only by those it is for (MSG-04, MSG-05, MSG-06), sealed
(PRIV-01, PRIV-04) and forgotten (PRIV-05)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from google.protobuf.message import Message as Proto
from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import application_pb2, cycle_pb2
from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from residency.identity.v1 import account_pb2
from residency.identity.v1 import events_pb2 as identity
from residency.notify.v1 import events_pb2
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.messaging import Delivery, Poison
from services.kit.vault import SealBroken
from services.notify.consumers import HEARD, SILENT, Listener
from services.notify.domain.recipients import Recipient
from services.notify.faculty_letters import FACULTY_HEARD
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.writing import Writer
from tests.support.deliveries import delivery_of
from tests.support.vaults import AFTERWARDS, NEXT, VAULT

ZHANG = Caller(new_id(), "applicant")
LI = Caller(new_id(), "applicant")
REVIEWER = Caller(new_id(), "base_reviewer", "SD-QILU")
COLLEAGUE = Caller(new_id(), "base_administrator", "SD-QILU")
ELSEWHERE = Caller(new_id(), "base_administrator", "SD-OTHER")
QILU = Recipient(organisation_code="SD-QILU")
UNTIL = Timestamp(seconds=1_688_259_600)
DIGEST = {"round": "1", "count": "3"}


@dataclass
class World:
    writer: Writer
    inboxes: Inbox
    database: Database

    async def hear(self, delivery: Delivery) -> None:
        async with self.database.unit_of_work() as uow:
            await Listener(self.writer).hear(delivery, uow)

    async def templates(self, reader: Caller) -> list[str]:
        page = await self.inboxes.list_messages(reader, 100)
        return sorted(message.template for message in page.messages)


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("notify"), name="notify", pool_size=8)
    await database.start()
    clock = SystemClock()
    yield World(Writer(database, clock, VAULT), Inbox(database, clock, VAULT), database)
    await database.stop()


def application(phase: cycle_pb2.Phase = cycle_pb2.PHASE_FIRST_CHOICE) -> enrollment.ApplicationFact:
    return enrollment.ApplicationFact(
        application_id="app-1",
        person_id=ZHANG.person_id,
        base_code="SD-QILU",
        base_name="齐鲁医院",
        specialty_name="内科",
        phase=phase,
        state=application_pb2.APPLICATION_STATE_PENDING,
    )


def one_of_each() -> dict[str, Delivery]:
    """One fact of every kind about one person, by the template it is due ("" for none)."""
    bodies: dict[str, Proto] = {
        "account_registered": identity.AccountRegistered(person_id=ZHANG.person_id, role=account_pb2.ROLE_APPLICANT),
        "application_submitted": enrollment.ApplicationSubmitted(application=application()),
        "application_approved": enrollment.ApplicationReviewed(application=application(), approved=True),
        "application_rejected": enrollment.ApplicationReviewed(application=application(), remark="资料不全"),
        "application_provisional": enrollment.ApplicationProvisionallyAdmitted(
            application=application(cycle_pb2.PHASE_REALLOCATION)
        ),
        "application_not_selected": enrollment.ApplicationNotSelected(application=application()),
        "application_admitted": enrollment.ApplicationAdmitted(application=application()),
        "application_withdrawn": enrollment.ApplicationWithdrawn(application=application()),
        "application_unlocked": enrollment.ApplicationUnlocked(application=application(), until=UNTIL),
        "application_published": enrollment.ApplicationPublished(application=application(), ends_at=UNTIL),
        "application_objected": enrollment.ObjectionFiled(application=application()),
        "application_objection_dismissed": enrollment.ObjectionResolved(application=application()),
        "application_objection_upheld": enrollment.ObjectionResolved(application=application(), upheld=True),
        "application_held": enrollment.ApplicationHeld(application=application()),
        "application_released": enrollment.ApplicationReleased(application=application()),
        "application_moved": enrollment.ApplicationMoved(
            application=application(cycle_pb2.PHASE_REALLOCATION), remark="内科有空缺"
        ),
        "application_rejected_late": enrollment.ApplicationReviewed(application=application(), fix_until=UNTIL),
        "application_place_lost": enrollment.ApplicationPlaceLost(application=application(), cause="no_show"),
        "application_admission_undone": enrollment.ApplicationAdmissionUndone(application=application()),
        "application_offered": enrollment.ApplicationOffered(application=application(), until=UNTIL),
        "application_offer_declined": enrollment.ApplicationOfferEnded(application=application(), outcome="declined"),
        "application_offer_expired": enrollment.ApplicationOfferEnded(application=application(), outcome="expired"),
        "application_specialty_changed": enrollment.ApplicationSpecialtyChanged(
            application=application(), left_specialty_name="皮肤科"
        ),
        "application_deferred": enrollment.ApplicationDeferred(application=application(), until_year=2024),
        "account_held": identity.AccountRegistered(person_id=ZHANG.person_id, held=True),
        "account_released": identity.AccountReleased(person_id=ZHANG.person_id),
        "security_new_device": identity.SecurityNoticed(person_id=ZHANG.person_id, what="new_device"),
        "security_other": identity.SecurityNoticed(person_id=ZHANG.person_id, what="later_than_we"),
    }
    return {template: delivery_of(body, version) for version, (template, body) in enumerate(bodies.items(), 1)}


FOR_ORGANISATIONS = [
    (
        enrollment.ApplicationRevocationProposed(application=application(), province_code="37"),
        "37",
        "revocation_proposed",
    ),
    (enrollment.ApplicationRevocationRefused(application=application()), "SD-QILU", "revocation_refused"),
    (
        enrollment.ApplicationGrantProposed(application=application(), main_base_code="SD-SLYY"),
        "SD-SLYY",
        "grant_proposed",
    ),
    (enrollment.ApplicationGrantDeclined(application=application()), "SD-QILU", "grant_declined"),
]
"""What happens to a place that the staff of an organisation hear of, and not the applicant."""


@pytest.mark.parametrize(("body", "organisation", "template"), FOR_ORGANISATIONS, ids=lambda value: str(value)[:20])
async def test_msg_05_who_has_to_decide_about_a_place_is_told(
    world: World, body: Proto, organisation: str, template: str
) -> None:
    await world.hear(delivery_of(body))
    staff = Caller("s", "province_administrator" if organisation == "37" else "base_administrator", organisation)
    [message] = (await world.inboxes.list_messages(staff, 10)).messages
    assert (message.template, message.application_id) == (template, "app-1")
    assert "内科" in message.body
    assert await world.templates(ZHANG) == []


async def test_msg_05_an_offer_that_is_taken_is_a_place(world: World) -> None:
    taken = enrollment.ApplicationOfferEnded(application=application(), outcome="accepted")
    await world.hear(delivery_of(taken))
    assert await world.templates(ZHANG) == ["application_provisional"]


async def test_msg_05_every_fact_thrice_and_out_of_order_is_one_message_each(world: World) -> None:
    due = one_of_each()
    for_bases = {
        enrollment.ApplicationCorrected.DESCRIPTOR.full_name,
        *(type(body).DESCRIPTOR.full_name for body, _, _ in FOR_ORGANISATIONS),
        enrollment.PlanChangeDecided.DESCRIPTOR.full_name,
        enrollment.CalendarChanged.DESCRIPTOR.full_name,
    }
    of_faculty = {hearing.body.DESCRIPTOR.full_name for hearing in FACULTY_HEARD}
    assert {delivery.event_type for delivery in due.values()} == set(HEARD) - for_bases - of_faculty
    silent = [
        delivery_of(enrollment.CycleCreated(cycle_id="c")),
        delivery_of(enrollment.PhaseEntered(cycle_id="c", phase=cycle_pb2.PHASE_REGISTRATION)),
        delivery_of(enrollment.MilestonesSet(cycle_id="c", base_code="SD-QILU", round=1)),
        delivery_of(enrollment.WindowClosed(cycle_id="c", base_code="SD-QILU", unreviewed=3)),
        delivery_of(enrollment.PlanChanged(cycle_id="c", kind="set", edition=2)),
        delivery_of(enrollment.ListPublished(list_id="l", cycle_id="c", base_code="SD-QILU", number=1)),
        delivery_of(enrollment.ApplicationPlaceConfirmed(application=application())),
        delivery_of(identity.SessionEnded(session_id="s")),
        delivery_of(identity.AuditSealed(service="identity", number=1)),
        delivery_of(identity.PersonErased(person_id=LI.person_id)),
        delivery_of(faculty.DossierSaved(person_id=ZHANG.person_id)),
        delivery_of(faculty.BatchChanged(batch_id="b")),
        delivery_of(faculty.BatchPublished(batch_id="b")),
        delivery_of(faculty.CandidacyWithdrawn(candidacy=faculty.CandidacyFact(person_id=ZHANG.person_id))),
        delivery_of(faculty.FacultyPolicySet(organisation_code="SD-QILU")),
        delivery_of(faculty.EvidenceRecorded(person_id=ZHANG.person_id)),
        delivery_of(faculty.TraineeArrived(person_id=ZHANG.person_id)),
        delivery_of(faculty.TeacherRated(teacher_id=ZHANG.person_id)),
        delivery_of(events_pb2.MessageWritten(person_id=ZHANG.person_id)),
    ]
    assert {delivery.event_type for delivery in silent} == SILENT
    deliveries = [*due.values(), *silent] * 3
    random.Random(7).shuffle(deliveries)
    for delivery in deliveries:
        await world.hear(delivery)
    assert await world.templates(ZHANG) == sorted(due)
    assert await world.database.fetchval("SELECT count(*) FROM message") == len(due)
    assert await world.inboxes.count_unread(ZHANG) == len(due)

    rows = await world.database.fetch("SELECT subject, body FROM outbox")
    assert [row["subject"] for row in rows] == ["residency.notify.v1.message.written"] * len(due)
    assert {events_pb2.MessageWritten.FromString(row["body"]).person_id for row in rows} == {ZHANG.person_id}


async def test_msg_05_texts_carry_what_the_fact_says(world: World) -> None:
    for delivery in one_of_each().values():
        await world.hear(delivery)
    page = await world.inboxes.list_messages(ZHANG, 100)
    bodies = {message.template: message.body for message in page.messages}
    assert "报名时间：2023年7月1日 09:00\n状态：待审核" in bodies["application_submitted"]
    assert "备注：资料不全" in bodies["application_rejected"]
    assert "录取结果：调剂录取" in bodies["application_provisional"]
    assert "身份：报名人" in bodies["account_registered"]
    assert "开放至：2023年7月2日 09:00" in bodies["application_unlocked"]
    assert "请于2023年7月2日 09:00前" in bodies["application_offered"]
    assert "已取消：未按时报到。" in bodies["application_place_lost"]
    assert "由皮肤科调整" in bodies["application_specialty_changed"]
    assert "延期至2024年" in bodies["application_deferred"]
    assert "时间：2023年7月1日 09:00" in bodies["security_new_device"]
    about = {message.template: message.application_id for message in page.messages}
    assert {about[name] for name in about if name.startswith("application_")} == {"app-1"}
    assert {about[name] for name in about if not name.startswith("application_")} == {""}


async def test_msg_05_a_correction_is_told_to_its_base(world: World) -> None:
    corrected = enrollment.ApplicationCorrected(application=application(), section=application_pb2.SECTION_WORK)
    await world.hear(delivery_of(corrected))
    [message] = (await world.inboxes.list_messages(REVIEWER, 10)).messages
    assert (message.template, message.application_id) == ("application_corrected", "app-1")
    assert "更正了工作信息" in message.body
    assert await world.templates(ZHANG) == []


async def test_priv_01_texts_are_sealed_each_for_its_message(world: World) -> None:
    """PRIV-01: remarks are people's words, and may hold a number."""
    for remark in ("请致电 13900000001", "请致电 13900000002"):
        await world.hear(delivery_of(enrollment.ApplicationReviewed(application=application(), remark=remark)))
    stored = [row["body"] for row in await world.database.fetch("SELECT body FROM message")]
    assert not any("1390000000" in body for body in stored)
    await world.database.execute("UPDATE message SET body = $1", stored[0])
    with pytest.raises(SealBroken):
        await world.inboxes.list_messages(ZHANG, 10)


async def test_priv_04_texts_are_sealed_anew_while_they_are_read(world: World) -> None:
    due = one_of_each()
    for delivery in due.values():
        await world.hear(delivery)
    rotating = Writer(world.database, SystemClock(), NEXT)
    before = (await Inbox(world.database, SystemClock(), NEXT).list_messages(ZHANG, 100)).messages
    assert await rotating.rewrap(5) == (5, len(due) - 5)
    assert (await Inbox(world.database, SystemClock(), NEXT).list_messages(ZHANG, 100)).messages == before
    assert await rotating.rewrap(1000) == (len(due) - 5, 0)
    assert (await Inbox(world.database, SystemClock(), AFTERWARDS).list_messages(ZHANG, 100)).messages == before


async def test_priv_05_texts_of_who_was_erased_are_forgotten(world: World) -> None:
    for delivery in one_of_each().values():
        await world.hear(delivery)
    await world.writer.send_notice("digest-1", "review_digest", QILU, DIGEST)
    await world.hear(delivery_of(identity.PersonErased(person_id=ZHANG.person_id)))
    rows = await world.database.fetch("SELECT template, body FROM message WHERE person_id = $1", ZHANG.person_id)
    assert {row["body"] for row in rows} == {""}
    assert {row["template"] for row in rows} == set(one_of_each())
    assert (await world.inboxes.list_messages(REVIEWER, 10)).messages[0].body
    assert await world.writer.rewrap(10) == (0, 0)


async def test_msg_05_what_cannot_be_told_goes_to_the_dead_letters(world: World) -> None:
    unknown = delivery_of(enrollment.ApplicationFact(person_id="p"))
    nobody = delivery_of(identity.AccountRegistered())
    torn = delivery_of(enrollment.ApplicationAdmitted(application=application()))
    for delivery in (unknown, nobody, replace(torn, body=b"\xff\xff")):
        with pytest.raises(Poison):
            await world.hear(delivery)
    assert await world.database.fetchval("SELECT count(*) FROM message") == 0


async def test_msg_05_a_notice_is_written_once_per_key(world: World) -> None:
    written = await asyncio.gather(
        *(world.writer.send_notice("review_digest/c/B/1", "review_digest", QILU, DIGEST) for _ in range(5))
    )
    assert sorted(written) == [False, False, False, False, True]
    assert await world.writer.send_notice("review_digest/c/B/2", "review_digest", QILU, DIGEST)
    assert await world.templates(REVIEWER) == ["review_digest", "review_digest"]


async def test_msg_04_messages_are_read_by_those_they_are_for(world: World) -> None:
    await world.hear(one_of_each()["application_submitted"])
    await world.writer.send_notice("digest-1", "review_digest", QILU, DIGEST)
    assert await world.templates(ZHANG) == ["application_submitted"]
    assert await world.templates(REVIEWER) == await world.templates(COLLEAGUE) == ["review_digest"]
    impostor = Caller(LI.person_id, "applicant", "SD-QILU")
    for stranger in (LI, ELSEWHERE, impostor):
        assert await world.templates(stranger) == []
        assert await world.inboxes.count_unread(stranger) == 0
        for owner in (ZHANG, REVIEWER):
            [message] = (await world.inboxes.list_messages(owner, 10)).messages
            with pytest.raises(DomainError) as caught:
                await world.inboxes.mark_read(stranger, message.message_id)
            assert (caught.value.kind, caught.value.reason) == (Kind.NOT_FOUND, "MESSAGE_UNKNOWN")
    assert await world.database.fetchval("SELECT count(*) FROM message_read") == 0


async def test_msg_06_reading_counts_once_and_for_oneself(world: World) -> None:
    await world.writer.send_notice("digest-1", "review_digest", QILU, DIGEST)
    [message] = (await world.inboxes.list_messages(REVIEWER, 10, unread_only=True)).messages
    assert message.read_at is None
    first = await world.inboxes.mark_read(REVIEWER, message.message_id)
    again = await world.inboxes.mark_read(REVIEWER, message.message_id)
    assert first.read_at is not None
    assert again.read_at == first.read_at
    assert await world.inboxes.count_unread(REVIEWER) == 0
    assert await world.inboxes.count_unread(COLLEAGUE) == 1
    assert (await world.inboxes.list_messages(REVIEWER, 10, unread_only=True)).messages == []
    assert len((await world.inboxes.list_messages(REVIEWER, 10)).messages) == 1


async def test_pages_are_newest_first_without_gaps_or_doubles_while_messages_arrive(world: World) -> None:
    for number in range(25):
        await world.writer.send_notice(f"digest-{number:02d}", "review_digest", QILU, DIGEST)
    seen: list[str] = []
    moments: list[datetime] = []
    token = ""
    while True:
        page = await world.inboxes.list_messages(REVIEWER, 10, token)
        seen += [message.message_id for message in page.messages]
        moments += [message.sent_at for message in page.messages]
        await world.writer.send_notice(f"late-{len(seen)}", "review_digest", QILU, DIGEST)
        token = page.next_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == 25
    assert moments == sorted(moments, reverse=True)
    assert moments[0] - moments[-1] < timedelta(minutes=1)
    assert len((await world.inboxes.list_messages(REVIEWER, 0)).messages) == 20


@pytest.mark.parametrize("token", ["x", "AAAA", "MjAyMy0wNy0wMSB4", "密"])
async def test_a_made_up_page_token_is_refused(world: World, token: str) -> None:
    with pytest.raises(DomainError) as caught:
        await world.inboxes.list_messages(ZHANG, 10, token)
    assert (caught.value.kind, caught.value.reason) == (Kind.INVALID, "PAGE_TOKEN")
