"""People with addresses and wishes: notify over them, on a real database, beside an identity that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.notify.addresses import AddressBook
from services.notify.domain.channels import Channel
from services.notify.handlers.preferences import PreferenceHandlers
from services.notify.handlers.proving_addresses import AddressHandlers
from services.notify.handlers.writing import Writer
from tests.support.vaults import VAULT

ZHANG = Caller(new_id(), "applicant", session="s")
LI = Caller(new_id(), "base_administrator", "SD-QILU", session="t")
SUPPORTED = Caller(ZHANG.person_id, "applicant", acting_by=new_id())
MAIL, OTHER_MAIL = "zhang.san@example.com", "zhang@example.org"
NUMBERS = {ZHANG.person_id: "+8613800138000", LI.person_id: "+8613900139000"}
BOTH = (ZHANG.person_id, LI.person_id)


@dataclass
class Clock:
    """Stands where it was set."""

    at: datetime = datetime(2023, 7, 20, 4, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Identity:
    """What identity answers; `away` when it does not."""

    away = False

    async def mobiles(self, person_ids: Collection[str]) -> Mapping[str, str]:
        if self.away:
            raise DomainError(Kind.UNAVAILABLE, "UPSTREAM_UNAVAILABLE", "服务暂时不可用，请稍后再试。")
        return {person_id: NUMBERS[person_id] for person_id in person_ids if person_id in NUMBERS}

    async def staff(self, organisation_codes: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        return {}


class Account:
    """The official account: shows a picture for each ticket."""

    async def scan_url(self, ticket: str) -> str:
        return f"https://example.com/scan/{ticket}"


@dataclass
class World:
    database: Database
    clock: Clock = field(default_factory=Clock)
    identity: Identity = field(default_factory=Identity)
    poked: int = 0

    def __post_init__(self) -> None:
        channels = (Channel.SMS, Channel.EMAIL, Channel.WECHAT)
        self.book = AddressBook(self.database, VAULT, self.identity, self.clock)
        self.preferences = PreferenceHandlers(self.database, self.clock, VAULT, self.book, channels)
        writer = Writer(self.database, self.clock, VAULT)
        arguments = (self.database, self.clock, VAULT, writer)
        self.addresses = AddressHandlers(*arguments, channels, Account(), self._poke)
        self.unconfigured = AddressHandlers(*arguments, (Channel.SMS,))

    def _poke(self) -> None:
        self.poked += 1

    async def rows(self, sql: str, *args: object) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.database.fetch(sql, *args)]

    async def code(self, address_id: str) -> str:
        """The code as its message holds it."""
        query = "SELECT message_id::text, body FROM message WHERE key = $1"
        [row] = await self.rows(query, f"address/{address_id}")
        text = VAULT.open_text(row["body"], row["message_id"])
        return next(part[:6] for part in text.split("：") if part[:6].isdigit())

    async def prove(self, who: Caller, address: str = MAIL) -> str:
        """An address that is proved; its id."""
        begun = await self.addresses.start(who, Channel.EMAIL, address, new_id())
        proved = await self.addresses.confirm(who, begun.address.address_id, await self.code(begun.address.address_id))
        return proved.address_id

    async def scan(self, who: Caller, openid: str) -> str:
        """A follower who scanned the picture of `who`; the ticket."""
        ticket = (await self.addresses.start(who, Channel.WECHAT, "", new_id())).scan_url.rsplit("/", 1)[1]
        assert await self.addresses.scanned(ticket, openid)
        return ticket

    async def found(self, channel: Channel) -> dict[str, tuple[str, str, str]]:
        """By person: value, masked, blocked."""
        found = await self.book.find(channel, BOTH)
        return {person_id: (each.value, each.masked, each.blocked) for person_id, each in found.items()}

    async def block(self, channel: Channel, value: str, reason: str = "USER_UNKNOWN") -> None:
        async with self.database.unit_of_work() as uow:
            await self.book.block(uow, channel, self.book.lookup(channel, value), reason)


@asynccontextmanager
async def refused(reason: str, **more: object) -> AsyncIterator[None]:
    with pytest.raises(DomainError) as error:
        yield
    assert error.value.reason == reason
    assert MAIL not in str(error.value)
    for name, value in more.items():
        assert getattr(error.value, name) == value
