"""Fault 27. Enrollment's database is restored from a backup; NATS and Temporal went on, and know what it has lost."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable

from services.drills import restore
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.telling import submitting
from services.drills.faults.temporal_wiped import reconcile
from services.drills.faults.witness import Witness, told
from services.drills.ground import Stack
from services.kit.domain import DomainError
from services.stack import databases

SCALED = "a backup of some seconds before, not of ten minutes"
ALONE, SEASON = True, False
"""What people were promised between backup and restore is lost: a season beside it could not be judged."""
SUBMISSIONS = 60
"""Commands before the backup, between it and the restore, and after that."""
NOTICED_SECONDS = 10.0

_EPOCHS = "SELECT event_id, epoch FROM outbox WHERE event_id = ANY($1::uuid[])"


async def run(ground: Ground) -> None:
    """Back up, go on, restore; see it stand still and name the loss, release it, and go on in another epoch."""
    witness = await Witness.begin(ground)
    stack = ground.stack
    stage = await scene(ground)
    year = await stage.year()
    dump = stack.data.with_name("enrollment.dump")
    try:
        async with submitting(ground, year=year) as people:
            await ground.until(people.more(SUBMISSIONS), "people submit")
        name = databases.database(restore.SERVICE)
        await asyncio.to_thread(restore.run_pg, stack, "pg_dump", "--format=custom", f"--file={dump}", name)
        ground.report.did("backed up enrollment's database")
        async with submitting(ground, year=year, entered=True) as people:
            await ground.until(people.more(SUBMISSIONS), "people go on submitting")
        lost_commands = len(people.accepted)
        await witness.settled(await witness.facts(), 120.0)
        await asyncio.to_thread(restore.restore_beside, stack, dump)
        gone = await restore.take_place(stack)
        restored = time.monotonic()
        ground.report.did(f"the backup has taken the database's place; {len(gone)} facts are lost")
        said = await ground.until(lambda: asyncio.to_thread(restore.says_restored, stack), "it says so", 60.0)
        ground.timely("it stands still after", time.monotonic() - restored, NOTICED_SECONDS)
        ground.report.found("/readyz tells what to run", said[:120], holds="residency restored enrollment" in said)
        actor = stage.applicants[0]

        async def refused() -> bool:
            return await _reason(actor.ask(year.save(actor, number=99))) == "RESTORED_READ_ONLY"

        # What comes in the second before it is noticed is accepted, and told in the next epoch.
        noticed = await ground.seconds_until(refused, "commands are refused", 30.0)
        ground.timely("commands are refused after", noticed, NOTICED_SECONDS)
        reading = await asyncio.to_thread(stack.get, "/api/v1/cycles")
        ground.report.found("reading goes on", "yes" if reading is not None else "no", holds=reading is not None)
        begun = await _release(ground, gone)
        await ground.until(lambda: _goes_on(stack), "enrollment accepts commands again")
        mended = await reconcile(ground, "--restored")
        ground.report.did(f"enrollment goes on; {len(mended['differences'])} differences reconciled")
        later = await Witness.begin(ground)
        async with submitting(ground, year=year, entered=True) as people:
            await ground.until(people.more(SUBMISSIONS), "people submit in the new epoch")
        fresh = {each: fact for each, fact in (await later.facts()).items() if fact.service == restore.SERVICE}
        await later.settled(await later.facts(), 120.0)
        ground.recovered(time.monotonic() - restored)
        async with ground.database(restore.SERVICE) as database:
            rows = await database.fetch(_EPOCHS, list(fresh))
        old = [str(row["event_id"]) for row in rows if row["epoch"] != begun]
        ground.report.found(
            f"of {len(fresh)} facts since then those of an older epoch", told(old), holds=bool(rows) and not old
        )
        effects = await later.effects(fresh)
        ground.report.found("facts taken for old, or handled twice", told(effects), holds=not effects)
        await people.judge(ground)
        ground.report.figures |= {"facts_lost": len(gone), "commands_lost": lost_commands, "epoch": begun}
    finally:
        dump.unlink(missing_ok=True)
        await restore.drop_lost(stack)


async def _release(ground: Ground, gone: set[str]) -> int:
    """Read what was lost, say yes; the epoch that begins."""
    first = json.loads(await ground.residency("restored", restore.SERVICE, "--dry-run", "--json"))
    named = {each["event_id"] for each in first["unknown_facts"]}
    ground.report.found(
        "the facts after the backup are named, all of them and no others",
        f"{len(named & gone)} of {len(gone)}, {len(named - gone)} others",
        holds=named == gone,
    )
    begun = int(json.loads(await ground.residency("restored", restore.SERVICE, "--yes", "--json"))["begun"])
    ground.report.found("another epoch has begun", begun, holds=begun == first["epoch"] + 1)
    return begun


async def _goes_on(stack: Stack) -> bool:
    return not await asyncio.to_thread(restore.says_restored, stack)


async def _reason(asking: Awaitable[object]) -> str:
    try:
        await asking
    except DomainError as error:
        return error.reason
    return "accepted"
