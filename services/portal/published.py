"""Calendars as they are published: shared by all readers for a moment, answered so that nobody fetches one twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

from residency.enrollment.v1 import calendar_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2
from services.portal.clients import Clients
from services.portal.cycles import phase_name
from services.portal.i18n import terms
from services.portal.i18n.language import english, tr
from services.portal.i18n.names import cycle_title, known_name
from services.portal.remembered import Remembered

_Key = tuple[str, int, str]


class PublishedCalendars:
    """What CalendarService tells everybody, at most two seconds old."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._calendars = Remembered(self._load, seconds=2.0)
        self._versions = Remembered(self._load_versions, seconds=2.0)

    async def calendar(self, cycle_id: str, version: int = 0, base_code: str = "") -> pb.PublishedCalendar:
        """The calendar of a cycle, 0 for the version that holds. Raises NOT_FOUND."""
        return await self._calendars.get((cycle_id, version, base_code))

    async def versions(self, cycle_id: str) -> list[pb.CalendarVersion]:
        """All versions, newest first. Raises NOT_FOUND."""
        return await self._versions.get(cycle_id)

    def stale(self) -> None:
        """Read again at the next ask."""
        self._calendars.stale()
        self._versions.stale()

    async def _load(self, key: _Key) -> pb.PublishedCalendar:
        cycle_id, version, base_code = key
        request = pb.GetCalendarRequest(cycle_id=cycle_id, version=version, base_code=base_code)
        found: pb.PublishedCalendar = (await self._clients.calendars.GetCalendar(request)).calendar
        return found

    async def _load_versions(self, cycle_id: str) -> list[pb.CalendarVersion]:
        request = pb.ListCalendarVersionsRequest(cycle_id=cycle_id)
        return list((await self._clients.calendars.ListCalendarVersions(request)).versions)


def title_of(calendar: pb.PublishedCalendar) -> str:
    """What a calendar is called: that of the cycle, or of one of its bases."""
    title = cycle_title(calendar.title, calendar.year)
    return f"{title} · {calendar.base_name}" if calendar.base_name else title


def event_name(event: pb.CalendarEvent | pb.CalendarDifference, phases: Iterable[cycle_pb2.CyclePhase]) -> str:
    """What an event is called: as printed; in English, which no calendar holds, after what it stands for.

    `phases`: those of the calendar it stands in.
    """
    if not english():
        return str(event.name)
    known = {phase.key: phase_name(phase) for phase in phases}
    phase = known.get(event.key) or terms.PHASE_NAMES.get(event.key)  # the second when this version has it no more
    if event.kind == pb.EVENT_KIND_PHASE and phase:
        return phase
    if event.kind == pb.EVENT_KIND_GAP and phase:
        return tr("{before}之后的间歇", before=phase)
    if event.kind == pb.EVENT_KIND_BASE_DATE:
        number, _, name = event.key.partition("/")
        return tr("第 {number} 轮：{name}", number=number, name=terms.MILESTONES.get(name, name))
    return known_name(event.name)


def conditional(request: Request, body: bytes, media_type: str, changed: datetime, caching: str) -> Response:
    """`body` with its ETag and when it last changed (aware), or 304 when the reader has it already.

    `caching` is the Cache-Control. An ETag that is sent counts before a date, as RFC 9110 says.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "etag": tag,
        "last-modified": format_datetime(changed.astimezone(UTC).replace(microsecond=0), usegmt=True),
        "cache-control": caching,
    }
    known = request.headers.get("if-none-match")
    if known is not None:
        same = known.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in known.split(","))
    else:
        same = _unchanged_since(request.headers.get("if-modified-since", ""), changed)
    if same:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _unchanged_since(header: str, changed: datetime) -> bool:
    try:
        since = parsedate_to_datetime(header)
    except ValueError:
        return False
    return since.tzinfo is not None and changed.replace(microsecond=0) <= since
