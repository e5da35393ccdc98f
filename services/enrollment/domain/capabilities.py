"""May this actor do this to this application now, and if not, why and until when: the one pure answer.

It guards every command, feeds the contract's `Capability`, greys the buttons of the portal. Its test is the tables
B3, B4 and B5. `now` is the database's clock; the gate is what the database says, not what the calendar planned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P1, P2, P3, P4, P5, P6, Phase, later_phases, standing_round
from services.enrollment.domain.refusals import Decision
from services.enrollment.domain.tables import (
    APPLICANT_ACTIONS,
    B4,
    B5,
    EDITS,
    READING,
    REREGISTER,
    STAFF,
    STAFF_ACTIONS,
    Action,
    Role,
)
from services.enrollment.domain.unlock import RULE, UNLOCKABLE, Unlocked

__all__ = ["Action", "Actor", "Decision", "Moment", "Policy", "Role", "Standing", "capabilities", "decide"]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the cycle stands: the gate, the database's clock, and when later phases are planned to open (aware UTC)."""

    phase: Phase
    now: datetime
    closes_at: datetime | None = None
    openings: Mapping[Phase, datetime] = field(default_factory=dict)
    day: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a province decides for its cycle (B7): all data, none of it in handlers."""

    publicity_days: float = 0.0
    """Calendar days between 拟录取 and 录取 (B7 25)."""
    reregistration: bool = True
    """Whoever withdrew may start again in a later round (transition 17)."""
    give_up_provisional: bool = False
    """An applicant may give up a provisional admission (transition 15; B7 29: otherwise via the base)."""
    p4_requires_consent: bool = False
    """The strict reading of B7 16: in P4 only those who accept reallocation edit their application."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An application as stored, and what its base has left; the default is no application at all."""

    state: State = State.NONE
    round: int = 0
    submission_number: int = 0
    base_code: str = ""
    accepts_reallocation: bool = False
    not_selected: bool = False
    provisional_at: datetime | None = None
    seats_left: int = 1
    unlocked: Mapping[Section, Unlocked] = field(default_factory=dict)
    """Sections that may be edited though the tables lock them."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a role, the organisation in which it holds, and for applicants whether identity has verified them."""

    role: str
    organisation: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything a check looks at."""

    moment: Moment
    milestones: Milestones
    standing: Standing
    actor: Actor
    policy: Policy
    section: Section | None = None
    """The section to be edited; None when no one in particular."""

    @property
    def unlocked_until(self) -> datetime | None:
        """UNL-01: until when the section (or any, when none is named) is unlocked; None when it is not.

        An unlock ends by itself, by the database's clock.
        """
        ends = [
            entry.until
            for section, entry in self.standing.unlocked.items()
            if self.section in (None, section) and self.moment.now < entry.until
        ]
        return max(ends, default=None) if self.state in UNLOCKABLE else None

    @property
    def state(self) -> State:
        return effective_state(self.standing.state, self.standing.round, self.moment.phase)

    @property
    def deadline(self) -> datetime | None:
        """When verdicts of this base end: its own review deadline, by default the end of the phase."""
        bounds = [at for at in (self.milestones.review_deadline, self.moment.closes_at) if at is not None]
        return min(bounds, default=None)


_Check = Callable[[Action, _Case], Decision | None]


def capabilities(
    moment: Moment, milestones: Milestones, standing: Standing, actor: Actor, policy: Policy
) -> dict[Action, Decision]:
    """What `actor` may do now, for every action of their role; empty for roles the tables do not know.

    `milestones` are those of the base of the current submission in the present round.
    """
    if actor.role == Role.APPLICANT:
        actions = APPLICANT_ACTIONS
    elif actor.role in STAFF:
        actions = STAFF_ACTIONS
    else:
        return {}
    case = _Case(moment, milestones, standing, actor, policy)
    return {action: _decide(action, case) for action in actions}


def decide(
    action: Action,
    moment: Moment,
    milestones: Milestones,
    standing: Standing,
    actor: Actor,
    policy: Policy,
    section: Section | None = None,
) -> Decision:
    """`capabilities` for one action (on one section): what a command is guarded by."""
    return _decide(action, _Case(moment, milestones, standing, actor, policy, section))


def _decide(action: Action, case: _Case) -> Decision:
    for check in _CHECKS:
        refusal = check(action, case)
        if refusal is not None:
            return refusal
    unlocked_until = case.unlocked_until if case.standing.unlocked else None
    if unlocked_until is not None and not _in_table(action, case):
        bounds = [at for at in (unlocked_until, case.moment.closes_at) if at is not None]
        return Decision(True, "", RULE, min(bounds), "UNLOCK_END")
    until, changed_by = case.moment.closes_at, _next_label(case.moment.phase)
    if _bound_by_deadline(action, case) and case.deadline is not None and case.deadline != until:
        until, changed_by = case.deadline, "REVIEW_DEADLINE"
    return Decision(True, "", _rule(action, case), until, changed_by)


def _check_role(action: Action, case: _Case) -> Decision | None:
    """CAP-ROLE: applicants act on their application, staff as B5 says; only administrators grant and admit."""
    allowed = case.actor.role in B5[action].roles if action in B5 else case.actor.role == Role.APPLICANT
    return None if allowed else Decision(False, "ROLE_NOT_ALLOWED", "CAP-ROLE")


def _check_scope(action: Action, case: _Case) -> Decision | None:
    """CAP-SCOPE: staff see and touch applications to their own base only; others do not exist for them."""
    if action not in B5 or not case.standing.base_code or case.standing.base_code == case.actor.organisation:
        return None
    return Decision(False, "APPLICATION_NOT_FOUND", "CAP-SCOPE")


def _check_table(action: Action, case: _Case) -> Decision | None:
    if _in_table(action, case):
        return None
    if action is Action.EDIT_PROFILE and case.standing.unlocked:
        if case.unlocked_until is not None:
            return None
        if replace(case, section=None).unlocked_until is not None:
            return Decision(False, "SECTION_NOT_UNLOCKED", "UNL-02")
    until, changed_by = _opening(action, case)
    if case.state is State.PENDING and case.moment.phase is P2 and action in EDITS:
        changed_by = "BASE_DECISION"
    return Decision(False, _reason(action, case), _rule(action, case), until, changed_by)


def _check_closed(action: Action, case: _Case) -> Decision | None:
    """CAP-CLOSED: a window ends at its instant, even when the next phase has not been entered yet."""
    closes_at = case.moment.closes_at
    if action in READING or closes_at is None or case.moment.now < closes_at:
        return None
    return Decision(False, "NOT_IN_PHASE", "CAP-CLOSED", *_opening(action, case))


def _check_deadline(action: Action, case: _Case) -> Decision | None:
    """CAP-DEADLINE: after the base's review deadline nobody approves, rejects, or resubmits what it rejected."""
    deadline = case.deadline
    if not _bound_by_deadline(action, case) or deadline is None or case.moment.now < deadline:
        return None
    return Decision(False, "AFTER_DEADLINE", "CAP-DEADLINE", *_opening(action, case))


def _check_verified(action: Action, case: _Case) -> Decision | None:
    """CAP-VERIFIED: only somebody whose identity is verified starts an application."""
    if action is not Action.START or case.actor.verified:
        return None
    return Decision(False, "NOT_VERIFIED", "CAP-VERIFIED", None, "IDENTITY_VERIFICATION")


def _check_consent(action: Action, case: _Case) -> Decision | None:
    """CAP-CONSENT: under the strict policy, in P4 only who accepts reallocation edits; the flag stays switchable."""
    bound = case.policy.p4_requires_consent and case.moment.phase is P4 and case.state is State.REOPENED
    if not bound or action not in EDITS - {Action.EDIT_REALLOCATION} or case.standing.accepts_reallocation:
        return None
    return Decision(False, "CONSENT_REQUIRED", "CAP-CONSENT", case.moment.closes_at, "EDIT_REALLOCATION")


def _check_not_selected(action: Action, case: _Case) -> Decision | None:
    if action is not Action.RECORD_NOT_SELECTED or not case.standing.not_selected:
        return None
    return Decision(False, "ALREADY_RECORDED", "CAP-B5-NOT-SELECTED")


def _check_publicity(action: Action, case: _Case) -> Decision | None:
    """CAP-PUBLICITY: 录取 waits until the publicity of the provisional admission is over."""
    granted = case.standing.provisional_at
    if action is not Action.ADMIT or granted is None:
        return None
    over = granted + case.policy.publicity_days * case.moment.day
    if case.moment.now >= over:
        return None
    return Decision(False, "PUBLICITY_RUNNING", "CAP-PUBLICITY", over, "PUBLICITY_END")


def _check_seat(action: Action, case: _Case) -> Decision | None:
    """SEAT-01: provisional and admitted together never exceed the plan of a base and specialty.

    The database enforces the same in the transaction that takes the seat; this tells the reason.
    """
    if action is not Action.GRANT_PROVISIONAL or case.standing.seats_left > 0:
        return None
    return Decision(False, "SEAT_FULL", "SEAT-01", case.moment.closes_at, "SEAT_FREED")


_CHECKS: tuple[_Check, ...] = (
    _check_role,
    _check_scope,
    _check_table,
    _check_closed,
    _check_deadline,
    _check_verified,
    _check_consent,
    _check_not_selected,
    _check_publicity,
    _check_seat,
)


def _in_table(action: Action, case: _Case) -> bool:
    """Whether the cell of B4 or B5 for this phase and state allows the action."""
    phase, state = case.moment.phase, case.state
    if action is Action.VIEW:
        return _may_view(phase, state)
    if action is Action.WITHDRAW:
        return _may_withdraw(case)
    if action in B5:
        return phase in B5[action].cells and _state_fits(action, case)
    if action is Action.START and state is State.WITHDRAWN:
        return _may_reregister(case)
    return action in B4[state].cells.get(phase, frozenset())


def _state_fits(action: Action, case: _Case) -> bool:
    states = B5[action].cells.get(case.moment.phase)
    return states is None or case.state in states


def _may_view(phase: Phase, state: State) -> bool:
    """CAP-VIEW: one's own application and last submission can be read from P1 on."""
    return state is not State.NONE and phase in (P1, P2, P3, P4, P5, P6)


def _may_withdraw(case: _Case) -> bool:
    """CAP-WITHDRAW: an application is given up before approval, P1 to P4; a provisional place only by policy."""
    if case.state is State.PROVISIONAL:
        return case.policy.give_up_provisional and case.moment.phase in (P2, P3, P4, P5)
    states = (State.DRAFT, State.PENDING, State.REJECTED, State.REOPENED)
    return case.state in states and case.moment.phase in (P1, P2, P3, P4)


def _may_reregister(case: _Case) -> bool:
    later = standing_round(case.moment.phase) > case.standing.round
    return case.policy.reregistration and later and Action.START in REREGISTER.cells.get(case.moment.phase, frozenset())


def _bound_by_deadline(action: Action, case: _Case) -> bool:
    if action in (Action.APPROVE, Action.REJECT):
        return True
    return action is Action.SUBMIT and case.state is State.REJECTED and case.moment.phase in (P2, P3)


def _rule(action: Action, case: _Case) -> str:
    if action in B5:
        return B5[action].rule
    if action is Action.VIEW:
        return "CAP-VIEW"
    if action is Action.WITHDRAW:
        return "CAP-WITHDRAW"
    if action is Action.START and case.state is State.WITHDRAWN:
        return REREGISTER.rule
    return B4[case.state].rule


def _reason(action: Action, case: _Case) -> str:
    """WRONG_STATE when this phase allows the action in another state, else NOT_IN_PHASE."""
    phase = case.moment.phase
    if action in B5:
        return "WRONG_STATE" if phase in B5[action].cells else "NOT_IN_PHASE"
    if action in (Action.VIEW, Action.WITHDRAW):
        return "WRONG_STATE"
    possible = any(action in row.cells.get(phase, frozenset()) for row in B4.values())
    return "WRONG_STATE" if possible else "NOT_IN_PHASE"


def _opening(action: Action, case: _Case) -> tuple[datetime | None, str]:
    """The next phase in which the action opens if nobody does anything until then."""
    for phase in later_phases(case.moment.phase):
        later = replace(case, moment=replace(case.moment, phase=phase))
        if phase in case.moment.openings and _in_table(action, later):
            return case.moment.openings[phase], phase.label
    return None, ""


def _next_label(phase: Phase) -> str:
    following = later_phases(phase)
    return following[0].label if following else ""
