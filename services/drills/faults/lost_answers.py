"""Fault 5. The answer to a command's COMMIT never reaches enrollment: the connection ends once the command was sent.

A guarded write is one statement, which PostgreSQL commits by itself: what is lost is that statement's answer. The link
knows it by the command's name, which nothing carries but the write: the answers of a season beside it are lost as well.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, scene
from services.drills.faults.traffic import AUDITED, Told, no_open_transactions
from services.drills.faults.year import Year
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.stack import links
from services.stack.problems import StackFailure

SCALED = "as many of the 200 answers as 45 s hold"
LOST, LONGEST_SECONDS = 200, 45.0
COMMAND = "save_section"
"""As it stands in the row of the audit."""
LINK = "enrollment*>postgres"


async def run(ground: Ground) -> None:
    """Lose two hundred answers; ask with the same key until one comes, and once more."""
    stage = await scene(ground)
    year = await stage.year(day_seconds=120.0)
    await asyncio.gather(*(actor.do(year.start()) for actor in stage.applicants))
    saver = _Saver(ground, year)
    before = await _broken(ground)
    async with ground.disturbed(LINK, "lose_answers", after=COMMAND, times=LOST):
        tasks = [asyncio.create_task(saver.save(actor)) for actor in stage.applicants]
        with suppress(StackFailure):
            await ground.until(lambda: _all_lost(ground, before), f"{LOST} answers are lost", LONGEST_SECONDS)
        saver.ending = True
        await asyncio.gather(*tasks)
    lost = await _broken(ground) - before
    ground.report.did(f"lost {lost} answers to commands")
    ground.report.found("answers lost", lost, holds=lost > 0)
    ground.report.found("effects that stood though nobody was answered", saver.stood, holds=saver.stood > 0)
    ground.report.found("repeats that were answered otherwise", saver.different, holds=saver.different == 0)
    ground.report.figures |= {"answers_lost": lost, "effects_without_answer": saver.stood}
    await saver.told.judge(ground)
    await no_open_transactions(ground)


class _Saver:
    """People who save, and look whether that stood when they were not answered."""

    def __init__(self, ground: Ground, year: Year) -> None:
        self.told = Told()
        self.ending = False
        self.stood = 0
        """Commands that had had their effect when their first try failed."""
        self.different = 0
        self._ground = ground
        self._year = year

    async def save(self, actor: Actor) -> None:
        """Save again and again until the end."""
        count = 0
        while not self.ending:
            count += 1
            key = new_id()
            call = self._year.save(actor, number=count, key=key)
            try:
                await actor.ask(call)
            except DomainError as error:
                if error.kind is not Kind.UNAVAILABLE:
                    raise
                self.stood += await self._stands(key)
            answer = await self.told.send(actor, call, key)
            self.different += await actor.do(call) != answer

    async def _stands(self, key: str) -> bool:
        async with self._ground.database("enrollment") as database:
            return bool(await database.fetch(AUDITED, [key]))


async def _broken(ground: Ground) -> int:
    found = await links.counts(ground.stack.data)
    return sum(each["broken"] for name, each in found.items() if name.startswith("enrollment") and "postgres" in name)


async def _all_lost(ground: Ground, before: int) -> bool:
    return await _broken(ground) - before >= LOST
