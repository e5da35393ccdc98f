"""Registration as a newcomer meets it, on top of `World`: captcha, identity, code, account."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest

from services.identity.adapters.real_name import SandboxRegister
from services.identity.adapters.texts import SandboxTexts
from services.identity.captchas import Captchas
from services.identity.codes import Codes
from services.identity.domain.documents import DocumentType
from services.identity.domain.resident_id import check_character
from services.identity.domain.roles import Role
from services.identity.handlers.own_data import OwnDataHandlers
from services.identity.handlers.people import PeopleHandlers
from services.identity.handlers.registration import Begun, NewAccount, NewPerson, RegistrationHandlers
from services.identity.handlers.upkeep import UpkeepHandlers
from services.identity.opening import Opened
from services.kit.auth import coming_from
from services.kit.domain import DomainError, Origin
from tests.handlers.identity.conftest import World

PASSWORD = "correct horse battery"


def number(order: int) -> str:
    """A resident identity number of somebody born on 12 March 1998."""
    seventeen = f"37019919980312{order:03d}"
    return seventeen + check_character(seventeen)


def mobile(order: int) -> str:
    """A mobile number, E.164."""
    return f"+861380013{order:04d}"


def named(order: int) -> str:
    """A name nobody else in the test has."""
    return "王" + chr(0x4E00 + order)


class Desk:
    """Everything registration consists of, with the sandbox for a phone."""

    def __init__(self, world: World) -> None:
        core = world.core
        self.world = world
        self.texts = SandboxTexts(core.database, core.vault, core.clock)
        self.register = SandboxRegister()
        self.captchas, self.codes = Captchas(core), Codes(core, self.texts)
        self.registration = RegistrationHandlers(core, self.register, self.captchas, self.codes, world.opener)
        self.people = PeopleHandlers(core, self.register)
        self.own_data = OwnDataHandlers(core)
        self.upkeep = UpkeepHandlers(core, world.opener)

    async def captcha(self) -> tuple[str, str]:
        """A captcha and its answer."""
        captcha_id = await self.captchas.create()
        return captcha_id, await self.captchas.answer(captcha_id)

    async def newcomer(self, order: int, **changes: Any) -> NewPerson:
        """What the person of this number enters in step 1."""
        new = NewPerson(
            Role.APPLICANT, named(order), DocumentType.RESIDENT_ID, number(order), "", None, *await self.captcha()
        )
        return replace(new, **changes)

    async def begin(self, order: int, **changes: Any) -> Begun:
        """Step 1."""
        with coming_from(Origin(f"10.0.{order // 250}.{order % 250 + 1}")):
            return await self.registration.verify_identity(await self.newcomer(order, **changes))

    async def code(self, to: str) -> str:
        """The newest code sent to a number."""
        return (await self.texts.kept(to))[0].code

    async def account(self, order: int, begun: Begun, **changes: Any) -> NewAccount:
        """What the person enters in step 2, the code on their phone included."""
        with coming_from(Origin(f"10.0.{order // 250}.{order % 250 + 1}")):
            await self.registration.send_code(begun.registration_id, mobile(order))
        code = await self.code(mobile(order))
        key = f"key-{order:08d}"
        new = NewAccount(begun.registration_id, f"wang{order}", PASSWORD, mobile(order), code, key)
        return replace(new, **changes)

    async def register_person(self, order: int, **changes: Any) -> Opened:
        """All three steps."""
        begun = await self.begin(order, **changes)
        return await self.registration.create_account(await self.account(order, begun))


async def refused(act: Awaitable[object]) -> DomainError:
    """The refusal that `act` ends in."""
    with pytest.raises(DomainError) as caught:
        await act
    return caught.value
