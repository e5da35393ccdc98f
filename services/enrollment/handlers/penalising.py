"""The penalty list of a province: bars added, imported, lifted; cases decided."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from services.enrollment.domain.penalties import Span, check_cause, span
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.screening import Documents, Holder
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store import penalties
from services.enrollment.store.penalties import Penalty, PenaltyCase, PenaltyStore
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

LIMIT = 100
"""Rows of a list unless asked otherwise."""
ASKED_AT_ONCE = 16
"""How many documents of an import identity is asked for at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom a penalty is for (a document, or a person) and until when, as typed; see PenaltyEntry."""

    document_type: str
    document_number: str = field(repr=False)
    person_id: str
    name: str = field(repr=False)
    cause: str
    since: str
    years: int
    until: str
    reason: str = field(repr=False)
    number: str


@dataclass(frozen=True, slots=True)
class ImportPenalties:
    """Bar many at once; one of them is `AddPenalty`."""

    cycle_id: str
    entries: tuple[Entry, ...]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class LiftPenalty:
    """End a penalty before its time."""

    cycle_id: str
    penalty_id: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class DecidePenaltyCase:
    """Turn a case into a penalty, or let it rest."""

    cycle_id: str
    case_id: str
    penalise: bool
    years: int
    reason: str = field(repr=False)
    number: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PenaltyResult:
    """What became of one row: the penalty, or why there is none."""

    penalty: Penalty | None
    reason: str = ""
    message: str = ""
    field_name: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """The penalty that a case became; None when it rests."""

    penalty: Penalty | None


_RESULTS: TypeAdapter[tuple[PenaltyResult, ...]] = TypeAdapter(tuple[PenaltyResult, ...])
_PENALTY: TypeAdapter[Penalty] = TypeAdapter(Penalty)
_DECIDED: TypeAdapter[Decided] = TypeAdapter(Decided)


class PenaltyHandlers:
    """Penalties of one's own province; another's look absent. In force in every cycle of the province."""

    def __init__(self, runner: DeedRunner, store: PenaltyStore, documents: Documents) -> None:
        self._runner = runner
        self._store = store
        self._documents = documents

    async def list_penalties(
        self, caller: Caller, cycle_id: str, limit: int, *, in_force: bool
    ) -> list[tuple[Penalty, bool]]:
        """Newest first, each with whether it bars now."""
        cycle, _ = await self._runner.own(caller, cycle_id)
        return await self._store.penalties(cycle.province_code, limit or LIMIT, in_force=in_force)

    async def list_cases(self, caller: Caller, cycle_id: str) -> list[PenaltyCase]:
        """Undecided cases, oldest first."""
        await self._runner.own(caller, cycle_id)
        return await self._store.cases(cycle_id)

    async def add_penalty(self, caller: Caller, order: ImportPenalties) -> Penalty:
        """PEN-07: bar one person. Raises INVALID naming the field, CONFLICT `PENALTY_KNOWN`, UNAVAILABLE."""
        [result] = await self._import(caller, order, "add_penalty", strict=True)
        if result.penalty is None:
            raise RuntimeError("a strict import raises for what it refuses")
        return result.penalty

    async def import_penalties(self, caller: Caller, order: ImportPenalties) -> tuple[PenaltyResult, ...]:
        """PEN-07: each row is written or refused by itself, all that are written at once. Raises UNAVAILABLE."""
        return await self._import(caller, order, "import_penalties", strict=False)

    async def lift_penalty(self, caller: Caller, order: LiftPenalty) -> Penalty:
        """PEN-08: a penalty ends before its time, with a reason, once. Raises NOT_FOUND, CONFLICT `ALREADY_LIFTED`."""
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Penalty]:
            found = await self._store.penalty(cycle.province_code, order.penalty_id)
            if found is None:
                raise DomainError(Kind.NOT_FOUND, "PENALTY_NOT_FOUND", "没有这条限制记录。", rule="PEN-08")
            if found.lifted_at is not None:
                raise DomainError(Kind.CONFLICT, "ALREADY_LIFTED", "该限制已经解除。", rule="PEN-08")
            after = replace(found, lifted_at=gate.now, lift_reason=order.reason)
            detail = {"penalty": found.id, "number": found.number}
            also = (penalties.lift(found.id, gate.now, order.reason),)
            return Deed(after, "lift_penalty", "PEN-08", detail, also=also, in_phase=False)

        return await self._runner.run(caller, order, _PENALTY, order.cycle_id, decided)

    async def decide_case(self, caller: Caller, order: DecidePenaltyCase) -> Decided:
        """PEN-09: what the policy put before the province becomes a penalty from its day on, or rests; once.

        Raises NOT_FOUND, CONFLICT `ALREADY_DECIDED` and `PENALTY_KNOWN`, INVALID without a number, UNAVAILABLE.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Decided]:
            found = await self._store.cases(cycle.id, order.case_id)
            if not found:
                raise DomainError(Kind.NOT_FOUND, "CASE_NOT_FOUND", "没有这项待处理情形。", rule="PEN-09")
            if found[0].state != "proposed":
                raise DomainError(Kind.CONFLICT, "ALREADY_DECIDED", "该情形已经处理。", rule="PEN-09")
            case = found[0]
            also = [penalties.decide_case(case.id, imposed=order.penalise)]
            penalty = await self._of_case(cycle, gate, case, order) if order.penalise else None
            if penalty is not None:
                also.append(self._store.add(penalty))
            detail = {
                "case": case.id,
                "application": case.application_id,
                "cause": case.cause,
                "penalty": penalty.id if penalty is not None else "",
                "number": order.number,
            }
            return Deed(Decided(penalty), "decide_penalty_case", "PEN-09", detail, also=tuple(also), in_phase=False)

        return await self._runner.run(caller, order, _DECIDED, order.cycle_id, decided)

    async def _of_case(
        self, cycle: CycleRecord, gate: GateRecord, case: PenaltyCase, order: DecidePenaltyCase
    ) -> Penalty:
        number = _number(order.number)
        holder = await self._documents.holder(case.person_id)
        _check_bound(holder)
        since = case.at.astimezone(ZoneInfo(cycle.time_zone)).date().isoformat()
        found = span(since, order.years, "", cycle.policy.penalty_years, cycle.time_zone)
        if await self._store.known(cycle.province_code, [(holder.document_key, number)]):
            raise _known()
        return _penalty(cycle, gate.now, holder, case.name, (case.cause, order.reason, number), found)

    async def _import(
        self, caller: Caller, order: ImportPenalties, command: str, *, strict: bool
    ) -> tuple[PenaltyResult, ...]:
        await self._runner.own(caller, order.cycle_id)
        asked = asyncio.Semaphore(ASKED_AT_ONCE)

        async def ask(entry: Entry) -> Holder | DomainError:
            async with asked:
                return await self._holder(entry)

        holders = await asyncio.gather(*map(ask, order.entries))

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[tuple[PenaltyResult, ...]]:
            pairs = [
                (holder.document_key, " ".join(entry.number.split()))
                for entry, holder in zip(order.entries, holders, strict=True)
                if isinstance(holder, Holder)
            ]
            known = await self._store.known(cycle.province_code, pairs)
            results = []
            for entry, holder in zip(order.entries, holders, strict=True):
                try:
                    results.append(PenaltyResult(_read(cycle, gate.now, entry, holder, known)))
                except DomainError as error:
                    if strict:
                        raise
                    results.append(PenaltyResult(None, error.reason, error.message, error.field, error.rule))
            added = [result.penalty for result in results if result.penalty is not None]
            detail = {"penalties": [[each.id, each.cause, each.number, each.until] for each in added]}
            also = tuple(self._store.add(each) for each in added)
            return Deed(tuple(results), command, "PEN-07", detail, also=also, in_phase=False)

        return await self._runner.run(caller, order, _RESULTS, order.cycle_id, decided)

    async def _holder(self, entry: Entry) -> Holder | DomainError:
        """Whom an entry is about; what identity says against it. Raises UNAVAILABLE."""
        try:
            if entry.person_id:
                return await self._documents.holder(entry.person_id)
            return await self._documents.key_of_document(entry.document_type, entry.document_number)
        except DomainError as error:
            if error.kind not in (Kind.INVALID, Kind.NOT_FOUND):
                raise
            return error


def _read(
    cycle: CycleRecord, now: datetime, entry: Entry, holder: Holder | DomainError, known: set[tuple[str, str]]
) -> Penalty:
    """The penalty of an entry, which then counts as known. Raises INVALID, NOT_FOUND, CONFLICT."""
    check_cause(entry.cause)
    found = span(entry.since, entry.years, entry.until, cycle.policy.penalty_years, cycle.time_zone)
    number = _number(entry.number)
    if isinstance(holder, DomainError):
        raise holder
    _check_bound(holder)
    name = holder.name or entry.name.strip()
    if not name:
        raise DomainError(Kind.INVALID, "NAME_REQUIRED", "请填写姓名。", field="entry.name", rule="PEN-07")
    pair = (holder.document_key, number)
    if pair in known:
        raise _known()
    known.add(pair)
    return _penalty(cycle, now, holder, name, (entry.cause, entry.reason, number), found)


def _penalty(cycle: CycleRecord, now: datetime, holder: Holder, name: str, what: Sequence[str], found: Span) -> Penalty:
    cause, reason, number = what
    return Penalty(
        new_id(),
        cycle.province_code,
        holder.document_key,
        holder.name or name,
        holder.masked_document,
        cause,
        found.since,
        found.until,
        reason,
        number,
        now,
    )


def _number(typed: str) -> str:
    """PEN-07: a penalty stands under the number of its decision. Raises INVALID."""
    number = " ".join(typed.split())
    if not number:
        raise DomainError(Kind.INVALID, "NUMBER_REQUIRED", "请填写文号。", field="number", rule="PEN-07")
    return number


def _check_bound(holder: Holder) -> None:
    if not holder.document_key:
        message = "该账号没有绑定证件,请按证件号码登记。"
        raise DomainError(Kind.INVALID, "NO_DOCUMENT", message, field="entry.person_id", rule="PEN-07")


def _known() -> DomainError:
    return DomainError(
        Kind.CONFLICT, "PENALTY_KNOWN", "该文号下已有此人的限制记录。", field="entry.number", rule="PEN-07"
    )
