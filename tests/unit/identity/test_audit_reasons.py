"""AUD-06: what stands in the audit for good names nobody by number."""

from __future__ import annotations

import pytest

from services.kit.audit import check_reason
from services.kit.domain import DomainError


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "离岗",
        "2026-11-22 至 2026-11-23 借调",
        "工单 202611220001",
        "电话 0531-88888888",
        "第 12345678901234 号来文",
    ],
)
def test_ordinary_reasons_pass(reason: str) -> None:
    check_reason(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "本人13800138000来电",
        "138 0013 8000",
        "+86-138-0013-8000",
        "证件370199199803121234",
        "37019919980312123x",
        "３７０１９９１９９８０３１２１２３４",
        "370199 19980312 1234",
    ],
)
def test_reasons_with_numbers_of_persons_are_refused(reason: str) -> None:
    with pytest.raises(DomainError) as error:
        check_reason(reason)
    assert (error.value.reason, error.value.field, error.value.rule) == ("REASON_NUMBERS", "reason", "AUD-06")
    assert reason not in error.value.message
