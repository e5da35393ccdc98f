"""What a fact changes, and how a page hears of it."""

from __future__ import annotations

import asyncio

import pytest

from residency.enrollment.v1 import events_pb2
from residency.notify.v1 import events_pb2 as notify_events_pb2
from services.kit.domain import Caller
from services.portal import live
from services.portal.live import Stream, topics_of

FACT = events_pb2.ApplicationFact(person_id="p1", base_code="SD-QILU")
WRITTEN = "residency.notify.v1.message.written"
SUBMITTED = events_pb2.ApplicationSubmitted(application=FACT, left_base_code="SD-SLYY").SerializeToString()


def test_topics_of_facts() -> None:
    prefix = "residency.enrollment.v1."
    assert topics_of(f"{prefix}phase.entered", b"") == {"cycle", "board"}
    assert topics_of(f"{prefix}application.submitted", SUBMITTED) == {
        "board", "person:p1", "base:SD-QILU", "base:SD-SLYY",
    }  # fmt: skip
    reviewed = events_pb2.ApplicationReviewed(application=FACT, approved=True).SerializeToString()
    assert topics_of(f"{prefix}application.reviewed", reviewed) == {"board", "person:p1", "base:SD-QILU"}
    assert topics_of("residency.identity.v1.account.registered", b"") == set()


def test_facts_with_more_than_the_application_are_read_too() -> None:
    prefix, own = "residency.enrollment.v1.", {"board", "person:p1", "base:SD-QILU"}
    offered = events_pb2.ApplicationOffered(application=FACT, offer_number=1)
    offered.until.FromSeconds(1_690_000_255)  # its bytes are no text
    assert topics_of(f"{prefix}application.offered", offered.SerializeToString()) == own
    moved = events_pb2.ApplicationMoved(application=FACT, left_base_code="SD-SLYY").SerializeToString()
    assert topics_of(f"{prefix}application.moved", moved) == own | {"base:SD-SLYY"}
    proposed = events_pb2.ApplicationGrantProposed(application=FACT, main_base_code="SD-SLYY").SerializeToString()
    assert topics_of(f"{prefix}application.grant_proposed", proposed) == own | {"base:SD-SLYY"}
    objected = events_pb2.ObjectionFiled(application=FACT, objection_id="o1").SerializeToString()
    assert topics_of(f"{prefix}objection.filed", objected) == own
    published = events_pb2.ListPublished(list_id="l1", base_code="SD-QILU").SerializeToString()
    assert topics_of(f"{prefix}list.published", published) == {"base:SD-QILU"}


async def test_a_stream_hears_its_own_topics_only_and_together() -> None:
    mine = Stream(Caller("p1", "applicant"))
    mine.tell({"person:p2", "base:SD-QILU"})
    mine.tell({"board"})
    mine.tell({"person:p1"})
    async with asyncio.timeout(1):
        assert await mine.next() == ["board", "mine"]
    mine.close()
    assert await mine.next() == []


async def test_an_anonymous_stream_hears_of_nobody() -> None:
    stream = Stream(None)
    stream.tell({"person:", "base:", "inbox of person:", "inbox of organisation:", "board"})
    assert await stream.next() == ["board"]


async def test_a_message_is_told_to_its_reader_or_to_the_staff_of_its_organisation() -> None:
    to_person = notify_events_pb2.MessageWritten(person_id="p1").SerializeToString()
    to_base = notify_events_pb2.MessageWritten(organisation_code="SD-QILU").SerializeToString()
    for_p1, for_qilu = topics_of(WRITTEN, to_person), topics_of(WRITTEN, to_base)
    assert topics_of(WRITTEN, b"") == set()
    applicant, staff = Stream(Caller("p1", "applicant")), Stream(Caller("p2", "base_reviewer", "SD-QILU"))
    elsewhere = Stream(Caller("p3", "base_reviewer", "SD-SLYY"))
    for stream in (applicant, staff, elsewhere):
        stream.tell(for_p1)
        stream.tell({"board"})
    assert await applicant.next() == ["board", "inbox"]
    assert await staff.next() == await elsewhere.next() == ["board"]
    for stream in (applicant, staff, elsewhere):
        stream.tell(for_qilu)
        stream.tell({"cycle"})
    assert await staff.next() == ["cycle", "inbox"]
    assert await applicant.next() == await elsewhere.next() == ["cycle"]


async def test_a_busy_stream_too_looks_at_everything_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_AGAIN_SECONDS", 0.0)
    stream = Stream(Caller("p1", "applicant"))
    stream.tell({"board"})
    assert await stream.next() == ["board", "cycle", "inbox", "mine"]
