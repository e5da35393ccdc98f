"""What a fact changes, and how a page hears of it."""

from __future__ import annotations

import asyncio

from residency.enrollment.v1 import events_pb2
from services.kit.domain import Caller
from services.portal.live import Stream, topics_of

FACT = events_pb2.ApplicationFact(person_id="p1", base_code="SD-QILU")
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
    stream.tell({"person:", "base:", "board"})
    assert await stream.next() == ["board"]
