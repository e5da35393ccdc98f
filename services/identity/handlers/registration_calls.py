"""ROST-21: asking somebody without an account to register as faculty, by text message."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy import text as sql

from services.identity.adapters.texts import TextMessages
from services.identity.core import Core
from services.identity.domain import mobile
from services.identity.handlers.registration import DAY_ZONE
from services.identity.store.tables import text_code
from services.kit.commands import once, remember
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

PURPOSE = "registration_call"
AGAIN = timedelta(days=1)
"""A number hears it once within this."""
_CALLING = 0x7C0DE6
"""Advisory lock: what was sent is counted and the row written by one at a time."""
_PENDING, _SENT, _QUIET = b"pending", b"sent", b"quiet"


class RegistrationCalls:
    """Sends what asks people to register."""

    def __init__(self, core: Core, texts: TextMessages) -> None:
        self._core = core
        self._texts = texts

    async def call(self, who: Caller, number: str, hospital: str, key: str) -> bool:
        """ROST-21: ask the holder of a mobile number to register for a hospital; False when they were within a day.

        It costs of the province's text messages of the day. The same again with its key sends only what did not leave.
        The message names nobody: a number may be a wrong one.

        Raises:
            DomainError: INVALID MOBILE_FORMAT, NAME_FORMAT; EXHAUSTED TEXTS_BUDGET with `until`; UNAVAILABLE
                TEXTS_UNAVAILABLE when it did not leave: the same call again sends it.
        """
        number, hospital = mobile.parse(number), _clean(hospital)
        body = self._core.vault.lookup(PURPOSE, f"{number}\0{hospital}")
        async with self._core.database.unit_of_work() as uow:
            stored = await once(uow, self._core.clock, who.actor, key, body)
            if stored is None:
                stored = _PENDING if await self._counted(uow, number) else _QUIET
                await remember(uow, who.actor, key, stored)
        if stored != _PENDING:
            return stored == _SENT
        asked = f"{hospital}邀请您报名住院医师带教师资，请在平台“师资注册”栏注册后报名。如已办理请忽略。"
        await self._texts.send(number, PURPOSE, f"【住院医师规范化培训】{asked}")
        async with self._core.database.unit_of_work() as uow:
            await remember(uow, who.actor, key, _SENT)
        return True

    async def _counted(self, uow: UnitOfWork, number: str) -> bool:
        """Write down that a message goes out; False when one did within a day."""
        now, lookup = self._core.clock.now(), self._core.vault.lookup("mobile", number)
        await uow.session.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _CALLING})
        of_purpose = text_code.c.purpose == PURPOSE
        await uow.session.execute(delete(text_code).where(of_purpose, text_code.c.sent_at < now - 2 * AGAIN))
        before = select(text_code.c.code_id).where(
            of_purpose, text_code.c.mobile_lookup == lookup, text_code.c.sent_at > now - AGAIN
        )
        if (await uow.session.execute(before)).first() is not None:
            return False
        await self._check_budget(uow, now)
        row = {
            "code_id": new_id(),
            "purpose": PURPOSE,
            "subject": "",
            "mobile_lookup": lookup,
            "code_hash": b"",
            "address": "",
            "sent_at": now,
            "expires_at": now,
        }
        await uow.session.execute(insert(text_code).values(row))
        return True

    async def _check_budget(self, uow: UnitOfWork, now: datetime) -> None:
        midnight = now.astimezone(DAY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        counting = select(func.count()).select_from(text_code).where(text_code.c.sent_at >= midnight)
        if (await uow.session.scalar(counting) or 0) >= self._core.settings.texts_per_day:
            message, until = "今天的短信已全部发完，请明天再试。", midnight + timedelta(days=1)
            raise DomainError(Kind.EXHAUSTED, "TEXTS_BUDGET", message, rule="ID-37", until=until)


def _clean(hospital: str) -> str:
    """A name as it may stand in a message: one line, nothing that a phone would take for a link."""
    name = " ".join(unicodedata.normalize("NFKC", hospital).split())
    if not name or any(sign in name for sign in "/:@【】") or not name.isprintable():
        raise DomainError(Kind.INVALID, "NAME_FORMAT", "医院名称不正确。", field="hospital_name", rule="ROST-21")
    return name
