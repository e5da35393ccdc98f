"""A deed: one command in one transaction, with its key, its rows of the audit and its facts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit import audit
from services.kit.clock import Clock
from services.kit.commands import once, remember
from services.kit.database import Database, UnitOfWork
from services.kit.domain import Caller, Fact
from services.kit.ids import new_id

DAY_ZONE = ZoneInfo("Asia/Shanghai")
"""Where a day begins."""
MACHINE = Caller("", "scheduler")
"""Who acts when a time has come and nobody called."""


@dataclass(frozen=True, slots=True)
class _Still:
    """A clock that stands at one instant."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


@dataclass(frozen=True, slots=True)
class Deed:
    """What a command works with: its transaction, who acts, and the instant at which it is done (aware UTC)."""

    uow: UnitOfWork
    caller: Caller
    now: datetime

    @property
    def session(self) -> AsyncSession:
        """The transaction's session."""
        return self.uow.session

    @property
    def today(self) -> date:
        """The day on which it is done, in the province's zone."""
        return self.now.astimezone(DAY_ZONE).date()

    async def note(
        self,
        act: str,
        about: str,
        *,
        reason: str = "",
        outcome: str = "done",
        detail: Mapping[str, str | int | bool] | None = None,
    ) -> None:
        """AUD-01: write one row of the audit about the aggregate `about`; ids, enums and numbers only in `detail`.

        Raises INVALID REASON_NUMBERS (AUD-06).
        """
        clock = _Still(self.now)
        await audit.note(self.uow, clock, act, about, who=self.caller, reason=reason, outcome=outcome, detail=detail)

    def fact(self, what: str, body: Message, aggregate_id: str, version: int) -> None:
        """Publish `residency.faculty.v1.<what>` (`noun.past_verb`) if the transaction commits."""
        self.uow.add_fact(
            Fact(
                subject=f"residency.faculty.v1.{what}",
                event_type=body.DESCRIPTOR.full_name,
                body=body.SerializeToString(),
                aggregate_id=aggregate_id,
                version=version,
                event_id=new_id(),
            )
        )


def content_of(request: Message) -> bytes:
    """What a command's key stands for: the kind of request and all it says, the same bytes for the same command."""
    return request.DESCRIPTOR.full_name.encode() + b"\n" + request.SerializeToString(deterministic=True)


class Deeds:
    """Carries out commands. `clock` is the database's own when None: what is decided must not hang on a process's."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self._clock = clock

    async def run(self, caller: Caller, key: str, body: bytes, work: Callable[[Deed], Awaitable[str]]) -> str:
        """Do `work` once for the caller's `key`; what it returned (ids, no words) is returned again for a repeat.

        `body` stands for the command's content: the same key with another body is a CONFLICT
        IDEMPOTENCY_KEY_REUSED. When it carries numbers of persons, pass `Vault.lookup` of them. Errors of `work` go
        through, and nothing of it is written.
        """
        async with self.database.unit_of_work() as uow:
            deed = Deed(uow, caller, await self.now(uow.session))
            stored = await once(uow, _Still(deed.now), caller.actor, key, body)
            if stored is not None:
                return stored.decode()
            answer = await work(deed)
            await remember(uow, caller.actor, key, answer.encode())
        return answer

    async def by_itself(self, work: Callable[[Deed], Awaitable[None]], caller: Caller = MACHINE) -> None:
        """Do `work` that is once by nature: what a time or a fact asks for."""
        async with self.database.unit_of_work() as uow:
            await work(Deed(uow, caller, await self.now(uow.session)))

    async def now(self, session: AsyncSession) -> datetime:
        """The present instant, aware UTC."""
        if self._clock is not None:
            return self._clock.now()
        found: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        return found

    async def today(self) -> date:
        """The present day in the province's zone."""
        async with self.database.unit_of_work() as uow:
            return (await self.now(uow.session)).astimezone(DAY_ZONE).date()
