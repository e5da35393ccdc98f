"""MSG-19, MSG-22 and MSG-23: what becomes of a delivery: after an answer, without one, and when it is too late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notify.domain.outcomes import Outcome, Verdict

PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""How long is waited after the first failed attempt, the second, and so on; the last one counts from then on."""
SPREAD = 0.2
"""A pause is longer by up to this part of it, so that what failed together does not come back together."""
PAUSED_FOR = timedelta(minutes=2)
"""How long what belongs to a paused campaign waits before it is looked at again."""
MOST_DOUBTS = 2
"""Lost answers after which a carrier that would deliver a copy twice is not asked again."""

TOO_LATE = "TOO_LATE"
"""Its time was over before it left."""
OVERTAKEN = "OVERTAKEN"
"""Its message was dropped before anybody saw it."""
NO_ADDRESS = "NO_ADDRESS"
"""The person has none that may be used."""
ERASED = "ERASED"
"""The person was erased, and the words with them."""
ADDRESS_BLOCKED = "ADDRESS_BLOCKED"
"""A carrier called the address dead or unwilling, and nobody has proved it since."""
CAMPAIGN_STOPPED = "CAMPAIGN_STOPPED"
"""Its campaign was stopped."""
CAMPAIGN_PAUSED = "CAMPAIGN_PAUSED"
"""Its campaign is paused: it waits."""
NOT_RENDERED = "NOT_RENDERED"
"""Its words cannot be written out."""
SEAL_BROKEN = "SEAL_BROKEN"
"""Words or address are sealed with a key that is not at hand."""
INTERRUPTED = "INTERRUPTED"
"""The process ended between handing it to the carrier and noting the answer."""


class State(StrEnum):
    """Where a delivery stands; one that waits for its release or its next attempt is queued as well."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Tried:
    """A delivery as it was before this attempt."""

    attempts: int
    doubtful: int
    not_before: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Next:
    """What it becomes. `not_before` counts while it is queued."""

    state: State
    reason: str
    attempts: int
    doubtful: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the channel: whether its carrier drops second copies, and how often it is tried at all."""

    idempotent: bool
    most_attempts: int


def after(
    tried: Tried,
    outcome: Outcome,
    terms: Terms,
    now: datetime,
    *,
    chance: float = 0.0,
) -> Next:
    """MSG-19: what follows from a carrier's answer; `chance` in [0, 1) spreads the pause.

    Not now, and a lost answer, are tried again until the attempts are used up; a lost answer counts as doubtful where
    a second copy would arrive, and a second one there ends it. A carrier that is down costs no attempt, and the
    delivery keeps its place. MSG-23: one whose next attempt would come too late ends at once.
    """
    verdict, reason = outcome.verdict, outcome.reason
    attempts, doubtful = tried.attempts + 1, tried.doubtful
    if verdict is Verdict.DOWN:
        return Next(State.QUEUED, reason, tried.attempts, doubtful, tried.not_before)
    if verdict is Verdict.ACCEPTED:
        return Next(State.DELIVERED, reason, attempts, doubtful, tried.not_before)
    if verdict is Verdict.UNKNOWN and not terms.idempotent:
        doubtful += 1
    if (
        verdict in (Verdict.REFUSED, Verdict.BAD_ADDRESS)
        or attempts >= terms.most_attempts
        or (verdict is Verdict.UNKNOWN and doubtful >= MOST_DOUBTS)
    ):
        return Next(State.FAILED, reason, attempts, doubtful, tried.not_before)
    again = now + (pause_after(attempts, chance) if outcome.wait is None else outcome.wait)
    state = State.EXPIRED if is_too_late(tried.expires_at, again) else State.QUEUED
    return Next(state, reason, attempts, doubtful, again)


def interrupted(tried: Tried, terms: Terms, now: datetime, *, confirmed: bool) -> Next:
    """MSG-22: what becomes of a delivery whose holder died or froze before it noted the answer.

    It may have left: it is sent again, at its place, and counts as doubtful where a second copy would arrive, unless
    the carrier has `confirmed` since that it did. One that ends its holders again and again is given up.
    """
    if confirmed:
        return Next(State.DELIVERED, "", tried.attempts + 1, tried.doubtful, tried.not_before)
    attempts, doubtful = tried.attempts + 1, tried.doubtful + (0 if terms.idempotent else 1)
    state = State.QUEUED
    if attempts >= terms.most_attempts:
        state = State.FAILED
    elif is_too_late(tried.expires_at, now):
        state = State.EXPIRED
    return Next(state, INTERRUPTED, attempts, doubtful, tried.not_before)


def put_off(tried: Tried, reason: str, now: datetime) -> Next:
    """MSG-23: one that may not leave at present, though nobody failed: it waits and costs no attempt."""
    return Next(State.QUEUED, reason, tried.attempts, tried.doubtful, now + PAUSED_FOR)


def reported(state: State, reason: str, attempts: int, *, arrived: bool) -> tuple[State, str]:
    """MSG-23: state and reason of a delivery after its carrier's receipt, which may come at any time and repeatedly.

    What arrived is delivered, also when its answer was lost; what did not, though a carrier took it, is given up. One
    that was never handed over, or is just being, is left alone: its holder settles it.
    """
    if arrived and state in (State.QUEUED, State.FAILED) and attempts:
        return State.DELIVERED, ""
    if not arrived and (state is State.DELIVERED or (state is State.QUEUED and attempts)):
        return State.FAILED, reason
    return state, reason


def pause_after(attempts: int, chance: float) -> timedelta:
    """MSG-19: how long to wait after so many attempts."""
    return PAUSES[min(attempts, len(PAUSES)) - 1] * (1 + SPREAD * chance)


def is_too_late(expires_at: datetime | None, instant: datetime) -> bool:
    """MSG-23: whether what ends at `expires_at` is pointless at `instant`."""
    return expires_at is not None and instant >= expires_at
