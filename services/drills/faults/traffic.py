"""People who go on working while something is broken, and whether what they were told is what stands in the tables."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, Scene, patiently
from services.drills.faults.year import Call, Year
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id

AUDITED = "SELECT idempotency_key AS key, count(*) AS rows FROM audit WHERE idempotency_key = ANY($1) GROUP BY 1"
OPEN_SESSIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
    AND clock_timestamp() - state_change > interval '5 seconds'
"""
PAUSE_SECONDS = 0.05
"""Between two commands of one person."""


@dataclass(slots=True)
class Told:
    """What people were told of their commands, by key."""

    accepted: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    """Key → reason."""
    unknown: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    """From the first try to the answer, command by command."""
    failed_tries: Counter[str] = field(default_factory=Counter)
    """Tries that were repeated with their key, by reason."""

    async def send(self, actor: Actor, call: Call, key: str) -> object:
        """Have a command answered, however often it takes; the answer, None for a refusal."""
        began = time.monotonic()

        async def once() -> object:
            try:
                return await actor.ask(call)
            except DomainError as error:
                if error.kind in (Kind.UNAVAILABLE, Kind.EXHAUSTED):
                    self.failed_tries[error.reason] += 1
                raise

        try:
            answer = await patiently(once)
            self.accepted.add(key)
        except DomainError as error:
            answer = None
            if error.kind in (Kind.UNAVAILABLE, Kind.EXHAUSTED, Kind.INTERNAL):
                self.unknown.add(key)
            else:
                self.refused[key] = error.reason
        self.seconds.append(time.monotonic() - began)
        return answer

    async def judge(self, ground: Ground) -> None:
        """Compare what they were told with the audit: each accepted command stands there once, each refused not."""
        keys = [*self.accepted, *self.refused, *self.unknown]
        async with ground.database("enrollment") as database:
            rows = {row["key"]: row["rows"] for row in await database.fetch(AUDITED, keys)}
        lost = [key for key in self.accepted if key not in rows]
        doubled = [key for key, count in rows.items() if count > 1]
        done = [key for key in self.refused if key in rows]
        counts = f"of {len(self.accepted)} accepted commands"
        ground.report.found("lost", f"{len(lost)} {counts}", holds=not lost and bool(self.accepted))
        ground.report.found("doubled", f"{len(doubled)} {counts}", holds=not doubled)
        ground.report.found("refused, yet done", f"{len(done)} of {len(self.refused)}", holds=not done)
        ground.report.found("never answered", len(self.unknown), holds=not self.unknown)
        figures = ground.report.figures
        figures |= {
            "accepted": figures.get("accepted", 0) + len(self.accepted),
            "lost": figures.get("lost", 0) + len(lost),
            "doubled": figures.get("doubled", 0) + len(doubled),
            "tries_repeated": sum(self.failed_tries.values()),
        }

    def more(self, count: int) -> Callable[[], bool]:
        """Whether `count` more have been accepted than now."""
        wanted = len(self.accepted) + count
        return lambda: len(self.accepted) >= wanted


@asynccontextmanager
async def saving(
    ground: Ground, stage: Scene, *years: Year, told: Told | None = None, pause: float = PAUSE_SECONDS
) -> AsyncIterator[Told]:
    """Inside, every applicant of the scene corrects their telephone number in each of `years` again and again.

    What they are told goes into `told` where one is given; between two corrections they pause for `pause` seconds at
    most.
    """
    told = told or Told()
    writers = [(year, actor) for year in years for actor in stage.applicants]
    await asyncio.gather(*(_begin(ground, year, actor) for year, actor in writers))
    ending = asyncio.Event()
    chance = random.Random(f"saving/{ground.options.seed}")  # noqa: S311 (reproducible play, not a secret)
    tasks = [asyncio.create_task(_save(told, year, actor, chance, ending, pause)) for year, actor in writers]
    try:
        await ground.until(told.more(len(tasks)), "everybody has saved once")
        yield told
    finally:
        ending.set()
        await asyncio.gather(*tasks)


async def _begin(ground: Ground, year: Year, actor: Actor) -> None:
    """Start an application; again where one round has ended and the next has not begun."""

    async def begun() -> bool:
        try:
            await actor.do(year.start())
        except DomainError as error:
            if error.reason != "NOT_IN_PHASE":
                raise
            return False
        return True

    await ground.until(begun, f"{actor.name} can start an application")


async def _save(
    told: Told, year: Year, actor: Actor, chance: random.Random, ending: asyncio.Event, pause: float
) -> None:
    number = 0
    while not ending.is_set():
        number, key = number + 1, new_id()
        await told.send(actor, year.save(actor, number=number, key=key), key)
        await asyncio.sleep(pause * chance.random())


async def no_open_transactions(ground: Ground, services: Sequence[str] = ("enrollment",)) -> None:
    """Write down whether any session has stood in an open transaction for more than five seconds."""
    count = 0
    for service in services:
        async with ground.database(service) as database:
            count += await database.fetchval(OPEN_SESSIONS)
    ground.report.found("sessions idle in a transaction", count, holds=count == 0)
