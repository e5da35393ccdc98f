"""The cycle that pages speak of, with its calendar, the database's time and the names of bases and specialties."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from residency.enrollment.v1 import cycle_pb2, cycle_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.calendar import CycleCalendar
from services.portal.clients import Clients
from services.portal.i18n import terms
from services.portal.i18n.language import english, language, speaking
from services.portal.i18n.names import cycle_title, known_name
from services.portal.remembered import Remembered
from services.portal.wire import enum_name, instant_of

_ALL = "all"


@dataclass(frozen=True, slots=True)
class CycleView:
    """A cycle as it was read, and how to tell its time."""

    cycle: cycle_pb2.Cycle
    calendar: CycleCalendar
    read_mark: float
    """This machine's monotonic clock when the cycle was read."""

    @property
    def cycle_id(self) -> str:
        """The cycle's id."""
        return self.cycle.cycle_id

    @property
    def title(self) -> str:
        """What the cycle is called."""
        return cycle_title(self.cycle.title, self.cycle.year)

    @property
    def now(self) -> datetime:
        """The database's time now, as far as this machine can tell (aware UTC)."""
        if not self.cycle.HasField("read_at"):
            return datetime.now(UTC)
        return instant_of(self.cycle.read_at) + timedelta(seconds=time.monotonic() - self.read_mark)

    @property
    def phase(self) -> cycle_pb2.CyclePhase:
        """The phase the gate stands in."""
        found = next((phase for phase in self.cycle.phases if phase.sequence == self.cycle.sequence), None)
        return found if found is not None else cycle_pb2.CyclePhase(phase=self.cycle.phase)

    @property
    def round(self) -> int:
        """The review round now, or the one that a base would look at: the last entered, else the first."""
        entered = [phase.round for phase in self.cycle.phases if phase.round and phase.sequence <= self.cycle.sequence]
        return entered[-1] if entered else 1

    def round_name(self, number: int) -> str:
        """Name of the phase in which round `number` is reviewed; its number where there is none."""
        return next((phase_name(phase) for phase in self._reviewed(number)), str(number))

    def reallocates(self, number: int) -> bool:
        """Whether round `number` is a reallocation, in which 拟录取 is called 调剂录取."""
        return any(phase.phase == cycle_pb2.PHASE_REALLOCATION for phase in self._reviewed(number))

    def _reviewed(self, number: int) -> list[cycle_pb2.CyclePhase]:
        return [phase for phase in self.cycle.phases if number and phase.round == number]


def phase_name(phase: cycle_pb2.CyclePhase) -> str:
    """What the province calls a phase; in English, which its file does not hold, what such a phase is called."""
    key = phase_key(phase.phase)
    usual: str = terms.PHASE_NAMES.get(key, key)
    return usual if english() or not phase.name else phase.name


def phase_key(phase: int) -> str:
    """`PHASE_REGISTRATION` as `registration`; empty for none."""
    value = cycle_pb2.Phase.DESCRIPTOR.values_by_number.get(phase)
    return enum_name(value) if value is not None and phase else ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Names by code, and the plan by base."""

    bases: dict[str, str] = field(default_factory=dict)
    specialties: dict[str, str] = field(default_factory=dict)
    planned: dict[str, dict[str, int]] = field(default_factory=dict)
    """Base code → specialty code → planned seats."""


class CycleBook:
    """Reads cycles and catalogues, shared by all visitors for a moment."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._cycles = Remembered(self._load_cycles, seconds=0.5)
        self._catalogues = Remembered(self._load_catalogue, seconds=30.0)

    async def find(self, wanted: str = "") -> CycleView | None:
        """The cycle with the id `wanted`; without one the newest that runs, else the newest still to begin, else the
        newest; None when none exists. Next year's, set up early, does not hide the present one.

        While enrollment is down the last known state is told. Raises NOT_FOUND for an unknown id.
        """
        views = await self.all()
        if wanted:
            found = next((view for view in views if view.cycle_id == wanted), None)
            if found is None:
                raise DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", "没有找到这一年度的招录。")
            return found
        idle = (cycle_pb2.PHASE_PREPARATION, cycle_pb2.PHASE_CLOSED)
        running = [view for view in views if view.cycle.phase not in idle]
        to_come = [view for view in views if view.cycle.phase == cycle_pb2.PHASE_PREPARATION]
        return next(iter([*running, *to_come, *views]), None)

    async def all(self) -> list[CycleView]:
        """Every cycle, newest first; while enrollment is down as it was last known."""
        try:
            return await self._cycles.get(_ALL)
        except DomainError as error:
            known = self._cycles.last(_ALL)
            if error.kind is not Kind.UNAVAILABLE or known is None:
                raise
            return known

    async def current(self, wanted: str = "") -> CycleView:
        """As `find`; raises NOT_FOUND `NO_CYCLE` when there is no cycle at all."""
        view = await self.find(wanted)
        if view is None:
            raise DomainError(Kind.NOT_FOUND, "NO_CYCLE", "招录日程还没有发布。发布后，这里会显示本年度的内容。")
        return view

    async def catalogue(self, cycle_id: str) -> Catalogue:
        """The catalogue of a cycle, with specialties called as in the language of the request."""
        return await self._catalogues.get((cycle_id, language()))

    def stale(self) -> None:
        """Read again at the next ask: a hint said that the gate moved, or that the plan changed."""
        self._cycles.stale()
        self._catalogues.stale()

    async def _load_cycles(self, _key: str) -> list[CycleView]:
        mark = time.monotonic()
        answer = await self._clients.cycles.ListCycles(cycle_service_pb2.ListCyclesRequest())
        return [CycleView(cycle, CycleCalendar.of(cycle), mark) for cycle in answer.cycles]

    async def _load_catalogue(self, key: tuple[str, str]) -> Catalogue:
        cycle_id, spoken = key
        answer = await self._clients.cycles.GetCatalogue(cycle_service_pb2.GetCatalogueRequest(cycle_id=cycle_id))
        planned: dict[str, dict[str, int]] = {}
        for seats in answer.plan:
            planned.setdefault(seats.base_code, {})[seats.specialty_code] = seats.planned
        with speaking(spoken):
            specialties = {specialty.code: known_name(specialty.name) for specialty in answer.specialties}
        return Catalogue({base.code: base.name for base in answer.bases}, specialties, planned)
