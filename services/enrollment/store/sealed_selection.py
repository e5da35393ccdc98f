"""Sealed scores and objections under old keys, sealed anew a few at a time (PRIV-04)."""

from __future__ import annotations

from services.enrollment.store import rows
from services.enrollment.store.objections import body_record, resolution_record
from services.enrollment.store.scores import score_record
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

LEFT = """
    (SELECT count(*) FROM score WHERE sealed_with NOT IN ('', $1))
        + (SELECT count(*) FROM objection WHERE sealed_with NOT IN ('', $1))
"""
"""How many rows are still under another key than `$1`."""
_SCORES = """
    SELECT application_id, base_code, round, version, body FROM score WHERE sealed_with NOT IN ('', $1) LIMIT $2
"""
_OBJECTIONS = "SELECT id, state, body, resolution FROM objection WHERE sealed_with NOT IN ('', $1) LIMIT $2"
_SEAL_SCORES = """
    UPDATE score s SET body = n.body, sealed_with = $1
    FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[], $6::bytea[])
        AS n (application_id, base_code, round, version, body)
    WHERE (s.application_id, s.base_code, s.round, s.version) = (n.application_id, n.base_code, n.round, n.version)
        AND s.sealed_with NOT IN ('', $1)
"""
# Resolved meanwhile, an objection was sealed with the current key anyway.
_SEAL_OBJECTIONS = """
    UPDATE objection o SET body = n.body, resolution = n.resolution, sealed_with = $1
    FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[]) AS n (id, state, body, resolution)
    WHERE o.id = n.id AND o.state = n.state AND o.sealed_with NOT IN ('', $1)
"""


class SealedSelection:
    """Upkeep of what selection seals."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def rewrap(self, limit: int) -> int:
        """Seal up to `limit` rows of old keys with the current one; how many there were. Raises SealBroken."""
        found = await self._scores(limit)
        return found + (await self._objections(limit - found) if found < limit else 0)

    async def _scores(self, limit: int) -> int:
        found = await self._database.fetch(_SCORES, self._sealing.key, limit)
        names = ("application_id", "base_code", "round", "version")
        bodies = [
            self._anew(score_record(str(row["application_id"]), row["base_code"], row["round"], row["version"]), row)
            for row in found
        ]
        if found:
            columns = ([row[name] for row in found] for name in names)
            await self._database.execute(_SEAL_SCORES, self._sealing.key, *columns, bodies)
        return len(found)

    async def _objections(self, limit: int) -> int:
        found = await self._database.fetch(_OBJECTIONS, self._sealing.key, limit)
        if found:
            await self._database.execute(
                *(_SEAL_OBJECTIONS, self._sealing.key, [row["id"] for row in found], [row["state"] for row in found]),
                [self._anew(body_record(str(row["id"])), row) for row in found],
                [self._anew(resolution_record(str(row["id"])), row, "resolution") for row in found],
            )
        return len(found)

    def _anew(self, record_id: str, row: rows.Row, column: str = "body") -> bytes | None:
        if row[column] is None:
            return None
        return self._sealing.seal_record(record_id, self._sealing.open_record(record_id, row[column]))
