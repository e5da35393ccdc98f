"""An applicant's year through the pages, in every way: register, five sections, submit, rejected, mend, approved,
provisionally admitted, admitted, with each notice arriving while the page stands open."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from services.drills.ground import Stack
from services.rehearsal.plans import Seats
from tests.support.hands import WAYS
from tests.support.journey_people import FIRST, SECOND, Applicant, everybody
from tests.support.journeys import BASE, Journey, journey
from tests.support.portal_browser import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.timeout(400)]


async def decides(trip: Journey, applicants: list[Applicant], login: str, path: str, **body: Any) -> None:
    """The base decides about everybody's newest submission."""
    for each in applicants:
        opened = await trip.ask("GET", f"/applications/{each.application_id}/submission", login)
        if path != "admission":
            body["submission_number"] = opened["row"]["submission_number"]
        await trip.ask("POST", f"/applications/{each.application_id}/{path}", login, body)


async def test_from_registration_to_admission_in_every_way(stack: Stack) -> None:
    async with journey(stack) as trip, contextlib.AsyncExitStack() as browsers:
        await trip.opens_a_cycle(
            ("registration", "first_choice", "confirmation"),
            [Seats(BASE, FIRST, 20), Seats(BASE, SECOND, 20)],
            "报名人的一年",
        )
        applicants = [
            Applicant(trip, await browsers.enter_async_context(trip.hands(way)), number)
            for number, way in enumerate(WAYS)
        ]
        await everybody(each.applies() for each in applicants)
        await trip.ends_the_phase()
        words = {"reason_code": "OTHER", "remark": "请改报外科。"}
        await decides(trip, applicants, "qilu.reviewer", "reviews", verdict="reject", **words)
        await everybody(each.mends() for each in applicants)
        await decides(trip, applicants, "qilu.reviewer", "reviews", verdict="approve")
        await everybody(each.sees("审核通过") for each in applicants)
        await decides(trip, applicants, "qilu.admin", "provisional")
        await everybody(each.sees("拟录取") for each in applicants)
        await everybody(each.hears("拟录取") for each in applicants)
        await trip.ends_the_phase()
        await decides(trip, applicants, "qilu.admin", "admission")
        await everybody(each.is_admitted() for each in applicants)
        assert trip.faults == []
        assert trip.complaints == []
