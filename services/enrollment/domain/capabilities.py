"""May this actor do this to this application now, and if not, why and until when: the one pure answer.

It guards every command, feeds the contract's `Capability`, greys the buttons of the portal. Its test is the tables
B3, B4 and B5. `now` is the database's clock; the gate is what the database says, not what the calendar planned.
"""

from __future__ import annotations

from services.enrollment.domain.case import Actor, Case, Moment, Standing
from services.enrollment.domain.checks import CHECKS, bound_by_deadline, in_table, next_label, rule_of, sooner
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.refusals import Decision
from services.enrollment.domain.tables import (
    APPLICANT_ACTIONS,
    PROVINCE,
    PROVINCE_ACTIONS,
    STAFF,
    STAFF_ACTIONS,
    Action,
    Role,
)
from services.enrollment.domain.unlock import RULE

__all__ = ["Action", "Actor", "Decision", "Moment", "Policy", "Role", "Standing", "capabilities", "decide"]


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
    elif actor.role in PROVINCE:
        actions = PROVINCE_ACTIONS
    else:
        return {}
    case = Case(moment, milestones, standing, actor, policy)
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
    return _decide(action, Case(moment, milestones, standing, actor, policy, section))


def _decide(action: Action, case: Case) -> Decision:
    for check in CHECKS:
        refusal = check(action, case)
        if refusal is not None:
            return refusal
    unlocked_until = case.unlocked_until if case.standing.unlocked else None
    if unlocked_until is not None and not in_table(action, case):
        bounds = [at for at in (unlocked_until, case.moment.closes_at) if at is not None]
        return Decision(True, "", RULE, min(bounds), "UNLOCK_END")
    until, changed_by = case.moment.closes_at, next_label(case)
    if bound_by_deadline(action, case) and case.deadline is not None and case.deadline != until:
        until, changed_by = case.deadline, "REVIEW_DEADLINE"
    until, changed_by = sooner(action, case, until, changed_by)
    return Decision(True, "", rule_of(action, case), until, changed_by)
