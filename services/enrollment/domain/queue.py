"""Which stored rows a base's queue shows in each phase, and how much time each has left (CAP-QUEUE, PLC-03)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.enrollment.domain.application import IN_REVIEW, PLACED, State, effective_state
from services.enrollment.domain.case import Case
from services.enrollment.domain.phases import AFTER_ALL_ROUNDS, REVIEWING

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cell:
    """Stored rows of one round in one stored state."""

    round: int
    state: State


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a queue is narrowed to; None where it does not matter."""

    accepts_reallocation: bool | None = None
    not_selected: bool | None = None
    held: bool | None = None
    submitted_before: datetime | None = None
    """Only what was submitted by then, because the days to review it are over (aware UTC)."""
    deadline_passed: bool = False
    """The base's own deadline has passed: everything that has no fix window of its own is late."""


EVERYBODY = Narrowed()


def due_at(case: Case, submitted_at: datetime | None) -> datetime | None:
    """PLC-03: a submission is reviewed within the policy's days, or by the base's deadline if that is sooner.

    The days begin when the review does: what was submitted before, waits from its phase's opening on. None for what
    waits for no review now. The oldest submission of a queue has the least time left.
    """
    if case.state is not State.PENDING or case.moment.phase not in REVIEWING or submitted_at is None:
        return None
    since = max(submitted_at, case.moment.opens_at or submitted_at)
    due = since + case.moment.day * case.policy.review_days
    return due if case.deadline is None else min(due, case.deadline)


def late_since(case: Case) -> datetime:
    """PLC-03: what was submitted by then is late; `case` is that of a pending application without a fix window."""
    bound = case.moment.now - case.moment.day * case.policy.review_days
    opened = case.moment.opens_at
    return _NEVER if opened is not None and opened > bound else bound


def cells(standing: int, rounds: Iterable[int], states: frozenset[State]) -> list[Cell]:
    """CAP-QUEUE: a queue shows the round under way and everybody placed; an older round's rest is gone from it.

    `standing` is where the cycle stands among its `rounds` (CAL-14); after the last it shows everybody, with the state
    that is left. `states` are effective; empty means all.
    """
    if not standing:
        return []
    shown = []
    for number in rounds:
        for state in sorted(IN_REVIEW | PLACED):
            current = standing in (number, AFTER_ALL_ROUNDS) or state in PLACED
            if current and (not states or effective_state(state, number, standing) in states):
                shown.append(Cell(number, state))
    return shown
