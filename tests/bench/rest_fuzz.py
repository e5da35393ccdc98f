"""schemathesis on the whole OpenAPI of a fresh stack, as each role: `python -m tests.bench.rest_fuzz [CASES] [SEED]`.

Prints the numbers and every fault once; exit code 1 when there is one. 5 000 cases unless told otherwise.
"""

from __future__ import annotations

import sys
import time

from services.drills import ground
from services.drills.ground import Stack
from tests.support import rest_roles
from tests.support.rest_fuzz import Found, Fuzz

CASES = 5_000


def fuzz(stack: Stack, cases: int, seed: int) -> Found:
    """A year of the sandbox beside the demo, and `cases` against both."""
    command = stack.residency("sandbox", "--day", "1m")
    out, talk = command.communicate(timeout=120)
    assert command.returncode == 0, f"{out}\n{talk}"
    return Fuzz(f"http://127.0.0.1:{stack.port}", rest_roles.tokens(stack.data), seed).run(cases)


def main() -> int:
    """Entry point; returns the exit code."""
    numbers = [int(argument) for argument in sys.argv[1:]]
    cases, seed = (numbers + [CASES, 1][len(numbers) :])[:2]
    with ground.running() as stack:
        began = time.monotonic()
        found = fuzz(stack, cases, seed)
        print(f"{time.monotonic() - began:.0f} s; {found.summary()}")
        print("slowest:", *(f"{name} {seconds:.2f} s" for seconds, name in reversed(found.slowest)))
    return 1 if found.faults or found.cases < cases else 0


if __name__ == "__main__":
    sys.exit(main())
