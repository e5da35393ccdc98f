"""Invitations and the lists of staff: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.roles import STAFF, Role
from services.identity.records import Hat
from services.identity.store.hats import hat_of
from services.identity.store.tables import factor, hat, invitation, organisation, person


class InvitationState(StrEnum):
    """Where an invitation stands."""

    PROPOSED = "proposed"
    """Waits for a second signature; nobody has its secret."""
    OPEN = "open"
    """Good; its message has still to leave."""
    SENT = "sent"
    """Good, and told."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


GOOD = (InvitationState.OPEN, InvitationState.SENT)
PENDING = (InvitationState.PROPOSED, *GOOD)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to wear a hat; instants are aware UTC."""

    invitation_id: str
    secret_hash: bytes | None = field(repr=False)
    name: str
    mobile_lookup: bytes = field(repr=False)
    mobile_sealed: bytes = field(repr=False)
    role: Role
    organisation_code: str
    hat_expires_at: datetime | None
    invited_by: str
    state: InvitationState
    invited_at: datetime
    expires_at: datetime
    organisation_name: str = ""

    def good(self, now: datetime) -> bool:
        """ROLE-26: may be accepted: signed where that is owed, not used, not too old, and the hat would not be over."""
        over = self.hat_expires_at is not None and now >= self.hat_expires_at
        return self.state in GOOD and now < self.expires_at and not over


@dataclass(frozen=True, slots=True)
class Member:
    """A hat and who wears it, or is invited to."""

    hat: Hat
    name: str
    second_factor: bool = False
    invited_until: datetime | None = None


_STORED = tuple(name for name in Invitation.__dataclass_fields__ if name != "organisation_name")
_COLUMNS = (*(invitation.c[name] for name in _STORED), organisation.c.name.label("organisation_name"))
_FROM = invitation.join(organisation, invitation.c.organisation_code == organisation.c.code)
_STAFF = sorted(role.value for role in STAFF)


class Invitations:
    """Who was invited to what."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, new: Invitation) -> None:
        """Write a new invitation."""
        values = {name: getattr(new, name) for name in _STORED}
        values |= {"role": new.role.value, "state": new.state.value}
        await self._session.execute(insert(invitation).values(values))

    async def by_id(self, invitation_id: str, *, lock: bool = False) -> Invitation | None:
        """The invitation with this id; with `lock`, nobody else changes it until the transaction ends."""
        return await self._one(invitation.c.invitation_id == invitation_id, lock=lock)

    async def by_secret(self, secret_hash: bytes, *, lock: bool = False) -> Invitation | None:
        """The invitation whose secret has this hash."""
        return await self._one(invitation.c.secret_hash == secret_hash, lock=lock)

    async def change(self, invitation_id: str, **values: Any) -> None:
        """Set columns of an invitation, named as in the table."""
        await self._session.execute(
            update(invitation).where(invitation.c.invitation_id == invitation_id).values(**values)
        )

    async def promised(self, mobile_lookup: bytes, now: datetime) -> Sequence[Role]:
        """Hats that invitations to this number offer and nobody has accepted or refused yet."""
        statement = select(invitation.c.role).where(
            invitation.c.mobile_lookup == mobile_lookup,
            invitation.c.state.in_([state.value for state in PENDING]),
            invitation.c.expires_at > now,
        )
        return [Role(role) for role in await self._session.scalars(statement)]

    async def sent_since(self, mobile_lookup: bytes, since: datetime) -> int:
        """How many invitations to this number were made after `since`."""
        statement = select(func.count()).where(
            invitation.c.mobile_lookup == mobile_lookup, invitation.c.invited_at > since
        )
        return int(await self._session.scalar(statement) or 0)

    async def withdraw_of(self, person_id: str) -> int:
        """ROLE-27: take back what a person has offered and nobody has accepted; how many."""
        statement = (
            update(invitation)
            .where(invitation.c.invited_by == person_id, invitation.c.state.in_([state.value for state in PENDING]))
            .values(state=InvitationState.WITHDRAWN.value)
            .returning(invitation.c.invitation_id)
        )
        return len((await self._session.scalars(statement)).all())

    async def one_at_a_time(self, mobile_lookup: bytes) -> None:
        """ROLE-22: let gifts to one number pass one after the other, until the transaction ends."""
        key = func.hashtextextended(f"gift {mobile_lookup.hex()}", 0)
        await self._session.execute(select(func.pg_advisory_xact_lock(key)))

    async def _one(self, condition: ColumnElement[bool], *, lock: bool) -> Invitation | None:
        statement = select(*_COLUMNS).select_from(_FROM).where(condition)
        if lock:
            statement = statement.with_for_update(of=invitation)
        row = (await self._session.execute(statement)).mappings().one_or_none()
        return None if row is None else _invitation(dict(row))


class StaffList:
    """The staff of organisations, a page at a time."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, organisations: Sequence[str], after: str, limit: int, now: datetime) -> Sequence[Member]:
        """Hats of these organisations and pending invitations to them, by id (oldest first), behind the id `after`."""
        members = [
            *await self._hats(organisations, after, limit),
            *await self._invited(organisations, after, limit, now),
        ]
        return sorted(members, key=lambda member: member.hat.hat_id)[:limit]

    async def wears(self, role: Role, organisation_code: str, now: datetime) -> bool:
        """Whether anybody may wear this hat there now."""
        statement = select(
            exists().where(
                hat.c.role == role.value,
                hat.c.organisation_code == organisation_code,
                hat.c.ended_at.is_(None),
                hat.c.suspended_at.is_(None),
                hat.c.expires_at.is_(None) | (hat.c.expires_at > now),
            )
        )
        return bool(await self._session.scalar(statement))

    async def _hats(self, organisations: Sequence[str], after: str, limit: int) -> Sequence[Member]:
        proved = exists().where(factor.c.person_id == hat.c.person_id, factor.c.enrolled_at.is_not(None))
        names = [name for name in Hat.__dataclass_fields__ if name != "organisation_name"]
        statement = (
            select(
                *(hat.c[name] for name in names),
                organisation.c.name.label("organisation_name"),
                person.c.name.label("person_name"),
                proved.label("second_factor"),
            )
            .select_from(
                hat.join(person, hat.c.person_id == person.c.person_id).join(
                    organisation, hat.c.organisation_code == organisation.c.code
                )
            )
            .where(hat.c.organisation_code.in_(organisations), hat.c.role.in_(_STAFF))
            .order_by(hat.c.hat_id)
            .limit(limit)
        )
        if after:
            statement = statement.where(hat.c.hat_id > after)
        found = []
        for row in (await self._session.execute(statement)).mappings():
            values = dict(row)
            name, second_factor = values.pop("person_name"), values.pop("second_factor")
            found.append(Member(hat_of(values), name, second_factor))
        return found

    async def _invited(self, organisations: Sequence[str], after: str, limit: int, now: datetime) -> Sequence[Member]:
        statement = (
            select(*_COLUMNS)
            .select_from(_FROM)
            .where(
                invitation.c.organisation_code.in_(organisations),
                invitation.c.state.in_([state.value for state in PENDING]),
                invitation.c.expires_at > now,
            )
            .order_by(invitation.c.invitation_id)
            .limit(limit)
        )
        if after:
            statement = statement.where(invitation.c.invitation_id > after)
        found = [_invitation(dict(row)) for row in (await self._session.execute(statement)).mappings()]
        return [Member(promised_hat(each), each.name, invited_until=each.expires_at) for each in found]


def promised_hat(offer: Invitation) -> Hat:
    """The hat an invitation offers, under the invitation's id and nobody's yet."""
    return Hat(
        hat_id=offer.invitation_id,
        person_id="",
        role=offer.role,
        organisation_code=offer.organisation_code,
        given_by=offer.invited_by,
        given_at=offer.invited_at,
        expires_at=offer.hat_expires_at,
        organisation_name=offer.organisation_name,
    )


def _invitation(row: dict[str, Any]) -> Invitation:
    return Invitation(**row | {"role": Role(row["role"]), "state": InvitationState(row["state"])})
