"""The reallocation assistant: stable, complete, and the same for the same input (REAL-01 to REAL-04, must-show 7)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import thread_time

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.domain.choice import Catalogue, Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.reallocation import (
    SENTENCES,
    Candidate,
    Cell,
    Market,
    Priority,
    assign,
    blocking_pairs,
    options,
    priority,
    propose,
    why,
)
from services.enrollment.domain.suiting import Suits, unsuited

NOON = datetime(2023, 8, 11, 4, 0, tzinfo=UTC)
CELLS = [(f"B{base}", f"0{specialty}00") for base in range(3) for specialty in range(1, 4)]
FALLBACKS = ("last_choice", "same_specialty", "same_base")


def person(number: int, last: Cell, *wishes: Cell, score: float | None = None, pending: bool = False) -> Candidate:
    return Candidate(f"p{number:04}", last, wishes, pending, NOON + timedelta(seconds=number), score)


@st.composite
def markets(draw: st.DrawFn) -> tuple[dict[str, list[Cell]], dict[Cell, int], dict[tuple[Cell, str], int]]:
    """Small markets in which every place ranks people in its own way."""
    people = [f"p{number}" for number in range(draw(st.integers(0, 7)))]
    wanted = {each: draw(st.lists(st.sampled_from(CELLS), unique=True, max_size=5)) for each in people}
    free = {cell: draw(st.integers(0, 3)) for cell in CELLS}
    ranks: dict[tuple[Cell, str], int] = {}
    for cell in CELLS:
        ranks |= {(cell, each): place for place, each in enumerate(draw(st.permutations(people)))}
    return wanted, free, ranks


@settings(max_examples=150, deadline=None)
@given(markets())
def test_no_pair_would_rather_have_each_other(
    market: tuple[dict[str, list[Cell]], dict[Cell, int], dict[tuple[Cell, str], int]],
) -> None:
    """REAL-01."""
    wanted, free, ranks = market

    def rank(cell: Cell, each: str) -> Priority:
        return (ranks[cell, each],)

    placed = assign(wanted, free, rank)
    assert all(cell in wanted[each] for each, cell in placed.items())
    assert all(count <= free[cell] for cell, count in Counter(placed.values()).items())
    assert blocking_pairs(wanted, free, rank, placed) == []
    assert assign(dict(reversed(wanted.items())), free, rank) == placed


def test_a_blocking_pair_is_found() -> None:
    """REAL-01: the test's own eyes are open."""
    wanted = {"a": [CELLS[0], CELLS[1]], "b": [CELLS[0]]}
    free = {CELLS[0]: 1, CELLS[1]: 1}
    ranks = {"a": 0, "b": 1}
    placed = {"a": CELLS[1], "b": CELLS[0]}
    assert blocking_pairs(wanted, free, lambda _cell, each: (ranks[each],), placed) == [("a", CELLS[0])]


def test_three_thousand_people_and_eight_hundred_places_in_seconds() -> None:
    """REAL-01, must-show 7: stable, the same for the same input in any order, in far less than five seconds."""
    draw = random.Random(20230811)
    cells = [(f"SD-{base:02}", f"{specialty:02}00") for base in range(40) for specialty in range(1, 21)]
    free = dict.fromkeys(cells, 0)
    for cell in draw.choices(cells, k=800):
        free[cell] += 1
    people = [
        person(
            number,
            draw.choice(cells),
            *draw.sample(cells, draw.randint(0, 10)),
            score=draw.choice([None, round(draw.uniform(40, 100), 1)]),
            pending=draw.random() < 0.2,
        )
        for number in range(3000)
    ]
    began = thread_time()  # of its own: whatever else runs on the machine does not count
    rows = propose(people, free, (*FALLBACKS, "anywhere"), "cycle")
    took = thread_time() - began
    assert took < 5, f"{took:.2f} s"
    placed = {row.id: row.cell for row in rows if row.cell is not None}
    assert len(rows) == len(people)
    assert len(placed) == sum(free.values())  # everybody takes any place: none stays free
    market = Market(free)
    chances = {each.id: options(each, market, (*FALLBACKS, "anywhere")) for each in people}
    ranks = {each.id: priority(each, "cycle") for each in people}
    assert blocking_pairs(chances, free, lambda _cell, each: ranks[each], placed) == []
    draw.shuffle(people)
    assert propose(people, free, (*FALLBACKS, "anywhere"), "cycle") == rows


def test_places_rank_by_score_then_time_then_hash() -> None:
    """REAL-02."""
    cell = CELLS[0]
    late_but_good = person(9, cell, score=90.0)
    early = person(1, cell)
    later = person(2, cell)
    rows = propose([later, early, late_but_good], {cell: 2}, FALLBACKS, "cycle")
    assert [row.id for row in rows] == ["p0009", "p0001", "p0002"]
    assert [row.cell for row in rows] == [cell, cell, None]
    same = [Candidate(each, cell, (), False, NOON) for each in ("a", "b")]
    assert priority(same[0], "x") != priority(same[1], "x")


def test_wishes_come_before_the_declared_fallbacks() -> None:
    """REAL-03: and of two places that are as good, the emptier."""
    last, wish, sibling, near = ("B0", "0100"), ("B2", "0300"), ("B1", "0100"), ("B0", "0200")
    free = {last: 1, wish: 1, sibling: 5, near: 1, ("B2", "0100"): 2}
    market = Market(free)
    somebody = person(1, last, wish, ("B9", "0900"))
    found = options(somebody, market, FALLBACKS)
    assert [(cell, *why(somebody, cell, market, FALLBACKS)) for cell in found] == [
        (wish, "WISH", 1),
        (last, "LAST_CHOICE", 0),
        (sibling, "SAME_SPECIALTY", 0),
        (("B2", "0100"), "SAME_SPECIALTY", 0),
        (near, "SAME_BASE", 0),
    ]
    assert options(person(1, last, wish), market, ()) == found[:1]
    assert options(person(1, last, wish), market, FALLBACKS, lambda cell: cell == near) == found[-1:]


def test_everybody_is_told_why() -> None:
    """REAL-04: also who gets no place."""
    cell, other = CELLS[0], CELLS[1]
    rows = propose([person(1, cell, pending=True), person(2, cell)], {cell: 1}, ("last_choice",), "cycle")
    assert [(row.reason, row.cell) for row in rows] == [("STAYS", cell), ("NO_WISH_FREE", None)]
    assert propose([person(1, cell)], {}, FALLBACKS, "cycle")[0].reason == "NO_FREE_PLACE"
    barred = propose([person(1, cell, other)], {other: 1}, FALLBACKS, "cycle", {"p0001": lambda _cell: False})
    assert barred[0].reason == "NOT_ELIGIBLE"
    assert {row.reason for row in rows} <= set(SENTENCES)


def test_where_somebody_can_be_is_asked_once_and_answered_alike() -> None:
    """REAL-07: for thousands of places at once the same answer as for one."""
    bases = {"A": "甲医院", "B": "乙医院"}
    plan = {(base, specialty): 1 for base in bases for specialty in ("0100", "0200")}
    catalogue = Catalogue(bases, {"0100": "内科", "0200": "儿科"}, plan)
    rules = [
        {"id": "X-1", "base": ["B"], "specialty": ["0200"], "when": {"basic.sex": "male"}, "message": "限男性"},
        {"id": "X-2", "specialty": ["0100"], "when": {"basic.birth_date": {"min": "1990-01-01"}}, "message": "年龄"},
    ]
    for kind in ("social", "own_unit", "other_unit"):
        for sex in ("male", "female"):
            for born in ("1989-01-01", "1991-01-01"):
                bodies = {
                    Section.BASIC: {"applicant_type": kind, "sex": sex, "birth_date": born},
                    Section.WORK: {"employer_name": "甲医院"},
                }
                suits = Suits(bodies, catalogue, rules)
                answers = {cell: not unsuited(Choice(*cell), bodies, catalogue, rules) for cell in plan}
                assert {cell: suits(cell) for cell in plan} == answers
    assert not all(answers.values())
