"""ID-34 to ID-37, ID-46: codes by text message: what they open, how long, how often."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy import text as sql

from services.identity.adapters.texts import TextMessages
from services.identity.core import Core
from services.identity.store.tables import text_code
from services.kit import auth
from services.kit.database import UnitOfWork
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id

LIFE = timedelta(minutes=5)
TRIES = 5
KEPT = timedelta(days=2)
"""How long rows stay: longer than any limit looks back."""
PER_NUMBER = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 10))
"""ID-35: within how long how many codes go to one number."""
PER_SUBJECT = (timedelta(hours=1), 5)
"""ID-46: so many codes for one registration, recovery or person, whatever the numbers: it cost one captcha."""
DAY_ZONE = ZoneInfo("Asia/Shanghai")
_SENDING = 0x7C0DE5
"""Advisory lock: limits are counted and the row written by one sender at a time."""
_log = structlog.get_logger("identity.codes")

_TRY = """
    WITH newest AS (
        SELECT code_id FROM text_code WHERE purpose = $1 AND subject = $2 AND mobile_lookup = $3
        ORDER BY sent_at DESC, code_id DESC LIMIT 1
    )
    UPDATE text_code AS t SET tries = tries + CASE WHEN t.code_hash = $4 THEN 0 ELSE 1 END
    FROM newest WHERE t.code_id = newest.code_id AND t.used_at IS NULL AND t.expires_at > $5 AND t.tries < $6
    RETURNING t.code_id::text, t.code_hash = $4 AS right, t.tries
"""
_NEWEST = """
    SELECT tries, used_at, expires_at FROM text_code WHERE purpose = $1 AND subject = $2 AND mobile_lookup = $3
    ORDER BY sent_at DESC, code_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A code on its way."""

    expires_at: datetime
    again_at: datetime
    """From when another may be sent to the same number."""


class Codes:
    """Sends codes and checks them; a code is good for one purpose, subject and number."""

    def __init__(self, core: Core, texts: TextMessages) -> None:
        self._core = core
        self._texts = texts

    async def send(self, purpose: str, subject: str, mobile: str, *, deliver: bool = True) -> Sent:
        """ID-34: six digits, good for five minutes; a code sent before for the same no longer counts.

        Call it outside a transaction: it has its own.

        Args:
            purpose: `registration`, `recovery` or `mobile`.
            subject: Id of what the code opens: a registration, a recovery, a person.
            mobile: The number, E.164.
            deliver: False writes and counts everything and sends nothing, so that answers do not tell who exists.

        Raises:
            DomainError: EXHAUSTED CODES_PER_NUMBER (ID-35), CODES_PER_ADDRESS (ID-36), TEXTS_BUDGET (ID-37),
                CODES_PER_SUBJECT (ID-46), each with `until`; UNAVAILABLE TEXTS_UNAVAILABLE, and then nothing was
                counted.
        """
        core, now, code_id = self._core, self._core.clock.now(), new_id()
        code = f"{secrets.randbelow(1_000_000):06d}"
        lookup, address = core.vault.lookup("mobile", mobile), auth.origin().address
        async with core.database.unit_of_work() as uow:
            await uow.session.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _SENDING})
            await self._check_limits(uow, (purpose, subject), lookup, address, now)
            await uow.session.execute(delete(text_code).where(text_code.c.sent_at < now - KEPT))
            row = {
                "code_id": code_id,
                "purpose": purpose,
                "subject": subject,
                "mobile_lookup": lookup,
                "code_hash": self._hash(purpose, subject, mobile, code),
                "address": address,
                "sent_at": now,
                "expires_at": now + LIFE,
            }
            await uow.session.execute(insert(text_code).values(row))
        if deliver:
            minutes = LIFE // timedelta(minutes=1)
            text = f"【住院医师规范化培训】验证码{code}，{minutes}分钟内有效，请勿告诉他人。如非本人操作请忽略。"
            try:
                await self._texts.send(mobile, purpose, text, code)
            except DomainError:
                async with core.database.unit_of_work() as uow:
                    await uow.session.execute(delete(text_code).where(text_code.c.code_id == code_id))
                raise
        return Sent(now + LIFE, now + PER_NUMBER[0][0])

    async def check(self, uow: UnitOfWork, purpose: str, subject: str, mobile: str, code: str) -> None:
        """ID-34: spend the newest code; it is spent when `uow` commits, a wrong try counts whatever becomes of `uow`.

        Raises:
            DomainError: INVALID CODE_WRONG; INVALID CODE_EXPIRED, also for one already used; EXHAUSTED CODE_TRIES
                after five wrong tries. All with the field `code`.
        """
        await self.spend(uow, await self.verify(purpose, subject, mobile, code))

    async def verify(self, purpose: str, subject: str, mobile: str, code: str) -> str:
        """The first half of `check`: the id of the code to `spend` once all else is right. Raises as `check`."""
        core, now = self._core, self._core.clock.now()
        key = (purpose, subject, core.vault.lookup("mobile", mobile))
        # The fast lane has connections of its own: whoever holds a transaction here never waits for a second one.
        tried = await core.database.fetchrow(_TRY, *key, self._hash(purpose, subject, mobile, code), now, TRIES)
        if tried is None:
            newest = await core.database.fetchrow(_NEWEST, *key)
            if newest is None:
                raise _wrong("短信验证码不正确，请核对手机号码和验证码。")
            if newest["tries"] >= TRIES and newest["used_at"] is None:
                message = "验证码输错次数过多，请重新获取短信验证码。"
                raise DomainError(Kind.EXHAUSTED, "CODE_TRIES", message, field="code", rule="ID-34")
            raise _expired()
        if not tried["right"]:
            left = TRIES - tried["tries"]
            raise _wrong(f"短信验证码不正确，还可以再试{left}次。" if left else "短信验证码不正确，请重新获取。")
        return str(tried["code_id"])

    async def spend(self, uow: UnitOfWork, code_id: str) -> None:
        """The second half of `check`: use the code up with `uow`. Raises DomainError INVALID CODE_EXPIRED."""
        spent = await uow.session.execute(
            update(text_code)
            .where(text_code.c.code_id == code_id, text_code.c.used_at.is_(None))
            .values(used_at=self._core.clock.now())
            .returning(text_code.c.code_id)
        )
        if spent.one_or_none() is None:
            raise _expired()

    def _hash(self, purpose: str, subject: str, mobile: str, code: str) -> bytes:
        return self._core.vault.lookup("code", f"{purpose}\0{subject}\0{mobile}\0{code}")

    async def _check_limits(
        self, uow: UnitOfWork, sent_for: tuple[str, str], lookup: bytes, address: str, now: datetime
    ) -> None:
        column = text_code.c
        for window, allowed in PER_NUMBER:
            until = await _full(uow, now, window, allowed, column.mobile_lookup == lookup)
            if until:
                message = (
                    "发送验证码过于频繁，请稍后再试。" if allowed == 1 else "该手机号码获取验证码次数过多，请稍后再试。"
                )
                raise _too_many("CODES_PER_NUMBER", message, "ID-35", until)
        until = await _full(uow, now, *PER_SUBJECT, (column.purpose == sent_for[0]) & (column.subject == sent_for[1]))
        if until:
            message = "获取验证码次数过多，请稍后再试。"
            raise _too_many("CODES_PER_SUBJECT", message, "ID-46", until)
        if address:
            allowed = self._core.settings.texts_per_hour_and_address
            until = await _full(uow, now, timedelta(hours=1), allowed, column.address == address)
            if until:
                message = "您所在的网络获取验证码次数过多，请稍后再试。"
                raise _too_many("CODES_PER_ADDRESS", message, "ID-36", until)
        midnight = now.astimezone(DAY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        sent = await uow.session.scalar(select(func.count()).select_from(text_code).where(column.sent_at >= midnight))
        if (sent or 0) >= self._core.settings.texts_per_day:
            _log.error("the province's text messages of today are used up", sent=sent)
            message = "今天的短信验证码已全部发完，请明天再试或联系客服。"
            raise _too_many("TEXTS_BUDGET", message, "ID-37", midnight + timedelta(days=1))


async def _full(
    uow: UnitOfWork, now: datetime, window: timedelta, allowed: int, condition: ColumnElement[bool]
) -> datetime | None:
    """When the next may be sent if `allowed` were sent within `window`; None when one may be sent now."""
    statement = (
        select(text_code.c.sent_at)
        .where(condition, text_code.c.sent_at > now - window)
        .order_by(text_code.c.sent_at.desc())
        .offset(allowed - 1)
        .limit(1)
    )
    oldest = await uow.session.scalar(statement)
    return None if oldest is None else oldest + window


def _too_many(reason: str, message: str, rule: str, until: datetime) -> DomainError:
    return DomainError(Kind.EXHAUSTED, reason, message, field="mobile", rule=rule, until=until)


def _wrong(message: str) -> DomainError:
    return DomainError(Kind.INVALID, "CODE_WRONG", message, field="code", rule="ID-34")


def _expired() -> DomainError:
    message = "短信验证码已失效，请重新获取。"
    return DomainError(Kind.INVALID, "CODE_EXPIRED", message, field="code", rule="ID-34")
