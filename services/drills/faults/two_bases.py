"""Fault 9. Sixteen people start four times at once, submit to two bases at once, and both bases want them at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, Scene, scene
from services.drills.faults.year import Place, Year
from services.kit.domain import DomainError, Kind
from services.rehearsal.dossiers import SECTIONS

SCALED = "16 people"
STARTS = 4
_TWICE = """
SELECT person_id FROM application WHERE cycle_id = $1::text::uuid GROUP BY person_id
HAVING count(*) FILTER (WHERE live) > 1 OR count(*) FILTER (WHERE state IN ('provisional', 'admitted')) > 1
"""
_MISCOUNTED = """
SELECT FROM seat s WHERE s.cycle_id = $1::text::uuid AND s.taken <> (SELECT count(*) FROM application a
    WHERE a.cycle_id = s.cycle_id AND a.base_code = s.base_code AND a.specialty_code = s.specialty_code
    AND a.state IN ('provisional', 'admitted'))
"""
_ADMITTED = """
SELECT count(*) FILTER (WHERE state = 'admitted') AS admitted, count(DISTINCT person_id) AS people,
    count(*) AS applications
FROM application WHERE cycle_id = $1::text::uuid
"""


async def run(ground: Ground) -> None:
    """Let everybody come at once, step by step."""
    stage = await scene(ground)
    year = await stage.year()
    lost: Counter[str] = Counter()
    await asyncio.gather(*(_person(stage, year, actor, lost) for actor in stage.applicants))
    async with ground.database("enrollment") as database:
        twice = await database.fetch(_TWICE, year.cycle_id)
        wrong = await database.fetch(_MISCOUNTED, year.cycle_id)
        row = await database.fetchrow(_ADMITTED, year.cycle_id)
    people = len(stage.applicants)
    seen = f"{row['applications']} applications of {row['people']} people" if row else "nothing"
    ground.report.found("live applications", seen, holds=row is not None and row["applications"] == people)
    ground.report.found("people with two applications or places", len(twice), holds=not twice)
    ground.report.found("counted places unlike the rows", len(wrong), holds=not wrong)
    admitted = row["admitted"] if row else 0
    ground.report.found("admitted, each at one base", f"{admitted} of {people}", holds=admitted == people)
    vague = [reason for reason in lost if not reason or reason == "INTERNAL"]
    seen = ", ".join(f"{reason} {count}" for reason, count in sorted(lost.items()))
    ground.report.found("what those who lost were told", seen, holds=not vague and bool(lost))
    ground.report.figures["refused"] = dict(lost)


async def _person(stage: Scene, year: Year, actor: Actor, lost: Counter[str]) -> None:
    started = await _at_once(lost, [actor.do(year.start()) for _ in range(STARTS)])
    application_id = started[0].application.application_id
    for section in SECTIONS:
        await actor.do(year.save(actor, section))
    places = [next(place for place in year.places if place.base_code == base.code) for base in stage.bases]
    await _at_once(lost, [_submit(year, actor, place) for place in places])
    number = (await actor.do(year.submit())).application.submission_number
    await _at_once(lost, [each.do(year.approve(application_id, number)) for each in stage.reviewers])
    await _at_once(lost, [each.do(year.grant(application_id, number)) for each in stage.administrators])
    await _at_once(lost, [each.do(year.admit(application_id)) for each in stage.administrators])


async def _submit(year: Year, actor: Actor, place: Place) -> Any:
    await actor.do(year.choose(place))
    return await actor.do(year.submit())


async def _at_once(lost: Counter[str], deeds: Sequence[Awaitable[Any]]) -> list[Any]:
    """The answers of those that were accepted; why the others were not."""
    found = await asyncio.gather(*deeds, return_exceptions=True)
    for each in found:
        if isinstance(each, DomainError) and each.kind not in (Kind.UNAVAILABLE, Kind.EXHAUSTED):
            lost[each.reason] += 1
        elif isinstance(each, BaseException):
            raise each
    return [each for each in found if not isinstance(each, BaseException)]
