"""How messages get into the inboxes; every method runs inside the caller's unit of work.

A batch of facts is one round of statements, whatever it holds: the statements are written out and go straight to the
driver, for with hundreds of messages in one of them it is the binding that costs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.vault import Vault
from services.notify.domain.overtaking import CONCERNED, Entry
from services.notify.domain.shapes import Language
from services.notify.store.tables import message

_TURNS = """
    SELECT count(pg_advisory_xact_lock(number)) FROM (
        SELECT DISTINCT hashtextextended(application_id, 0) AS number FROM unnest($1::text[]) application_id
        ORDER BY number
    ) turns
"""
_ENTRIES = """
    SELECT application_id, key, template, decided_at, undone_since, release_at, dropped_at IS NOT NULL AS dropped,
        message_id::text AS message_id
    FROM message
    WHERE application_id = ANY($1::text[]) AND template = ANY($2::text[]) AND decided_at IS NOT NULL
    ORDER BY message_id
"""
_LANGUAGES = "SELECT person_id, language FROM reader WHERE person_id = ANY($1::text[])"
_DROP = """
    UPDATE message SET body = '', parameters = '', sealed_with = '', dropped_at = $2
    WHERE message_id = ANY($1::uuid[])
"""
_TYPES = {
    **dict.fromkeys(("message_id", "campaign_id"), "uuid"),
    **dict.fromkeys(("release_at", "sent_at", "decided_at", "undone_since", "expires_at", "dropped_at"), "timestamptz"),
    "priority": "smallint",
    "in_inbox": "boolean",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A new message as it stands in its table, its text not yet sealed."""

    message_id: str
    key: str
    person_id: str | None
    organisation_code: str | None
    template: str
    title: str = field(repr=False)
    body: str = field(repr=False)
    parameters: str = field(repr=False)
    application_id: str
    sent_at: datetime
    release_at: datetime
    decided_at: datetime | None
    undone_since: datetime | None
    dropped_at: datetime | None
    edition: str
    language: str
    priority: int
    expires_at: datetime | None
    in_inbox: bool
    campaign_id: str | None
    sealed_with: str = ""


_COLUMNS = [column.name for column in fields(Row)]
_VALUES = attrgetter(*_COLUMNS)
_ARRAYS = [f"${place}::{_TYPES.get(name, 'text')}[]" for place, name in enumerate(_COLUMNS, 1)]
_WRITE = (
    f"INSERT INTO message ({', '.join(_COLUMNS)}) SELECT * FROM unnest({', '.join(_ARRAYS)})"  # noqa: S608 (no values)
    " ON CONFLICT (key) DO NOTHING RETURNING key"
)


def open_values(vault: Vault, message_id: str, parameters: str) -> dict[str, str]:
    """The values a message was written with, from its sealed `parameters`; none once forgotten or dropped."""
    opened = vault.open_text(parameters, message_id)
    return {str(name): str(value) for name, value in json.loads(opened).items()} if opened else {}


def values_of(values: Mapping[str, str]) -> str:
    """What `open_values` reads, before it is sealed."""
    return json.dumps(values, ensure_ascii=False)


class Writing:
    """The messages, to be added to."""

    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    async def take_turns(self, application_ids: Collection[str]) -> None:
        """Let others that write about these applications wait until this transaction ends.

        In one order for everybody, so that two batches about the same applications do not wait for each other.
        """
        await self._run(_TURNS, list(application_ids))

    async def entries(self, application_ids: Collection[str]) -> dict[str, list[Entry]]:
        """MSG-11: what is written about these applications and matters to what comes."""
        found: dict[str, list[Entry]] = {application_id: [] for application_id in application_ids}
        for row in await self._run(_ENTRIES, list(application_ids), list(CONCERNED)):
            found[row.application_id].append(
                Entry(
                    row.key,
                    row.template,
                    row.decided_at,
                    row.undone_since,
                    row.release_at,
                    dropped=row.dropped,
                    message_id=row.message_id,
                )
            )
        return found

    async def languages(self, person_ids: Collection[str]) -> dict[str, Language]:
        """MSG-16: the language each of these people chose; who chose none is missing."""
        return {row.person_id: row.language for row in await self._run(_LANGUAGES, list(person_ids))}

    async def drop(self, message_ids: Collection[str], at: datetime) -> None:
        """MSG-11: nobody reads these any more; their texts are gone."""
        await self._run(_DROP, list(message_ids), at)

    async def write(self, rows: Sequence[Row]) -> set[str]:
        """Write messages unless one with the same key exists; the keys of those that were written now.

        A dropped one is only remembered: its text is kept nowhere.
        """
        # By key, as whoever else writes some of the same: two that wait for each other's keys would wait for ever.
        ordered = sorted(rows, key=lambda row: row.key)
        columns = zip(*(_VALUES(self._sealed(row)) for row in ordered), strict=True)
        return {key for (key,) in await self._run(_WRITE, *map(list, columns))}

    async def forget(self, person_id: str) -> None:
        """PRIV-05: the texts of a person's messages are gone; which were sent, and when, stays."""
        await self._session.execute(
            update(message).where(message.c.person_id == person_id).values(body="", parameters="", sealed_with="")
        )

    async def rewrap(self, limit: int) -> int:
        """PRIV-04: seal up to `limit` texts of old keys with the current one; how many. Raises SealBroken."""
        old = select(message.c.message_id, message.c.body, message.c.parameters).where(self._under_old_key())
        found = (await self._session.execute(old.limit(limit).with_for_update(skip_locked=True))).all()
        for row in found:
            anew = {name: self._anew(row.message_id, getattr(row, name)) for name in ("body", "parameters")}
            await self._session.execute(
                update(message)
                .where(message.c.message_id == row.message_id)
                .values(sealed_with=self._vault.current_key, **anew)
            )
        return len(found)

    async def count_old(self) -> int:
        """How many texts are still sealed with an old key."""
        return await self._session.scalar(select(func.count()).select_from(message).where(self._under_old_key())) or 0

    def _sealed(self, row: Row) -> Row:
        if row.dropped_at is not None:
            return replace(row, body="", parameters="")
        body, parameters = (self._vault.seal_text(text, row.message_id) for text in (row.body, row.parameters))
        return replace(row, body=body, parameters=parameters, sealed_with=self._vault.current_key)

    def _anew(self, message_id: str, sealed: str) -> str:
        # What was written before parameters were kept has none.
        return self._vault.seal_text(self._vault.open_text(sealed, message_id), message_id) if sealed else ""

    def _under_old_key(self) -> ColumnElement[bool]:
        return message.c.sealed_with.not_in(("", self._vault.current_key))

    async def _run(self, statement: str, *values: object) -> CursorResult[Any]:
        connection = await self._session.connection()
        return await connection.exec_driver_sql(statement, values)
