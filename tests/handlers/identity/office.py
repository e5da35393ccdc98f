"""The use cases of staff, support and accounts over one `World`, and shorthands for tests of them."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from services.identity.adapters.texts import SandboxTexts
from services.identity.domain.roles import Role
from services.identity.handlers.accounts import AccountHandlers
from services.identity.handlers.hats import HatHandlers
from services.identity.handlers.invitations import InvitationHandlers, Invited, NewInvitation
from services.identity.handlers.proposals import ProposalHandlers
from services.identity.handlers.support import SupportHandlers
from services.identity.records import Person
from services.identity.store.people import People
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.handlers.identity.conftest import World

OPERATOR = Caller("machine:operator", "operator")
MOBILE = "13800138000"
NUMBER = f"+86{MOBILE}"


class BrokenTexts(SandboxTexts):
    """A gateway that is away until told."""

    away = True

    async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
        if self.away:
            raise DomainError(Kind.UNAVAILABLE, "TEXTS_UNAVAILABLE", "短信暂时无法发送，请稍后再试。")
        await super().send(mobile, purpose, text, code)


@dataclass
class Office:
    """The use cases of staff over one world."""

    world: World
    texts: BrokenTexts
    invitations: InvitationHandlers
    hats: HatHandlers
    proposals: ProposalHandlers
    support: SupportHandlers
    accounts: AccountHandlers

    async def invite(self, who: Caller, role: Role, place: str = "37", **more: Any) -> Invited:
        new = NewInvitation("李四", MOBILE, role, place, None, new_id())
        return await self.invitations.invite(who, replace(new, **more))

    async def invited_as(self, who: Caller, role: Role, place: str = "37", **more: Any) -> str:
        """The secret of an invitation."""
        return self.invitations.secret_of((await self.invite(who, role, place, **more)).invitation_id)

    async def phone(self, person: Person) -> None:
        """Give somebody the number the invitations go to."""
        values = {
            "mobile_lookup": self.world.vault.lookup("mobile", NUMBER),
            "mobile_sealed": self.world.vault.seal(NUMBER, person.person_id),
        }
        async with self.world.database.unit_of_work() as uow:
            await People(uow.session).change(person.person_id, **values)

    async def decide(self, who: Caller, proposal_id: str, *, approve: bool = True) -> Any:
        return await self.proposals.decide(who, proposal_id, "已核实", new_id(), approve=approve)

    async def somebody(self, *roles: Role) -> tuple[Person, Caller]:
        """Somebody with these hats, calling with the first."""
        person = await self.world.person(*roles)
        return person, caller(person, roles[0])


def caller(person: Person, role: Role, place: str = "37") -> Caller:
    return Caller(person.person_id, role.value, place, session="session")


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(DomainError) as error:
        await work
    return error.value.reason


def open_office(world: World) -> Office:
    """Everything over one core."""
    core, opener = world.core, world.opener
    texts = BrokenTexts(core.database, core.vault, core.clock)
    texts.away = False
    invitations = InvitationHandlers(core, opener, texts)
    return Office(
        world,
        texts,
        invitations,
        HatHandlers(core, opener),
        ProposalHandlers(core, invitations),
        SupportHandlers(core, opener, world.factors),
        AccountHandlers(core, opener),
    )
