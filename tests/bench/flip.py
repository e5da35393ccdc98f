"""What entering a phase costs among many applications: `python -m tests.bench.flip`.

Two cycles in one database, one with 1 000 applications and one with 100 000, are flipped in turn by the command that
the calendar gives; after each the gate is put back by hand. What counts is the median of the pairs' ratios.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from datetime import UTC, datetime, timedelta

import uvloop

from services.enrollment.domain.phases import ORDER, P2, P3
from services.kit.database import Database
from tests.bench.province import FILL
from tests.handlers.enrollment.story import MEDICINE, OPERATOR, QILU, WORKER, Stage, cycle_order
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


async def run(small: int, large: int, pairs: int, server: postgres.PostgresServer) -> None:
    """Flip both in turn and print."""
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
    found = found[5:]
    await database.stop()
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
        uvloop.run(run(given.few, given.many, given.pairs, server))
    finally:
        postgres.remove_server(server)


if __name__ == "__main__":
    main()
