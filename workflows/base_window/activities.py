"""What BaseWindow asks and orders: one gRPC call a method."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from services.kit.domain import DomainError, Kind
from workflows.base_window.contract import BaseNotice, WindowCount, WindowQuestion, WindowTimes
from workflows.wire import instant, instant_of, translated_failures


class Windows(Protocol):
    """The part of enrollment's CycleService used here."""

    def GetWindow(self, request: wire.GetWindowRequest, /) -> Awaitable[wire.GetWindowResponse]:
        """Reads a window."""
        ...

    def CloseWindow(self, request: wire.CloseWindowRequest, /) -> Awaitable[wire.CloseWindowResponse]:
        """Writes down how it ended."""
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
        """The window as it stands now."""
        with translated_failures():
            answer = await self._enrollment.GetWindow(
                wire.GetWindowRequest(cycle_id=question.cycle_id, base_code=question.base_code, round=question.round)
            )
        return window_of(answer.window)

    @activity.defn
    async def close_window(self, question: WindowQuestion) -> WindowCount:
        """Write down how the window ended; harmless when it was written already.

        A refusal because the round has not ended by enrollment's clock is tried again.
        """
        with translated_failures():
            try:
                answer = await self._enrollment.CloseWindow(
                    wire.CloseWindowRequest(
                        cycle_id=question.cycle_id, base_code=question.base_code, round=question.round
                    )
                )
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_NOW:
                    raise
                raise ApplicationError(refusal.reason, type=refusal.reason) from refusal
        return WindowCount(answer.unreviewed, answer.unselected)

    @activity.defn
    async def send_notice(self, notice: BaseNotice) -> None:
        """Tell the staff of the base, once per window and template."""
        with translated_failures():
            await self._notices.SendNotice(
                notify.SendNoticeRequest(
                    key=f"{notice.template}/{notice.cycle_id}/{notice.base_code}/{notice.round}",
                    template=notice.template,
                    organisation_code=notice.base_code,
                    parameters={"round": str(notice.round), "count": str(notice.count)},
                )
            )


def window_of(window: cycle_pb2.Window) -> WindowTimes:
    """The contract's window as the workflow reads it; verdicts end with the round unless the base set a date."""
    closes_at = instant(window.closes_at)
    return WindowTimes(
        opens_at=instant(window.opens_at),
        closes_at=closes_at,
        review_deadline=instant_of(window.milestones, "review_deadline") or closes_at,
        pending=window.pending,
        over=window.over,
        closed=window.closed,
        day_seconds=window.day_seconds,
    )
