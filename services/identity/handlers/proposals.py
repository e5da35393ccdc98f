"""The second signature: what waits for it, and what it sets going."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from services.identity import proposals
from services.identity.core import Core
from services.identity.domain import reach
from services.identity.domain.organisation import Tree
from services.identity.handlers.invitations import InvitationHandlers
from services.identity.handlers.naming import named
from services.identity.proposals import Proposal, ProposalKind, ProposalState
from services.identity.store.organisations import Organisations
from services.identity.store.people import People
from services.kit.audit import note
from services.kit.commands import once
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind

OVERRIDE = timedelta(days=7)
"""SUP-04: how long a person may bind again after the thirty days were lifted for them."""


class ProposalHandlers:
    """Use cases of acts that need two people."""

    def __init__(self, core: Core, invitations: InvitationHandlers) -> None:
        self._core = core
        self._invitations = invitations

    async def list_proposals(self, who: Caller, *, decided: bool) -> Sequence[Proposal]:
        """ROLE-20: at most a hundred proposals within reach: those that wait, oldest first, or the others."""
        now = self._core.clock.now()
        async with self._core.database.unit_of_work() as uow:
            tree = await Organisations(uow.session).tree()
            codes = [each.code for each in tree.in_order() if reach.reaches(who, tree, each.code)]
            read = proposals.decided if decided else proposals.waiting
            return [await named(uow, each) for each in await read(uow, now, codes)]

    async def decide(self, who: Caller, proposal_id: str, reason: str, key: str, *, approve: bool) -> Proposal:
        """ROLE-17: sign or refuse; what is signed is carried out in the same transaction.

        Raises:
            DomainError: NOT_FOUND PROPOSAL_UNKNOWN, out of reach as when absent; FORBIDDEN SELF_APPROVAL; NOT_NOW
                PROPOSAL_DECIDED, PROPOSAL_EXPIRED; CONFLICT SEPARATED_HATS, IDEMPOTENCY_KEY_REUSED; UNAVAILABLE
                when an invitation could not be told: the same call again tells it.
        """
        body = json.dumps(["decide", proposal_id, approve, reason], ensure_ascii=False).encode()
        async with self._core.database.unit_of_work() as uow:
            again = await once(uow, self._core.clock, who.actor, key, body) is not None
            found = await proposals.find(uow, proposal_id, lock=True)
            tree = await Organisations(uow.session).tree()
            if found is None or not _theirs(who, tree, found):
                raise DomainError(Kind.NOT_FOUND, "PROPOSAL_UNKNOWN", "没有找到该事项。", rule="ROLE-20")
            if not again:
                found = await proposals.decide(uow, self._core.clock, who, found, approve=approve, reason=reason)
                await self._carry_out(uow, who, found)
            found = await named(uow, found)
        if found.kind is ProposalKind.GRANT_HAT and found.state is ProposalState.APPROVED:
            await self._invitations.tell(found.content["invitation_id"])
        return found

    async def _carry_out(self, uow: UnitOfWork, who: Caller, proposal: Proposal) -> None:
        approve = proposal.state is ProposalState.APPROVED
        if proposal.kind is ProposalKind.GRANT_HAT:
            await self._invitations.sign(uow, who, proposal.content["invitation_id"], approve=approve)
        elif proposal.kind is ProposalKind.OVERRIDE_BINDING and approve:
            person_id, until = proposal.content["person_id"], self._core.clock.now() + OVERRIDE
            await People(uow.session).by_id(person_id, lock=True)
            await People(uow.session).change(person_id, override_until=until)
            detail = {"proposal": proposal.proposal_id, "until": until.isoformat()}
            await note(uow, self._core.clock, "binding_overridden", person_id, who=who, detail=detail)


def _theirs(who: Caller, tree: Tree, proposal: Proposal) -> bool:
    return reach.province_reach(who, tree, proposal.organisation_code)
