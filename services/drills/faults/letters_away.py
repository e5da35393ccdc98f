"""Fault 20. Nobody can write dead letters down, and facts are given up all the same: the sweep finds every one.

A consumer of ours keeps a fact in hand while its letter cannot be written. So somebody else gives facts up here, as a
limit on tries or another hand on the consumer would: the server is told to deliver them no more.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from residency.identity.v1 import events_pb2
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.telling import commit
from services.drills.faults.witness import Facts, Witness, told
from services.kit import deadletters

SCALED = (
    "no limit on tries of ours can run out: another hand gives the facts up; the sweep is a command, asked for here"
)
DURABLE, STREAM = "notify-identity", "IDENTITY"
SILENT = 40
"""Facts of which nobody is told; one more is told of."""
FOUND_SECONDS = 300.0

_INSERT = """
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body)
    VALUES ($1, 'residency.identity.v1.' || $2, $3, $4, 1, $5)
"""
_ADDED = "drill.filler"


async def run(ground: Ground) -> None:
    """Fill the stream of dead letters, poison a consumer, let somebody give its facts up; sweep, redrive, look."""
    witness = await Witness.begin(ground)
    person = (await scene(ground)).applicants[0].person_id
    unreadable, told_of = uuid4(), uuid4()
    async with _no_room_for_letters(ground, witness):
        await _add(
            ground,
            unreadable,
            "person.erased",
            events_pb2.PersonErased.DESCRIPTOR.full_name,
            b"\xff\xff",
            str(unreadable),
        )
        await ground.until(lambda: _in_hand(witness), "the poison is in hand, for its letter cannot be written")
        ground.report.did("what no handler can read stays in hand while its letter cannot be written")
        async with ground.down("notify"):
            await commit(ground, SILENT)
            notice = events_pb2.SecurityNoticed(person_id=person, what="password_changed").SerializeToString()
            await _add(
                ground, told_of, "security.noticed", events_pb2.SecurityNoticed.DESCRIPTOR.full_name, notice, person
            )
            # Not those of notify, which is down, where a season goes on beside.
            facts = {each: fact for each, fact in (await witness.facts()).items() if fact.service == "identity"}
            await ground.until(lambda: _published(witness, facts), "the facts are in the stream")
            given_up = await _give_up(ground, witness)
        ground.report.did(f"{len(given_up)} facts were given up without effect and without a letter")
        blind = json.loads(await ground.residency("deadletters", "sweep", "--dry-run", "--json"))
        found = {UUID(each["event_id"]) for each in blind}
        ground.report.found("found without writing anything", f"{len(found & given_up)} of {len(given_up)}", holds=True)
    began = time.monotonic()
    swept = {UUID(each["event_id"]) for each in json.loads(await ground.residency("deadletters", "sweep", "--json"))}
    again = json.loads(await ground.residency("deadletters", "sweep", "--json"))
    ground.timely("found and written down after", time.monotonic() - began, FOUND_SECONDS)
    ground.report.found(
        "given up without a word, and found",
        f"{len((swept | found) & given_up)} of {len(given_up)}",
        holds=swept >= given_up,
    )
    ground.report.found("found a second time", len(again), holds=not again)
    async with witness.jetstream() as js:
        letters = [each async for each in deadletters.list_letters(js, DURABLE)]
        for each in letters:
            if UUID(each.event_id or str(uuid4())) in given_up - {unreadable}:
                await deadletters.redrive(js, each.number)
    facts = {each: fact for each, fact in (await witness.facts()).items() if each != unreadable}
    settled = await witness.settled(facts, 120.0)
    ground.recovered(settled)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    await _put_away(ground, witness, unreadable)
    ground.report.figures |= {"given_up": len(given_up), "found": len(swept & given_up)}


@asynccontextmanager
async def _no_room_for_letters(ground: Ground, witness: Witness) -> AsyncIterator[None]:
    """Inside, the stream of dead letters takes no more: it may hold as many as it does."""
    async with witness.jetstream() as js:
        info = await js.stream_info(deadletters.STREAM)
        filler = None
        if not info.state.messages:
            # A limit of none would be no limit.
            filler = (
                await js.publish(deadletters.PREFIX + _ADDED, b"", headers={"residency-dead-durable": "drill"})
            ).seq
        await js.update_stream(info.config.evolve(max_msgs=max(1, info.state.messages)))
    ground.report.did("the stream of dead letters takes no more")
    try:
        yield
    finally:
        async with witness.jetstream() as js:
            config = (await js.stream_info(deadletters.STREAM)).config
            await js.update_stream(config.evolve(max_msgs=-1))
            if filler is not None:
                await js.delete_msg(deadletters.STREAM, filler)


async def _in_hand(witness: Witness) -> bool:
    return bool((await witness.consumers())[DURABLE].num_ack_pending)


async def _published(witness: Witness, facts: Facts) -> bool:
    return not await witness.unpublished(facts)


async def _give_up(ground: Ground, witness: Witness) -> set[UUID]:
    """Have the server deliver nothing of what waits for the consumer any more; ids of these facts."""
    given_up: set[UUID] = set()
    async with witness.jetstream() as js:
        hand = await js.pull_subscribe_bind(stream=STREAM, consumer=DURABLE)

        async def empty() -> bool:
            try:
                for message in await hand.fetch(64, timeout=2):
                    given_up.add(UUID((message.headers or {})["ce-id"]))
                    await message.term()
            except (NatsError, TimeoutError):
                await asyncio.sleep(0.1)
            info = await js.consumer_info(STREAM, DURABLE)
            return not (info.num_pending or info.num_ack_pending)

        # What was in hand comes again when its time is over: a minute at most.
        await ground.until(empty, "nothing is left to deliver", 120.0)
    return given_up


async def _add(ground: Ground, event_id: UUID, subject: str, event_type: str, body: bytes, about: str) -> None:
    async with ground.database("identity") as connection:
        await connection.execute(_INSERT, event_id, subject, event_type, about, body)


async def _put_away(ground: Ground, witness: Witness, event_id: UUID) -> None:
    """What nobody can mend needs no effect: as somebody decides who has read its letters, once they are written."""
    hearers = {"notify-identity": "notify", "enrollment-identity": "enrollment", "faculty-identity": "faculty"}

    async def letters(js: JetStreamContext) -> dict[str, int]:
        found = [each async for each in deadletters.list_letters(js)]
        return {each.durable: each.number for each in found if each.event_id == str(event_id)}

    async with witness.jetstream() as js:

        async def written() -> bool:
            return (await letters(js)).keys() >= hearers.keys()

        await ground.until(written, "everybody has written the letter of the poison", 120.0)
        for durable, number in (await letters(js)).items():
            async with ground.database(hearers[durable]) as connection:
                await connection.execute(
                    "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", durable, event_id
                )
            await js.delete_msg(deadletters.STREAM, number)
    ground.report.found("letters that could not be written before", "written", holds=True)
