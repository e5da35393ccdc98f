"""Those who go on journeys."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from playwright.async_api import expect

from services.rehearsal.dossiers import make_dossier
from services.rehearsal.people import Person, make_people
from services.stack.accounts import Newcomer
from tests.support.hands import WAYS, Hands
from tests.support.journeys import BASE, Journey
from tests.support.pictures import portrait

FIRST, SECOND = "0100", "0900"
"""The specialty of the first choice, and the one changed to."""
SEED = 77
UNEMPLOYED = ("has_employer", "is_western_support", "is_military", "is_order_directed")


async def everybody(work: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """All of them at the same time."""
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(each)


class Applicant:
    """One of them, going one way."""

    def __init__(self, trip: Journey, hands: Hands, number: int, tag: str = "journey") -> None:
        self.trip, self.hands = trip, hands
        person = make_people(len(WAYS), SEED, tag)[number]
        self.newcomer = Newcomer(
            "applicant", person.name, person.resident_id, person.phone, f"{tag}.{number}", f"long-enough-{number}-77"
        )
        self.dossier: dict[str, dict[str, Any]] = make_dossier(person, SEED, 2023)
        self.dossier["basic"]["applicant_type"] = "social"
        self.dossier["work"] = dict.fromkeys(
            ("has_employer", "is_western_support", "is_military", "is_order_directed"), False
        )
        self.application_id = ""

    async def begins(self) -> None:
        """Register and start: the first section stands open."""
        hands = self.hands
        await self.trip.registers(hands, self.newcomer)
        await hands.go("/application")
        await hands.press("form[action='/application/start'] button")
        await hands.page.wait_for_url("**/application?done=started")
        await hands.press("#standing .actions a.button[href*='/application/sections/']")

    async def applies(self) -> None:
        """From nothing to a submission."""
        hands = self.hands
        await self.begins()
        for section, values in self.dossier.items():
            await hands.page.wait_for_url(f"**/application/sections/{section}**")
            await hands.look()
            if section == "basic":
                await hands.put("#portrait", "portrait.jpg", portrait(), "image/jpeg")
                await hands.press("button[data-upload=portrait]")
                await expect(hands.page.locator(".pictures img")).to_be_visible()
            await hands.fill_in("form[data-guard]", values)
            await hands.press("form[data-guard] button.main")
        await hands.page.wait_for_url("**/application/choice**")
        await hands.look()
        await self.chooses(FIRST)
        await hands.page.wait_for_url("**/application/check**")
        await self.submits()

    async def chooses(self, specialty: str) -> None:
        """Base, specialty, and whether reallocation is accepted."""
        hands = self.hands
        if await hands.page.locator("#base_code").count():
            await hands.choose("#base_code", BASE)
            if not hands.way.script:
                await hands.press("button[formmethod=get]")
        await hands.page.locator(f"#specialty_code option[value='{specialty}']").wait_for(state="attached")
        await hands.choose("#specialty_code", specialty)
        await hands.tick("[name=accepts_reallocation][value=yes]")
        await hands.press("form[data-guard] button.main")

    async def submits(self) -> None:
        """Check the answers, and submit."""
        await self.hands.look()
        await self.hands.press("form[action='/application/check'] button.main")
        await self.hands.page.wait_for_url("**/application?done=submitted")
        await self.sees("待审核")
        await self.hands.look()
        if not self.application_id:
            story = await self.hands.page.locator("a[href^='/applications/']").first.get_attribute("href")
            self.application_id = str(story).split("/")[2]

    async def mends(self) -> None:
        """Rejected: what is closed says so, the specialty can change, and it is submitted again."""
        hands = self.hands
        await self.sees("审核不通过")
        await expect(hands.page.locator("#standing")).to_contain_text("请改报外科")
        await hands.go("/application/why")
        await hands.go("/application/choice")
        assert await hands.page.locator("#base_code").count() == 0, "the base stays"
        await self.chooses(SECOND)
        await hands.page.wait_for_url("**/application/check**")
        await self.submits()

    async def sees(self, state: str) -> None:
        """The page says where the application stands, without being asked where script runs."""
        await self.hands.told("#standing .state", state)

    async def hears(self, title: str) -> None:
        """The notice stands in the inbox, and on the page that was open."""
        await self.hands.told("#latest", title)
        await self.hands.go("/messages")
        await expect(self.hands.page.locator("main")).to_contain_text(title)
        await self.hands.go("/application")

    async def is_admitted(self) -> None:
        """录取: the page, the notice, the form as PDF, and every step of the way."""
        await self.hears("录取")
        await self.sees("录取")
        hands = self.hands
        await hands.look()
        form = await hands.page.request.get("/application/form")
        assert (await form.body()).startswith(b"%PDF")
        await hands.press("a[href$='/story']")
        await hands.page.wait_for_url("**/story")
        await hands.look()
        story = await hands.page.locator("main").inner_text()
        for step in ("提交报名信息", "审核不通过", "审核通过", "拟录取", "录取"):
            assert step in story


async def crowd(trip: Journey, base: str, specialty: str, count: int, tag: str) -> list[str]:
    """So many applicants who have submitted to one specialty of one base, by REST; their names."""
    slots = asyncio.Semaphore(4)

    async def one(person: Person) -> None:
        async with slots:
            login = f"{tag}.{person.number}"
            newcomer = Newcomer("applicant", person.name, person.resident_id, person.phone, login, f"long-enough-{tag}")
            token = (await trip.accounts.register(newcomer)).tokens.access.value
            own = f"/cycles/{trip.cycle_id}/application"
            dossier = make_dossier(person, SEED, 2023)
            dossier["basic"]["applicant_type"] = "social"
            dossier["work"] = dict.fromkeys(UNEMPLOYED, False)
            await trip.ask("POST", own, token=token)
            for section, body in dossier.items():
                await trip.ask("PUT", f"{own}/sections/{section}", token=token, body={"body": body})
            choice = {"base_code": base, "specialty_code": specialty, "accepts_reallocation": True}
            await trip.ask("PUT", f"{own}/choice", token=token, body=choice)
            await trip.ask("POST", f"{own}/submissions", token=token)

    people = make_people(count, SEED, tag)
    await everybody(one(person) for person in people)
    return [person.name for person in people]
