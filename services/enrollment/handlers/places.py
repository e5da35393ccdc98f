"""What happens to a place once it was given: undone, not taken up, put off, annulled, confirmed; or an exception."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from services.enrollment import facts
from services.enrollment.domain import eligibility
from services.enrollment.domain.application import Event, State
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice, check_codes, check_planned
from services.enrollment.domain.dossier import refuse
from services.enrollment.domain.marks import Ending
from services.enrollment.domain.offers import offers_in
from services.enrollment.domain.phases import P4
from services.enrollment.domain.reasons import QUITS, check_reason
from services.enrollment.handlers.deciding import Allowed, allow
from services.enrollment.handlers.decisions import granted
from services.enrollment.handlers.placing import PlaceView, Placing, Turn, lost
from services.enrollment.handlers.running import no_cycle, not_found
from services.enrollment.records import CycleRecord, FrozenDossier, Situation
from services.enrollment.store import places
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.places import PlaceStore, QuitRecord
from services.enrollment.store.queries import QueryStore
from services.kit.domain import Caller, DomainError, Kind

LATEST_DEFERRAL = 3
"""Years beyond the cycle's for which a place may be put off."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back a grant or an admission within the hold (transition 20)."""

    application_id: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ChangeSpecialty:
    """Move a consenting applicant to another specialty of the base (transition 21)."""

    application_id: str
    submission_number: int
    specialty_code: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ReportNoShow:
    """Report who did not come (transition 26)."""

    application_id: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class RecordQuit:
    """退培 (transition 27)."""

    application_id: str
    reason_code: str
    measures: str = field(repr=False)
    destination: str = field(repr=False)
    base_opinion: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Defer:
    """延期 (transition 28)."""

    application_id: str
    until_year: int
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Annul:
    """Take a place back after the close (transition 29)."""

    application_id: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class GrantException:
    """Give a place by a numbered exception (transition 24)."""

    application_id: str
    number: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ConfirmPlace:
    """Take one's provisional place (transition 25)."""

    application_id: str
    idempotency_key: str


class PlaceHandlers(Placing):
    """Commands on places that were given."""

    def __init__(
        self, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore, places_: PlaceStore
    ) -> None:
        super().__init__(cycles, applications)
        self._queries = queries
        self._places = places_

    async def undo(self, caller: Caller, order: Undo) -> PlaceView:
        """CAP-UNDO: a grant goes back to where it came from and frees its seat; an admission becomes provisional."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.UNDO, cycle, now)
            if allowed.state is State.ADMITTED:
                return allowed, _admission_undone(cycle, now, allowed, order.reason)
            return allowed, _grant_undone(caller, cycle, now, allowed, order.reason)

        return await self._run(caller, order, decide)

    async def change_specialty(self, caller: Caller, order: ChangeSpecialty) -> PlaceView:
        """PLC-08: the same dossier as a submission of its own, with another specialty of the base; the state stays.

        Raises INVALID for a specialty that is the present one, unknown, not planned there or not open, and for one
        whose rules the person does not meet.
        """

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.CHANGE_SPECIALTY, cycle, now, order.submission_number)
            return allowed, await self._moved(cycle, allowed, order, now)

        return await self._run(caller, order, decide, order.submission_number)

    async def report_no_show(self, caller: Caller, order: ReportNoShow) -> PlaceView:
        """PLC-07: who did not come loses the place."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.REPORT_NO_SHOW, cycle, now)
            return allowed, lost(caller, cycle, now, allowed, Event.REPORT_NO_SHOW, Ending.NO_SHOW, order.reason)

        return await self._run(caller, order, decide)

    async def record_quit(self, caller: Caller, order: RecordQuit) -> PlaceView:
        """PLC-07: who quits loses the place; why is kept, its texts sealed. Raises INVALID for an unknown reason."""
        check_reason(order.reason_code, QUITS)
        texts = {
            "measures": order.measures,
            "destination": order.destination,
            "base_opinion": order.base_opinion,
        }

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.RECORD_QUIT, cycle, now)
            turn = lost(
                *(caller, cycle, now, allowed, Event.RECORD_QUIT, Ending.QUIT, ""), reason_code=order.reason_code
            )
            sealing = self._applications.sealing
            record = places.quit_recorded(sealing, turn.after, order.reason_code, texts, now.gate.now)
            return allowed, replace(turn, also=(*turn.also, record))

        return await self._run(caller, order, decide)

    async def defer(self, caller: Caller, order: Defer) -> PlaceView:
        """PLC-09: a place that is put off stays taken. Raises INVALID unless the year lies one to three years on."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.DEFER, cycle, now)
            if not cycle.year < order.until_year <= cycle.year + LATEST_DEFERRAL:
                raise DomainError(
                    *(Kind.INVALID, "BAD_DEFERRAL", f"延期须在{cycle.year + 1}至{cycle.year + LATEST_DEFERRAL}年。"),
                    field="until_year",
                    rule="PLC-09",
                )
            after = allowed.after(Event.DEFER)
            after = replace(after, marks=replace(after.marks, ending=Ending.DEFERRED))
            fact = facts.deferred(cycle, after, order.until_year, order.reason, now.decided)
            return allowed, Turn(
                *("defer_place", after, fact, "defer", order.reason),
                detail={"until_year": order.until_year},
                also=(places.deferred(after, order.until_year, now.gate.now),),
            )

        return await self._run(caller, order, decide)

    async def annul(self, caller: Caller, order: Annul) -> PlaceView:
        """CAP-ANNUL: after the close the province alone takes a place back."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.ANNUL, cycle, now)
            return allowed, lost(caller, cycle, now, allowed, Event.ANNUL, Ending.ANNULLED, order.reason)

        return await self._run(caller, order, decide)

    async def grant_exception(self, caller: Caller, order: GrantException) -> PlaceView:
        """PLC-10: a place given after the rounds has a number that no other exception of the cycle has."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.GRANT_EXCEPTION, cycle, now)
            if await self._places.exception_used(cycle.id, order.number):
                raise DomainError(
                    *(Kind.CONFLICT, "EXCEPTION_NUMBER_USED", "该特批编号已使用。"), field="number", rule="PLC-10"
                )
            after = granted(allowed.after(Event.GRANT_EXCEPTION), now.gate.now)
            also = places.exception_granted(after, order.number, order.reason, caller.actor, now.gate.now)
            return allowed, Turn(
                *("grant_exception", after, facts.provisionally_admitted(cycle, after, now.decided)),
                *("exception", order.reason),
                seat=1,
                detail={"number": order.number},
                also=(also,),
            )

        return await self._run(caller, order, decide)

    async def confirm_place(self, caller: Caller, order: ConfirmPlace) -> PlaceView:
        """CAP-CONFIRM: the applicant takes the provisional place, once."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.CONFIRM_PLACE, cycle, now)
            after = allowed.after(Event.CONFIRM_PLACE)
            after = replace(after, marks=replace(after.marks, confirmed_at=now.gate.now))
            return allowed, Turn("confirm_place", after, facts.place_confirmed(cycle, after), "confirm")

        return await self._run(caller, order, decide)

    async def list_quits(self, caller: Caller, cycle_id: str) -> list[QuitRecord]:
        """Who quit: at the caller's base, or in the province's cycle. Raises NOT_FOUND for another's cycle."""
        return await self._places.quits(cycle_id, await own_base(self, caller, cycle_id))

    async def _moved(self, cycle: CycleRecord, allowed: Allowed, order: ChangeSpecialty, now: Situation) -> Turn:
        before = allowed.before
        left = before.submitted.specialty_code
        wanted = Choice(before.submitted.base_code, order.specialty_code, before.submitted.accepts_reallocation)
        if order.specialty_code == left:
            raise DomainError(
                *(Kind.INVALID, "SAME_SPECIALTY", "所选专业就是当前专业。"), field="specialty_code", rule="PLC-08"
            )
        check_codes(wanted, cycle.catalogue)
        check_planned(wanted, cycle.catalogue)
        frozen = await self._queries.submission(before.id, before.submission_number)
        if frozen is None or not frozen.dossier:
            raise not_found()
        for reason, problem in eligibility.reasons(cycle.policy.eligibility, wanted, frozen.dossier):
            raise refuse([problem], reason, problem.message)
        number = before.submission_number + 1
        fingerprint = self._applications.sealing.fingerprint(before.id, number, frozen.dossier)
        after = allowed.after(Event.CHANGE_SPECIALTY)
        after = replace(
            after,
            submission_number=number,
            submitted=wanted,
            draft=replace(after.draft, base_code=wanted.base_code, specialty_code=wanted.specialty_code),
            marks=replace(after.marks, waiting_rank=0),
        )
        detail = {
            "specialty_code": order.specialty_code,
            "left": left,
            "dossier": fingerprint.hex(),
            "correction_of": before.submission_number,
        }
        return Turn(
            *("change_specialty", after, facts.specialty_changed(cycle, after, left, order.reason, now.decided)),
            *("change_specialty", order.reason),
            detail=detail,
            dossier=FrozenDossier(frozen.dossier, fingerprint, before.submission_number),
        )


async def own_base(placing: Placing, caller: Caller, cycle_id: str) -> str:
    """The base whose rows the caller lists; empty for the province, who lists the cycle's.

    CAP-PROVINCE: raises NOT_FOUND for another province's cycle, or one in which the caller's base takes no part.
    """
    cycle = await placing.cycle(cycle_id)
    if caller.role == "province_administrator":
        if cycle.province_code != caller.organisation:
            raise no_cycle()
        return ""
    if caller.organisation not in cycle.catalogue.bases:
        raise no_cycle()
    return caller.organisation


def _admission_undone(cycle: CycleRecord, now: Situation, allowed: Allowed, reason: str) -> Turn:
    after = allowed.after(Event.UNDO_ADMISSION)
    after = replace(after, marks=replace(after.marks, admitted_at=None, ending=Ending.NONE))
    fact = facts.admission_undone(cycle, after, reason, now.decided, allowed.before.marks.admitted_at)
    return Turn("undo_admission", after, fact, "undo", reason)


def _grant_undone(caller: Caller, cycle: CycleRecord, now: Situation, allowed: Allowed, reason: str) -> Turn:
    event = Event.UNDO_REALLOCATION if now.gate.phase is P4 else Event.UNDO_GRANT
    before = allowed.before
    after = allowed.after(event)
    marks = replace(after.marks, objected=False, publicity_ends_at=None, confirmed_at=None, revocation_proposed=False)
    after = replace(after, provisional_at=None, marks=marks)
    settled = (places.revocation_decided(after.id, False, caller.actor, now.gate.now),)
    freed = offers_in(now.gate.phase, cycle.policy)
    fact = facts.place_lost(
        cycle, after, "undone", reason, now.decided, freed=freed, undone_since=before.provisional_at
    )
    return Turn(
        *("undo_grant", after, fact, "undo", reason),
        seat=-1,
        also=settled if before.marks.revocation_proposed else (),
    )
