"""PUB-16: a save whose session ended, whose record changed, whose phase closed meanwhile: the page says so, keeps
what was typed, and shows the way on."""

from __future__ import annotations

import contextlib

import pytest
from playwright.async_api import expect

from services.drills.ground import Stack
from services.portal.edge.cookies import ENDS, REFRESH, SESSION
from services.rehearsal.plans import Seats
from tests.support.hands import WAYS, Hands
from tests.support.journey_people import FIRST, Applicant, everybody
from tests.support.journeys import BASE, journey
from tests.support.portal_browser import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.timeout(400)]

SAVE = "form[data-guard] button.main"
MAIN = "main"


async def saves_after_the_session_ended(each: Applicant) -> None:
    """What was typed is on the page that says so; signed in again in another window, it is sent again and saved."""
    hands = each.hands
    await hands.fill("#email", "typed@example.invalid")
    for name in (SESSION, REFRESH, ENDS):
        await hands.page.context.clear_cookies(name=name)
    await hands.press(SAVE)
    await expect(hands.page.locator("h1")).to_have_text("请先登录")
    await expect(hands.page.locator("[name=email]")).to_have_value("typed@example.invalid")
    await hands.look()
    async with hands.page.context.expect_page() as opened:
        await hands.press("main a[target=_blank]")
    other = Hands(await opened.value, hands.way, hands.faults)
    await other.fill("#login", each.newcomer.login)
    await other.fill("#password", each.newcomer.password)
    await other.press("form.card button.main")
    await other.page.wait_for_url(lambda url: "sign-in" not in url)
    await other.page.close()
    await hands.press("main form button.main")
    # The page of before has the same address.
    await expect(hands.page.locator("h1")).not_to_have_text("请先登录")
    await hands.go("/application/sections/basic")
    await expect(hands.page.locator("#email")).to_have_value("typed@example.invalid")


async def saves_after_another_window_did(each: Applicant) -> None:
    """Both versions are told; saving once more decides."""
    hands = each.hands
    other = Hands(await hands.page.context.new_page(), hands.way, hands.faults)
    await other.go("/application/sections/basic")
    await other.fill("#email", "other@example.invalid")
    await hands.fill("#email", "mine@example.invalid")
    await other.press(SAVE)
    await other.page.wait_for_url("**/application/sections/education**")
    await other.page.close()
    await hands.press(SAVE)
    changed = hands.page.locator(".card.notice")
    await expect(changed).to_contain_text("other@example.invalid")
    await expect(changed).to_contain_text("mine@example.invalid")
    await expect(hands.page.locator("#email")).to_have_value("mine@example.invalid")
    await hands.look()
    await hands.press(SAVE)
    await hands.page.wait_for_url("**/application/sections/education**")
    await hands.go("/application/sections/basic")
    await expect(hands.page.locator("#email")).to_have_value("mine@example.invalid")


async def saves_after_the_phase(each: Applicant) -> None:
    """Refused with the reason; what was typed still stands there; the application says what comes next."""
    hands = each.hands
    await hands.press(SAVE)
    await expect(hands.page.locator("#summary")).to_be_visible()
    await expect(hands.page.locator("#email")).to_have_value("late@example.invalid")
    await hands.look()
    await hands.go("/application")
    await expect(hands.page.locator("#standing")).to_contain_text("填写中")


async def test_nothing_typed_is_lost(stack: Stack) -> None:
    async with journey(stack) as trip, contextlib.AsyncExitStack() as browsers:
        await trip.opens_a_cycle(
            ("registration", "first_choice", "confirmation"), [Seats(BASE, FIRST, 20)], "中断的一年"
        )
        applicants = [
            Applicant(trip, await browsers.enter_async_context(trip.hands(way)), number, "cut")
            for number, way in enumerate(WAYS)
        ]

        async def goes(each: Applicant) -> None:
            await each.begins()
            await each.hands.page.wait_for_url("**/application/sections/basic**")
            await each.hands.fill_in("form[data-guard]", each.dossier["basic"])
            await each.hands.press(SAVE)
            await each.hands.page.wait_for_url("**/application/sections/education**")
            await each.hands.go("/application/sections/basic")
            await saves_after_the_session_ended(each)
            await saves_after_another_window_did(each)
            await each.hands.fill("#email", "late@example.invalid")

        await everybody(goes(each) for each in applicants)
        await trip.ends_the_phase()
        await everybody(saves_after_the_phase(each) for each in applicants)
        assert trip.faults == []
        refused = [said for said in trip.complaints if "status of 4" not in said]
        assert refused == [], "what was refused on purpose is all that the browser complains of"
