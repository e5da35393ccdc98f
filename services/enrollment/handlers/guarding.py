"""What keeps applicants' commands in their bounds: the one pure answer, versions, the locked base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.capabilities import Action, Actor, Decision, Role, Standing, decide
from services.enrollment.domain.choice import Choice, plan_problems
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.editing import base_is_locked
from services.enrollment.domain.eligibility import reasons
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.refusals import base_locked, require, stale_version
from services.enrollment.domain.screening import Screened
from services.enrollment.domain.submitting import barred
from services.enrollment.handlers.running import not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, Situation


def state_of(now: Situation) -> State:
    """The application's state as of the gate's phase."""
    found = now.application
    return State.NONE if found is None else effective_state(found.state, found.round, now.gate.standing)


def allow(
    action: Action, cycle: CycleRecord, now: Situation, actor: Actor | None = None, section: Section | None = None
) -> Decision:
    """The decision that allows `action`; raises why not."""
    standing = now.application.standing(unlocked=now.unlocked) if now.application is not None else Standing()
    who = actor or Actor(Role.APPLICANT)
    decision = decide(action, now.gate.moment(cycle), now.milestones, standing, who, cycle.policy, section)
    require(decision)
    return decision


def edited(now: Situation, expected_version: int) -> ApplicationRecord:
    """The application that is edited; raises when the edit was made on another version (0: on any)."""
    found = now.application
    if found is None:
        raise not_found()
    if expected_version and expected_version != found.version:
        raise stale_version(found.version)
    return found


def locked_base(now: Situation) -> str:
    """APP-08: the base that must be kept; empty when any may be chosen."""
    found = now.application
    locked = found is not None and base_is_locked(state_of(now), now.gate.phase)
    return found.submitted.base_code if found is not None and locked else ""


def allow_choice(cycle: CycleRecord, now: Situation, wanted: Choice) -> Decision:
    """Each part of the choice that changes must be open to change; the flag's rule answers when none does."""
    draft = now.application.draft if now.application is not None else Choice()
    locked = locked_base(now)
    changes: list[Action] = []
    if wanted.base_code != draft.base_code:
        if locked and wanted.base_code != locked:
            raise base_locked()
        if not locked:
            changes.append(Action.EDIT_BASE)
    if wanted.specialty_code != draft.specialty_code:
        changes.append(Action.EDIT_SPECIALTY)
    if wanted.accepts_reallocation != draft.accepts_reallocation or not changes:
        changes.append(Action.EDIT_REALLOCATION)
    decisions = [allow(action, cycle, now) for action in changes]
    return decisions[0]


def bodies_of(now: Situation) -> dict[Section, Mapping[str, Any]]:
    """What the draft says by section."""
    return {section: saved.body for section, saved in now.sections.items()}


def check_selectable(cycle: CycleRecord, now: Situation, draft: Choice, wanted: Choice) -> None:
    """ELG-02: another place is saved only when it is planned, open, and nothing known speaks against the person there.

    Consent alone may always be changed. Raises INVALID with everything that speaks against it.
    """
    same = (wanted.base_code, wanted.specialty_code) == (draft.base_code, draft.specialty_code)
    if same or not wanted.complete:
        return
    found = [
        *plan_problems(wanted, cycle.catalogue),
        *reasons(cycle.policy.eligibility, wanted, bodies_of(now), so_far=True),
    ]
    if found:
        raise barred(found)


def marks_of_submission(now: Situation, before: ApplicationRecord, screened: Screened) -> Marks:
    """CAP-FIX: who repairs inside the window of their own is reviewed in it; a new round begins without one (B7 7).

    A hold stays until the province releases it; a place on the waiting list of a round gone by does not.
    """
    marks, same_round = before.marks, before.round == now.gate.standing
    repaired = marks.fix_until is not None and (state_of(now) is State.PENDING or now.gate.now < marks.fix_until)
    return replace(
        marks,
        held=screened.held or marks.held,
        fix_until=marks.fix_until if same_round and repaired else None,
        waiting_rank=marks.waiting_rank if same_round else 0,
    )
