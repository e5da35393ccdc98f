"""A rehearsal beside a drill, in a process of its own; its report, and what that must say where nothing is lost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from services.drills.ground import Options, Stack
from services.drills.report import Report
from services.drills.waiting import eventually
from services.stack.problems import StackFailure

SECONDS = 900.0
"""A rehearsal that takes longer than this is given up."""
SHOWN = 5
"""How many of the slowest acts are told."""


class Play:
    """A running `residency rehearse --json`."""

    def __init__(self, stack: Stack, process: subprocess.Popen[str], day_seconds: float) -> None:
        self._stack = stack
        self._process = process
        self._day_seconds = day_seconds
        self._phases: dict[str, Any] = {}
        # Read as it comes: a report is longer than a pipe, and who cannot write it never ends.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="play")
        self._said = self._reader.submit(process.communicate)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def end(self) -> None:
        """End it if it still plays, and hear it out."""
        if not self.over:
            self._process.terminate()
        self._said.result()
        self._reader.shutdown()

    async def begun(self, phase: str = "registration") -> Any:
        """Wait until the play's cycle is in `phase`; the cycle as the portal tells it.

        Raises StackFailure when the play ends before.
        """
        return await eventually(lambda: self._cycle_in(phase), f"{phase} has begun", SECONDS)

    async def reached(self, share: float) -> None:
        """Wait until `share` (0 to 1) of the time from registration to closing has passed."""
        # Asked once: a season that goes on leaves the phase that is waited for.
        self._phases = self._phases or {phase["phase"]: phase for phase in (await self.begun())["phases"]}
        opens, closes = (datetime.fromisoformat(self._phases[name]["opens_at"]) for name in ("registration", "closed"))
        moment = opens + (closes - opens) * share
        await eventually(
            lambda: datetime.now(moment.tzinfo) >= moment or self.over, f"{share:.0%} of the play", SECONDS
        )

    async def report(self) -> dict[str, Any]:
        """The report of the rehearsal (`services/rehearsal/report.py`) once it has ended, also of one that failed.

        Raises StackFailure when it ended without one.
        """
        await eventually(lambda: self.over, "the rehearsal has ended", SECONDS)
        said, talk = self._said.result()
        try:
            told: dict[str, Any] = json.loads(said)
        except ValueError:
            raise StackFailure(f"the rehearsal ended with {self._process.returncode}: {talk[-2000:]}") from None
        return told

    def _cycle_in(self, phase: str) -> Any:
        if self.over:
            raise StackFailure(f"the rehearsal ended too early: {self._said.result()[1][-2000:]}")
        answer = self._stack.get("/api/v1/cycles?open_only=true")
        mine = (each for each in (answer or {}).get("cycles", []) if each["day_seconds"] == self._day_seconds)
        return next((cycle for cycle in mine if cycle["phase"] == phase), None)


@contextmanager
def playing(stack: Stack, options: Options) -> Iterator[Play]:
    """Start the rehearsal that a drill was asked for on `stack`; one still playing at the end of the block is ended."""
    order = ["--applicants", str(options.applicants), "--seed", str(options.seed)]
    order += ["--day", f"{round(options.day_seconds * 1000)}ms"]
    order += ["--bases", str(options.bases)] if options.bases is not None else []
    play = Play(stack, stack.residency("rehearse", "--json", *order), options.day_seconds)
    try:
        yield play
    finally:
        play.end()


def judge(report: Report, name: str, told: Mapping[str, Any], *, deaths_expected: bool = False) -> None:
    """Write down what must hold in the season of a drill that loses nothing, by the report of its rehearsal.

    With `deaths_expected` it is no fault that processes died and were started again.
    """
    broken = [
        f"{key} ({'; '.join(each['examples'])})"
        for key, each in told["invariants"].items()
        if not (each["holds"] or each["advisory"])
    ]
    report.found(f"{name}: every invariant holds", ", ".join(broken) or "yes", holds=not broken)
    failed = told["commands"]["unknown"] + sum(told["commands"]["server_errors"].values())
    report.found(f"{name}: commands that failed", failed, holds=failed == 0)
    unexpected = told["refusals"]["unexpected"]
    report.found(f"{name}: refusals that no rule asks for", unexpected or 0, holds=not unexpected)
    report.found(f"{name}: processes that died", told["restarts"] or 0, holds=deaths_expected or not told["restarts"])
    slowest = sorted(told["latencies"].items(), key=lambda each: -each[1]["p99"])[:SHOWN]
    report.figures |= {
        f"{name}: commands accepted": told["commands"]["accepted"],
        f"{name}: tries that were repeated": sum(told["commands"]["retried"].values()),
        f"{name}: why": told["commands"]["retried"],
        f"{name}: seconds of commands": told["commands"]["seconds"],
        f"{name}: slowest": {act: seconds["p99"] for act, seconds in slowest},
    }
