"""PUB-08: whole days, real instants in a rehearsal, cancelled events, folded lines; by icalendar and by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from residency.enrollment.v1 import calendar_service_pb2 as pb
from services.portal.ics import ics_of

OPENS = datetime(2023, 6, 30, 16, tzinfo=UTC)
CHANGED = datetime(2023, 6, 20, 8, 30, 15, 250_000, tzinfo=UTC)
LONG = "一志愿审核、笔试、面试与拟录取以及公示、异议处理、递补和名额核对(含协同单位)第一阶段、第二阶段"


def event(kind: pb.EventKind, name: str, days: int, *, cancelled: bool = False, first: str = "") -> pb.CalendarEvent:
    last = str(date.fromisoformat(first) + timedelta(days=days - 1)) if first else ""
    told = pb.CalendarEvent(
        uid=f"uid-{name[:3]}", kind=kind, name=name, first_day=first, last_day=last, sequence=2, cancelled=cancelled
    )
    told.starts_at.FromDatetime(OPENS)
    told.ends_at.FromDatetime(OPENS + timedelta(days=days))
    told.last_modified.FromDatetime(CHANGED)
    return told


def calendar(day_seconds: float = 86_400.0) -> pb.PublishedCalendar:
    told = pb.PublishedCalendar(
        title="山东2023", base_name="齐鲁医院", time_zone="Asia/Shanghai", day_seconds=day_seconds,
        events=[
            event(pb.EVENT_KIND_PHASE, LONG, 10, first="2023-07-01"),
            event(pb.EVENT_KIND_GAP, "资格复核;含补正,换行\n第二行", 1, cancelled=True, first="2023-07-11"),
            event(pb.EVENT_KIND_BASE_DATE, "第1轮面试", 0),
        ],
    )  # fmt: skip
    told.last_modified.FromDatetime(CHANGED)
    return told


def test_pub_08_days_are_whole_and_the_end_is_the_day_after() -> None:
    phase, gap, own = Calendar.from_ical(ics_of(calendar())).walk("VEVENT")
    assert (phase.decoded("dtstart"), phase.decoded("dtend")) == (date(2023, 7, 1), date(2023, 7, 11))
    assert (gap.decoded("dtstart"), gap.decoded("dtend")) == (date(2023, 7, 11), date(2023, 7, 12))
    assert own.decoded("dtstart") == OPENS
    assert "dtend" not in own
    assert [str(each["status"]) for each in (phase, gap, own)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [each.decoded("sequence") for each in (phase, gap, own)] == [2, 2, 2]
    assert str(own["summary"]) == "齐鲁医院：第1轮面试"
    assert str(gap["summary"]) == "资格复核;含补正,换行\n第二行"
    assert phase.decoded("last-modified") == phase.decoded("dtstamp") == CHANGED.replace(microsecond=0)


def test_pub_08_a_rehearsal_tells_real_instants() -> None:
    phase = Calendar.from_ical(ics_of(calendar(2.0))).walk("VEVENT")[0]
    assert (phase.decoded("dtstart"), phase.decoded("dtend")) == (OPENS, OPENS + timedelta(days=10))


def test_pub_08_lines_are_folded_and_nothing_is_lost() -> None:
    """By hand: every line ends in CRLF and has 75 octets at most, and none is cut inside a character."""
    body = ics_of(calendar())
    assert body == ics_of(calendar())
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    lines = body.split(b"\r\n")[:-1]
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    assert all(line.decode() for line in lines)
    unfolded = body.decode().replace("\r\n ", "").split("\r\n")
    assert f"SUMMARY:{LONG}" in unfolded
    assert "SUMMARY:资格复核\\;含补正\\,换行\\n第二行" in unfolded
    assert "DTSTART;VALUE=DATE:20230701" in unfolded
    assert "DTEND;VALUE=DATE:20230711" in unfolded
    assert unfolded[0] == "BEGIN:VCALENDAR"
    assert {"VERSION:2.0", "METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"} <= set(unfolded)
