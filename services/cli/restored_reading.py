"""What a restored database has lost, as far as others remember it: facts, notices, places. No person is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from residency.enrollment.v1 import events_pb2 as enrollment
from services.kit import stream_reading
from services.kit.delivery import Delivery

if TYPE_CHECKING:
    import asyncpg
    from nats.js import JetStreamContext

AUDITED = ("identity", "enrollment", "faculty")
MARGIN = timedelta(minutes=10)
"""A fact may have been written so long before it was handled, or the other way round by two clocks."""
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_GIVEN = {
    enrollment.ApplicationProvisionallyAdmitted.DESCRIPTOR.full_name: "provisional",
    enrollment.ApplicationAdmitted.DESCRIPTOR.full_name: "admitted",
}
_STANDING = "SELECT number, since, stopped_at, why FROM database_epoch"
_KNOWN = "SELECT event_id::text FROM outbox WHERE event_id = ANY($1::uuid[])"
_INBOX = """
    SELECT consumer, event_id::text AS event_id, handled_at FROM inbox
    WHERE consumer = ANY($1) AND handled_at >= $2 ORDER BY handled_at
"""
_TOLD = """
    SELECT template, count(*) AS messages FROM message
    WHERE key LIKE 'fact/%' AND split_part(key, '/', 2) = ANY($1) AND dropped_at IS NULL GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A fact that others heard and the database does not know. `at` is aware UTC."""

    event_id: str
    event_type: str
    aggregate_id: str
    epoch: int
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """A place that was given after the restore point, by the codes of base and specialty."""

    application_id: str
    base_code: str
    specialty_code: str
    kind: str


@dataclass(slots=True)
class Account:
    """What is known of a database, restored or not. Instants are aware UTC, None where nothing is known."""

    service: str
    epoch: int
    stopped_at: datetime | None
    why: str
    last_fact: datetime | None
    last_act: datetime | None
    newest_epoch: int = 1
    """The highest epoch that anybody heard of."""
    stream_there: bool = False
    orphans: list[Orphan] = field(default_factory=list)
    places: list[Given] = field(default_factory=list)
    heard_by: Counter[str] = field(default_factory=Counter)
    """Facts that consumers handled, that neither the database nor JetStream knows: how many, by consumer."""
    told: dict[str, int] = field(default_factory=dict)
    """Messages that came of the orphans, by template."""
    not_asked: list[str] = field(default_factory=list)
    """Services whose database could not be read."""
    published: list[UUID] = field(default_factory=list)
    """Facts that JetStream has and the outbox still holds for unpublished."""

    @property
    def restore_point(self) -> datetime | None:
        """The last fact that it knows to be published; its last act where it has none.

        Acts come second: until a restore is noticed, within a second or two, some may have been accepted.
        """
        return self.last_fact or self.last_act

    @property
    def next_epoch(self) -> int:
        """The epoch after every one that was ever heard of."""
        return max(self.epoch, self.newest_epoch) + 1


async def own(connection: asyncpg.Connection[asyncpg.Record], service: str) -> Account:
    """What the database says of itself."""
    row = await connection.fetchrow(_STANDING)
    if row is None:
        raise RuntimeError("database_epoch has lost its row")
    last_fact = await connection.fetchval("SELECT max(created_at) FROM outbox WHERE published_at IS NOT NULL")
    last_act = await connection.fetchval("SELECT max(at) FROM audit") if service in AUDITED else None
    return Account(service, row["number"], row["stopped_at"], row["why"], last_fact, last_act)


async def compare_stream(
    account: Account, connection: asyncpg.Connection[asyncpg.Record], js: JetStreamContext
) -> None:
    """Add what JetStream holds and the outbox does not."""
    stream = account.service.upper()
    unpublished = {
        row["event_id"] for row in await connection.fetch("SELECT event_id FROM outbox WHERE published_at IS NULL")
    }
    async for found in stream_reading.facts_in(js, stream):
        account.stream_there = True
        account.newest_epoch = max([account.newest_epoch, *(fact.epoch for _, fact in found)])
        ids = [UUID(fact.event_id) for _, fact in found]
        account.published += [each for each in ids if each in unpublished]
        known = {row["event_id"] for row in await connection.fetch(_KNOWN, ids)}
        for place, fact in found:
            if fact.event_id in known or fact.epoch < account.epoch:
                continue
            account.orphans.append(
                Orphan(
                    *(fact.event_id, fact.event_type, fact.aggregate_id),
                    *(fact.epoch, fact.version, fact.occurred_at),
                )
            )
            if fact.event_type in _GIVEN:
                account.places.append(_given(fact, await stream_reading.body_at(js, stream, place)))


def _given(fact: Delivery, body: bytes) -> Given:
    # Both facts carry the same message in field 1.
    about = enrollment.ApplicationAdmitted.FromString(body).application
    return Given(about.application_id, about.base_code, about.specialty_code, _GIVEN[fact.event_type])


async def compare_inboxes(
    account: Account,
    connection: asyncpg.Connection[asyncpg.Record],
    others: Mapping[str, asyncpg.Connection[asyncpg.Record]],
    consumers: Sequence[str],
) -> None:
    """Add what other services handled and nobody else remembers, and what people were told of it."""
    point = account.restore_point
    since = point - MARGIN if point is not None else _BEGINNING
    orphans = {each.event_id for each in account.orphans}
    for other in others.values():
        rows = await other.fetch(_INBOX, list(consumers), since)
        ids = [UUID(row["event_id"]) for row in rows]
        known = orphans | {row["event_id"] for row in await connection.fetch(_KNOWN, ids)}
        unknown = [row for row in rows if row["event_id"] not in known]
        account.heard_by.update(row["consumer"] for row in unknown)
        orphans |= {row["event_id"] for row in unknown}
    if "notify" in others and orphans:
        rows = await others["notify"].fetch(_TOLD, sorted(orphans))
        account.told = {row["template"]: row["messages"] for row in rows}


def as_json(account: Account) -> dict[str, Any]:
    """One object with stable keys; instants in ISO 8601, UTC."""
    return {
        "service": account.service,
        "epoch": account.epoch,
        "next_epoch": account.next_epoch,
        "stands_still_since": _iso(account.stopped_at),
        "why": account.why,
        "restore_point": _iso(account.restore_point),
        "last_fact": _iso(account.last_fact),
        "last_act": _iso(account.last_act),
        "jetstream": account.stream_there,
        "unknown_facts": [
            {
                "event_id": each.event_id,
                "event_type": each.event_type,
                "aggregate_id": each.aggregate_id,
                "epoch": each.epoch,
                "version": each.version,
                "at": _iso(each.at),
            }
            for each in account.orphans
        ],
        "places_given": [
            {
                "application_id": each.application_id,
                "base_code": each.base_code,
                "specialty_code": each.specialty_code,
                "kind": each.kind,
            }
            for each in account.places
        ],
        "handled_elsewhere": dict(account.heard_by),
        "people_told": account.told,
        "not_asked": account.not_asked,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
