"""Grants that two bases sign: the collaborative base proposes, its main base takes the seat (PLC-02)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import Event, effective_state
from services.enrollment.domain.capabilities import Action, Decision
from services.enrollment.handlers.deciding import Allowed, allow
from services.enrollment.handlers.decisions import check_qualified, granted
from services.enrollment.handlers.places import own_base
from services.enrollment.handlers.placing import Placing, Turn, write_of
from services.enrollment.handlers.running import Outcome, not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, Situation
from services.enrollment.store import places
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.places import PlaceStore, ProposalRecord
from services.kit.domain import Caller, DomainError, Kind

_VIEW: TypeAdapter[ProposalRecord] = TypeAdapter(ProposalRecord)


@dataclass(frozen=True, slots=True)
class ProposeGrant:
    """Propose a grant to the main base."""

    application_id: str
    submission_number: int
    qualified: bool
    remark: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ConfirmGrant:
    """Grant what was proposed, or decline it."""

    application_id: str
    number: int
    approve: bool
    remark: str = field(repr=False)
    idempotency_key: str


class CoSigningHandlers(Placing):
    """Proposals of collaborative bases, answers of their main bases."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, places_: PlaceStore) -> None:
        super().__init__(cycles, applications)
        self._places = places_

    async def propose(self, caller: Caller, order: ProposeGrant) -> ProposalRecord:
        """PLC-02: whom a base could grant a place, were it to decide alone, it proposes. No seat is taken yet.

        Raises NOT_NOW `NO_MAIN_BASE` where nobody has to confirm, CONFLICT `ALREADY_PROPOSED_GRANT`.
        """

        async def read() -> Situation | None:
            return await self._applications.read(
                order.application_id, caller.actor, order.idempotency_key, order.submission_number
            )

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ProposalRecord]:
            allowed = allow(
                *(caller, Action.GRANT_PROVISIONAL, cycle, now, order.submission_number),
                instead_of=caller.organisation,
            )
            check_qualified(now.gate.phase, order.qualified)
            before = allowed.before
            main = cycle.catalogue.main_bases.get(before.submitted.base_code, "")
            if not cycle.policy.main_base_confirms or not main:
                raise DomainError(Kind.NOT_NOW, "NO_MAIN_BASE", "本基地的拟录取无需主基地确认。", rule="PLC-02")
            if await self._places.open_proposal(before.id, before.submission_number):
                raise DomainError(Kind.CONFLICT, "ALREADY_PROPOSED_GRANT", "已提交主基地,等待确认。", rule="PLC-02")
            after = replace(before, version=before.version + 1)
            proposal = _proposal(after, main, order, now)
            turn = Turn(
                *("propose_grant", after, facts.grant_proposed(cycle, after, main)),
                remark=order.remark,
                qualified=order.qualified,
                also=(places.grant_proposed(cycle.id, proposal, caller.actor),),
            )
            return Outcome(write_of(caller, order, cycle, now, allowed, turn), proposal)

        return await self._runner.run(caller, order, _VIEW, read, decided)

    async def confirm(self, caller: Caller, order: ConfirmGrant) -> ProposalRecord:
        """PLC-02: the main base grants in its collaborative base's name, by the same rules, which takes the seat.

        Raises NOT_FOUND for a proposal that was not made to the caller's base (NOT_NOW `NOTHING_TO_CONFIRM` about an
        application to that base itself), CONFLICT `GRANT_ANSWERED` for one that was answered, and `SUPERSEDED` when the
        applicant has submitted anew.
        """

        async def read() -> Situation | None:
            return await self._applications.read(order.application_id, caller.actor, order.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ProposalRecord]:
            proposal = await self._places.proposal(order.application_id, order.number)
            if proposal is None or now.application is None or proposal.main_base_code != caller.organisation:
                raise _nothing_to_confirm(caller, now.application)
            if proposal.answered_at is not None:
                raise DomainError(Kind.CONFLICT, "GRANT_ANSWERED", "该拟录取申请已答复。", rule="PLC-02")
            allowed, turn = _answered(caller, cycle, now, now.application, order, proposal)
            answered = replace(proposal, answered_at=now.gate.now, confirmed=order.approve)
            return Outcome(write_of(caller, order, cycle, now, allowed, turn), answered)

        return await self._runner.run(caller, order, _VIEW, read, decided)

    async def list_proposals(self, caller: Caller, cycle_id: str, *, open_only: bool) -> list[ProposalRecord]:
        """What the caller's base proposed or has to answer. Raises NOT_FOUND for another's cycle."""
        base = await own_base(self, caller, cycle_id)
        return await self._places.proposals(cycle_id, base, open_only=open_only)


def _answered(
    caller: Caller,
    cycle: CycleRecord,
    now: Situation,
    before: ApplicationRecord,
    order: ConfirmGrant,
    proposal: ProposalRecord,
) -> tuple[Allowed, Turn]:
    also = (places.grant_answered(proposal, order.approve, caller.actor, now.gate.now),)
    if not order.approve:
        # To decline touches no seat and no state: it stays open whatever became of the application meanwhile.
        declined = Decision(True, "", "PLC-02", now.gate.closes_at)
        allowed = Allowed(before, declined, effective_state(before.state, before.round, now.gate.standing))
        after = replace(before, version=before.version + 1)
        fact = facts.grant_declined(cycle, after, order.remark)
        return allowed, Turn("decline_grant", after, fact, remark=order.remark, also=also)
    allowed = allow(
        *(caller, Action.GRANT_PROVISIONAL, cycle, now, proposal.submission_number), instead_of=proposal.base_code
    )
    check_qualified(now.gate.phase, proposal.qualified)
    after = replace(granted(allowed.after(Event.GRANT), now.gate.now), remark=proposal.remark)
    fact = facts.provisionally_admitted(cycle, after, now.decided)
    return allowed, Turn(
        *("confirm_grant", after, fact, "provisional", proposal.remark),
        qualified=proposal.qualified,
        seat=1,
        also=also,
    )


def _nothing_to_confirm(caller: Caller, application: ApplicationRecord | None) -> DomainError:
    if application is not None and application.submitted.base_code == caller.organisation:
        return DomainError(Kind.NOT_NOW, "NOTHING_TO_CONFIRM", "没有待本基地确认的拟录取申请。", rule="PLC-02")
    return not_found()


def _proposal(after: ApplicationRecord, main: str, order: ProposeGrant, now: Situation) -> ProposalRecord:
    return ProposalRecord(
        *(after.id, after.version, after.submitted.base_code, main, after.submitted.specialty_code),
        *(after.submission_number, order.qualified, order.remark, now.gate.now),
        name=after.name,
        masked_document=after.masked_document,
    )
