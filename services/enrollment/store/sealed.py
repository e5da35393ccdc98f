"""Sealed values under old keys, sealed anew a few at a time; and a person's values forgotten (PRIV-04, PRIV-05).

Rows are compared with what was read: who saves meanwhile wins, and seals with the current key anyway.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import text

from services.enrollment.domain.dossier import Section
from services.enrollment.store import penalties, places, rows, sealed_selection
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database, UnitOfWork

_SECTIONS = """
    SELECT application_id, section, body::text AS body, saved_at FROM dossier_section
    WHERE sealed_with NOT IN ('', $1) LIMIT $2
"""
_SUBMISSIONS = """
    SELECT application_id, number, dossier::text AS dossier, fingerprint FROM submission
    WHERE sealed_with NOT IN ('', $1) LIMIT $2
"""
_ANSWERS = "SELECT actor, key, answer FROM idempotency WHERE sealed_with NOT IN ('', $1) LIMIT $2"
_LEFT = f"""
    SELECT (SELECT count(*) FROM dossier_section WHERE sealed_with NOT IN ('', $1))
        + (SELECT count(*) FROM submission WHERE sealed_with NOT IN ('', $1))
        + (SELECT count(*) FROM idempotency WHERE sealed_with NOT IN ('', $1))
        + {sealed_selection.LEFT} + {penalties.LEFT} + {places.LEFT}
"""  # noqa: S608 (constants of these modules)
_SEAL_SECTIONS = """
    UPDATE dossier_section d SET body = n.body::jsonb, sealed_with = $1
    FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[]) AS n (application_id, section, saved_at, body)
    WHERE d.application_id = n.application_id AND d.section = n.section AND d.saved_at = n.saved_at
        AND d.sealed_with NOT IN ('', $1)
"""
_SEAL_SUBMISSIONS = """
    UPDATE submission s SET dossier = n.dossier::jsonb, sealed_with = $1
    FROM unnest($2::uuid[], $3::integer[], $4::text[]) AS n (application_id, number, dossier)
    WHERE s.application_id = n.application_id AND s.number = n.number AND s.sealed_with NOT IN ('', $1)
"""
_SEAL_ANSWERS = """
    UPDATE idempotency i SET answer = n.answer, sealed_with = $1
    FROM unnest($2::text[], $3::text[], $4::bytea[]) AS n (actor, key, answer)
    WHERE i.actor = n.actor AND i.key = n.key AND i.sealed_with NOT IN ('', $1)
"""
_FORGET = text("SELECT forget_person(:person_id, CAST(:audit AS jsonb))")


class SealedStore:
    """Upkeep of what is sealed."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing
        self._selection = sealed_selection.SealedSelection(database, sealing)
        self._penalties = penalties.PenaltyStore(database, sealing)
        self._places = places.PlaceStore(database, sealing)

    async def rewrap(self, limit: int) -> int:
        """PRIV-04: seal up to `limit` rows of old keys with the current one; how many there were. Raises SealBroken."""
        found = await self._sections(limit)
        found += await self._submissions(limit - found) if found < limit else 0
        found += await self._answers(limit - found) if found < limit else 0
        found += await self._selection.rewrap(limit - found) if found < limit else 0
        found += await self._penalties.rewrap(limit - found) if found < limit else 0
        found += await self._places.rewrap(limit - found) if found < limit else 0
        return found

    async def left(self) -> int:
        """How many rows are still under an old key."""
        return int(await self._database.fetchval(_LEFT, self._sealing.key))

    async def forget(self, uow: UnitOfWork, person_id: str) -> int:
        """PRIV-05: forget what is known of a person, within `uow`; the number of their applications."""
        entry = {
            "command": "erase_person",
            "actor": "identity",
            "role": "service",
            "rule": "PRIV-05",
            "detail": "{}",
            **dict.fromkeys(("organisation", "idempotency_key", "address", "acted_for"), ""),
        }
        values = {"person_id": person_id, "audit": rows.to_json(entry)}
        return int((await uow.session.execute(_FORGET, values)).scalar_one())

    async def _sections(self, limit: int) -> int:
        found = await self._database.fetch(_SECTIONS, self._sealing.key, limit)
        sealed = [self._section(row) for row in found]
        ids, names, times = ([row[name] for row in found] for name in ("application_id", "section", "saved_at"))
        await self._write(_SEAL_SECTIONS, ids, names, times, sealed)
        return len(found)

    async def _submissions(self, limit: int) -> int:
        found = await self._database.fetch(_SUBMISSIONS, self._sealing.key, limit)
        sealed = [self._dossier(row) for row in found]
        ids, numbers = ([row[name] for row in found] for name in ("application_id", "number"))
        await self._write(_SEAL_SUBMISSIONS, ids, numbers, sealed)
        return len(found)

    async def _answers(self, limit: int) -> int:
        found = await self._database.fetch(_ANSWERS, self._sealing.key, limit)
        sealed = [self._answer(row) for row in found]
        actors, keys = ([row[name] for row in found] for name in ("actor", "key"))
        await self._write(_SEAL_ANSWERS, actors, keys, sealed)
        return len(found)

    def _section(self, row: rows.Row) -> str:
        id_, section = str(row["application_id"]), Section(row["section"])
        return self._sealing.seal_section(
            id_, section, self._sealing.open_section(id_, section, json.loads(row["body"]))
        )

    def _dossier(self, row: rows.Row) -> str:
        id_, number = str(row["application_id"]), row["number"]
        bodies = self._sealing.open_dossier(id_, number, row["dossier"], row["fingerprint"])
        return self._sealing.seal_dossier(id_, number, bodies)

    def _answer(self, row: rows.Row) -> bytes:
        actor, key = row["actor"], row["key"]
        return self._sealing.seal_answer(actor, key, self._sealing.open_answer(actor, key, row["answer"]))

    async def _write(self, statement: str, *columns: Sequence[object]) -> None:
        if columns[0]:
            await self._database.execute(statement, self._sealing.key, *columns)
