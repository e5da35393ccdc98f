"""Exports as they are written down, their files while they can be fetched, and the rows they are made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any, Protocol

from services.enrollment.domain.application import effective_state
from services.enrollment.domain.export_tables import derived_values, dossier_values
from services.enrollment.domain.exports import PART_BYTES, Exported, Scope
from services.enrollment.records import CycleRecord, GateRecord, Statement
from services.enrollment.store import rows as stored_rows
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.lease import Lease

_NAMES = {"table": "table_key"}
_COLUMNS = tuple(_NAMES.get(entry.name, entry.name) for entry in fields(Exported))
_VALUES = ", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))
_WRITE = f"INSERT INTO table_export ({', '.join(_COLUMNS)}) VALUES ({_VALUES})"  # noqa: S608 (names of fields)
_WRITE_PART = "INSERT INTO export_part (export_id, number, content, expires_at) VALUES ($1, $2, $3, $4)"
_FORGET_PARTS = "DELETE FROM export_part WHERE expires_at < clock_timestamp()"
_READABLE = """
    SELECT * FROM table_export
    WHERE id = $1 AND actor = $2 AND role = $3 AND organisation = $4 AND expires_at > clock_timestamp()
"""
_LIST = """
    SELECT * FROM table_export
    WHERE cycle_id = $1 AND ($2 = '' OR organisation = $2) AND (made_at, id) < ($3, $4::uuid)
    ORDER BY made_at DESC, id DESC LIMIT $5
"""
_ROWS = """
    SELECT a.*, s.dossier::text AS dossier, s.fingerprint FROM application a
    JOIN submission s ON s.application_id = a.id AND s.number = a.submission_number
    WHERE a.cycle_id = $1 AND ($2 = '' OR a.base_code = $2) AND ($3 = '' OR a.specialty_code = $3)
        AND a.live AND a.state <> 'draft' AND s.dossier IS NOT NULL AND a.id > $4::uuid
    ORDER BY a.id LIMIT $5
"""
TURN_SECONDS = 60.0
"""For so long the turn of a process that died is kept; no file takes longer."""
_BATCH = 500
_NOBODY = "00000000-0000-0000-0000-000000000000"


class RowReader(Protocol):
    """Gives the rows of a table as plain values by column key."""

    def rows(self, scope: Scope, cycle: CycleRecord, gate: GateRecord) -> AsyncIterator[Mapping[str, Any]]:
        """The rows of `scope`, in the table's own order."""
        ...


def write_export(made: Exported) -> Statement:
    """EXP-04: the row that says who exported what, when, why, how many rows, which hash."""
    return Statement(_WRITE, astuple(made), 1)


class ExportStore:
    """Exports and their files."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def turn(self, actor: str) -> Lease:
        """EXP-05: the right to make a file for `actor`, in one process at a time."""
        return Lease(self._database, f"export/{actor}", TURN_SECONDS)

    def write_parts(self, made: Exported, content: bytes) -> list[Statement]:
        """EXP-06: the file, sealed, in parts."""
        pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
        return [
            Statement(
                _WRITE_PART,
                (made.id, number, self._sealing.seal_bytes(piece, f"{made.id}/{number}"), made.expires_at),
                1,
            )
            for number, piece in enumerate(pieces)
        ]

    async def forget_expired(self) -> None:
        """EXP-06: remove the files whose time is over."""
        await self._database.execute(_FORGET_PARTS)

    async def readable(self, export_id: str, caller: Caller) -> Exported | None:
        """EXP-06: an export for who made it, in the same hat, while it lasts; None otherwise."""
        row = await self._database.fetchrow(_READABLE, export_id, caller.actor, caller.role, caller.organisation)
        return None if row is None else _exported(row)

    async def part(self, export_id: str, number: int) -> bytes | None:
        """One part of a file. Raises SealBroken when it is not what was written."""
        stored = await self._database.fetchval(
            "SELECT content FROM export_part WHERE export_id = $1 AND number = $2", export_id, number
        )
        return None if stored is None else self._sealing.open_bytes(stored, f"{export_id}/{number}")

    async def list(self, cycle_id: str, organisation: str, before: tuple[datetime, str], limit: int) -> list[Exported]:
        """Exports of a cycle by one organisation or (empty) by all, newest first, older than `before`."""
        found = await self._database.fetch(_LIST, cycle_id, organisation, *before, limit)
        return [_exported(row) for row in found]


class ApplicationRows:
    """One row for each current submission that is live; opened beside the event loop, a batch at a time."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def rows(self, scope: Scope, cycle: CycleRecord, gate: GateRecord) -> AsyncIterator[Mapping[str, Any]]:
        """By application. Raises SealBroken when a dossier is not what was submitted."""
        after = _NOBODY
        while True:
            found = await self._database.fetch(
                _ROWS, scope.cycle_id, scope.base_code, scope.specialty_code, after, _BATCH
            )
            for values in await asyncio.to_thread(self._values, found, cycle, gate):
                if not scope.states or values["state"] in scope.states:
                    yield values
            if len(found) < _BATCH:
                return
            after = str(found[-1]["id"])

    def _values(self, found: Sequence[stored_rows.Row], cycle: CycleRecord, gate: GateRecord) -> list[dict[str, Any]]:
        return [self._row(row, cycle, gate) for row in found]

    def _row(self, row: stored_rows.Row, cycle: CycleRecord, gate: GateRecord) -> dict[str, Any]:
        record = stored_rows.application_of(row)
        if record is None:
            raise TypeError("a row of an application")
        number = record.submission_number
        dossier = self._sealing.open_dossier(record.id, number, row["dossier"], row["fingerprint"])
        catalogue, choice = cycle.catalogue, record.submitted
        return {
            "application_id": record.id,
            "name": record.name,
            "masked_document": record.masked_document,
            "base_code": choice.base_code,
            "base": catalogue.bases.get(choice.base_code, ""),
            "specialty_code": choice.specialty_code,
            "specialty": catalogue.specialties.get(choice.specialty_code, ""),
            "state": effective_state(record.state, record.round, gate.standing).value,
            "round": record.round,
            "accepts_reallocation": choice.accepts_reallocation,
            "submission_number": number,
            "submitted_at": record.submitted_at,
            "not_selected": record.not_selected,
            "reason_code": record.reason_code,
            "provisional_at": record.provisional_at,
            "admitted_at": record.marks.admitted_at,
            **dossier_values(dossier),
            **derived_values(dossier, choice.base_code, catalogue, cycle.year),
        }


class PlanRows:
    """One row for each base and specialty with a plan, as the board counts them."""

    def __init__(self, queries: QueryStore) -> None:
        self._queries = queries

    async def rows(self, scope: Scope, cycle: CycleRecord, gate: GateRecord) -> AsyncIterator[Mapping[str, Any]]:
        """By base, then specialty."""
        counts, _ = await self._queries.board(scope.cycle_id)
        for row in counts:
            if scope.base_code in ("", row.base_code) and scope.specialty_code in ("", row.specialty_code):
                yield {
                    "base_code": row.base_code,
                    "base": cycle.catalogue.bases.get(row.base_code, ""),
                    "specialty_code": row.specialty_code,
                    "specialty": cycle.catalogue.specialties.get(row.specialty_code, ""),
                    "planned": row.planned,
                    "applied": row.applied,
                    "provisional": row.provisional,
                    "admitted": row.admitted,
                }


def _exported(row: stored_rows.Row) -> Exported:
    values: list[Any] = [str(row[name]) if name in ("id", "cycle_id") else row[name] for name in _COLUMNS]
    return Exported(*values)
