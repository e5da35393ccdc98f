"""A calendar as it is published: named gaps, what versions changed, events that stay the same (PUB-01, PUB-02)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID, uuid5

from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseWindow
from services.enrollment.domain.milestones import LABELS

_DAY = timedelta(days=1)


class EventKind(StrEnum):
    """What an event stands for."""

    PHASE = "phase"
    GAP = "gap"
    MILESTONE = "milestone"
    BASE_DATE = "base_date"


@dataclass(frozen=True, slots=True)
class Version:
    """What a calendar was in one version; `role` is that of its author, empty when nobody knows it any more."""

    number: int
    kind: str
    reason: str
    made_at: datetime
    role: str
    phases: tuple[PhaseWindow, ...]
    milestones: tuple[MilestoneDate, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """The days between two phases, in which nothing is accepted: inclusive days, half-open instants in UTC."""

    after_key: str
    name: str
    first_day: date
    last_day: date
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a version of a calendar says; without days it is an instant."""

    kind: EventKind
    key: str
    name: str
    first_day: date | None
    last_day: date | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """An entry through all versions: the same `uid` for good, `sequence` counts how often it changed."""

    uid: str
    entry: Entry
    sequence: int
    last_modified: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """How an entry differs between two versions; None before for a new one, None after for one that is gone."""

    before: Entry | None
    after: Entry | None

    @property
    def named(self) -> Entry:
        """The entry to name it by."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class BaseDateChange:
    """What one of a base's own dates became, and when; `at` None when it was taken back."""

    round: int
    name: str
    at: datetime | None
    made_at: datetime


def gaps_of(phases: Iterable[PhaseWindow]) -> list[Gap]:
    """PUB-01: the days that belong to no phase, each by the calendar's own name or by those of the phases around it."""
    listed = [window for window in phases if window.first_day is not None]
    found = []
    for before, after in pairwise(listed):
        assert before.last_day is not None
        assert after.first_day is not None
        first, last = before.last_day + _DAY, after.first_day - _DAY
        if first <= last and before.closes_at is not None and after.opens_at is not None:
            name = before.gap_name or f"{before.name}与{after.name}之间"
            found.append(Gap(before.key, name, first, last, before.closes_at, after.opens_at))
    return found


def entries_of(phases: Sequence[PhaseWindow], milestones: Sequence[MilestoneDate], day_seconds: float) -> list[Entry]:
    """PUB-01: everything that a calendar says: phases, gaps and days of the province."""
    calendar = Calendar(tuple(phases), day_seconds)
    found = [
        Entry(EventKind.PHASE, each.key, each.name, each.first_day, each.last_day, each.opens_at, each.closes_at)
        for each in phases
        if each.first_day is not None and each.opens_at is not None and each.closes_at is not None
    ]
    found += [
        Entry(EventKind.GAP, each.after_key, each.name, each.first_day, each.last_day, each.opens_at, each.closes_at)
        for each in gaps_of(phases)
    ]
    for each in milestones:
        starts_at = calendar.instant_of(each.day)
        ends_at = starts_at + calendar.day
        found.append(Entry(EventKind.MILESTONE, each.key, each.name, each.day, each.day, starts_at, ends_at))
    return found


def differences(before: Sequence[Entry], after: Sequence[Entry]) -> list[Difference]:
    """What a version changed, in the order in which it takes place."""
    was = {(entry.kind, entry.key): entry for entry in before}
    becomes = {(entry.kind, entry.key): entry for entry in after}
    found = [
        Difference(was.get(identity), becomes.get(identity))
        for identity in {**was, **becomes}
        if was.get(identity) != becomes.get(identity)
    ]
    return sorted(found, key=lambda each: (each.named.starts_at, each.named.kind, each.named.key))


def events_of(cycle_id: str, versions: Sequence[Version], day_seconds: float) -> list[Event]:
    """PUB-02: the events of a cycle after `versions`, which begin with the first.

    An event that a version leaves out is cancelled and stays listed, so that whoever subscribed sees it go.
    """
    found: dict[tuple[EventKind, str], Event] = {}
    for version in versions:
        entries = {(each.kind, each.key): each for each in entries_of(version.phases, version.milestones, day_seconds)}
        for identity, entry in entries.items():
            known = found.get(identity)
            if known is None:
                found[identity] = Event(uid_of(cycle_id, *identity), entry, 0, version.made_at)
            elif known.cancelled or known.entry != entry:
                found[identity] = replace(
                    known, entry=entry, sequence=known.sequence + 1, last_modified=version.made_at, cancelled=False
                )
        for identity, known in found.items():
            if identity not in entries and not known.cancelled:
                found[identity] = _cancelled(known, version.made_at)
    return in_order(found.values())


def base_events(cycle_id: str, base_code: str, changes: Iterable[BaseDateChange]) -> list[Event]:
    """PUB-02: the same of one base's own dates, from all their `changes` in the order in which they were made."""
    found: dict[str, Event] = {}
    for change in changes:
        key = f"{change.round}/{change.name}"
        known = found.get(key)
        if change.at is None:
            if known is not None:
                found[key] = _cancelled(known, change.made_at)
            continue
        name = f"第{change.round}轮{LABELS[change.name].removesuffix('时间')}"
        entry = Entry(EventKind.BASE_DATE, key, name, None, None, change.at, change.at)
        sequence = 0 if known is None else known.sequence + 1
        uid = uid_of(cycle_id, EventKind.BASE_DATE, f"{base_code}/{key}")
        found[key] = Event(uid, entry, sequence, change.made_at)
    return in_order(found.values())


def uid_of(cycle_id: str, kind: EventKind, key: str) -> str:
    """PUB-02: an event's UUID, made from cycle, kind and key: whoever reckons it anew finds the same."""
    return str(uuid5(UUID(cycle_id), f"{kind}/{key}"))


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events as they begin; at the same instant what lasts longer stands first."""
    return sorted(events, key=lambda each: (each.entry.starts_at, -each.entry.ends_at.timestamp(), each.uid))


def _cancelled(event: Event, at: datetime) -> Event:
    return replace(event, sequence=event.sequence + 1, last_modified=at, cancelled=True)
