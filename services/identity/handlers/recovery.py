"""A forgotten password: a code to the account's number, and a new password with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.identity.captchas import Captchas
from services.identity.codes import Codes
from services.identity.core import Core
from services.identity.domain import mobile as mobiles
from services.identity.handlers.credentials import check_new, set_password
from services.identity.opening import SessionOpener
from services.identity.records import Person, PersonState
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.recoveries import Recoveries, Recovery
from services.identity.throttle import Throttle
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

RECOVERY_CODE = "recovery"
"""Purpose of the codes."""
RECOVERY_TRIES = "recovery"
"""Throttle: tries of one recovery; the value is its id."""
LIFE = timedelta(minutes=15)
"""How long a recovery may be used; its code lives shorter."""
PER_DAY = 5
DAY = timedelta(days=1)
"""CRED-13: recoveries a day for one login and number."""
ANSWER_SECONDS = 0.3
"""CRED-12: how long every answer takes at least: longer than the work behind it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A recovery that was begun; instants are aware UTC."""

    recovery_id: str
    expires_at: datetime
    again_at: datetime


class RecoveryHandlers:
    """Use cases of somebody who is not signed in.

    `codes` sends in the background (`TextsLater`), for the same reason as ANSWER_SECONDS.
    """

    def __init__(self, core: Core, opener: SessionOpener, throttle: Throttle, codes: Codes, captchas: Captchas) -> None:
        self._core = core
        self._throttle = throttle
        self._opener = opener
        self._codes = codes
        self._captchas = captchas

    async def send_code(self, login: str, mobile: str, captcha_id: str, captcha_answer: str) -> Asked:
        """CRED-12: send a code if login and number belong together; one answer, in one time, whether or not they do.

        Raises DomainError INVALID CAPTCHA_WRONG, MOBILE_FORMAT; EXHAUSTED RECOVERIES_FULL (CRED-13) with `until`; as
        `Codes.send`. None of them depends on whether the account exists.
        """
        await self._captchas.check(captcha_id, captcha_answer)
        number = mobiles.parse(mobile)
        begun = asyncio.get_running_loop().time()
        try:
            return await self._send_code(login.lower(), number)
        finally:
            spent = asyncio.get_running_loop().time() - begun
            await asyncio.sleep(max(0.0, ANSWER_SECONDS - spent))

    async def reset(self, recovery_id: str, code: str, new_password: str) -> None:
        """CRED-14: set a new password with the code; all sessions end, the owner is told, a second factor stays owed.

        Raises DomainError INVALID CODE_WRONG, CODE_EXPIRED; EXHAUSTED CODE_TRIES, TOO_MANY_FAILURES; NOT_NOW
        RECOVERY_ENDED; with the right code as `check_password`, and the code stays good for another password.
        """
        core = self._core
        async with core.database.unit_of_work() as uow:
            tried = self._usable(await Recoveries(uow.session).locked(recovery_id))
            # Every try costs a hash: right or wrong, they are counted.
            await self._throttle.spend(uow, RECOVERY_TRIES, recovery_id)
        # Hashed whether or not the code is right, and before a connection is taken.
        async with core.passwords.slot() as slot:
            password_hash = await slot.hash(new_password)
        try:
            await self._reset(recovery_id, code, new_password, password_hash)
        except DomainError as error:
            async with core.database.unit_of_work() as uow:
                await self._note(uow, "recovery_tried", tried, error.reason)
            raise

    async def _reset(self, recovery_id: str, code: str, new_password: str, password_hash: str) -> None:
        core = self._core
        async with core.database.unit_of_work() as uow:
            store = Recoveries(uow.session)
            found = self._usable(await store.locked(recovery_id))
            number = core.vault.open(found.mobile_sealed, found.recovery_id)
            await self._codes.check(uow, RECOVERY_CODE, recovery_id, number, code)
            person = await People(uow.session).by_id(found.person_id, lock=True) if found.person_id else None
            if person is None:
                # A code nobody was sent, guessed: it opens nothing.
                raise DomainError(
                    Kind.INVALID, "CODE_WRONG", "短信验证码不正确，请重新获取。", field="code", rule="CRED-14"
                )
            check_new(core.vault, person, await Hats(uow.session).of(person.person_id), new_password)
            await store.use(recovery_id, core.clock.now())
            who = Caller(person.person_id, "")
            await set_password(core, uow, who, person, password_hash, "password_reset")
            await self._opener.end_all(uow, person.person_id, "password_reset")

    async def _send_code(self, login: str, number: str) -> Asked:
        core, now, recovery_id = self._core, self._core.clock.now(), new_id()
        async with core.database.unit_of_work() as uow:
            person = await People(uow.session).by_login(login)
            belongs = person if person is not None and self._belongs(person, number) else None
            pair = core.vault.lookup("recovery", f"{login}\0{number}")
            store = Recoveries(uow.session)
            asked = await store.since(pair, now - DAY)
            if len(asked) >= PER_DAY:
                message = f"24小时内最多找回{PER_DAY}次密码，请稍后再试或联系客服。"
                until = asked[PER_DAY - 1] + DAY
                raise DomainError(Kind.EXHAUSTED, "RECOVERIES_FULL", message, rule="CRED-13", until=until)
            await store.forget(now - DAY)
            new = Recovery(
                recovery_id=recovery_id,
                person_id=belongs.person_id if belongs else None,
                pair_lookup=pair,
                mobile_sealed=core.vault.seal(number, recovery_id),
                asked_at=now,
                expires_at=now + LIFE,
            )
            await store.add(new)
            await self._note(uow, "recovery_asked", new)
        try:
            sent = await self._codes.send(RECOVERY_CODE, recovery_id, number, deliver=belongs is not None)
        except DomainError:
            # Nothing was sent, so it counts for nothing.
            async with core.database.unit_of_work() as uow:
                await Recoveries(uow.session).remove(recovery_id)
            raise
        return Asked(recovery_id, sent.expires_at, sent.again_at)

    async def _note(self, uow: UnitOfWork, act: str, about: Recovery, outcome: str = "done") -> None:
        """Write the audit: in the account's chain, or the recovery's own when it is nobody's; either takes as long."""
        person_id = about.person_id or ""
        await note(
            *(uow, self._core.clock, act, person_id or about.recovery_id),
            who=Caller(person_id, ""),
            outcome=outcome,
            detail={"recovery_id": about.recovery_id},
        )

    def _belongs(self, person: Person, number: str) -> bool:
        known = person.mobile_lookup == self._core.vault.lookup("mobile", number)
        return known and person.state is not PersonState.ERASED

    def _usable(self, found: Recovery | None) -> Recovery:
        if found is None or found.used_at is not None or found.expires_at <= self._core.clock.now():
            message = "本次找回密码已失效或已完成，请重新获取短信验证码。"
            raise DomainError(Kind.NOT_NOW, "RECOVERY_ENDED", message, field="recovery_id", rule="CRED-14")
        return found
