"""How somebody works a page: with a pointer or the keyboard alone, on a phone or at a desk, with or without script.

A journey is written once for any of these. With the keyboard every control is reached by Tab, as the person would: what
cannot be reached, or takes the focus and never gives it back, fails the journey.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page

from tests.support.portal_browser import DESK, PHONE
from tests.support.wait import eventually

MOST_TABS = 400
"""More stops than any page has: a control not reached by then cannot be."""
_FOCUSED = "element => element === document.activeElement"
_WIDEST = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of going on a journey."""

    name: str
    width: int = DESK
    keys: bool = False
    script: bool = True

    def __str__(self) -> str:
        return self.name


WAYS = (Way("phone", PHONE), Way("desk"), Way("keyboard", keys=True), Way("no-script", PHONE, script=False))


@dataclass(slots=True)
class Hands:
    """A person before one page. `faults` gathers what `look` and the browser found."""

    page: Page
    way: Way
    faults: list[str] = field(default_factory=list)
    _axe: Axe = field(default_factory=Axe)

    async def go(self, path: str) -> None:
        """Open an address, and look at the page."""
        await self.page.goto(path)
        await self.look()

    async def press(self, target: str | Locator) -> None:
        """Press a button, follow a link, open a fold."""
        place = self._at(target)
        if not self.way.keys:
            await place.click()
            return
        await self._reach(place)
        await self.page.keyboard.press("Enter")

    async def fill(self, target: str | Locator, text: str) -> None:
        """Type into a field that is empty or holds something else."""
        place = self._at(target)
        kind = await place.get_attribute("type") or ""
        if not self.way.keys:
            await place.fill(text)
            return
        await self._reach(place)
        if kind == "date":
            year, month, day = text.split("-")
            await self.page.keyboard.type(month + day + year)
        elif kind == "datetime-local":
            date, clock = text.split("T")
            year, month, day = date.split("-")
            await self.page.keyboard.type(month + day + year)
            await self.page.keyboard.press("ArrowRight")
            hour = int(clock[:2])
            await self.page.keyboard.type(f"{hour % 12 or 12:02d}{clock[3:5]}{'AM' if hour < 12 else 'PM'}")
        else:
            await self.page.keyboard.press("Control+A")
            await self.page.keyboard.type(text)

    async def choose(self, target: str | Locator, value: str) -> None:
        """Choose an option of a list by its value."""
        place = self._at(target)
        if not self.way.keys:
            await place.select_option(value)
            return
        await self._reach(place)
        steps: int = await place.evaluate(
            "(list, value) => [...list.options].findIndex((each) => each.value === value) - list.selectedIndex", value
        )
        for _ in range(abs(steps)):
            await self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        assert await place.input_value() == value

    async def tick(self, target: str | Locator) -> None:
        """Tick a box, or choose among few."""
        place = self._at(target)
        if not self.way.keys:
            await place.check()
            return
        if await place.get_attribute("type") == "radio":
            await self._choose_among(place)
        else:
            await self._reach(place)
            if not await place.is_checked():
                await self.page.keyboard.press("Space")
        assert await place.is_checked()

    async def put(self, target: str | Locator, name: str, content: bytes, media_type: str) -> None:
        """Choose a file."""
        place = self._at(target)
        file: Any = {"name": name, "mimeType": media_type, "buffer": content}
        if self.way.keys:
            await self._reach(place)  # the dialog that opens there is the browser's own
        await place.set_input_files(file)

    async def fill_in(self, form: str, values: Mapping[str, Any]) -> None:
        """Fill in what a form asks for by name: texts, dates, lists, and yes or no (a bool).

        What another answer has hidden, and what the form does not ask for, is left alone.
        """
        for name, value in values.items():
            places = self.page.locator(f"{form} [name='{name}']")
            if await places.count() == 0 or not await places.first.is_visible():
                continue
            kind = await places.first.evaluate("(each) => each.type")
            if kind == "radio":
                wanted = {True: "yes", False: "no"}.get(value, value)
                await self.tick(self.page.locator(f"{form} [name='{name}'][value='{wanted}']"))
            elif kind == "select-one":
                await self.choose(places.first, {True: "yes", False: "no"}.get(value, str(value)))
            else:
                await self.fill(places.first, str(value))

    async def told(self, selector: str, text: str, seconds: float = 30.0) -> None:
        """Wait until a part of the page says `text`: live where there is script, else by looking again."""

        async def said() -> bool:
            if not self.way.script:
                await self.page.reload()
            return text in await self.page.locator(selector).first.inner_text()

        await eventually(said, f"{selector} says {text!r}", seconds)

    async def look(self) -> None:
        """Note what keeps somebody out of this page, and whether it scrolls sideways."""
        path = self.page.url.partition("//")[2].partition("/")[2]
        if not self.way.script or self.way.keys:
            return  # axe is a script; and with the keyboard the same pages are seen as at the desk
        widest = await self.page.evaluate(_WIDEST)
        if widest > self.way.width:
            self.faults.append(f"{self.way}: /{path} is {widest} px wide")
        found = (await self._axe.run(self.page, options={"resultTypes": ["violations"]})).response["violations"]
        self.faults += [
            f"{self.way}: /{path}: {each['id']} ({each['impact']}): {[node['html'][:120] for node in each['nodes']]}"
            for each in found
            if each["impact"] in {"serious", "critical"}
        ]

    def _at(self, target: str | Locator) -> Locator:
        return self.page.locator(target).first if isinstance(target, str) else target

    async def _choose_among(self, place: Locator) -> None:
        """A group of radio buttons is one stop; arrows walk in it."""
        name = await place.get_attribute("name")
        for _ in range(MOST_TABS):
            if await place.evaluate("(each, name) => document.activeElement.name === name", name):
                break
            await self.page.keyboard.press("Tab")
        for _ in range(20):
            if await place.evaluate(_FOCUSED):
                await self.page.keyboard.press("Space")
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name}: the choice cannot be reached with arrows")

    async def _reach(self, place: Locator) -> None:
        await place.wait_for(state="visible")
        for _ in range(MOST_TABS):
            if await place.evaluate(_FOCUSED):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{place} cannot be reached with the keyboard on {self.page.url}")
