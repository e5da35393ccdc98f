"""Wishes, who may be moved, and proposed reallocations with what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.enrollment.domain.dossier import Section
from services.enrollment.domain.reallocation import Candidate, Cell
from services.enrollment.records import Statement
from services.enrollment.store import rows
from services.enrollment.store.scores import score_of, score_record
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.domain import DomainError, Kind

# Whoever consents and is without a place in P4, with a submission, and not held. Approved ones of an earlier round
# have reopened; in the round of the reallocation nobody is approved.
_CANDIDATES = """
    SELECT a.id, a.version, a.base_code, a.specialty_code, a.submitted_at, a.submission_number,
        a.state = 'pending' AND a.round = $2 AS pending,
        s.dossier::text AS dossier, s.fingerprint,
        (SELECT array_agg(w.base_code || ' ' || w.specialty_code ORDER BY w.rank) FROM wish w
         WHERE w.application_id = a.id) AS wishes,
        c.base_code AS score_base, c.round AS score_round, c.version AS score_version, c.body AS score_body
    FROM application a
    JOIN submission s ON s.application_id = a.id AND s.number = a.submission_number
    LEFT JOIN LATERAL (
        SELECT * FROM score c WHERE c.application_id = a.id ORDER BY c.round DESC, c.version DESC LIMIT 1
    ) c ON true
    WHERE a.cycle_id = $1 AND a.live AND a.held = '' AND a.draft_accepts_reallocation AND s.dossier IS NOT NULL
        AND (a.state IN ('pending', 'rejected') OR (a.state = 'approved' AND a.round < $2))
    ORDER BY a.id
"""
_PROPOSAL = """
    SELECT r.*, clock_timestamp() AS now, c.people, c.placed, c.moved, c.skipped, c.remaining
    FROM reallocation r CROSS JOIN LATERAL (
        SELECT count(*) AS people, count(*) FILTER (WHERE to_base <> '') AS placed,
            count(*) FILTER (WHERE outcome = 'moved') AS moved, count(*) FILTER (WHERE outcome = 'skipped') AS skipped,
            count(*) FILTER (WHERE outcome = '' AND to_base <> '' AND reason <> 'STAYS') AS remaining
        FROM reallocation_row w WHERE w.reallocation_id = r.id
    ) c
"""
_ROWS = """
    SELECT w.*, a.name, a.masked_document FROM reallocation_row w JOIN application a ON a.id = w.application_id
    WHERE w.reallocation_id = $1 AND w.rank > $2 AND (NOT $3 OR w.to_base = '') ORDER BY w.rank LIMIT $4
"""
_ROW = """
    SELECT w.*, a.name, a.masked_document FROM reallocation_row w JOIN application a ON a.id = w.application_id
    WHERE w.reallocation_id = $1 AND w.application_id = $2
"""
_WAITING = """
    SELECT w.*, '' AS name, '' AS masked_document FROM reallocation_row w
    WHERE w.reallocation_id = $1 AND w.outcome = '' AND w.to_base <> '' AND w.rank > $2 ORDER BY w.rank LIMIT $3
"""
_ADD = """
    INSERT INTO reallocation (id, cycle_id, seats, digest, proposed_at) VALUES ($1, $2, $3, $4, $5)
"""
_ADD_ROWS = """
    INSERT INTO reallocation_row (reallocation_id, application_id, rank, version, from_base, from_specialty, to_base,
        to_specialty, reason, wish)
    SELECT $1::uuid, n.* FROM unnest($2::uuid[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::integer[]) AS n
"""
_TURN = (
    "UPDATE reallocation SET version = version + 1, state = $3 WHERE id = $1 AND version = $2 AND state = 'proposed'"
)
_EDIT = """
    UPDATE reallocation_row SET to_base = $3, to_specialty = $4, reason = $5, wish = 0, version = $6
    WHERE reallocation_id = $1 AND application_id = $2
"""
_SETTLE = """
    UPDATE reallocation_row SET outcome = CASE WHEN to_base = '' THEN 'unplaced' ELSE 'stayed' END
    WHERE reallocation_id = $1 AND (to_base = '' OR reason = 'STAYS')
"""
_OUTCOME = """
    UPDATE reallocation_row SET outcome = $3, outcome_reason = $4
    WHERE reallocation_id = $1 AND application_id = $2 AND outcome = ''
"""
_FINISH = """
    UPDATE reallocation r SET state = 'committed', committed_at = clock_timestamp()
    WHERE r.id = $1 AND r.state = 'committing' AND NOT EXISTS (
        SELECT 1 FROM reallocation_row w WHERE w.reallocation_id = r.id AND w.outcome = '')
"""


@dataclass(frozen=True, slots=True)
class Movable:
    """Somebody who may be moved, with what places look at."""

    candidate: Candidate
    version: int
    bodies: Mapping[Section, Mapping[str, Any]] = field(repr=False)
    """What the last submission says."""


@dataclass(frozen=True, slots=True)
class Reallocation:
    """A proposal in numbers."""

    id: str
    cycle_id: str
    state: str
    version: int
    seats: int
    digest: str
    proposed_at: datetime
    committed_at: datetime | None
    people: int
    placed: int
    moved: int = 0
    skipped: int = 0
    left: int = 0
    """How many are still to be moved."""


@dataclass(frozen=True, slots=True)
class ReallocationRow:
    """What is proposed for one person, and what became of it; `to` None: no place."""

    application_id: str
    rank: int
    version: int
    """The application's, when it was proposed."""
    origin: Cell
    to: Cell | None
    reason: str
    wish: int
    outcome: str = ""
    outcome_reason: str = ""
    name: str = field(default="", repr=False)
    masked_document: str = field(default="", repr=False)


class ReallocationStore:
    """Reads wishes, candidates and proposals; makes the statements that write them beside a command."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def wishes(self, application_id: str) -> tuple[Cell, ...]:
        """Where an applicant would rather be moved, best first."""
        sql = "SELECT base_code, specialty_code FROM wish WHERE application_id = $1 ORDER BY rank"
        found = await self._database.fetch(sql, application_id)
        return tuple((row["base_code"], row["specialty_code"]) for row in found)

    async def movable_rows(self, cycle_id: str, number: int) -> list[rows.Row]:
        """Everybody without a place who consents, in round `number`; for `movable`, which takes longer."""
        return await self._database.fetch(_CANDIDATES, cycle_id, number)

    def movable(self, row: rows.Row) -> Movable:
        """One of them, opened. Raises SealBroken."""
        id_ = str(row["id"])
        bodies = self._sealing.open_dossier(id_, row["submission_number"], row["dossier"], row["fingerprint"])
        total = None
        if row["score_body"] is not None:
            bound = score_record(id_, row["score_base"], row["score_round"], row["score_version"])
            total = score_of(self._sealing.open_record(bound, row["score_body"])).total
        candidate = Candidate(
            id_,
            (row["base_code"], row["specialty_code"]),
            tuple(_cell(wish) for wish in row["wishes"] or ()),
            row["pending"],
            row["submitted_at"],
            None if total is None else float(total),
        )
        return Movable(candidate, row["version"], bodies)

    async def proposal(self, proposal_id: str) -> Reallocation:
        """One proposal as it stands; raises NOT_FOUND when there is none."""
        row = await self._database.fetchrow(_PROPOSAL + "WHERE r.id = $1", proposal_id)
        if row is None:
            raise no_proposal()
        return _proposal(row)

    async def proposals(self, cycle_id: str) -> list[Reallocation]:
        """Those of a cycle, newest first."""
        found = await self._database.fetch(
            _PROPOSAL + "WHERE r.cycle_id = $1 ORDER BY r.proposed_at DESC, r.id DESC LIMIT 100", cycle_id
        )
        return [_proposal(row) for row in found]

    async def rows(
        self, proposal_id: str, after: int, size: int, *, unplaced_only: bool = False
    ) -> list[ReallocationRow]:
        """Up to `size` rows of a proposal after a rank, by rank."""
        found = await self._database.fetch(_ROWS, proposal_id, after, unplaced_only, size)
        return [_row(row) for row in found]

    async def row(self, proposal_id: str, application_id: str) -> ReallocationRow:
        """One person's row; raises NOT_FOUND when the proposal has none."""
        found = await self._database.fetchrow(_ROW, proposal_id, application_id)
        if found is None:
            raise no_proposal()
        return _row(found)

    async def waiting(self, proposal_id: str, after: int, size: int) -> list[ReallocationRow]:
        """Up to `size` people who are still to be moved, after a rank."""
        return [_row(row) for row in await self._database.fetch(_WAITING, proposal_id, after, size)]

    async def promised(self, proposal_id: str, cell: Cell, but: str) -> int:
        """How many rows of a proposal name a place, without that of the application `but`."""
        sql = """
            SELECT count(*) FROM reallocation_row
            WHERE reallocation_id = $1 AND (to_base, to_specialty) = ($2, $3) AND application_id <> $4
        """
        return int(await self._database.fetchval(sql, proposal_id, *cell, but))

    async def skip(self, proposal_id: str, application_id: str, reason: str) -> None:
        """Write that somebody was not moved, unless it is written already what became of them."""
        await self._database.execute(_OUTCOME, proposal_id, application_id, "skipped", reason)

    async def finish(self, proposal_id: str) -> None:
        """Write that a proposal is carried out, once nobody is left."""
        await self._database.execute(_FINISH, proposal_id)


def save_wishes(application_id: str, wishes: Sequence[Cell]) -> tuple[Statement, ...]:
    """Replace an applicant's wishes."""
    bases, specialties = [base for base, _ in wishes], [specialty for _, specialty in wishes]
    insert = """
        INSERT INTO wish (application_id, rank, base_code, specialty_code)
        SELECT $1::uuid, n.rank, n.base, n.specialty
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS n (base, specialty, rank)
    """
    return (
        Statement("DELETE FROM wish WHERE application_id = $1", (application_id,)),
        Statement(insert, (application_id, bases, specialties), len(wishes)),
    )


def add(proposal: Reallocation, found: Sequence[ReallocationRow]) -> tuple[Statement, ...]:
    """Write a proposal with its rows."""
    head = (proposal.id, proposal.cycle_id, proposal.seats, proposal.digest, proposal.proposed_at)
    columns = (
        [row.application_id for row in found],
        [row.rank for row in found],
        [row.version for row in found],
        [row.origin[0] for row in found],
        [row.origin[1] for row in found],
        [row.to[0] if row.to else "" for row in found],
        [row.to[1] if row.to else "" for row in found],
        [row.reason for row in found],
        [row.wish for row in found],
    )
    return Statement(_ADD, head, 1), Statement(_ADD_ROWS, (proposal.id, *columns), len(found))


def edit(proposal: Reallocation, row: ReallocationRow) -> tuple[Statement, ...]:
    """Write a row as it becomes, in the next version of its proposal."""
    to = row.to or ("", "")
    return (
        Statement(_TURN, (proposal.id, proposal.version, "proposed"), 1),
        Statement(_EDIT, (proposal.id, row.application_id, *to, row.reason, row.version), 1),
    )


def begin(proposal: Reallocation) -> tuple[Statement, ...]:
    """Begin to carry a proposal out: who stays and who has no place is settled at once."""
    return (
        Statement(_TURN, (proposal.id, proposal.version, "committing"), 1),
        Statement(_SETTLE, (proposal.id,)),
    )


def moved(proposal_id: str, application_id: str) -> Statement:
    """Write that somebody was moved, once."""
    return Statement(_OUTCOME, (proposal_id, application_id, "moved", ""), 1)


def no_proposal() -> DomainError:
    """Absent, or not the caller's to see."""
    return DomainError(Kind.NOT_FOUND, "REALLOCATION_NOT_FOUND", "没有这份调剂方案。", rule="REAL-05")


def _cell(text: str) -> Cell:
    base, _, specialty = text.rpartition(" ")
    return base, specialty


def _proposal(row: rows.Row) -> Reallocation:
    return Reallocation(
        *(str(row["id"]), str(row["cycle_id"]), row["state"], row["version"], row["seats"], row["digest"]),
        *(row["proposed_at"], row["committed_at"], row["people"], row["placed"]),
        *(row["moved"], row["skipped"], row["remaining"]),
    )


def _row(row: rows.Row) -> ReallocationRow:
    to = (row["to_base"], row["to_specialty"]) if row["to_base"] else None
    return ReallocationRow(
        *(str(row["application_id"]), row["rank"], row["version"], (row["from_base"], row["from_specialty"]), to),
        *(row["reason"], row["wish"], row["outcome"], row["outcome_reason"], row["name"], row["masked_document"]),
    )
