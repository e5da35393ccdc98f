"""C5 row by row against the pure function; everything that is not a row is refused.

APPT-04, APPT-05, APPT-06, APPT-07, APPT-09, APPT-13, APPT-14.
"""

from __future__ import annotations

from itertools import product

import pytest

from services.faculty.domain.appointing import REASONS, Case, Given, capabilities, decide
from services.faculty.domain.appointment import (
    APPOINTMENTS,
    OF_REVIEW,
    REVIEWS,
    RUNNING,
    WHO,
    Effect,
    Event,
    Review,
    State,
)
from tests.support.faculty_appointment_table import LAST, TODAY, Line, asked, lines

LINES = lines()
ANYBODY = ("faculty", "teaching_department", "department_director", "department_secretary", "province_administrator")


@pytest.mark.parametrize("line", LINES, ids=str)
def test_appt_04_the_table_of_c5(line: Line) -> None:
    outcome = decide(*_pure(line))
    if line.refused:
        assert (outcome.refusal, outcome.state, outcome.effects) == (line.then, State.NONE, frozenset())
        assert outcome.rule.startswith("APPT-")
    else:
        assert (outcome.refusal, outcome.state.value, outcome.review) == ("", line.then, line.review_then)


def _pure(line: Line) -> tuple[Case, Event, Given]:
    case, given = asked(line)
    return case, line.event, given


def test_appt_04_every_row_of_the_data_stands_in_the_table() -> None:
    allowed = {(line.state, line.event) for line in LINES if not line.refused}
    # The same for somebody suspended, whose rows the table writes down once, as those of somebody active.
    also = {
        (State.SUSPENDED, event) for state, event in allowed if state is State.ACTIVE and event is not Event.OPEN_REVIEW
    }
    renewals = {(state, Event.ACKNOWLEDGE) for state in (State.ACTIVE, State.SUSPENDED, State.EXPIRED)}
    again = {(state, Event.RECOMMEND_PENDING) for state in (State.EXPIRED, State.TRANSFERRED)}
    assert set(APPOINTMENTS) == allowed | also | renewals | again


@pytest.mark.parametrize("state", State)
def test_appt_04_what_is_no_row_is_refused_for_everybody(state: State) -> None:
    for event, role in product(Event, (*ANYBODY, "scheduler")):
        if (state, event) not in APPOINTMENTS:
            outcome = decide(Case(state), event, Given(role, TODAY, effective_day=TODAY))
            assert outcome.refusal in ("OVER", "WRONG_STATE", "ROLE_NOT_ALLOWED")


def test_appt_05_only_who_the_table_names_may() -> None:
    for (state, event), role in product(APPOINTMENTS, (*ANYBODY, "scheduler")):
        refused = decide(Case(state), event, Given(role, TODAY, effective_day=TODAY)).refusal == "ROLE_NOT_ALLOWED"
        assert refused == (role not in WHO[event]), (state, event, role)
    assert not any("faculty" in who for who in WHO.values())


def test_appt_06_nobody_decides_about_themselves() -> None:
    for state, event in APPOINTMENTS:
        for role in WHO[event]:
            assert decide(Case(state), event, Given(role, TODAY, own_case=True)).refusal == "OWN_CASE"


def test_appt_07_a_review_hears_only_what_its_own_table_says() -> None:
    for review, event in product(Review, OF_REVIEW):
        case = Case(State.ACTIVE, review, review_year=2025, review_due=LAST)
        role = next(iter(WHO[event]))
        given = Given(role, TODAY, opens=TODAY, year=2026)
        assert (decide(case, event, given).refusal == "REVIEW_NOT_OPEN") == ((review, event) not in REVIEWS)


def test_appt_09_once_an_end_is_decided_no_other_is() -> None:
    for state in RUNNING:
        case = Case(state, ending="dismissed", ends_on=LAST, renewal_pending=True)
        for event in (Event.DISMISS, Event.TRANSFER, Event.PROPOSE_DISMISSAL, Event.RECOMMEND, Event.ACKNOWLEDGE):
            role = next(iter(WHO[event]))
            assert decide(case, event, Given(role, TODAY, effective_day=TODAY)).refusal == "ENDING_DECIDED"


@pytest.mark.parametrize(
    ("state", "event", "effects"),
    [
        (State.NONE, Event.RECOMMEND, {Effect.ASSIGNABLE}),
        (State.ACTIVE, Event.RECOMMEND, {Effect.NEW_TERM}),
        (State.EXPIRED, Event.RECOMMEND, {Effect.ASSIGNABLE, Effect.NEW_RECORD}),
        (State.ACTIVE, Event.SANCTION, {Effect.NO_NEW_MONTHS}),
        (State.ACTIVE, Event.OPEN_REVIEW, {Effect.PREFILLS_LIST}),
        (State.ACTIVE, Event.CONFIRM, {Effect.STAMPED}),
        (State.ACTIVE, Event.MISS_REVIEW, {Effect.ESCALATES}),
        (State.ACTIVE, Event.PROPOSE_DISMISSAL, {Effect.OFFICE_DECIDES}),
        (State.SUSPENDED, Event.LIFT, {Effect.ASSIGNABLE}),
        (State.ACTIVE, Event.DISMISS, {Effect.END_DECIDED, Effect.ORPHANS_MONTHS}),
        (State.ACTIVE, Event.EXPIRE, {Effect.ORPHANS_MONTHS}),
    ],
)
def test_appt_04_effects_are_as_c5_says(state: State, event: Event, effects: set[Effect]) -> None:
    assert APPOINTMENTS[state, event].effects == effects


def test_appt_14_a_term_that_was_not_the_first_is_taken_back_alone() -> None:
    for state in RUNNING:
        for case in (Case(state, Review.DUE, renewed=True), Case(state, Review.DUE, renewal_pending=True)):
            outcome = decide(case, Event.REVOKE, Given("teaching_department", TODAY))
            assert (outcome.state, outcome.review, outcome.effects) == (state, Review.DUE, frozenset())


def test_appt_18_capabilities_are_what_the_table_answers() -> None:
    case = Case(State.ACTIVE, Review.DUE, last_day=LAST)
    secretary = capabilities(case, "department_secretary", TODAY, own_case=False, own_department=True)
    assert {event.value: outcome.refusal for event, outcome in secretary.items()} == {
        "confirm": "",
        "correct": "",
        "propose_dismissal": "",
    }
    office = capabilities(case, "teaching_department", TODAY, own_case=False, own_department=False)
    assert {event.value: outcome.refusal for event, outcome in office.items()} == {
        "dismiss": "",
        "refuse_dismissal": "NO_CASE",
        "sanction": "",
        "lift": "WRONG_STATE",
        "transfer": "",
        "set_level": "",
    }
    assert capabilities(case, "faculty", TODAY, own_case=True, own_department=False) == {}


def test_appt_04_every_refusal_has_its_sentence() -> None:
    assert {line.then for line in LINES if line.refused} <= set(REASONS)
