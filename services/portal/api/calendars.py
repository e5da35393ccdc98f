"""The calendar: read by anybody, changed by two people; feeds; the days on which a province works."""

from __future__ import annotations

from fastapi import APIRouter

from residency.enrollment.v1 import amendment_service_pb2, calendar_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["calendars"])
_CYCLE = "/cycles/{cycle_id}"

add_rows(
    router,
    calendar_service_pb2,
    "CalendarService",
    "calendars",
    (
        Row("GET", f"{_CYCLE}/calendar", "GetCalendar", "Read the calendar with its events; open to anyone."),
        Row("GET", f"{_CYCLE}/calendar/versions", "ListCalendarVersions", "List versions, newest first."),
        Row("POST", f"{_CYCLE}/feeds", "OpenFeed", "Open a feed; its token is told here only.", 201),
        Row("GET", f"{_CYCLE}/feeds", "ListFeeds", "List one's own open feeds."),
        Row("POST", "/feeds/{feed_id}/closing", "CloseFeed", "Close one of one's own feeds."),
        Row("GET", "/feeds/{token}", "GetFeed", "Read what a token stands for; open to anyone who has it."),
        Row(
            "GET",
            "/provinces/{province_code}/working-days/{year}",
            "ListWorkingDays",
            "List exceptions from Monday to Friday, and where knowledge ends; open to anyone.",
        ),
        Row("POST", "/working-days/{year}", "RecordHolidays", "Enter a year's exceptions of one's own province.", 201),
    ),
)
add_rows(
    router,
    amendment_service_pb2,
    "AmendmentService",
    "amendments",
    (
        Row(
            "POST", f"{_CYCLE}/amendments/preview", "PreviewAmendment", "Tell what a change would do; changes nothing."
        ),
        Row("POST", f"{_CYCLE}/amendments", "ProposeAmendment", "Ask for a change of the calendar.", 201),
        Row("GET", f"{_CYCLE}/amendments", "ListAmendments", "List changes that were asked for, newest first."),
        Row(
            "POST",
            f"{_CYCLE}/amendments/{{amendment_id}}/decision",
            "DecideAmendment",
            "Agree to a change of somebody else's, refuse it, or withdraw one's own.",
        ),
    ),
)
