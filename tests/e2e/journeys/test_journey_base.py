"""A base's work through the pages, in every way: its dates, one verdict with its reason, a batch of fifty, scores
pasted from a sheet, places given down the ranking, and the list that the public sees."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import pytest
from playwright.async_api import expect

from services.drills.ground import Stack
from services.rehearsal.plans import Seats
from tests.support.hands import WAYS, Hands
from tests.support.journey_people import FIRST, crowd, everybody
from tests.support.journeys import Journey, journey
from tests.support.portal_browser import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.timeout(500)]

BASES = ("SD-SLYY", "SD-SDEY", "SD-QFS", "SD-QILU")
"""A base for each way; the desk's is the one with fifty."""
CROWDS = {"phone": 6, "desk": 50, "keyboard": 6, "no-script": 6}
PLACES = 3
RESULT = "main table"


class Base:
    """One base, whose staff work in one way."""

    def __init__(self, trip: Journey, hands: Hands, code: str, names: Sequence[str]) -> None:
        self.trip, self.hands, self.code, self.names = trip, hands, code, names

    async def sets_its_dates(self) -> None:
        """The dates of the round, refused with the reason where they are out of order."""
        hands = self.hands
        await hands.go("/base/milestones")
        await hands.fill("#review_deadline", "2023-10-01T17:00")
        await hands.fill("#written_exam", "2023-09-01T09:00")
        await hands.press("form.card button.main")
        await expect(hands.page.locator("#summary")).to_be_visible()
        await hands.fill("#written_exam", "2023-10-08T09:00")
        await hands.press("form.card button.main")
        await expect(hands.page.locator(".done")).to_be_visible()

    async def rejects_one(self) -> None:
        """One submission opened; a rejection without a remark is refused, with one it stands."""
        hands = self.hands
        await hands.go("/base?state=pending")
        await hands.press(f"table.queue tbody th a:text-is('{self.names[0]}')")
        await hands.page.wait_for_url("**/base/applications/*")
        await hands.look()
        form = hands.page.locator("form[action$='/reject']")
        await hands.press(hands.page.locator("details.deed", has=form).locator("summary"))
        await hands.choose(form.locator("[name=reason_code]"), "DOCUMENT_INCOMPLETE")
        await hands.press(form.locator("button"))
        await expect(hands.page.locator("#summary")).to_be_visible()
        form = hands.page.locator("form[action$='/reject']")
        await hands.fill(form.locator("[name=remark]"), "请补充毕业证书扫描件。")
        await hands.press(form.locator("button"))
        await expect(hands.page.locator("h1 .tag").first).to_have_text("审核不通过")

    async def approves_the_rest(self) -> None:
        """The others in one batch, each answered for itself."""
        hands = self.hands
        await hands.go("/base?state=pending")
        rest = len(self.names) - 1
        await expect(hands.page.locator("table.queue tbody tr")).to_have_count(rest)
        if hands.way.script:
            await hands.press("button[data-pick-all]")
        else:
            for box in await hands.page.locator("table.queue input[type=checkbox]").all():
                await hands.tick(box)
        await hands.choose("form[action='/base/batch'] [name=kind]", "approve")
        await hands.press("form[action='/base/batch'] section button.main")
        await hands.page.wait_for_url("**/base/batch")
        await expect(hands.page.locator("main")).to_contain_text(f"已办理 {rest} 人")
        await hands.look()

    async def enters_scores(self) -> None:
        """The sheet is filled in elsewhere and pasted back."""
        hands = self.hands
        await hands.go(f"/base/scores?specialty_code={FIRST}")
        area = hands.page.locator("textarea[name=rows]")
        heading, *rows = (await area.input_value()).splitlines()
        assert len(rows) == len(self.names) - 1
        filled = [heading]
        for number, row in enumerate(rows):
            cells = row.split("\t")
            cells[3:6] = [str(90 - number % 40), "80", "70"]
            filled.append("\t".join(cells))
        if hands.way.keys:  # pasted, as it would be: nobody types a sheet
            await hands.fill(area, "")
            await hands.page.keyboard.insert_text("\n".join(filled))
        else:
            await hands.fill(area, "\n".join(filled))
        await hands.press("main form button.main")
        await expect(hands.page.locator(RESULT).first).to_contain_text("已录入")
        await hands.look()

    async def gives_the_places(self) -> None:
        """Down the ranking, as many as there are."""
        hands = self.hands
        await hands.go(f"/base/ranking?specialty_code={FIRST}")
        for box in (await hands.page.locator("main table input[type=checkbox]").all())[:PLACES]:
            if not await box.is_checked():
                await hands.tick(box)
        await hands.choose("form[action='/base/batch'] [name=kind]", "grant")
        await hands.press("form[action='/base/batch'] section button.main")
        await expect(hands.page.locator("main")).to_contain_text(f"已办理 {PLACES} 人")
        await hands.look()
        await hands.go("/base?state=provisional")
        await expect(hands.page.locator("table.queue tbody tr")).to_have_count(PLACES)

    async def publishes(self) -> None:
        """The list stands on a page of its own, with masked names and what makes it unchangeable."""
        hands = self.hands
        await hands.go("/base/lists")
        await hands.press("form[action='/base/lists'] button.main")
        await hands.page.wait_for_url("**/base/lists?done=published")
        await hands.look()

    async def goes(self) -> None:
        """All of it, in this order."""
        await self.trip.signs_in(self.hands, f"admin.{self.hands.way}")
        await self.sets_its_dates()
        await self.rejects_one()
        await self.approves_the_rest()
        await self.enters_scores()
        await self.gives_the_places()
        await self.publishes()


async def test_a_base_from_the_first_submission_to_its_list(stack: Stack) -> None:
    async with journey(stack) as trip, contextlib.AsyncExitStack() as browsers:
        await trip.opens_a_cycle(
            ("registration", "first_choice", "confirmation"),
            [Seats(base, FIRST, PLACES) for base in BASES],
            "基地的一年",
        )
        bases = []
        for code, way in zip(BASES, WAYS, strict=True):
            await trip.employs("base_administrator", code, f"admin.{way}")
            names = await crowd(trip, code, FIRST, CROWDS[way.name], f"crowd{code[3:].lower()}")
            bases.append(Base(trip, await browsers.enter_async_context(trip.hands(way)), code, names))
        await trip.ends_the_phase()
        await everybody(each.goes() for each in bases)
        assert trip.faults == []
        refused = [said for said in trip.complaints if "status of 422" not in said]
        assert refused == []
