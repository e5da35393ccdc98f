"""Freed seats, offered down the waiting list: the next is offered one, answers it, or lets it expire."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import Event, State, effective_state
from services.enrollment.domain.capabilities import Action, Decision
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.offers import Outcome, offered_until, offers_in
from services.enrollment.handlers.deciding import Allowed, allow
from services.enrollment.handlers.decisions import granted
from services.enrollment.handlers.places import own_base
from services.enrollment.handlers.placing import PlaceView, Placing, Turn, write_of
from services.enrollment.handlers.running import Outcome as Written
from services.enrollment.handlers.running import no_cycle, not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord, Situation
from services.enrollment.store import offers
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.offers import OfferRecord, OfferStore, new_offer
from services.kit.domain import Caller, DomainError, Kind

_VIEW: TypeAdapter[OfferRecord] = TypeAdapter(OfferRecord)
_ENDED: TypeAdapter[Outcome] = TypeAdapter(Outcome)


@dataclass(frozen=True, slots=True)
class AnswerOffer:
    """Take or decline the place offered to oneself (transition 23)."""

    application_id: str
    accept: bool
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class OfferNext:
    """Offer a freed seat to the next; `seat_offer_id` names it."""

    cycle_id: str
    base_code: str
    specialty_code: str
    seat_offer_id: str


@dataclass(frozen=True, slots=True)
class NextOffer:
    """The open offer of a freed seat, or why there is none."""

    offer: OfferRecord | None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class _MakeOffer:
    seat_offer_id: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class _EndOffer:
    application_id: str
    number: int
    idempotency_key: str


class OfferHandlers(Placing):
    """Offers of freed seats. The seat is held from the offer on, so that it is given to nobody else meanwhile."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, offers_: OfferStore) -> None:
        super().__init__(cycles, applications)
        self._offers = offers_

    async def answer_offer(self, caller: Caller, order: AnswerOffer) -> PlaceView:
        """CAP-OFFER: who takes the place keeps the seat that the offer held; who declines gives it back for good."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.ANSWER_OFFER, cycle, now)
            offer = await self._offers.open_offer(allowed.before.id)
            if offer is None or (offer.base_code, offer.specialty_code) != _place(allowed.before):
                raise DomainError(Kind.NOT_NOW, "NOTHING_OFFERED", "目前没有可接受的递补名额。", rule="CAP-OFFER")
            outcome = Outcome.ACCEPTED if order.accept else Outcome.DECLINED
            if order.accept:
                after = granted(allowed.after(Event.ACCEPT_OFFER), now.gate.now)
            else:
                after = _without_offer(allowed.before, offer)
            fact = facts.offer_answered(cycle, after, offer.number, offer.seat_offer_id, outcome.value)
            kind = "accept_offer" if order.accept else "decline_offer"
            return allowed, Turn(
                *(kind, after, fact, kind),
                detail={"offer": offer.number},
                also=offers.ended(offer, outcome, now.gate.now),
            )

        return await self._run(caller, order, decide)

    async def offer_next(self, caller: Caller, order: OfferNext) -> NextOffer:
        """OFF-04: a freed seat is offered to one after the other, in the order of the list, and held meanwhile.

        While an offer of it is open, that one is answered, so a repeat makes no second. Nothing more is offered once
        it was taken (`TAKEN`), the phase knows no offers (`NOT_IN_PHASE`), nobody waits (`NOBODY_WAITS`), or somebody
        else was granted the seat meanwhile (`SEAT_FULL`). Raises NOT_FOUND for no such cycle, NOT_NOW `CYCLE_HELD`.
        """
        number = await self._offers.made(order.seat_offer_id)
        making = _MakeOffer(order.seat_offer_id, f"{order.seat_offer_id}/{number}")
        ranks: dict[str, int] = {}

        async def read() -> Situation | None:
            gate = await self._cycles.gate(order.cycle_id)
            if gate is None:
                raise no_cycle()
            standing = await self._offers.standing_offer(order.seat_offer_id)
            if standing is not None:
                raise _Standing(_unnamed(standing))
            cycle = await self._runner.cycle(order.cycle_id, gate.edition)
            if gate.held_since is not None:
                raise _held(cycle, gate, "OFF-04")
            closed = gate.closes_at is not None and gate.now >= gate.closes_at
            if closed or not offers_in(gate.phase, cycle.policy):
                raise _Ended("NOT_IN_PHASE")
            place = (order.base_code, order.specialty_code)
            found = await self._offers.next_waiting(order.cycle_id, *place, gate.round)
            if found is None:
                raise _Ended("NOBODY_WAITS")
            application_id, ranks[application_id] = found[0], found[1]
            return await self._applications.read(application_id, caller.actor, making.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Written[OfferRecord]:
            return _made(caller, making, cycle, now, ranks)

        try:
            offer: OfferRecord = await self._runner.run(caller, making, _VIEW, read, decided)
        except _Standing as standing:
            found = standing.offer
            return NextOffer(found) if found.outcome is Outcome.OPEN else NextOffer(None, "TAKEN")
        except _Ended as ended:
            return NextOffer(None, ended.why)
        return NextOffer(offer)

    async def expire_offer(self, caller: Caller, application_id: str, number: int) -> Outcome:
        """OFF-05: an offer whose time is over ends, in whatever phase, and its seat is free again.

        Answers what became of one that has ended. Raises NOT_FOUND for none, NOT_NOW: `OFFER_OPEN` (with its end) for
        one that can still be answered, `PHASE_TURNING` (with the next opening) between two phases, `CYCLE_HELD`.
        """
        order = _EndOffer(application_id, number, f"{application_id}/expire/{number}")

        async def read() -> Situation | None:
            return await self._applications.read(application_id, caller.actor, order.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Written[Outcome]:
            offer = await self._offers.offer(application_id, number)
            if offer is None or now.application is None:
                raise _no_offer()
            if offer.outcome is not Outcome.OPEN:
                raise _Ended(offer.outcome.value)
            _check_over(offer, cycle, now)
            after = _without_offer(now.application, offer)
            about = replace(after, submitted=Choice(offer.base_code, offer.specialty_code))
            fact = facts.offer_expired(cycle, about, number, offer.seat_offer_id, now.decided)
            turn = Turn(
                *("expire_offer", after, fact),
                detail={"offer": number},
                also=offers.ended(offer, Outcome.EXPIRED, now.gate.now),
            )
            allowed = Allowed(now.application, Decision(True, "", "OFF-05"), _state(now, now.application))
            return Written(write_of(caller, order, cycle, now, allowed, turn), Outcome.EXPIRED)

        try:
            return await self._runner.run(caller, order, _ENDED, read, decided)
        except _Ended as ended:
            return Outcome(ended.why)

    async def list_offers(
        self, caller: Caller, cycle_id: str, *, open_only: bool, after: tuple[datetime, str] | None = None
    ) -> list[OfferRecord]:
        """One's own, those of the caller's base, or of the province's cycle. Raises NOT_FOUND for another's cycle.

        A page of them, newest first, those older than `after`. A machine sees all of a cycle, without names.
        """
        if caller.role == "scheduler":
            await self.cycle(cycle_id)
            found = await self._offers.offers(cycle_id, open_only=open_only, after=after)
            return [_unnamed(offer) for offer in found]
        if caller.role == "applicant":
            await self.cycle(cycle_id)
            person = caller.person_id
            return await self._offers.offers(cycle_id, person_id=person, open_only=open_only, after=after)
        base = await own_base(self, caller, cycle_id)
        return await self._offers.offers(cycle_id, base_code=base, open_only=open_only, after=after)


class _Ended(Exception):
    """There is nothing left to do, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Standing(Exception):
    """An offer of the seat is open, or was accepted."""

    def __init__(self, offer: OfferRecord) -> None:
        super().__init__(offer.outcome)
        self.offer = offer


def _made(
    caller: Caller, order: _MakeOffer, cycle: CycleRecord, now: Situation, ranks: dict[str, int]
) -> Written[OfferRecord]:
    before = now.application
    if before is None:
        raise not_found()
    if now.seats_left <= 0:
        raise _Ended("SEAT_FULL")
    until = offered_until(now.gate.moment(cycle), cycle.policy)
    marks = replace(before.marks, offered_until=until)
    after = replace(before, version=before.version + 1, marks=marks)
    offer = new_offer(after, ranks[before.id], order.seat_offer_id, now.gate.now, until)
    turn = Turn(
        *("offer_place", after, facts.offered(cycle, after, until, offer.number, now.decided), "offer"),
        seat=1,
        detail={"offer": offer.number, "rank": offer.waiting_rank, "until": until.isoformat()},
        also=offers.made(offer),
    )
    allowed = Allowed(before, Decision(True, "", "OFF-04", now.gate.closes_at), _state(now, before))
    return Written(write_of(caller, order, cycle, now, allowed, turn), offer)


def _unnamed(offer: OfferRecord) -> OfferRecord:
    """As it was when it was made: a workflow that asks keeps what it is answered."""
    return replace(offer, name="", masked_document="")


def _without_offer(before: ApplicationRecord, offer: OfferRecord) -> ApplicationRecord:
    """One version on; the offer, and with it the turn on the list, are over unless something newer took their place."""
    marks = before.marks
    if marks.offered_until == offer.until:
        marks = replace(marks, offered_until=None, waiting_rank=0)
    return replace(before, version=before.version + 1, marks=marks)


def _check_over(offer: OfferRecord, cycle: CycleRecord, now: Situation) -> None:
    """OFF-05: an offer ends once its time is over, by the gate of a phase under way."""
    gate = now.gate
    if gate.now < offer.until:
        raise DomainError(Kind.NOT_NOW, "OFFER_OPEN", "递补名额的确认时间未到。", rule="OFF-05", until=offer.until)
    if gate.held_since is not None:
        raise _held(cycle, gate, "OFF-05")
    if gate.closes_at is not None and gate.now >= gate.closes_at:
        following = next((each for each in cycle.calendar.phases if each.sequence == gate.sequence + 1), None)
        opens_at = following.opens_at if following is not None else None
        raise DomainError(Kind.NOT_NOW, "PHASE_TURNING", "阶段正在切换,请稍后再试。", rule="OFF-05", until=opens_at)


def _held(cycle: CycleRecord, gate: GateRecord, rule: str) -> DomainError:
    """Nobody knows for how long; `again_at` says when it is worth asking again: a calendar day from now."""
    again_at = gate.now + cycle.calendar.day
    details = {"again_at": again_at.isoformat()}
    return DomainError(Kind.NOT_NOW, "CYCLE_HELD", "招录已暂停,恢复后方可办理。", rule=rule, details=details)


def _state(now: Situation, record: ApplicationRecord) -> State:
    return effective_state(record.state, record.round, now.gate.standing)


def _place(record: ApplicationRecord) -> tuple[str, str]:
    return record.submitted.base_code, record.submitted.specialty_code


def _no_offer() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "OFFER_NOT_FOUND", "没有这次递补。", rule="OFF-05")
