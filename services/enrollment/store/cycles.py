"""Cycles: creating one, its gate, and what does not change while a calendar version lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import asyncpg
from sqlalchemy import text

from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseWindow
from services.enrollment.domain.choice import Catalogue, Programme
from services.enrollment.domain.phases import P0, Phase
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store import rows
from services.enrollment.store.guarded import KeyReused
from services.kit.database import Database
from services.kit.domain import DomainError, Fact

_GATE = """
    SELECT phase AS gate_phase, sequence AS gate_sequence, closes_at AS gate_closes_at, edition AS gate_edition,
        round AS gate_round, held_since AS gate_held_since, clock_timestamp() AS now,
        (SELECT number FROM database_epoch) AS epoch
    FROM cycle_gate WHERE cycle_id = $1
"""
_EDITION = "SELECT edition FROM cycle_gate WHERE cycle_id = $1"
_FIRST_VERSION = """
    INSERT INTO calendar_version (cycle_id, version, kind, content, reason, made_by, approved_by, made_at)
    VALUES (:cycle, 1, 'created', CAST(:content AS jsonb), '', :made_by, '', clock_timestamp())
"""
FLIP_TRIES = 5
"""A flip that does not get the lock in two seconds lets the others pass and asks again, this often."""


class GateMoved(Exception):
    """The gate does not stand where the flip expected it, or it is too early: read and decide again."""


class CycleStore:
    """Reads and writes cycles; keeps what does not change in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cycles: dict[str, CycleRecord] = {}
        # A restored database counts its editions anew.
        database.on_restored(self._cycles.clear)

    async def cycle(self, cycle_id: str, edition: int = 0) -> CycleRecord | None:
        """A cycle with calendar, policy and catalogue; None when there is none.

        `edition` is the one that the gate names, 0 any: what was kept of another one is read again.
        """
        known = self._cycles.get(cycle_id)
        if known is None or edition not in (0, known.edition):
            known = await self._load(cycle_id)
            # Read in several statements: whatever was changed between two of them is read as a whole.
            while known is not None and known.edition != await self._database.fetchval(_EDITION, cycle_id):
                known = await self._load(cycle_id)
            if known is not None:
                self._cycles[cycle_id] = known
        return known

    async def gate(self, cycle_id: str) -> GateRecord | None:
        """Where the gate stands now, and the database's clock."""
        row = await self._database.fetchrow(_GATE, cycle_id)
        return None if row is None else replace(rows.gate_of(row), epoch=row["epoch"])

    async def entered(self, cycle_id: str) -> dict[int, Any]:
        """When the gate entered each phase, by its number."""
        found = await self._database.fetch("SELECT sequence, entered_at FROM cycle_phase WHERE cycle_id = $1", cycle_id)
        return {row["sequence"]: row["entered_at"] for row in found}

    async def cycle_ids(self, *, open_only: bool) -> list[str]:
        """Ids of all cycles that are no drafts, newest first."""
        found = await self._database.fetch(
            """
            SELECT c.id FROM cycle c JOIN cycle_gate g ON g.cycle_id = c.id
            WHERE NOT c.draft AND (NOT $1 OR g.phase <> 'closed') ORDER BY c.created_at DESC, c.id DESC
            """,
            open_only,
        )
        return [str(row["id"]) for row in found]

    async def create(
        self, cycle: CycleRecord, audit: Mapping[str, Any], body_hash: bytes, answer: bytes, fact: Fact | None
    ) -> bytes:
        """Write a whole cycle in preparation, once for the actor's key; returns the answer stored under the key.

        Raises KeyReused when the key belongs to another command.
        """
        async with self._database.unit_of_work() as work:
            session = work.session

            async def run(statement: str, **values: Any) -> Any:
                return await session.execute(text(statement), values)

            claimed = await run(
                """
                INSERT INTO idempotency (actor, key, body_hash, answer) VALUES (:actor, :key, :body_hash, :answer)
                ON CONFLICT (actor, key) DO NOTHING RETURNING 1
                """,
                actor=audit["actor"],
                key=audit["idempotency_key"],
                body_hash=body_hash,
                answer=answer,
            )
            if claimed.first() is None:
                found = await run(
                    "SELECT body_hash, answer FROM idempotency WHERE actor = :actor AND key = :key",
                    actor=audit["actor"],
                    key=audit["idempotency_key"],
                )
                stored = found.one()
                if stored.body_hash != body_hash:
                    raise KeyReused
                return bytes(stored.answer)
            await run(
                """
                INSERT INTO cycle (id, province_code, year, title, time_zone, day_seconds, calendar_version, policy,
                    draft)
                VALUES (:id, :province, :year, :title, :zone, :day, 1, CAST(:policy AS jsonb), :draft)
                """,
                id=cycle.id,
                province=cycle.province_code,
                year=cycle.year,
                title=cycle.title,
                zone=cycle.time_zone,
                day=cycle.calendar.day_seconds,
                policy=rows.policy_text(cycle.policy),
                draft=cycle.draft,
            )
            for statement, values in _details(cycle):
                if values:
                    await session.execute(text(statement), values)
            await run(_FIRST_VERSION, cycle=cycle.id, made_by=audit["actor"], content=calendar_text(cycle.calendar))
            await run("SELECT append_to_cycle(CAST(:audit AS jsonb))", audit=rows.to_json(audit))
            if fact is not None:
                work.add_fact(fact)
        return answer

    async def flip(self, cycle: CycleRecord, sequence: int, audit: Mapping[str, Any], fact: Fact) -> bool:
        """Move the gate to `sequence`; False when it stands there or beyond already.

        Raises GateMoved when it stands elsewhere or the time has not come, DomainError UNAVAILABLE when somebody
        holds the gate for longer than all tries.
        """
        values = (cycle.lock_key, cycle.id, sequence, rows.to_json(audit), rows.to_json(rows.fact_row(fact)))
        tries = 1
        while True:
            try:
                done = await self._database.fetchval("SELECT flip_gate($1, $2, $3, $4, $5)", *values)
                break
            except asyncpg.PostgresError as error:
                if error.sqlstate in ("RE002", "RE006", "RE007"):
                    raise GateMoved from error
                raise
            except DomainError as error:
                if error.reason != "LOCK_TIMEOUT" or tries == FLIP_TRIES:
                    raise
                tries += 1
        if done:
            self._database.facts_written()
        return bool(done)

    async def _load(self, cycle_id: str) -> CycleRecord | None:
        row = await self._database.fetchrow(
            "SELECT c.*, g.lock_key, g.edition FROM cycle c JOIN cycle_gate g ON g.cycle_id = c.id WHERE c.id = $1",
            cycle_id,
        )
        if row is None:
            return None
        phases = await self._database.fetch("SELECT * FROM cycle_phase WHERE cycle_id = $1 ORDER BY sequence", cycle_id)
        days = await self._database.fetch(
            "SELECT key, phase_key, name, day, exam FROM cycle_milestone WHERE cycle_id = $1 ORDER BY day, key",
            cycle_id,
        )
        milestones = tuple(MilestoneDate(**dict(entry)) for entry in days)
        calendar = Calendar(tuple(_window(phase) for phase in phases), row["day_seconds"], milestones)
        return CycleRecord(
            str(row["id"]),
            row["province_code"],
            row["year"],
            row["title"],
            row["time_zone"],
            row["calendar_version"],
            rows.policy_of(row["policy"]),
            calendar,
            await self._catalogue(cycle_id),
            row["lock_key"],
            row["edition"],
            row["draft"],
        )

    async def _catalogue(self, cycle_id: str) -> Catalogue:
        bases = await self._database.fetch("SELECT * FROM base WHERE cycle_id = $1 ORDER BY code", cycle_id)
        names = await self._database.fetch(
            "SELECT code, name FROM specialty WHERE cycle_id = $1 ORDER BY code", cycle_id
        )
        seats = await self._database.fetch(
            "SELECT base_code, specialty_code, planned, programme FROM seat WHERE cycle_id = $1 ORDER BY 1, 2", cycle_id
        )
        return Catalogue(
            {row["code"]: row["name"] for row in bases},
            {row["code"]: row["name"] for row in names},
            {(row["base_code"], row["specialty_code"]): row["planned"] for row in seats},
            {
                (row["base_code"], row["specialty_code"]): Programme(row["programme"])
                for row in seats
                if row["programme"] != Programme.OPEN
            },
            {row["code"]: row["main_code"] for row in bases if row["main_code"]},
            {row["code"]: row["credit_code"] for row in bases if row["credit_code"]},
        )


def calendar_text(calendar: Calendar) -> str:
    """A calendar as `calendar_version` and `calendar_amendment` keep it: its listed phases and its milestones."""
    return rows.to_json(
        {
            "phases": [
                {
                    "key": window.key,
                    "phase": window.phase.value,
                    "name": window.name,
                    "round": window.round,
                    "gap_name": window.gap_name,
                    "first_day": window.first_day,
                    "last_day": window.last_day,
                    "opens_at": window.opens_at,
                    "closes_at": window.closes_at,
                }
                for window in calendar.phases
            ],
            "milestones": [asdict(milestone) for milestone in calendar.milestones],
        }
    )


def _window(row: rows.Row) -> PhaseWindow:
    return PhaseWindow(
        Phase(row["phase"]),
        row["sequence"],
        row["name"],
        row["first_day"],
        row["last_day"],
        row["opens_at"],
        row["closes_at"],
        row["round"],
        row["key"],
        row["gap_name"],
    )


def _details(cycle: CycleRecord) -> list[tuple[str, list[dict[str, Any]]]]:
    """Statements with their rows: phases, gate, bases, specialties, seats."""
    preparation = cycle.calendar.phases[0]
    catalogue = cycle.catalogue
    return [
        (
            """
            INSERT INTO cycle_phase (cycle_id, sequence, phase, name, first_day, last_day, opens_at, closes_at, round,
                key, gap_name, entered_at)
            VALUES (:cycle, :sequence, :phase, :name, :first_day, :last_day, :opens_at, :closes_at, :round,
                :key, :gap_name, CASE WHEN :sequence = 0 THEN clock_timestamp() END)
            """,
            [
                {
                    "cycle": cycle.id,
                    "sequence": window.sequence,
                    "phase": window.phase.value,
                    "name": window.name,
                    "first_day": window.first_day,
                    "last_day": window.last_day,
                    "opens_at": window.opens_at,
                    "closes_at": window.closes_at,
                    "round": window.round,
                    "key": window.key,
                    "gap_name": window.gap_name,
                }
                for window in cycle.calendar.phases
            ],
        ),
        (
            """
            INSERT INTO cycle_milestone (cycle_id, key, phase_key, name, day, exam)
            VALUES (:cycle, :key, :phase_key, :name, :day, :exam)
            """,
            [{"cycle": cycle.id, **asdict(milestone)} for milestone in cycle.calendar.milestones],
        ),
        (
            "INSERT INTO cycle_gate (cycle_id, phase, sequence, closes_at) VALUES (:cycle, :phase, 0, :closes_at)",
            [{"cycle": cycle.id, "phase": P0.value, "closes_at": preparation.closes_at}],
        ),
        (
            """
            INSERT INTO base (cycle_id, code, name, main_code, credit_code)
            VALUES (:cycle, :code, :name, :main_code, :credit_code)
            """,
            [
                {
                    "cycle": cycle.id,
                    "code": code,
                    "name": name,
                    "main_code": catalogue.main_bases.get(code, ""),
                    "credit_code": catalogue.credit_codes.get(code, ""),
                }
                for code, name in catalogue.bases.items()
            ],
        ),
        (
            "INSERT INTO specialty (cycle_id, code, name) VALUES (:cycle, :code, :name)",
            [{"cycle": cycle.id, "code": code, "name": name} for code, name in catalogue.specialties.items()],
        ),
        (
            """
            INSERT INTO seat (cycle_id, base_code, specialty_code, planned, programme)
            VALUES (:cycle, :base, :specialty, :planned, :programme)
            """,
            [
                {
                    "cycle": cycle.id,
                    "base": base,
                    "specialty": specialty,
                    "planned": planned,
                    "programme": catalogue.programmes.get((base, specialty), Programme.OPEN),
                }
                for (base, specialty), planned in catalogue.plan.items()
            ],
        ),
    ]
