"""Acts that need two people: proposed by one, signed by another, then carried out or used once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from services.identity.store.tables import proposal as table
from services.kit import audit
from services.kit.clock import Clock
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

WAITS = timedelta(days=7)
"""How long a proposal waits for its second signature."""
USABLE = timedelta(minutes=30)
"""How long an approved proposal that is used later (acting with writing) may be."""
LISTED = 100
NAME = "〔姓名〕"
"""Stands in a stored summary for the name of whom it is about: a name is erased in one place, its person's."""


class ProposalKind(StrEnum):
    """What is proposed."""

    GRANT_HAT = "grant_hat"
    """An invitation to a powerful hat, `invitation_id`."""
    OVERRIDE_BINDING = "override_binding"
    """A binding inside the thirty days, `person_id`."""
    ACTING_WRITE = "acting_write"
    """A session in place of `person_id` that may write."""


class ProposalState(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that needs two people; instants are aware UTC."""

    proposal_id: str
    kind: ProposalKind
    summary: str
    content: Mapping[str, str]
    organisation_code: str
    """The reach in which it can be decided; empty for the whole platform."""
    proposed_by: str
    """Who answers for it: the actor, not the person acted for (who stands in `content["in_place_of"]`)."""
    proposed_as: str
    proposed_at: datetime
    reason: str
    state: ProposalState
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    expires_at: datetime
    used_at: datetime | None

    def state_at(self, now: datetime) -> ProposalState:
        """The state as it is at `now`: one that has waited too long has expired."""
        if self.state is ProposalState.WAITING and now >= self.expires_at:
            return ProposalState.EXPIRED
        return self.state


_COLUMNS = tuple(table.c[name] for name in Proposal.__dataclass_fields__)


async def propose(
    uow: UnitOfWork,
    clock: Clock,
    who: Caller,
    *,
    kind: ProposalKind,
    summary: str,
    content: Mapping[str, str],
    organisation_code: str,
    reason: str,
) -> Proposal:
    """Write a proposal down, and in the audit; it waits seven days for a second signature.

    Args:
        uow: The transaction of the command.
        clock: Tells when.
        who: Who proposes.
        kind: What sort of act.
        summary: One Chinese sentence for who signs, with `NAME` for the name of whom it is about.
        content: Ids the act needs, no personal data.
        organisation_code: In whose reach it can be signed; empty for the whole platform.
        reason: Why, as the proposer wrote it.
    """
    now = clock.now()
    new = Proposal(
        proposal_id=new_id(),
        kind=kind,
        summary=summary,
        content=dict(content) | ({"in_place_of": who.person_id} if who.acting_by else {}),
        organisation_code=organisation_code,
        proposed_by=who.actor,
        proposed_as=who.role,
        proposed_at=now,
        reason=reason,
        state=ProposalState.WAITING,
        decided_by="",
        decided_at=None,
        decision_reason="",
        expires_at=now + WAITS,
        used_at=None,
    )
    values = {name: getattr(new, name) for name in Proposal.__dataclass_fields__}
    values |= {"kind": kind.value, "state": new.state.value, "organisation_code": organisation_code or None}
    await uow.session.execute(insert(table).values(values))
    await audit.note(
        *(uow, clock, "proposal_made", new.proposal_id),
        who=who,
        reason=reason,
        detail={"kind": kind.value} | dict(new.content),
    )
    return new


async def find(uow: UnitOfWork, proposal_id: str, *, lock: bool = False) -> Proposal | None:
    """The proposal with this id; with `lock`, nobody else decides or uses it until the transaction ends."""
    statement = select(*_COLUMNS).where(table.c.proposal_id == proposal_id)
    row = (await uow.session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else _proposal(row)


async def waiting(uow: UnitOfWork, now: datetime, organisations: Sequence[str]) -> Sequence[Proposal]:
    """Those of these organisations, or of none, that wait at `now`: oldest first, at most a hundred."""
    waits = (table.c.state == ProposalState.WAITING.value) & (table.c.expires_at > now)
    return await _some(uow, waits, organisations, table.c.proposed_at)


async def decided(uow: UnitOfWork, now: datetime, organisations: Sequence[str]) -> Sequence[Proposal]:
    """Those of these organisations, or of none, that wait no longer at `now`: newest first, at most a hundred."""
    over = (table.c.state != ProposalState.WAITING.value) | (table.c.expires_at <= now)
    return await _some(uow, over, organisations, table.c.proposed_at.desc())


async def _some(
    uow: UnitOfWork, condition: ColumnElement[bool], organisations: Sequence[str], order: ColumnElement[Any]
) -> Sequence[Proposal]:
    theirs = table.c.organisation_code.is_(None) | table.c.organisation_code.in_(organisations)
    statement = select(*_COLUMNS).where(condition, theirs).order_by(order).limit(LISTED)
    return [_proposal(row) for row in await uow.session.execute(statement)]


async def decide(
    uow: UnitOfWork, clock: Clock, who: Caller, proposal: Proposal, *, approve: bool, reason: str
) -> Proposal:
    """ROLE-17: the second signature under a locked `proposal`, never that of who proposed it, whatever the hat.

    Raises:
        DomainError: FORBIDDEN SELF_APPROVAL for the proposer, for who was acted for when it was proposed, for
            somebody in whose place the proposer acts now, and for the person it is about; NOT_NOW PROPOSAL_DECIDED
            or PROPOSAL_EXPIRED.
    """
    check_other_person(who, proposal)
    now = clock.now()
    if proposal.state is not ProposalState.WAITING:
        raise DomainError(Kind.NOT_NOW, "PROPOSAL_DECIDED", "该事项已有人处理。", rule="ROLE-17")
    if proposal.state_at(now) is ProposalState.EXPIRED:
        raise DomainError(Kind.NOT_NOW, "PROPOSAL_EXPIRED", "该事项已过期，请重新提出。", rule="ROLE-17")
    state = ProposalState.APPROVED if approve else ProposalState.REFUSED
    usable = proposal.kind is ProposalKind.ACTING_WRITE and approve
    new = replace(
        proposal,
        state=state,
        decided_by=who.actor,
        decided_at=now,
        decision_reason=reason,
        expires_at=now + USABLE if usable else proposal.expires_at,
    )
    changed = ("decided_by", "decided_at", "decision_reason", "expires_at")
    await uow.session.execute(
        update(table)
        .where(table.c.proposal_id == proposal.proposal_id)
        .values(state=state.value, **{name: getattr(new, name) for name in changed})
    )
    await audit.note(
        *(uow, clock, f"proposal_{state.value}", proposal.proposal_id),
        who=who,
        reason=reason,
        detail={"kind": proposal.kind.value},
    )
    return new


def check_other_person(who: Caller, proposal: Proposal) -> None:
    """ROLE-17: two signatures are two people. Raises DomainError FORBIDDEN SELF_APPROVAL."""
    bound = {proposal.proposed_by, proposal.content.get("in_place_of", ""), proposal.content.get("person_id", "")}
    if bound & {who.person_id, who.actor}:
        message = "提出人和当事人不能审批，请由另一位有权人员处理。"
        raise DomainError(Kind.FORBIDDEN, "SELF_APPROVAL", message, rule="ROLE-17")


async def use(
    uow: UnitOfWork, clock: Clock, who: Caller, proposal_id: str, kind: ProposalKind, person_id: str
) -> Proposal:
    """ROLE-18: an approved proposal about `person_id` is used once, in its time, by who proposed it.

    Raises:
        DomainError: FORBIDDEN PROPOSAL_NOT_GRANTED for any other; which condition fails is not told.
    """
    found = await find(uow, proposal_id, lock=True)
    now = clock.now()
    if (
        found is None
        or found.kind is not kind
        or found.content.get("person_id") != person_id
        or found.state is not ProposalState.APPROVED
        or found.proposed_by != who.actor
        or found.used_at is not None
        or now >= found.expires_at
    ):
        message = "没有可用的授权，或授权已使用、已过期。"
        raise DomainError(Kind.FORBIDDEN, "PROPOSAL_NOT_GRANTED", message, field="proposal_id", rule="ROLE-18")
    await uow.session.execute(update(table).where(table.c.proposal_id == proposal_id).values(used_at=now))
    await audit.note(uow, clock, "proposal_used", proposal_id, who=who, detail={"kind": kind.value})
    return replace(found, used_at=now)


def _proposal(row: Row[Any]) -> Proposal:
    values = dict(row._mapping)
    values["kind"] = ProposalKind(values["kind"])
    values["state"] = ProposalState(values["state"])
    values["organisation_code"] = values["organisation_code"] or ""
    return Proposal(**values)
