"""Whom RecruitmentCycle tells what: people and organisations are read and told here, so that histories name none.

Every notice has a key of ids, dates and versions: an activity that is repeated, and a year that begins anew, tell
nobody twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Protocol

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import activity

from residency.enrollment.v1 import calendar_service_pb2 as calendar_wire
from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from services.kit.delivery import version_in
from services.kit.quiet import not_before
from workflows.recruitment_cycle.contract import Announcement, DraftReminder, PhaseReport, ReportOrder, Told
from workflows.wire import instant, quiet_of, translated_failures

_AT_A_TIME = 20
_NO_REASON = "日程调整"


class Readings(Protocol):
    """The part of enrollment's CycleService used here."""

    def GetCycle(self, request: wire.GetCycleRequest, /) -> Awaitable[wire.GetCycleResponse]:
        """Reads one cycle."""
        ...

    def GetCatalogue(self, request: wire.GetCatalogueRequest, /) -> Awaitable[wire.GetCatalogueResponse]:
        """Reads its bases."""
        ...

    def ListConcerned(self, request: wire.ListConcernedRequest, /) -> Awaitable[wire.ListConcernedResponse]:
        """Reads who is concerned."""
        ...

    def GetPhaseReport(self, request: wire.GetPhaseReportRequest, /) -> Awaitable[wire.GetPhaseReportResponse]:
        """Reads how a round ended."""
        ...


class Versions(Protocol):
    """The part of enrollment's CalendarService used here."""

    def ListCalendarVersions(
        self, request: calendar_wire.ListCalendarVersionsRequest, /
    ) -> Awaitable[calendar_wire.ListCalendarVersionsResponse]:
        """Reads why each version holds."""
        ...


class Notices(Protocol):
    """The part of notify's NotifyService used here."""

    def SendNotice(self, request: notify.SendNoticeRequest, /) -> Awaitable[notify.SendNoticeResponse]:
        """Sends a notice once per key."""
        ...


class CycleNews:
    """The activities of RecruitmentCycle that tell somebody something."""

    def __init__(self, enrollment: Readings, versions: Versions, notices: Notices) -> None:
        self._enrollment = enrollment
        self._versions = versions
        self._notices = notices

    @activity.defn
    async def remind_drafts(self, reminder: DraftReminder) -> Told:
        """Tell whoever has a draft when registration ends; answers how many are concerned.

        Repeated after a failure it goes on with the page it had come to; repeated so late that nobody could be told
        before the end, it tells nobody.
        """
        told, page = _came_to()
        with translated_failures():
            release_at = _release(await self._cycle(reminder.cycle_id))
            while instant(release_at) < reminder.closes_at:
                request = wire.ListConcernedRequest(
                    cycle_id=reminder.cycle_id, concern=wire.CONCERN_DRAFTS, page_token=page
                )
                answer = await self._enrollment.ListConcerned(request)
                await self._send(
                    [
                        notify.SendNoticeRequest(
                            key=f"draft/{reminder.cycle_id}/{reminder.key}/{one.person_id}",
                            template="registration_closing",
                            person_id=one.person_id,
                            parameters={"closes_at": _text(reminder.closes_at)},
                            release_at=release_at,
                            application_id=one.application_id,
                        )
                        for one in answer.persons
                    ],
                    (told, page),
                )
                told, page = told + len(answer.persons), answer.next_page_token
                if not page:
                    break
                activity.heartbeat(told, page)
        return Told(told)

    @activity.defn
    async def report_phase(self, order: ReportOrder) -> PhaseReport:
        """Tell the province how a round ended, once its windows have closed; when `final`, as far as they have.

        A round of which no window has closed is not reported at all: nobody knows yet how it ended.
        """
        with translated_failures():
            request = wire.GetPhaseReportRequest(cycle_id=order.cycle_id, round=order.round)
            report = await self._enrollment.GetPhaseReport(request)
            if report.closed and (order.final or not report.open):
                cycle = await self._cycle(order.cycle_id)
                notice = notify.SendNoticeRequest(
                    key=f"phase_report/{order.cycle_id}/{order.round}",
                    template="phase_report",
                    organisation_code=cycle.province_code,
                    parameters={
                        "phase": next((phase.name for phase in cycle.phases if phase.round == order.round), ""),
                        "unreviewed": str(report.unreviewed),
                        "unselected": str(report.unselected),
                        "bases": str(report.bases),
                    },
                    release_at=_release(cycle),
                )
                await self._notices.SendNotice(notice)
        return PhaseReport(report.unreviewed, report.unselected, report.bases, report.open)

    @activity.defn
    async def announce_change(self, announcement: Announcement) -> Told:
        """Tell every base, and the province, that the calendar changed, why, and what is next; or that it is held."""
        with translated_failures():
            cycle = await self._cycle(announcement.cycle_id)
            after = next((phase for phase in cycle.phases if phase.sequence == cycle.sequence + 1), None)
            if after is None:
                return Told(0)
            held = cycle.HasField("held_since")
            parameters = {"reason": await self._reason(announcement), "present": _present(cycle)}
            if not held:
                parameters["next_at"] = _text(instant(after.opens_at))
            question = wire.GetCatalogueRequest(cycle_id=announcement.cycle_id)
            bases = [base.code for base in (await self._enrollment.GetCatalogue(question)).bases]
            told = [*bases, cycle.province_code] if cycle.province_code else bases
            await self._send(
                [
                    notify.SendNoticeRequest(
                        key=f"calendar/{announcement.cycle_id}/{announcement.calendar_version}/{code}",
                        template="calendar_held" if held else "calendar_changed",
                        organisation_code=code,
                        parameters=parameters,
                        release_at=_release(cycle),
                    )
                    for code in told
                ],
                (0, ""),
            )
        return Told(len(told))

    async def _cycle(self, cycle_id: str) -> cycle_pb2.Cycle:
        return (await self._enrollment.GetCycle(wire.GetCycleRequest(cycle_id=cycle_id))).cycle

    async def _reason(self, announcement: Announcement) -> str:
        request = calendar_wire.ListCalendarVersionsRequest(cycle_id=announcement.cycle_id)
        versions = (await self._versions.ListCalendarVersions(request)).versions
        number = version_in(announcement.calendar_version)
        reasons = [version.reason for version in versions if version.number == number]
        return next(iter(reasons), "") or _NO_REASON

    async def _send(self, notices: Sequence[notify.SendNoticeRequest], came_to: tuple[int, str]) -> None:
        for first in range(0, len(notices), _AT_A_TIME):
            await asyncio.gather(*map(self._notices.SendNotice, notices[first : first + _AT_A_TIME]))
            activity.heartbeat(*came_to)


def _came_to() -> tuple[int, str]:
    """How many were told by earlier attempts, and the page at which this one begins."""
    details = activity.info().heartbeat_details
    return (details[0], details[1]) if len(details) == 2 else (0, "")


def _release(cycle: cycle_pb2.Cycle) -> Timestamp:
    """MSG-08: from when it may be seen: at once, or after the quiet time in which an activity was repeated."""
    stamp = Timestamp()
    stamp.FromDatetime(not_before(quiet_of(cycle.time_policy), instant(cycle.read_at)))
    return stamp


def _present(cycle: cycle_pb2.Cycle) -> str:
    name = next(phase.name for phase in cycle.phases if phase.sequence == cycle.sequence)
    return f"{name}(暂停)" if cycle.HasField("held_since") else name


def _text(moment: datetime) -> str:
    return moment.isoformat()
