"""The plan of a cycle: places, their history, what bases ask for, exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.choice import Programme
from services.enrollment.domain.policy import Policy
from services.enrollment.records import Statement
from services.enrollment.store import rows
from services.kit.database import Database

Cell = tuple[str, str]
"""A base and a specialty, by their codes."""

_SEATS = """
    SELECT base_code, specialty_code, planned, taken, programme FROM seat
    WHERE cycle_id = $1 AND ($2 = '' OR base_code = $2) ORDER BY base_code, specialty_code
"""
_CHANGES = """
    SELECT base_code, specialty_code, kind, old_planned, new_planned, reason, at FROM plan_change
    WHERE cycle_id = $1 AND ($2 = '' OR base_code = $2) ORDER BY id DESC LIMIT $3
"""
# In one statement: rows that are not as they were read are not counted, and the deed is decided again.
_SET = """
    INSERT INTO seat (cycle_id, base_code, specialty_code, planned)
    SELECT $1::uuid, n.base, n.specialty, n.planned
    FROM unnest($2::text[], $3::text[], $4::integer[], $5::integer[]) AS n (base, specialty, was, planned)
    ORDER BY n.base, n.specialty
    ON CONFLICT (cycle_id, base_code, specialty_code) DO UPDATE SET planned = excluded.planned
    WHERE seat.taken <= excluded.planned AND seat.planned = (
        SELECT n.was FROM unnest($2::text[], $3::text[], $4::integer[]) AS n (base, specialty, was)
        WHERE n.base = excluded.base_code AND n.specialty = excluded.specialty_code)
"""
_HISTORY = """
    INSERT INTO plan_change (cycle_id, base_code, specialty_code, kind, old_planned, new_planned, reason)
    SELECT $1::uuid, n.base, n.specialty, $6, n.was, n.planned, $7
    FROM unnest($2::text[], $3::text[], $4::integer[], $5::integer[]) AS n (base, specialty, was, planned)
"""
_PROPOSALS = """
    SELECT * FROM plan_proposal
    WHERE cycle_id = $1 AND ($2 = '' OR base_code = $2) AND ($3 = '' OR state = $3)
    ORDER BY proposed_at DESC, id DESC LIMIT $4
"""
_PROPOSE = """
    INSERT INTO plan_proposal (id, cycle_id, base_code, specialty_code, planned, wanted, reason, proposed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_DECIDE = """
    UPDATE plan_proposal SET state = $2, decided_at = $3, granted = $4, answer = $5 WHERE id = $1 AND state = 'open'
"""
_EXCEPTION = """
    INSERT INTO seat_exception (id, cycle_id, base_code, specialty_code, seats, number, reason, granted_at, planned)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (cycle_id, number) DO NOTHING
"""
_EXCEPTIONS = """
    SELECT * FROM seat_exception WHERE cycle_id = $1 AND ($2 = '' OR base_code = $2)
    ORDER BY granted_at DESC, id DESC
"""
_PROGRAMME = """
    UPDATE seat SET programme = $4 WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $3
"""
# The edition that the deed found, which it has just counted up: what was changed meanwhile is not overwritten.
_POLICY = """
    UPDATE cycle c SET policy = $2::jsonb FROM cycle_gate g
    WHERE c.id = $1 AND g.cycle_id = c.id AND g.edition = $3 + 1
"""


@dataclass(frozen=True, slots=True)
class Seats:
    """The places of one base in one specialty."""

    base_code: str
    specialty_code: str
    planned: int = 0
    taken: int = 0
    programme: Programme = Programme.OPEN

    @property
    def cell(self) -> Cell:
        """Base and specialty."""
        return self.base_code, self.specialty_code


@dataclass(frozen=True, slots=True)
class Planned:
    """A number of places as it was and as it becomes."""

    cell: Cell
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A number of places that a base asked for."""

    id: str
    cycle_id: str
    base_code: str
    specialty_code: str
    planned: int
    wanted: int
    reason: str = field(repr=False)
    state: str
    proposed_at: datetime
    decided_at: datetime | None = None
    granted: int = 0
    answer: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SeatException:
    """Places added under a numbered document."""

    id: str
    cycle_id: str
    base_code: str
    specialty_code: str
    seats: int
    number: str
    reason: str
    granted_at: datetime
    planned: int


@dataclass(frozen=True, slots=True)
class PlanHistory:
    """One change of the plan, with its reason."""

    base_code: str
    specialty_code: str
    kind: str
    old: int
    new: int
    reason: str
    at: datetime


class PlanStore:
    """Reads the plan; makes the statements that change it beside a deed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seats(self, cycle_id: str, base_code: str = "") -> list[Seats]:
        """Planned and taken places of all bases or of one, by code."""
        found = await self._database.fetch(_SEATS, cycle_id, base_code)
        return [
            Seats(row["base_code"], row["specialty_code"], row["planned"], row["taken"], Programme(row["programme"]))
            for row in found
        ]

    async def changes(self, cycle_id: str, base_code: str, limit: int) -> list[PlanHistory]:
        """What was planned before and since at all bases or at one, newest first."""
        found = await self._database.fetch(_CHANGES, cycle_id, base_code, limit)
        return [PlanHistory(*row.values()) for row in found]

    async def proposals(self, cycle_id: str, base_code: str, state: str, limit: int) -> list[Proposal]:
        """What bases (or one) asked for, newest first; empty words mean all."""
        found = await self._database.fetch(_PROPOSALS, cycle_id, base_code, state, limit)
        return [_proposal(row) for row in found]

    async def proposal(self, cycle_id: str, proposal_id: str) -> Proposal | None:
        """One of them; None when the cycle has no such."""
        found = await self._database.fetchrow(
            "SELECT * FROM plan_proposal WHERE cycle_id = $1 AND id = $2", cycle_id, proposal_id
        )
        return None if found is None else _proposal(found)

    async def exceptions(self, cycle_id: str, base_code: str = "") -> list[SeatException]:
        """Exceptions of all bases or of one, newest first."""
        found = await self._database.fetch(_EXCEPTIONS, cycle_id, base_code)
        return [
            SeatException(
                *(str(row["id"]), str(row["cycle_id"]), row["base_code"], row["specialty_code"], row["seats"]),
                *(row["number"], row["reason"], row["granted_at"], row["planned"]),
            )
            for row in found
        ]

    async def number_taken(self, cycle_id: str, number: str) -> bool:
        """Whether an exception of the cycle has this number already."""
        sql = "SELECT EXISTS (SELECT 1 FROM seat_exception WHERE cycle_id = $1 AND number = $2)"
        return bool(await self._database.fetchval(sql, cycle_id, number))


def set_planned(cycle_id: str, changes: Sequence[Planned], kind: str, reason: str) -> tuple[Statement, ...]:
    """Plan anew what still is as it was read, with its history; at most one change a cell."""
    if not changes:
        return ()
    columns = (
        [change.cell[0] for change in changes],
        [change.cell[1] for change in changes],
        [change.old for change in changes],
        [change.new for change in changes],
    )
    count = len(changes)
    return (
        Statement(_SET, (cycle_id, *columns), count),
        Statement(_HISTORY, (cycle_id, *columns, kind, reason), count),
    )


def propose(proposal: Proposal) -> Statement:
    """Write what a base asks for; it finds nothing to write when the cell has an open proposal."""
    values = (proposal.base_code, proposal.specialty_code, proposal.planned, proposal.wanted, proposal.reason)
    return Statement(_PROPOSE, (proposal.id, proposal.cycle_id, *values, proposal.proposed_at), 1)


def decide(proposal: Proposal) -> Statement:
    """Write how an open proposal was decided."""
    values = (proposal.state, proposal.decided_at, proposal.granted, proposal.answer)
    return Statement(_DECIDE, (proposal.id, *values), 1)


def add_exception(each: SeatException) -> Statement:
    """Write an exception; it finds nothing to write when its number is taken."""
    values = (each.base_code, each.specialty_code, each.seats, each.number, each.reason, each.granted_at, each.planned)
    return Statement(_EXCEPTION, (each.id, each.cycle_id, *values), 1)


def set_programme(cycle_id: str, cell: Cell, programme: Programme) -> Statement:
    """Open, pause or close a specialty at a base."""
    return Statement(_PROGRAMME, (cycle_id, *cell, programme.value), 1)


def set_policy(cycle_id: str, policy: Policy, edition: int) -> Statement:
    """Write a policy that was made from `edition`."""
    return Statement(_POLICY, (cycle_id, rows.policy_text(policy), edition), 1)


def _proposal(row: Mapping[str, object] | rows.Row) -> Proposal:
    values = {name: row[name] for name in Proposal.__dataclass_fields__}
    return Proposal(**{name: str(value) if isinstance(value, UUID) else value for name, value in values.items()})  # type: ignore[arg-type]
