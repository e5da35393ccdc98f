"""What FacultyEligibility orders."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol
from zoneinfo import ZoneInfo

from temporalio import activity

from residency.faculty.v1 import standing_service_pb2 as wire
from workflows.faculty_eligibility.contract import EligibilityOrder, EligibilityTold
from workflows.wire import translated_failures


class Standings(Protocol):
    """The part of faculty's StandingService used here."""

    def RemindEligible(self, request: wire.RemindEligibleRequest, /) -> Awaitable[wire.RemindEligibleResponse]:
        """Tells those whose day to qualify has come, some at a time."""
        ...


class EligibilityActivities:
    """The activity of FacultyEligibility, over faculty's StandingService."""

    def __init__(self, faculty: Standings) -> None:
        self._faculty = faculty

    @activity.defn
    async def remind_eligible(self, order: EligibilityOrder) -> EligibilityTold:
        """WAIT-45: tell everybody whose day to qualify has come by then, page by page; who was told is not told again.

        Heartbeats with every page; a repeat tells only those who were not told.
        """
        on_day = order.asked_at.astimezone(ZoneInfo(order.time_zone)).date().isoformat()
        count, left, request = 0, -1, wire.RemindEligibleRequest(on_day=on_day)
        with translated_failures():
            while True:
                answer = await self._faculty.RemindEligible(request)
                count += answer.reminded
                activity.heartbeat(count)
                # A page may hold nobody whose day has come. Where no fewer are left, asking again would not help.
                if not answer.left or answer.left == left:
                    return EligibilityTold(on_day, count)
                left = answer.left
