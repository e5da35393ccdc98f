"""MSG-34 and MSG-35: what becomes of a campaign, by whose word, and how fast it goes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.kit.domain import Caller, DomainError, Kind

SYSTEM = "system"
"""Author of what nobody drafted: a changed calendar tells its people without a second word."""
CHUNK_SECONDS = 0.25
"""A campaign writes so much of its rate at a time: small enough that a verdict in between hardly waits."""
MOST_AT_ONCE = 500
SLACK_SECONDS = 0.5
"""Who was late catches up, by no more than this: afterwards the limit still holds."""


class Audience(StrEnum):
    """MSG-33: who is meant, as enrollment names it."""

    EVERYBODY = "everybody"
    DRAFTS = "drafts"
    SUBMITTED = "submitted"
    UNPLACED = "unplaced"
    PLACED = "placed"
    BASES = "bases"

    @property
    def to(self) -> str:
        """What a template for it is addressed to."""
        return "organisation" if self is Audience.BASES else "person"


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class Step(StrEnum):
    """What is done to a campaign, in the past tense."""

    CREATED = "created"
    APPROVED = "approved"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    FINISHED = "finished"


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.DRAFT: {Step.APPROVED: State.RUNNING, Step.STOPPED: State.STOPPED},
    State.RUNNING: {Step.PAUSED: State.PAUSED, Step.STOPPED: State.STOPPED, Step.FINISHED: State.FINISHED},
    State.PAUSED: {Step.RESUMED: State.RUNNING, Step.STOPPED: State.STOPPED},
    # Everybody was written to, and some of it may still wait in a channel.
    State.FINISHED: {Step.STOPPED: State.STOPPED},
    State.STOPPED: {},
}
"""MSG-35: what may be done where a campaign stands, and where it stands then."""
_DONE = {
    Step.PAUSED: State.PAUSED,
    Step.RESUMED: State.RUNNING,
    Step.STOPPED: State.STOPPED,
    Step.FINISHED: State.FINISHED,
}
_WORDS = {
    State.DRAFT: "群发尚未批准。",
    State.RUNNING: "群发正在进行。",
    State.PAUSED: "群发已暂停。",
    State.FINISHED: "群发已完成。",
    State.STOPPED: "群发已终止。",
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign. Its parameters are the province's own words, about nobody."""

    campaign_id: str
    province_code: str
    cycle_id: str
    audience: Audience
    base_code: str
    specialty_code: str
    template: str
    parameters: Mapping[str, str]
    state: State
    rate: int
    """Messages a second at most."""
    starts_at: datetime | None
    created_by: str
    created_at: datetime
    counted: int | None = None
    """How many there were when it was drafted, and since it runs, when it began; None before."""
    cursor: str = ""
    """Where in the audience the runner goes on."""
    written: int = 0
    skipped: int = 0
    version: int = 1
    approved_by: str = ""
    approved_at: datetime | None = None
    finished_at: datetime | None = None
    """When it was over, everything that waited suppressed."""

    def expected_at(self, now: datetime) -> datetime | None:
        """When it will be finished at its rate; None when it does not run or nobody knows how many there are."""
        if self.state is not State.RUNNING or self.counted is None:
            return None
        left = max(0, self.counted - self.written - self.skipped)
        return max(now, self.starts_at or now) + timedelta(seconds=left / self.rate)


def after(state: State, step: Step) -> State | None:
    """MSG-35: where a campaign stands after `step`; None when it stands there already, so that nothing is to be done.

    Raises DomainError NOT_NOW `CAMPAIGN_STATE` when it cannot be done where it stands.
    """
    if _DONE.get(step) is state:
        return None
    following = STEPS[state].get(step)
    if following is None:
        raise DomainError(Kind.NOT_NOW, "CAMPAIGN_STATE", _WORDS[state], rule="MSG-35", details={"state": state})
    return following


def check_approval(campaign: Campaign, caller: Caller, version: int) -> State | None:
    """MSG-34: as `after`, for the second person's word on the version that was looked at.

    Raises DomainError FORBIDDEN `OWN_CAMPAIGN` for who drafted it, CONFLICT `CAMPAIGN_CHANGED` for another version,
    NOT_NOW `CAMPAIGN_STATE` when it waits for nobody's word.
    """
    if caller.actor == campaign.created_by:
        raise DomainError(Kind.FORBIDDEN, "OWN_CAMPAIGN", "群发须由拟稿人以外的另一人批准。", rule="MSG-34")
    if campaign.approved_by == caller.actor:
        return None
    following = after(campaign.state, Step.APPROVED)
    if version != campaign.version:
        message = "群发内容已有变化，请重新查看后再批准。"
        raise DomainError(Kind.CONFLICT, "CAMPAIGN_CHANGED", message, field="version", rule="MSG-34")
    return following


def fingerprint(**asked: object) -> bytes:
    """What was asked with an idempotency key: another order under the same key has another."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).digest()


def chunk_of(rate: int) -> int:
    """How many are written at a time."""
    return max(1, min(MOST_AT_ONCE, round(rate * CHUNK_SECONDS)))


class Pace:
    """MSG-36: when the next may be written, so that `rate` a second is kept. Times only go forward."""

    def __init__(self, rate: int, now: float) -> None:
        self._rate = rate
        self._due = now

    def wait(self, now: float) -> float:
        """Seconds until the next may be written; 0 for at once."""
        return max(0.0, self._due - now)

    def wrote(self, count: int, now: float) -> None:
        """Count what was written in one piece that began at `now`."""
        self._due = max(self._due, now - SLACK_SECONDS) + count / self._rate
