"""Events: facts published with a service's own credentials that are wrong in every header and byte, to all consumers.

What cannot be read must be found again as a dead letter with its reason; what is merely old, doubled or strange must
not; and behind all of it a good fact is still handled.
"""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime

import nats
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from residency.identity.v1 import events_pb2 as identity
from services.kit import delivery, streams
from services.kit.deadletters import list_letters
from services.kit.ids import new_id
from services.stack import servers
from tests.hostile import words
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground
from tests.hostile.messages import Maker, garbage

_UNREADABLE = (
    *("no headers", "no id", "id is none", "no type", "no subject header", "no time", "time is none", "no version"),
    *("version is none", "no epoch"),
)
SETTLE_SECONDS = 240.0
_SUBJECTS = {"enrollment": "application.reviewed", "identity": "session.ended", "faculty": "appointment.made"}


class Events(Door):
    """JetStream, as enrollment, identity and faculty publish there."""

    name = "events"
    kinds = (
        *_UNREADABLE,
        *("body is no message", "empty body", "unknown type", "wrong subject", "unknown fields", "older version"),
        *("huge version", "version gap", "wrong epoch", "foreign source", "another's type", "doubled"),
        *("64 KB body", "1 MB body", "hostile headers", "plausible"),
    )
    rounds = 1
    at_once = 6

    async def open(self, ground: Ground) -> None:
        """A connection, and every type of fact there is."""
        await super().open(ground)
        self._client = await nats.connect(servers.reach("nats", ground.data))
        self._js: JetStreamContext = self._client.jetstream()
        self._maker = Maker(ground.known)
        self.targets = [
            (service, message)
            for service, module in (("enrollment", enrollment), ("identity", identity), ("faculty", faculty))
            for message in module.DESCRIPTOR.message_types_by_name.values()
        ]
        self._unreadable: list[tuple[str, int]] = []

    async def close(self) -> None:
        """Close it."""
        await self._client.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One fact."""
        assert isinstance(target, tuple)
        service, descriptor = target
        message = self._maker.message(descriptor, chance, chance.choice(("plausible", "texts", "numbers")))
        body, headers = _bent(kind, message.SerializeToString(), descriptor.full_name, service, chance)
        subject = f"residency.{service}.v1.{_SUBJECTS[service] if kind != 'wrong subject' else 'nobody.knows.this'}"
        shown = f"{subject} {headers!r:.600} {body[:200]!r}"
        try:
            ack = await self._js.publish(subject, body, headers=headers, timeout=20)
            if kind == "doubled":
                await self._js.publish(subject, body, headers=headers, timeout=20)
        except (APIError, nats.errors.Error, ValueError) as error:
            known = kind in ("1 MB body", "hostile headers", "64 KB body")
            return Sent(f"not taken: {type(error).__name__}", "" if known else f"{kind}: {error}", request=shown)
        if kind in _UNREADABLE:
            self._unreadable.append((ack.stream, ack.seq))
        return Sent("published", "", "", shown, refused=False)

    async def afterwards(self) -> list[str]:
        """Everybody has come to the end of the stream, and what was unreadable lies in the dead letters."""
        faults = await self._waited()
        letters: dict[tuple[str, int], list[str]] = {}
        async for letter in list_letters(self._js):
            place = letter.stream, int(letter.headers.get("residency-dead-sequence", "0"))
            letters.setdefault(place, []).append(letter.reason)
            if not letter.reason:
                faults.append(f"a dead letter of {letter.durable} has no reason")
        lost = [place for place in self._unreadable if place not in letters]
        if lost:
            faults.append(f"{len(lost)} unreadable facts are in nobody's dead letters: {lost[:5]}")
        self.reasons = {reason.split(":")[0][:60] for each in letters.values() for reason in each}
        return faults

    async def _waited(self) -> list[str]:
        """Until no consumer has anything before it; who does not get there is named."""
        declared = streams.load(streams.streams_file()).consumers
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            behind = []
            for stream, durable in declared:
                try:
                    info = await self._js.consumer_info(stream, durable)
                except NotFoundError:
                    continue
                if info.num_pending or info.num_ack_pending:
                    behind.append(f"{durable}: {info.num_pending} waiting, {info.num_ack_pending} in hand")
            if not behind or time.monotonic() > end:
                return [f"after {SETTLE_SECONDS:.0f} s not at the end: {'; '.join(behind)}"] if behind else []
            await asyncio.sleep(0.5)


def _bent(
    kind: str, body: bytes, type_: str, service: str, chance: random.Random
) -> tuple[bytes, dict[str, str] | None]:
    headers = delivery.headers(
        event_id=new_id(),
        event_type=type_,
        source=f"residency/{service}",
        aggregate_id=new_id(),
        epoch=1,
        version=chance.randrange(1, 50),
        occurred_at=datetime.now(UTC),
    )
    dropped = {
        "no id": "ce-id",
        "no type": "ce-type",
        "no subject header": "ce-subject",
        "no time": "ce-time",
        "no version": "residency-version",
        "no epoch": "residency-epoch",
    }
    if kind in dropped:
        del headers[dropped[kind]]
    match kind:
        case "no headers":
            return body, None
        case "id is none":
            headers["ce-id"] = chance.choice(("x", "-", "1" * 400, "not-a-uuid"))
        case "time is none":
            headers["ce-time"] = chance.choice(("yesterday", "2026-13-01", "x", "99999-01-01T00:00:00Z"))
        case "version is none":
            headers["residency-version"] = chance.choice(("x", "1.5", "0x1", "", "NaN")) or "x"
        case "body is no message":
            body = garbage(chance, body)
        case "empty body":
            body = b""
        case "unknown type":
            headers["ce-type"] = "residency.enrollment.v9.NeverHeardOf"
        case "another's type":
            headers["ce-type"] = "residency.notify.v1.MessageDelivered"
        case "unknown fields":
            body += b"\xf8\xff\xff\x7f\x01"
        case "older version":
            headers["residency-version"] = "0"
        case "huge version":
            headers["residency-version"] = str(chance.choice((2**62, 2**63, 2**70, -1)))
        case "version gap":
            headers["residency-version"] = "900000"
        case "wrong epoch":
            headers["residency-epoch"] = str(chance.choice((0, -1, 99, 2**40)))
        case "foreign source":
            headers["ce-source"] = "https://evil.example"
        case "64 KB body":
            body += b"\xfa\xff\xff\x7f\x80\x80\x04" + bytes(65_536)
        case "1 MB body":
            body += bytes(1_000_000)
        case "hostile headers":
            headers["traceparent"] = words.text(chance).replace("\n", "").replace("\r", "")[:500] or "x"
            headers["ce-specversion"] = "9"
    return body, headers


def door() -> Door:
    """The door."""
    return Events()
