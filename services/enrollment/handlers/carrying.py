"""Next year: one's own dossier of an earlier cycle, copied on request into the draft of this one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.carrying import carried
from services.enrollment.domain.dossier import Section, required_papers
from services.enrollment.handlers.guarding import allow, bodies_of, edited
from services.enrollment.handlers.own_view import own_view
from services.enrollment.handlers.running import Outcome, Runner, audit_entry
from services.enrollment.records import CycleRecord, SavedSection, Situation, Write
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.earlier import EarlierStore
from services.enrollment.views import ApplicationView
from services.kit.domain import Caller, DomainError, Kind


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Copy the dossier of an earlier cycle; an empty `from_cycle_id` means the latest that has one."""

    cycle_id: str
    from_cycle_id: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CarriedView:
    """The application afterwards, the sections copied, and the kinds of papers to be uploaded anew."""

    application: ApplicationView
    carried: tuple[Section, ...]
    papers: tuple[str, ...]


_VIEW: TypeAdapter[CarriedView] = TypeAdapter(CarriedView)


class CarryHandlers:
    """For one's own application only."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, earlier: EarlierStore) -> None:
        self._applications = applications
        self._earlier = earlier
        self._runner = Runner(cycles, applications)

    async def carry_over(self, caller: Caller, order: CarryOver) -> CarriedView:
        """CARRY-01: on request, one's own dossier is copied into a draft that the tables let one edit.

        Raises NOT_NOW `NOTHING_TO_CARRY` when there is none (NOT_FOUND when one is named that is not there), NOT_NOW
        `ALREADY_FILLED` when no section is empty.
        """

        async def read() -> Situation | None:
            return await self._applications.read_own(
                order.cycle_id, caller.person_id, caller.actor, order.idempotency_key
            )

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[CarriedView]:
            earlier = await self._earlier.of_person(caller.person_id, cycle.id, order.from_cycle_id)
            if earlier is None:
                kind = Kind.NOT_FOUND if order.from_cycle_id else Kind.NOT_NOW
                raise DomainError(kind, "NOTHING_TO_CARRY", "没有可沿用的往年信息。", rule="CARRY-01")
            # What is unlocked for a correction is corrected section by section.
            decision = allow(Action.EDIT_PROFILE, cycle, replace(now, unlocked={}))
            before = edited(now, 0)
            bodies = carried(earlier.bodies, bodies_of(now))
            if not bodies:
                raise DomainError(
                    Kind.NOT_NOW, "ALREADY_FILLED", "各项信息均已填写,没有可沿用的部分。", rule="CARRY-02"
                )
            copied = {section: SavedSection(body, now.gate.now) for section, body in bodies.items()}
            sections = {**now.sections, **copied}
            after = replace(before, version=before.version + 1)
            detail = {"sections": [section.value for section in copied], "from_application": earlier.application_id}
            entry = audit_entry(caller, "carry_over", order.idempotency_key, cycle, now.gate, decision, before, detail)
            write = Write(after, entry, decision.until, also=self._earlier.saving(after, copied))
            papers = required_papers({section: saved.body for section, saved in sections.items()})
            view = CarriedView(own_view(cycle, now, after, sections), tuple(copied), papers)
            return Outcome(write, view)

        return await self._runner.run(caller, order, _VIEW, read, decided, order.cycle_id)
