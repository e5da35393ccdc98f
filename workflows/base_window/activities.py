"""What BaseWindow asks and orders: its window, its close, and a notice for one place at a time."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Protocol

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import activity

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from services.kit.domain import DomainError, Kind
from workflows.base_window.contract import (
    BaseNotice,
    FixReminder,
    Milestone,
    MilestoneNotice,
    NoticeTemplate,
    Reminded,
    WindowCount,
    WindowQuestion,
    WindowTimes,
)
from workflows.wire import instant, instant_of, quiet_of, translated_failures

_NAMES = {
    Milestone.REVIEW_DEADLINE: "审核截止",
    Milestone.WRITTEN_EXAM: "笔试",
    Milestone.INTERVIEW: "面试",
    Milestone.PRE_ADMISSION: "拟录取",
    Milestone.LATE_REVIEW: "补充修改后的审核",
}
"""What a notice calls a milestone."""

_LONG_OVER = cycle_pb2.Window(over=True, closed=True, day_seconds=1.0)


class Windows(Protocol):
    """The part of enrollment's CycleService used here."""

    def GetWindow(self, request: wire.GetWindowRequest, /) -> Awaitable[wire.GetWindowResponse]:
        """Reads a window."""
        ...

    def CloseWindow(self, request: wire.CloseWindowRequest, /) -> Awaitable[wire.CloseWindowResponse]:
        """Writes down how it ended."""
        ...

    def ListConcerned(self, request: wire.ListConcernedRequest, /) -> Awaitable[wire.ListConcernedResponse]:
        """Lists who may still repair."""
        ...


class Notices(Protocol):
    """The part of notify's NotifyService used here."""

    def SendNotice(self, request: notify.SendNoticeRequest, /) -> Awaitable[notify.SendNoticeResponse]:
        """Sends a notice once per key."""
        ...


class WindowActivities:
    """The activities of BaseWindow, over enrollment's CycleService and notify's NotifyService."""

    def __init__(self, enrollment: Windows, notices: Notices) -> None:
        self._enrollment = enrollment
        self._notices = notices

    @activity.defn
    async def get_window(self, question: WindowQuestion) -> WindowTimes:
        """The window as it stands now; a round or base that the cycle has not is answered as long over."""
        with translated_failures():
            try:
                return window_of(await self._window(question))
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_FOUND:
                    raise
                return window_of(_LONG_OVER)

    @activity.defn
    async def close_window(self, question: WindowQuestion) -> WindowCount:
        """Write down how the window ended; harmless when it was written already.

        Nothing is written, and the answer says so, when the round goes on by enrollment's clock and calendar.
        """
        with translated_failures():
            request = wire.CloseWindowRequest(
                cycle_id=question.cycle_id, base_code=question.base_code, round=question.round
            )
            try:
                answer = await self._enrollment.CloseWindow(request)
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_NOW:
                    raise
                return WindowCount(0, 0, closed=False)
        return WindowCount(answer.unreviewed, answer.unselected)

    @activity.defn
    async def send_notice(self, notice: BaseNotice) -> None:
        """Tell the staff of the base, once per window and template."""
        with translated_failures():
            about = {"round": str(notice.round)}
            if notice.template is not NoticeTemplate.REVIEW_DIGEST:
                about = {"round_name": (await self._window(_question(notice))).phase_name}
            await self._send(
                notify.SendNoticeRequest(
                    key=f"{notice.template}/{notice.cycle_id}/{notice.base_code}/{notice.round}",
                    template=notice.template,
                    organisation_code=notice.base_code,
                    parameters={**about, "count": str(notice.count)},
                ),
                notice.release_at,
            )

    @activity.defn
    async def tell_milestone(self, notice: MilestoneNotice) -> None:
        """WAIT-28: tell base or province about a milestone, once per window, template, milestone, date and lead."""
        with translated_failures():
            window = await self._window(_question(notice))
            to_province = notice.template is NoticeTemplate.MILESTONE_OVERDUE
            await self._send(
                notify.SendNoticeRequest(
                    key=f"{notice.template}/{notice.cycle_id}/{notice.base_code}/{notice.round}/{notice.milestone}"
                    f"/{notice.lead:g}/{_date(notice.at, window.day_seconds)}",
                    template=notice.template,
                    organisation_code=window.province_code if to_province else notice.base_code,
                    parameters={"count": str(notice.count), **_parameters(notice, window)},
                ),
                notice.release_at,
            )

    @activity.defn
    async def remind_fixable(self, order: FixReminder) -> Reminded:
        """WAIT-28: remind everybody who may still repair, page by page, once per application and end of their time.

        Heartbeats with every page; a repeat sends only what was not sent.
        """
        page, count = "", 0
        with translated_failures():
            while True:
                answer = await self._enrollment.ListConcerned(
                    wire.ListConcernedRequest(
                        cycle_id=order.cycle_id,
                        concern=wire.CONCERN_FIXABLE,
                        base_code=order.base_code,
                        round=order.round,
                        page_token=page,
                    )
                )
                for person in answer.persons:
                    await self._remind_one(person, order.release_at)
                    activity.heartbeat(count)
                    count += 1
                page = answer.next_page_token
                if not page:
                    return Reminded(count)

    async def _remind_one(self, person: wire.ConcernedPerson, release_at: datetime | None) -> None:
        until = instant(person.until)
        await self._send(
            notify.SendNoticeRequest(
                key=f"{NoticeTemplate.FIX_REMINDER}/{person.application_id}/{until.isoformat(timespec='minutes')}",
                template=NoticeTemplate.FIX_REMINDER,
                person_id=person.person_id,
                application_id=person.application_id,
                parameters={
                    "base": person.base_name,
                    "specialty": person.specialty_name,
                    "until": until.isoformat(),
                },
            ),
            release_at,
        )

    async def _window(self, question: WindowQuestion) -> cycle_pb2.Window:
        request = wire.GetWindowRequest(cycle_id=question.cycle_id, base_code=question.base_code, round=question.round)
        return (await self._enrollment.GetWindow(request)).window

    async def _send(self, request: notify.SendNoticeRequest, release_at: datetime | None) -> None:
        if release_at is not None:
            stamp = Timestamp()
            stamp.FromDatetime(release_at)
            request.release_at.CopyFrom(stamp)
        await self._notices.SendNotice(request)


def window_of(window: cycle_pb2.Window) -> WindowTimes:
    """The contract's window as the workflow reads it; verdicts end with the round unless the base set a date."""
    closes_at, dates = instant(window.closes_at), window.milestones
    placed = window.provisional + window.admitted
    return WindowTimes(
        opens_at=instant(window.opens_at),
        closes_at=closes_at,
        review_deadline=instant_of(dates, "review_deadline") or closes_at,
        pending=window.pending,
        over=window.over,
        closed=window.closed,
        day_seconds=window.day_seconds,
        written_exam=instant_of(dates, "written_exam"),
        interview=instant_of(dates, "interview"),
        pre_admission=instant_of(dates, "pre_admission"),
        phase=cycle_pb2.Phase.Name(window.phase).removeprefix("PHASE_").lower() if window.phase else "",
        late_pending=window.late_pending,
        decided=window.approved + window.rejected + placed,
        to_select=window.approved - window.not_selected,
        unpublished=window.unpublished,
        fixable=window.fixable,
        fix_until=instant_of(window, "fix_until"),
        held=window.HasField("held_since"),
        read_at=instant_of(window, "read_at"),
        reminder_hours=list(window.time_policy.reminder_hours),
        quiet=quiet_of(window.time_policy),
    )


def _question(about: BaseNotice | MilestoneNotice) -> WindowQuestion:
    return WindowQuestion(about.cycle_id, about.base_code, about.round)


def _parameters(notice: MilestoneNotice, window: cycle_pb2.Window) -> dict[str, str]:
    if notice.template is NoticeTemplate.WINDOW_DIGEST:
        return {
            "round_name": window.phase_name,
            "deadline": notice.at.isoformat(),
            "forecast": _forecast(notice.remaining),
        }
    if notice.template is NoticeTemplate.MILESTONE_OVERDUE:
        return {"base": window.base_name, "milestone": _NAMES[notice.milestone]}
    return {"milestone": _NAMES[notice.milestone], "at": notice.at.isoformat()}


def _forecast(remaining: int) -> str:
    if remaining:
        return f"按本轮目前的审核进度，截止时预计仍有{remaining}份未审核。"
    return "按本轮目前的审核进度，预计能在截止前审核完。"


def _date(at: datetime, day_seconds: float) -> str:
    """The date in a key; to the second in a rehearsal, whose days are shorter."""
    return at.date().isoformat() if day_seconds >= 86_400 else at.isoformat(timespec="seconds")
