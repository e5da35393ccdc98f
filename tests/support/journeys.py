"""Journeys on a whole stack: a cycle of their own whose days are seconds, the demo staff, and real browsers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

from services.access import channel_to, machine_token
from services.drills.ground import Stack
from services.kit.clock import SystemClock
from services.kit.ids import new_id
from services.kit.settings import Settings
from services.portal.edge.cookies import SESSION
from services.rehearsal import site as sites
from services.rehearsal.operator import Operator
from services.rehearsal.plans import Seats
from services.rehearsal.province import PhaseDates, Province, load_province
from services.stack import demo
from services.stack.accounts import Accounts, Newcomer, Post
from services.stack.authenticator import Keyring
from services.stack.up import PROVINCE
from tests.support.hands import Hands, Way
from tests.support.portal_browser import FLAGS, LAUNCHER, PHONE
from tests.support.wait import eventually

DAY_SECONDS = 4.0
"""How long a day lasts: a phase that is ended today ends within this."""
PHASE_DAYS = 180
"""Each phase is twelve minutes long unless the province ends it: nobody on a slow machine is overtaken."""
FIRST_DAY = date(2023, 1, 1)
POLICY = {"calendar_approvals": 1, "calendar_notice_hours": 0.0, "quiet_hours": {}}
"""One person ends a phase, at once, and notices come at any hour: nights pass in seconds here."""
BASE = demo.DEMO_BASE


def calendar(*phases: str) -> tuple[PhaseDates, ...]:
    """Phases of `PHASE_DAYS` each, one after the other."""
    names = {
        "registration": "报名",
        "first_choice": "一志愿审核与拟录取",
        "second_choice": "二志愿审核与拟录取",
        "reallocation": "调剂",
        "confirmation": "核实与录取",
    }
    firsts = [FIRST_DAY + timedelta(days=PHASE_DAYS * number) for number in range(len(phases))]
    return tuple(
        PhaseDates(phase, names[phase], first, first + timedelta(days=PHASE_DAYS - 1), phase)
        for phase, first in zip(phases, firsts, strict=True)
    )


@dataclass(slots=True)
class Journey:
    """One stack, one cycle, and those who go on the journey."""

    stack: Stack
    settings: Settings
    operator: Operator
    accounts: Accounts
    keyring: Keyring
    password: str = field(repr=False)
    browser: Browser
    cycle_id: str = ""
    complaints: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """The portal's own."""
        return f"http://localhost:{self.stack.port}"

    async def opens_a_cycle(self, phases: Sequence[str], places: Sequence[Seats], title: str) -> str:
        """A cycle of the sample province with these phases and places, in its first phase; its id."""
        province: Province = replace(load_province(PROVINCE), phases=calendar(*phases), milestones=(), policy=POLICY)
        wanted = {each.base_code for each in places}
        bases = [each for each in province.bases if each.code in wanted]
        await self.operator.import_organisations(province, bases)
        self.cycle_id = await self.operator.create_cycle(
            *(province, bases, places),
            title=title,
            starts_at=datetime.now(UTC) + timedelta(seconds=1),
            day_seconds=DAY_SECONDS,
        )
        await self.reaches("registration")
        return self.cycle_id

    async def reaches(self, phase: str, seconds: float = 60.0) -> None:
        """Wait until the gate stands in `phase`."""

        async def there() -> bool:
            answer = await self.ask("GET", f"/cycles/{self.cycle_id}")
            return bool(answer["cycle"]["phase"] == phase)

        await eventually(there, f"{phase} begins", seconds)

    async def ends_the_phase(self) -> None:
        """The province ends the phase: it is over at midnight, some seconds from now."""
        cycle = (await self.ask("GET", f"/cycles/{self.cycle_id}"))["cycle"]
        later = [each for each in cycle["phases"] if each["sequence"] > cycle["sequence"]]
        wish = {"kind": "advance" if later else "end", "based_on": cycle["calendar_version"]}
        body = {"wish": wish, "reason": "本阶段办理完毕"}
        asked = await self.ask("POST", f"/cycles/{self.cycle_id}/amendments", "province", body)
        assert asked["amendment"]["state"] == "applied", asked
        await self.reaches(later[0]["phase"] if later else "closed")

    async def ask(self, method: str, path: str, login: str = "", body: Any = None, token: str = "") -> Any:
        """What REST answers to one of the staff, to the bearer of `token`, or to anybody; fails when it refuses."""
        headers = {"idempotency-key": new_id()}
        if login or token:
            headers["authorization"] = f"Bearer {token or await self.token(login)}"
        async with httpx.AsyncClient(base_url=f"{self.address}/api/v1", headers=headers, trust_env=False) as client:
            answer = await client.request(method, path, json=body, timeout=20)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def token(self, login: str) -> str:
        """A session of one of the demo staff for REST, opened once."""
        if login not in self._tokens:
            signed_in = await self.accounts.sign_in(login, self.password, self.keyring[login])
            self.keyring.save()
            self._tokens[login] = signed_in.tokens.access.value
        return self._tokens[login]

    @contextlib.asynccontextmanager
    async def hands(self, way: Way, login: str = "", **options: Any) -> AsyncIterator[Hands]:
        """Somebody at a browser of their own; in a session of one of the staff when named, opened without the pages."""
        context = await self.browser.new_context(
            viewport={"width": way.width, "height": 844 if way.width == PHONE else 800},
            base_url=self.address,
            is_mobile=way.width == PHONE,
            has_touch=way.width == PHONE,
            java_script_enabled=way.script,
            locale="en-US",
            **options,
        )
        if login:
            await context.add_cookies([{"name": SESSION, "value": await self.token(login), "url": self.address}])
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{way}: {page.url}: {error}"))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        hands = Hands(page, way, self.faults)
        try:
            yield hands
        except BaseException as error:
            with contextlib.suppress(PlaywrightError):
                main = await page.locator("main").inner_text(timeout=1000)
                error.add_note(f"{way} stood at {page.url}:\n{main[:600]}")
            raise
        finally:
            await context.close()

    async def signs_in(self, hands: Hands, login: str, password: str = "") -> None:
        """Sign in through the pages, with six digits where they are asked for."""
        await hands.go("/sign-in")
        await hands.fill("#login", login)
        await hands.fill("#password", password or self.password)
        await hands.press("form.card button.main")
        if login in self.keyring:
            await hands.page.locator("#totp").wait_for()
            await hands.look()
            await hands.fill("#totp", await self.keyring[login].code(SystemClock()))
            self.keyring.save()
            await hands.press("button[name=kind][value=totp]:not(.only-read)")
        await hands.page.wait_for_url(lambda url: "/sign-in" not in url)

    async def employs(self, role: str, base: str, login: str) -> None:
        """Somebody more on the staff of a base, who can sign in as the demo staff do."""
        mobile = f"1450097{len(self.keyring.logins()):04d}"
        post = Post(role, base, f"旅程{login}", mobile, login, self.password)
        signed_in, authenticator = await self.operator.appoint(post)
        self.keyring.add(login, authenticator)
        self.wears(login, str(signed_in.tokens.access.value))

    def wears(self, login: str, token: str) -> None:
        """Somebody whose session is known already: `hands` and `ask` may name them."""
        self._tokens[login] = token

    async def registers(self, hands: Hands, newcomer: Newcomer) -> None:
        """Register in three steps through the pages; signed in afterwards."""
        await hands.go("/register")
        await hands.tick(f"[name=role][value={newcomer.role}]")
        await hands.fill("#name", newcomer.name)
        await hands.choose("#document_type", "resident_id")
        await hands.fill("#document_number", newcomer.resident_id)
        captcha = await hands.page.input_value("[name=captcha_id]", strict=True)
        await hands.fill("#captcha_answer", await self.operator.captcha_answer(captcha))
        await hands.press("form.card button.main")
        await hands.page.wait_for_url("**/register/account")
        await hands.look()
        await hands.fill("#mobile", newcomer.mobile)
        await hands.press("#send-code button")
        await hands.page.locator("#send-code .done").wait_for()
        await hands.fill("#code", await self.operator.newest_code(newcomer.mobile, "registration"))
        await hands.fill("#login", newcomer.login)
        await hands.fill("#password", newcomer.password)
        await hands.fill("#password_again", newcomer.password)
        await hands.press("form.card button.main")
        await hands.page.wait_for_url("**/register/done")
        await hands.look()


@contextlib.asynccontextmanager
async def journey(stack: Stack) -> AsyncIterator[Journey]:
    """A journey on a stack that runs."""
    site = sites.find(stack.data)
    channel = channel_to("identity", site.settings, machine_token("operator", site.settings))
    async with Operator(site.settings) as operator, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=LAUNCHER, args=FLAGS)
        yield Journey(
            stack,
            site.settings,
            operator,
            Accounts(channel),
            Keyring(demo.factors_file(stack.data)),
            demo.password(stack.state()),
            browser,
        )
        await browser.close()
    await channel.close()
