"""An application's life as one table (rules-enrollment B2, B3), and the states that are derived, never written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.enrollment.domain.phases import AFTER_ALL_ROUNDS, P6, Phase
from services.kit.domain import DomainError, Kind


class State(StrEnum):
    """Where an application stands. `reopened` and `closed_unplaced` are only ever derived."""

    NONE = "none"
    DRAFT = "draft"
    PENDING = "pending"
    REJECTED = "rejected"
    APPROVED = "approved"
    PROVISIONAL = "provisional"
    ADMITTED = "admitted"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    CLOSED_UNPLACED = "closed_unplaced"


class Event(StrEnum):
    """What can happen to an application."""

    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    GRANT = "grant"
    RECORD_NOT_SELECTED = "record_not_selected"
    ADMIT = "admit"
    WITHDRAW = "withdraw"
    ROUND_OPENS = "round_opens"
    ROUNDS_END = "rounds_end"
    REVOKE = "revoke"
    REVOKE_REOPENING = "revoke_reopening"
    UNDO_GRANT = "undo_grant"
    UNDO_REALLOCATION = "undo_reallocation"
    UNDO_ADMISSION = "undo_admission"
    CHANGE_SPECIALTY = "change_specialty"
    MOVE = "move"
    ACCEPT_OFFER = "accept_offer"
    GRANT_EXCEPTION = "grant_exception"
    CONFIRM_PLACE = "confirm_place"
    REPORT_NO_SHOW = "report_no_show"
    RECORD_QUIT = "record_quit"
    DEFER = "defer"
    ANNUL = "annul"
    CONFIRMATION_ENDS = "confirmation_ends"


class Who(StrEnum):
    """Whose deed a transition is."""

    APPLICANT = "applicant"
    BASE = "base"
    PROVINCE = "province"
    TIME = "time"


IN_REVIEW = frozenset({State.PENDING, State.REJECTED, State.APPROVED})
"""States that belong to one round: when a later one opens, they reopen."""
PLACED = frozenset({State.PROVISIONAL, State.ADMITTED})
"""States that hold a seat."""
ENDED = frozenset({State.WITHDRAWN, State.ANNULLED, State.CLOSED_UNPLACED})
"""States in which nothing waits for anybody."""
NOT_LIVE = frozenset({State.WITHDRAWN, State.ANNULLED})
"""Stored states that do not count as the person's one live application."""
DERIVED = frozenset({State.REOPENED, State.CLOSED_UNPLACED})
"""States that are never stored."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of B3: from any of `sources`, `event` by `who`, under `guard`, to `target` (None: unchanged)."""

    number: int
    sources: frozenset[State]
    event: Event
    who: Who
    guard: str
    target: State | None


def _row(number: int, sources: str, event: Event, who: Who, guard: str, target: str) -> Transition:
    states = frozenset(State(name) for name in sources.split())
    return Transition(number, states, event, who, guard, State(target) if target else None)


TRANSITIONS: tuple[Transition, ...] = (
    _row(1, "none", Event.START, Who.APPLICANT, "verified; P1, P3 or P4", "draft"),
    _row(2, "draft reopened pending rejected", Event.SAVE, Who.APPLICANT, "B4", ""),
    _row(3, "draft reopened", Event.SUBMIT, Who.APPLICANT, "complete, consistent; plan > 0; P1, P3 or P4", "pending"),
    _row(4, "pending", Event.SUBMIT, Who.APPLICANT, "P1, P3 or P4", "pending"),
    _row(5, "pending", Event.APPROVE, Who.BASE, "P2 or P3; own base; before cut-off; current submission", "approved"),
    _row(6, "pending", Event.REJECT, Who.BASE, "as 5, and P4; with a remark", "rejected"),
    _row(7, "rejected", Event.SUBMIT, Who.APPLICANT, "P2, P3: same base, before its cut-off; P4: free", "pending"),
    _row(8, "approved", Event.GRANT, Who.BASE, "P2 or P3; a seat is free", "provisional"),
    _row(9, "approved", Event.RECORD_NOT_SELECTED, Who.BASE, "P2 or P3", ""),
    _row(10, "pending rejected approved", Event.ROUND_OPENS, Who.TIME, "P3 or P4 entered", "reopened"),
    _row(11, "provisional", Event.ROUND_OPENS, Who.TIME, "P3 or P4 entered", ""),
    _row(12, "pending", Event.GRANT, Who.BASE, "P4; qualification ticked; a seat is free", "provisional"),
    _row(13, "provisional", Event.ADMIT, Who.BASE, "P2 to P5; publicity over", "admitted"),
    _row(14, "provisional", Event.REVOKE, Who.PROVINCE, "proposed by the base, with a reason; P2 to P5", "annulled"),
    _row(14, "provisional", Event.REVOKE_REOPENING, Who.PROVINCE, "as above; its round is over", "reopened"),
    _row(15, "provisional", Event.WITHDRAW, Who.APPLICANT, "P2 to P5; policy on", "withdrawn"),
    _row(16, "draft pending rejected reopened", Event.WITHDRAW, Who.APPLICANT, "unapproved; P1 to P4", "withdrawn"),
    _row(17, "withdrawn", Event.START, Who.APPLICANT, "as 1, in a later round; policy on", "draft"),
    _row(
        18, "draft pending rejected approved reopened", Event.ROUNDS_END, Who.TIME, "no round left", "closed_unplaced"
    ),
    _row(19, "provisional", Event.CONFIRMATION_ENDS, Who.TIME, "P5 over; flagged overdue", ""),
    _row(20, "provisional", Event.UNDO_GRANT, Who.BASE, "P2 or P3; within the hold", "approved"),
    _row(20, "provisional", Event.UNDO_REALLOCATION, Who.BASE, "P4; within the hold", "pending"),
    _row(20, "admitted", Event.UNDO_ADMISSION, Who.BASE, "P2 to P5; within the hold", "provisional"),
    _row(21, "approved pending", Event.CHANGE_SPECIALTY, Who.BASE, "review rounds; consents to be moved", ""),
    _row(22, "pending rejected reopened", Event.MOVE, Who.PROVINCE, "P4; consents to be moved", "pending"),
    _row(23, "approved closed_unplaced", Event.ACCEPT_OFFER, Who.APPLICANT, "offered a place, in time", "provisional"),
    _row(24, "closed_unplaced", Event.GRANT_EXCEPTION, Who.PROVINCE, "P5; numbered; a seat is free", "provisional"),
    _row(25, "provisional", Event.CONFIRM_PLACE, Who.APPLICANT, "P2 to P5; policy on", ""),
    _row(26, "provisional admitted", Event.REPORT_NO_SHOW, Who.BASE, "P5", "annulled"),
    _row(27, "admitted", Event.RECORD_QUIT, Who.BASE, "P5 or P6; with reasons", "annulled"),
    _row(28, "admitted", Event.DEFER, Who.BASE, "P5 or P6; with a reason", ""),
    _row(29, "provisional admitted", Event.ANNUL, Who.PROVINCE, "P6; with a reason", "annulled"),
)
"""APP-01: an application changes state only along a row of this table (1 to 19 as in B3, later ones make it total)."""

REOPENED_AS = State.REJECTED
"""What is stored for whoever loses a place and reopens: rejected, in the round gone by."""

_BY_EVENT = {(state, row.event): row for row in TRANSITIONS for state in row.sources}


def transition(state: State, event: Event) -> Transition:
    """The row that `event` takes from the effective state `state`; raises NOT_NOW `WRONG_STATE` when none does."""
    row = _BY_EVENT.get((state, event))
    if row is None:
        raise DomainError(Kind.NOT_NOW, "WRONG_STATE", "当前状态不能办理此项。", rule="APP-01")
    return row


def next_state(state: State, event: Event) -> State:
    """The state after `event`; raises as `transition`."""
    return transition(state, event).target or state


def effective_state(stored: State, stored_round: int, standing: int) -> State:
    """APP-02: what a stored state means where the cycle stands in round `standing` (CAL-14).

    Un-admitted of an earlier round reopens, and closes after the last. Derived on every read, so that a flip writes
    one row however many applications there are.
    """
    if standing == AFTER_ALL_ROUNDS:
        return State.CLOSED_UNPLACED if stored is State.DRAFT or stored in IN_REVIEW else stored
    if stored in IN_REVIEW and stored_round < standing:
        return State.REOPENED
    return stored


def is_overdue(stored: State, phase: Phase) -> bool:
    """APP-03: a provisional admission not verified when P5 ends is overdue, never admitted or dropped by itself."""
    return stored is State.PROVISIONAL and phase is P6


def diagram() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2"]
    for row in TRANSITIONS:
        for source in sorted(row.sources):
            lines.append(f"    {source} --> {row.target or source}: {row.number} {row.event.value} ({row.who.value})")
    return "\n".join(lines)
