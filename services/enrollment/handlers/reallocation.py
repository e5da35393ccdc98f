"""The reallocation assistant: proposes, lets the province edit, and carries out in one command (ADR 0011)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from pydantic import TypeAdapter

from services.enrollment.domain.application import State
from services.enrollment.domain.capabilities import Action, Actor, Standing, decide
from services.enrollment.domain.choice import Choice, Programme
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.reallocation import STAYS, Cell, propose
from services.enrollment.domain.refusals import require
from services.enrollment.domain.suiting import Suits
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.moving import MoveApplicant, MovingHandlers, check_place
from services.enrollment.handlers.running import canonical
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store import reallocation as written
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.plans import PlanStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.reallocation import Reallocation, ReallocationRow, ReallocationStore
from services.enrollment.store.rows import Row
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

PAGE = 50
AT_ONCE = 32
"""How many people are moved side by side: the store writes those that wait together."""
COMMIT_SECONDS = 20.0
"""How long one call carries out; after that it tells how far it has come, and the next goes on."""
WHY = "按照接受调剂的意愿统一调剂"
EDITED, REMOVED = "EDITED", "REMOVED"
_PASSING = (Kind.UNAVAILABLE, Kind.EXHAUSTED)


@dataclass(frozen=True, slots=True)
class ProposeReallocation:
    """Propose a reallocation of everybody who may be moved now."""

    cycle_id: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class EditReallocation:
    """Give one person of a proposal another place, or (None) none."""

    proposal_id: str
    application_id: str
    to: Cell | None
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CommitReallocation:
    """Carry a proposal out; 0 skips the check of its version."""

    proposal_id: str
    expected_version: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Page:
    """A proposal with a page of its rows; `following` 0 at the end."""

    proposal: Reallocation
    rows: list[ReallocationRow]
    following: int


@dataclass(frozen=True, slots=True)
class Edited:
    """A proposal and the row that was edited."""

    proposal: Reallocation
    row: ReallocationRow


_PROPOSAL: TypeAdapter[Reallocation] = TypeAdapter(Reallocation)
_EDITED: TypeAdapter[Edited] = TypeAdapter(Edited)


class ReallocationHandlers:
    """Proposals of one's own province; another's look absent."""

    def __init__(
        self,
        runner: DeedRunner,
        store: ReallocationStore,
        plans: PlanStore,
        moving: MovingHandlers,
        applications: ApplicationStore,
        queries: QueryStore,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._runner = runner
        self._store = store
        self._plans = plans
        self._moving = moving
        self._applications = applications
        self._queries = queries
        self._clock = clock

    async def list_proposals(self, caller: Caller, cycle_id: str) -> list[Reallocation]:
        """Proposals of a cycle, newest first."""
        await self._runner.own(caller, cycle_id)
        return await self._store.proposals(cycle_id)

    async def get_proposal(
        self, caller: Caller, proposal_id: str, size: int, after: int, *, unplaced_only: bool
    ) -> Page:
        """A proposal with a page of its rows, by rank."""
        proposal = await self._own(caller, proposal_id)
        size = size or PAGE
        found = await self._store.rows(proposal_id, after, size + 1, unplaced_only=unplaced_only)
        return Page(proposal, found[:size], found[size - 1].rank if len(found) > size else 0)

    async def propose(self, caller: Caller, order: ProposeReallocation) -> Reallocation:
        """REAL-05: in P4, everybody without a place who consents is proposed one or told why not; nobody is moved yet.

        Raises NOT_NOW outside P4, NOT_FOUND for another province's cycle.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Reallocation]:
            _require_moving(caller, cycle, gate)
            found = await self._store.movable_rows(cycle.id, gate.standing)
            free = await self._free(cycle)
            # Thousands of dossiers are opened and compared: others are served meanwhile.
            made = await asyncio.to_thread(self._made, cycle, found, free)
            proposal = Reallocation(
                *(new_id(), cycle.id, "proposed", 1, sum(free.values()), _digest(cycle.id, free, made)),
                *(gate.now, None, len(made), sum(row.to is not None for row in made)),
                left=sum(row.to is not None and row.reason != STAYS for row in made),
            )
            detail = {
                "proposal": proposal.id,
                "people": proposal.people,
                "seats": proposal.seats,
                "placed": proposal.placed,
                "digest": proposal.digest,
            }
            return Deed(proposal, "propose_reallocation", "REAL-05", detail, also=written.add(proposal, made))

        return await self._runner.run(caller, order, _PROPOSAL, order.cycle_id, decided)

    async def edit(self, caller: Caller, order: EditReallocation) -> Edited:
        """REAL-09: a row gets another place that is free, suits the person and is promised to nobody else, or none.

        Raises NOT_FOUND, NOT_NOW (`SEAT_FULL`, or the person may not be moved any more), INVALID, CONFLICT
        `ALREADY_COMMITTED`.
        """
        known = await self._own(caller, order.proposal_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Edited]:
            _require_moving(caller, cycle, gate)
            proposal = await self._store.proposal(order.proposal_id)
            _check_open(proposal)
            before = await self._store.row(order.proposal_id, order.application_id)
            row = replace(before, to=order.to, reason=EDITED if order.to else REMOVED, wish=0)
            if order.to is not None:
                row = replace(row, version=await self._suited(caller, cycle, order, order.to))
            delta = (row.to is not None) - (before.to is not None)
            moving = _moves(row) - _moves(before)
            placed, left = proposal.placed + delta, proposal.left + moving
            after = replace(proposal, version=proposal.version + 1, placed=placed, left=left)
            detail = {
                "proposal": proposal.id,
                "application": row.application_id,
                "from": before.to,
                "to": row.to,
                "reason": order.reason,
            }
            also = written.edit(proposal, row)
            return Deed(Edited(after, row), "edit_reallocation", "REAL-09", detail, also=also)

        return await self._runner.run(caller, order, _EDITED, known.cycle_id, decided)

    async def commit(self, caller: Caller, order: CommitReallocation) -> Reallocation:
        """REAL-08: everybody is moved as proposed, once; who changed meanwhile is skipped with the reason.

        One commit record that is finished or visibly not: while the answer's state is `committing`, the next call (with
        any key) goes on. Raises CONFLICT `STALE_VERSION`, NOT_NOW outside P4 before anybody was moved, UNAVAILABLE.
        """
        proposal = await self._own(caller, order.proposal_id)
        if proposal.state == "proposed":
            await self._begin(caller, order, proposal.cycle_id)
        began, after = self._clock(), 0
        while self._clock() - began < COMMIT_SECONDS:
            waiting = await self._store.waiting(order.proposal_id, after, AT_ONCE)
            if not waiting:
                break
            await asyncio.gather(*(self._move(caller, order.proposal_id, row) for row in waiting))
            after = waiting[-1].rank
        await self._store.finish(order.proposal_id)
        return await self._store.proposal(order.proposal_id)

    async def _begin(self, caller: Caller, order: CommitReallocation, cycle_id: str) -> None:
        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[Reallocation]:
            _require_moving(caller, cycle, gate)
            proposal = await self._store.proposal(order.proposal_id)
            _check_open(proposal)
            if order.expected_version not in (0, proposal.version):
                raise DomainError(
                    Kind.CONFLICT,
                    "STALE_VERSION",
                    "方案已在别处修改,请刷新后重试。",
                    field="expected_version",
                    rule="REAL-08",
                    details={"current": str(proposal.version)},
                )
            detail = {"proposal": proposal.id, "version": proposal.version, "people": proposal.left}
            after = replace(proposal, state="committing", version=proposal.version + 1)
            return Deed(after, "commit_reallocation", "REAL-08", detail, also=written.begin(proposal))

        await self._runner.run(caller, order, _PROPOSAL, cycle_id, decided)

    async def _move(self, caller: Caller, proposal_id: str, row: ReallocationRow) -> None:
        base, specialty = row.to or ("", "")
        # The same person of the same proposal is the same command, whoever goes on and however often.
        key = hashlib.sha256(f"{proposal_id}/{row.application_id}".encode()).hexdigest()[:48]
        order = MoveApplicant(row.application_id, base, specialty, WHY, f"reallocation-{key}"[:64])
        also = (written.moved(proposal_id, row.application_id),)
        try:
            await self._moving.move_applicant(caller, order, version=row.version, also=also)
        except DomainError as error:
            if error.kind in _PASSING:
                raise
            await self._store.skip(proposal_id, row.application_id, error.reason)

    async def _suited(self, caller: Caller, cycle: CycleRecord, order: EditReallocation, to: Cell) -> int:
        """The version of an application that may be moved to this place; raises why it may not."""
        now = await self._applications.read(order.application_id)
        found = now.application if now is not None else None
        if now is None or found is None:
            raise written.no_proposal()
        actor = Actor(caller.role, caller.organisation)
        standing = found.standing(now.seats_left)
        require(decide(Action.MOVE, now.gate.moment(cycle), now.milestones, standing, actor, cycle.policy))
        frozen = await self._queries.submission(found.id, found.submission_number)
        check_place(cycle, Choice(*to), frozen.dossier if frozen is not None else {})
        free = await self._free(cycle)
        promised = await self._store.promised(order.proposal_id, to, order.application_id)
        if promised >= free.get(to, 0):
            raise DomainError(Kind.NOT_NOW, "SEAT_FULL", "该志愿的空余计划已全部安排。", field="to", rule="REAL-09")
        return found.version

    def _made(self, cycle: CycleRecord, found: Sequence[Row], free: Mapping[Cell, int]) -> list[ReallocationRow]:
        """The rows of a proposal. Computes only: runs beside the event loop."""
        people = {movable.candidate.id: movable for movable in map(self._store.movable, found)}
        rules = cycle.policy.eligibility
        suits = {id_: Suits(movable.bodies, cycle.catalogue, rules) for id_, movable in people.items()}
        candidates = [movable.candidate for movable in people.values()]
        proposed = propose(candidates, free, cycle.policy.reallocation_fallbacks, cycle.id, suits)
        return [
            ReallocationRow(
                *(row.id, rank, people[row.id].version, people[row.id].candidate.last, row.cell, row.reason, row.wish)
            )
            for rank, row in enumerate(proposed, 1)
        ]

    async def _free(self, cycle: CycleRecord) -> dict[Cell, int]:
        """Free places of programmes that are open."""
        seats = await self._plans.seats(cycle.id)
        return {
            each.cell: each.planned - each.taken
            for each in seats
            if each.planned > each.taken and each.programme is Programme.OPEN
        }

    async def _own(self, caller: Caller, proposal_id: str) -> Reallocation:
        proposal = await self._store.proposal(proposal_id)
        try:
            await self._runner.own(caller, proposal.cycle_id)
        except DomainError:
            raise written.no_proposal() from None
        return proposal


def _require_moving(caller: Caller, cycle: CycleRecord, gate: GateRecord) -> None:
    """CAP-MOVE, asked about nobody in particular: the phase and the caller."""
    anybody = Standing(State.PENDING, gate.standing, 1, accepts_reallocation=True)
    actor = Actor(caller.role, caller.organisation)
    require(decide(Action.MOVE, gate.moment(cycle), Milestones(), anybody, actor, cycle.policy))


def _check_open(proposal: Reallocation) -> None:
    if proposal.state != "proposed":
        raise DomainError(Kind.CONFLICT, "ALREADY_COMMITTED", "该方案已提交办理。", rule="REAL-08")


def _moves(row: ReallocationRow) -> bool:
    return row.to is not None and row.reason != STAYS


def _digest(cycle_id: str, free: Mapping[Cell, int], made: Sequence[ReallocationRow]) -> str:
    """REAL-05: names what a proposal was made from and what came out: the same input gives the same."""
    content = [cycle_id, sorted((*cell, seats) for cell, seats in free.items()), list(made)]
    return hashlib.sha256(canonical(content).encode()).hexdigest()
