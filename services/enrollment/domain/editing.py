"""Which single fields may be changed: the fields of the forms mapped onto the actions that change them (CAP-FIELDS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.capabilities import decide
from services.enrollment.domain.case import Actor, Moment, Standing
from services.enrollment.domain.fields import DEFINITIONS, Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P2, P3, Phase
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.refusals import Decision
from services.enrollment.domain.tables import Action

IDENTITY = ("identity.name", "identity.document_type", "identity.document_number")
"""CAP-IDENTITY: what identity verified is nobody's to edit; only verifying again changes it (B4, I)."""
CHOICE: Mapping[str, Action] = {
    "choice.base_code": Action.EDIT_BASE,
    "choice.specialty_code": Action.EDIT_SPECIALTY,
    "choice.accepts_reallocation": Action.EDIT_REALLOCATION,
}


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """One field, the action that changes it, and whether that is open for this field."""

    field: str
    action: Action
    decision: Decision


def base_is_locked(state: State, phase: Phase) -> bool:
    """APP-08: who was rejected in this round keeps the base in P2 and P3."""
    return state is State.REJECTED and phase in (P2, P3)


def fields(
    moment: Moment, milestones: Milestones, standing: Standing, actor: Actor, policy: Policy
) -> list[FieldDecision]:
    """CAP-FIELDS: every field in the order of the forms; open exactly when saving a change of it would be accepted.

    Sections that are unlocked for a while count by themselves.
    """
    fixed = Decision(False, "IDENTITY_FIXED", "CAP-IDENTITY", None, "IDENTITY_VERIFICATION")
    found = [FieldDecision(name, Action.EDIT_PROFILE, fixed) for name in IDENTITY]
    for definition in DEFINITIONS:
        section = Section(definition.section)
        decision = decide(Action.EDIT_PROFILE, moment, milestones, standing, actor, policy, section)
        found += [FieldDecision(f"{section}.{field.key}", Action.EDIT_PROFILE, decision) for field in definition.fields]
    for name, action in CHOICE.items():
        decision = decide(action, moment, milestones, standing, actor, policy)
        state = effective_state(standing.state, standing.round, moment.standing)
        in_bounds = decision.reason in ("WRONG_STATE", "NOT_IN_PHASE") and decision.rule != "CAP-CLOSED"
        if action is Action.EDIT_BASE and in_bounds and base_is_locked(state, moment.phase):
            decision = Decision(False, "BASE_LOCKED", "APP-08", decision.until, decision.changed_by)
        found.append(FieldDecision(name, action, decision))
    return found
