"""Penalties of a province, and the cases that may become one. Names are sealed; documents are identity's pseudonyms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.enrollment.records import Statement
from services.enrollment.store import rows
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

LEFT = "(SELECT count(*) FROM penalty WHERE sealed_with NOT IN ('', $1))"
"""How many rows are still under another key than `$1`."""
_OLD = "SELECT id, name FROM penalty WHERE sealed_with NOT IN ('', $1) LIMIT $2"
_ANEW = """
    UPDATE penalty p SET name = n.name, sealed_with = $1 FROM unnest($2::uuid[], $3::bytea[]) AS n (id, name)
    WHERE p.id = n.id AND p.sealed_with NOT IN ('', $1)
"""
_IN_FORCE = """
    SELECT max(until) FROM penalty
    WHERE province_code = $1 AND document_key = $2 AND lifted_at IS NULL
        AND since <= clock_timestamp() AND clock_timestamp() < until
"""
_LIST = """
    SELECT *, clock_timestamp() AS now FROM penalty
    WHERE province_code = $1 AND (NOT $2 OR (lifted_at IS NULL AND since <= clock_timestamp()
        AND clock_timestamp() < until))
    ORDER BY added_at DESC, id DESC LIMIT $3
"""
_ONE = "SELECT *, clock_timestamp() AS now FROM penalty WHERE province_code = $1 AND id = $2"
_KNOWN = """
    SELECT document_key, number FROM penalty
    WHERE province_code = $1 AND (document_key, number) IN (SELECT * FROM unnest($2::text[], $3::text[]))
"""
_ADD = """
    INSERT INTO penalty (id, province_code, document_key, name, sealed_with, masked_document, cause, since, until,
        reason, number, added_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (province_code, document_key, number) DO NOTHING
"""
_LIFT = "UPDATE penalty SET lifted_at = $2, lift_reason = $3 WHERE id = $1 AND lifted_at IS NULL"
_CASES = """
    SELECT c.id, c.application_id, c.person_id, c.cause, c.at, c.state, a.name, a.masked_document, a.base_code
    FROM penalty_case c JOIN application a ON a.id = c.application_id
    WHERE c.cycle_id = $1 AND ($2::uuid IS NULL OR c.id = $2) AND ($2 IS NOT NULL OR c.state = 'proposed')
    ORDER BY c.at, c.id LIMIT 1000
"""
_DECIDE_CASE = "UPDATE penalty_case SET state = $2 WHERE id = $1 AND state = 'proposed'"


@dataclass(frozen=True, slots=True)
class Penalty:
    """A bar, half-open `[since, until)`, aware UTC."""

    id: str
    province_code: str
    document_key: str = field(repr=False)
    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    cause: str
    since: datetime
    until: datetime
    reason: str = field(repr=False)
    number: str
    added_at: datetime
    lifted_at: datetime | None = None
    lift_reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PenaltyCase:
    """A place lost in a way that the policy penalises."""

    id: str
    application_id: str
    person_id: str
    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    base_code: str
    cause: str
    at: datetime
    state: str


class PenaltyStore:
    """Reads penalties and cases; makes the statements that write them beside a deed."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def barred_until(self, province_code: str, document_key: str) -> datetime | None:
        """Until when the holder of a document is barred now, by the database's clock; None when not."""
        until: datetime | None = await self._database.fetchval(_IN_FORCE, province_code, document_key)
        return until

    async def penalties(self, province_code: str, limit: int, *, in_force: bool) -> list[tuple[Penalty, bool]]:
        """Newest first, each with whether it bars now."""
        found = await self._database.fetch(_LIST, province_code, in_force, limit)
        return [(self._penalty(row), bars(row)) for row in found]

    async def penalty(self, province_code: str, penalty_id: str) -> Penalty | None:
        """One of the province's; None when there is none."""
        row = await self._database.fetchrow(_ONE, province_code, penalty_id)
        return None if row is None else self._penalty(row)

    async def known(self, province_code: str, wanted: list[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the pairs (document, 文号) that stand there already."""
        keys, numbers = [key for key, _ in wanted], [number for _, number in wanted]
        found = await self._database.fetch(_KNOWN, province_code, keys, numbers)
        return {(row["document_key"], row["number"]) for row in found}

    async def cases(self, cycle_id: str, case_id: str | None = None) -> list[PenaltyCase]:
        """Undecided cases of a cycle, oldest first; or the one with this id, whatever became of it."""
        found = await self._database.fetch(_CASES, cycle_id, case_id)
        return [
            PenaltyCase(
                *(str(row["id"]), str(row["application_id"]), row["person_id"], row["name"], row["masked_document"]),
                *(row["base_code"], row["cause"], row["at"], row["state"]),
            )
            for row in found
        ]

    async def rewrap(self, limit: int) -> int:
        """PRIV-04: seal up to `limit` names of old keys with the current one; how many there were."""
        found = await self._database.fetch(_OLD, self._sealing.key, limit)
        names = [self._sealing.seal_record(record(row["id"]), self._opened(row)) for row in found]
        if found:
            await self._database.execute(_ANEW, self._sealing.key, [row["id"] for row in found], names)
        return len(found)

    def add(self, penalty: Penalty) -> Statement:
        """Write a penalty; it finds nothing to write when the same decision about the same document stands there."""
        name = self._sealing.seal_record(record(penalty.id), {"name": penalty.name})
        values = (
            *(penalty.id, penalty.province_code, penalty.document_key, name, self._sealing.key),
            *(penalty.masked_document, penalty.cause, penalty.since, penalty.until, penalty.reason, penalty.number),
            penalty.added_at,
        )
        return Statement(_ADD, values, 1)

    def _opened(self, row: rows.Row) -> dict[str, str]:
        return self._sealing.open_record(record(row["id"]), row["name"] or None)

    def _penalty(self, row: rows.Row) -> Penalty:
        return Penalty(
            *(str(row["id"]), row["province_code"], row["document_key"], self._opened(row).get("name", "")),
            *(row["masked_document"], row["cause"], row["since"], row["until"], row["reason"], row["number"]),
            *(row["added_at"], row["lifted_at"], row["lift_reason"]),
        )


def lift(penalty_id: str, at: datetime, reason: str) -> Statement:
    """End a penalty that was not ended yet."""
    return Statement(_LIFT, (penalty_id, at, reason), 1)


def decide_case(case_id: str, *, imposed: bool) -> Statement:
    """Write what became of an undecided case."""
    return Statement(_DECIDE_CASE, (case_id, "imposed" if imposed else "waived"), 1)


def bars(row: rows.Row) -> bool:
    """Whether a penalty was in force when it was read."""
    return row["lifted_at"] is None and row["since"] <= row["now"] < row["until"]


def record(penalty_id: object) -> str:
    """What the name of a penalty is sealed for."""
    return f"penalty/{penalty_id}"
