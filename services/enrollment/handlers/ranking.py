"""The ranking of a base's candidates, its cut-offs and its waiting lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import TypeAdapter

from services.enrollment.domain.application import PLACED, State, effective_state
from services.enrollment.domain.capabilities import Action, Actor, Decision, Standing, decide
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P4
from services.enrollment.domain.ranking import Candidate, CutOff, Ranked, Ranking, rank, waiting_order
from services.enrollment.domain.refusals import require
from services.enrollment.domain.scores import FULL_MARKS, STEP, Part, Score, read_marks, scheme_of, text_of, total_of
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.running import canonical, cycle_audit_entry
from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.scores import (
    Place,
    ScoredApplication,
    ScoreStore,
    Waiting,
    append_to_applications,
    fix_waiting_list,
    insert_cut_off,
)
from services.kit.domain import Caller, DomainError, Kind

_BEGUN = frozenset({"offered", "accepted", "declined", "expired"})
_TOTAL = (Part("total", Decimal(1), FULL_MARKS),)


@dataclass(frozen=True, slots=True)
class SetCutOff:
    """Ask for a least total, least marks of parts, or (both empty) for nothing; marks are text."""

    cycle_id: str
    specialty_code: str
    total: str
    minimums: Mapping[str, str]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SetWaitingList:
    """Fix the waiting list of the round under way from the ranking as it stands."""

    cycle_id: str
    specialty_code: str
    tie_order: tuple[str, ...]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CutOffView:
    """A cut-off as text; version 0 when none was set."""

    total: str
    minimums: dict[str, str]
    version: int


@dataclass(frozen=True, slots=True)
class WaitingListView:
    """A waiting list as fixed: applications by position."""

    version: int
    application_ids: list[str]


@dataclass(frozen=True, slots=True)
class RankedView:
    """A candidate: the application and its state now, the place in the ranking, the version of the score."""

    application: ApplicationRecord
    state: State
    ranked: Ranked
    score_version: int
    waiting_rank: int


@dataclass(frozen=True, slots=True)
class RankingView:
    """A ranking with everything it was made from."""

    rows: list[RankedView] = field(repr=False)
    place: Place
    planned: int
    free: int
    cut_off: CutOffView
    scheme: tuple[Part, ...]
    tie_rules: tuple[str, ...]
    tied_at_limit: int
    waiting_list_version: int


_CUT_OFF: TypeAdapter[CutOffView] = TypeAdapter(CutOffView)
_WAITING: TypeAdapter[WaitingListView] = TypeAdapter(WaitingListView)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a ranking was read from, and the ranking."""

    applications: Mapping[str, ScoredApplication]
    ranking: Ranking
    cut_off: CutOff
    waiting: Sequence[Waiting]
    planned: int
    free: int


class RankingHandlers:
    """Ranking, cut-off and waiting list of one base."""

    def __init__(self, cycles: CycleStore, deeds: DeedStore, scores: ScoreStore) -> None:
        self._runner = DeedRunner(cycles, deeds)
        self._scores = scores

    async def get_ranking(self, caller: Caller, cycle_id: str, specialty_code: str, number: int = 0) -> RankingView:
        """The caller's own base's candidates for a specialty in round `number` (0: the one under way, or nearest).

        Nobody is suggested in a round that is not under way. Raises NOT_FOUND for another's cycle, INVALID
        `UNKNOWN_SPECIALTY`.
        """
        cycle, gate = await self._runner.own(caller, cycle_id)
        under_way = min(max(gate.standing, 1), cycle.calendar.rounds[-1])
        place = Place(cycle_id, caller.organisation, specialty_code, number or under_way)
        now = await self._standing(cycle, place, under_way=place.round == gate.round)
        positions = {each.application_id: each.rank for each in now.waiting}
        rows = []
        for row in now.ranking.rows:
            found = now.applications[row.candidate.application_id]
            record = found.application
            state = effective_state(record.state, record.round, gate.standing)
            rows.append(RankedView(record, state, row, found.version, positions.get(record.id, 0)))
        version = max((each.version for each in now.waiting), default=0)
        return RankingView(
            *(rows, place, now.planned, now.free, _cut_off_view(now.cut_off)),
            *(scheme_of(cycle.policy), cycle.policy.tie_rules, now.ranking.tied_at_limit, version),
        )

    async def set_cut_off(self, caller: Caller, order: SetCutOff) -> CutOffView:
        """CAP-CUT-OFF: the next version of a cut-off for the round under way. Raises INVALID naming what is wrong."""

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[CutOffView]:
            decision, place = self._allowed(caller, cycle, gate, order.specialty_code)
            await self._seats(place)
            total = read_marks({"total": order.total}, _TOTAL, "cut_off")["total"]
            marks = read_marks(order.minimums, scheme_of(cycle.policy), "cut_off.minimums")
            minimums = {key: value for key, value in marks.items() if value is not None}
            known = await self._scores.cut_off(place)
            cut_off = CutOff(None if total is None else total.quantize(STEP), minimums, known.version + 1)
            view = _cut_off_view(cut_off)
            detail = {**_where(place), "version": view.version, "total": view.total, "minimums": view.minimums}
            also = (insert_cut_off(place, cut_off, caller.actor),)
            return Deed(view, "set_cut_off", decision.rule, detail, also=also, deadline=decision.until)

        await self._runner.own(caller, order.cycle_id)
        return await self._runner.run(caller, order, _CUT_OFF, order.cycle_id, decided)

    async def set_waiting_list(self, caller: Caller, order: SetWaitingList) -> WaitingListView:
        """SCO-09: fix whoever waits for a place of the round under way, each marked with the position.

        It may be fixed anew until the first place is offered. Raises NOT_NOW `TIES_OPEN`, `NOBODY_WAITS`,
        `OFFERS_BEGUN`, and in reallocation `NO_WAITING_LIST`.
        """

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[WaitingListView]:
            decision, place = self._allowed(caller, cycle, gate, order.specialty_code)
            if _reallocates(cycle, place):
                raise _not_now("NO_WAITING_LIST", "调剂阶段不设候补名单。")
            now = await self._standing(cycle, place, under_way=True)
            if any(each.state in _BEGUN for each in now.waiting):
                raise _not_now("OFFERS_BEGUN", "候补名单已开始递补,不能重新确定。")
            ids = waiting_order(now.ranking, order.tie_order)
            if not ids and not now.waiting:
                raise _not_now("NOBODY_WAITS", "没有可列入候补名单的人员。")
            version = max((each.version for each in now.waiting), default=0) + 1
            versions, ranks = _marks(now, ids)
            entry = cycle_audit_entry(
                caller, "set_waiting_list", "", cycle, gate.phase, gate.sequence, decision.rule, {}
            )
            details = [canonical({"waiting_rank": position, "list_version": version}) for position in ranks.values()]
            also = (
                append_to_applications(entry, list(ranks), [versions[each] for each in ranks], details),
                *fix_waiting_list(place, version, ids, ranks),
            )
            detail = {**_where(place), "version": version, "applications": ids}
            view = WaitingListView(version, ids)
            return Deed(view, "set_waiting_list", decision.rule, detail, also=also, deadline=decision.until)

        await self._runner.own(caller, order.cycle_id)
        return await self._runner.run(caller, order, _WAITING, order.cycle_id, decided)

    def _allowed(
        self, caller: Caller, cycle: CycleRecord, gate: GateRecord, specialty_code: str
    ) -> tuple[Decision, Place]:
        actor = Actor(caller.role, caller.organisation)
        decision = decide(Action.SET_CUT_OFF, gate.moment(cycle), Milestones(), Standing(), actor, cycle.policy)
        require(decision)
        return decision, Place(cycle.id, caller.organisation, specialty_code, gate.round)

    async def _seats(self, place: Place) -> tuple[int, int]:
        seats = await self._scores.seats(place)
        if seats is None:
            raise DomainError(
                Kind.INVALID, "UNKNOWN_SPECIALTY", "本基地没有这个培训专业。", field="specialty_code", rule="APP-04"
            )
        return seats

    async def _standing(self, cycle: CycleRecord, place: Place, *, under_way: bool) -> _Standing:
        """Everything a ranking is made of, read one after the other: who writes on it is guarded by versions.

        Totals are by the weights that hold now, so that all are by the same: a province may have changed them.
        """
        scheme = scheme_of(cycle.policy)
        planned, taken = await self._seats(place)
        states = {State.APPROVED, *PLACED} | ({State.PENDING} if _reallocates(cycle, place) else set())
        found = await self._scores.candidates(place, sorted(states))
        cut_off = await self._scores.cut_off(place)
        candidates = [
            Candidate(
                each.application.id,
                Score(each.score.parts, total_of(each.score.parts, scheme)),
                each.application.submitted_at,
                each.application.state in PLACED,
                each.application.not_selected,
            )
            for each in found
        ]
        free = max(planned - taken, 0)
        ranking = rank(candidates, cycle.policy.tie_rules, cut_off, free if under_way else 0)
        by_id = {each.application.id: each for each in found}
        return _Standing(by_id, ranking, cut_off, await self._scores.waiting(place), planned, free)


def _reallocates(cycle: CycleRecord, place: Place) -> bool:
    """Whether the round is one in which bases admit from among those pending, and nobody waits."""
    window = cycle.calendar.window_of(place.round)
    return window is not None and window.phase is P4


def _marks(now: _Standing, ids: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Versions of the applications whose mark changes, and their new positions (0: on the list no longer)."""
    versions = {each.application_id: each.application_version for each in now.waiting}
    versions |= {each: now.applications[each].application.version for each in ids}
    ranks = {each.application_id: 0 for each in now.waiting if each.marked and each.application_id not in ids}
    for position, each in enumerate(ids, 1):
        if now.applications[each].application.marks.waiting_rank != position:
            ranks[each] = position
    return versions, ranks


def _cut_off_view(cut_off: CutOff) -> CutOffView:
    minimums = {key: text_of(value) for key, value in cut_off.minimums.items()}
    return CutOffView(text_of(cut_off.total), minimums, cut_off.version)


def _where(place: Place) -> dict[str, object]:
    return {"base_code": place.base_code, "specialty_code": place.specialty_code, "round": place.round}


def _not_now(reason: str, message: str) -> DomainError:
    return DomainError(Kind.NOT_NOW, reason, message, rule="SCO-09")
