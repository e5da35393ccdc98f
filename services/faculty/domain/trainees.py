"""ROT-01…ROT-03, ROT-06: who is a trainee, since when and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from services.faculty.domain.rotations import Stretch, add_months
from services.kit.domain import DomainError, Kind

TRAINING_MONTHS = 36
"""ROT-03: how long a training takes unless something else is set."""
FIRST_MONTH = 9
"""ROT-03: trainings begin in September."""


class State(StrEnum):
    """Whether somebody trains."""

    IN_TRAINING = "in_training"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Trainee:
    """An admitted resident in training."""

    trainee_id: str
    person_id: str
    name: str = field(repr=False)
    base_code: str
    specialty_code: str
    specialty_name: str
    cohort: int
    kind: str
    from_day: date | None
    until_day: date | None
    state: State
    plan_version: int
    version: int
    application_id: str = ""
    application_version: int = 0

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last day of training."""
        return self.from_day, self.until_day


@dataclass(frozen=True, slots=True)
class Heard:
    """What a fact of enrollment says about one application: placed or not, where, and its version."""

    application_id: str
    version: int
    person_id: str
    cycle_id: str
    base_code: str
    specialty_code: str
    specialty_name: str
    placed: bool
    """The place is (still) theirs."""
    admits: bool = False
    """It is the admission itself."""
    cohort: int = 0
    """Year of the cycle."""
    decided_on: date | None = None
    until_year: int = 0
    """Year in which the training begins when the place was put off; else 0."""


def default_days(decided_on: date, deferred_to: int = 0) -> tuple[date, date]:
    """ROT-03: a training begins on the first 1 September from the admission on, or of the year it was put off to, and
    takes 36 months."""
    year = decided_on.year if decided_on <= date(decided_on.year, FIRST_MONTH, 1) else decided_on.year + 1
    first = date(max(year, deferred_to), FIRST_MONTH, 1)
    return first, add_months(first, TRAINING_MONTHS) - timedelta(days=1)


def check_days(from_day: date, until_day: date, stretches: list[Stretch]) -> None:
    """ROT-06: the days of a training are in order and hold its whole plan. Raises INVALID or CONFLICT."""
    if until_day < from_day:
        message = "培训结束日期早于开始日期。"
        raise DomainError(Kind.INVALID, "DAYS_REVERSED", message, field="until_day", rule="ROT-06")
    if any(each.from_day < from_day or each.until_day > until_day for each in stretches):
        message = "轮转计划超出新的培训期，请先调整轮转计划。"
        raise DomainError(Kind.CONFLICT, "PLAN_OUTSIDE", message, field="until_day", rule="ROT-06")


def check_training(trainee: Trainee) -> None:
    """ROT-02: who has left gets no plan and no other days. Raises CONFLICT TRAINEE_LEFT."""
    if trainee.state is State.LEFT:
        raise DomainError(Kind.CONFLICT, "TRAINEE_LEFT", "该学员已不在培。", rule="ROT-02")
