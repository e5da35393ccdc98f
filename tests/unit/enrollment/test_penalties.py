"""Penalties and what makes two applications alike, without a database (PEN-02, PEN-03, PEN-05)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.enrollment.domain.dossier import Section
from services.enrollment.domain.likeness import Likeness, features
from services.enrollment.domain.penalties import check_cause, masked, span
from services.kit.domain import DomainError

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("years", "until", "end"),
    [
        (0, "", datetime(2026, 8, 31, 16, tzinfo=UTC)),
        (1, "", datetime(2024, 8, 31, 16, tzinfo=UTC)),
        (0, "2023-09-01", datetime(2023, 9, 1, 16, tzinfo=UTC)),
    ],
)
def test_a_penalty_lasts_years_or_to_a_last_day(years: int, until: str, end: datetime) -> None:
    """PEN-02: days are the province's."""
    found = span("2023-09-01", years, until, 3, ZONE)
    assert (found.since, found.until) == (datetime(2023, 8, 31, 16, tzinfo=UTC), end)


def test_a_leap_day_ends_with_february() -> None:
    """PEN-02."""
    assert span("2024-02-29", 1, "", 3, ZONE).until == datetime(2025, 2, 28, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "years", "until", "field"),
    [
        ("2023-02-30", 1, "", "entry.since"),
        ("2023-09-01", 1, "2024-01-01", "entry.until"),
        ("2023-09-01", 0, "2023-08-31", "entry.until"),
        ("2023-09-01", 0, "2023-13-01", "entry.until"),
    ],
)
def test_a_span_that_cannot_be_is_refused(since: str, years: int, until: str, field: str) -> None:
    """PEN-02."""
    with pytest.raises(DomainError) as refused:
        span(since, years, until, 3, ZONE)
    assert (refused.value.rule, refused.value.field) == ("PEN-02", field)


def test_a_penalty_says_what_it_is_for() -> None:
    """PEN-03."""
    check_cause("no_show")
    with pytest.raises(DomainError) as refused:
        check_cause("bad mood")
    assert refused.value.rule == "PEN-03"


def test_names_are_shown_by_their_first_character() -> None:
    """PEN-03."""
    assert [masked(name) for name in ("", "王", "王明", "欧阳修文", "阿卜杜拉·买买提")] == [
        "",
        "王*",
        "王*",
        "欧***",
        "阿***",
    ]


def test_what_is_compared_has_one_form() -> None:
    """PEN-05: other dots, blanks, widths and prefixes are no other person."""
    one = {Section.BASIC: {"birth_date": "1998-05-01", "mobile": "+86 139 0000 0000"}}
    two = {Section.BASIC: {"birth_date": "1998-05-01", "mobile": "13900000000"}}
    assert features("阿卜杜拉·买买提", one) == features("阿卜杜拉 • 买买提", two)
    assert set(features("王明", two)) == {Likeness.NAME_AND_BIRTH, Likeness.MOBILE}
    assert features("王明", {}) == {}
