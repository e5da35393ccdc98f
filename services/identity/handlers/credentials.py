"""The caller's own password and mobile number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.identity.adapters.texts import TextMessages
from services.identity.captchas import Captchas
from services.identity.codes import Codes, Sent
from services.identity.core import Core
from services.identity.domain import credentials as rules
from services.identity.domain import mobile as mobiles
from services.identity.domain.documents import mask_mobile
from services.identity.domain.roles import STAFF
from services.identity.facts import Notice, noticed
from services.identity.handlers.factors import refuse_acting
from services.identity.opening import SessionOpener
from services.identity.records import Hat, Person
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.throttle import Throttle
from services.identity.wire import unknown_person
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.vault import Vault

MOBILE_CODE = "mobile"
"""Purpose of codes that go to a new number."""
PASSWORD_TRIES = "password"  # noqa: S105 (a name)
"""Throttle: passwords tried inside a session; the value is the person id."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What these use cases work with besides the core."""

    opener: SessionOpener
    throttle: Throttle
    codes: Codes
    captchas: Captchas
    texts: TextMessages


class CredentialHandlers:
    """Use cases; all of them act on the caller."""

    def __init__(self, core: Core, tools: Tools) -> None:
        self._core = core
        self._tools = tools

    async def change_password(self, who: Caller, current: str, new: str) -> None:
        """CRED-10: set a new password with the one so far; every other session ends, and the owner is told.

        Raises DomainError INVALID PASSWORD_WRONG; INVALID PASSWORD_SAME; as `check_password` with the field
        `new_password`; EXHAUSTED TOO_MANY_FAILURES with `until`; FORBIDDEN ACTING (CRED-09); CONFLICT
        PASSWORD_CHANGED_MEANWHILE.
        """
        person, hats = await self._prove(who, current, "current_password")
        check_new(self._core.vault, person, hats, new)
        if new == current:
            message = "新密码不能与当前密码相同。"
            raise DomainError(Kind.INVALID, "PASSWORD_SAME", message, field="new_password", rule="CRED-10")
        async with self._core.passwords.slot() as slot:
            password_hash = await slot.hash(new)
        async with self._core.database.unit_of_work() as uow:
            await self._unchanged(uow, person)
            await set_password(self._core, uow, who, person, password_hash, "password_changed")
            await self._tools.opener.end_all(uow, person.person_id, "password_changed", but=who.session)

    async def send_mobile_code(self, who: Caller, mobile: str, captcha_id: str, captcha_answer: str) -> Sent:
        """CRED-11: send a code to a new number.

        Raises DomainError INVALID CAPTCHA_WRONG, MOBILE_FORMAT, MOBILE_SAME; FORBIDDEN ACTING (CRED-09); as
        `Codes.send`.
        """
        refuse_acting(who)
        await self._tools.captchas.check(captcha_id, captcha_answer)
        number = mobiles.parse(mobile)
        async with self._core.database.unit_of_work() as uow:
            person, _ = await _own(uow, who)
        self._refuse_same(person, number)
        return await self._tools.codes.send(MOBILE_CODE, who.person_id, number)

    async def change_mobile(self, who: Caller, mobile: str, code: str, password: str) -> None:
        """CRED-11: set the new number with the code sent to it and the password; the old number is told by text.

        Raises DomainError INVALID PASSWORD_WRONG, MOBILE_FORMAT, MOBILE_SAME, CODE_WRONG, CODE_EXPIRED; EXHAUSTED
        CODE_TRIES, TOO_MANY_FAILURES; FORBIDDEN ACTING (CRED-09).
        """
        number = mobiles.parse(mobile)
        person, _ = await self._prove(who, password, "password")
        self._refuse_same(person, number)
        vault = self._core.vault
        async with self._core.database.unit_of_work() as uow:
            await self._unchanged(uow, person)
            await self._tools.codes.check(uow, MOBILE_CODE, who.person_id, number, code)
            sealed = vault.seal(number, person.person_id)
            await People(uow.session).change(
                person.person_id, mobile_lookup=vault.lookup("mobile", number), mobile_sealed=sealed
            )
            await note(uow, self._core.clock, "mobile_changed", person.person_id, who=who)
            uow.add_fact(noticed(person.person_id, Notice.MOBILE_CHANGED))
        if person.mobile_sealed is not None:
            text = (
                f"【住院医师规范化培训】您账号的手机号码已更换为{mask_mobile(number)}，本号码不再用于验证。"
                "如非本人操作，请立即修改密码并联系客服。"
            )
            await self._tools.texts.send(vault.open(person.mobile_sealed, person.person_id), "notice", text)

    async def _prove(self, who: Caller, password: str, field: str) -> tuple[Person, Sequence[Hat]]:
        """The caller and the hats that have not ended, if `password` is the caller's; wrong ones are throttled."""
        refuse_acting(who)
        throttle = self._tools.throttle
        async with self._core.database.unit_of_work() as uow:
            person, hats = await _own(uow, who)
            await throttle.spend(uow, PASSWORD_TRIES, who.person_id)
        async with self._core.passwords.slot() as slot:
            right = await slot.matches(person.password_hash, password)
        async with self._core.database.unit_of_work() as uow:
            if right:
                await throttle.give_back(uow, PASSWORD_TRIES, who.person_id)
            else:
                await note(*(uow, self._core.clock, "password_tried", who.person_id), who=who, outcome="PASSWORD_WRONG")
        if not right:
            raise DomainError(Kind.INVALID, "PASSWORD_WRONG", "密码不正确，请重新输入。", field=field, rule="CRED-10")
        return person, hats

    async def _unchanged(self, uow: UnitOfWork, person: Person) -> None:
        """Lock the person; raises CONFLICT when the password that was proved has been changed since."""
        now = await People(uow.session).by_id(person.person_id, lock=True)
        if now is None or now.password_hash != person.password_hash:
            message = "密码刚刚在别处被更改，请用新密码重新登录。"
            raise DomainError(Kind.CONFLICT, "PASSWORD_CHANGED_MEANWHILE", message, rule="CRED-10")

    def _refuse_same(self, person: Person, number: str) -> None:
        if person.mobile_lookup == self._core.vault.lookup("mobile", number):
            message = "新号码与当前手机号码相同，无需更换。"
            raise DomainError(Kind.INVALID, "MOBILE_SAME", message, field="mobile", rule="CRED-11")


def check_new(vault: Vault, person: Person, hats: Sequence[Hat], password: str) -> None:
    """May this be the person's password? Raises as `check_password`, with the field `new_password`."""
    document, mobile = person.document_sealed, person.mobile_sealed
    context: dict[str, Any] = {
        "document": vault.open(document, person.person_id) if document else "",
        "mobile": vault.open(mobile, person.person_id) if mobile else "",
        "name": person.name,
        "staff": any(hat.role in STAFF for hat in hats),
    }
    try:
        rules.check_password(password, login=person.login, **context)
    except DomainError as error:
        error.field = "new_password"
        raise


async def set_password(core: Core, uow: UnitOfWork, who: Caller, person: Person, password_hash: str, act: str) -> None:
    """Write the new hash, the audit's row, and the fact that tells the owner."""
    await People(uow.session).change(person.person_id, password_hash=password_hash, password_set_at=core.clock.now())
    await note(uow, core.clock, act, person.person_id, who=who)
    uow.add_fact(noticed(person.person_id, Notice.PASSWORD_CHANGED))


async def _own(uow: UnitOfWork, who: Caller) -> tuple[Person, Sequence[Hat]]:
    person = await People(uow.session).by_id(who.person_id)
    if person is None:
        raise unknown_person()
    return person, await Hats(uow.session).of(who.person_id)
