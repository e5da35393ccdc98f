"""Fault 40. Enrollment's clock is an hour ahead, then an hour behind: it says so, and decides by its database's clock.

Who has a wrong clock is not ready, so that nobody is led to it; asked all the same, it allows and refuses by the dates
of the database. That migrations do not stand in the way of traffic, and what a restored backup lacks, other drills and
tests show: `residency drill upgrade`, `residency drill restore`, `tests/integration/test_expand_first.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, scene
from services.drills.faults.stand_in import stand_in
from services.drills.faults.witness import readyz
from services.drills.faults.year import Call, Year
from services.kit.domain import DomainError

HOURS = (1, -1)
TRIES = 12
NOTICED_SECONDS = 15.0
DAY_SECONDS = 600.0
SCALED = "migrations under load and the backup: drills upgrade and restore, not here"
_PRELUDE = """
from datetime import timedelta
from services.kit.clock import SystemClock
_right = SystemClock.now
SystemClock.now = lambda self: _right(self) + timedelta(hours={hours})
"""
_BY_DATES = {"NOT_IN_PHASE", "PHASE_OVER", "WINDOW_CLOSED", "NOT_YET", "PHASE_CLOSED"}


async def run(ground: Ground) -> None:
    """Put an enrollment with a wrong clock in the place of the right one, twice."""
    stage = await scene(ground)
    opened = await stage.year(day_seconds=DAY_SECONDS)
    # A round that ends within the hour by which the clock is behind; submitting is over there, whatever a clock says.
    over = await stage.year(day_seconds=DAY_SECONDS, begun_days=7.5, round_days=5)
    people = stage.applicants[:4]
    await asyncio.gather(*(actor.do(opened.start()) for actor in people))
    recovered = 0.0
    for hours in HOURS:
        async with stand_in(ground, "enrollment", before=_PRELUDE.format(hours=hours)):
            says = partial(
                _says, ground.stack.state().ports["enrollment.metrics"], "ahead of" if hours > 0 else "behind"
            )
            began = time.monotonic()
            said = await ground.until(says, "it says that its clock is wrong")
            noticed = time.monotonic() - began
            await ground.until(stage.channel.serves, "it answers who asks all the same", 30.0)
            inside = await _asked(people, opened)
            outside = await _asked(people, over)
            healed = time.monotonic()
        recovered = max(recovered, time.monotonic() - healed)
        name = f"{abs(hours)} h {'ahead' if hours > 0 else 'behind'}"
        ground.report.found(f"{name}: not ready, and says why", said, holds=True)
        ground.timely(f"{name}: noticed", noticed, NOTICED_SECONDS)
        by_clock = {reason: count for reason, count in inside.items() if reason in _BY_DATES}
        ground.report.found(f"{name}: inside the window", dict(inside), holds=not by_clock)
        ground.report.found(f"{name}: allowed outside the window", outside["done"], holds=outside["done"] == 0)
        ground.report.figures[name] = {"inside": dict(inside), "outside": dict(outside)}
    ground.recovered(recovered)
    answer = await people[0].do(opened.save(people[0], number=99))
    ground.report.found("a command afterwards", "done", holds=answer is not None)


async def _asked(people: Sequence[Actor], year: Year) -> Counter[str]:
    """What commands on it are answered: `done`, or the reason of the refusal."""
    found: Counter[str] = Counter()
    for number in range(TRIES):
        actor = people[number % len(people)]
        call: Call = year.start() if number % 2 else year.save(actor, number=number)
        try:
            await actor.ask(call)
            found["done"] += 1
        except DomainError as error:
            found[error.reason] += 1
    return found


async def _says(port: int, word: str) -> str:
    """The line about the clock in `/readyz`; empty while there is none."""
    text = await readyz(port)
    return next((line.strip() for line in text.splitlines() if f"{word} the database's" in line), "")
