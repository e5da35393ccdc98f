"""Fault 19. Poison among the facts: unreadable, unknown to everybody, failing in its handler, too large."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from residency.identity.v1 import events_pb2
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.telling import commit
from services.drills.faults.witness import Witness, told
from services.kit import deadletters
from services.kit.deadletters import DeadLetter
from services.stack.nats import MAX_PAYLOAD

SCALED = "the speed beside poison is that of 2 000 facts"
HEALTHY = 2_000
SHARE = 0.9
"""Of the speed without poison."""
MOST_TRIES = 5
HEARERS = ("notify-identity", "enrollment-identity", "faculty-identity")
"""Whoever hears that somebody was erased."""
_INSERT = """
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body) VALUES ($1, $2, $3, $4, 1, $5)
"""
_SETTLED = "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"


async def run(ground: Ground) -> None:
    """Commit poison among healthy facts; see letters with reasons, the others handled, one redriven with effect."""
    witness = await Witness.begin(ground)
    person = (await scene(ground)).applicants[0].person_id
    usual = await _speed(ground, witness)
    unreadable, unknown, failing = uuid4(), uuid4(), uuid4()
    async with _refused_by_a_table(ground, failing):
        await _add(ground, unreadable, "person.erased", events_pb2.PersonErased.DESCRIPTOR.full_name, b"\xff\xff\xff")
        await _add(ground, unknown, "nothing.known", "residency.identity.v1.NothingKnown", b"")
        notice = events_pb2.SecurityNoticed(person_id=person, what="password_changed").SerializeToString()
        await _add(ground, failing, "security.noticed", events_pb2.SecurityNoticed.DESCRIPTOR.full_name, notice, person)
        async with witness.jetstream() as js:
            await js.publish("residency.identity.v1.session.ended", b"no header at all")
        ground.report.did("committed and published poison of four kinds")
        beside = await _speed(ground, witness)
        wanted = {
            *((durable, str(unreadable)) for durable in HEARERS),
            *((HEARERS[0], str(each)) for each in (unknown, failing)),
            (HEARERS[0], ""),
        }

        async def buried() -> bool:
            return wanted <= {(each.durable, each.event_id) for each in await _letters(witness)}

        buried_after = await ground.seconds_until(buried, "everything of it is among the dead letters")
    letters = [each for each in await _letters(witness) if (each.durable, each.event_id) in wanted]
    for each in letters:
        ground.report.found(
            f"dead letter for {each.durable}", f"{each.tries} tries, {each.reason[:90]}", holds=bool(each.reason)
        )
    most = max(each.tries for each in letters)
    ground.report.found("most tries", most, holds=most <= MOST_TRIES)
    await _too_large(ground, witness)
    (mended,) = [each for each in letters if each.event_id == str(failing)]
    began = time.monotonic()
    await ground.residency("deadletters", "redrive", str(mended.number))
    facts = {each: fact for each, fact in (await witness.facts()).items() if each not in (unreadable, unknown)}
    await witness.settled(facts, 60.0)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    ground.recovered(time.monotonic() - began)
    async with witness.jetstream() as js:
        await _forget(ground, js, [each for each in letters if each is not mended])
    share = beside / usual
    crowded = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    ground.report.found(
        "others are handled beside it",
        f"{beside:.0f} facts a second, {usual:.0f} without (goal {SHARE:g} of it on a machine with nothing else to do)",
        holds=share * crowded >= SHARE,
    )
    ground.report.figures |= {
        "facts_per_second": round(usual),
        "facts_per_second_beside_poison": round(beside),
        "buried_seconds": round(buried_after, 1),
        "most_tries": most,
    }


async def _speed(ground: Ground, witness: Witness) -> float:
    """Healthy facts handled a second, from their commit on."""
    began = time.monotonic()
    made = set(await commit(ground, HEALTHY))
    facts = {each: fact for each, fact in (await witness.facts()).items() if each in made}

    async def handled() -> bool:
        return not await witness.unhandled(facts)

    await ground.until(handled, "healthy facts are handled")
    return HEALTHY / (time.monotonic() - began)


async def _add(
    ground: Ground, event_id: UUID, subject: str, event_type: str, body: bytes, about: str = "drill"
) -> None:
    async with ground.database("identity") as connection:
        await connection.execute(_INSERT, event_id, f"residency.identity.v1.{subject}", event_type, about, body)


@asynccontextmanager
async def _refused_by_a_table(ground: Ground, event_id: UUID) -> AsyncIterator[None]:
    """Inside, notify cannot write the message of one fact: a handler that fails, and is mended afterwards."""
    name = "drill_refuses_one_message"
    async with ground.database("notify") as connection:
        condition = f"key NOT LIKE 'fact/{event_id}/%'"
        await connection.execute(f"ALTER TABLE message ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
    try:
        yield
    finally:
        async with ground.database("notify") as connection:
            await connection.execute(f"ALTER TABLE message DROP CONSTRAINT IF EXISTS {name}")


async def _too_large(ground: Ground, witness: Witness) -> None:
    """What is larger than any fact may be is refused where it is written, and by the broker."""
    try:
        await _add(ground, uuid4(), "session.ended", events_pb2.SessionEnded.DESCRIPTOR.full_name, b"\0" * 1_100_000)
        seen = "taken"
    except asyncpg.CheckViolationError as error:
        seen = f"refused by {error.constraint_name}"
    ground.report.found("a fact of 1.1 MB in the outbox", seen, holds=seen != "taken")
    try:
        async with witness.jetstream() as js:
            await js.publish("residency.identity.v1.session.ended", b"\0" * (MAX_PAYLOAD - 4096))
        seen = "taken"
    except (NatsError, OSError) as error:
        seen = f"refused: {error}"
    ground.report.found("a message larger than its stream takes", seen, holds=seen != "taken")


async def _letters(witness: Witness) -> list[DeadLetter]:
    async with witness.jetstream() as js:
        return [each async for each in deadletters.list_letters(js)]


async def _forget(ground: Ground, js: JetStreamContext, letters: Sequence[DeadLetter]) -> None:
    """Put away poison that nobody can mend, as somebody who has read its letter: it needs no effect."""
    for each in letters:
        owner = each.durable.partition("-")[0]
        if each.event_id:
            async with ground.database(owner) as connection:
                await connection.execute(_SETTLED, each.durable, UUID(each.event_id))
        await js.delete_msg(deadletters.STREAM, each.number)
