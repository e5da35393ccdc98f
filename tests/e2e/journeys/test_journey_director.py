"""A director's work through the pages, in every way: a month assigned by hand, 自动分配 with its reasons before it
holds, taken over, seen in four views; and the teacher sees their months."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime

import pytest
from playwright.async_api import Locator, expect

from residency.faculty.v1 import rotation_service_pb2 as rotations
from services.drills.ground import Stack
from services.kit.quiet import NIGHTS, not_before
from tests.support.faculty_on_stack import Cast, first_after
from tests.support.hands import WAYS, Hands
from tests.support.journey_people import FIRST, everybody
from tests.support.journey_wards import DEPARTMENTS, DIRECTORS, rotates, staffed, teachers, trainees
from tests.support.journeys import BASE, journey
from tests.support.portal_browser import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.timeout(500)]

MAIN = "main"
TEACHERS = TRAINEES = MONTHS = 2
"""In each department: two people to choose between for two trainees who stay two months."""


class Ward:
    """One department, whose director works in one way."""

    def __init__(
        self, director: Hands, teacher: Hands, casts: list[Cast], those: list[rotations.Trainee], first: date
    ) -> None:
        self.director, self.teacher, self.casts = director, teacher, casts
        self.one, self.other = (each.name for each in those)
        self.first = first
        self.months = [f"{first_after(first, number):%Y-%m}" for number in range(MONTHS)]

    async def sees_who_comes(self) -> None:
        """Every trainee of the next half year, their months without a teacher."""
        hands = self.director
        await hands.go("/rotations")
        for name in (self.one, self.other):
            await expect(self._row(name).locator("select")).to_have_count(MONTHS)
            await expect(self._row(name).locator(".tag.warn")).to_have_count(MONTHS)

    async def assigns_by_hand(self) -> None:
        """One month of one trainee, after a save that changed nothing was refused with the reason."""
        hands = self.director
        save = "form[action='/rotations/cells'] button.main"
        await hands.press(save)
        await expect(hands.page.locator("#summary")).to_contain_text("没有改动")
        await hands.look()
        cell = hands.page.get_by_label(f"{self.one} {self.months[0]} 的带教老师", exact=True)
        await hands.choose(cell, self.casts[0].teacher_id)
        await hands.press(save)
        await hands.page.wait_for_url("**/rotations?*done=decided")
        await hands.go("/rotations")
        await expect(self._row(self.one).locator(".tag.ok")).to_have_text("手动")
        assert await self.casts[0].months() == {self.months[0]: self.one}

    async def has_the_rest_assigned(self) -> None:
        """A proposal with the reason of each cell changes nothing; taken over it holds."""
        hands = self.director
        await hands.press("form[action='/rotations/proposals'] button")
        await hands.page.wait_for_url("**/rotations/proposals/*")
        await hands.told(MAIN, "每格的安排与理由")
        await hands.look()
        page = hands.page.locator(MAIN)
        await expect(page).to_contain_text("待确认")
        await expect(page).to_contain_text("与相邻月份同一老师")
        await expect(hands.page.locator("main table").first.locator("tbody tr")).to_have_count(MONTHS * TRAINEES - 1)
        assert await self.casts[0].months() == {self.months[0]: self.one}, "a proposal changes nothing"
        await hands.press("form[action$='/commit'] button")
        await expect(page).to_contain_text("已采用")
        await hands.look()

    async def looks_at_it(self) -> None:
        """分配, 按科室, 按人员, 按日期."""
        hands = self.director
        tab = "main nav a[href='{}']"
        await hands.press("main a:text-is('查看分配结果')")
        await expect(hands.page.locator("table.grid")).to_contain_text("自动")
        await expect(hands.page.locator("table.grid .tag.warn")).to_have_count(0)
        await hands.look()
        await hands.press(tab.format("/rotations/department"))
        await hands.page.wait_for_url("**/rotations/department")
        await hands.fill("form.filters [name=name]", self.one)
        await hands.press("form.filters button")
        await expect(hands.page.locator("main table tbody tr")).to_have_count(1)
        await hands.look()
        await hands.press(tab.format("/rotations/person"))
        await hands.page.wait_for_url("**/rotations/person")
        await hands.look()
        await hands.press(f"main table a:text-is('{self.other}')")
        await hands.page.wait_for_url("**/rotations/person?*")
        await expect(hands.page.locator(MAIN)).to_contain_text(self.months[-1])
        await hands.look()
        await hands.press(tab.format("/rotations/day"))
        await hands.page.wait_for_url("**/rotations/day")
        await hands.fill("#on_day", self.first.isoformat())
        await hands.press("form.filters button")
        for name in (self.one, self.other):
            await expect(hands.page.locator("main table")).to_contain_text(name)
        await expect(hands.page.locator("main .tag.warn")).to_have_count(0)
        await hands.look()

    async def is_seen_by_the_teacher(self) -> None:
        """我的带教, and by day the notice."""
        hands = self.teacher
        await hands.go("/faculty/months")
        for month in self.months:
            await expect(hands.page.locator("main tbody tr", has_text=month)).to_contain_text(self.one)
        now = datetime.now(UTC)
        if not_before(NIGHTS, now) <= now:
            await hands.go("/messages")
            await hands.told(MAIN, "带教")

    async def goes(self) -> None:
        """All of it, in this order."""
        await self.sees_who_comes()
        await self.assigns_by_hand()
        await self.has_the_rest_assigned()
        await self.looks_at_it()
        await self.is_seen_by_the_teacher()

    def _row(self, name: str) -> Locator:
        return self.director.page.locator(f"table.grid tr:has(th a:text-is('{name}'))")


async def test_a_month_by_hand_and_the_rest_by_itself(stack: Stack) -> None:
    async with journey(stack) as trip, contextlib.AsyncExitStack() as browsers:
        await trip.token("qilu.teaching")
        await staffed(trip, "department_director", DIRECTORS)
        everyone = await trainees(trip, BASE, FIRST, TRAINEES * len(WAYS), "ward")
        first = first_after(datetime.now(UTC).date(), 1)
        wards = []
        for number, (way, department) in enumerate(zip(WAYS, DEPARTMENTS, strict=True)):
            casts = await teachers(trip, department, TEACHERS, f"lead{number}")
            for cast in casts:
                browsers.push_async_callback(cast.leave)
            those = everyone[number * TRAINEES : (number + 1) * TRAINEES]
            for trainee in those:
                await rotates(casts[0], trainee, first, MONTHS)
            director = await browsers.enter_async_context(trip.hands(way, DIRECTORS[number]))
            teacher = await browsers.enter_async_context(trip.hands(way, f"lead{number}.0"))
            wards.append(Ward(director, teacher, casts, those, first))
        await everybody(each.goes() for each in wards)
        assert trip.faults == []
        assert [said for said in trip.complaints if "status of 422" not in said] == []
