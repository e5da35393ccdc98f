"""What became of the facts that services told: published, in their stream, handled by everybody, once in effect.

Reads tables, streams and consumers beside all links. Where a season goes on, only facts up to a moment are asked for:
those that were committed before the look.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import events_pb2 as identity
from services.drills.faults.ground import Ground
from services.kit import stream_reading, streams
from services.kit.sweep import hears
from services.stack import databases, processes
from services.stack.ports import HOST
from services.stack.problems import StackFailure

DUE = frozenset(
    body.DESCRIPTOR.full_name
    for body in (
        identity.AccountRegistered,
        identity.AccountReleased,
        identity.SecurityNoticed,
        enrollment.ApplicationSubmitted,
        enrollment.ApplicationReviewed,
        enrollment.ApplicationProvisionallyAdmitted,
        enrollment.ApplicationAdmitted,
        enrollment.ApplicationWithdrawn,
    )
)
"""Facts of which one person is told, once."""
INBOXES = {"notify": "notify", "webhooks": "notify", "enrollment": "enrollment", "faculty": "faculty"}
"""First part of a consumer's name → whose inbox it writes; none where its effects are workflows."""
AWAY = "NATS is not reachable"
"""What `/readyz` of a process says while it cannot publish or hear."""

_FACTS = "SELECT event_id, event_type, subject FROM outbox WHERE created_at >= $1"
_UNPUBLISHED = "SELECT event_id FROM outbox WHERE published_at IS NULL"
_PUBLISHED = "SELECT event_id FROM outbox WHERE published_at IS NOT NULL"
_HANDLED = "SELECT event_id FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])"
_MESSAGES = """
    SELECT split_part(key, '/', 2) AS event_id, count(*) AS messages FROM message
    WHERE key LIKE 'fact/%' AND split_part(key, '/', 2) = ANY($1) GROUP BY 1
"""
_WAYS_TWICE = """
    SELECT count(*) FROM (
        SELECT 1 FROM delivery JOIN message USING (message_id)
        WHERE split_part(message.key, '/', 2) = ANY($1) AND message.key LIKE 'fact/%'
        GROUP BY message_id, channel HAVING count(*) > 1
    ) AS twice
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as its outbox has it."""

    service: str
    event_type: str
    subject: str


Facts = Mapping[UUID, Told]


class Witness:
    """Looks at the facts that are committed from its beginning on."""

    def __init__(self, ground: Ground, since: datetime) -> None:
        self._ground = ground
        self.since = since
        """When it began, by the clock of the databases; aware UTC."""
        self._declared = streams.load(streams.streams_file())

    @classmethod
    async def begin(cls, ground: Ground) -> Witness:
        """A witness of everything from now on."""
        async with ground.database("identity") as connection:
            return cls(ground, await connection.fetchval("SELECT clock_timestamp()"))

    async def facts(self) -> dict[UUID, Told]:
        """All facts committed since the beginning, published or not."""
        found: dict[UUID, Told] = {}
        for service in databases.SERVICES:
            async with self._ground.database(service) as connection:
                rows = await connection.fetch(_FACTS, self.since)
            found |= {row["event_id"]: Told(service, row["event_type"], row["subject"]) for row in rows}
        return found

    async def missing(self, facts: Facts, marks: dict[str, int] | None = None) -> list[str]:
        """One line for each outbox and consumer that has not done with `facts`; empty when everybody has.

        An answer that cannot be had counts as a line. `marks` keeps between several looks up to which place in each
        stream these facts are; without it consumers that have no inbox must have nothing in hand at all.
        """
        try:
            waiting = await self.unpublished(facts)
            if marks is not None and not (waiting or marks):
                marks |= await self._ends()
            return [*waiting, *await self.unhandled(facts), *await self._in_hand(marks or {})]
        except (NatsError, OSError, TimeoutError, NotFoundError) as error:
            return [f"cannot be asked: {type(error).__name__}: {error}"]

    async def settled(self, facts: Facts, seconds: float = 90.0) -> float:
        """Wait until everybody has done with `facts`; how long that took. Raises StackFailure naming who has not."""
        left: list[str] = []
        marks: dict[str, int] = {}

        async def done() -> bool:
            left[:] = await self.missing(facts, marks)
            return not left

        try:
            return await self._ground.seconds_until(done, "every fact is handled by everybody", seconds)
        except StackFailure as failure:
            raise StackFailure(f"{failure}: {'; '.join(left)}") from None

    async def effects(self, facts: Facts) -> list[str]:
        """One line for each of `facts` whose effect does not stand once: messages to people, ways of a message."""
        due = [str(event_id) for event_id, told in facts.items() if told.event_type in DUE]
        async with self._ground.database("notify") as connection:
            found = {row["event_id"]: row["messages"] for row in await connection.fetch(_MESSAGES, due)}
            twice = await connection.fetchval(_WAYS_TWICE, due)
        odd = [f"{each} became {found.get(each, 0)} messages" for each in due if found.get(each, 0) != 1]
        return odd + ([f"{twice} messages go one way twice"] if twice else [])

    async def copies(self, service: str) -> Counter[UUID]:
        """How often each fact of a service is in its stream."""
        counted: Counter[UUID] = Counter()
        async with self.jetstream() as js:
            async for found in stream_reading.facts_in(js, service.upper()):
                counted.update(UUID(fact.event_id) for _, fact in found)
        return counted

    async def lost(self) -> list[UUID]:
        """Facts that their outbox calls published and that their stream does not hold, the older ones too."""
        gone: list[UUID] = []
        for service in databases.SERVICES:
            # In this order: what is published meanwhile is none of them.
            async with self._ground.database(service) as connection:
                published = [row["event_id"] for row in await connection.fetch(_PUBLISHED)]
            copies = await self.copies(service)
            gone += [each for each in published if not copies[each]]
        return gone

    async def held(self, service: str) -> int:
        """How many messages the stream of a service holds."""
        async with self.jetstream() as js:
            return (await js.stream_info(service.upper())).state.messages

    async def consumers(self) -> dict[str, ConsumerInfo]:
        """What the server says of every declared consumer, by name. Raises NotFoundError where one is missing."""
        async with self.jetstream() as js:
            return {durable: await js.consumer_info(stream, durable) for stream, durable in self._declared.consumers}

    async def undeclared(self) -> list[str]:
        """Declared streams and consumers that the server does not have, or otherwise; empty when all stand."""
        wrong: list[str] = []
        try:
            async with self.jetstream() as js:
                for name, fields in self._declared.streams.items():
                    with_fault = await _differs(js.stream_info(name), fields)
                    wrong += [f"stream {name}"] if with_fault else []
                for (stream, durable), fields in self._declared.consumers.items():
                    with_fault = await _differs(js.consumer_info(stream, durable), fields)
                    wrong += [f"consumer {durable}"] if with_fault else []
        except (NatsError, OSError, TimeoutError) as error:
            return [f"cannot be asked: {type(error).__name__}"]
        return wrong

    async def letters(self) -> int:
        """How many dead letters lie there."""
        async with self.jetstream() as js:
            return int((await js.stream_info("DEADLETTERS")).state.messages)

    @asynccontextmanager
    async def jetstream(self) -> AsyncIterator[JetStreamContext]:
        """A connection of its own. Raises one of NATS's errors or OSError."""
        client = await self._ground.site.nats.call()
        try:
            yield client.jetstream(timeout=5)
        finally:
            await client.close()

    async def away(self, *, what: str = AWAY) -> list[str]:
        """The processes whose `/readyz` says `what` now, or that do not answer."""
        names, ports = self.names(), self._ground.stack.state().ports
        said = await asyncio.gather(*(readyz(ports[f"{each}.metrics"]) for each in names))
        return [name for name, text in zip(names, said, strict=True) if not text or what in text]

    def names(self) -> list[str]:
        """Every replica of every process of the stack."""
        return processes.names(self._ground.stack.state())

    async def unpublished(self, facts: Facts) -> list[str]:
        """One line for each outbox with some of `facts` that have not left."""
        lines = []
        for service in databases.SERVICES:
            async with self._ground.database(service) as connection:
                waiting = {row["event_id"] for row in await connection.fetch(_UNPUBLISHED)} & facts.keys()
            lines += [f"{len(waiting)} facts of {service} are not published"] if waiting else []
        return lines

    async def unhandled(self, facts: Facts) -> list[str]:
        """One line for each inbox in which some of `facts` are not."""
        lines = []
        for (stream, durable), fields in self._declared.consumers.items():
            owner = INBOXES.get(durable.partition("-")[0])
            if owner is None:
                continue
            subject = fields.get("filter_subject", "")
            wanted = [
                event_id
                for event_id, told in facts.items()
                if told.service.upper() == stream and hears(subject, told.subject)
            ]
            async with self._ground.database(owner) as connection:
                rows = await connection.fetch(_HANDLED, durable, wanted)
            left = len(wanted) - len(rows)
            lines += [f"{durable} has not handled {left} facts"] if left else []
        return lines

    async def _ends(self) -> dict[str, int]:
        """The last place of every stream."""
        async with self.jetstream() as js:
            return {name: (await js.stream_info(name)).state.last_seq for name in self._declared.streams}

    async def _in_hand(self, marks: Mapping[str, int]) -> list[str]:
        """Consumers without an inbox (workflows) that have facts waiting or in hand, up to the places in `marks`."""
        lines = []
        for durable, info in (await self.consumers()).items():
            floor = info.ack_floor.stream_seq if info.ack_floor is not None else 0
            left = (info.num_pending or 0) + (info.num_ack_pending or 0)
            done = not left or floor >= marks.get(info.stream_name, floor + 1)
            if durable.partition("-")[0] not in INBOXES and not done:
                lines.append(f"{durable} has {left} facts in hand")
        return lines


async def readyz(port: int) -> str:
    """What a process says of itself; empty while it does not answer."""
    try:
        async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
            return (await client.get(f"http://{HOST}:{port}/readyz")).text
    except httpx.HTTPError:
        return ""


async def gauge(port: int, name: str, **labels: str) -> float | None:
    """One value of a process's `/metrics`; None where it has none or does not answer."""
    wanted = {f'{key}="{value}"' for key, value in labels.items()}
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
            text = (await client.get(f"http://{HOST}:{port}/metrics")).text
        for line in text.splitlines():
            head, _, value = line.rpartition(" ")
            if head.partition("{")[0] == name and all(label in head for label in wanted):
                return float(value)
    return None


def told(lines: Sequence[str]) -> str:
    """Some lines for an account: `none`, or the first of them."""
    return "none" if not lines else "; ".join(lines[:5]) + (f" and {len(lines) - 5} more" if len(lines) > 5 else "")


async def _differs(asking: object, fields: Mapping[str, object]) -> bool:
    try:
        found = (await asking).config  # type: ignore[misc]
    except NotFoundError:
        return True
    return bool(streams.differences(found, dict(fields)))
