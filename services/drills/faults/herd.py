"""Fault 31. The windows of many bases end and begin at one instant, reminders and all; phases of another year move.

Every base has a workflow in every round, so a boundary is where most is due at once. Phases have a queue of their own.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness
from services.kit.clock import SystemClock
from services.rehearsal.plans import Seats
from services.rehearsal.province import BaseEntry, PhaseDates

BASES, YEARS = 100, 3
DAY_SECONDS, FLIPPING_SECONDS = 20.0, 3.0
PUNCTUAL_SECONDS = 2.0
SCALED = "300 windows that end and 300 that begin at one instant, of 2 000"


async def run(ground: Ground) -> None:
    """Open years of many bases whose round ends at the same instant, and a small one whose phases move meanwhile."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    tag = f"h{time.time_ns() // 10**8:x}"
    bases = [BaseEntry(f"SD-{tag.upper()}-{n:03d}", f"故障演练基地 {tag}-{n:03d}", {}) for n in range(BASES)]
    await stage.operator.import_organisations(stage.province, bases)
    plan = [Seats(base.code, stage.province.specialties[0].code, 1) for base in bases]
    province = replace(stage.province, phases=_phases(stage.province.year), milestones=(), policy={})
    starts_at = SystemClock().now() + timedelta(seconds=1)
    crowded = []
    for number in range(YEARS):
        title = f"{province.title}（同时 {tag}-{number}）"
        crowded.append(
            await stage.operator.create_cycle(
                province, bases, plan, title=title, starts_at=starts_at, day_seconds=DAY_SECONDS
            )
        )
    ground.report.did(f"{YEARS} years of {BASES} bases have a boundary at one instant")
    many = [Boundaries(ground, cycle_id, witness.since) for cycle_id in crowded]
    small = await stage.year(day_seconds=FLIPPING_SECONDS, rounds=8, round_days=2, begun_days=-3.0)
    moving = Boundaries(ground, small.cycle_id, witness.since)
    boundary = starts_at + timedelta(seconds=2 * DAY_SECONDS)
    await ground.until(lambda: _past(boundary), "the boundary of all", 3 * DAY_SECONDS)
    began = time.monotonic()

    async def closed() -> bool:
        return all([len(await each.closed_windows()) >= BASES for each in many])

    await ground.until(closed, "every window of the round is closed", 180.0)
    seconds = time.monotonic() - began
    late = {
        f"{number}/{phase}": length for number, each in enumerate(many) for phase, length in (await each.late()).items()
    }
    late |= {f"small/{phase}": length for phase, length in (await moving.late()).items()}
    worst = max(late, key=lambda name: late[name])
    ground.timely(f"latest of {len(late)} phases ({worst})", late[worst], PUNCTUAL_SECONDS)
    twice = sum([count > 1 for each in many for count in (await each.closed_windows()).values()])
    ground.report.found("windows closed twice", twice, holds=twice == 0)
    ground.report.did(f"{YEARS * BASES} windows were closed within {seconds:.1f} s of their end")
    ground.report.figures |= {
        "late_seconds": {name: round(length, 2) for name, length in late.items() if length > PUNCTUAL_SECONDS},
        "windows": YEARS * BASES,
        "all_closed_seconds": round(seconds, 1),
        "windows_per_second": round(YEARS * BASES / max(seconds, 0.1), 1),
        "phases": len(late),
    }
    ground.recovered(seconds)


def _phases(year: int) -> tuple[PhaseDates, ...]:
    names = ("registration", "first_choice", "second_choice", "second_choice", "confirmation")
    first = date(year, 1, 1)
    return tuple(
        PhaseDates(name, f"第{n + 1}段", first + timedelta(days=n), first + timedelta(days=n), key=f"p{n}")
        for n, name in enumerate(names)
    )


async def _past(moment: datetime) -> bool:
    return SystemClock().now() >= moment
