"""What 教学部 and the province decide on candidacies; many at once, each row a command of its own (CAND-18)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.domain.candidacy import Action, Appeal
from services.faculty.domain.candidacy_checks import refusal_reason, return_reason
from services.faculty.handlers.candidacies import Order
from services.faculty.handlers.candidacy_facts import UNDECIDED, Found, Words, decide, locked
from services.faculty.handlers.starting import NewAppointment, acknowledge, revoke, start_appointment
from services.faculty.store import candidacies
from services.faculty.store.policies import policy_of
from services.kit.audit import check_reason
from services.kit.domain import Caller, DomainError, Kind

AT_ONCE = 4
"""Rows decided at the same time: the others' commands still find connections."""
FURTHEST = timedelta(days=366)
"""CAND-29: how far ahead an appointment may begin."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One candidacy to be decided, as it was looked at."""

    candidacy_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Many:
    """The same decision about several. `body` stands for the command's content."""

    wishes: Sequence[Wish]
    words: Words
    key: str
    body: bytes = field(repr=False)
    from_day: date | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one row: decided, or refused and nothing of it written."""

    candidacy_id: str
    refusal: DomainError | None = None


_Work = Callable[[Deed, Found], Awaitable[None]]


class DecisionHandlers:
    """Decisions; those on one answer with its id."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def open(self, caller: Caller, order: Order) -> str:
        """CAND-09: look at a submitted one: from now on its owner cannot recall it."""

        async def work(deed: Deed, found: Found) -> None:
            row = await candidacies.change(deed.session, order.candidacy_id, opened_at=deed.now)
            await deed.note("candidacy_opened", order.candidacy_id, detail={"version": row.version})

        return await self._one(caller, order, Action.OPEN, work)

    async def return_many(self, caller: Caller, many: Many) -> list[Result]:
        """CAND-11: 退回, each with a coded reason and words. Raises INVALID REASON_UNKNOWN, REASON_MISSING."""
        check_reason(return_reason(many.words.code, many.words.reason))

        async def work(deed: Deed, found: Found) -> None:
            await self._decide(deed, found, "returned", many.words)

        return await self._many(caller, many, Action.RETURN, work)

    async def recommend_many(self, caller: Caller, many: Many) -> list[Result]:
        """CAND-10 (C7.1): 推荐(聘任): each whose entry rules are all met is recommended and appointed in one.

        Raises INVALID FROM_DAY (CAND-29).
        """
        await self._check_from(many.from_day)
        core = self._core
        places = await core.directory.know(caller.organisation)

        async def work(deed: Deed, found: Found) -> None:
            row = found.row
            policy = await policy_of(deed.session, places, row.base_code)
            new = NewAppointment(
                person_id=row.person_id,
                name=row.name,
                base_code=row.base_code,
                department_code=row.department_code,
                extra_departments=tuple(row.extra_departments),
                title=row.title,
                candidacy_id=row.candidacy_id,
                from_day=many.from_day or deed.today,
                pending=found.batch.needs_acknowledgement,
            )
            appointment_id = await start_appointment(deed, policy, new)
            await self._decide(deed, found, "recommended", many.words, appointment_id=appointment_id)

        return await self._many(caller, many, Action.RECOMMEND, work)

    async def refuse_many(self, caller: Caller, many: Many) -> list[Result]:
        """CAND-11: 不推荐, each with a coded reason. Raises INVALID REASON_UNKNOWN, REASON_MISSING."""
        words = Words(many.words.code, refusal_reason(many.words.code, many.words.reason), many.words.note)
        check_reason(words.reason)

        async def work(deed: Deed, found: Found) -> None:
            await self._decide(deed, found, "not_recommended", words)

        return await self._many(caller, many, Action.REFUSE, work)

    async def revoke(self, caller: Caller, order: Order, reason: str) -> str:
        """CAND-12: take a recommendation back before publication; what was before the appointment stands again."""

        async def work(deed: Deed, found: Found) -> None:
            if found.row.appointment_id:
                await revoke(deed, found.row.appointment_id, reason)
            values = UNDECIDED | {"appointment_id": None}
            await decide(deed, self._core, found, "revoked", Words(reason=reason), **values)

        return await self._one(caller, order, Action.REVOKE, work)

    async def reverse(self, caller: Caller, order: Order, reason: str) -> str:
        """CAND-13: take 不推荐 back while the batch is open; it waits for a decision again."""

        async def work(deed: Deed, found: Found) -> None:
            await decide(deed, self._core, found, "reversed", Words(reason=reason), **UNDECIDED)

        return await self._one(caller, order, Action.REVERSE, work)

    async def resolve_appeal(self, caller: Caller, order: Order, reason: str, *, uphold: bool) -> str:
        """CAND-14: upheld, it waits for a decision again, also when the batch has closed; dismissed, 不推荐 stays."""

        async def work(deed: Deed, found: Found) -> None:
            words = Words(reason=reason)
            if uphold:
                values = UNDECIDED | {"appeal_state": Appeal.UPHELD.value}
                await decide(deed, self._core, found, "appeal_upheld", words, **values)
            else:
                dismissed = Appeal.DISMISSED.value
                await decide(deed, self._core, found, "appeal_dismissed", words, appeal_state=dismissed)

        return await self._one(caller, order, Action.UPHOLD if uphold else Action.DISMISS, work)

    async def acknowledge(self, caller: Caller, order: Order) -> str:
        """CAND-16 (C7.1): 省级确认: the appointment begins to count."""

        async def work(deed: Deed, found: Found) -> None:
            values: dict[str, Any] = {"acknowledged_at": deed.now}
            if found.row.appointment_id:
                values["appointment_id"] = await acknowledge(deed, found.row.appointment_id)
            await decide(deed, self._core, found, "acknowledged", **values)

        return await self._one(caller, order, Action.ACKNOWLEDGE, work)

    async def _decide(self, deed: Deed, found: Found, kind: str, words: Words, **values: Any) -> None:
        told: dict[str, Any] = {"reason_code": words.code, "reason": words.reason, "decided_at": deed.now}
        opened: dict[str, Any] = {"opened_at": found.row.opened_at or deed.now, "decided_by": deed.caller.actor}
        await decide(deed, self._core, found, kind, words, **told, **opened, **values)

    async def _one(self, caller: Caller, order: Order, action: Action, work: _Work) -> str:
        core = self._core
        places = await core.directory.know(caller.organisation)

        async def run(deed: Deed) -> str:
            await work(deed, await locked(deed, core, places, order.candidacy_id, order.version, action))
            return order.candidacy_id

        return await core.deeds.run(caller, order.key, order.body, run)

    async def _many(self, caller: Caller, many: Many, action: Action, work: _Work) -> list[Result]:
        """CAND-18: each row under a key of its own, a few at a time; a refusal of one stops no other.

        A repeat answers each row that was written as before, and decides the others anew. Raises INVALID ROW_TWICE,
        and what concerns no row in particular: that the database is away, say; a repeat then goes on.
        """
        if len({wish.candidacy_id for wish in many.wishes}) != len(many.wishes):
            raise DomainError(Kind.INVALID, "ROW_TWICE", "同一份报名不能重复选择。", field="wishes", rule="CAND-18")
        room = asyncio.Semaphore(AT_ONCE)

        async def one(wish: Wish) -> Result:
            order = Order(wish.candidacy_id, wish.version, row_key(many.key, wish.candidacy_id), many.body)
            async with room:
                try:
                    await self._one(caller, order, action, work)
                except DomainError as refusal:
                    if refusal.kind in (Kind.UNAVAILABLE, Kind.INTERNAL):
                        raise
                    return Result(wish.candidacy_id, refusal)
                return Result(wish.candidacy_id)

        answers = await asyncio.gather(*(one(wish) for wish in many.wishes), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if isinstance(answer, Result)]

    async def _check_from(self, from_day: date | None) -> None:
        """CAND-29 (C7.13): an appointment begins on the day of the decision or later, within a year."""
        today = await self._core.deeds.today()
        if from_day is not None and not today <= from_day <= today + FURTHEST:
            message = "聘任起始日期应当在今天到一年之内。"
            raise DomainError(Kind.INVALID, "FROM_DAY", message, field="from_day", rule="CAND-29")


def row_key(batch_key: str, candidacy_id: str) -> str:
    """The idempotency key of one row: the same for the same action and candidacy, whatever its place."""
    return "rows-" + hashlib.sha256(f"{batch_key}/{candidacy_id}".encode()).hexdigest()[:40]
