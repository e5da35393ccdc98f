"""The plan of a cycle: places set by the province, asked for by bases, added as exceptions; programmes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Catalogue, Choice, Programme, check_codes
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.policies import require_province
from services.enrollment.handlers.running import View, no_cycle
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store import plans
from services.enrollment.store.plans import Cell, PlanHistory, Planned, PlanStore, Proposal, SeatException, Seats
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.ids import new_id

LIMIT = 100
"""Rows of a list unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class SetPlan:
    """Plan places anew: base, specialty and number."""

    cycle_id: str
    rows: tuple[tuple[str, str, int], ...]
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ProposePlanChange:
    """Ask for another number of places (a base for itself)."""

    cycle_id: str
    base_code: str
    specialty_code: str
    wanted: int
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class DecidePlanChange:
    """Grant, perhaps another number than was asked for, or refuse; `planned` None: as asked for."""

    cycle_id: str
    change_id: str
    grant: bool
    planned: int | None
    answer: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class GrantSeatException:
    """Add places under a numbered document."""

    cycle_id: str
    base_code: str
    specialty_code: str
    seats: int
    number: str
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SetProgramme:
    """Open, pause or close a specialty at a base for new submissions."""

    cycle_id: str
    base_code: str
    specialty_code: str
    programme: Programme
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What became of one row: the places since, or why it was refused."""

    seats: Seats
    reason: str = ""
    message: str = field(default="", repr=False)


_RESULTS: TypeAdapter[tuple[PlanResult, ...]] = TypeAdapter(tuple[PlanResult, ...])
_PROPOSAL: TypeAdapter[Proposal] = TypeAdapter(Proposal)
_EXCEPTION: TypeAdapter[SeatException] = TypeAdapter(SeatException)
_SEATS: TypeAdapter[Seats] = TypeAdapter(Seats)


class PlanHandlers:
    """Places of a cycle. Everything here is of one's own province, or base; others' looks absent."""

    def __init__(self, runner: DeedRunner, store: PlanStore) -> None:
        self._runner = runner
        self._store = store

    async def list_plan(self, caller: Caller, cycle_id: str, base_code: str) -> list[Seats]:
        """Planned and taken places; a base sees its own."""
        await self._runner.own(caller, cycle_id)
        return await self._store.seats(cycle_id, _own_base(caller) or base_code)

    async def list_changes(self, caller: Caller, cycle_id: str, state: str, limit: int) -> list[Proposal]:
        """What bases asked for, newest first; a base sees its own."""
        await self._runner.own(caller, cycle_id)
        return await self._store.proposals(cycle_id, _own_base(caller), state, limit or LIMIT)

    async def list_history(self, caller: Caller, cycle_id: str, base_code: str, limit: int) -> list[PlanHistory]:
        """PLAN-16: every change of the plan with its reason, newest first; a base sees its own."""
        await self._runner.own(caller, cycle_id)
        return await self._store.changes(cycle_id, _own_base(caller) or base_code, limit or LIMIT)

    async def list_exceptions(self, caller: Caller, cycle_id: str) -> list[SeatException]:
        """Exceptions, newest first; a base sees its own."""
        await self._runner.own(caller, cycle_id)
        return await self._store.exceptions(cycle_id, _own_base(caller))

    async def set_plan(self, caller: Caller, order: SetPlan) -> tuple[PlanResult, ...]:
        """PLAN-16: each row is written or refused by itself, all that are written at once; each is in the history."""
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[tuple[PlanResult, ...]]:
            require_province(caller, cycle, gate)
            present = {seats.cell: seats for seats in await self._store.seats(cycle.id)}
            results: list[PlanResult] = []
            changes: list[Planned] = []
            seen: set[Cell] = set()
            for base, specialty, planned in order.rows:
                result, change = _row(cycle.catalogue, present, seen, (base, specialty), planned)
                results.append(result)
                changes += [change] if change is not None else []
            return planned_deed(tuple(results), "set_plan", "PLAN-16", "set", cycle, gate, changes, order.reason)

        return await self._runner.run(caller, order, _RESULTS, order.cycle_id, decided)

    async def propose_change(self, caller: Caller, order: ProposePlanChange) -> Proposal:
        """CAP-B5-QUOTA: a base asks for another number of places; one question a specialty at a time.

        Raises INVALID for an unknown specialty, CONFLICT `PROPOSAL_OPEN`, NOT_FOUND for another's base.
        """
        await self._runner.own(caller, order.cycle_id)
        if caller.organisation != order.base_code:
            raise no_cycle()

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Proposal]:
            require_province(caller, cycle, gate, Action.PROPOSE_QUOTA)
            check_codes(Choice(order.base_code, order.specialty_code), cycle.catalogue)
            waiting = await self._store.proposals(cycle.id, order.base_code, "open", 1000)
            if any(each.specialty_code == order.specialty_code for each in waiting):
                raise DomainError(Kind.CONFLICT, "PROPOSAL_OPEN", "该专业已有待批的计划调整申请。", rule="CAP-B5-QUOTA")
            cell = (order.base_code, order.specialty_code)
            planned = cycle.catalogue.plan.get(cell, 0)
            proposal = Proposal(
                *(new_id(), cycle.id, *cell, planned, order.wanted, order.reason, "open", gate.now),
            )
            detail = {"base_code": cell[0], "specialty_code": cell[1], "planned": planned, "wanted": order.wanted}
            also = (plans.propose(proposal),)
            return Deed(proposal, "propose_plan_change", "CAP-B5-QUOTA", detail, also=also)

        return await self._runner.run(caller, order, _PROPOSAL, order.cycle_id, decided)

    async def decide_change(self, caller: Caller, order: DecidePlanChange) -> Proposal:
        """CAP-QUOTA: the province grants or refuses what a base asked for; a refusal says why.

        Raises NOT_FOUND, CONFLICT `ALREADY_DECIDED`, CONFLICT `BELOW_TAKEN` (PLAN-17).
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Proposal]:
            require_province(caller, cycle, gate)
            asked = await self._store.proposal(cycle.id, order.change_id)
            if asked is None:
                raise DomainError(Kind.NOT_FOUND, "CHANGE_NOT_FOUND", "没有这项计划调整申请。", rule="CAP-QUOTA")
            if asked.state != "open":
                raise DomainError(Kind.CONFLICT, "ALREADY_DECIDED", "该申请已经办理。", rule="CAP-QUOTA")
            if not order.grant:
                return _refused_change(asked, order, cycle, gate)
            cell, granted = (asked.base_code, asked.specialty_code), asked.wanted
            granted = order.planned if order.planned is not None else granted
            seats = await self._cell(cycle.id, cell)
            check_taken(seats, granted)
            becomes = replace(asked, state="granted", decided_at=gate.now, granted=granted, answer=order.answer)
            changes = [Planned(cell, seats.planned, granted)] if seats.planned != granted else []
            deed = planned_deed(
                becomes, "decide_plan_change", "CAP-QUOTA", "granted", cycle, gate, changes, asked.reason
            )
            detail = {**deed.detail, "change": asked.id, "granted": True, "answer": order.answer}
            fact = _answered(becomes, cycle, gate, granted)
            return replace(deed, detail=detail, fact=fact, also=(*deed.also, plans.decide(becomes)))

        return await self._runner.run(caller, order, _PROPOSAL, order.cycle_id, decided)

    async def grant_exception(self, caller: Caller, order: GrantSeatException) -> SeatException:
        """PLAN-18: an exception adds places under a number that a cycle knows once. Raises CONFLICT `NUMBER_TAKEN`."""
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[SeatException]:
            require_province(caller, cycle, gate)
            cell = (order.base_code, order.specialty_code)
            check_codes(Choice(*cell), cycle.catalogue)
            number = " ".join(order.number.split())
            if await self._store.number_taken(cycle.id, number):
                raise DomainError(
                    Kind.CONFLICT, "NUMBER_TAKEN", "该文号已用于其他增补。", field="number", rule="PLAN-18"
                )
            seats = await self._cell(cycle.id, cell)
            planned = seats.planned + order.seats
            each = SeatException(new_id(), cycle.id, *cell, order.seats, number, order.reason, gate.now, planned)
            change = Planned(cell, seats.planned, planned)
            deed = planned_deed(
                *(each, "grant_seat_exception", "PLAN-18", "exception", cycle, gate, [change], order.reason)
            )
            also = (*deed.also, plans.add_exception(each))
            return replace(deed, detail={**deed.detail, "number": number, "seats": order.seats}, also=also)

        return await self._runner.run(caller, order, _EXCEPTION, order.cycle_id, decided)

    async def set_programme(self, caller: Caller, order: SetProgramme) -> Seats:
        """PLAN-19: a paused or closed programme takes no new submissions; what is there goes on.

        Raises INVALID when the base does not plan the specialty.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Seats]:
            require_province(caller, cycle, gate)
            cell = (order.base_code, order.specialty_code)
            check_codes(Choice(*cell), cycle.catalogue)
            seats = await self._cell(cycle.id, cell)
            if cell not in cycle.catalogue.plan:
                raise DomainError(
                    Kind.INVALID, "NOT_PLANNED", "该基地今年没有该专业的计划。", field="specialty_code", rule="PLAN-19"
                )
            detail = {
                "base_code": cell[0],
                "specialty_code": cell[1],
                "programme": [seats.programme.value, order.programme.value],
                "reason": order.reason,
            }
            return Deed(
                replace(seats, programme=order.programme),
                *("set_programme", "PLAN-19", detail),
                fact=facts.plan_changed(cycle.id, cell[0], "programme", gate.edition + 1),
                also=(plans.set_programme(cycle.id, cell, order.programme),),
                new_edition=True,
            )

        return await self._runner.run(caller, order, _SEATS, order.cycle_id, decided)

    async def _cell(self, cycle_id: str, cell: Cell) -> Seats:
        found = {seats.cell: seats for seats in await self._store.seats(cycle_id, cell[0])}
        return found.get(cell, Seats(*cell))


def check_taken(seats: Seats, planned: int) -> None:
    """PLAN-17: no plan falls below the places that are taken (SEAT-01); the refusal names them. Raises CONFLICT."""
    if planned < seats.taken:
        raise DomainError(
            Kind.CONFLICT,
            "BELOW_TAKEN",
            f"已有 {seats.taken} 个名额被占用,计划数不能少于此数。",
            field="planned",
            rule="PLAN-17",
            details={"taken": str(seats.taken)},
        )


def _row(
    catalogue: Catalogue, present: Mapping[Cell, Seats], seen: set[Cell], cell: Cell, planned: int
) -> tuple[PlanResult, Planned | None]:
    seats = present.get(cell, Seats(*cell))
    try:
        if cell in seen:
            raise DomainError(Kind.INVALID, "ROW_TWICE", "同一基地和专业只能出现一次。", rule="PLAN-16")
        seen.add(cell)
        check_codes(Choice(*cell), catalogue)
        check_taken(seats, planned)
    except DomainError as error:
        return PlanResult(seats, error.reason, error.message), None
    change = Planned(cell, seats.planned, planned) if seats.planned != planned else None
    return PlanResult(replace(seats, planned=planned)), change


def planned_deed(
    view: View,
    command: str,
    rule: str,
    kind: str,
    cycle: CycleRecord,
    gate: GateRecord,
    changes: list[Planned],
    reason: str,
) -> Deed[View]:
    """The deed that plans anew; nothing but its audit when nothing changes."""
    bases = {change.cell[0] for change in changes}
    detail = {"reason": reason, "changes": [[*change.cell, change.old, change.new] for change in changes]}
    edition = gate.edition + 1
    fact = facts.plan_changed(cycle.id, next(iter(bases)) if len(bases) == 1 else "", kind, edition)
    return Deed(
        view,
        *(command, rule, detail),
        fact=fact if changes else None,
        also=plans.set_planned(cycle.id, changes, kind, reason),
        new_edition=bool(changes),
    )


def _refused_change(asked: Proposal, order: DecidePlanChange, cycle: CycleRecord, gate: GateRecord) -> Deed[Proposal]:
    if not order.answer.strip():
        raise DomainError(Kind.INVALID, "ANSWER_REQUIRED", "不同意时须说明理由。", field="answer", rule="CAP-QUOTA")
    becomes = replace(asked, state="refused", decided_at=gate.now, answer=order.answer)
    detail = {"change": asked.id, "granted": False, "answer": order.answer}
    fact = _answered(becomes, cycle, gate, asked.planned)
    return Deed(becomes, "decide_plan_change", "CAP-QUOTA", detail, fact=fact, also=(plans.decide(becomes),))


def _answered(decided: Proposal, cycle: CycleRecord, gate: GateRecord, planned: int) -> Fact:
    cell, granted = (decided.base_code, decided.specialty_code), decided.state == "granted"
    edition = gate.edition + granted
    return facts.plan_change_decided(cycle, cell, edition, granted=granted, planned=planned, answer=decided.answer)


def _own_base(caller: Caller) -> str:
    return caller.organisation if caller.role.startswith("base_") else ""
