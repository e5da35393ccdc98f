"""The calendar for everybody: as a page, as JSON, as iCalendar, of the province or of one base; and feeds of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import calendar_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2
from services.kit.domain import DomainError, Kind
from services.portal.calendar import CycleCalendar, day_text, weekday
from services.portal.cycles import CycleView
from services.portal.i18n import dates, terms
from services.portal.i18n.language import tr
from services.portal.i18n.names import cycle_title
from services.portal.ics import MEDIA_TYPE, ics_of
from services.portal.page import Page, page_of
from services.portal.published import conditional, event_name
from services.portal.wire import enum_name, instant_of, to_json

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHARED = "public, max-age=60"
_OWN = "private, max-age=60"
_READ = ["GET", "HEAD"]
_WIDTH = 1000.0


@router.get("/calendar")
async def present(page: Anyone) -> Response:
    """Go on to the calendar of the present cycle."""
    view = await page.cycle()
    return page.redirect(f"/calendar/{view.cycle_id}")


@router.api_route("/calendar/{cycle_id}.json", methods=_READ)
@router.api_route("/calendar/{cycle_id}/{base_code}.json", methods=_READ)
async def as_json(page: Anyone, cycle_id: str, base_code: str = "", version: int = 0) -> Response:
    """The calendar as CalendarService tells it, without the moment of the reading."""
    found = await _calendar(page, cycle_id, version, base_code)
    values = to_json(found)
    del values["read_at"]
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return conditional(page.request, body, "application/json", instant_of(found.last_modified), _SHARED)


@router.api_route("/calendar/{cycle_id}.ics", methods=_READ)
@router.api_route("/calendar/{cycle_id}/{base_code}.ics", methods=_READ)
async def as_ics(page: Anyone, cycle_id: str, base_code: str = "") -> Response:
    """The calendar to subscribe to."""
    found = await _calendar(page, cycle_id, 0, base_code)
    return conditional(page.request, ics_of(found), MEDIA_TYPE, instant_of(found.last_modified), _SHARED)


@router.api_route("/feed/{token}.ics", methods=_READ)
async def feed(page: Anyone, token: str) -> Response:
    """The calendar behind a token, for whoever has it; nobody is named in it."""
    if not 16 <= len(token) <= 64:
        raise DomainError(Kind.NOT_FOUND, "FEED_NOT_FOUND", "没有这个日历订阅，或已取消。")
    found = (await page.clients.calendars.GetFeed(pb.GetFeedRequest(token=token))).calendar
    return conditional(page.request, ics_of(found), MEDIA_TYPE, instant_of(found.last_modified), _OWN)


@router.get("/calendar/{cycle_id}")
@router.get("/calendar/{cycle_id}/{base_code}")
async def as_page(page: Anyone, cycle_id: str, base_code: str = "", version: int = 0) -> Response:
    """The calendar to look at: phases and gaps, today, versions and what each changed."""
    found = await _calendar(page, cycle_id, version, base_code)
    view = await page.cycle()
    versions = await page.portal.calendars.versions(cycle_id)
    names = await page.portal.cycles.catalogue(cycle_id)
    address = f"/calendar/{cycle_id}" + (f"/{base_code}" if base_code else "")
    return await page.html(
        "calendar.html",
        heading=found.base_name or cycle_title(found.title, found.year),
        address=address,
        home=f"/calendar/{cycle_id}",
        today=_today(view),
        rows=rows_of(found, view),
        version=version_row(found.version, view, found),
        latest=found.latest_version,
        versions=[version_row(each, view, found) for each in versions],
        bases=names.bases,
        base_code=base_code,
        base_name=found.base_name,
        subscribes=page.visitor.role in {"applicant", "base_reviewer", "base_administrator"},
    )


async def _calendar(page: Page, cycle_id: str, version: int, base_code: str) -> pb.PublishedCalendar:
    if not _ID.fullmatch(cycle_id):
        raise DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", "没有找到这一年度的招录。")
    return await page.portal.calendars.calendar(cycle_id, max(0, version), base_code[:32])


def _today(view: CycleView) -> date:
    return view.calendar.local(view.now).date()


def rows_of(calendar: pb.PublishedCalendar, view: CycleView) -> list[dict[str, Any]]:
    """The events that take place, as they begin, each with where it lies between the first day and the last."""
    events = [event for event in calendar.events if not event.cancelled]
    if not events:
        return []
    first = min(instant_of(event.starts_at) for event in events)
    whole = (max(instant_of(event.ends_at) for event in events) - first).total_seconds() or 1.0

    def place(instant: datetime) -> float:
        return round(max(0.0, min(1.0, (instant - first).total_seconds() / whole)) * _WIDTH, 1)

    now = view.now
    rows = []
    for event in events:
        starts_at, ends_at = instant_of(event.starts_at), instant_of(event.ends_at)
        kind = enum_name(pb.EventKind.DESCRIPTOR.values_by_number[event.kind])
        state = "past" if max(ends_at, starts_at) <= now else "now" if starts_at <= now else ""
        rows.append(
            {
                "kind": kind,
                "sort": dates.EVENTS.get(kind, kind),
                "name": event_name(event, calendar.phases),
                "dates": _dates(event, view.calendar),
                "state": state,
                "changed": event.sequence,
                "from": place(starts_at),
                "width": max(place(ends_at) - place(starts_at), 4.0),
                "today": place(now) if first <= now else None,
            }
        )
    return rows


def _dates(event: pb.CalendarEvent, calendar: CycleCalendar) -> str:
    if not event.first_day:
        return calendar.deadline(instant_of(event.starts_at))
    return days_text(event.first_day, event.last_day)


def days_text(first: str, last: str) -> str:
    """`7月1日（周六）至7月10日（周一）`, or one day alone; empty for none."""
    if not first:
        return ""
    told = [
        tr("{day}（{weekday}）", day=day_text(day), weekday=weekday(date.fromisoformat(day)))
        for day in dict.fromkeys((first, last))
    ]
    return tr("{first}至{last}", first=told[0], last=told[1]) if len(told) > 1 else told[0]


def version_row(
    version: pb.CalendarVersion, view: CycleView, calendar: pb.PublishedCalendar | None = None
) -> dict[str, Any]:
    """A version for a page: its number, what it did, why, when, by which role, and what it changed in sentences.

    `calendar`: whose version it is; without it that of the cycle in `view`.
    """
    phases = view.cycle.phases if calendar is None else calendar.phases
    return {
        "number": version.number,
        "kind": dates.VERSIONS.get(version.kind, version.kind),
        "reason": version.reason,
        "role": terms.ROLES.get(version.role, version.role),
        "at": view.calendar.moment(instant_of(version.made_at)),
        "changes": [change_text(change, phases) for change in version.differences],
    }


def change_text(change: pb.CalendarDifference, phases: Sequence[cycle_pb2.CyclePhase]) -> str:
    """What became of one event of a calendar with these phases, in a sentence."""
    name = event_name(change, phases)
    before = days_text(change.first_day_before, change.last_day_before)
    after = days_text(change.first_day, change.last_day)
    if not before:
        return tr("新增“{name}”：{after}", name=name, after=after)
    if not after:
        return tr("取消“{name}”（原为{before}）", name=name, before=before)
    told = {"name": name, "known_as": change.name_before, "before": before, "after": after}
    if not change.name_before:
        return tr("“{name}”：由{before}改为{after}", **told) if before != after else tr("“{name}”", **told)
    if before != after:
        return tr("“{known_as}”改称“{name}”：由{before}改为{after}", **told)
    return tr("“{known_as}”改称“{name}”", **told)
