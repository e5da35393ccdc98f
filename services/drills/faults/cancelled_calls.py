"""Fault 33. A thousand calls are given between one and fifty milliseconds: most end while they are under way."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from residency.enrollment.v1 import application_service_pb2
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, scene
from services.drills.faults.traffic import AUDITED
from services.drills.faults.witness import gauge
from services.drills.faults.year import Year
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.rehearsal.dossiers import amend

CALLS, AT_ONCE = 1000, 8
SHORTEST_SECONDS, LONGEST_SECONDS = 0.001, 0.05
"""Where a command takes longer than half of that, up to twice as long as it takes: to be cut everywhere in it."""
HEALS_SECONDS = 5.0
_LOCKS = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND pg_stat_activity.datname = current_database() AND granted
    AND clock_timestamp() - xact_start > interval '5 seconds'
"""
_OPEN = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
    AND clock_timestamp() - state_change > interval '5 seconds'
"""


async def run(ground: Ground) -> None:
    """Send them all, then look for what they left behind, and ask for some of them again."""
    stage = await scene(ground)
    year = await stage.year()
    await asyncio.gather(*(actor.do(year.start()) for actor in stage.applicants))
    stub = stage.channel.stub(ApplicationServiceStub)
    chance = random.Random(f"cancelled/{ground.options.seed}")  # noqa: S311 (reproducible play, not a secret)
    longest = max(LONGEST_SECONDS, 2 * await _usual(year, stage.applicants[0]))
    slots, ends, keys = asyncio.Semaphore(AT_ONCE), Counter[str](), []

    async def one(number: int) -> None:
        actor = stage.applicants[number % len(stage.applicants)]
        request, seconds = _request(year, actor, number), chance.uniform(SHORTEST_SECONDS, longest)
        keys.append(request.idempotency_key)
        async with slots:
            try:
                await actor.ask(lambda: stub.SaveSection(request, timeout=seconds))
                ends["done"] += 1
            except DomainError as error:
                ends["cut short" if error.kind in (Kind.UNAVAILABLE, Kind.EXHAUSTED) else error.reason] += 1

    await asyncio.gather(*(one(number) for number in range(CALLS)))
    told = ", ".join(f"{name} {count}" for name, count in sorted(ends.items()))
    ground.report.did(f"{CALLS} calls with a time limit of 1 to {longest * 1000:.0f} ms: {told}")
    odd = set(ends) - {"done", "cut short"}
    ground.report.found("how calls ended", told, holds=not odd and ends["cut short"] > 0)
    waited = await ground.seconds_until(lambda: _nothing_lent(ground), "every connection is back")
    ground.report.found("connections that stay lent", 0, holds=True)
    async with ground.database("enrollment") as database:
        await ground.until(lambda: _none(database, _OPEN), "no session idles in a transaction")
        await ground.until(lambda: _none(database, _LOCKS), "no lock is held")
        rows = {row["key"]: row["rows"] for row in await database.fetch(AUDITED, keys)}
    ground.report.found("sessions idle in a transaction, locks held", 0, holds=True)
    twice = sum(count > 1 for count in rows.values())
    ground.report.found("calls whose effect stands twice", twice, holds=not twice)
    answer = await stage.applicants[0].do(year.save(stage.applicants[0], number=CALLS))
    ground.report.found("a command afterwards", "done", holds=answer is not None)
    ground.timely("nothing left behind after", waited, HEALS_SECONDS)
    ground.report.figures |= {"calls": CALLS, "cut_short": ends["cut short"], "took_effect": len(rows)}
    ground.recovered(waited)


async def _usual(year: Year, actor: Actor) -> float:
    """Seconds that a command takes now: the middle of nine."""
    taken = []
    for number in range(9):
        began = time.monotonic()
        await actor.do(year.save(actor, number=number))
        taken.append(time.monotonic() - began)
    return sorted(taken)[4]


def _request(year: Year, actor: Actor, number: int) -> application_service_pb2.SaveSectionRequest:
    return application_service_pb2.SaveSectionRequest(
        cycle_id=year.cycle_id,
        section="SECTION_BASIC",
        body=ParseDict(dict(amend(actor.dossier["basic"], number)), Struct()),
        idempotency_key=new_id(),
    )


async def _nothing_lent(ground: Ground) -> bool:
    """Whether no connection of enrollment is in anybody's hands; beside a season some are, and hardly ever all."""
    port = ground.stack.state().ports["enrollment.metrics"]
    lent = [await gauge(port, "residency_database_connections", lane=lane, state="lent") for lane in ("fast", "work")]
    return all(each is not None and each <= (8 if ground.season is not None else 0) for each in lent)


async def _none(database: object, query: str) -> bool:
    return bool(await database.fetchval(query) == 0)  # type: ignore[attr-defined]
