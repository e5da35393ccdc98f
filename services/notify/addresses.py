"""MSG-28 and MSG-32: where a message goes, looked up at the moment in which it leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.kit.clock import Clock, SystemClock
from services.kit.database import Database, UnitOfWork
from services.kit.vault import Vault
from services.notify.contacts import Directory
from services.notify.domain.addresses import BLOCKED_FOR, masked
from services.notify.domain.channels import Channel
from services.notify.store.addresses import Addresses, lookup_of

if TYPE_CHECKING:
    from asyncpg import Record

_COLUMNS = """a.person_id, a.address_id::text, a.value, a.masked, a.lookup,
    CASE WHEN a.verified_at IS NULL THEN '' ELSE coalesce(b.reason, '') END AS blocked"""
_JOINED = "address a LEFT JOIN blocked_address b ON b.channel = a.channel AND b.lookup = a.lookup"
_PROVED = f"""
    SELECT {_COLUMNS} FROM {_JOINED}
    WHERE a.channel = $1 AND a.person_id = ANY($2::text[]) AND a.verified_at IS NOT NULL AND a.removed_at IS NULL
"""  # noqa: S608 (our own words only)
_NAMED = f"""
    SELECT {_COLUMNS} FROM {_JOINED}
    WHERE a.address_id = ANY($1::uuid[]) AND a.removed_at IS NULL AND a.value <> ''
"""  # noqa: S608 (our own words only)
_BLOCKED = "SELECT lookup, reason FROM blocked_address WHERE channel = $1 AND lookup = ANY($2::bytea[]) AND since > $3"


@dataclass(frozen=True, slots=True)
class Found:
    """Where somebody is reached by one channel."""

    value: str = field(repr=False)
    """E.164, an e-mail address, an openid. Kept by nobody, and never in a log."""
    masked: str
    lookup: bytes = field(repr=False)
    """The keyed hash by which it is blocked."""
    address_id: str | None = None
    """None for a mobile number, which belongs to the account."""
    blocked: str = ""
    """Why nothing may be sent there, as a stable code; empty when something may."""


class AddressBook:
    """Addresses of people, found many at a time.

    Mobile numbers are asked of identity and kept nowhere; other addresses are proved to notify and kept sealed.
    """

    def __init__(self, database: Database, vault: Vault, contacts: Directory, clock: Clock | None = None) -> None:
        self._database = database
        self._vault = vault
        self._contacts = contacts
        self._clock = clock or SystemClock()

    async def find(self, channel: Channel, person_ids: Collection[str]) -> Mapping[str, Found]:
        """By person, the address that is proved for `channel`, with whether it is blocked.

        Who has none, is unknown or was erased is missing. Call it outside a transaction. Raises DomainError UNAVAILABLE
        when the database or, for text messages, identity is away.
        """
        if not person_ids:
            return {}
        if channel is Channel.SMS:
            return await self._numbers(person_ids)
        rows = await self._database.fetch(_PROVED, channel.value, list(person_ids))
        return {row["person_id"]: self._found(row) for row in rows}

    async def find_named(self, address_ids: Collection[str]) -> Mapping[str, Found]:
        """By address id, addresses that a delivery names, proved or not: a code goes to one that is not yet.

        What was removed or forgotten since is missing. One that is not proved yet is never blocked: proving it anew is
        what lifts a block.
        """
        if not address_ids:
            return {}
        rows = await self._database.fetch(_NAMED, list(address_ids))
        return {row["address_id"]: self._found(row) for row in rows}

    async def block(self, uow: UnitOfWork, channel: Channel, lookup: bytes, reason: str) -> None:
        """MSG-32: send nothing more to an address that a carrier called dead or unwilling; the latest reason stays."""
        await Addresses(uow.session, self._vault).block(channel, lookup, reason, self._clock.now())

    async def unblock(self, uow: UnitOfWork, channel: Channel, lookup: bytes) -> None:
        """MSG-32: the address works again."""
        await Addresses(uow.session, self._vault).unblock(channel, lookup)

    def lookup(self, channel: Channel, value: str) -> bytes:
        """The keyed hash of an address, as it stands in deliveries and blocks."""
        return lookup_of(self._vault, channel, value)

    async def _numbers(self, person_ids: Collection[str]) -> Mapping[str, Found]:
        mobiles = await self._contacts.mobiles(person_ids)
        lookups = {person_id: self.lookup(Channel.SMS, mobile) for person_id, mobile in mobiles.items()}
        since = self._clock.now() - BLOCKED_FOR[Channel.SMS]
        rows = await self._database.fetch(_BLOCKED, Channel.SMS.value, list(lookups.values()), since) if lookups else []
        blocked = {bytes(row["lookup"]): str(row["reason"]) for row in rows}
        return {
            person_id: Found(mobile, masked(Channel.SMS, mobile), lookup, blocked=blocked.get(lookup, ""))
            for person_id, mobile in mobiles.items()
            for lookup in (lookups[person_id],)
        }

    def _found(self, row: Record) -> Found:
        address_id = str(row["address_id"])
        value = self._vault.open_text(row["value"], address_id)
        return Found(value, row["masked"], row["lookup"], address_id, row["blocked"])
