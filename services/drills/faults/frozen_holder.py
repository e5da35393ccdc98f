"""Fault 3. A session of enrollment's own role takes the shared lock of the gate, is stopped there, and the phase ends.

The session is a process of the drill's own, so that it can be stopped exactly between taking the lock and letting go.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.traffic import saving
from services.stack.problems import StackFailure

HOLDER = """
import asyncio, sys, asyncpg

async def hold(url, lock_key, application_id):
    connection = await asyncpg.connect(url)
    print("connected", flush=True)
    sys.stdin.readline()
    await connection.execute("BEGIN")
    await connection.execute("SELECT pg_advisory_xact_lock_shared(" + lock_key + ")")
    print("held", flush=True)
    sys.stdin.readline()
    try:
        await connection.execute("UPDATE application SET remark = 'thawed' WHERE id = $1", application_id)
        await connection.execute("COMMIT")
        print("committed", flush=True)
    except Exception as error:
        print(type(error).__name__, flush=True)

asyncio.run(hold(*sys.argv[1:]))
"""
DAY_SECONDS = 40.0
BEFORE_SECONDS, LONGEST_SECONDS = 8.0, 35.0
"""How long before the end of a round the year begins for us: its workflow has to start, and people to save. Longer on
a busy machine, up to nearly a day."""
LEAD_SECONDS = 0.5
"""So long before that end the lock is taken."""
BOUNDARY = 4
"""Number of the phase that is entered: the second of two rounds in which applicants save."""
_LEFT = """
SELECT extract(epoch FROM closes_at - clock_timestamp())::float8 FROM cycle_gate WHERE cycle_id = $1::text::uuid
"""
_LATE = """
SELECT extract(epoch FROM entered_at - opens_at)::float8 FROM cycle_phase
WHERE cycle_id = $1::text::uuid AND sequence = $2 AND entered_at IS NOT NULL
"""
_LIMIT = "SELECT extract(epoch FROM current_setting('transaction_timeout')::interval)::float8"
_GATE = "SELECT lock_key FROM cycle_gate WHERE cycle_id = $1::text::uuid"
_APPLICATION = "SELECT id::text FROM application WHERE cycle_id = $1::text::uuid LIMIT 1"


async def run(ground: Ground) -> None:
    """Stop the holder just before a round ends, and see when the next one begins."""
    stage = await scene(ground)
    before = min(BEFORE_SECONDS * ground.crowded**0.5, LONGEST_SECONDS)
    year = await stage.year(rounds=2, round_days=1, day_seconds=DAY_SECONDS, begun_days=3 - before / DAY_SECONDS)
    async with saving(ground, stage, year) as told, ground.database("enrollment") as database:
        limit = await database.fetchval(_LIMIT)
        lock_key = await database.fetchval(_GATE, year.cycle_id)
        application_id = await database.fetchval(_APPLICATION, year.cycle_id)
        async with _holder(ground, str(lock_key), application_id) as holder:

            async def soon() -> bool:
                return bool(await database.fetchval(_LEFT, year.cycle_id) < LEAD_SECONDS)

            await ground.until(soon, "the round is about to end")
            await _say(holder, "held")
            os.kill(holder.pid, signal.SIGSTOP)
            ground.report.did("stopped a session that holds the gate")
            if await database.fetchval(_LATE, year.cycle_id, BOUNDARY) is not None:
                raise StackFailure("the next round had begun before anybody held the gate: too busy a machine")
            late = await ground.until(
                lambda: database.fetchval(_LATE, year.cycle_id, BOUNDARY), "the next round has begun"
            )
            await ground.until(told.more(len(stage.applicants)), "people save in the next round")
            os.kill(holder.pid, signal.SIGCONT)
            end = await _say(holder, "")
    ground.recovered(late)
    ground.timely("the next round began after its time", late, limit + 1)
    ground.report.found("the thawed session was told", end, holds=end not in ("", "committed"))
    async with ground.database("enrollment") as database:
        written = await database.fetchval("SELECT count(*) FROM application WHERE remark = 'thawed'")
    ground.report.found("rows that it wrote", written, holds=written == 0)
    await told.judge(ground)


@asynccontextmanager
async def _holder(ground: Ground, lock_key: str, application_id: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A connected session, which waits for a word before each step."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, ground.site.databases["enrollment"], lock_key, application_id),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None or await process.stdout.readline() != b"connected\n":
            raise RuntimeError("the holder cannot connect")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _say(process: asyncio.subprocess.Process, expected: str) -> str:
    """Let it take its next step; what it answers. Raises RuntimeError when that is not as `expected`, where given."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the holder has no pipes")
    process.stdin.write(b"\n")
    await process.stdin.drain()
    answer = (await process.stdout.readline()).decode().strip()
    if expected and answer != expected:
        raise RuntimeError(f"the holder said {answer!r}")
    return answer
