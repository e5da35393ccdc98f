"""Fills the name of whom a proposal is about into its sentence, as the person is called now."""

from __future__ import annotations

from dataclasses import replace

from services.identity.proposals import NAME, Proposal, ProposalKind
from services.identity.store.people import People
from services.identity.store.staff import Invitations
from services.kit.database import UnitOfWork

_GONE = "（已注销人员）"


async def named(uow: UnitOfWork, proposal: Proposal) -> Proposal:
    """The proposal with a sentence for who reads it; somebody erased since has no name any more."""
    if proposal.kind is ProposalKind.GRANT_HAT:
        offer = await Invitations(uow.session).by_id(proposal.content["invitation_id"])
        name = offer.name if offer else ""
    else:
        person = await People(uow.session).by_id(proposal.content["person_id"])
        name = person.name if person else ""
    return replace(proposal, summary=proposal.summary.replace(NAME, name or _GONE))
