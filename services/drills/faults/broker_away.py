"""Fault 14. NATS is away for longer than its client's own patience of about two minutes (60 attempts × 2 s)."""

from __future__ import annotations

import asyncio
import time

from services.drills.faults.ground import Ground
from services.drills.faults.telling import commit, spread, submitting
from services.drills.faults.witness import Facts, Witness, told

SCALED = "132 s of 150 (the client's own patience is some 120 s); how fast the backlog drains is told, not judged"
AWAY_SECONDS = 132.0
"""Real seconds: no setting of ours shortens a patience that the client has by itself."""
BEFORE_SECONDS = 15.0
BACK_SECONDS = 10.0
BACKLOG = 5_000
"""Facts that wait when it comes back, beside those of the people."""
SLOWER, SLACK_SECONDS = 1.2, 0.1
"""How much slower commands may become: by this share, and by what a machine under load gives or takes."""


async def run(ground: Ground) -> None:
    """Hold NATS down while people submit; then everybody is back, and the backlog drains."""
    witness = await Witness.begin(ground)
    async with submitting(ground) as people:
        await asyncio.sleep(BEFORE_SECONDS)
        usual = spread(people.seconds)
        counted = len(people.seconds)
        async with ground.down("nats"):
            began = time.monotonic()
            ground.report.did("NATS is away")
            await ground.until(lambda: _all_away(witness), "every process says that NATS is away", 45.0)
            noticed = time.monotonic() - began
            await commit(ground, BACKLOG)
            await asyncio.sleep(max(0.0, AWAY_SECONDS - (time.monotonic() - began)))
            without = spread(people.seconds[counted:])
            away = time.monotonic() - began
        returned = time.monotonic()
        ground.report.did(f"NATS is back after {away:.0f} s")
        back = await ground.seconds_until(lambda: _none_away(witness), "every process has NATS again")
        facts = await witness.facts()
        drained = await ground.seconds_until(lambda: _published(witness, facts), "the backlog has left")
    ground.timely("every process has NATS again", back, BACK_SECONDS)
    waited = len(facts)
    await witness.settled(await witness.facts(), 180.0)
    ground.recovered(time.monotonic() - returned)
    allowed = usual[1] * SLOWER + SLACK_SECONDS
    ground.report.found(
        "99 of 100 commands are answered within",
        f"{without[1]:.2f} s without NATS, {usual[1]:.2f} s before ({len(people.seconds) - counted} and {counted})",
        holds=without[1] <= allowed,
    )
    effects = await witness.effects(await witness.facts())
    ground.report.found(f"of {waited} facts those whose effect does not stand once", told(effects), holds=not effects)
    await people.judge(ground)
    ground.report.figures |= {
        "away_seconds": round(away, 1),
        "noticed_seconds": round(noticed, 1),
        "back_seconds": round(back, 2),
        "backlog": waited,
        "drained_per_second": round(BACKLOG / max(back + drained, 0.01)),
        "p50_p99_before": [round(each, 3) for each in usual],
        "p50_p99_without": [round(each, 3) for each in without],
    }


async def _all_away(witness: Witness) -> bool:
    return set(await witness.away()) >= set(witness.names())


async def _none_away(witness: Witness) -> bool:
    return not await witness.away()


async def _published(witness: Witness, facts: Facts) -> bool:
    return not await witness.unpublished(facts)
