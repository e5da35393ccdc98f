"""What entering a phase costs among many applications: `python -m tests.bench.flip`.

Two cycles in one database, one with 1 000 applications and one with 100 000, are flipped in turn by the command that
the calendar gives; after each the gate is put back by hand. What counts is the median of the pairs' ratios.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import uvloop

from services.enrollment.domain.phases import ORDER, P2, P3
from services.kit.database import Database
from tests.bench.province import FILL
from tests.bench.result import Options, Result, ratios_of
from tests.handlers.enrollment.story import MEDICINE, OPERATOR, QILU, WORKER, Stage, cycle_order
from tests.integration.enrollment.crowd import Crowd, Race
from tests.support import postgres

_BACK = "UPDATE cycle_phase SET entered_at = NULL WHERE cycle_id = $1 AND sequence = $2"


class Cycle:
    """A cycle in P2 whose P3 is due, with so many applications."""

    def __init__(self, database: Database) -> None:
        self._stage = Stage(database)

    async def fill(self, applications: int) -> None:
        """Make the cycle and its applications."""
        order = cycle_order(
            {(QILU, MEDICINE): 5}, starts_at=datetime.now(UTC) - timedelta(hours=32), day_seconds=3600.0
        )
        self._stage.cycle_id = (await self._stage.cycles.create_cycle(OPERATOR, order)).cycle_id
        for count in [2_000] * (applications // 2_000) or [applications]:
            await self._stage.database.execute(FILL, self._stage.cycle_id, [QILU], [MEDICINE], count, 1)

    async def flip(self) -> float:
        """Milliseconds that entering P3 took."""
        await self._stage.stand(P2)
        await self._stage.database.execute(_BACK, self._stage.cycle_id, ORDER.index(P3))
        began = time.perf_counter()
        await self._stage.cycles.enter_phase(WORKER, self._stage.cycle_id, ORDER.index(P3))
        return (time.perf_counter() - began) * 1000


async def run(small: int, large: int, pairs: int, server: postgres.PostgresServer) -> list[tuple[float, float]]:
    """Milliseconds of flips among few and among many applications, in turn; the first pairs only warm."""
    database = Database(server.database("enrollment"), name="flip", pool_size=2)
    await database.start()
    few, many = Cycle(database), Cycle(database)
    await few.fill(small)
    await many.fill(large)
    await database.execute("ANALYZE")
    found: list[tuple[float, float]] = []
    for number in range(pairs + 5):
        found.append(
            (await few.flip(), await many.flip()) if number % 2 else (await many.flip(), await few.flip())[::-1]
        )
    await database.stop()
    return found[5:]


async def race(flips: int, server: postgres.PostgresServer) -> tuple[list[float], Race]:
    """Milliseconds of flips among 64 writers who decide, and what came of their decisions."""
    url = server.database("enrollment")
    writers, scheduler = Database(url, name="writers", pool_size=64), Database(url, name="scheduler", pool_size=2)
    await writers.start()
    await scheduler.start()
    crowd = await Crowd.gather(url, writers, scheduler)
    total, waits = Race(), []
    for number in range(flips + 1):
        one = await crowd.race(flips=1, each=4)
        if number:
            waits.append(one.longest_flip * 1000)
            total.decided += one.decided
            total.refused += one.refused
        total.leaked += one.leaked
    await writers.stop()
    await scheduler.stop()
    return waits, total


async def grown(sizes: Sequence[int], rounds: int, server: postgres.PostgresServer) -> dict[int, list[float]]:
    """Milliseconds of flips by the number of applications, all sizes in turn in one database."""
    database = Database(server.database("enrollment"), name="flip", pool_size=2)
    await database.start()
    cycles = {size: Cycle(database) for size in sizes}
    for size, cycle in cycles.items():
        await cycle.fill(size)
    await database.execute("ANALYZE")
    found: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(rounds + 5):
        for size in sizes if number % 2 else reversed(sizes):
            took = await cycles[size].flip()
            if number >= 5:
                found[size].append(took)
    await database.stop()
    return found


SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
FLIPS = 40


async def measure(options: Options) -> list[Result]:
    """Flips among ever more applications in turn, and flips among 64 writers."""
    server = postgres.create_server()
    try:
        sizes = SIZES[:3] if options.quick else SIZES
        found = await grown(sizes, options.rounds * options.sized(20, 5), server)
        waits, total = await race(options.sized(FLIPS, 5), server)
    finally:
        postgres.remove_server(server)
    few, many = found[sizes[0]], found[sizes[-1]]
    medians = {size: statistics.median(each) for size, each in found.items()}
    return [
        Result(
            *("flip", f"phase flip, {sizes[-1]} applications beside {sizes[0]}", "ms", many, few),
            ratios_of(many, few),
            target=1.2,
            better="lower",
            notes=["the command of the calendar, on an otherwise idle database"],
            costs={"flip_ms": medians[sizes[-1]]},
            curve=[
                {"applications": size, "ms": took, "beside the first": took / medians[sizes[0]]}
                for size, took in medians.items()
            ],
        ),
        Result(
            *("flip", "phase flip among 64 writers, the longest", "ms", waits),
            reached=max(waits),
            target=100,
            better="lower",
            notes=[f"{len(waits)} flips, median {statistics.median(waits):.1f} ms; {total.decided} decisions"],
        ),
        Result(
            *("flip", "decisions of the old phase committed after it", "decisions", [float(total.leaked)]),
            target=0,
            better="lower",
        ),
    ]


def tell(small: int, large: int, pairs: int, found: Sequence[tuple[float, float]]) -> None:
    """Print what came of it."""
    ratios = [many_ms / few_ms for few_ms, many_ms in found]
    print(f"{pairs} pairs, load {os.getloadavg()[0]:.1f}")
    for name, values in (
        (f"{small} applications", [few_ms for few_ms, _ in found]),
        (f"{large} applications", [many_ms for _, many_ms in found]),
    ):
        print(f"{name:22} p50 {statistics.median(values):.2f} ms  p99 {statistics.quantiles(values, n=100)[98]:.2f} ms")
    quarters = statistics.quantiles(ratios, n=4)
    print(f"ratio {statistics.median(ratios):.2f} (middle half of the pairs: {quarters[0]:.2f} to {quarters[2]:.2f})")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=100)
    given = parser.parse_args()
    server = postgres.create_server()
    try:
        found = uvloop.run(run(given.few, given.many, given.pairs, server))
        tell(given.few, given.many, given.pairs, found)
    finally:
        postgres.remove_server(server)


if __name__ == "__main__":
    main()
