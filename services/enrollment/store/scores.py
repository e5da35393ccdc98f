"""Scores, cut-offs, candidates and waiting lists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.enrollment.domain.ranking import CutOff
from services.enrollment.domain.scores import Score, text_of
from services.enrollment.records import ApplicationRecord, Statement
from services.enrollment.store import rows
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

_LATEST = """
    SELECT * FROM score WHERE application_id = $1 AND base_code = $2 AND round = $3 ORDER BY version DESC LIMIT 1
"""
_VERSIONS = """
    SELECT * FROM score WHERE application_id = $1 AND ($2 = '' OR base_code = $2) ORDER BY round, base_code, version
"""
# The round's candidates, by the index of the queue; scores by the primary key of each.
_CANDIDATES = """
    SELECT a.*, s.score_round, s.score_version, s.score_body
    FROM application a LEFT JOIN LATERAL (
        SELECT s.round AS score_round, s.version AS score_version, s.body AS score_body FROM score s
        WHERE s.application_id = a.id AND s.base_code = a.base_code AND s.round = a.round
        ORDER BY s.version DESC LIMIT 1
    ) s ON true
    WHERE a.cycle_id = $1 AND a.base_code = $2 AND a.specialty_code = $3 AND a.round = $4 AND a.state = ANY($5)
    ORDER BY a.id
"""
_SEAT = "SELECT planned, taken FROM seat WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $3"
_CUT_OFF = """
    SELECT version, total, minimums::text AS minimums FROM cut_off
    WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $3 AND round = $4 ORDER BY version DESC LIMIT 1
"""
_HERE = "cycle_id = $1 AND base_code = $2 AND specialty_code = $3 AND round = $4"
_WAITING = """
    SELECT w.rank, w.application_id, w.version, w.state, a.version AS application_version, a.waiting_rank AS marked
    FROM waiting_list w JOIN application a ON a.id = w.application_id
    WHERE w.cycle_id = $1 AND w.base_code = $2 AND w.specialty_code = $3 AND w.round = $4 ORDER BY w.rank
"""


@dataclass(frozen=True, slots=True)
class StoredScore:
    """One version of a score; empty when the person's data were forgotten."""

    base_code: str
    round: int
    version: int
    submission_number: int
    score: Score
    correction: bool
    reason: str = field(repr=False)
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class ScoredApplication:
    """A candidate as stored, with the score that counts; version 0 when there is none."""

    application: ApplicationRecord
    score: Score = field(repr=False)
    version: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A position of a waiting list; the version of its application and the rank that is marked there."""

    rank: int
    application_id: str
    version: int
    state: str
    application_version: int
    marked: int


@dataclass(frozen=True, slots=True)
class Place:
    """A base and specialty of a cycle in a round."""

    cycle_id: str
    base_code: str
    specialty_code: str
    round: int

    @property
    def values(self) -> tuple[str, str, str, int]:
        """As the statements of this module take it."""
        return self.cycle_id, self.base_code, self.specialty_code, self.round


class ScoreStore:
    """Reads what selection is decided on; writes are statements beside a guarded command."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def latest(self, application_id: str, base_code: str, number: int) -> StoredScore | None:
        """The score that counts at a base in round `number`; None when there is none."""
        row = await self._database.fetchrow(_LATEST, application_id, base_code, number)
        return None if row is None else self._stored(row)

    async def versions(self, application_id: str, base_code: str = "") -> list[StoredScore]:
        """Every version, by round, base and number; of one base only when that is named."""
        return [self._stored(row) for row in await self._database.fetch(_VERSIONS, application_id, base_code)]

    def insert(
        self,
        application: ApplicationRecord,
        number: int,
        version: int,
        score: Score,
        reason: str,
        actor: str,
        *,
        correction: bool,
    ) -> Statement:
        """SCO-05: a score stands sealed and bound to its application, base, round and version."""
        base_code = application.submitted.base_code
        body = {"parts": {key: text_of(value) for key, value in score.parts.items()}, "total": text_of(score.total)}
        return Statement(
            "INSERT INTO score (application_id, base_code, round, version, cycle_id, submission_number, body,"
            " sealed_with, correction, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            (
                *(application.id, base_code, number, version, application.cycle_id, application.submission_number),
                self._sealing.seal_record(
                    score_record(application.id, base_code, number, version), {**body, "reason": reason}
                ),
                *(self._sealing.key, correction, actor),
            ),
            1,
        )

    async def candidates(self, place: Place, states: Sequence[str]) -> list[ScoredApplication]:
        """Whose current submission names the place and who stands in one of the stored `states`, by id."""
        found = await self._database.fetch(_CANDIDATES, *place.values, list(states))
        candidates = []
        for row in found:
            record = rows.application_of(row)
            if record is not None:
                version = row["score_version"] or 0
                key = score_record(record.id, place.base_code, place.round, version)
                score = score_of(self._sealing.open_record(key, row["score_body"])) if version else Score()
                candidates.append(ScoredApplication(record, score, version))
        return candidates

    async def seats(self, place: Place) -> tuple[int, int] | None:
        """Places planned and places taken (open offers included); None when the base has no such specialty."""
        row = await self._database.fetchrow(_SEAT, place.cycle_id, place.base_code, place.specialty_code)
        return None if row is None else (row["planned"], row["taken"])

    async def cut_off(self, place: Place) -> CutOff:
        """The cut-off that holds; version 0 when none was set."""
        row = await self._database.fetchrow(_CUT_OFF, *place.values)
        if row is None:
            return CutOff()
        minimums = {key: Decimal(value) for key, value in json.loads(row["minimums"]).items()}
        return CutOff(row["total"], minimums, row["version"])

    async def waiting(self, place: Place) -> list[Waiting]:
        """The waiting list as fixed, by rank; empty when none is."""
        return [
            Waiting(
                *(row["rank"], str(row["application_id"]), row["version"], row["state"]),
                *(row["application_version"], row["marked"]),
            )
            for row in await self._database.fetch(_WAITING, *place.values)
        ]

    def _stored(self, row: rows.Row) -> StoredScore:
        key = score_record(str(row["application_id"]), row["base_code"], row["round"], row["version"])
        body = self._sealing.open_record(key, row["body"])
        return StoredScore(
            *(row["base_code"], row["round"], row["version"], row["submission_number"]),
            score_of(body),
            row["correction"],
            body.get("reason", ""),
            *(row["entered_by"], row["entered_at"]),
        )


def score_record(application_id: str, base_code: str, number: int, version: int) -> str:
    """What a sealed score is bound to."""
    return f"{application_id}/score/{base_code}/{number}/{version}"


def score_of(body: Mapping[str, Any]) -> Score:
    """A score as it was sealed; the total is the one reckoned when it was entered."""
    parts = {key: Decimal(value) for key, value in body.get("parts", {}).items()}
    total = body.get("total", "")
    return Score(parts, Decimal(total) if total else None)


def insert_cut_off(place: Place, cut_off: CutOff, actor: str) -> Statement:
    """The next version of a cut-off; nothing is written when somebody else has set one meanwhile."""
    minimums = {key: text_of(value) for key, value in cut_off.minimums.items()}
    return Statement(
        f"""
        INSERT INTO cut_off (cycle_id, base_code, specialty_code, round, version, total, minimums, set_by)
        SELECT $1, $2, $3, $4, $5, $6, $7::jsonb, $8
        WHERE NOT EXISTS (SELECT 1 FROM cut_off WHERE {_HERE} AND version >= $5)
        """,  # noqa: S608 (constants of this module)
        (*place.values, cut_off.version, cut_off.total, rows.to_json(minimums), actor),
        1,
    )


def fix_waiting_list(place: Place, version: int, ids: Sequence[str], ranks: Mapping[str, int]) -> tuple[Statement, ...]:
    """These applications in this order replace the version before; `ranks` are the marks that change.

    Nothing is written when the list is not the one that was read: another was fixed, or an offer has begun, meanwhile.
    """
    changed = [list(ranks), list(ranks.values())]
    return (
        Statement(
            f"SELECT 1 FROM waiting_list WHERE {_HERE} AND (version >= $5 OR state NOT IN ('waiting', 'gone'))",  # noqa: S608
            (*place.values, version),
            0,
        ),
        Statement(f"DELETE FROM waiting_list WHERE {_HERE}", place.values),  # noqa: S608
        Statement(
            "INSERT INTO waiting_list (cycle_id, base_code, specialty_code, round, rank, application_id, version)"
            " SELECT $1, $2, $3, $4, u.rank, u.id, $5 FROM unnest($6::uuid[]) WITH ORDINALITY AS u (id, rank)",
            (*place.values, version, list(ids)),
            len(ids),
        ),
        Statement(
            "UPDATE application a SET waiting_rank = u.rank FROM unnest($1::uuid[], $2::integer[]) AS u (id, rank)"
            " WHERE a.id = u.id",
            tuple(changed),
            len(ranks),
        ),
    )


def append_to_applications(
    audit: Mapping[str, Any], ids: Sequence[str], versions: Sequence[int], details: Sequence[str]
) -> Statement:
    """A row in the chain of each application, which must stand at its version still: the first thing a deed writes."""
    return Statement(
        "SELECT append_to_applications($1, $2::uuid[], $3::integer[], $4::text[])",
        (rows.to_json(audit), list(ids), list(versions), list(details)),
    )
