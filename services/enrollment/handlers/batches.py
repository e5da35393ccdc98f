"""Many decisions at once: each row a command of its own, with an answer of its own."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.enrollment.handlers.decisions import (
    Admit,
    DecisionHandlers,
    GrantProvisional,
    RecordNotSelected,
    ReviewApplication,
)
from services.enrollment.views import QueueRowView
from services.kit.domain import Caller, DomainError, Kind

AT_ONCE = 4
"""Rows decided at the same time: the others' commands still find connections."""


class BatchKind(StrEnum):
    """What is decided about every row."""

    APPROVE = "approve"
    REJECT = "reject"
    NOT_SELECTED = "not_selected"
    GRANT = "grant"
    ADMIT = "admit"


IN_ORDER = frozenset({BatchKind.GRANT})
"""Kinds whose rows are decided one after the other: who stands first in the batch gets the last seat."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One application of a batch."""

    application_id: str
    submission_number: int
    reason_code: str = ""
    remark: str = field(default="", repr=False)
    qualified: bool = False


@dataclass(frozen=True, slots=True)
class DecideMany:
    """The same decision about several applications."""

    kind: BatchKind
    rows: tuple[BatchRow, ...]
    idempotency_key: str
    confirm_late: bool = False


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one row: it stands anew, or was refused and nothing of it was written."""

    application_id: str
    row: QueueRowView | None = None
    refusal: DomainError | None = None


class BatchHandlers:
    """Batches over the single decisions, so that a row obeys exactly the rules that it would obey alone."""

    def __init__(self, decisions: DecisionHandlers) -> None:
        self._decisions = decisions

    async def decide_many(self, caller: Caller, order: DecideMany) -> list[BatchResult]:
        """PLC-05: one guarded command a row, under a key of its own made from the batch's, a few at a time.

        A repeated batch answers each row that was written as it was answered before, and decides the others anew. A
        refusal of one row stops no other. Raises INVALID `ROW_TWICE` when an application is named twice, and what
        concerns no row in particular: that the database is away, say; rows written by then stay written, and a repeat
        finds them.
        """
        if len({row.application_id for row in order.rows}) != len(order.rows):
            raise DomainError(Kind.INVALID, "ROW_TWICE", "同一份报名不能重复选择。", field="rows", rule="PLC-05")
        room = asyncio.Semaphore(1 if order.kind in IN_ORDER else AT_ONCE)

        async def one(row: BatchRow) -> BatchResult:
            async with room:
                try:
                    return BatchResult(row.application_id, await self._decide(caller, order, row))
                except DomainError as refusal:
                    if refusal.kind in (Kind.UNAVAILABLE, Kind.INTERNAL):
                        raise
                    return BatchResult(row.application_id, refusal=refusal)

        return await _all(one, order.rows)

    async def _decide(self, caller: Caller, order: DecideMany, row: BatchRow) -> QueueRowView:
        decisions, key = self._decisions, row_key(order.idempotency_key, row.application_id)
        named = (row.application_id, row.submission_number)
        match order.kind:
            case BatchKind.NOT_SELECTED:
                return await decisions.record_not_selected(caller, RecordNotSelected(*named, key))
            case BatchKind.GRANT:
                return await decisions.grant_provisional(
                    caller, GrantProvisional(*named, row.qualified, row.remark, key)
                )
            case BatchKind.ADMIT:
                return await decisions.admit(caller, Admit(row.application_id, key, row.submission_number))
            case _:
                approve = order.kind is BatchKind.APPROVE
                reason = "" if approve else row.reason_code
                verdict = ReviewApplication(*named, approve, reason, row.remark, key, order.confirm_late)
                return await decisions.review_application(caller, verdict)


def row_key(batch_key: str, application_id: str) -> str:
    """The idempotency key of one row: the same for the same batch and application, whatever its place in the batch."""
    return "batch-" + hashlib.sha256(f"{batch_key}/{application_id}".encode()).hexdigest()[:40]


async def _all(one: Callable[[BatchRow], Awaitable[BatchResult]], rows: Sequence[BatchRow]) -> list[BatchResult]:
    """Every result in the order asked; when one raises, the others end first and then it is raised."""
    found = await asyncio.gather(*(one(row) for row in rows), return_exceptions=True)
    results = []
    for each in found:
        if isinstance(each, BaseException):
            raise each
        results.append(each)
    return results
