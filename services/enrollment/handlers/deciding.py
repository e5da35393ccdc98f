"""What every decision about somebody's application begins with: is it the caller's to touch, and is it open now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.enrollment.domain.application import Event, State, effective_state, next_state
from services.enrollment.domain.capabilities import Action, Actor, Decision, Standing, decide
from services.enrollment.domain.refusals import require, superseded
from services.enrollment.handlers.running import not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, Situation
from services.kit.domain import Caller


@dataclass(frozen=True, slots=True)
class Allowed:
    """An application as it was read, and the decision that allows what is wanted with it."""

    before: ApplicationRecord
    decision: Decision
    state: State
    """As of the phase."""

    def after(self, event: Event) -> ApplicationRecord:
        """The application one version on, in the state that follows."""
        return replace(self.before, version=self.before.version + 1, state=next_state(self.state, event))


def allow(
    caller: Caller,
    action: Action,
    cycle: CycleRecord,
    now: Situation,
    number: int = 0,
    *,
    instead_of: str = "",
) -> Allowed:
    """The guard of every such command; raises why not.

    Args:
        number: The submission that the caller saw; CONFLICT `SUPERSEDED` when it is not the current one. 0: any.
        instead_of: The collaborative base in whose name its main base grants; empty when the caller acts for itself.
    """
    before = now.application
    if before is None or not _reaches(caller, cycle, before):
        raise not_found()
    organisation = instead_of or caller.organisation
    # Who reviewed a submission that has moved on to another base learns that it was superseded, nobody else does.
    seen_by = (now.named_base, before.submitted.base_code)
    if number and number != before.submission_number and organisation in seen_by:
        raise superseded(before.submission_number)
    standing = standing_of(cycle, before, now.seats_left)
    if instead_of:
        standing = replace(standing, main_base="")
    actor = Actor(caller.role, organisation)
    decision = decide(action, now.gate.moment(cycle), now.milestones, standing, actor, cycle.policy)
    require(decision)
    return Allowed(before, decision, effective_state(before.state, before.round, now.gate.standing))


def standing_of(cycle: CycleRecord, record: ApplicationRecord, seats_left: int) -> Standing:
    """An application for the pure rules, with the base that has to confirm its grant."""
    main = cycle.catalogue.main_bases.get(record.submitted.base_code, "")
    standing = record.standing(seats_left)
    return replace(standing, main_base=main) if main else standing


def _reaches(caller: Caller, cycle: CycleRecord, record: ApplicationRecord) -> bool:
    """CAP-PROVINCE: one's own application, or one of one's own province; bases are told apart by CAP-SCOPE."""
    if caller.role == "applicant":
        return record.person_id == caller.person_id
    return caller.role != "province_administrator" or cycle.province_code == caller.organisation
