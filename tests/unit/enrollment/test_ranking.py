"""SCO-06, SCO-07, SCO-08, SCO-09: ranks, ties, cut-off, suggestion, waiting list; I1: never beyond the plan."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.policy import Policy
from services.enrollment.domain.ranking import Candidate, CutOff, Ranking, RankStanding, rank, waiting_order
from services.enrollment.domain.scores import Score, scheme_of, total_of
from services.kit.domain import DomainError

POLICY = Policy()
SCHEME = scheme_of(POLICY)
RULES = POLICY.tie_rules
NOON = datetime(2023, 7, 5, 4, 0, tzinfo=UTC)


def somebody(name: str, *values: int | str, at: int = 0, placed: bool = False, not_selected: bool = False) -> Candidate:
    """A candidate with marks for written, skills and interview; submitted `at` minutes after noon."""
    parts = {key: Decimal(value) for key, value in zip(("written", "skills", "interview"), values, strict=False)}
    score = Score(parts, total_of(parts, SCHEME))
    return Candidate(name, score, NOON + timedelta(minutes=at), placed, not_selected)


def told(ranking: Ranking) -> list[tuple[str, int, str]]:
    return [(row.candidate.application_id, row.rank, row.standing.value) for row in ranking.rows]


def test_sco_06_by_total_and_then_by_each_tie_rule_in_order() -> None:
    candidates = [
        somebody("late", 80, 80, 80, at=9),
        somebody("early", 80, 80, 80, at=1),
        somebody("skills", 78, 82, 80),
        somebody("best", 90, 90, 90),
        somebody("interview", 80, 79, 82),
        somebody("half", 99, 99),
    ]
    ranking = rank(candidates, RULES, CutOff(), 0)
    assert [(row.candidate.application_id, row.rank, row.broken_by) for row in ranking.rows] == [
        ("best", 1, ""),
        ("early", 2, ""),
        ("late", 3, "submitted_at"),
        # All four have a total of 80: written is compared first, then skills.
        ("interview", 4, "skills"),
        ("skills", 5, "written"),
        ("half", 0, ""),
    ]


def test_sco_06_equals_share_the_rank_and_are_flagged() -> None:
    rules = ("written", "skills", "interview")
    candidates = [somebody("b", 80, 80, 80, at=1), somebody("a", 80, 80, 80), somebody("c", 70, 70, 70)]
    ranking = rank(candidates, rules, CutOff(), 3)
    assert [(row.candidate.application_id, row.rank, row.tied) for row in ranking.rows] == [
        ("a", 1, True),
        ("b", 1, True),
        ("c", 3, False),
    ]


def test_sco_07_a_cut_off_asks_for_a_total_and_least_marks_and_equal_is_enough() -> None:
    candidates = [somebody("a", 90, 90, 59), somebody("b", 60, 60, 60), somebody("c", 60, 60, 59)]
    cut_off = CutOff(Decimal(60), {"interview": Decimal(60)})
    assert told(rank(candidates, RULES, cut_off, 5)) == [("a", 1, "below"), ("b", 2, "suggested"), ("c", 3, "below")]
    assert not cut_off.reached_by(Score({"interview": Decimal(99)}, None))
    assert CutOff().reached_by(Score({}, Decimal(0)))


def test_sco_08_suggested_up_to_the_free_places_and_the_rest_may_wait() -> None:
    candidates = [
        somebody("placed", 99, 99, 99, placed=True),
        somebody("refused", 98, 98, 98, not_selected=True),
        *(somebody(f"s{number}", 90 - number, 90, 90) for number in range(4)),
        somebody("half", 99),
    ]
    assert told(rank(candidates, RULES, CutOff(), 2)) == [
        ("placed", 1, "placed"),
        ("refused", 2, "not_selected"),
        ("s0", 3, "suggested"),
        ("s1", 4, "suggested"),
        ("s2", 5, "waiting"),
        ("s3", 6, "waiting"),
        ("half", 0, "unscored"),
    ]


def test_sco_08_equals_at_the_limit_are_suggested_together_or_not_at_all() -> None:
    candidates = [somebody("a", 90, 90, 90), somebody("b", 80, 80, 80), somebody("c", 80, 80, 80)]
    rules = ("written",)
    torn = rank(candidates, rules, CutOff(), 2)
    assert told(torn) == [("a", 1, "suggested"), ("b", 2, "waiting"), ("c", 2, "waiting")]
    assert torn.tied_at_limit == 2
    assert rank(candidates, rules, CutOff(), 1).tied_at_limit == 0
    assert len(rank(candidates, rules, CutOff(), 3).standing(RankStanding.SUGGESTED)) == 3


def test_sco_09_the_waiting_list_is_the_rest_by_rank_and_equals_are_put_in_order_by_the_base() -> None:
    candidates = [somebody("a", 90, 90, 90), *(somebody(name, 80, 80, 80) for name in "bcd"), somebody("e", 50, 50, 50)]
    ranking = rank(candidates, ("written",), CutOff(Decimal(50)), 1)
    with pytest.raises(DomainError) as caught:
        waiting_order(ranking, ["b"])
    assert (caught.value.reason, caught.value.rule) == ("TIES_OPEN", "SCO-09")
    assert caught.value.details == {"count": "2"}
    assert waiting_order(ranking, ["d", "b", "c"]) == ["d", "b", "c", "e"]
    with pytest.raises(DomainError) as caught:
        waiting_order(ranking, ["d", "b", "c", "e"])
    assert caught.value.reason == "NOT_TIED"


MARKS = st.integers(0, 4).map(lambda tens: tens * 20)
PEOPLE = st.lists(
    st.builds(
        lambda marks, at, placed, refused: (marks, at, placed, refused),
        st.lists(MARKS, min_size=2, max_size=3),
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@given(PEOPLE, st.integers(0, 8), st.sampled_from([RULES, ("written",), ()]), st.integers(0, 100), st.randoms())
def test_i1_any_order_in_the_same_order_out_and_never_more_suggested_than_free(
    people: list[tuple[list[int], int, bool, bool]],
    free: int,
    rules: Sequence[str],
    least: int,
    chance: random.Random,
) -> None:
    candidates = [
        somebody(f"{number:02}", *marks, at=at, placed=placed, not_selected=refused)
        for number, (marks, at, placed, refused) in enumerate(people)
    ]
    cut_off = CutOff(Decimal(least))
    ranking = rank(candidates, rules, cut_off, free)
    chance.shuffle(candidates)
    assert rank(candidates, rules, cut_off, free) == ranking
    suggested = ranking.standing(RankStanding.SUGGESTED)
    assert len(suggested) <= free
    assert len(ranking.rows) == len(candidates)
    for row in suggested:
        assert not row.candidate.placed
        assert row.candidate.score.total is not None
        assert row.candidate.score.total >= least
    ranks = [row.rank for row in ranking.rows if row.rank]
    assert all(shown in (number, before) for number, (before, shown) in enumerate(pairwise([0, *ranks]), 1))
    best = [row.rank for row in ranking.standing(RankStanding.WAITING)]
    assert not (suggested and best) or max(row.rank for row in suggested) < min(best)
    order = [row.candidate.application_id for row in ranking.rows if row.tied]
    assert len(waiting_order(ranking, [each for each in order if each in _torn(ranking)])) == len(best)


def _torn(ranking: Ranking) -> set[str]:
    """Who waits beside an equal."""
    waiting = ranking.standing(RankStanding.WAITING)
    ranks = [row.rank for row in waiting]
    return {row.candidate.application_id for row in waiting if ranks.count(row.rank) > 1}
