"""I5: what JetStream's streams hold is what the outboxes say was published, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.verifier import facts
from services.verifier.broker import Broker, BrokerAway, Stream
from services.verifier.finding import Finding
from services.verifier.notice_queries import BY_ID
from services.verifier.snapshot import Rows

TITLE = "every published fact is in its stream, and nothing else is"
_AFTER = "published_at > '{begun}'"
_KNOWN = "SELECT event_id::text AS event_id FROM outbox WHERE event_id = ANY($1::uuid[])"
_EPOCH = "SELECT number FROM database_epoch"


async def check(rows: Rows, later: Rows, broker: Broker, services: Sequence[str]) -> Finding:
    """Hold each outbox, as `rows` reads it, against its stream, read afterwards.

    What was published before the server made the stream was lost with the one before, and may lawfully be missing;
    `residency outbox republish` fills it again. A fact of the stream that the outbox does not know must be of an
    earlier epoch, or younger than the look at the outbox (`later` reads it again).
    """
    broken, checked, missing_before, again, trouble = list[str](), 0, 0, 0, ""
    for service in services:
        outbox = await facts.of_table(rows, service, "outbox", "published_at IS NOT NULL", BY_ID)
        try:
            stream = await broker.stream(service.upper())
            checked += stream.digest.facts
            if parts := outbox.other_than(stream.digest):
                lost, before, orphans, doubles = await _compare(rows, later, broker, service, stream, parts)
                missing_before, again = missing_before + before, again + doubles
                broken += lost + orphans
        except BrokerAway as away:
            trouble = str(away)
    counts = {"of a stream before": missing_before, "told again": again}
    finding = Finding.of("streams", TITLE, checked, broken)
    return replace(finding, unreadable=trouble, counts={name: count for name, count in counts.items() if count})


async def _compare(
    rows: Rows, later: Rows, broker: Broker, service: str, stream: Stream, parts: list[int]
) -> tuple[list[str], int, list[str], int]:
    """What is lost, how much of an earlier stream, what nobody committed, and how much was told again."""
    seen = await broker.facts(service.upper(), parts)
    published = await facts.ids(rows, service, "outbox", "published_at IS NOT NULL", parts)
    since = _AFTER.format(begun=stream.begun.isoformat())
    owed = await facts.ids(rows, service, "outbox", since, parts)
    lost = sorted(owed - seen.keys())
    strange = [UUID(each) for each in seen.keys() - published]
    known = {row["event_id"] for row in await later(service, _KNOWN, strange)} if strange else set[str]()
    (epoch,) = (await rows(service, _EPOCH))[0]
    orphans = sorted(each for each, (_, of) in seen.items() if each not in known | published and of >= epoch)
    return (
        [f"{each} of {service} is not in its stream" for each in lost],
        len(published - owed - seen.keys()),
        [f"{each} is in the stream of {service}, which never committed it" for each in orphans],
        sum(times - 1 for times, _ in seen.values()),
    )
