"""What a fact changes, and how a page hears of it."""

from __future__ import annotations

import zlib

import pytest

from residency.enrollment.v1 import events_pb2
from residency.notify.v1 import events_pb2 as notify_events_pb2
from services.kit.domain import Caller
from services.portal.live.events import GZIP_BEGIN, Event
from services.portal.live.lane import _asked
from services.portal.live.shared_parts import _KINDS, cut, shared_part
from services.portal.live.stream import Shown, Stream
from services.portal.live.topics import topics_of

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


def told(stream: Stream, *topics: str) -> list[str]:
    """The parts, or topics, that the stream says changed."""
    stream.tell(stream.concerned(topics), 0)
    lines = stream.take().decode().splitlines()
    return next((line.removeprefix("data: ").split() for line in lines if line.startswith("data: ")), [])


def test_a_stream_hears_its_own_topics_only_and_together() -> None:
    mine = Stream(Caller("p1", "applicant"))
    for topics in ({"person:p2", "base:SD-QILU"}, {"board"}, {"person:p1"}):
        mine.tell(mine.concerned(topics), 12)
    assert mine.take() == b"event: changed\ndata: board mine\ndata: 12\n\n"
    assert mine.take() == b""


def test_an_anonymous_stream_hears_of_nobody() -> None:
    assert told(Stream(None), "person:", "base:", "inbox of person:", "inbox of organisation:", "board") == ["board"]


def test_a_page_is_told_which_of_its_parts_to_fetch() -> None:
    shown = (
        Shown("standing", frozenset({"mine", "cycle"})),
        Shown("latest", frozenset({"inbox"})),
        Shown("strip", frozenset({"cycle"}), shared_part("strip", "/frame")),
    )
    page = Stream(Caller("p1", "applicant"), shown)
    assert told(page, "person:p1", "board") == ["standing"]
    assert told(page, "cycle") == ["standing"]  # the strip is brought
    assert told(page, "board", "person:p2") == []


def test_of_a_part_that_was_not_sent_yet_only_the_latest_is() -> None:
    page, board = Stream(None), shared_part("board", "/board")
    assert board is not None
    page.push(board, Event("part", "first"))
    page.push(board, Event("part", "second"))
    assert page.take() == b"event: part\ndata: second\n\n"


def test_what_a_campaign_wrote_is_told_to_each_of_its_readers() -> None:
    to_many = notify_events_pb2.MessageWritten(person_ids=["p1", "p2"]).SerializeToString()
    assert topics_of(WRITTEN, to_many) == {"inbox of person:p1", "inbox of person:p2"}


def test_a_message_is_told_to_its_reader_or_to_the_staff_of_its_organisation() -> None:
    to_person = notify_events_pb2.MessageWritten(person_id="p1").SerializeToString()
    to_base = notify_events_pb2.MessageWritten(organisation_code="SD-QILU").SerializeToString()
    for_p1, for_qilu = topics_of(WRITTEN, to_person), topics_of(WRITTEN, to_base)
    assert topics_of(WRITTEN, b"") == set()
    applicant, staff = Stream(Caller("p1", "applicant")), Stream(Caller("p2", "base_reviewer", "SD-QILU"))
    elsewhere = Stream(Caller("p3", "base_reviewer", "SD-SLYY"))
    assert told(applicant, *for_p1, "board") == ["board", "inbox"]
    assert told(staff, *for_p1, "board") == told(elsewhere, *for_p1, "board") == ["board"]
    assert told(staff, *for_qilu, "cycle") == ["cycle", "inbox"]
    assert told(applicant, *for_qilu, "cycle") == told(elsewhere, *for_qilu, "cycle") == ["cycle"]


@pytest.mark.parametrize(
    ("element", "source", "shared"),
    [
        ("board", "/board", True),
        ("board", "/en/board?base_code=SD-QILU&specialty_code=0100", True),
        ("strip", "/frame?cycle=0197c0de-0000-7000-8000-000000000001", True),
        ("board", "/application/choice?base_code=SD-QILU", False),
        ("unread", "/frame", False),
        ("main", "/board", False),
        ("board", "/board?base_code=a/../b", False),
        ("now", "/", False),
        ("inbox", "/messages", False),
        ("queue", "/base", False),
        ("counts", "/base", False),
    ],
)
def test_only_what_shows_nothing_of_its_reader_is_shared(element: str, source: str, shared: bool) -> None:
    assert (shared_part(element, source) is not None) is shared


def test_a_stream_has_each_part_made_from_one_address_only() -> None:
    """A stream is not counted against any limit, and a shared part costs a page."""
    parts = [f"part=board+board+/board%3Fx%3D{number}" for number in range(16)]
    shown, again = _asked("&".join(["again=yes", *parts]).encode())
    assert again
    assert [(each.element, each.shared) for each in shown] == [("board", shared_part("board", "/board?x=0"))]


def test_nothing_else_is_shared() -> None:
    """A part that is pushed to everybody is made for somebody who is not signed in, and shows nobody's own."""
    assert {source: element for source, (element, _) in _KINDS.items()} == {"/board": "board", "/frame": "strip"}


def test_an_element_is_cut_out_whole() -> None:
    page = (
        '<section class="x" id="other"></section><section id="a" class="y"><section>in</section><br></section><p>no</p>'
    )
    assert cut(page, "a") == '<section id="a" class="y"><section>in</section><br></section>'
    assert cut(page, "b") == cut('<section id="a">', "a") == ""


def test_events_are_packed_once_and_fit_into_any_stream() -> None:
    long, short = Event("part", "一" * 5000), Event("changed", "board", "4")
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert reader.decompress(GZIP_BEGIN) == b""
    for event in (short, long, short, long):
        assert reader.decompress(event.carried(True)) == event.plain  # each is read as soon as it has come
    assert len(long.carried(True)) < 200
