"""A flip among 64 writers: nothing of the old phase is committed after it, and it never waits two seconds.

The same check is run over versions that are broken on purpose and must find each of them out.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from services.enrollment.domain.phases import P3
from services.kit.domain import DomainError
from tests.integration.enrollment.crowd import LONGEST_FLIP, WRITERS, Crowd
from tests.support.postgres import PostgresServer

GATES = {
    "pass_gate": ("p_lock_key", "p_cycle_id"),
    "write_commands": ("(p_commands[1]).lock_key", "(p_commands[1]).cycle_id"),
}
"""Where commands pass the gate, one by one and together, and how each names the lock and the cycle."""
LOCK = "PERFORM pg_advisory_xact_lock_shared({0});"
READ = "SELECT * INTO STRICT gate FROM cycle_gate WHERE cycle_id = {1};"
FLIP_LOCK = "PERFORM pg_advisory_xact_lock(p_lock_key);"


async def slow(crowd: Crowd) -> None:
    """Commits that take a tenth of a second: what is between check and commit shows itself."""
    await crowd.redefine("write_command", ("RETURN c.answer;", "PERFORM pg_sleep(0.1); RETURN c.answer;"))
    await crowd.redefine("write_commands", ("RETURN;", "PERFORM pg_sleep(0.1); RETURN;"))


async def break_gates(crowd: Crowd, *replacements: tuple[str, str]) -> None:
    """Replace parts of every gate; `{0}` and `{1}` stand for its lock and its cycle."""
    for function, names in GATES.items():
        await crowd.redefine(function, *((old.format(*names), new.format(*names)) for old, new in replacements))


HOLDER = """
import asyncio, sys, asyncpg

async def hold(url, lock_key):
    connection = await asyncpg.connect(url)
    await connection.execute("BEGIN")
    await connection.execute("SELECT pg_advisory_xact_lock_shared(" + lock_key + ")")
    print("held", flush=True)
    await asyncio.get_running_loop().create_future()

asyncio.run(hold(sys.argv[1], sys.argv[2]))
"""


async def test_no_decision_of_the_old_phase_is_committed_after_the_flip(crowd: Crowd) -> None:
    """Fifty flips, 64 writers, the real function."""
    race = await crowd.race(flips=50, each=2)
    assert race.leaked == 0
    assert race.longest_flip < LONGEST_FLIP
    assert race.decided >= 50 * WRITERS // 8, "the flips came before anybody had decided"
    assert race.refused > 0, "the flips came after everybody had decided"


async def test_slow_commits_delay_a_flip_by_one_of_them_only(crowd: Crowd) -> None:
    """The control of the broken versions: as slow as they are, and healthy."""
    await slow(crowd)
    race = await crowd.race(flips=2, each=40)
    assert race.healthy, race


TOGETHER = (
    "SELECT g.* INTO STRICT gate FROM (SELECT pg_advisory_xact_lock_shared({0}) OFFSET 0) l, "
    "cycle_gate g WHERE g.cycle_id = {1};"
)


async def test_the_check_finds_a_gate_without_a_lock(crowd: Crowd) -> None:
    """Comparing the sequence alone lets through what was checked before the flip and committed after it."""
    await slow(crowd)
    await break_gates(crowd, (LOCK, ""))
    assert await crowd.found_out(lambda race: race.leaked > 0, each=40)


async def test_the_check_finds_a_gate_whose_lock_and_reading_are_one_statement(crowd: Crowd) -> None:
    """The snapshot is older than the lock: those who waited for the flip see the phase before it."""
    await slow(crowd)
    await break_gates(crowd, (LOCK, ""), (READ, TOGETHER))
    assert await crowd.found_out(lambda race: race.leaked > 0, each=40)


async def test_the_check_finds_a_gate_that_is_a_row_lock(crowd: Crowd) -> None:
    """Share lockers overtake the waiting flip for as long as they keep coming."""
    await slow(crowd)
    await break_gates(crowd, (LOCK, ""), (READ, READ.replace(";", " FOR SHARE;")))
    await crowd.redefine("flip_gate", (FLIP_LOCK, ""))
    assert await crowd.found_out(lambda race: race.longest_flip > LONGEST_FLIP, each=60)


async def test_a_frozen_holder_does_not_hold_the_province(crowd: Crowd, postgres: PostgresServer) -> None:
    """A process stopped in the middle of its transaction: the flip passes within two seconds, decisions go on."""
    postgres.as_in_production(crowd.url, "enrollment")
    lock_key = await crowd.stage.database.fetchval(
        "SELECT lock_key FROM cycle_gate WHERE cycle_id = $1", crowd.stage.cycle_id
    )
    waiting = await crowd.applications(8)
    holder = await asyncio.to_thread(
        subprocess.Popen, [sys.executable, "-c", HOLDER, crowd.url, str(lock_key)], stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert await asyncio.to_thread(holder.stdout.readline) == b"held\n"
        os.kill(holder.pid, signal.SIGSTOP)
        await crowd.approve(waiting[0])
        seconds = await crowd.flip()
        assert seconds < LONGEST_FLIP
        with pytest.raises(DomainError, match="WRONG_STATE"):
            await crowd.approve(waiting[1])
        assert (await crowd.stage.cycles.get_cycle(crowd.stage.cycle_id)).phase is P3
    finally:
        holder.kill()
        await asyncio.to_thread(holder.wait)
