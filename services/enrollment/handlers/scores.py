"""Scores entered by the staff of a base, row by row, and read back in all their versions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from services.enrollment.domain.capabilities import Action, Actor, decide
from services.enrollment.domain.refusals import require, superseded
from services.enrollment.domain.scores import entered, is_correction, read_marks, scheme_of, text_of
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.reading import visible
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import CycleRecord, Situation, Write
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.scores import ScoreStore, StoredScore
from services.kit.domain import Caller, DomainError, Kind

AT_ONCE = 4
"""Rows of one batch that are written at the same time: a sheet must not take the database from everybody else."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One row of a score sheet: marks as text, by part."""

    application_id: str
    submission_number: int
    parts: Mapping[str, str] = field(repr=False)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class EnterScores:
    """Enter or correct scores; each row stands or falls on its own."""

    cycle_id: str
    rows: tuple[ScoreRow, ...]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class EnterScore:
    """One row as a command of its own."""

    cycle_id: str
    row: ScoreRow
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    """The score that holds after a row was accepted."""

    application_id: str
    version: int
    total: str = field(repr=False)
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: accepted, or refused and why."""

    application_id: str
    accepted: ScoreView | None
    refusal: DomainError | None = None


_VIEW: TypeAdapter[ScoreView] = TypeAdapter(ScoreView)


class _Unchanged(Exception):
    """The row says what stands already: there is nothing to write."""

    def __init__(self, view: ScoreView) -> None:
        super().__init__("unchanged")
        self.view = view


class ScoreHandlers:
    """Scores of the applicants of one base."""

    def __init__(
        self, cycles: CycleStore, applications: ApplicationStore, deeds: DeedStore, scores: ScoreStore
    ) -> None:
        self._cycles = cycles
        self._applications = applications
        self._scores = scores
        self._runner = Runner(cycles, applications)
        self._deeds = DeedRunner(cycles, deeds)

    async def enter_scores(self, caller: Caller, order: EnterScores) -> list[RowResult]:
        """A result for each row, in their order; a repeated call writes nothing twice.

        Raises NOT_FOUND for another's cycle, UNAVAILABLE when the database is away (repeat the call).
        """
        await self._deeds.own(caller, order.cycle_id)
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(row: ScoreRow, first: bool) -> RowResult:
            async with limit:
                return (
                    await self._entered(caller, order, row) if first else RowResult(row.application_id, None, _twice())
                )

        seen: set[str] = set()
        calls = []
        for row in order.rows:
            calls.append(one(row, row.application_id not in seen))
            seen.add(row.application_id)
        return await asyncio.gather(*calls)

    async def list_scores(self, caller: Caller, application_id: str) -> Sequence[StoredScore]:
        """Every version of an application's scores; a base sees what it entered. Raises NOT_FOUND."""
        situation = await self._applications.read(application_id)
        record = situation.application if situation is not None else None
        if record is None or not await visible(self._cycles, caller, record):
            raise not_found()
        base_code = caller.organisation if caller.role.startswith("base_") else ""
        return await self._scores.versions(application_id, base_code)

    async def _entered(self, caller: Caller, order: EnterScores, row: ScoreRow) -> RowResult:
        single = EnterScore(order.cycle_id, row, f"{order.idempotency_key}/{row.application_id}")

        async def read() -> Situation | None:
            return await self._applications.read(
                row.application_id, caller.actor, single.idempotency_key, row.submission_number
            )

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ScoreView]:
            return await self._decided(caller, single, cycle, now)

        try:
            view = await self._runner.run(caller, single, _VIEW, read, decided)
        except _Unchanged as unchanged:
            view = unchanged.view
        except DomainError as error:
            if error.kind is Kind.UNAVAILABLE:
                raise
            return RowResult(row.application_id, None, error)
        return RowResult(row.application_id, view)

    async def _decided(
        self, caller: Caller, order: EnterScore, cycle: CycleRecord, now: Situation
    ) -> Outcome[ScoreView]:
        row, before = order.row, now.application
        if before is None or before.cycle_id != order.cycle_id:
            raise not_found()
        own = caller.organisation in (now.named_base, before.submitted.base_code)
        if own and row.submission_number != before.submission_number:
            raise superseded(before.submission_number)
        decision = decide(
            Action.ENTER_SCORES,
            now.gate.moment(cycle),
            now.milestones,
            before.standing(now.seats_left),
            Actor(caller.role, caller.organisation),
            cycle.policy,
        )
        require(decision)
        number, scheme = now.gate.round, scheme_of(cycle.policy)
        stored = await self._scores.latest(before.id, before.submitted.base_code, number)
        known = stored.score if stored else None
        score = entered(known, read_marks(row.parts, scheme), row.reason, scheme)
        if stored is not None and score == known:
            raise _Unchanged(ScoreView(before.id, stored.version, text_of(score.total), True))
        version, correction = (stored.version if stored else 0) + 1, is_correction(known, score)
        after = replace(before, version=before.version + 1)
        detail = {"round": number, "score_version": version, "correction": correction}
        entry = audit_entry(caller, "enter_scores", order.idempotency_key, cycle, now.gate, decision, before, detail)
        statement = self._scores.insert(
            after, number, version, score, row.reason.strip(), caller.actor, correction=correction
        )
        view = ScoreView(before.id, version, text_of(score.total))
        return Outcome(Write(after, entry, decision.until, also=(statement,)), view)


def _twice() -> DomainError:
    """SCO-10: each row of a batch stands or falls on its own, and an application has one."""
    return DomainError(
        Kind.INVALID, "ROW_TWICE", "同一报名在一次登记中只能出现一行。", field="application_id", rule="SCO-10"
    )
