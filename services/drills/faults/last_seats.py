"""Fault 8. Two hundred decisions at once for five places: sixteen people who are granted one thirteen times each.

What was given is taken back by the base between rounds, so that each begins with the same people and five free places.
"""

from __future__ import annotations

import asyncio
import time

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.year import Year
from services.kit.domain import DomainError

SCALED = "16 people with 13 commands each make the 208 decisions of a round; as many of the 50 rounds as 35 s hold"
PLACES, EACH = 5, 13
ROUNDS, LONGEST_SECONDS = 50, 35.0
"""Fifty rounds, or as many as this length of time holds."""
_SEAT = """
SELECT s.taken, (SELECT count(*) FROM application a WHERE a.cycle_id = s.cycle_id AND a.base_code = s.base_code
    AND a.specialty_code = s.specialty_code AND a.state = 'provisional') AS holders
FROM seat s WHERE s.cycle_id = $1::text::uuid AND s.base_code = $2 AND s.specialty_code = $3
"""


async def run(ground: Ground) -> None:
    """Round after round, and count who has a place."""
    stage = await scene(ground)
    year = await stage.year(places=PLACES, day_seconds=120.0)
    place = year.places[0]
    waiting = await asyncio.gather(*(year.apply(actor, place) for actor in stage.applicants))
    await asyncio.gather(*(stage.reviewers[0].do(year.approve(application_id)) for application_id in waiting))
    administrator = stage.administrators[0]
    began, rounds, wrong = time.monotonic(), 0, []
    reasons: set[str] = set()
    while rounds < ROUNDS and time.monotonic() - began < LONGEST_SECONDS:
        rounds += 1
        calls = [year.grant(application_id) for application_id in waiting * EACH]
        answers = await asyncio.gather(*(administrator.do(call) for call in calls), return_exceptions=True)
        granted = {answer.row.application_id for answer in answers if not isinstance(answer, BaseException)}
        reasons |= {_reason(answer) for answer in answers if isinstance(answer, BaseException)}
        counts = (len(granted), *await _counted(ground, year))
        if counts != (PLACES, PLACES, PLACES):
            wrong.append(f"round {rounds}: {counts}")
        await asyncio.gather(*(administrator.do(year.undo(application_id)) for application_id in granted))
    decisions = len(waiting) * EACH
    ground.report.did(f"{rounds} rounds of {decisions} decisions for {PLACES} places")
    seen = "; ".join(wrong) or f"exactly {PLACES} in each of {rounds}"
    ground.report.found("granted, counted as taken, and rows that hold one", seen, holds=not wrong)
    odd = reasons - {"SEAT_FULL", "WRONG_STATE"}
    ground.report.found("why the others were refused", ", ".join(sorted(reasons)), holds=not odd and bool(reasons))
    ground.report.figures |= {"rounds": rounds, "decisions": rounds * decisions}


async def _counted(ground: Ground, year: Year) -> tuple[int, int]:
    place = year.places[0]
    async with ground.database("enrollment") as database:
        row = await database.fetchrow(_SEAT, year.cycle_id, place.base_code, place.specialty_code)
    return (row["taken"], row["holders"]) if row is not None else (-1, -1)


def _reason(error: BaseException) -> str:
    if not isinstance(error, DomainError):
        raise error
    return error.reason
