"""A base's own dates inside a review round (rules CAL-07, CAL-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit.domain import DomainError, Kind

NAMES = ("review_deadline", "written_exam", "interview", "pre_admission")
LABELS = {
    "review_deadline": "审核截止时间",
    "written_exam": "笔试时间",
    "interview": "面试时间",
    "pre_admission": "拟录取时间",
}


@dataclass(frozen=True, slots=True)
class Milestones:
    """Instants in UTC, each optional; verdicts end at `review_deadline`, by default at the end of the phase."""

    review_deadline: datetime | None = None
    written_exam: datetime | None = None
    interview: datetime | None = None
    pre_admission: datetime | None = None

    def dated(self) -> list[tuple[str, datetime]]:
        """Those that are set, in the order in which they must come."""
        pairs = [(name, getattr(self, name)) for name in NAMES]
        return [(name, instant) for name, instant in pairs if instant is not None]


def check_milestones(
    wanted: Milestones,
    present: Milestones,
    *,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
    day: timedelta,
) -> None:
    """CAL-07: a base's dates lie inside the round, in order; one that has passed stays as it was. Raises INVALID.

    The review deadline may stand at the very end of the round, the others before it.
    """
    earlier_name, earlier = "", opens_at
    for name, instant in wanted.dated():
        if not opens_at <= instant <= closes_at:
            raise _problem(name, "MILESTONE_OUTSIDE", f"{LABELS[name]}须在本阶段之内。")
        if instant < earlier:
            raise _problem(name, "MILESTONE_ORDER", f"{LABELS[name]}不能早于{LABELS.get(earlier_name, '阶段开始')}。")
        earlier_name, earlier = name, instant
    for name in NAMES:
        before, after = getattr(present, name), getattr(wanted, name)
        if before == after:
            continue
        if (before is not None and before <= now) or (after is not None and after <= now):
            raise _problem(name, "MILESTONE_PASSED", f"{LABELS[name]}已过,不能再修改。")
    _check_notice(wanted, present, closes_at=closes_at, now=now, day=day)


def _check_notice(
    wanted: Milestones, present: Milestones, *, closes_at: datetime, now: datetime, day: timedelta
) -> None:
    """CAL-08: a base never brings its review deadline forward to less than a day from now (B7 35)."""
    before = present.review_deadline or closes_at
    after = wanted.review_deadline or closes_at
    if after < before and after < now + day:
        raise DomainError(
            Kind.INVALID,
            "MILESTONE_TOO_SOON",
            "审核截止时间不能提前到一天之内。",
            field="milestones.review_deadline",
            rule="CAL-08",
        )


def _problem(name: str, reason: str, message: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=f"milestones.{name}", rule="CAL-07")
