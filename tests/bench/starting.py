"""How soon a second `residency up` is ready, and what the whole then holds: `python -m tests.bench.starting`.

A stack in a folder of its own is started as a newcomer starts it, stopped, and started again, as often as asked. Ready
is what `up` itself calls ready: every process answers, the province is loaded, the portal serves. Memory is the
proportional set size (PSS) of `up` and all processes below it, servers included, summed once they rest.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.drills import ground
from services.drills.ground import Stack
from tests.bench.result import Options, Result

SOON_SECONDS, REST_SECONDS = 3.0, 50.0
"""When memory is read: the second time what a start needs only for itself is over, unused sessions closed."""


@dataclass(frozen=True)
class Start:
    """Seconds until ready, MiB (PSS) of all soon after, and by process once they rest."""

    seconds: float
    soon: float
    memory: dict[str, float]

    @property
    def whole(self) -> float:
        """MiB of all."""
        return sum(self.memory.values())


def starts(count: int) -> list[Start]:
    """`count` starts on what a first one left."""
    with ground.running() as stack:
        found: list[Start] = []
        for _ in range(count):
            stack.stop()
            began = time.perf_counter()
            stack.start()
            seconds = time.perf_counter() - began
            time.sleep(SOON_SECONDS)
            soon = sum(memory(stack).values())
            time.sleep(REST_SECONDS - SOON_SECONDS)
            found.append(Start(seconds, soon, memory(stack)))
        return found


def memory(stack: Stack) -> dict[str, float]:
    """MiB (PSS) by what runs, as `stack.json` names it; the rest is `up` itself and what it is born from."""
    named = {pid: name for name, pid in stack.state().pids.items()}
    found: dict[str, float] = defaultdict(float)
    for pid, name in _below(os.getpid(), "up", named):
        found[name] += _pss(pid)
    return dict(found)


def _below(pid: int, above: str, named: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Every process below, with its own name or that of the nearest above which has one."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            name = named.get(child, above)
            yield child, name
            yield from _below(child, name, named)


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(each.split()[1]) / 1024 for each in lines if each.startswith("Pss:")), 0.0)


async def measure(options: Options) -> list[Result]:
    """Second starts, and the memory of the whole."""
    found = starts(options.sized(options.rounds, 1))
    return results(found)


def results(found: list[Start]) -> list[Result]:
    """What the starts come to."""
    last = found[-1].memory
    parts = ", ".join(f"{name} {mib:.0f}" for name, mib in sorted(last.items(), key=lambda each: -each[1]))
    return [
        Result(
            *("start", "`residency up` to ready, second start", "s", [each.seconds for each in found]),
            target=8.0,
            stretch=5.0,
            better="lower",
        ),
        Result(
            *("start", "memory of the whole", "MiB PSS", [each.whole for each in found]),
            target=700.0,
            stretch=500.0,
            better="lower",
            notes=[
                f"after {REST_SECONDS:.0f} s, MiB: {parts}",
                f"after {SOON_SECONDS:.0f} s: {statistics.median(each.soon for each in found):.0f} MiB",
            ],
            costs={f"{name}_idle_pss_mib": mib for name, mib in last.items()},
        ),
    ]


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--starts", type=int, default=3)
    given = parser.parse_args()
    found = starts(given.starts)
    for each in found:
        parts = ", ".join(f"{name} {mib:.0f}" for name, mib in sorted(each.memory.items(), key=lambda one: -one[1]))
        print(f"ready after {each.seconds:.1f} s, {each.soon:.0f}, then {each.whole:.0f} MiB PSS: {parts}")
    print(f"median {statistics.median(each.seconds for each in found):.1f} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
