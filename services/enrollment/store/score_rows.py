"""Scores as rows of an export: those that count, beside the submission they were given for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from services.enrollment.domain.application import effective_state
from services.enrollment.domain.exports import Scope
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store import rows as stored_rows
from services.enrollment.store.scores import score_of, score_record
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

_ROWS = """
    SELECT a.*, s.score_round, s.score_version, s.score_body FROM application a
    CROSS JOIN LATERAL (
        SELECT s.round AS score_round, s.version AS score_version, s.body AS score_body FROM score s
        WHERE s.application_id = a.id AND s.base_code = a.base_code AND s.body IS NOT NULL
        ORDER BY s.round DESC, s.version DESC LIMIT 1
    ) s
    WHERE a.cycle_id = $1 AND ($2 = '' OR a.base_code = $2) AND ($3 = '' OR a.specialty_code = $3) AND a.live
    ORDER BY a.base_code, a.specialty_code, a.id
"""


class ScoreRows:
    """One row for each live application that its present base has scored."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def rows(self, scope: Scope, cycle: CycleRecord, gate: GateRecord) -> AsyncIterator[Mapping[str, Any]]:
        """By base, specialty and application. Raises SealBroken when a score is not what was entered."""
        for row in await self._database.fetch(_ROWS, scope.cycle_id, scope.base_code, scope.specialty_code):
            values = self._row(row, cycle, gate)
            if not scope.states or values["state"] in scope.states:
                yield values

    def _row(self, row: stored_rows.Row, cycle: CycleRecord, gate: GateRecord) -> dict[str, Any]:
        record = stored_rows.application_of(row)
        if record is None:
            raise TypeError("a row of an application")
        base, specialty = record.submitted.base_code, record.submitted.specialty_code
        sealed_for = score_record(record.id, base, row["score_round"], row["score_version"])
        score = score_of(self._sealing.open_record(sealed_for, row["score_body"]))
        parts = {key: float(mark) for key, mark in score.parts.items()}
        return {
            "application_id": record.id,
            "name": record.name,
            "masked_document": record.masked_document,
            "base_code": base,
            "base": cycle.catalogue.bases.get(base, ""),
            "specialty_code": specialty,
            "specialty": cycle.catalogue.specialties.get(specialty, ""),
            "state": effective_state(record.state, record.round, gate.standing).value,
            "round": row["score_round"],
            **parts,
            "total": None if score.total is None else float(score.total),
            "waiting_rank": record.marks.waiting_rank or None,
        }
