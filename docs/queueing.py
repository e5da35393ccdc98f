"""A queue before c servers, with people who find it full and come back: simulated, and in closed form.

Seeded: the same arguments give the same answer. Seconds everywhere.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Draw = Callable[[random.Random], float]


@dataclass(frozen=True, slots=True)
class Comeback:
    """How who was turned away comes back: after `hint` × (1 to 2) seconds, twice as long each time up to `most`."""

    hint: float = 5.0
    most: float = 60.0

    def after(self, tries: int, chance: random.Random) -> float:
        """Seconds until the next try, after so many that were turned away."""
        return min(self.hint * 2.0 ** (tries - 1), self.most) * (1.0 + chance.random())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all: seconds from each one's first try to the end of service, and who was turned away."""

    took: Sequence[float]
    waited: Sequence[float]
    """In the queue of the try that succeeded."""
    turned_away: int
    last: float
    """When the last one was served."""

    def share(self, part: float) -> float:
        """Seconds within which that part of all were through."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)]


def simulate(
    arrivals: Sequence[float],
    servers: int,
    service: Draw,
    *,
    room: float = math.inf,
    comeback: Comeback | None = None,
    seed: int = 1,
) -> Outcome:
    """First come, first served, by `servers` alike; at most `room` wait, and whoever finds it full comes back.

    Args:
        arrivals: When each tries first; in any order.
        servers: How many serve at once.
        service: Draws the time of one service.
        room: How many may wait beside those who are served.
        comeback: How those who were turned away try again.
        seed: Of all chance.
    """
    # Of its own: chance drawn as the arrivals' was would make short services follow short gaps.
    chance, comeback = random.Random(f"service {seed}"), comeback or Comeback()  # noqa: S311  (chance, not a secret)
    events = [(at, number, at, 0) for number, at in enumerate(arrivals)]
    heapq.heapify(events)
    free = [0.0] * servers
    heapq.heapify(free)
    starts: list[float] = []
    """When those who wait will be served, soonest first."""
    took, waited, turned_away, last = [], [], 0, 0.0
    while events:
        now, number, first, tries = heapq.heappop(events)
        while starts and starts[0] <= now:
            heapq.heappop(starts)
        if free[0] > now and len(starts) >= room:
            turned_away += 1
            heapq.heappush(events, (now + comeback.after(tries + 1, chance), number, first, tries + 1))
            continue
        start = max(now, heapq.heappop(free))
        end = start + service(chance)
        heapq.heappush(free, end)
        if start > now:
            heapq.heappush(starts, start)
        took.append(end - first)
        waited.append(start - now)
        last = max(last, end)
    return Outcome(took, waited, turned_away, last)


def poisson(rate: float, count: int, seed: int = 1) -> list[float]:
    """When `count` independent people come who come at `rate` a second."""
    chance, at, found = random.Random(seed), 0.0, []  # noqa: S311
    for _ in range(count):
        at += chance.expovariate(rate)
        found.append(at)
    return found


def uniform(count: int, seconds: float, seed: int = 1) -> list[float]:
    """When `count` people come somewhere within so many seconds."""
    chance = random.Random(seed)  # noqa: S311
    return sorted(chance.random() * seconds for _ in range(count))


def erlang_c_wait(rate: float, service: float, servers: int) -> float:
    """Mean wait of M/M/c by Erlang's formula: `rate` a second, `service` seconds on average. Raises ValueError when it
    is more than the servers can do."""
    offered = rate * service
    if offered >= servers:
        raise ValueError("more comes than can be served")
    # Erlang B by recurrence, which neither overflows nor cancels.
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    waits = blocked / (1 - offered / servers * (1 - blocked))
    return waits * service / (servers - offered)
