"""The calendar for everybody, and feeds of it behind addresses of one's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.publishing import (
    BaseDateChange,
    Difference,
    Event,
    Gap,
    Version,
    base_events,
    differences,
    entries_of,
    events_of,
    gaps_of,
    in_order,
)
from services.enrollment.handlers.running import key_reused, no_cycle, not_found
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.calendars import CalendarStore, FeedRecord
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.sealing import Sealing
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

MOST_FEEDS = 5
"""PUB-06: open feeds of one person in one cycle."""


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """Open a feed of a cycle for oneself."""

    cycle_id: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version and what it changed."""

    version: Version
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A calendar as it is published; with a base also what that base set for itself."""

    cycle: CycleRecord
    gate: GateRecord
    version: VersionView
    latest: int
    gaps: list[Gap]
    base_code: str
    base_dates: dict[int, Milestones]
    events: list[Event]

    @property
    def last_modified(self) -> datetime:
        """When anything in it last changed."""
        return max((self.version.version.made_at, *(event.last_modified for event in self.events)))


class CalendarHandlers:
    """What is published of calendars."""

    def __init__(self, cycles: CycleStore, calendars: CalendarStore, sealing: Sealing) -> None:
        self._cycles = cycles
        self._calendars = calendars
        self._sealing = sealing

    async def get_calendar(self, cycle_id: str, number: int = 0, base_code: str = "") -> CalendarView:
        """PUB-01: a cycle's calendar with gaps, days of the province and events; 0 for the version that holds.

        PUB-03: a draft is not published. Raises NOT_FOUND for what there is not.
        """
        cycle, gate = await self._published(cycle_id)
        if base_code and base_code not in cycle.catalogue.bases:
            raise DomainError(Kind.NOT_FOUND, "BASE_NOT_FOUND", "没有这个培训基地。", field="base_code", rule="PUB-01")
        versions = await self._calendars.versions(cycle_id)
        place = next((place for place, each in enumerate(versions) if each.number == number), None)
        if number == 0:
            place = len(versions) - 1
        if place is None:
            raise DomainError(Kind.NOT_FOUND, "VERSION_NOT_FOUND", "没有这一版日程。", field="version", rule="PUB-01")
        changes: list[BaseDateChange] = []
        if base_code:
            changes = await self._calendars.base_dates(cycle_id, base_code)
            if place + 1 < len(versions):
                changes = [each for each in changes if each.made_at < versions[place + 1].made_at]
        seconds = cycle.calendar.day_seconds
        shown = versions[place]
        events = [
            *events_of(cycle_id, versions[: place + 1], seconds),
            *base_events(cycle_id, base_code, changes),
        ]
        return CalendarView(
            cycle,
            gate,
            _changed(versions, place, seconds),
            versions[-1].number,
            gaps_of(shown.phases),
            base_code,
            _standing(changes),
            in_order(events),
        )

    async def list_versions(self, cycle_id: str) -> list[VersionView]:
        """PUB-03: every version, newest first, with reason, time and its author's role; nobody is named."""
        cycle, _ = await self._published(cycle_id)
        versions = await self._calendars.versions(cycle_id)
        seconds = cycle.calendar.day_seconds
        return [_changed(versions, place, seconds) for place in reversed(range(len(versions)))]

    async def open_feed(self, caller: Caller, order: OpenFeed) -> tuple[FeedRecord, str]:
        """PUB-04: staff open a feed of their base, applicants one that follows their application; only a hash is kept.

        Answers the feed and its token; the same again for the same key. PUB-06: at most five at a time.
        Raises NOT_FOUND, NOT_NOW `TOO_MANY_FEEDS`, FORBIDDEN `FEED_ONES_OWN` for somebody who acts for another.
        """
        if caller.acting_by:
            told = "代为办理时不能开通日历订阅,请由本人开通。"
            raise DomainError(Kind.FORBIDDEN, "FEED_ONES_OWN", told, rule="PUB-04")
        cycle, _ = await self._published(order.cycle_id)
        owner, key = caller.person_id, order.idempotency_key
        base_code, application_id = await self._about(caller, cycle)
        # Made from the key instead of drawn: a call that is repeated tells the same token, and none need be stored.
        token = base64.urlsafe_b64encode(self._sealing.keyed("feed", f"{owner}/{key}")).rstrip(b"=").decode()
        feed = await self._calendars.opened(owner, key)
        if feed is None:
            about = (cycle.id, base_code, application_id)
            feed = await self._calendars.open_feed(new_id(), hash_of(token), owner, *about, key, MOST_FEEDS)
            feed = feed or await self._calendars.opened(owner, key)
        if feed is None:
            told = f"最多同时开通 {MOST_FEEDS} 个日历订阅,请先取消不用的。"
            raise DomainError(Kind.NOT_NOW, "TOO_MANY_FEEDS", told, rule="PUB-06")
        if (feed.cycle_id, feed.base_code) != (cycle.id, base_code):
            raise key_reused()
        # The keys of the service may have changed since: then nobody can tell the token any more.
        return feed, token if hmac.compare_digest(feed.token_hash, hash_of(token)) else ""

    async def close_feed(self, caller: Caller, feed_id: str) -> None:
        """PUB-04: close one's own feed; another's looks absent. What is closed stays so."""
        if not await self._calendars.close_feed(caller.person_id, feed_id):
            raise _no_feed()

    async def list_feeds(self, caller: Caller, cycle_id: str) -> list[FeedRecord]:
        """One's own open feeds under the present hat, newest first. Raises NOT_FOUND for an unknown cycle."""
        cycle, _ = await self._published(cycle_id)
        base_code = "" if caller.role == "applicant" else caller.organisation
        if base_code and base_code not in cycle.catalogue.bases:
            raise no_cycle()
        return await self._calendars.feeds(caller.person_id, cycle_id, base_code)

    async def get_feed(self, token: str) -> CalendarView:
        """PUB-05: the calendar behind a token; an applicant's has the dates of the base of the current submission.

        A token that was never told and one whose feed was closed are answered alike: NOT_FOUND.
        """
        hashed = hash_of(token)
        feed = await self._calendars.read_feed(hashed)
        if feed is None or not hmac.compare_digest(feed.token_hash, hashed):
            raise _no_feed()
        return await self.get_calendar(feed.cycle_id, 0, feed.base_code)

    async def _published(self, cycle_id: str) -> tuple[CycleRecord, GateRecord]:
        gate = await self._cycles.gate(cycle_id)
        cycle = await self._cycles.cycle(cycle_id, gate.edition) if gate is not None else None
        if gate is None or cycle is None or cycle.draft:
            raise no_cycle()
        return cycle, gate

    async def _about(self, caller: Caller, cycle: CycleRecord) -> tuple[str, str | None]:
        if caller.role == "applicant":
            application_id = await self._calendars.own_application(cycle.id, caller.person_id)
            if application_id is None:
                raise not_found()
            return "", application_id
        if caller.organisation not in cycle.catalogue.bases:
            raise no_cycle()
        return caller.organisation, None


def hash_of(token: str) -> bytes:
    """PUB-04: what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _changed(versions: Sequence[Version], place: int, seconds: float) -> VersionView:
    entries = [entries_of(each.phases, each.milestones, seconds) for each in versions[max(0, place - 1) : place + 1]]
    return VersionView(versions[place], differences(*entries) if len(entries) == 2 else [])


def _standing(changes: Sequence[BaseDateChange]) -> dict[int, Milestones]:
    """The dates that stand, by round; rounds without any are left out."""
    standing: dict[int, dict[str, datetime | None]] = {}
    for change in changes:
        standing.setdefault(change.round, {})[change.name] = change.at
    return {number: Milestones(**dates) for number, dates in sorted(standing.items()) if any(dates.values())}


def _no_feed() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "FEED_NOT_FOUND", "没有这个日历订阅,或已取消。", rule="PUB-05")
