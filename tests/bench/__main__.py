"""Every promise of speed, ours and the bare thing in turn: `python -m tests.bench` (`make bench`).

Prints each figure beside what is to be reached, keeps all in build/bench/results.json, and writes the page
docs/benchmarks.md with its figures beside it (docs/benchmarks.json) when `--write` names it. Nothing fails for being
slow: exit code 1 means that a bench could not be run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench import machine, page, profiling, runner
from tests.bench.result import Options, line, of
from tests.bench.rows import BENCHES

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "bench" / "results.json"
QUICK_ROUNDS = 2


def main() -> int:
    """Parse the command line and run; returns the exit code."""
    given = _arguments()
    if given.profile:
        profiling.profile(given.profile, given.profiles, print)
        return 0
    names = given.only.split(",") if given.only else [bench.name for bench in BENCHES]
    chosen = [bench for bench in BENCHES if bench.name in names]
    options = Options(given.rounds or (QUICK_ROUNDS if given.quick else 5), quick=given.quick)
    began = time.monotonic()
    minutes = sum(bench.minutes for bench in chosen)
    print(
        f"{len(chosen)} benches, {options.rounds} pairs, load {machine.load()}; about {minutes:g} minutes", flush=True
    )
    told: dict[str, Any] = {"machine": machine.described(), "benches": []}
    for bench in chosen:
        done = runner.one(bench, options, print)
        told["benches"].append(done)
        _keep(told)
        print(f"{bench.name}: {done['seconds']} s, load {done['load_before']} → {done['load_after']}", flush=True)
        for each in done["results"]:
            print(f"  {line(of(each))}", flush=True)
    print(f"{time.monotonic() - began:.0f} s; {KEPT.relative_to(ROOT)}")
    if given.write:
        page.write(given.write, told)
        print(f"written: {given.write}")
    return 1 if any(bench["error"] for bench in told["benches"]) else 0


def _keep(told: dict[str, Any]) -> None:
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", default="", metavar="NAME,..", help="only these; the page keeps what it had of others"
    )
    parser.add_argument("--quick", action="store_true", help="two pairs of small ones: to try it")
    parser.add_argument("--rounds", type=int, default=0, help="pairs of ours and bare (5)")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the page and its figures: docs/benchmarks.md")
    parser.add_argument("--profile", default="", metavar="NAME", help=f"profile a path: {', '.join(profiling.PATHS)}")
    parser.add_argument("--profiles", type=Path, default=ROOT / "docs" / "benchmarks", help="folder of the profiles")
    given = parser.parse_args()
    known = {bench.name for bench in BENCHES}
    for name in filter(None, given.only.split(",")):
        if name not in known:
            parser.error(f"--only {name}: no such bench; there are {', '.join(sorted(known))}")
    return given


if __name__ == "__main__":
    sys.exit(main())
