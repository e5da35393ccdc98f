"""Versions of a calendar, how bases' own dates changed, and feeds: of their tokens only hashes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from services.enrollment.domain.calendar import MilestoneDate, PhaseWindow
from services.enrollment.domain.phases import Phase
from services.enrollment.domain.publishing import BaseDateChange, Version
from services.kit.database import Database

# The author's role stands in the audit of the cycle; a version made before there were versions has no author.
_VERSIONS = """
    SELECT v.version, v.kind, v.content, v.reason, v.made_at, coalesce((
        SELECT a.role FROM audit a WHERE a.aggregate_id = v.cycle_id AND a.actor = v.made_by ORDER BY a.n LIMIT 1
    ), '') AS role
    FROM calendar_version v WHERE v.cycle_id = $1 ORDER BY v.version
"""
_DATES = """
    SELECT round, name, at, made_at FROM base_date WHERE cycle_id = $1 AND base_code = $2
    ORDER BY round, name, version
"""
_OPEN = """
    INSERT INTO calendar_feed (id, token_hash, owner, cycle_id, base_code, application_id, idempotency_key)
    SELECT $1, $2, $3, $4, $5, $6, $7
    WHERE (SELECT count(*) FROM calendar_feed WHERE owner = $3 AND cycle_id = $4 AND closed_at IS NULL) < $8
    ON CONFLICT DO NOTHING
    RETURNING *
"""
# Whoever withdrew and began anew has another application: the one that is live is followed.
_READ = """
    SELECT f.*, coalesce((
        SELECT a.base_code FROM application o JOIN application a USING (cycle_id, person_id)
        WHERE o.id = f.application_id ORDER BY a.live DESC LIMIT 1
    ), '') AS submitted_base
    FROM calendar_feed f WHERE f.token_hash = $1 AND f.closed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A feed of a base, or of an application."""

    id: str
    token_hash: bytes
    cycle_id: str
    base_code: str
    opened_at: datetime


class CalendarStore:
    """Reads what is published of calendars; keeps feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def versions(self, cycle_id: str) -> list[Version]:
        """All versions of a calendar, from the first on."""
        return [_version(row) for row in await self._database.fetch(_VERSIONS, cycle_id)]

    async def base_dates(self, cycle_id: str, base_code: str) -> list[BaseDateChange]:
        """What became of each of a base's own dates, change by change."""
        found = await self._database.fetch(_DATES, cycle_id, base_code)
        return [BaseDateChange(row["round"], row["name"], row["at"], row["made_at"]) for row in found]

    async def own_application(self, cycle_id: str, person_id: str) -> str | None:
        """Id of a person's application in a cycle, the live one if there is one; None when there is none."""
        found = await self._database.fetchval(
            "SELECT id FROM application WHERE cycle_id = $1 AND person_id = $2 ORDER BY live DESC LIMIT 1",
            *(cycle_id, person_id),
        )
        return None if found is None else str(found)

    async def opened(self, owner: str, key: str) -> FeedRecord | None:
        """The feed that was opened under a key, closed or not."""
        row = await self._database.fetchrow(
            "SELECT * FROM calendar_feed WHERE owner = $1 AND idempotency_key = $2", owner, key
        )
        return None if row is None else _feed(row)

    async def open_feed(
        self,
        feed_id: str,
        token_hash: bytes,
        owner: str,
        cycle_id: str,
        base_code: str,
        application_id: str | None,
        key: str,
        most: int,
    ) -> FeedRecord | None:
        """Write a feed; None when its owner has `most` of them in the cycle, or opened one under the key meanwhile."""
        values = (feed_id, token_hash, owner, cycle_id, base_code, application_id, key, most)
        row = await self._database.fetchrow(_OPEN, *values)
        return None if row is None else _feed(row)

    async def close_feed(self, owner: str, feed_id: str) -> bool:
        """Close one's own feed; what is closed stays so. False when one has none of this id."""
        done = await self._database.fetchval(
            """
            UPDATE calendar_feed SET closed_at = coalesce(closed_at, clock_timestamp())
            WHERE id = $1 AND owner = $2 RETURNING true
            """,
            feed_id,
            owner,
        )
        return bool(done)

    async def feeds(self, owner: str, cycle_id: str, base_code: str) -> list[FeedRecord]:
        """One's open feeds of a cycle, newest first: those of a base, or with none of one's application."""
        found = await self._database.fetch(
            """
            SELECT * FROM calendar_feed
            WHERE owner = $1 AND cycle_id = $2 AND base_code = $3 AND closed_at IS NULL ORDER BY opened_at DESC, id
            """,
            owner,
            cycle_id,
            base_code,
        )
        return [_feed(row) for row in found]

    async def read_feed(self, token_hash: bytes) -> FeedRecord | None:
        """The open feed with this hash; for an applicant's the base is that of the current submission, now."""
        row = await self._database.fetchrow(_READ, token_hash)
        if row is None:
            return None
        base = row["base_code"] or row["submitted_base"]
        return FeedRecord(str(row["id"]), row["token_hash"], str(row["cycle_id"]), base, row["opened_at"])


def _feed(row: asyncpg.Record) -> FeedRecord:
    return FeedRecord(str(row["id"]), row["token_hash"], str(row["cycle_id"]), row["base_code"], row["opened_at"])


def _version(row: asyncpg.Record) -> Version:
    content: dict[str, Any] = json.loads(row["content"])
    return Version(
        row["version"],
        row["kind"],
        row["reason"],
        row["made_at"],
        row["role"],
        tuple(_window(number, entry) for number, entry in enumerate(content["phases"])),
        tuple(MilestoneDate(**{**entry, "day": date.fromisoformat(entry["day"])}) for entry in content["milestones"]),
    )


def _window(sequence: int, entry: dict[str, Any]) -> PhaseWindow:
    def day(name: str) -> date | None:
        return date.fromisoformat(entry[name]) if entry[name] else None

    def instant(name: str) -> datetime | None:
        return datetime.fromisoformat(entry[name]) if entry[name] else None

    return PhaseWindow(
        Phase(entry["phase"]),
        sequence,
        entry["name"],
        day("first_day"),
        day("last_day"),
        instant("opens_at"),
        instant("closes_at"),
        entry["round"],
        entry["key"],
        entry["gap_name"],
    )
