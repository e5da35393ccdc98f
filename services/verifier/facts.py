"""I5: every committed fact reaches each consumer, and takes effect there once.

Outboxes are held against streams, and against the inboxes of the services that listen. That an inbox names a fact once
is its primary key; that a consumer has nothing pending and the inbox still lacks a published fact is a fact lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.kit import streams
from services.verifier import notice_queries as queries
from services.verifier.broker import Account
from services.verifier.digest import Digest
from services.verifier.finding import Finding
from services.verifier.snapshot import Rows

TITLE = "every fact reaches each consumer once"
HOMES = {"webhooks": "notify"}
"""Whose database holds the inbox of a consumer that is named otherwise than its service."""
INBOX_KEPT_DAYS = 390
"""Inboxes forget after 400 days: older facts are not looked for in them."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A durable consumer whose effects are in a database: which facts it hears, and whose inbox names them."""

    name: str
    source: str
    home: str
    subject: str
    """Pattern of SQL's LIKE."""


def consumers() -> list[Consumer]:
    """Those of `deploy/streams.yaml` that keep an inbox: all but the bridges to Temporal."""
    declared = streams.load(streams.streams_file()).consumers
    found = []
    for (stream, durable), fields in declared.items():
        owner = durable.partition("-")[0]
        if owner != "workflows":
            subject = str(fields.get("filter_subject", ">")).replace(">", "%").replace("*", "%")
            found.append(Consumer(durable, stream.lower(), HOMES.get(owner, owner), subject))
    return found


async def check(rows: Rows, later: Rows, account: Account, services: Sequence[str], late_seconds: float) -> Finding:
    """I5 of every consumer that keeps an inbox.

    Args:
        rows: Reads the outboxes, as of a moment before `account` was taken.
        later: Reads the inboxes, as of a moment after it.
        account: What JetStream holds back.
        services: Whose databases there are.
        late_seconds: How long a fact may wait for its relay.
    """
    broken, waits, checked = list[str](), list[str](), 0
    for service in services:
        (row,) = await rows(service, queries.UNPUBLISHED)
        if row["facts"]:
            line = f"{row['facts']} facts of {service} are not published, the oldest for {row['oldest']:.0f} s"
            (broken if row["oldest"] > late_seconds else waits).append(line)
        checked += (await rows(service, queries.COUNT))[0]["facts"]
    for consumer in consumers():
        if consumer.source in services and consumer.home in services:
            lost, under_way = await _missing(rows, later, consumer, account)
            broken += lost
            waits += under_way
    waits += account.told
    finding = Finding.of("I5", TITLE, checked, broken, waits)
    return replace(finding, unreadable=account.trouble)


async def of_table(rows: Rows, service: str, table: str, condition: str, digest: str = queries.BY_HASH) -> Digest:
    """The sums of the facts that a table of the kit names; `condition` is ours, `digest` how they are summed."""
    found = await rows(service, queries.DIGESTS.format(table=table, condition=condition, digest=digest))
    return Digest({row["part"]: (row["facts"], int(row["digest"])) for row in found})


async def ids(rows: Rows, service: str, table: str, condition: str, parts: Sequence[int]) -> set[str]:
    """The facts of some parts."""
    found = await rows(service, queries.IDS.format(table=table, condition=condition), list(parts))
    return {row["event_id"] for row in found}


async def _missing(rows: Rows, later: Rows, consumer: Consumer, account: Account) -> tuple[list[str], list[str]]:
    """What this consumer will never handle, and what it has still to."""
    # Both are names and patterns of our own.
    told = (
        f"published_at IS NOT NULL AND subject LIKE '{consumer.subject}'"
        f" AND created_at > now() - interval '{INBOX_KEPT_DAYS} d'"
    )
    if restored := await later(consumer.home, queries.RESTORED_SINCE):
        # What it had handled before was lost with it, and is no news: OPS-45 counts it.
        told += f" AND created_at > '{restored[0]['since'].isoformat()}'"
    handled = f"consumer = '{consumer.name}'"
    ours = await of_table(rows, consumer.source, "outbox", told)
    theirs = await of_table(later, consumer.home, "inbox", handled)
    parts = ours.other_than(theirs)
    if not parts:
        return [], []
    missing = await ids(rows, consumer.source, "outbox", told, parts)
    missing -= await ids(later, consumer.home, "inbox", handled, parts)
    missing -= account.given_up.get(consumer.name, set())
    if not missing:
        return [], []
    line = f"{consumer.name} has not handled {len(missing)} facts, such as {min(missing)}"
    pending = account.pending.get(consumer.name, 0)
    # Without an account nobody knows whether they are still to come.
    return ([], [line]) if pending or account.trouble else ([line], [])
