"""Table B3 row by row, what time does to a state, and what a queue shows of it."""

from __future__ import annotations

import pytest

from services.enrollment.domain.application import (
    DERIVED,
    REOPENED_AS,
    TRANSITIONS,
    Event,
    State,
    Who,
    diagram,
    effective_state,
    is_overdue,
    next_state,
)
from services.enrollment.domain.phases import AFTER_ALL_ROUNDS, P0, P1, P2, P3, P4, P5, P6, Phase
from services.enrollment.domain.queue import Cell, cells
from services.kit.domain import DomainError
from tests.support.rounds import standing

B3 = [
    (1, "none", Event.START, "draft"),
    (2, "draft", Event.SAVE, "draft"),
    (2, "reopened", Event.SAVE, "reopened"),
    (3, "draft", Event.SUBMIT, "pending"),
    (3, "reopened", Event.SUBMIT, "pending"),
    (4, "pending", Event.SUBMIT, "pending"),
    (5, "pending", Event.APPROVE, "approved"),
    (6, "pending", Event.REJECT, "rejected"),
    (7, "rejected", Event.SUBMIT, "pending"),
    (8, "approved", Event.GRANT, "provisional"),
    (9, "approved", Event.RECORD_NOT_SELECTED, "approved"),
    (12, "pending", Event.GRANT, "provisional"),
    (13, "provisional", Event.ADMIT, "admitted"),
    (15, "provisional", Event.WITHDRAW, "withdrawn"),
    (16, "draft", Event.WITHDRAW, "withdrawn"),
    (16, "pending", Event.WITHDRAW, "withdrawn"),
    (16, "rejected", Event.WITHDRAW, "withdrawn"),
    (16, "reopened", Event.WITHDRAW, "withdrawn"),
    (17, "withdrawn", Event.START, "draft"),
]
BEYOND_B3 = [
    (14, "provisional", Event.REVOKE, "annulled"),
    (14, "provisional", Event.REVOKE_REOPENING, "reopened"),
    (20, "provisional", Event.UNDO_GRANT, "approved"),
    (20, "provisional", Event.UNDO_REALLOCATION, "pending"),
    (20, "admitted", Event.UNDO_ADMISSION, "provisional"),
    (21, "approved", Event.CHANGE_SPECIALTY, "approved"),
    (21, "pending", Event.CHANGE_SPECIALTY, "pending"),
    *((22, word, Event.MOVE, "pending") for word in ("pending", "rejected", "reopened")),
    *((23, word, Event.ACCEPT_OFFER, "provisional") for word in ("approved", "closed_unplaced")),
    (24, "closed_unplaced", Event.GRANT_EXCEPTION, "provisional"),
    (25, "provisional", Event.CONFIRM_PLACE, "provisional"),
    *((26, word, Event.REPORT_NO_SHOW, "annulled") for word in ("provisional", "admitted")),
    (27, "admitted", Event.RECORD_QUIT, "annulled"),
    (28, "admitted", Event.DEFER, "admitted"),
    *((29, word, Event.ANNUL, "annulled") for word in ("provisional", "admitted")),
]
"""Row 14 in both its readings, and what makes the table total after a place was given."""


@pytest.mark.parametrize(("number", "source", "event", "target"), [*B3, *BEYOND_B3])
def test_app_01_transitions(number: int, source: str, event: Event, target: str) -> None:
    """APP-01: the row of B3 leads where B3 says."""
    assert next_state(State(source), event) is State(target)
    assert number in {row.number for row in TRANSITIONS if State(source) in row.sources and row.event is event}


def test_app_01_nothing_else_is_possible() -> None:
    """APP-01: every pair that B3 does not list is refused."""
    listed = {(State(source), event) for _, source, event, _ in [*B3, *BEYOND_B3]} | {
        (State.PENDING, Event.SAVE),
        (State.REJECTED, Event.SAVE),
    }
    deeds = {row.event for row in TRANSITIONS if row.who is not Who.TIME}
    for state in State:
        for event in deeds:
            if (state, event) not in listed:
                with pytest.raises(DomainError, match="WRONG_STATE"):
                    next_state(state, event)


@pytest.mark.parametrize(
    ("stored", "round_", "phase", "meant"),
    [
        *[(word, 1, P1, word) for word in ("draft", "pending")],
        *[(word, 1, P2, word) for word in ("draft", "pending", "rejected", "approved", "provisional")],
        *[(word, 1, P3, "reopened") for word in ("pending", "rejected", "approved")],  # 10
        *[(word, 2, P3, word) for word in ("pending", "rejected", "approved")],
        *[(word, 2, P4, "reopened") for word in ("pending", "rejected", "approved")],
        ("draft", 1, P3, "draft"),  # 10: a never-submitted draft stays a draft
        ("provisional", 1, P3, "provisional"),  # 11
        ("provisional", 1, P4, "provisional"),
        *[(word, 3, P5, "closed_unplaced") for word in ("draft", "pending", "rejected", "approved")],  # 18
        *[(word, 1, P6, "closed_unplaced") for word in ("draft", "pending")],
        *[(word, 1, P6, word) for word in ("provisional", "admitted", "withdrawn")],  # 19
    ],
)
def test_app_02_states_are_derived(stored: str, round_: int, phase: Phase, meant: str) -> None:
    """APP-02: rows 10, 11, 18 and 19 of B3 happen by reading."""
    assert effective_state(State(stored), round_, standing(phase)) is State(meant)


def test_app_02_derived_states_follow_the_rows_of_time() -> None:
    """APP-02: what time does to a state is a row of the table, and derived states are targets of time only."""
    targets = {row.target for row in TRANSITIONS if row.who is Who.TIME and row.target}
    assert targets == DERIVED
    others = [row for row in TRANSITIONS if row.who is not Who.TIME and row.target in DERIVED]
    assert {row.event for row in others} == {Event.REVOKE_REOPENING}  # stored as a rejection of the round gone by
    assert effective_state(REOPENED_AS, 1, 2) is State.REOPENED


def test_app_03_overdue_is_told_and_nothing_more() -> None:
    """APP-03: nobody is admitted or dropped by the end of P5."""
    assert is_overdue(State.PROVISIONAL, P6)
    assert not is_overdue(State.PROVISIONAL, P5)
    assert not is_overdue(State.ADMITTED, P6)


def test_diagram_has_every_row() -> None:
    assert all(f": {row.number} {row.event.value}" in diagram() for row in TRANSITIONS)


@pytest.mark.parametrize(
    ("phase", "shown"),
    [
        (P0, set()),
        (P1, {(1, "approved"), (1, "pending"), (1, "rejected")}),
        (P3, {(2, "approved"), (2, "pending"), (2, "rejected")}),
    ],
)
def test_cap_queue_shows_the_round_under_way(phase: Phase, shown: set[tuple[int, str]]) -> None:
    """CAP-QUEUE: when a round opens the queue of the one before is empty; those placed stay."""
    found = cells(standing(phase), (1, 2, 3), frozenset())
    assert {
        (cell.round, cell.state.value) for cell in found if cell.state.value not in ("provisional", "admitted")
    } == (shown)
    assert (Cell(1, State.PROVISIONAL) in found) == (phase is not P0)


def test_cap_queue_filters_by_the_state_that_is_shown() -> None:
    """CAP-QUEUE: after the rounds, everybody left over is closed_unplaced."""
    assert cells(AFTER_ALL_ROUNDS, (1, 2, 3), frozenset({State.PENDING})) == []
    assert Cell(2, State.PENDING) in cells(AFTER_ALL_ROUNDS, (1, 2, 3), frozenset({State.CLOSED_UNPLACED}))
