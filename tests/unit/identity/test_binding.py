"""One successful binding in a rolling thirty days, to the second.

Holds ID-30, ID-31, ID-32, ID-40 and ID-45.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain import binding, registration
from services.kit.domain import DomainError, Kind

BOUND = datetime(2023, 7, 1, 1, 2, 3, tzinfo=UTC)
FREE = BOUND + timedelta(days=30)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("last", "override", "now", "until"),
    [
        (None, None, BOUND, None),
        (BOUND, None, BOUND, FREE),
        (BOUND, None, BOUND + timedelta(days=29, hours=23, minutes=59, seconds=59), FREE),
        (BOUND, None, FREE - timedelta(microseconds=1), FREE),
        (BOUND, None, FREE, None),
        (BOUND, None, FREE + SECOND, None),
        (BOUND, BOUND + timedelta(days=2), BOUND + timedelta(days=1), None),
        (BOUND, BOUND + timedelta(days=2), BOUND + timedelta(days=2) - SECOND, None),
        (BOUND, BOUND + timedelta(days=2), BOUND + timedelta(days=2), FREE),
        (BOUND, BOUND + timedelta(days=2), FREE, None),
    ],
)
def test_id_30_id_32_when_the_next_binding_is_possible(
    last: datetime | None, override: datetime | None, now: datetime, until: datetime | None
) -> None:
    assert binding.bindable_from(last, override, now) == until
    if until is None:
        binding.check_may_bind(last, override, now)
    else:
        with pytest.raises(DomainError) as caught:
            binding.check_may_bind(last, override, now)
        error = caught.value
        assert (error.kind, error.reason, error.until, error.rule) == (Kind.NOT_NOW, "BINDING_TOO_SOON", until, "ID-30")


def test_id_45_id_31_only_what_is_not_bound_is_bound_and_only_what_is_bound_unbound() -> None:
    binding.check_unbound(None)
    binding.check_bound(BOUND)
    with pytest.raises(DomainError) as caught:
        binding.check_unbound(BOUND)
    assert (caught.value.reason, caught.value.rule) == ("ALREADY_BOUND", "ID-45")
    with pytest.raises(DomainError) as caught:
        binding.check_bound(None)
    assert (caught.value.reason, caught.value.rule) == ("NOT_BOUND", "ID-31")


def test_id_40_a_registration_lives_to_its_last_second() -> None:
    end = BOUND + registration.LIFE
    assert registration.is_open(end, end - timedelta(microseconds=1))
    assert not registration.is_open(end, end)
