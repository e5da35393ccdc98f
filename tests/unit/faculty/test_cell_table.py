"""C6 as a table, and the days behind months (ASG-01, ASG-02, ASG-03, ASG-04, ASG-05)."""

from __future__ import annotations

from datetime import date

import pytest

from services.faculty.domain.cells import (
    TABLE,
    Auto,
    Slot,
    Span,
    State,
    Teacher,
    Term,
    actions,
    auto_may,
    by_month,
    check_action,
    is_partial,
    parse_months,
    state_of,
)
from services.kit.domain import DomainError

NOW = date(2026, 3, 1)
NEXT = date(2026, 4, 1)


def slot(month: date = NEXT, **fields: object) -> Slot:
    return Slot("trainee", "NK", month, **fields)  # type: ignore[arg-type]


EMPTY = slot()
AUTO = slot(teacher_id="w", origin="auto")
MANUAL = slot(teacher_id="w", origin="manual")
LOCKED = slot(teacher_id="w", origin="auto", locked=True)
LOCKED_BY_HAND = slot(teacher_id="w", origin="manual", locked=True)
CURRENT = slot(NOW, teacher_id="w", origin="manual", locked=True)
CURRENT_EMPTY = slot(NOW)
PAST = slot(date(2026, 2, 1), teacher_id="w", origin="auto")
PAST_ORPHANED = slot(date(2026, 2, 1), orphan_cause="dismissed", left_id="w")
ORPHANED = slot(orphan_cause="dismissed", left_id="w")
ORPHANED_NOW = slot(NOW, orphan_cause="dismissed", left_id="w")

ROWS = [
    # cell, state, what a director may do, what 自动分配 does
    (EMPTY, "empty", "assign", "fills"),
    (AUTO, "auto", "change lock clear", "changes"),
    (MANUAL, "manual", "change unlock", "never"),
    (LOCKED, "locked", "change unlock", "never"),
    (LOCKED_BY_HAND, "locked", "change unlock", "never"),
    (CURRENT, "current", "change", "never"),
    (CURRENT_EMPTY, "current", "assign", "never"),
    (PAST, "past", "", "never"),
    (PAST_ORPHANED, "past", "", "never"),
    (ORPHANED, "orphaned", "assign", "fills_first"),
    (ORPHANED_NOW, "orphaned", "assign", "never"),
]


@pytest.mark.parametrize(("cell", "state", "director", "auto"), ROWS)
def test_asg_01_the_table_of_cells(cell: Slot, state: str, director: str, auto: str) -> None:
    assert (state_of(cell, NOW), " ".join(actions(cell, NOW)), auto_may(cell, NOW)) == (state, director, auto)


def test_asg_01_every_state_has_its_row() -> None:
    assert set(TABLE) == set(State) == {state_of(row[0], NOW) for row in ROWS}


@pytest.mark.parametrize("cell", [row[0] for row in ROWS])
@pytest.mark.parametrize("verb", ["assign", "clear", "lock", "unlock"])
def test_asg_01_a_verb_passes_exactly_where_the_table_has_it(cell: Slot, verb: str) -> None:
    allowed = {"assign" if each == "change" else str(each) for each in actions(cell, NOW)}
    if verb in allowed:
        assert check_action(cell, verb, "因故", NOW) in actions(cell, NOW)
    else:
        with pytest.raises(DomainError) as refused:
            check_action(cell, verb, "因故", NOW)
        assert (refused.value.reason, refused.value.rule) == ("CELL_NOT_OPEN", "ASG-01")


@pytest.mark.parametrize("cell", [row[0] for row in ROWS if row[0].month <= NOW])
def test_asg_02_nothing_of_the_running_month_or_before_is_automatic(cell: Slot) -> None:
    assert auto_may(cell, NOW) is Auto.NEVER


@pytest.mark.parametrize("cell", [CURRENT, CURRENT_EMPTY, ORPHANED_NOW])
def test_asg_03_the_running_month_asks_for_a_reason(cell: Slot) -> None:
    with pytest.raises(DomainError) as refused:
        check_action(cell, "assign", "  ", NOW)
    assert (refused.value.reason, refused.value.rule) == ("REASON_REQUIRED", "ASG-03")
    assert check_action(EMPTY, "assign", "", NOW)


def span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


def test_asg_04_stretches_are_days_and_shown_as_months() -> None:
    plan = [
        ("NK", span("2027-12-16", "2028-02-29")),
        ("XN", span("2028-03-01", "2028-03-15")),
        ("NK", span("2028-03-16", "2028-03-20")),
        ("NK", span("2028-03-21", "2028-03-31")),
    ]
    found = by_month(plan, date(2028, 1, 1), date(2028, 3, 1))
    assert found == {
        ("NK", date(2028, 1, 1)): (span("2028-01-01", "2028-01-31"),),
        ("NK", date(2028, 2, 1)): (span("2028-02-01", "2028-02-29"),),
        ("XN", date(2028, 3, 1)): (span("2028-03-01", "2028-03-15"),),
        ("NK", date(2028, 3, 1)): (span("2028-03-16", "2028-03-31"),),
    }
    partial = {key: is_partial(days, key[1]) for key, days in found.items()}
    assert list(partial.values()) == [False, False, True, True]
    assert by_month(plan, date(2027, 12, 1), date(2027, 12, 1)) == {
        ("NK", date(2027, 12, 1)): (span("2027-12-16", "2027-12-31"),)
    }


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("2026-04", "2029-03", ""),
        ("2026-04", "2026-04", ""),
        ("2026-04", "2029-04", "TOO_MANY_MONTHS"),
        ("2026-04", "2026-03", "MONTHS_REVERSED"),
        ("2026-13", "2027-01", "BAD_MONTH"),
        ("0000-01", "2027-01", "BAD_MONTH"),
    ],
)
def test_asg_04_months_asked_for(first: str, last: str, reason: str) -> None:
    if not reason:
        assert parse_months(first, last)
        return
    with pytest.raises(DomainError) as refused:
        parse_months(first, last)
    assert refused.value.reason == reason


TERM = Term(frozenset({"NK", "XN"}), span("2026-04-01", "2026-06-30"))
MAY = (span("2026-05-01", "2026-05-31"),)
JUNE_ON = (span("2026-06-01", "2026-07-01"),)


@pytest.mark.parametrize(
    ("terms", "leaves", "department", "days", "why"),
    [
        ((TERM,), (), "NK", MAY, ""),
        ((TERM,), (), "XN", MAY, ""),
        ((TERM,), (), "EK", MAY, "no_teacher"),
        ((TERM,), (), "NK", (span("2026-04-01", "2026-04-15"), span("2026-04-20", "2026-04-30")), ""),
        ((TERM,), (), "NK", (span("2026-03-31", "2026-04-30"),), "no_teacher"),
        ((TERM,), (), "NK", JUNE_ON, "no_teacher"),
        ((Term(TERM.departments, TERM.span, suspended=True),), (), "NK", MAY, "suspended"),
        ((TERM,), (span("2026-05-31", "2026-06-02"),), "NK", MAY, "all_on_leave"),
        ((TERM,), (span("2026-05-31", "2026-06-02"),), "NK", (span("2026-05-01", "2026-05-30"),), ""),
        ((TERM,), (span("2026-04-01", "2026-04-30"),), "NK", MAY, ""),
        (
            (Term(TERM.departments, TERM.span, suspended=True), Term(frozenset({"NK"}), TERM.span)),
            (),
            "NK",
            MAY,
            "",
        ),
    ],
)
def test_asg_05_a_teacher_is_there_on_every_day_that_the_trainee_is(
    terms: tuple[Term, ...], leaves: tuple[Span, ...], department: str, days: tuple[Span, ...], why: str
) -> None:
    assert Teacher("w", "王", "NK", terms, leaves).why_not(department, days) == why
