"""Published lists: who is not on one, the lists, their entries. Written once; never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.enrollment.domain.publicity import Entry, Head
from services.enrollment.records import ApplicationRecord, Statement
from services.enrollment.store import rows
from services.kit import telemetry
from services.kit.database import Database
from services.kit.domain import Fact

_PLACED = """
    SELECT * FROM application
    WHERE cycle_id = $1 AND base_code = $2 AND round = ANY($3) AND state = 'provisional'
    ORDER BY specialty_code, masked_document, id
"""
_LISTS = """
    SELECT l.*, clock_timestamp() >= l.ends_at AS over FROM published_list l
    WHERE l.cycle_id = $1 AND ($2 = '' OR l.base_code = $2) ORDER BY l.published_at DESC, l.base_code
"""
_LIST = "SELECT l.*, clock_timestamp() >= l.ends_at AS over FROM published_list l WHERE l.id = $1"
_NUMBERED = "SELECT id FROM published_list WHERE cycle_id = $1 AND base_code = $2 AND number = $3"
_ENTRIES = "SELECT * FROM published_entry WHERE list_id = $1 ORDER BY sequence"
_NAMED = "SELECT application_id FROM published_entry WHERE list_id = $1"
_LAST = "SELECT coalesce(max(number), 0) FROM published_list WHERE cycle_id = $1 AND base_code = $2"


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A list without its entries; `calendar` is the version of the working days it was reckoned with."""

    id: str
    head: Head
    working_days: int
    calendar: str
    entries: int
    hash: bytes
    over: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """An entry, and the application that it is about, which nobody is shown."""

    entry: Entry
    application: ApplicationRecord = field(repr=False)


class ListStore:
    """Reads lists; writes are statements beside a guarded deed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def placed(self, cycle_id: str, base_code: str, rounds: Sequence[int]) -> list[ApplicationRecord]:
        """Everybody provisionally admitted at a base in these rounds, by specialty and document."""
        found = await self._database.fetch(_PLACED, cycle_id, base_code, list(rounds))
        return [record for record in map(rows.application_of, found) if record is not None]

    async def last_number(self, cycle_id: str, base_code: str) -> int:
        """Number of the base's last list; 0 when it has none."""
        return int(await self._database.fetchval(_LAST, cycle_id, base_code))

    async def named_by(self, cycle_id: str, base_code: str, number: int) -> frozenset[str] | None:
        """Applications that list `number` of a base names; None when there is no such list."""
        list_id = await self._database.fetchval(_NUMBERED, cycle_id, base_code, number)
        if list_id is None:
            return None
        return frozenset(str(row["application_id"]) for row in await self._database.fetch(_NAMED, list_id))

    async def lists(self, cycle_id: str, base_code: str = "") -> list[PublishedList]:
        """The lists of a cycle, of one base when that is named, newest first."""
        return [_list_of(row) for row in await self._database.fetch(_LISTS, cycle_id, base_code)]

    async def read(self, list_id: str) -> tuple[PublishedList, list[tuple[Entry, bytes]]] | None:
        """A list and its entries, each with the hash that was written with it; None when there is none."""
        row = await self._database.fetchrow(_LIST, list_id)
        if row is None:
            return None
        entries = [
            (
                Entry(
                    *(each["sequence"], each["masked_name"], each["masked_document"], each["specialty_code"]),
                    *(each["round"], each["rank"], each["total"]),
                ),
                each["hash"],
            )
            for each in await self._database.fetch(_ENTRIES, list_id)
        ]
        return _list_of(row), entries


def insert_list(published: PublishedList, named: Sequence[Named], actor: str) -> tuple[Statement, ...]:
    """LIST-06: the list, its entries, and the end of the publicity on each application.

    Nothing is written when the base has published another list meanwhile.
    """
    head = published.head
    entries = [each.entry for each in named]
    ids = [each.application.id for each in named]
    return (
        Statement(
            """
            INSERT INTO published_list (id, cycle_id, base_code, number, supplement_to, working_days, calendar,
                published_at, ends_at, entries, hash, published_by)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
            WHERE NOT EXISTS (SELECT 1 FROM published_list WHERE cycle_id = $2 AND base_code = $3 AND number >= $4)
            """,
            (
                *(published.id, head.cycle_id, head.base_code, head.number, head.supplement_to),
                *(published.working_days, published.calendar, head.published_at, head.ends_at),
                *(published.entries, published.hash, actor),
            ),
            1,
        ),
        Statement(
            """
            INSERT INTO published_entry (list_id, sequence, application_id, masked_name, masked_document,
                specialty_code, round, rank, total, hash)
            SELECT $1, e.* FROM unnest($2::integer[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::integer[],
                $8::integer[], $9::text[], $10::bytea[]) AS e
            """,
            (
                *(published.id, [each.sequence for each in entries], ids, [each.masked_name for each in entries]),
                *([each.masked_document for each in entries], [each.specialty_code for each in entries]),
                *([each.round for each in entries], [each.rank for each in entries]),
                *([each.total for each in entries], [each.hash for each in entries]),
            ),
            len(ids),
        ),
        Statement(
            # Locked in the order in which commands lock theirs, when several are written at once.
            """
            UPDATE application a SET publicity_ends_at = $1
            FROM (SELECT id FROM application WHERE id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE) AS locked
            WHERE a.id = locked.id
            """,
            (head.ends_at, ids),
            len(ids),
        ),
    )


def insert_facts(facts: Sequence[Fact]) -> Statement:
    """One row of the outbox for each application that a deed on the cycle was about."""
    return Statement(
        """
        INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
        SELECT f.*, $7 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bytea[]) AS f
        """,
        (
            *([each.event_id for each in facts], [each.subject for each in facts]),
            *([each.event_type for each in facts], [each.aggregate_id for each in facts]),
            *([each.version for each in facts], [each.body for each in facts], telemetry.traceparent()),
        ),
        len(facts),
    )


def _list_of(row: rows.Row) -> PublishedList:
    return PublishedList(
        str(row["id"]),
        Head(
            *(str(row["cycle_id"]), row["base_code"], row["number"], row["supplement_to"]),
            *(row["published_at"], row["ends_at"]),
        ),
        *(row["working_days"], row["calendar"], row["entries"], row["hash"], row["over"]),
    )
