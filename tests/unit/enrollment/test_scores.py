"""SCO-01, SCO-02, SCO-03, SCO-04: marks, totals, corrections."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.policy import Policy
from services.enrollment.domain.scores import Score, entered, is_correction, read_marks, scheme_of, text_of, total_of
from services.kit.domain import DomainError, Kind

PLAIN = scheme_of(Policy())
OUT_OF_150 = scheme_of(Policy(score_scales={"written": 150}))


def marks(**values: str) -> dict[str, Decimal]:
    return {key: Decimal(value) for key, value in values.items()}


@pytest.mark.parametrize(
    ("parts", "scheme", "total"),
    [
        (marks(written="80", skills="90", interview="70"), PLAIN, "82.00"),
        (marks(written="120", skills="90", interview="70"), OUT_OF_150, "82.00"),
        (marks(written="0", skills="0", interview="0"), PLAIN, "0.00"),
        (marks(written="100", skills="100", interview="100"), PLAIN, "100.00"),
        (marks(written="85.5", skills="77.25", interview="90"), PLAIN, "83.10"),
        # Exactly half a hundredth goes up, and only once, at the end.
        (marks(written="80.01", skills="80", interview="80.005"), PLAIN, "80.01"),
        (marks(written="100", skills="33.33", interview="0"), OUT_OF_150, "40.00"),
        (marks(written="1", skills="0", interview="0"), OUT_OF_150, "0.27"),
    ],
)
def test_sco_01_totals_by_weight_and_scale(parts: dict[str, Decimal], scheme: tuple, total: str) -> None:  # type: ignore[type-arg]
    assert text_of(total_of(parts, scheme)) == total


def test_sco_01_half_a_hundredth_goes_up() -> None:
    halves = scheme_of(Policy(score_weights={"written": 0.5, "skills": 0.5}))
    assert text_of(total_of(marks(written="80.01", skills="80"), halves)) == "80.01"
    thirds = scheme_of(Policy(score_weights={"written": 0.5, "skills": 0.5}, score_scales={"written": 3, "skills": 3}))
    assert text_of(total_of(marks(written="1", skills="2"), thirds)) == "50.00"


def test_the_scheme_is_in_the_order_of_the_tie_rules_and_then_by_name() -> None:
    weights = {"interview": 0.2, "zeal": 0.1, "essay": 0.1, "skills": 0.2, "written": 0.4}
    assert [part.key for part in scheme_of(Policy(score_weights=weights))] == [
        *("written", "skills", "interview", "essay", "zeal")
    ]


@given(st.lists(st.decimals(0, 150, places=2), min_size=3, max_size=3))
def test_sco_01_a_total_is_within_half_a_hundredth_of_the_exact_sum(values: list[Decimal]) -> None:
    scheme = scheme_of(Policy(score_scales=dict.fromkeys(("written", "skills", "interview"), 150)))
    parts = dict(zip(("written", "skills", "interview"), values, strict=True))
    total = total_of(parts, scheme)
    exact = sum(float(part.weight * parts[part.key]) for part in scheme) / 1.5
    assert total is not None
    assert 0 <= total <= 100
    assert abs(float(total) - exact) <= 0.005 + 1e-9


@pytest.mark.parametrize("missing", ["written", "skills", "interview"])
def test_sco_02_a_missing_part_is_no_total(missing: str) -> None:
    parts = marks(written="80", skills="90", interview="70")
    del parts[missing]
    assert total_of(parts, PLAIN) is None
    assert text_of(None) == ""


@pytest.mark.parametrize(
    ("parts", "reason", "field"),
    [
        ({"dance": "10"}, "UNKNOWN_PART", "parts.dance"),
        ({"written": "-1"}, "BAD_MARKS", "parts.written"),
        ({"written": "8o"}, "BAD_MARKS", "parts.written"),
        ({"written": "80.125"}, "BAD_MARKS", "parts.written"),
        ({"written": "1e2"}, "BAD_MARKS", "parts.written"),
        ({"written": "NaN"}, "BAD_MARKS", "parts.written"),
        ({"skills": "８０"}, "BAD_MARKS", "parts.skills"),
        ({"skills": "100.01"}, "OVER_FULL_MARKS", "parts.skills"),
    ],
)
def test_sco_03_marks_are_numbers_up_to_full_marks(parts: dict[str, str], reason: str, field: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_marks(parts, PLAIN)
    assert (caught.value.kind, caught.value.reason) == (Kind.INVALID, reason)
    assert (caught.value.field, caught.value.rule) == (field, "SCO-03")


def test_sco_03_full_marks_are_the_policys() -> None:
    assert read_marks({"written": " 150 ", "skills": ""}, OUT_OF_150) == {"written": Decimal(150), "skills": None}
    with pytest.raises(DomainError, match="150分"):
        read_marks({"written": "150.01"}, OUT_OF_150)
    with pytest.raises(DomainError) as caught:
        entered(None, {"written": None}, "", PLAIN)
    assert caught.value.reason == "NO_MARKS"


def test_sco_04_parts_come_one_by_one_and_are_changed_with_a_reason_only() -> None:
    first = entered(None, {"written": Decimal(80)}, "", PLAIN)
    assert first.total is None
    second = entered(first, {"skills": Decimal(90), "interview": Decimal(70), "written": Decimal("80.0")}, "", PLAIN)
    assert (text_of(second.total), is_correction(first, second)) == ("82.00", False)
    for change in ({"written": Decimal(81)}, {"written": None}):
        with pytest.raises(DomainError) as caught:
            entered(second, change, " ", PLAIN)
        assert (caught.value.reason, caught.value.field, caught.value.rule) == ("REASON_REQUIRED", "reason", "SCO-04")
    corrected = entered(second, {"written": Decimal(81)}, "登分有误", PLAIN)
    assert (text_of(corrected.total), is_correction(second, corrected)) == ("82.40", True)
    taken_back = entered(second, {"written": None}, "重考", PLAIN)
    assert (taken_back.total, is_correction(second, taken_back)) == (None, True)
    assert not is_correction(None, first)
    assert Score() == Score({}, None)
