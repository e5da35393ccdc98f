"""Campaigns in tests: an audience without an enrollment, a clock that stands, and orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from services.kit.domain import Caller, DomainError
from services.kit.quiet import NEVER, QuietHours
from services.notify.audiences import Asked, Counted, Members
from services.notify.domain.campaigns import Audience
from services.notify.domain.recipients import Recipient
from services.notify.handlers.campaigns import CreateCampaign

CYCLE = "0197f3c2-5e0b-7c55-8a70-aaaaaaaaaaaa"
LI = Caller("li", "province_administrator", "37")
WANG = Caller("wang", "province_administrator", "37")
ELSEWHERE = Caller("zhao", "province_administrator", "44")
NOON = datetime(2023, 8, 1, 4, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass
class Crowd:
    """Who belongs to an audience: people by id, sorted, who may come and go."""

    people: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    hours: QuietHours = NEVER
    away: DomainError | None = None
    """Raised instead of any answer."""
    pages: int = 0
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """What happens between the question for a page and its answer."""

    async def page(self, asked: Asked, cursor: str, size: int) -> Members:
        """The members behind `cursor`."""
        self.pages += 1
        self._answer()
        if self.meanwhile is not None:
            await self.meanwhile()
        bases = asked.audience is Audience.BASES
        found = sorted(each for each in (self.bases if bases else self.people) if each > cursor)[:size]
        members = (Recipient(organisation_code=each) if bases else Recipient(person_id=each) for each in found)
        return Members(tuple(members), found[-1] if len(found) == size else "")

    async def count(self, asked: Asked) -> Counted:
        """All of them; every cycle is of province 37."""
        self._answer()
        return Counted(len(self.bases if asked.audience is Audience.BASES else self.people), "37")

    async def quiet(self, cycle_id: str) -> QuietHours:
        """The hours it was given."""
        self._answer()
        return self.hours

    def _answer(self) -> None:
        if self.away is not None:
            raise self.away


class Clock:
    """Stands where it was set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def order(**changes: Any) -> CreateCampaign:
    """An order for a campaign to everybody."""
    usual = CreateCampaign(
        *(CYCLE, Audience.EVERYBODY, "", "", "campaign_text", {"subject": "第二轮填报", "text": "第二轮填报已开放。"}),
        *(0, None, f"campaign-key-{next(_numbers)}"),
    )
    return replace(usual, **changes)


def plain_letter(title: str, body: str, language: str) -> str:
    """An e-mail's HTML, told apart from its text."""
    return f"<p>{title}</p>"
