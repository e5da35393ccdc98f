"""CalendarService: the calendar for everybody, feeds, and the days on which provinces work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from residency.enrollment.v1 import calendar_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1.calendar_service_pb2_grpc import CalendarServiceServicer
from services.enrollment.domain.publishing import Difference, Event, EventKind
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.calendars import CalendarHandlers, CalendarView, OpenFeed, VersionView
from services.enrollment.handlers.working_days import RecordHolidays, WorkingDayHandlers, YearView
from services.enrollment.store.calendars import FeedRecord
from services.enrollment.store.working_days import DayEntry
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind

_KINDS = {
    EventKind.PHASE: pb.EVENT_KIND_PHASE,
    EventKind.GAP: pb.EVENT_KIND_GAP,
    EventKind.MILESTONE: pb.EVENT_KIND_MILESTONE,
    EventKind.BASE_DATE: pb.EVENT_KIND_BASE_DATE,
}


class Calendars(CalendarServiceServicer):
    """Serves CalendarService."""

    def __init__(self, handlers: CalendarHandlers, days: WorkingDayHandlers) -> None:
        self._handlers = handlers
        self._days = days

    async def GetCalendar(self, request: pb.GetCalendarRequest, context: Any) -> pb.GetCalendarResponse:
        """Reads a calendar."""
        view = await self._handlers.get_calendar(request.cycle_id, request.version, request.base_code)
        return pb.GetCalendarResponse(calendar=calendar_message(view))

    async def ListCalendarVersions(
        self, request: pb.ListCalendarVersionsRequest, context: Any
    ) -> pb.ListCalendarVersionsResponse:
        """Lists versions, newest first."""
        found = await self._handlers.list_versions(request.cycle_id)
        return pb.ListCalendarVersionsResponse(versions=map(version_message, found))

    async def OpenFeed(self, request: pb.OpenFeedRequest, context: Any) -> pb.OpenFeedResponse:
        """Opens a feed and tells its token."""
        order = OpenFeed(request.cycle_id, request.idempotency_key)
        feed, token = await self._handlers.open_feed(caller(), order)
        return pb.OpenFeedResponse(feed=_feed(feed), token=token)

    async def CloseFeed(self, request: pb.CloseFeedRequest, context: Any) -> pb.CloseFeedResponse:
        """Closes a feed."""
        await self._handlers.close_feed(caller(), request.feed_id)
        return pb.CloseFeedResponse()

    async def ListFeeds(self, request: pb.ListFeedsRequest, context: Any) -> pb.ListFeedsResponse:
        """Lists one's own feeds."""
        found = await self._handlers.list_feeds(caller(), request.cycle_id)
        return pb.ListFeedsResponse(feeds=map(_feed, found))

    async def GetFeed(self, request: pb.GetFeedRequest, context: Any) -> pb.GetFeedResponse:
        """Reads what a token stands for."""
        return pb.GetFeedResponse(calendar=calendar_message(await self._handlers.get_feed(request.token)))

    async def RecordHolidays(self, request: pb.RecordHolidaysRequest, context: Any) -> pb.RecordHolidaysResponse:
        """Enters a year's exceptions."""
        order = RecordHolidays(
            request.year,
            _days(request.resting, "resting"),
            _days(request.working, "working"),
            request.source,
            request.reason,
            request.expected_version,
            request.idempotency_key,
        )
        entry, known_until = await self._days.record_holidays(caller(), order)
        return pb.RecordHolidaysResponse(entry=_entry(entry), known_until=str(known_until))

    async def ListWorkingDays(self, request: pb.ListWorkingDaysRequest, context: Any) -> pb.ListWorkingDaysResponse:
        """Lists what is known of a year."""
        return _year(await self._days.list_working_days(request.province_code, request.year))


def calendar_message(view: CalendarView) -> pb.PublishedCalendar:
    """A calendar as it is published."""
    cycle, shown = view.cycle, view.version.version
    names = {window.round: window.name for window in shown.phases if window.round}
    return pb.PublishedCalendar(
        cycle_id=cycle.id,
        title=cycle.title,
        province_code=cycle.province_code,
        year=cycle.year,
        time_zone=cycle.time_zone,
        day_seconds=cycle.calendar.day_seconds,
        version=version_message(view.version),
        latest_version=view.latest,
        phases=[
            cycle_pb2.CyclePhase(
                phase=convert.phase_message(window.phase),
                sequence=window.sequence,
                name=window.name,
                first_day=str(window.first_day),
                last_day=str(window.last_day),
                opens_at=convert.timestamp(window.opens_at),
                closes_at=convert.timestamp(window.closes_at),
                round=window.round,
                key=window.key,
                gap_name=window.gap_name,
            )
            for window in shown.phases
            if window.first_day is not None
        ],
        gaps=[
            pb.CalendarGap(
                after_key=gap.after_key,
                name=gap.name,
                first_day=str(gap.first_day),
                last_day=str(gap.last_day),
                opens_at=convert.timestamp(gap.opens_at),
                closes_at=convert.timestamp(gap.closes_at),
            )
            for gap in view.gaps
        ],
        milestones=[
            cycle_pb2.CycleMilestone(
                key=each.key, phase_key=each.phase_key, name=each.name, day=str(each.day), exam=each.exam
            )
            for each in shown.milestones
        ],
        base_code=view.base_code,
        base_name=cycle.catalogue.bases.get(view.base_code, ""),
        base_dates=[
            pb.BaseDates(
                round=number, round_name=names.get(number, ""), milestones=convert.milestones_message(milestones)
            )
            for number, milestones in view.base_dates.items()
        ],
        events=map(_event, view.events),
        phase=convert.phase_message(view.gate.phase),
        held_since=convert.timestamp(view.gate.held_since),
        last_modified=convert.timestamp(view.last_modified),
        read_at=convert.timestamp(view.gate.now),
    )


def version_message(view: VersionView) -> pb.CalendarVersion:
    """A version with what it changed."""
    version = view.version
    return pb.CalendarVersion(
        number=version.number,
        kind=version.kind,
        reason=version.reason,
        made_at=convert.timestamp(version.made_at),
        role=version.role,
        differences=map(_difference, view.differences),
    )


def _event(event: Event) -> pb.CalendarEvent:
    entry = event.entry
    return pb.CalendarEvent(
        uid=event.uid,
        kind=_KINDS[entry.kind],
        key=entry.key,
        name=entry.name,
        first_day=str(entry.first_day or ""),
        last_day=str(entry.last_day or ""),
        starts_at=convert.timestamp(entry.starts_at),
        ends_at=convert.timestamp(entry.ends_at),
        sequence=event.sequence,
        last_modified=convert.timestamp(event.last_modified),
        cancelled=event.cancelled,
    )


def _difference(change: Difference) -> pb.CalendarDifference:
    before, after, named = change.before, change.after, change.named
    return pb.CalendarDifference(
        kind=_KINDS[named.kind],
        key=named.key,
        name=named.name,
        name_before=before.name if before is not None and before.name != named.name else "",
        first_day_before=str(before.first_day or "") if before is not None else "",
        last_day_before=str(before.last_day or "") if before is not None else "",
        first_day=str(after.first_day or "") if after is not None else "",
        last_day=str(after.last_day or "") if after is not None else "",
    )


def _feed(feed: FeedRecord) -> pb.Feed:
    return pb.Feed(
        feed_id=feed.id,
        cycle_id=feed.cycle_id,
        base_code=feed.base_code,
        opened_at=convert.timestamp(feed.opened_at),
    )


def _entry(entry: DayEntry) -> pb.HolidayEntry:
    days = entry.days
    return pb.HolidayEntry(
        year=days.year,
        version=days.version,
        resting=map(str, days.resting),
        working=map(str, days.working),
        source=days.source,
        reason=entry.reason,
        recorded_at=convert.timestamp(entry.made_at),
        role=entry.role,
    )


def _year(view: YearView) -> pb.ListWorkingDaysResponse:
    days = view.days
    resting, working = days.against(view.year)
    return pb.ListWorkingDaysResponse(
        known_from=str(days.known_from),
        known_until=str(days.known_until),
        known=days.known_from.year <= view.year < days.next_year,
        resting=map(str, resting),
        working=map(str, working),
        source=days.source,
        entries=map(_entry, view.entries),
    )


def _days(texts: Iterable[str], field: str) -> tuple[date, ...]:
    try:
        return tuple(date.fromisoformat(text) for text in texts)
    except ValueError as error:
        raise DomainError(Kind.INVALID, "HOLIDAYS_DAY", "日期有误,没有这一天。", field=field, rule="PUB-07") from error
