"""The net under the dead letters: facts that a consumer gave up without a word are found by comparing stream and inbox.

A consumer of ours acknowledges a fact when its inbox row is committed, and gives one up when its dead letter is. Should
the server ever count a fact as dealt with of which there is neither (a limit on tries that somebody has set, another
release at work, a hand on the consumer), nobody would hear of it: this finds it and writes the letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from nats.js import JetStreamContext

from services.kit.deadletters import letter_of, list_letters
from services.kit.delivery import Delivery
from services.kit.stream_reading import facts_in

REASON = "given up without a word: neither in the inbox, nor in hand, nor among the dead letters"

_KNOWN = "SELECT event_id FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A fact at `place` of `stream` that `durable` was given and never handled."""

    stream: str
    durable: str
    place: int
    event_id: str
    event_type: str


async def dropped(
    js: JetStreamContext,
    connection: asyncpg.Connection[asyncpg.Record],
    stream: str,
    durable: str,
    filter_subject: str = "",
) -> list[Dropped]:
    """The facts that the server holds for dealt with by `durable` and whose effect and letter are both missing.

    Args:
        js: Where the stream is.
        connection: To the database with the consumer's inbox.
        stream: Name of the stream.
        durable: Name of the consumer.
        filter_subject: Which subjects it hears; all when empty.

    Raises nats errors when the server is away, NotFoundError when it does not know the consumer.
    """
    # Asked before the inbox: whatever was acknowledged by now has its row.
    info = await js.consumer_info(stream, durable)
    floor = info.ack_floor.stream_seq if info.ack_floor is not None else 0
    missing: dict[str, tuple[int, Delivery]] = {}
    coming: set[str] = set()
    async for found in facts_in(js, stream):
        heard = [(place, fact) for place, fact in found if hears(filter_subject, fact.subject)]
        # Published or redriven again: a copy of it is still to be handled.
        coming.update(fact.event_id for place, fact in heard if place > floor)
        passed = {fact.event_id: (place, fact) for place, fact in heard if place <= floor}
        rows = await connection.fetch(_KNOWN, durable, [UUID(event_id) for event_id in passed])
        known = {str(row["event_id"]) for row in rows}
        missing.update({event_id: one for event_id, one in passed.items() if event_id not in known})
    if not missing:
        return []
    buried = {letter.event_id async for letter in list_letters(js, durable)}
    return [
        Dropped(stream, durable, place, event_id, fact.event_type)
        for event_id, (place, fact) in missing.items()
        if event_id not in coming and event_id not in buried
    ]


async def bury(js: JetStreamContext, found: Sequence[Dropped]) -> int:
    """Write a dead letter for each of them, to be read and redriven; how many. Raises nats errors."""
    for one in found:
        message = await js.get_msg(one.stream, one.place)
        subject, body, headers = letter_of(
            one.durable,
            (one.stream, one.place),
            (message.subject or "", message.data or b"", message.headers or {}),
            REASON,
        )
        await js.publish(subject, body, headers=headers)
    return len(found)


def hears(filter_subject: str, subject: str) -> bool:
    """Whether a consumer of `filter_subject` (`a.*.c`, `a.>`; empty: everything) is given what `subject` carries."""
    if not filter_subject:
        return True
    wanted, given = filter_subject.split("."), subject.split(".")
    for place, part in enumerate(wanted):
        if part == ">":
            return len(given) > place
        if place >= len(given) or part not in ("*", given[place]):
            return False
    return len(wanted) == len(given)
