"""A published calendar as iCalendar (RFC 5545, with the names and refresh times of RFC 7986)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from residency.enrollment.v1 import calendar_service_pb2 as pb
from services.portal.calendar import DAY_SECONDS
from services.portal.i18n import dates
from services.portal.i18n.language import language, tr
from services.portal.published import event_name, title_of
from services.portal.wire import enum_name, instant_of

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=6)
"""How long a program may wait before it asks again."""


def ics_of(calendar: pb.PublishedCalendar) -> bytes:
    """PUB-08: all events, cancelled ones too, in the language of the request; lines end in CRLF, folded at 75 octets.

    Days are whole: the end is the day after the last one. In a rehearsal, whose days are shorter, and for a base's own
    dates the instants are told instead, in UTC. The same calendar gives the same bytes.
    """
    whole = Calendar()
    whole.add("prodid", f"-//residency//calendar//{language().upper()}")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("name", title_of(calendar))
    whole.add("x-wr-calname", title_of(calendar))
    whole.add("x-wr-timezone", calendar.time_zone)
    whole.add("last-modified", _second(instant_of(calendar.last_modified)))
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT6H")
    in_days = not 0 < calendar.day_seconds < DAY_SECONDS
    for event in calendar.events:
        whole.add_component(_event(calendar, event, in_days=in_days))
    return bytes(whole.to_ical())


def _event(calendar: pb.PublishedCalendar, event: pb.CalendarEvent, *, in_days: bool) -> Event:
    changed = _second(instant_of(event.last_modified))
    own = event.kind == pb.EVENT_KIND_BASE_DATE
    told = Event()
    told.add("uid", event.uid)
    told.add("dtstamp", changed)
    told.add("last-modified", changed)
    told.add("sequence", event.sequence)
    name = event_name(event, calendar.phases)
    told.add("summary", tr("{base}：{name}", base=calendar.base_name, name=name) if own else name)
    if in_days and event.first_day:
        told.add("dtstart", date.fromisoformat(event.first_day))
        told.add("dtend", date.fromisoformat(event.last_day) + timedelta(days=1))
    else:
        told.add("dtstart", _second(instant_of(event.starts_at)))
        if event.ends_at != event.starts_at:
            told.add("dtend", _second(instant_of(event.ends_at)))
    told.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    told.add("transp", "OPAQUE" if own else "TRANSPARENT")
    kind = pb.EventKind.DESCRIPTOR.values_by_number[event.kind]
    told.add("categories", [dates.EVENTS.get(enum_name(kind), enum_name(kind))])
    return told


def _second(instant: datetime) -> datetime:
    """iCalendar knows no fractions of a second."""
    return instant.replace(microsecond=0)
