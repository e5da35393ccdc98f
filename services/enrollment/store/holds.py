"""What applications have in common, and those that wait for the province because of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.enrollment.domain.likeness import HELD, Likeness
from services.enrollment.records import Statement
from services.enrollment.store import rows
from services.enrollment.store.batching import Batcher
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.domain import Fact

_SCREEN = """
    SELECT q.n, s.* FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::bytea[], $7::bytea[])
        WITH ORDINALITY AS q (province, key, cycle, application, person, born, mobile, n)
    CROSS JOIN LATERAL screen_submission(q.province, q.key, q.cycle, q.application, q.person,
        array_remove(ARRAY[CASE WHEN q.born IS NOT NULL THEN 'name_and_birth' END,
            CASE WHEN q.mobile IS NOT NULL THEN 'mobile' END], NULL),
        array_remove(ARRAY[q.born, q.mobile], NULL)) AS s
"""
_HOLD = f"""
    INSERT INTO hold (id, cycle_id, application_id, cause, alike) VALUES ($1, $2, $3, '{HELD}', $4::jsonb)
    ON CONFLICT (application_id) WHERE state <> 'released'
    DO UPDATE SET alike = excluded.alike, state = 'open', decided_at = NULL, reason = ''
"""  # noqa: S608 (constants of these modules)
_RESOLVE = "UPDATE hold SET state = $2, decided_at = $3, reason = $4 WHERE id = $1 AND state = $5"
_COLUMNS = "h.*, a.name, a.masked_document, a.base_code, a.specialty_code"
_LIST = f"""
    SELECT {_COLUMNS} FROM hold h JOIN application a ON a.id = h.application_id
    WHERE h.cycle_id = $1 AND h.state = $2 ORDER BY h.since, h.id LIMIT $3
"""  # noqa: S608 (constants of this module)
_ONE = f"SELECT {_COLUMNS} FROM hold h JOIN application a ON a.id = h.application_id WHERE h.id = $1"  # noqa: S608
_OTHERS = "SELECT id, name, masked_document, base_code FROM application WHERE id = ANY ($1::uuid[])"
_OUTBOX = """
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

Alike = Mapping[str, list[str]]
"""Applications, and what each has in common with the one at hand."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one read tells about a submission."""

    penalised_until: datetime | None
    alike: Alike
    released: frozenset[str]
    """Applications about which the province has said before that they are somebody else's."""
    waiting: frozenset[str]
    """Applications because of which this one is before the province, or was refused, already."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An application that waits for the province."""

    id: str
    cycle_id: str
    application_id: str
    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    base_code: str
    specialty_code: str
    cause: str
    state: str
    alike: dict[str, list[str]]
    since: datetime
    decided_at: datetime | None = None
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Other:
    """An application that a held one looks like."""

    application_id: str
    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    base_code: str
    kinds: tuple[str, ...]


class HoldStore:
    """Reads holds and likeness; makes the statements that write them beside a submission or a decision."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing
        self._screening: Batcher[tuple[Any, ...], rows.Row] = Batcher(self._screen_one, self._screen_many)

    def digests(self, features: Mapping[Any, str]) -> dict[str, bytes]:
        """PEN-05: keyed hashes of what is compared, by kind."""
        return {str(kind): self._sealing.keyed(f"likeness/{kind}", value) for kind, value in features.items()}

    async def screen(
        self,
        province_code: str,
        document_key: str,
        cycle_id: str,
        application_id: str,
        person_id: str,
        digests: Mapping[str, bytes],
    ) -> Found:
        """Everything that a submission is screened by; what is compared is noted, so that later ones find it."""
        compared = (digests.get(Likeness.NAME_AND_BIRTH), digests.get(Likeness.MOBILE))
        row = await self._screening.run((province_code, document_key, cycle_id, application_id, person_id, *compared))
        holds = json.loads(row["holds"] or "[]")
        released = frozenset(other for state, alike in holds if state == "released" for other in alike)
        waiting = frozenset(other for state, alike in holds if state != "released" for other in alike)
        return Found(row["penalised_until"], json.loads(row["alike"] or "{}"), released, waiting)

    async def _screen_one(self, asked: tuple[Any, ...]) -> rows.Row:
        return (await self._screen_many([asked]))[0]

    async def _screen_many(self, asked: Sequence[tuple[Any, ...]]) -> list[rows.Row]:
        """In the order of what is compared, which is that of the locks; answered in the order of the questions."""
        order = sorted(range(len(asked)), key=lambda at: (asked[at][5] or b"", asked[at][6] or b""))
        found = await self._database.fetch(_SCREEN, *map(list, zip(*(asked[at] for at in order), strict=True)))
        answers = {order[row["n"] - 1]: row for row in found}
        return [answers[at] for at in range(len(asked))]

    async def holds(self, cycle_id: str, state: str, limit: int) -> list[Hold]:
        """Those of a cycle in this state, oldest first."""
        return [_hold(row) for row in await self._database.fetch(_LIST, cycle_id, state, limit)]

    async def hold(self, hold_id: str) -> Hold | None:
        """One; None when there is none."""
        row = await self._database.fetchrow(_ONE, hold_id)
        return None if row is None else _hold(row)

    async def others(self, holds: list[Hold]) -> dict[str, list[Other]]:
        """By hold, the applications that it looks like."""
        wanted = sorted({other for hold in holds for other in hold.alike})
        found = {str(row["id"]): row for row in await self._database.fetch(_OTHERS, wanted)} if wanted else {}
        return {
            hold.id: [
                Other(
                    other, found[other]["name"], found[other]["masked_document"], found[other]["base_code"], (*kinds,)
                )
                for other, kinds in sorted(hold.alike.items())
                if other in found
            ]
            for hold in holds
        }


def hold(hold_id: str, cycle_id: str, application_id: str, alike: Alike) -> Statement:
    """Hold an application, or put it before the province again with what it looks like now."""
    return Statement(_HOLD, (hold_id, cycle_id, application_id, rows.to_json(dict(alike))), 1)


def resolve(found: Hold, state: str, at: datetime, reason: str) -> Statement:
    """Write how a hold was decided that still is as it was read."""
    return Statement(_RESOLVE, (found.id, state, at, reason, found.state), 1)


def tell(fact: Fact) -> Statement:
    """One more fact beside the one of the command."""
    row = rows.fact_row(fact)
    names = ("event_id", "subject", "event_type", "aggregate_id", "version", "body", "traceparent")
    return Statement(_OUTBOX, tuple(row[name] for name in names), 1)


def _hold(row: rows.Row) -> Hold:
    return Hold(
        *(str(row["id"]), str(row["cycle_id"]), str(row["application_id"]), row["name"], row["masked_document"]),
        *(row["base_code"], row["specialty_code"], row["cause"], row["state"], json.loads(row["alike"])),
        *(row["since"], row["decided_at"], row["reason"]),
    )
