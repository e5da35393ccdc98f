"""Addresses people proved, or are about to; every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.ids import new_id
from services.kit.vault import Vault
from services.notify.domain.channels import Channel
from services.notify.store.tables import address, blocked_address, delivery, message

_BEGIN = select(func.pg_advisory_xact_lock(0x0ADD7E55))
"""Proofs are begun one at a time, so that limits hold whoever begins at once; it is a rare thing to do."""
_GONE = {"value": "", "sealed_with": "", "secret": b""}
_COLUMNS = tuple(
    address.c[name]
    for name in (
        *("address_id", "person_id", "channel", "masked", "key", "lookup", "secret", "tries", "created_at"),
        *("expires_at", "verified_at", "removed_at"),
    )
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a person, without its value."""

    address_id: str
    person_id: str
    channel: Channel
    masked: str
    key: str
    lookup: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    tries: int
    created_at: datetime
    expires_at: datetime
    verified_at: datetime | None = None
    removed_at: datetime | None = None
    blocked: str = ""


class Addresses:
    """The addresses; values are sealed, each for its own row."""

    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    async def take_turn(self) -> None:
        """Let others that begin a proof wait until this transaction ends."""
        await self._session.execute(_BEGIN)

    async def begun_with(self, person_id: str, key: str) -> Address | None:
        """The address that the person began with this idempotency key."""
        return await self._one(address.c.person_id == person_id, address.c.key == key)

    async def nth_start(self, n: int, since: datetime, *, person_id: str = "", lookup: bytes = b"") -> datetime | None:
        """When the `n`th latest proof since then was begun, by this person or of this address; None for fewer."""
        whose = address.c.person_id == person_id if person_id else address.c.lookup == lookup
        statement = (
            select(address.c.created_at)
            .where(whose, address.c.created_at > since)
            .order_by(address.c.created_at.desc())
            .offset(n - 1)
            .limit(1)
        )
        found: datetime | None = await self._session.scalar(statement)
        return found

    async def add(self, new: Address, value: str = "") -> None:
        """Write an address that waits to be proved; without a value when only the proof will tell it."""
        sealed = {"value": self._vault.seal_text(value, new.address_id), "sealed_with": self._vault.current_key}
        await self._session.execute(
            insert(address).values(
                address_id=new.address_id,
                person_id=new.person_id,
                channel=new.channel.value,
                lookup=new.lookup,
                masked=new.masked,
                key=new.key,
                secret=new.secret,
                created_at=new.created_at,
                expires_at=new.expires_at,
                **(sealed if value else {"value": "", "sealed_with": ""}),
            )
        )

    async def void(self, person_id: str, channel: Channel, at: datetime) -> None:
        """Forget what the person began for a channel and did not prove: another takes its place."""
        begun = and_(
            address.c.person_id == person_id,
            address.c.channel == channel.value,
            address.c.verified_at.is_(None),
            address.c.removed_at.is_(None),
        )
        await self._session.execute(update(address).where(begun).values(removed_at=at, **_GONE))

    async def send_code(self, message_key: str, to: Address) -> None:
        """Let the message with this key leave for `to` and nowhere else, though nobody proved it yet."""
        routed = (
            update(message)
            .where(message.c.key == message_key)
            .values(routed_at=to.created_at, expires_at=to.expires_at)
            .returning(message.c.message_id, message.c.priority)
        )
        row = (await self._session.execute(routed)).one()
        await self._session.execute(
            insert(delivery).values(
                delivery_id=new_id(),
                message_id=row.message_id,
                channel=to.channel.value,
                person_id=to.person_id,
                address_id=to.address_id,
                order_key="",
                priority=row.priority,
                state="queued",
                due_at=to.created_at,
                not_before=to.created_at,
                expires_at=to.expires_at,
            )
        )

    async def own(self, person_id: str, address_id: str) -> Address | None:
        """The person's address with this id, removed or not; nobody else changes it until the transaction ends."""
        return await self._one(address.c.address_id == address_id, address.c.person_id == person_id, lock=True)

    async def awaiting(self, secret: bytes, now: datetime) -> Address | None:
        """The address that is proved by what has this hash, while it may be."""
        return await self._one(
            address.c.secret == secret,
            address.c.verified_at.is_(None),
            address.c.removed_at.is_(None),
            address.c.expires_at > now,
            lock=True,
        )

    async def of(self, person_id: str, now: datetime) -> Sequence[Address]:
        """The person's addresses that are proved or may still be, oldest first."""
        return await self._all(
            address.c.person_id == person_id,
            address.c.removed_at.is_(None),
            address.c.verified_at.is_not(None) | (address.c.expires_at > now),
        )

    async def count_try(self, address_id: str) -> None:
        """One more wrong code."""
        await self._session.execute(
            update(address).where(address.c.address_id == address_id).values(tries=address.c.tries + 1)
        )

    async def prove(self, proved: Address, at: datetime) -> None:
        """The address is the person's from now on, in place of the one before, and no longer blocked."""
        before = and_(
            address.c.person_id == proved.person_id,
            address.c.channel == proved.channel.value,
            address.c.verified_at.is_not(None),
            address.c.removed_at.is_(None),
        )
        await self._session.execute(update(address).where(before).values(removed_at=at, **_GONE))
        await self._session.execute(
            update(address).where(address.c.address_id == proved.address_id).values(verified_at=at)
        )
        await self.unblock(proved.channel, proved.lookup)

    async def tell(self, address_id: str, value: str, masked: str, lookup: bytes) -> None:
        """Write the value of an address that was begun without one."""
        sealed = self._vault.seal_text(value, address_id)
        await self._session.execute(
            update(address)
            .where(address.c.address_id == address_id)
            .values(value=sealed, sealed_with=self._vault.current_key, masked=masked, lookup=lookup)
        )

    async def remove(self, address_id: str, at: datetime) -> None:
        """Forget the value; the row stays, for deliveries name it, and its hash, by which starts are counted."""
        await self._session.execute(
            update(address).where(address.c.address_id == address_id).values(removed_at=at, **_GONE)
        )

    async def sweep(self, begun_before: datetime, at: datetime) -> None:
        """Forget what was begun before then and never proved."""
        stale = and_(
            address.c.verified_at.is_(None), address.c.removed_at.is_(None), address.c.created_at < begun_before
        )
        await self._session.execute(update(address).where(stale).values(removed_at=at, masked="", lookup=b"", **_GONE))

    async def forget(self, person_id: str, at: datetime) -> None:
        """PRIV-05: nothing of the person's addresses is left, here or in deliveries."""
        await self._session.execute(
            update(address)
            .where(address.c.person_id == person_id)
            .values(removed_at=func.coalesce(address.c.removed_at, at), masked="", lookup=b"", **_GONE)
        )
        await self._session.execute(
            update(delivery).where(delivery.c.person_id == person_id).values(sent_to="", lookup=None)
        )
        waiting = and_(delivery.c.person_id == person_id, delivery.c.state == "queued")
        await self._session.execute(
            update(delivery).where(waiting).values(state="suppressed", reason="ERASED", finished_at=at)
        )

    async def block(self, channel: Channel, lookup: bytes, reason: str, at: datetime) -> None:
        """MSG-32: nothing more goes to what has this hash; the latest reason stays."""
        values = {"reason": reason, "since": at}
        await self._session.execute(
            upsert(blocked_address)
            .values(channel=channel.value, lookup=lookup, **values)
            .on_conflict_do_update(index_elements=["channel", "lookup"], set_=values)
        )

    async def unblock(self, channel: Channel, lookup: bytes) -> None:
        """MSG-32: something may go there again."""
        await self._session.execute(
            delete(blocked_address).where(
                blocked_address.c.channel == channel.value, blocked_address.c.lookup == lookup
            )
        )

    async def rewrap(self, limit: int) -> int:
        """PRIV-04: seal up to `limit` values of old keys with the current one; how many. Raises SealBroken."""
        statement = select(address.c.address_id, address.c.value).where(self._under_old_key()).limit(limit)
        found = (await self._session.execute(statement.with_for_update(skip_locked=True))).all()
        for row in found:
            value = self._vault.seal_text(self._vault.open_text(row.value, row.address_id), row.address_id)
            await self._session.execute(
                update(address)
                .where(address.c.address_id == row.address_id)
                .values(value=value, sealed_with=self._vault.current_key)
            )
        return len(found)

    async def count_old(self) -> int:
        """How many values are still sealed with an old key."""
        return await self._session.scalar(select(func.count()).select_from(address).where(self._under_old_key())) or 0

    def _under_old_key(self) -> ColumnElement[bool]:
        return address.c.sealed_with.not_in(("", self._vault.current_key))

    async def _one(self, *conditions: ColumnElement[bool], lock: bool = False) -> Address | None:
        found = await self._all(*conditions, lock=lock)
        return found[0] if found else None

    async def _all(self, *conditions: ColumnElement[bool], lock: bool = False) -> Sequence[Address]:
        blocked = func.coalesce(blocked_address.c.reason, "").label("blocked")
        same = (blocked_address.c.channel == address.c.channel) & (blocked_address.c.lookup == address.c.lookup)
        statement = (
            select(*_COLUMNS, blocked)
            .select_from(address.outerjoin(blocked_address, same))
            .where(*conditions)
            .order_by(address.c.created_at, address.c.address_id)
        )
        if lock:
            statement = statement.with_for_update(of=address)
        return [_address(dict(row)) for row in (await self._session.execute(statement)).mappings()]


def lookup_of(vault: Vault, channel: Channel, value: str) -> bytes:
    """The keyed hash by which an address is counted and blocked; equal values of two channels differ."""
    return vault.lookup(f"address {channel.value}", value)


def _address(row: dict[str, Any]) -> Address:
    return Address(**row | {"channel": Channel(row["channel"])})
