"""Amendments of a calendar: what was asked for, and what is counted to foresee what a change does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from services.enrollment.domain.amendable import Change, Wish
from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import Calendar
from services.enrollment.domain.impact import BaseDates, Group, Impact
from services.enrollment.records import Statement
from services.enrollment.store import rows
from services.enrollment.store.cycles import calendar_text
from services.kit.database import Database

_WISH: TypeAdapter[Wish] = TypeAdapter(Wish)
_IMPACT: TypeAdapter[Impact] = TypeAdapter(Impact)

_LATEST = """
    SELECT * FROM calendar_amendment WHERE cycle_id = $1 AND (NOT $2 OR state = 'open')
    ORDER BY proposed_at DESC, id DESC LIMIT 200
"""
# In one pass: whoever is live, by what their time depends on. A person has one live application in a cycle.
_GROUPS = """
    SELECT state, round, base_code, fix_until, count(*) AS people FROM application
    WHERE cycle_id = $1 AND live GROUP BY state, round, base_code, fix_until
"""
_DATES = "SELECT * FROM base_window WHERE cycle_id = $1 AND closed_at IS NULL ORDER BY base_code, round"
# Nothing to write when the calendar is another one by now, or another amendment is open.
_PROPOSE = """
    INSERT INTO calendar_amendment (id, cycle_id, kind, based_on, content, impact, reason, state, proposed_by,
        proposed_at)
    SELECT $1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, 'open', $8, $9
    FROM (SELECT FROM cycle WHERE id = $2 AND calendar_version = $4 FOR UPDATE) c
    ON CONFLICT DO NOTHING
"""
_DECIDE = """
    UPDATE calendar_amendment SET state = $2, decided_by = $3, decided_at = $4, answer = $5
    WHERE id = $1 AND state = 'open'
"""


class AmendmentState(StrEnum):
    """Where an amendment stands."""

    OPEN = "open"
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of a calendar that was asked for; `version` is what it became, 0 while it has not."""

    id: str
    cycle_id: str
    wish: Wish
    impact: Impact
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: AmendmentState = AmendmentState.OPEN
    version: int = 0
    decided_by: str = ""
    decided_at: datetime | None = None
    answer: str = field(default="", repr=False)


class AmendmentStore:
    """Reads amendments and what they touch; makes the statements and rows that write them beside a deed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, cycle_id: str, *, open_only: bool) -> list[Amendment]:
        """Amendments of a cycle, newest first, at most 200."""
        return [_amendment(row) for row in await self._database.fetch(_LATEST, cycle_id, open_only)]

    async def amendment(self, cycle_id: str, amendment_id: str) -> Amendment | None:
        """One of them; None when the cycle has no such."""
        row = await self._database.fetchrow(
            "SELECT * FROM calendar_amendment WHERE cycle_id = $1 AND id = $2", cycle_id, amendment_id
        )
        return None if row is None else _amendment(row)

    async def groups(self, cycle_id: str) -> list[Group]:
        """Everybody with a live application, counted by what their time depends on: one statement."""
        found = await self._database.fetch(_GROUPS, cycle_id)
        return [
            Group(State(row["state"]), row["round"], row["base_code"], row["fix_until"], row["people"]) for row in found
        ]

    async def dates(self, cycle_id: str) -> list[BaseDates]:
        """The dates that bases set in rounds that were not closed."""
        found = await self._database.fetch(_DATES, cycle_id)
        return [BaseDates(row["base_code"], row["round"], rows.milestones_of(row)) for row in found]


def propose(amendment: Amendment) -> Statement:
    """Write what is asked for; it finds nothing to write when another amendment is open or the calendar changed."""
    row = row_of(amendment)
    values = (amendment.cycle_id, amendment.wish.kind.value, amendment.wish.based_on)
    texts = (rows.to_json(row["content"]), rows.to_json(row["impact"]), amendment.reason, amendment.proposed_by)
    return Statement(_PROPOSE, (amendment.id, *values, *texts, amendment.proposed_at), 1)


def close(amendment: Amendment) -> Statement:
    """Write that an open amendment was refused or withdrawn."""
    values = (amendment.state.value, amendment.decided_by, amendment.decided_at, amendment.answer)
    return Statement(_DECIDE, (amendment.id, *values), 1)


def row_of(amendment: Amendment) -> dict[str, Any]:
    """An amendment as a row of its table."""
    return {
        "id": amendment.id,
        "cycle_id": amendment.cycle_id,
        "kind": amendment.wish.kind.value,
        "based_on": amendment.wish.based_on,
        "content": _WISH.dump_python(amendment.wish, mode="json"),
        "impact": _IMPACT.dump_python(amendment.impact, mode="json"),
        "reason": amendment.reason,
        "state": amendment.state.value,
        "proposed_by": amendment.proposed_by,
        "proposed_at": amendment.proposed_at,
        "decided_by": amendment.decided_by,
        "decided_at": amendment.decided_at,
        "answer": amendment.answer,
        "version": amendment.version or None,
    }


def content_of(calendar: Calendar) -> dict[str, Any]:
    """A calendar as `calendar_version` keeps it, each phase with its number."""
    content: dict[str, Any] = json.loads(calendar_text(calendar))
    for window, entry in zip(calendar.phases, content["phases"], strict=True):
        entry["sequence"] = window.sequence
    return content


def _amendment(row: rows.Row) -> Amendment:
    wish = _WISH.validate_json(row["content"])
    return Amendment(
        str(row["id"]),
        str(row["cycle_id"]),
        replace(wish, kind=Change(row["kind"]), based_on=row["based_on"]),
        _IMPACT.validate_json(row["impact"]),
        row["reason"],
        row["proposed_by"],
        row["proposed_at"],
        AmendmentState(row["state"]),
        row["version"] or 0,
        row["decided_by"],
        row["decided_at"],
        row["answer"],
    )
