"""The checks of a decision, one rule each, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from services.enrollment.domain.application import State
from services.enrollment.domain.case import Case
from services.enrollment.domain.marks import Ending
from services.enrollment.domain.phases import P1, P2, P3, P4, P5, P6, Phase
from services.enrollment.domain.refusals import Decision
from services.enrollment.domain.tables import (
    B4,
    EDITS,
    ORDERED,
    READING,
    REREGISTER,
    STAFF,
    Action,
    Role,
)

HELD_BACK = frozenset(
    {Action.APPROVE, Action.GRANT_PROVISIONAL, Action.ADMIT, Action.MOVE, Action.GRANT_EXCEPTION, Action.ANSWER_OFFER}
)
"""What a hold keeps from being done."""
_OWN_RULES = {Action.ANSWER_OFFER: "CAP-OFFER", Action.CONFIRM_PLACE: "CAP-CONFIRM"}

Check = Callable[[Action, Case], Decision | None]
"""The refusal, or None when this rule has nothing against it."""


def _check_role(action: Action, case: Case) -> Decision | None:
    """CAP-ROLE: applicants act on their application, staff as B5 says; only administrators grant and admit."""
    row = ORDERED.get(action)
    allowed = case.actor.role in row.roles if row else case.actor.role == Role.APPLICANT
    return None if allowed else Decision(False, "ROLE_NOT_ALLOWED", "CAP-ROLE")


def _check_scope(action: Action, case: Case) -> Decision | None:
    """CAP-SCOPE: staff see and touch applications to their own base only; others do not exist for them."""
    if case.actor.role not in STAFF or not case.standing.base_code:
        return None
    if case.standing.base_code == case.actor.organisation:
        return None
    return Decision(False, "APPLICATION_NOT_FOUND", "CAP-SCOPE")


def _check_going_on(action: Action, case: Case) -> Decision | None:
    """CAL-HOLD: while a cycle is held nothing is done in it; nobody knows until when."""
    if action in READING or not case.moment.held:
        return None
    return Decision(False, "CYCLE_HELD", "CAL-HOLD", None, "CYCLE_RESUMED")


def _check_table(action: Action, case: Case) -> Decision | None:
    if in_table(action, case):
        return None
    if action is Action.EDIT_PROFILE and case.standing.unlocked:
        if case.unlocked_until is not None:
            return None
        if replace(case, section=None).unlocked_until is not None:
            return Decision(False, "SECTION_NOT_UNLOCKED", "UNL-02")
    until, changed_by = _opening(action, case)
    if case.state is State.PENDING and case.moment.phase is P2 and action in EDITS:
        changed_by = "BASE_DECISION"
    return Decision(False, _reason(action, case), rule_of(action, case), until, changed_by)


def _check_closed(action: Action, case: Case) -> Decision | None:
    """CAP-CLOSED: a window ends at its instant, even when the next phase has not been entered yet."""
    closes_at = case.moment.closes_at
    if action in READING or closes_at is None or case.moment.now < closes_at:
        return None
    return Decision(False, "NOT_IN_PHASE", "CAP-CLOSED", *_opening(action, case))


def _check_deadline(action: Action, case: Case) -> Decision | None:
    """CAP-DEADLINE: after the base's review deadline nobody approves, rejects, or resubmits what it rejected."""
    deadline = case.deadline
    if not bound_by_deadline(action, case) or deadline is None or case.moment.now < deadline:
        return None
    return Decision(False, "AFTER_DEADLINE", "CAP-DEADLINE", *_opening(action, case))


def _check_verified(action: Action, case: Case) -> Decision | None:
    """CAP-VERIFIED: only somebody whose identity is verified starts an application."""
    if action is not Action.START or case.actor.verified:
        return None
    return Decision(False, "NOT_VERIFIED", "CAP-VERIFIED", None, "IDENTITY_VERIFICATION")


def _check_consent(action: Action, case: Case) -> Decision | None:
    """CAP-CONSENT: under the strict policy, in P4 only who accepts reallocation edits; the flag stays switchable."""
    bound = case.policy.p4_requires_consent and case.moment.phase is P4 and case.state is State.REOPENED
    if not bound or action not in EDITS - {Action.EDIT_REALLOCATION} or case.standing.accepts_reallocation:
        return None
    return Decision(False, "CONSENT_REQUIRED", "CAP-CONSENT", case.moment.closes_at, "EDIT_REALLOCATION")


def _check_not_selected(action: Action, case: Case) -> Decision | None:
    if action is not Action.RECORD_NOT_SELECTED or not case.standing.not_selected:
        return None
    return Decision(False, "ALREADY_RECORDED", "CAP-B5-NOT-SELECTED")


def _check_held(action: Action, case: Case) -> Decision | None:
    """CAP-HOLD: a base decides nothing about what is held (a suspected double, a penalty) until the province has."""
    if action not in HELD_BACK or not case.standing.marks.held:
        return None
    return Decision(False, "HELD", "CAP-HOLD", None, "PROVINCE_DECISION")


def _check_hold_known(action: Action, case: Case) -> Decision | None:
    if action is not Action.RESOLVE_HOLD or case.standing.marks.held:
        return None
    return Decision(False, "NOTHING_HELD", "CAP-HOLD")


def _check_moved_with_consent(action: Action, case: Case) -> Decision | None:
    """CAP-MOVE-CONSENT: nobody is moved by base or province who has not consented to it (B7 16)."""
    if action not in (Action.MOVE, Action.CHANGE_SPECIALTY) or case.standing.accepts_reallocation:
        return None
    return Decision(False, "CONSENT_REQUIRED", "CAP-MOVE-CONSENT", None, "EDIT_REALLOCATION")


def _check_offered(action: Action, case: Case) -> Decision | None:
    """CAP-OFFER: a freed place is taken or declined by whom it is offered to, until the offer ends."""
    if action is not Action.ANSWER_OFFER:
        return None
    until = case.standing.marks.offered_until
    if until is None:
        return Decision(False, "NOTHING_OFFERED", "CAP-OFFER")
    return None if case.moment.now < until else Decision(False, "OFFER_OVER", "CAP-OFFER")


def _check_offer_open(action: Action, case: Case) -> Decision | None:
    """OFF-03: while a place is offered to somebody, nothing else is granted to them: they would hold two seats."""
    until = case.standing.marks.offered_until
    bound = action in (Action.GRANT_PROVISIONAL, Action.GRANT_EXCEPTION, Action.CHANGE_SPECIALTY)
    if not bound or until is None or case.moment.now >= until:
        return None
    return Decision(False, "OFFER_OPEN", "OFF-03", until, "OFFER_END")


def _check_main_base(action: Action, case: Case) -> Decision | None:
    """PLC-02: where the policy asks for both, a collaborative base proposes and its main base grants."""
    main = case.standing.main_base
    if action is not Action.GRANT_PROVISIONAL or not case.policy.main_base_confirms or not main:
        return None
    return Decision(False, "MAIN_BASE_CONFIRMS", "PLC-02", case.moment.closes_at, "MAIN_BASE_CONFIRMS")


def _check_deferred(action: Action, case: Case) -> Decision | None:
    if action is not Action.DEFER or case.standing.marks.ending is not Ending.DEFERRED:
        return None
    return Decision(False, "ALREADY_DEFERRED", "CAP-QUIT")


def _check_objection(action: Action, case: Case) -> Decision | None:
    """CAP-OBJECTION: an open or upheld objection freezes the final admission (B7 25)."""
    objected = case.standing.marks.objected
    if action is Action.ADMIT and objected:
        return Decision(False, "OBJECTED", "CAP-OBJECTION", None, "OBJECTION_DISMISSED")
    if action is Action.RESOLVE_OBJECTION and not objected:
        return Decision(False, "NO_OBJECTION", "CAP-OBJECTION")
    return None


def _check_publicity(action: Action, case: Case) -> Decision | None:
    """CAP-PUBLICITY: 录取 waits until a list that names the person has been public for the working days asked."""
    if action is not Action.ADMIT or case.policy.publicity_working_days <= 0:
        return None
    over = case.standing.marks.publicity_ends_at
    if over is None:
        return Decision(False, "NOT_PUBLISHED", "CAP-PUBLICITY", None, "LIST_PUBLISHED")
    if case.moment.now >= over:
        return None
    return Decision(False, "PUBLICITY_RUNNING", "CAP-PUBLICITY", over, "PUBLICITY_END")


def _check_confirmed(action: Action, case: Case) -> Decision | None:
    """CAP-CONFIRM: where the policy asks for it, the applicant takes the place once before the final admission."""
    confirmed = case.standing.marks.confirmed_at is not None
    if action is Action.ADMIT and case.policy.confirmation_required and not confirmed:
        return Decision(False, "NOT_CONFIRMED", "CAP-CONFIRM", case.moment.closes_at, "APPLICANT_CONFIRMS")
    if action is Action.CONFIRM_PLACE and confirmed:
        return Decision(False, "ALREADY_CONFIRMED", "CAP-CONFIRM")
    return None


def _check_hold(action: Action, case: Case) -> Decision | None:
    if action is not Action.UNDO or (end := hold_ends(case)) is None or case.moment.now < end:
        return None
    return Decision(False, "HOLD_OVER", "CAP-UNDO", None, "REVOCATION")


def _check_revocation(action: Action, case: Case) -> Decision | None:
    proposed = case.standing.marks.revocation_proposed
    if action is Action.PROPOSE_REVOCATION and proposed:
        return Decision(False, "ALREADY_PROPOSED", "CAP-REVOCATION", None, "PROVINCE_DECISION")
    if action is Action.DECIDE_REVOCATION and not proposed:
        return Decision(False, "NOTHING_PROPOSED", "CAP-REVOCATION", None, "PROPOSE_REVOCATION")
    return None


def _check_seat(action: Action, case: Case) -> Decision | None:
    """SEAT-01: provisional and admitted together never exceed the plan of a base and specialty.

    The database enforces the same in the transaction that takes the seat; this tells the reason.
    """
    if action not in (Action.GRANT_PROVISIONAL, Action.GRANT_EXCEPTION) or case.standing.seats_left > 0:
        return None
    return Decision(False, "SEAT_FULL", "SEAT-01", case.moment.closes_at, "SEAT_FREED")


CHECKS: tuple[Check, ...] = (
    _check_role,
    _check_scope,
    _check_going_on,
    _check_table,
    _check_closed,
    _check_deadline,
    _check_verified,
    _check_held,
    _check_hold_known,
    _check_consent,
    _check_moved_with_consent,
    _check_not_selected,
    _check_offered,
    _check_offer_open,
    _check_main_base,
    _check_deferred,
    _check_objection,
    _check_publicity,
    _check_confirmed,
    _check_hold,
    _check_revocation,
    _check_seat,
)
"""CAP-ORDER: the first check that refuses is the one told."""


def in_table(action: Action, case: Case) -> bool:
    """Whether the cell of B4 or B5 for this phase and state allows the action."""
    phase, state = case.moment.phase, case.state
    if action is Action.VIEW:
        return _may_view(phase, state)
    if action is Action.WITHDRAW:
        return _may_withdraw(case)
    if action is Action.ANSWER_OFFER:
        return _may_answer(case)
    if action is Action.CONFIRM_PLACE:
        return case.policy.confirmation_required and state is State.PROVISIONAL and phase in (P2, P3, P4, P5)
    if action in ORDERED:
        return phase in ORDERED[action].cells and _state_fits(action, case)
    if action is Action.START and state is State.WITHDRAWN:
        return _may_reregister(case)
    return action in B4[state].cells.get(phase, frozenset())


def _state_fits(action: Action, case: Case) -> bool:
    states = ORDERED[action].cells.get(case.moment.phase)
    return states is None or case.state in states


def _may_view(phase: Phase, state: State) -> bool:
    """CAP-VIEW: one's own application and last submission can be read from P1 on."""
    return state is not State.NONE and phase in (P1, P2, P3, P4, P5, P6)


def _may_withdraw(case: Case) -> bool:
    """CAP-WITHDRAW: an application is given up before approval, P1 to P4; a provisional place only by policy."""
    if case.state is State.PROVISIONAL:
        return case.policy.give_up_provisional and case.moment.phase in (P2, P3, P4, P5)
    states = (State.DRAFT, State.PENDING, State.REJECTED, State.REOPENED)
    return case.state in states and case.moment.phase in (P1, P2, P3, P4)


def _may_answer(case: Case) -> bool:
    """In P2 and P3 whoever is approved; in P5, by policy, whoever the rounds left without a place."""
    if case.moment.phase is P5:
        return case.policy.backfill_after_rounds and case.state is State.CLOSED_UNPLACED
    return case.moment.phase in (P2, P3) and case.state is State.APPROVED


def hold_ends(case: Case) -> datetime | None:
    """CAP-UNDO: when the hold of the latest grant or admission ends; None when there is none."""
    since = case.standing.provisional_at
    if case.state is State.ADMITTED:
        since = case.standing.marks.admitted_at
    return None if since is None else since + case.policy.hold(case.moment.day)


def _may_reregister(case: Case) -> bool:
    later = case.moment.standing > case.standing.round
    return case.policy.reregistration and later and Action.START in REREGISTER.cells.get(case.moment.phase, frozenset())


def bound_by_deadline(action: Action, case: Case) -> bool:
    """Whether the base's review deadline ends this action."""
    if action in (Action.APPROVE, Action.REJECT):
        return True
    return action is Action.SUBMIT and case.state is State.REJECTED and case.moment.phase in (P2, P3)


def sooner(action: Action, case: Case, until: datetime | None, changed_by: str) -> tuple[datetime | None, str]:
    """The end of what is open, when something of the application's own ends it before the window does."""
    own = {
        Action.UNDO: (hold_ends(case), "HOLD_END"),
        Action.ANSWER_OFFER: (case.standing.marks.offered_until, "OFFER_END"),
    }.get(action)
    if own is None or own[0] is None or (until is not None and until <= own[0]):
        return until, changed_by
    return own


def rule_of(action: Action, case: Case) -> str:
    """Id of the rule that opens or closes this action."""
    if action in ORDERED:
        return ORDERED[action].rule
    if action in _OWN_RULES:
        return _OWN_RULES[action]
    if action is Action.VIEW:
        return "CAP-VIEW"
    if action is Action.WITHDRAW:
        return "CAP-WITHDRAW"
    if action is Action.START and case.state is State.WITHDRAWN:
        return REREGISTER.rule
    return B4[case.state].rule


def _reason(action: Action, case: Case) -> str:
    """WRONG_STATE when this phase allows the action in another state, else NOT_IN_PHASE."""
    phase = case.moment.phase
    if action in ORDERED:
        return "WRONG_STATE" if phase in ORDERED[action].cells else "NOT_IN_PHASE"
    if action in (Action.VIEW, Action.WITHDRAW, *_OWN_RULES):
        return "WRONG_STATE"
    possible = any(action in row.cells.get(phase, frozenset()) for row in B4.values())
    return "WRONG_STATE" if possible else "NOT_IN_PHASE"


def _opening(action: Action, case: Case) -> tuple[datetime | None, str]:
    """The next phase in which the action opens if nobody does anything until then."""
    for window in case.moment.ahead:
        later = replace(case, moment=replace(case.moment, phase=window.phase, round=window.round))
        if in_table(action, later):
            return window.opens_at, window.phase.label
    return None, ""


def next_label(case: Case) -> str:
    """Label of the phase that comes next; empty in the last."""
    return case.moment.ahead[0].phase.label if case.moment.ahead else ""
