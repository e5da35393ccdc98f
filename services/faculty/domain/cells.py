"""ASG-01: who may do what with a cell: a trainee's month in a department (rules-faculty C6), as a table."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from services.kit.domain import DomainError, Kind


class State(StrEnum):
    """What a cell is to whoever looks at it today."""

    EMPTY = "empty"
    AUTO = "auto"
    MANUAL = "manual"
    LOCKED = "locked"
    CURRENT = "current"
    PAST = "past"
    ORPHANED = "orphaned"


class Action(StrEnum):
    """What a director does with a cell."""

    ASSIGN = "assign"
    CHANGE = "change"
    CLEAR = "clear"
    LOCK = "lock"
    UNLOCK = "unlock"


class Auto(StrEnum):
    """What 自动分配 does with a cell."""

    FILLS_FIRST = "fills_first"
    FILLS = "fills"
    CHANGES = "changes"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    director: tuple[Action, ...]
    auto: Auto
    with_reason: bool = False


TABLE: Mapping[State, Row] = {
    State.EMPTY: Row((Action.ASSIGN,), Auto.FILLS),
    State.AUTO: Row((Action.CHANGE, Action.LOCK, Action.CLEAR), Auto.CHANGES),
    State.MANUAL: Row((Action.CHANGE, Action.UNLOCK), Auto.NEVER),
    State.LOCKED: Row((Action.CHANGE, Action.UNLOCK), Auto.NEVER),
    State.CURRENT: Row((Action.CHANGE,), Auto.NEVER, with_reason=True),
    State.PAST: Row((), Auto.NEVER),
    State.ORPHANED: Row((Action.ASSIGN,), Auto.FILLS_FIRST),
}
"""C6 as it stands. To unlock a cell, locked or set by hand, gives it back to 自动分配: it is `auto` afterwards."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell as it is stored; `version` 0 while nothing was ever assigned. `month` is its first day."""

    trainee_id: str
    department_code: str
    month: date
    teacher_id: str = ""
    assistant_ids: tuple[str, ...] = ()
    origin: str = ""
    locked: bool = False
    left_id: str = ""
    orphan_cause: str = ""
    version: int = 0

    @property
    def key(self) -> tuple[str, str, date]:
        """What tells it from others."""
        return (self.trainee_id, self.department_code, self.month)


def state_of(slot: Slot, this_month: date) -> State:
    """ASG-01: what is past is past, whoever left; an orphaned month is one also while it runs."""
    if slot.month < this_month:
        return State.PAST
    if slot.orphan_cause:
        return State.ORPHANED
    if slot.month == this_month:
        return State.CURRENT
    if not slot.teacher_id:
        return State.EMPTY
    if slot.locked:
        return State.LOCKED
    return State.AUTO if slot.origin == "auto" else State.MANUAL


def actions(slot: Slot, this_month: date) -> tuple[Action, ...]:
    """ASG-01: what the director of its department may do with it."""
    found = TABLE[state_of(slot, this_month)].director
    if slot.teacher_id or slot.orphan_cause or slot.month < this_month:
        return found
    return (Action.ASSIGN,)


def auto_may(slot: Slot, this_month: date) -> Auto:
    """ASG-02: what 自动分配 may do with it; never anything in the running month or before."""
    return TABLE[state_of(slot, this_month)].auto if slot.month > this_month else Auto.NEVER


def needs_reason(slot: Slot, this_month: date) -> bool:
    """ASG-03: whoever changes the running month says why."""
    return slot.month == this_month


def check_action(slot: Slot, verb: str, reason: str, this_month: date) -> Action:
    """The action that a director's verb (`assign`, `clear`, `lock`, `unlock`) means here.

    Raises:
        DomainError: NOT_NOW CELL_NOT_OPEN (ASG-01), INVALID REASON_REQUIRED (ASG-03).
    """
    allowed = actions(slot, this_month)
    meant = Action(verb)
    if meant is Action.ASSIGN and Action.CHANGE in allowed:
        meant = Action.CHANGE
    if meant not in allowed:
        state = state_of(slot, this_month)
        raise DomainError(
            Kind.NOT_NOW,
            "CELL_NOT_OPEN",
            _CLOSED[state],
            rule="ASG-01",
            details={"state": state.value, "month": f"{slot.month:%Y-%m}", "trainee_id": slot.trainee_id},
        )
    if needs_reason(slot, this_month) and not reason.strip():
        message = "调整本月的带教安排须填写原因。"
        raise DomainError(Kind.INVALID, "REASON_REQUIRED", message, field="reason", rule="ASG-03")
    return meant


_CLOSED: Mapping[State, str] = {
    State.EMPTY: "该月尚未分配带教老师，只能分配。",
    State.AUTO: "该月由系统自动分配，可以更换、锁定或清除。",
    State.MANUAL: "该月为手工分配，可以更换；如需清除，请先解除锁定。",
    State.LOCKED: "该月已锁定，可以更换；如需清除，请先解除锁定。",
    State.CURRENT: "本月的带教安排只能说明原因后更换。",
    State.PAST: "已经过去的月份不能再改。",
    State.ORPHANED: "该月待补带教，请分配带教老师。",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days, both included."""

    from_day: date
    until_day: date

    def meets(self, other: Span) -> bool:
        """Whether they have a day in common."""
        return self.from_day <= other.until_day and other.from_day <= self.until_day

    def holds(self, other: Span) -> bool:
        """Whether every day of the other is one of these."""
        return self.from_day <= other.from_day and other.until_day <= self.until_day

    def clip(self, other: Span) -> Span | None:
        """The days in common."""
        if not self.meets(other):
            return None
        return Span(max(self.from_day, other.from_day), min(self.until_day, other.until_day))


@dataclass(frozen=True, slots=True)
class Term:
    """An appointment: in which departments, on which days."""

    departments: frozenset[str]
    span: Span
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who may lead trainees: where, on which days, and not on which (ASG-05)."""

    person_id: str
    name: str = field(repr=False)
    primary: str
    terms: tuple[Term, ...]
    leaves: tuple[Span, ...] = ()
    disciplines: frozenset[str] = frozenset()
    """What their primary department trains in."""
    title: str = ""
    level: str = ""
    bases: frozenset[str] = frozenset()

    @property
    def departments(self) -> frozenset[str]:
        """Where they teach: their primary department, and others."""
        return frozenset(code for term in self.terms for code in term.departments)

    def why_not(self, department_code: str, days: Iterable[Span]) -> str:
        """ASG-05: why they cannot teach there on every one of these days.

        Empty, `no_teacher` (not appointed there on a day), `suspended` or `all_on_leave`.
        """
        asked = tuple(days)
        terms = [term for term in self.terms if department_code in term.departments]
        covering = [term for term in terms if all(term.span.holds(stretch) for stretch in asked)]
        if not covering:
            return "no_teacher"
        if all(term.suspended for term in covering):
            return "suspended"
        if any(leave.meets(stretch) for leave in self.leaves for stretch in asked):
            return "all_on_leave"
        return ""


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def last_of(month: date) -> date:
    """The last day of the month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def after(month: date, count: int = 1) -> date:
    """The first day of a later (or earlier) month."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from one to the other, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month
    return [after(first, n) for n in range(count + 1)]


def month_days(month: date) -> Span:
    """All its days."""
    return Span(month, last_of(month))


def is_partial(days: Iterable[Span], month: date) -> bool:
    """ASG-04: whether they leave a day of the month out."""
    there = sum((span.until_day - span.from_day).days + 1 for span in days)
    return there < last_of(month).day


def by_month(
    stretches: Iterable[tuple[str, Span]], first: date, last: date
) -> dict[tuple[str, date], tuple[Span, ...]]:
    """ASG-04: the days of each department and month (first days, both included) that stretches of a plan touch.

    Stretches are stored as days and shown as months: one of the 16th to the 15th is a part of two months.
    """
    window = Span(first, last_of(last))
    found: dict[tuple[str, date], list[Span]] = {}
    for department, stretch in stretches:
        clipped = stretch.clip(window)
        if clipped is None:
            continue
        for month in months_between(first_of(clipped.from_day), first_of(clipped.until_day)):
            days = clipped.clip(month_days(month))
            if days is not None:
                found.setdefault((department, month), []).append(days)
    return {key: _joined(days) for key, days in found.items()}


def _joined(days: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(days, key=lambda each: each.from_day):
        if joined and span.from_day <= joined[-1].until_day + timedelta(days=1):
            joined[-1] = Span(joined[-1].from_day, max(joined[-1].until_day, span.until_day))
        else:
            joined.append(span)
    return tuple(joined)


def parse_month(text: str, field_name: str) -> date:
    """YYYY-MM as its first day. Raises INVALID BAD_MONTH."""
    try:
        return date(int(text[:4]), int(text[5:]), 1)
    except ValueError:
        raise DomainError(Kind.INVALID, "BAD_MONTH", "月份有误。", field=field_name, rule="ASG-04") from None


def parse_months(first: str, last: str, most: int = 36) -> tuple[date, date]:
    """First and last month asked for. Raises INVALID BAD_MONTH, MONTHS_REVERSED, TOO_MANY_MONTHS."""
    begin, end = parse_month(first, "from_month"), parse_month(last, "until_month")
    if end < begin:
        raise DomainError(Kind.INVALID, "MONTHS_REVERSED", "结束月份早于开始月份。", field="until_month", rule="ASG-04")
    if len(months_between(begin, end)) > most:
        message = f"一次最多 {most} 个月。"
        raise DomainError(Kind.INVALID, "TOO_MANY_MONTHS", message, field="until_month", rule="ASG-04")
    return begin, end
