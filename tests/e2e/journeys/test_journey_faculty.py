"""A faculty member's way through the pages, in every way: register, four sections with pictures, 我要报名; 教学部 finds
them with the twelve filters, looks at the rules and appoints; the teacher has the 聘书; the secretary's yearly list."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, expect

from services.drills.ground import Stack
from services.kit.quiet import NIGHTS, not_before
from services.rehearsal.people import Person, make_people
from services.stack.accounts import Newcomer
from tests.support.faculty_on_stack import filled_in
from tests.support.hands import WAYS, Hands, Way
from tests.support.journey_people import SEED, everybody
from tests.support.journey_wards import DEPARTMENTS, SECRETARIES, staffed, yearly_review
from tests.support.journeys import BASE, Journey, journey
from tests.support.portal_browser import needs_chromium
from tests.support.teaching_story import PAPERS, local

pytestmark = [*needs_chromium, pytest.mark.timeout(400)]

MAIN = "main"
SAVE = "form[data-draft] button.main"
FILTERS = "form.filters"
NEWCOMERS = make_people(2 * len(WAYS), SEED, "faculty")
"""Who registers in each way, then whom each way's secretary puts on the list."""


class Story:
    """One teacher, and those who deal with them, all going one way."""

    def __init__(self, trip: Journey, way: Way, number: int, teacher: Hands, office: Hands, secretary: Hands) -> None:
        self.trip, self.way = trip, way
        self.teacher, self.office, self.secretary = teacher, office, secretary
        self.department = DEPARTMENTS[number]
        self.batch = f"师资批次 {way}"
        person = NEWCOMERS[number]
        self.newcomer = Newcomer(
            "faculty", person.name, person.resident_id, person.phone, person.login, f"long-enough-{number}-88"
        )
        self.listed: Person = NEWCOMERS[number + len(WAYS)]

    async def opens_a_batch(self) -> None:
        """教学部 says when faculty may apply."""
        hands = self.office
        await hands.go("/teaching/batches")
        form = hands.page.locator("form[action='/teaching/batches']")
        await hands.press(hands.page.locator("details.deed", has=form).locator("summary"))
        now = datetime.now(UTC)
        await hands.fill(form.locator("[name=name]"), self.batch)
        await hands.fill(form.locator("[name=opens_at]"), local(now - timedelta(days=1)))
        await hands.fill(form.locator("[name=closes_at]"), local(now + timedelta(days=30)))
        await hands.press(form.locator("button"))
        await expect(hands.page.locator(f"main th a:text-is('{self.batch}')")).to_be_visible()

    async def fills_in(self) -> None:
        """Four sections, each saved by itself, with three pictures; a draft saves itself where there is script."""
        hands = self.teacher
        await self.trip.registers(hands, self.newcomer)
        await hands.press("main .actions a.main")
        for section, values in self._dossier().items():
            await hands.press(f"main nav.tabs a[href='/faculty/{section}']")
            await hands.page.wait_for_url(f"**/faculty/{section}*")
            if section == "education" and hands.way.script:
                await self._leaves_a_draft(values["school"])
            await hands.fill_in("form[data-draft]", values)
            if section == "basic":
                await self._sends_pictures()
            await hands.press(SAVE)
            await hands.page.wait_for_url(f"**/faculty/{section}?done=saved")
            await expect(hands.page.locator(".done")).to_have_text("已保存")
            await hands.look()

    async def applies(self) -> None:
        """我要报名: hospital and department, a look at everything, submitted."""
        hands = self.teacher
        await hands.press("main .links a[href='/faculty/candidacies']")
        await hands.page.wait_for_url("**/faculty/candidacies")
        await hands.look()
        await hands.press(self._row(hands, self.batch).locator("a:text-is('我要报名')"))
        await hands.page.wait_for_url("**/faculty/candidacies/new/*")
        await hands.look()
        await hands.choose("#department_code", self.department)
        await hands.press("form:has(#department_code) button")
        await expect(hands.page.locator("h1")).to_have_text("核对并提交")
        await hands.look()
        await hands.press("form[action$='/submit'] button")
        await hands.page.wait_for_url("**/faculty/candidacies/*?done=submitted")
        await expect(hands.page.locator(MAIN)).to_contain_text("状态：已提交")
        await hands.look()

    async def is_found(self) -> None:
        """The twelve filters: nobody who trained nationally, and one without."""
        hands = self.office
        await hands.go("/teaching")
        batch = await hands.page.locator(f"{FILTERS} option:text-is('{self.batch}')").get_attribute("value")
        standing = {"title": "attending", "training_state": "none", "training_level": "national", "state": "submitted"}
        least = {"title_years": "3", "teaching_years": "2", "trainees_3y": "0", "hospital_years": "5"}
        wanted = {
            "batch_id": batch,
            "name": self.newcomer.name,
            "department_code": self.department,
            **{f"least_{name}": count for name, count in {**least, "own_trainees_3y": "0"}.items()},
            **standing,
        }
        assert await hands.page.locator(f"{FILTERS} [name]").count() == len(wanted) == 12
        await hands.fill_in(FILTERS, wanted)
        await hands.press(f"{FILTERS} button")
        await expect(hands.page.locator(MAIN)).to_contain_text("没有符合条件的报名。")
        await hands.choose(f"{FILTERS} [name=training_level]", "")
        await hands.press(f"{FILTERS} button")
        await expect(hands.page.locator("main table tbody tr")).to_have_count(1)
        await expect(self._row(hands, self.newcomer.name)).to_contain_text("待证明")
        await hands.look()

    async def is_appointed(self) -> None:
        """The rules one by one, what is missing is recorded, and the decision."""
        hands = self.office
        await hands.press(f"main table a:text-is('{self.newcomer.name}')")
        await hands.page.wait_for_url("**/teaching/candidacies/*")
        await hands.look()
        await expect(hands.page.locator("main table").first).to_contain_text("主治医师")
        await hands.press("form[action$='/open'] button")
        await expect(hands.page.locator(MAIN)).to_contain_text("已打开")
        await hands.press("main a[href^='/teaching/people/']")
        await hands.page.wait_for_url("**/teaching/people/*")
        await hands.look()
        day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
        known = (
            {"kind": "attestation", "rule": "damage"},
            {"kind": "attestation", "rule": "accident"},
            {"kind": "assessment", "outcome": "passed"},
        )
        recorded = hands.page.locator("main table:has(th:text-is('登记时间')) tbody tr")
        for number, values in enumerate(known, 1):
            form = hands.page.locator("form[action$='/evidence']")
            await hands.press(hands.page.locator("details.deed", has=form).locator("summary"))
            await hands.fill_in("form[action$='/evidence']", {**values, "on_day": day, "source": "院发〔2026〕1 号"})
            await hands.press(form.locator("button"))
            await expect(recorded).to_have_count(number)
        await hands.press(f"main a:text-is('返回{self.newcomer.name}的师资报名')")
        await hands.page.wait_for_url("**/teaching/candidacies/*")
        await hands.press("form[action$='/decision'] button[value=recommend]")
        await hands.page.wait_for_url("**/teaching/candidacies/*?done=decided")
        await expect(hands.page.locator(MAIN)).to_contain_text(f"{self.newcomer.name}：推荐（聘任）")
        await hands.look()

    async def knows_it(self) -> None:
        """The teacher sees the decision, the appointment, the 聘书, and by day the notice."""
        hands = self.teacher
        await hands.go("/faculty/candidacies")
        await expect(self._row(hands, self.batch)).to_contain_text("推荐（聘任）")
        await hands.go("/faculty/eligibility")
        await expect(hands.page.locator(MAIN)).to_contain_text("您现在符合准入条件。")
        await hands.go("/faculty/appointments")
        await hands.press("main tbody th a")
        await hands.page.wait_for_url("**/faculty/appointments/*")
        await hands.look()
        await expect(hands.page.locator(MAIN)).to_contain_text("在聘")
        certificate = await hands.page.locator("main a[href$='/certificate']").get_attribute("href")
        answer = await hands.page.request.get(str(certificate))
        assert (await answer.body()).startswith(b"%PDF")
        now = datetime.now(UTC)
        if not_before(NIGHTS, now) <= now:
            await hands.go("/messages")
            await hands.told(MAIN, "师资聘任通知")

    async def hands_in_the_list(self) -> None:
        """年度维护: the list is filled in already; who is right is confirmed."""
        hands = self.secretary
        await hands.go("/department")
        await expect(self._row(hands, self.newcomer.name)).to_contain_text("待维护")
        await hands.press(f"main table a:text-is('{self.newcomer.name}')")
        await hands.page.wait_for_url("**/department/people/*")
        await hands.look()
        await expect(hands.page.locator("#title")).to_have_value("attending")
        await hands.go("/department")
        await hands.tick(self._row(hands, self.newcomer.name).locator("input[type=checkbox]"))
        await hands.press("form[action='/department/reviews'] section button.main")
        await hands.page.wait_for_url("**/department?done=decided")
        await expect(self._row(hands, self.newcomer.name)).to_contain_text("已维护")
        await hands.look()

    async def sends_a_list(self) -> None:
        """上交名单: the empty list filled in, checked row by row, then carried out."""
        hands = self.secretary
        await hands.go("/department/rosters")
        template = await hands.page.request.get("/department/rosters/template.csv")
        heading = (await template.body()).decode("utf-8-sig").splitlines()[0]
        one = self.listed
        rows = (f"增加,{one.name},{one.resident_id},,{one.phone},,2024-03", f"增加,{one.name},123,,,,")
        await hands.put("#file", "名单.csv", "\n".join([heading, *rows]).encode(), "text/csv")
        await hands.press("form[action='/department/rosters'] button")
        await hands.page.wait_for_url("**/department/rosters/*")
        await hands.look()
        await expect(hands.page.locator(MAIN)).to_contain_text("共 2 行：增加 2，解聘 0，有问题 1。")
        await hands.tick("#skip_faulty")
        await hands.press("form[action$='/commit'] button")
        await expect(hands.page.locator("h1")).to_contain_text("已办理")
        await hands.look()

    async def begins(self) -> None:
        """From nothing to a submitted candidacy."""
        await everybody([self.opens_a_batch(), self.fills_in()])
        await self.applies()

    async def is_decided(self) -> None:
        """From the queue to the 聘书."""
        await self.is_found()
        await self.is_appointed()
        await self.knows_it()

    async def is_listed(self) -> None:
        """What the secretary does."""
        await self.hands_in_the_list()
        await self.sends_a_list()

    def _dossier(self) -> dict[str, dict[str, str]]:
        dossier = filled_in(self.newcomer.mobile)
        found = self.newcomer.resident_id
        birth = f"{found[6:10]}-{found[10:12]}-{found[12:14]}"
        dossier["basic"] = dossier["basic"] | {"birth_date": birth}
        dossier["work"] = dossier["work"] | {"hospital_since": "2010-07-01", "teaching_since": "2016-09-01"}
        return dossier

    async def _leaves_a_draft(self, school: str) -> None:
        """Typed, not saved, left: it stands there, and the page says that it is a draft."""
        hands = self.teacher
        await hands.fill("#school", school)
        await hands.page.locator("[data-drafted]:not([hidden])").wait_for()
        await hands.go("/faculty/education")
        await expect(hands.page.locator("#school")).to_have_value(school)
        await expect(hands.page.locator(".card.notice")).to_contain_text("还没有正式保存")

    async def _sends_pictures(self) -> None:
        hands = self.teacher
        for kind, make in PAPERS.items():
            await hands.put(f"#{kind}", f"{kind}.jpg", make(), "image/jpeg")
            await hands.press(f"button[data-upload={kind}]")
            await expect(hands.page.locator(f"[aria-labelledby={kind}-label] .pictures img")).to_be_visible()
        await hands.look()

    @staticmethod
    def _row(hands: Hands, text: str) -> Locator:
        return hands.page.locator("main tbody tr").filter(has=hands.page.get_by_text(re.compile(f"^{text}$"))).first


async def test_from_registration_to_appointment_in_every_way(stack: Stack) -> None:
    async with journey(stack) as trip, contextlib.AsyncExitStack() as browsers:
        await staffed(trip, "department_secretary", SECRETARIES)
        await trip.token("qilu.teaching")
        stories = []
        for number, way in enumerate(WAYS):
            people = [
                await browsers.enter_async_context(trip.hands(way, login))
                for login in ("", "qilu.teaching", SECRETARIES[number])
            ]
            stories.append(Story(trip, way, number, *people))
        await everybody(each.begins() for each in stories)
        await everybody(each.is_decided() for each in stories)
        await yearly_review(trip, BASE)
        await everybody(each.is_listed() for each in stories)
        assert trip.faults == []
        assert trip.complaints == []
