"""The same rehearsal while every process and every server is killed once: nothing lost, nothing twice."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.stack import Stack
from tests.support.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

VICTIMS = ("enrollment", "portal", "nats", "workflows", "postgres", "notify", "temporal", "identity", "faculty")
SECONDS = 300


def test_kill_nine_of_everything_in_turn(stack: Stack) -> None:
    order = ("--applicants", "60", "--bases", "6", "--day", "1s", "--seed", "12", "--json")
    rehearsal = stack.residency("rehearse", *order)
    try:
        cycle = until(lambda: running_cycle(stack), "registration has begun", 120)
        begins, ends = window(cycle)
        for number, victim in enumerate(VICTIMS):
            moment = begins + (ends - begins) * ((number + 0.5) / len(VICTIMS))
            until(partial(reached, moment), f"the moment of {victim}", 120)
            assert rehearsal.poll() is None, f"ended before {victim} died"
            stack.kill(victim)
        out, talk = rehearsal.communicate(timeout=SECONDS)
    except BaseException:
        finish(rehearsal)
        raise
    assert rehearsal.returncode == 0, f"{out}\n{talk}"
    report = json.loads(out)
    assert report["ok"]
    assert set(VICTIMS) <= set(report["restarts"])
    assert report["commands"]["unknown"] == 0


def running_cycle(stack: Stack) -> Any:
    """The cycle whose registration has begun, or None."""
    answer = stack.get("/api/v1/cycles?open_only=true")
    return next((cycle for cycle in (answer or {}).get("cycles", []) if cycle["phase"] == "registration"), None)


def window(cycle: Any) -> tuple[datetime, datetime]:
    """From the opening of registration to that of the last phase but one day."""
    opens = {phase["phase"]: phase["opens_at"] for phase in cycle["phases"]}
    begins, ends = datetime.fromisoformat(opens["registration"]), datetime.fromisoformat(opens["closed"])
    return begins, ends - timedelta(seconds=cycle["day_seconds"])


def reached(moment: datetime) -> bool:
    """Whether `moment` (aware) has come."""
    return datetime.now(UTC) >= moment


def finish(command: subprocess.Popen[str]) -> None:
    """End a command after a failure and show what it said."""
    command.terminate()
    out, talk = command.communicate(timeout=30)
    print(out, talk)
