"""The same rehearsal while every process and every server is killed once: nothing lost, nothing twice.

Temporal even loses its store, in the middle of the second round: `residency reconcile` brings every wait back.
"""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from services.drills import ground
from services.drills.ground import Stack
from tests.support.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

VICTIMS = ("workflows", "enrollment", "nats", "portal", "notify", "postgres", "identity", "faculty")
SECONDS = 300
DAY_SECONDS = 1
BASES = 6


def test_kill_nine_of_everything_in_turn() -> None:
    with ground.running() as stack:  # its Temporal forgets everything: no stack for others
        kills_everything_in_turn(stack)


def kills_everything_in_turn(stack: Stack) -> None:
    """The rehearsal, and whom it loses when."""
    order = ("--applicants", "60", "--bases", str(BASES), "--day", f"{DAY_SECONDS}s", "--seed", "12", "--json")
    rehearsal = stack.residency("rehearse", *order)
    try:
        cycle = until(lambda: running_cycle(stack), "registration has begun", 120)
        begins, ends = window(cycle)
        moments = {begins + (ends - begins) * ((n + 0.5) / len(VICTIMS)): victim for n, victim in enumerate(VICTIMS)}
        moments[in_the_second_round(cycle)] = "temporal"
        for moment, victim in sorted(moments.items()):
            until(partial(reached, moment), f"the moment of {victim}", 120)
            assert rehearsal.poll() is None, f"ended before {victim} died"
            if victim == "temporal":
                stack.lose_temporal()
                waits_come_back(stack, cycle["cycle_id"])
            else:
                stack.kill(victim)
        out, talk = rehearsal.communicate(timeout=SECONDS)
    except BaseException:
        finish(rehearsal)
        raise
    assert rehearsal.returncode == 0, f"{out}\n{talk}"
    report = json.loads(out)
    assert report["ok"]
    assert {*VICTIMS, "temporal"} <= set(report["restarts"])
    assert report["commands"]["unknown"] == 0


def waits_come_back(stack: Stack, cycle_id: str) -> None:
    """OPS-04 with an empty store: whatever is open runs again, the year first of all, and a repeat misses nothing."""
    first, second = reconcile(stack), reconcile(stack, "--dry-run")
    begun = {each["workflow_id"] for each in first["differences"] if each["what"] == "missing"}
    assert f"cycle/{cycle_id}" in begun
    assert all(each["mended"] for each in first["differences"])
    assert not [each for each in second["differences"] if each["what"] == "missing"]


def reconcile(stack: Stack, *more: str) -> Any:
    """What `residency reconcile --json` says."""
    told = stack.residency("reconcile", "--json", *more)
    out, talk = told.communicate(timeout=60)
    assert told.returncode == 0, talk
    return json.loads(out)


def in_the_second_round(cycle: Any) -> datetime:
    """A day after the opening of the second round."""
    [opens] = [phase["opens_at"] for phase in cycle["phases"] if phase["round"] == 2]
    return datetime.fromisoformat(opens) + timedelta(seconds=cycle["day_seconds"])


def running_cycle(stack: Stack) -> Any:
    """The rehearsal's cycle, told by its pace, once registration has begun; a sandbox may be open beside it."""
    answer = stack.get("/api/v1/cycles?open_only=true")
    mine = (each for each in (answer or {}).get("cycles", []) if each["day_seconds"] == DAY_SECONDS)
    return next((cycle for cycle in mine if cycle["phase"] == "registration"), None)


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
