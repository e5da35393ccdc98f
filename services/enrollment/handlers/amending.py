"""Changing a calendar that runs: foreseen, asked for, agreed to by a second person, applied in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.amendable import Amended, Running, Wish
from services.enrollment.domain.amending import amended
from services.enrollment.domain.impact import Impact, impact
from services.enrollment.domain.mattering import check_second_person, holds_until, next_boundary
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.running import canonical
from services.enrollment.handlers.working_days import Days
from services.enrollment.records import CalendarWrite, CycleRecord, GateRecord
from services.enrollment.store.amending import (
    Amendment,
    AmendmentState,
    AmendmentStore,
    close,
    content_of,
    propose,
    row_of,
)
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.ids import new_id

_VIEW: TypeAdapter[Amendment] = TypeAdapter(Amendment)
_SHORTEST_ANSWER = 2


@dataclass(frozen=True, slots=True)
class ProposeAmendment:
    """Ask for a change of a calendar."""

    cycle_id: str
    wish: Wish
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class DecideAmendment:
    """Agree to a change that somebody else asked for, refuse it, or withdraw one's own."""

    cycle_id: str
    amendment_id: str
    agree: bool
    answer: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a wish makes of a calendar, and what that does."""

    running: Running
    after: Amended
    impact: Impact


class AmendmentHandlers:
    """What a province, or its operator, changes of a calendar."""

    def __init__(self, runner: DeedRunner, store: AmendmentStore, days: Days) -> None:
        self._runner = runner
        self._store = store
        self._days = days

    async def preview(self, caller: Caller, cycle_id: str, wish: Wish) -> Impact:
        """AMD-20: what a change would do; changes nothing.

        Raises as the rules stand against it, CONFLICT `STALE_CALENDAR`, NOT_FOUND for another province's cycle.
        """
        cycle, gate = await self._runner.own(caller, cycle_id)
        return (await self._foreseen(cycle, gate, wish)).impact

    async def propose(self, caller: Caller, order: ProposeAmendment) -> Amendment:
        """Applied at once when one person suffices (AMD-16), else open until a second one decides.

        Raises as `preview`, CONFLICT `AMENDMENT_OPEN` while another waits.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Amendment]:
            foreseen = await self._foreseen(cycle, gate, order.wish)
            amendment = Amendment(
                *(new_id(), cycle.id, order.wish, foreseen.impact, order.reason, caller.actor, gate.now)
            )
            if foreseen.impact.people == 1:
                return self._applied(cycle, gate, replace(amendment, decided_at=gate.now), foreseen, "propose")
            waiting = await self._store.latest(cycle.id, open_only=True)
            if waiting:
                raise _open_already(waiting[0].id)
            return Deed(
                *(amendment, "propose_amendment", "AMD-18", _detail(amendment)),
                also=(propose(amendment),),
                in_phase=False,
            )

        return await self._runner.run(caller, order, _VIEW, order.cycle_id, decided)

    async def decide(self, caller: Caller, order: DecideAmendment) -> Amendment:
        """AMD-17: agree (every rule is asked again, as of now) or refuse; who asked may withdraw.

        Raises as `preview`, NOT_FOUND, CONFLICT `AMENDMENT_DECIDED`, FORBIDDEN `OWN_AMENDMENT`, INVALID without an
        answer to who is refused.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Amendment]:
            found = await self._store.amendment(cycle.id, order.amendment_id)
            if found is None:
                raise DomainError(Kind.NOT_FOUND, "AMENDMENT_NOT_FOUND", "没有这项日程变更。")
            if found.state is not AmendmentState.OPEN:
                raise _decided_already(found.state)
            check_second_person(found.proposed_by, caller.actor, agree=order.agree)
            becomes = replace(found, decided_by=caller.actor, decided_at=gate.now, answer=order.answer)
            if order.agree:
                foreseen = await self._foreseen(cycle, gate, found.wish)
                return self._applied(cycle, gate, replace(becomes, impact=foreseen.impact), foreseen, "decide")
            own = found.proposed_by == caller.actor
            if not own and len(order.answer.strip()) < _SHORTEST_ANSWER:
                raise DomainError(Kind.INVALID, "ANSWER_NEEDED", "请说明理由。", field="answer", rule="AMD-17")
            becomes = replace(becomes, state=AmendmentState.WITHDRAWN if own else AmendmentState.REFUSED)
            return Deed(
                *(becomes, "decide_amendment", "AMD-17", _detail(becomes)), also=(close(becomes),), in_phase=False
            )

        return await self._runner.run(caller, order, _VIEW, order.cycle_id, decided)

    async def list_amendments(self, caller: Caller, cycle_id: str, *, open_only: bool) -> list[Amendment]:
        """The changes that were asked for, newest first. Raises NOT_FOUND for another province's cycle."""
        await self._runner.own(caller, cycle_id)
        return await self._store.latest(cycle_id, open_only=open_only)

    async def _foreseen(self, cycle: CycleRecord, gate: GateRecord, wish: Wish) -> Foreseen:
        check_version(wish, cycle)
        running = running_of(cycle, gate)
        after = amended(wish, running)
        foreseen = impact(
            *(running, after, await self._store.groups(cycle.id), await self._store.dates(cycle.id)),
            *(cycle.catalogue.bases, await self._days(cycle)),
        )
        return Foreseen(running, after, foreseen)

    def _applied(
        self, cycle: CycleRecord, gate: GateRecord, amendment: Amendment, foreseen: Foreseen, verb: str
    ) -> Deed[Amendment]:
        """AMD-19: calendar, gate, version, what moves with them, audit and fact change together, or nothing does.

        They are fenced on what was read: gate, calendar, policy and plan, and on the database's clock.
        """
        version = cycle.calendar_version + 1
        becomes = replace(amendment, state=AmendmentState.APPLIED, version=version)
        after, running = foreseen.after, foreseen.running
        detail = {"amendment_id": becomes.id, "calendar_version": version, "shift_days": after.shift_days}
        return Deed(
            *(becomes, f"{verb}_amendment", "AMD-19", _detail(becomes)),
            fact=None if cycle.draft else _told(cycle, foreseen, becomes),
            calendar=CalendarWrite(
                gate.edition,
                content_of(after.calendar),
                row_of(becomes),
                holds_until(running, after),
                after.shift_days * after.calendar.day_seconds,
                canonical(detail),
            ),
        )


def running_of(cycle: CycleRecord, gate: GateRecord) -> Running:
    """A cycle as the rules of amendments look at it."""
    return Running(
        *(cycle.calendar, cycle.time_zone, gate.sequence, gate.now, cycle.policy),
        held_since=gate.held_since,
        draft=cycle.draft,
    )


def check_version(wish: Wish, cycle: CycleRecord) -> None:
    """AMD-01: a change names the version of the calendar that was looked at; one made from another is refused."""
    if wish.based_on != cycle.calendar_version:
        raise DomainError(
            Kind.CONFLICT,
            "STALE_CALENDAR",
            f"日程已更新至第{cycle.calendar_version}版,请刷新后重试。",
            field="wish.based_on",
            rule="AMD-01",
            details={"current": str(cycle.calendar_version)},
        )


def _told(cycle: CycleRecord, foreseen: Foreseen, amendment: Amendment) -> Fact:
    """AMD-23: what those who wait and those whose dates do not fit are told; of a draft nobody is."""
    after = foreseen.after
    outside = {each.base_code: each.round for each in reversed(foreseen.impact.unfit)}
    return facts.calendar_changed(
        *(cycle, after.kind.value, amendment.version),
        urgent=foreseen.impact.urgent,
        unfit=list(outside),
        round_names=[_round_name(cycle, after, number) for number in outside.values()],
        reason=amendment.reason,
        present=foreseen.running.present.name,
        next_at=next_boundary(foreseen.running, after),
    )


def _round_name(cycle: CycleRecord, after: Amended, number: int) -> str:
    window = after.calendar.window_of(number) or cycle.calendar.window_of(number)
    return "" if window is None else window.name


def _detail(amendment: Amendment) -> dict[str, object]:
    return {
        "amendment_id": amendment.id,
        "kind": amendment.wish.kind.value,
        "state": amendment.state.value,
        "based_on": amendment.wish.based_on,
        "calendar_version": amendment.version,
        "reasons": list(amendment.impact.reasons),
        "people": amendment.impact.people,
        "reason": amendment.reason,
        "answer": amendment.answer,
    }


def _open_already(amendment_id: str) -> DomainError:
    """AMD-18: one change of a calendar waits at a time; when another version lands, the one that waits is withdrawn."""
    return DomainError(
        Kind.CONFLICT,
        "AMENDMENT_OPEN",
        "已有一项日程变更等待第二人同意。",
        rule="AMD-18",
        details={"amendment_id": amendment_id},
    )


def _decided_already(state: AmendmentState) -> DomainError:
    return DomainError(
        Kind.CONFLICT, "AMENDMENT_DECIDED", "该日程变更已处理。", rule="AMD-18", details={"state": state.value}
    )
