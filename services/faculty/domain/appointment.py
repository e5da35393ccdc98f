"""APPT-04: the life of an appointment (C5) as a table: where it stands × what happens → where it stands, and effects.

`APPOINTMENTS` says which state may hear which event, `REVIEWS` the same of the yearly review, `WHO` from whom;
`domain/appointing.py` reads them and adds the guards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an appointment stands; a person without one stands at `NONE`."""

    NONE = ""
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DISMISSED = "dismissed"
    EXPIRED = "expired"
    TRANSFERRED = "transferred"


OPEN = frozenset({State.PENDING, State.ACTIVE, State.SUSPENDED})
"""What is not over: a person has one of them at a base at most."""
RUNNING = frozenset({State.ACTIVE, State.SUSPENDED})
"""What was acknowledged and is not over."""


class Review(StrEnum):
    """Where the yearly review stands."""

    NONE = ""
    DUE = "due"
    OVERDUE = "overdue"
    CONFIRMED = "confirmed"
    DISMISSAL_PROPOSED = "dismissal_proposed"


OWED = frozenset({Review.DUE, Review.OVERDUE})
"""The secretary has yet to look."""
UNDONE = OWED | {Review.DISMISSAL_PROPOSED}
"""The review is open still."""


class Event(StrEnum):
    """What may happen to an appointment."""

    RECOMMEND = "recommend"
    RECOMMEND_PENDING = "recommend_pending"
    ACKNOWLEDGE = "acknowledge"
    REVOKE = "revoke"
    OPEN_REVIEW = "open_review"
    CONFIRM = "confirm"
    CORRECT = "correct"
    PROPOSE_DISMISSAL = "propose_dismissal"
    REFUSE_DISMISSAL = "refuse_dismissal"
    MISS_REVIEW = "miss_review"
    SANCTION = "sanction"
    LIFT = "lift"
    DISMISS = "dismiss"
    TRANSFER = "transfer"
    SET_LEVEL = "set_level"
    TAKE_EFFECT = "take_effect"
    EXPIRE = "expire"


class Effect(StrEnum):
    """What follows beside the new state."""

    ASSIGNABLE = "assignable"
    NO_NEW_MONTHS = "no_new_months"
    END_DECIDED = "end_decided"
    ORPHANS_MONTHS = "orphans_months"
    PREFILLS_LIST = "prefills_list"
    STAMPED = "stamped"
    OFFICE_DECIDES = "office_decides"
    ESCALATES = "escalates"
    NEW_RECORD = "new_record"
    NEW_TERM = "new_term"


OFFICE, DIRECTOR, SECRETARY = "teaching_department", "department_director", "department_secretary"
PROVINCE, CLOCK = "province_administrator", "scheduler"
WHO: Mapping[Event, frozenset[str]] = {
    Event.RECOMMEND: frozenset({OFFICE}),
    Event.RECOMMEND_PENDING: frozenset({OFFICE}),
    Event.ACKNOWLEDGE: frozenset({PROVINCE}),
    Event.REVOKE: frozenset({OFFICE, PROVINCE}),
    Event.OPEN_REVIEW: frozenset({CLOCK}),
    Event.CONFIRM: frozenset({SECRETARY}),
    Event.CORRECT: frozenset({SECRETARY}),
    Event.PROPOSE_DISMISSAL: frozenset({SECRETARY, DIRECTOR}),
    Event.REFUSE_DISMISSAL: frozenset({OFFICE}),
    Event.MISS_REVIEW: frozenset({CLOCK}),
    Event.SANCTION: frozenset({OFFICE, PROVINCE}),
    Event.LIFT: frozenset({OFFICE, PROVINCE}),
    Event.DISMISS: frozenset({OFFICE}),
    Event.TRANSFER: frozenset({OFFICE}),
    Event.SET_LEVEL: frozenset({OFFICE, PROVINCE}),
    Event.TAKE_EFFECT: frozenset({CLOCK}),
    Event.EXPIRE: frozenset({CLOCK}),
}
"""C7.14: secretaries prepare, 教学部 decides, the province acknowledges; levels are never one's own to set (C7.22)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of C5: the next state and what follows. The table stands in for everything that is not refused."""

    next: State
    effects: frozenset[Effect] = frozenset()


def _row(state: State, *effects: Effect) -> Row:
    return Row(state, frozenset(effects))


_S, _E, _F = State, Event, Effect
_OVER = (_S.DISMISSED, _S.EXPIRED, _S.TRANSFERRED)
APPOINTMENTS: Mapping[tuple[State, Event], Row] = {
    (_S.NONE, _E.RECOMMEND): _row(_S.ACTIVE, _F.ASSIGNABLE),
    (_S.NONE, _E.RECOMMEND_PENDING): _row(_S.PENDING),
    **{(over, _E.RECOMMEND): _row(_S.ACTIVE, _F.ASSIGNABLE, _F.NEW_RECORD) for over in _OVER},
    **{(over, _E.RECOMMEND_PENDING): _row(_S.PENDING, _F.NEW_RECORD) for over in _OVER},
    (_S.ACTIVE, _E.RECOMMEND): _row(_S.ACTIVE, _F.NEW_TERM),
    (_S.SUSPENDED, _E.RECOMMEND): _row(_S.SUSPENDED, _F.NEW_TERM),
    (_S.ACTIVE, _E.RECOMMEND_PENDING): _row(_S.ACTIVE),
    (_S.SUSPENDED, _E.RECOMMEND_PENDING): _row(_S.SUSPENDED),
    (_S.PENDING, _E.ACKNOWLEDGE): _row(_S.ACTIVE, _F.ASSIGNABLE),
    (_S.ACTIVE, _E.ACKNOWLEDGE): _row(_S.ACTIVE, _F.NEW_TERM),
    (_S.SUSPENDED, _E.ACKNOWLEDGE): _row(_S.SUSPENDED, _F.NEW_TERM),
    (_S.EXPIRED, _E.ACKNOWLEDGE): _row(_S.ACTIVE, _F.ASSIGNABLE, _F.NEW_RECORD),
    (_S.PENDING, _E.REVOKE): _row(_S.DISMISSED),
    (_S.ACTIVE, _E.REVOKE): _row(_S.DISMISSED, _F.ORPHANS_MONTHS),
    (_S.SUSPENDED, _E.REVOKE): _row(_S.DISMISSED, _F.ORPHANS_MONTHS),
    (_S.ACTIVE, _E.OPEN_REVIEW): _row(_S.ACTIVE, _F.PREFILLS_LIST),
    (_S.ACTIVE, _E.CONFIRM): _row(_S.ACTIVE, _F.STAMPED),
    (_S.SUSPENDED, _E.CONFIRM): _row(_S.SUSPENDED, _F.STAMPED),
    (_S.ACTIVE, _E.CORRECT): _row(_S.ACTIVE, _F.STAMPED),
    (_S.SUSPENDED, _E.CORRECT): _row(_S.SUSPENDED, _F.STAMPED),
    (_S.ACTIVE, _E.PROPOSE_DISMISSAL): _row(_S.ACTIVE, _F.OFFICE_DECIDES),
    (_S.SUSPENDED, _E.PROPOSE_DISMISSAL): _row(_S.SUSPENDED, _F.OFFICE_DECIDES),
    (_S.ACTIVE, _E.REFUSE_DISMISSAL): _row(_S.ACTIVE),
    (_S.SUSPENDED, _E.REFUSE_DISMISSAL): _row(_S.SUSPENDED),
    (_S.ACTIVE, _E.MISS_REVIEW): _row(_S.ACTIVE, _F.ESCALATES),
    (_S.SUSPENDED, _E.MISS_REVIEW): _row(_S.SUSPENDED, _F.ESCALATES),
    (_S.ACTIVE, _E.SANCTION): _row(_S.SUSPENDED, _F.NO_NEW_MONTHS),
    (_S.SUSPENDED, _E.SANCTION): _row(_S.SUSPENDED, _F.NO_NEW_MONTHS),
    (_S.SUSPENDED, _E.LIFT): _row(_S.ACTIVE, _F.ASSIGNABLE),
    (_S.ACTIVE, _E.DISMISS): _row(_S.ACTIVE, _F.END_DECIDED, _F.ORPHANS_MONTHS),
    (_S.SUSPENDED, _E.DISMISS): _row(_S.SUSPENDED, _F.END_DECIDED, _F.ORPHANS_MONTHS),
    (_S.ACTIVE, _E.TRANSFER): _row(_S.ACTIVE, _F.END_DECIDED, _F.ORPHANS_MONTHS),
    (_S.SUSPENDED, _E.TRANSFER): _row(_S.SUSPENDED, _F.END_DECIDED, _F.ORPHANS_MONTHS),
    (_S.ACTIVE, _E.SET_LEVEL): _row(_S.ACTIVE),
    (_S.SUSPENDED, _E.SET_LEVEL): _row(_S.SUSPENDED),
    # Dismissed or transferred, as was decided: `settled` says which.
    (_S.ACTIVE, _E.TAKE_EFFECT): _row(_S.DISMISSED, _F.ORPHANS_MONTHS),
    (_S.SUSPENDED, _E.TAKE_EFFECT): _row(_S.DISMISSED, _F.ORPHANS_MONTHS),
    (_S.ACTIVE, _E.EXPIRE): _row(_S.EXPIRED, _F.ORPHANS_MONTHS),
    (_S.SUSPENDED, _E.EXPIRE): _row(_S.EXPIRED, _F.ORPHANS_MONTHS),
}

_R = Review
REVIEWS: Mapping[tuple[Review, Event], Review] = {
    (_R.NONE, _E.OPEN_REVIEW): _R.DUE,
    (_R.CONFIRMED, _E.OPEN_REVIEW): _R.DUE,
    # What was never done is done with when the next year's opens.
    (_R.OVERDUE, _E.OPEN_REVIEW): _R.DUE,
    (_R.DUE, _E.OPEN_REVIEW): _R.DUE,
    (_R.DUE, _E.CONFIRM): _R.CONFIRMED,
    (_R.OVERDUE, _E.CONFIRM): _R.CONFIRMED,
    (_R.DUE, _E.CORRECT): _R.CONFIRMED,
    (_R.OVERDUE, _E.CORRECT): _R.CONFIRMED,
    (_R.DUE, _E.PROPOSE_DISMISSAL): _R.DISMISSAL_PROPOSED,
    (_R.OVERDUE, _E.PROPOSE_DISMISSAL): _R.DISMISSAL_PROPOSED,
    (_R.DISMISSAL_PROPOSED, _E.REFUSE_DISMISSAL): _R.CONFIRMED,
    (_R.DUE, _E.MISS_REVIEW): _R.OVERDUE,
    **{
        (undone, event): _R.NONE
        for undone in (_R.DUE, _R.OVERDUE, _R.DISMISSAL_PROPOSED)
        for event in (_E.DISMISS, _E.TRANSFER, _E.TAKE_EFFECT, _E.EXPIRE, _E.REVOKE)
    },
}
"""What an event does to the review; events that are not here leave it as it is, but those of `_OF_REVIEW`."""
OF_REVIEW = frozenset({_E.OPEN_REVIEW, _E.CONFIRM, _E.CORRECT, _E.MISS_REVIEW})
"""Refused where `REVIEWS` has no row."""
