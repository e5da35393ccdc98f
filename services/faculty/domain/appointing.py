"""What an event makes of an appointment, and why it is refused: the table of C5 with its guards (APPT-04 to APPT-14).

`decide` is the one pure answer: it guards every command and greys the buttons of the portal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.faculty.domain.appointment import (
    APPOINTMENTS,
    DIRECTOR,
    OF_REVIEW,
    OPEN,
    PROVINCE,
    REVIEWS,
    RUNNING,
    SECRETARY,
    WHO,
    Effect,
    Event,
    Review,
    State,
)
from services.kit.domain import DomainError, Kind

REASONS: Mapping[str, tuple[Kind, str]] = {
    "ROLE_NOT_ALLOWED": (Kind.FORBIDDEN, "您的身份不能办理此项。"),
    "OWN_CASE": (Kind.FORBIDDEN, "不能办理本人的聘任事项，请由其他工作人员办理。"),
    "OTHER_DEPARTMENT": (Kind.NOT_FOUND, "没有这条聘任。"),
    "OVER": (Kind.NOT_NOW, "该聘任已经结束。"),
    "WRONG_STATE": (Kind.NOT_NOW, "该聘任当前状态不能办理此项。"),
    "REVIEW_NOT_OPEN": (Kind.NOT_NOW, "该师资目前没有待办的年度维护。"),
    "REVIEW_NOT_NOW": (Kind.NOT_NOW, "年度维护的时间未到或已经登记。"),
    "RULES_NOT_MET": (Kind.NOT_NOW, "该师资不符合准入条件，不能办理。"),
    "ENDING_DECIDED": (Kind.CONFLICT, "该聘任的终止日期已经确定。"),
    "RENEWAL_PENDING": (Kind.CONFLICT, "该师资的续聘正待省级确认。"),
    "NOTHING_PENDING": (Kind.CONFLICT, "该聘任没有待省级确认的事项。"),
    "CASE_OPEN": (Kind.CONFLICT, "该师资已有待处理的解聘建议。"),
    "NO_CASE": (Kind.CONFLICT, "该解聘建议已经处理。"),
    "PROVINCE_DECIDES": (Kind.FORBIDDEN, "该暂停由省级作出，须由省级解除。"),
    "DAY_PASSED": (Kind.INVALID, "最后带教日不能早于今天。"),
    "AFTER_TERM": (Kind.INVALID, "最后带教日不能晚于聘期结束。"),
    "NOT_YET": (Kind.NOT_NOW, "时间未到。"),
}
"""What people read of each refusal."""


@dataclass(frozen=True, slots=True)
class Case:
    """An appointment as far as the table asks."""

    state: State
    review: Review = Review.NONE
    ending: str = ""
    """`dismissed` or `transferred` when that is decided already; empty otherwise."""
    ends_on: date | None = None
    last_day: date = date.max
    """The last day of the term with its grace."""
    review_year: int = 0
    review_due: date | None = None
    case_open: bool = False
    """A dismissal is proposed."""
    renewal_pending: bool = False
    """The province has yet to acknowledge another term."""
    renewed: bool = False
    """The present term is not the first."""
    province_suspended: bool = False
    """The province suspended it, perhaps besides the base."""


@dataclass(frozen=True, slots=True)
class Given:
    """Who does it on which day, and what guards ask about."""

    role: str
    today: date
    own_case: bool = False
    """Who acts is the person appointed."""
    own_department: bool = True
    rules_pass: bool = True
    effective_day: date | None = None
    opens: date | None = None
    """The day on which the review of `year` opens."""
    year: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be done; or, when `refusal` is not empty, why not."""

    state: State = State.NONE
    review: Review = Review.NONE
    effects: frozenset[Effect] = frozenset()
    refusal: str = ""
    rule: str = ""


def decide(case: Case, event: Event, given: Given) -> Outcome:
    """APPT-04: what `event` makes of `case`; refused when the table has no such row or a guard does not hold."""
    refused = _refused(case, event, given)
    if refused is not None:
        return refused
    row = APPOINTMENTS[case.state, event]
    review = REVIEWS.get((case.review, event), case.review)
    if Effect.NEW_RECORD in row.effects:
        review = Review.NONE
    if event is Event.REVOKE and (case.renewed or case.renewal_pending):
        # Only the term that came of it is taken back; what it went on from stands again.
        return Outcome(case.state, case.review)
    state = State.TRANSFERRED if event is Event.TAKE_EFFECT and case.ending == State.TRANSFERRED else row.next
    return Outcome(state, review, row.effects)


def require(outcome: Outcome, until: datetime | None = None) -> Outcome:
    """The outcome, or the DomainError that tells why there is none."""
    if not outcome.refusal:
        return outcome
    raise refusal(outcome.refusal, outcome.rule, until)


def refusal(reason: str, rule: str, until: datetime | None = None) -> DomainError:
    """What tells people of a refusal of `REASONS`."""
    kind, message = REASONS[reason]
    field = "effective_day" if kind is Kind.INVALID else ""
    return DomainError(kind, reason, message, field=field, rule=rule, until=until)


def _refused(case: Case, event: Event, given: Given) -> Outcome | None:
    if given.role not in WHO[event]:
        return _no("ROLE_NOT_ALLOWED", "APPT-05")
    if given.own_case:
        return _no("OWN_CASE", "APPT-06")
    if not given.own_department and given.role in (SECRETARY, DIRECTOR):
        return _no("OTHER_DEPARTMENT", "APPT-05")
    if (case.state, event) not in APPOINTMENTS:
        return _no("OVER" if case.state not in OPEN else "WRONG_STATE", "APPT-04")
    if event in OF_REVIEW and (case.review, event) not in REVIEWS:
        return _no("REVIEW_NOT_OPEN", "APPT-07")
    return _GUARDS[event](case, given) if event in _GUARDS else None


def _no(reason: str, rule: str) -> Outcome:
    return Outcome(refusal=reason, rule=rule)


def _rules(case: Case, given: Given) -> Outcome | None:
    return None if given.rules_pass else _no("RULES_NOT_MET", "APPT-08")


def _again(case: Case, given: Given) -> Outcome | None:
    if case.ending and case.state in RUNNING:
        return _no("ENDING_DECIDED", "APPT-09")
    if case.renewal_pending and case.state in RUNNING:
        return _no("RENEWAL_PENDING", "APPT-14")
    return _rules(case, given)


def _acknowledged(case: Case, given: Given) -> Outcome | None:
    if case.state is not State.PENDING and not case.renewal_pending:
        return _no("NOTHING_PENDING", "APPT-14")
    return _no("ENDING_DECIDED", "APPT-09") if case.ending and case.state in RUNNING else None


def _opened(case: Case, given: Given) -> Outcome | None:
    if case.ending or given.year <= case.review_year or given.opens is None or given.today < given.opens:
        return _no("REVIEW_NOT_NOW", "APPT-07")
    return None


def _missed(case: Case, given: Given) -> Outcome | None:
    late = case.review_due is not None and given.today > case.review_due and given.year == case.review_year
    return None if late else _no("REVIEW_NOT_NOW", "APPT-10")


def _proposed(case: Case, given: Given) -> Outcome | None:
    if case.ending:
        return _no("ENDING_DECIDED", "APPT-09")
    return _no("CASE_OPEN", "APPT-11") if case.case_open else _timely(case, given)


def _answered(case: Case, given: Given) -> Outcome | None:
    return None if case.case_open else _no("NO_CASE", "APPT-11")


def _lifted(case: Case, given: Given) -> Outcome | None:
    if case.province_suspended and given.role != PROVINCE:
        return _no("PROVINCE_DECIDES", "APPT-12")
    return _rules(case, given)


def _ended(case: Case, given: Given) -> Outcome | None:
    return _no("ENDING_DECIDED", "APPT-09") if case.ending else _timely(case, given)


def _timely(case: Case, given: Given) -> Outcome | None:
    """The last day lies neither in the past nor after the term."""
    last = given.effective_day
    if last is None or last < given.today:
        return _no("DAY_PASSED", "APPT-13")
    return _no("AFTER_TERM", "APPT-13") if last > case.last_day else None


def _effective(case: Case, given: Given) -> Outcome | None:
    due = bool(case.ending) and case.ends_on is not None and given.today > case.ends_on
    return None if due else _no("NOT_YET", "APPT-13")


def _expired(case: Case, given: Given) -> Outcome | None:
    return None if given.today > case.last_day else _no("NOT_YET", "APPT-03")


_GUARDS: Mapping[Event, Callable[[Case, Given], Outcome | None]] = {
    Event.RECOMMEND: _again,
    Event.RECOMMEND_PENDING: _again,
    Event.ACKNOWLEDGE: _acknowledged,
    Event.OPEN_REVIEW: _opened,
    Event.MISS_REVIEW: _missed,
    Event.PROPOSE_DISMISSAL: _proposed,
    Event.REFUSE_DISMISSAL: _answered,
    Event.LIFT: _lifted,
    Event.DISMISS: _ended,
    Event.TRANSFER: _ended,
    Event.TAKE_EFFECT: _effective,
    Event.EXPIRE: _expired,
}


ACTIONS = (
    Event.CONFIRM,
    Event.CORRECT,
    Event.PROPOSE_DISMISSAL,
    Event.DISMISS,
    Event.REFUSE_DISMISSAL,
    Event.SANCTION,
    Event.LIFT,
    Event.TRANSFER,
    Event.SET_LEVEL,
)
"""What people do with an appointment on its own page."""


def capabilities(case: Case, role: str, today: date, *, own_case: bool, own_department: bool) -> dict[Event, Outcome]:
    """What a role may do with a case today, action by action; the entry rules are asked only when it is done."""
    asked = Given(role, today, own_case=own_case, own_department=own_department, effective_day=today)
    return {event: decide(case, event, asked) for event in ACTIONS if role in WHO[event]}
