"""OPS-98: one broken fault does not hide the others, links are put right again, and a play is broken as planned."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from services.drills.faults import Fault
from services.drills.faults.beside import FaultsBeside
from services.drills.faults.ground import Ground
from services.drills.faults.plan import Planned
from services.drills.faults.season import Batch, batch, inject
from services.drills.ground import Options, Stack
from services.rehearsal.report_record import Fault as Shown
from services.rehearsal.timetable import Timetable
from services.stack import links
from services.stack.link_proxy import Control, Link
from services.stack.links import Behaviour
from services.stack.problems import StackFailure, StackProblem

Run = Callable[[Ground], Awaitable[None]]


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Fault]:
    """Makes a fault of a coroutine function."""

    def make(run: Run, number: int = 1, **wants: object) -> Fault:
        module = ModuleType(f"services.drills.faults.made_{number}")
        module.__dict__.update(wants, run=run)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return Fault(number, f"fault {number}", "nothing", (), f"made_{number}")

    return make


@pytest.fixture
async def linked(tmp_path: Path) -> AsyncIterator[Path]:
    """The folder of a stack with one link."""
    link = Link("enrollment>nats", 0, 1)
    async with await asyncio.start_unix_server(Control({link.name: link}).enter, links.socket(tmp_path)):
        yield tmp_path
    await link.behave(Behaviour("refuse"))


async def well(ground: Ground) -> None:
    ground.recovered(1.5)
    ground.report.figures["lost"] = 0
    ground.report.found("lost", 0, holds=True)


async def lost(ground: Ground) -> None:
    ground.report.found("lost", 1, holds=False)


async def stuck(ground: Ground) -> None:
    await ground.until(lambda: False, "it heals", seconds=0)


async def broken(_ground: Ground) -> None:
    raise KeyError("nothing of the kind")


async def blind(_ground: Ground) -> None:
    """Looks at nothing."""


@pytest.mark.parametrize(
    ("run", "survived", "seen"),
    [
        (well, True, "0"),
        (lost, False, "1"),
        (stuck, False, "not within 0 s: it heals"),
        (broken, False, "KeyError: 'nothing of the kind'"),
        (blind, False, ""),
    ],
)
async def test_ops_98_whatever_a_fault_does_is_an_outcome(
    tmp_path: Path, fault: Callable[..., Fault], run: Run, survived: bool, seen: str
) -> None:
    outcome = await inject(fault(run, SCALED="less"), Stack(tmp_path), Options(), None)
    assert (outcome.number, outcome.survived, outcome.scaled) == (1, survived, "less")
    assert "; ".join(each["seen"] for each in outcome.findings) == seen
    assert outcome.recovered_seconds == (1.5 if run is well else None)
    assert outcome.figures["beside_a_season"] is False


async def test_ops_98_faults_on_one_stack_share_what_they_keep(tmp_path: Path, fault: Callable[..., Fault]) -> None:
    async def keep(ground: Ground) -> None:
        ground.kept["people"] = ground.kept.get("people", 0) + 1
        ground.report.found("people", ground.kept["people"], holds=True)

    kept: dict[str, Any] = {}
    for _ in range(2):
        outcome = await inject(fault(keep), Stack(tmp_path), Options(), None, kept)
    assert outcome.findings[0]["seen"] == "2"


async def test_ops_98_links_are_put_right_when_a_drill_breaks(linked: Path) -> None:
    ground = Ground(Stack(linked), Options().report("fault 1"))

    async def break_down() -> None:
        async with ground.disturbed("*>nats", "hang") as chosen:
            assert chosen == ["enrollment>nats"]
            assert (await links.counts(linked))["enrollment>nats"]["mode"] == "hang"
            raise KeyError

    with pytest.raises(KeyError):
        await break_down()
    assert (await links.counts(linked))["enrollment>nats"]["mode"] == "pass"


async def test_ops_98_a_link_that_is_not_there_is_named(linked: Path) -> None:
    with pytest.raises(KeyError, match="nobody>nats"):
        await links.behave(linked, "nobody>nats", Behaviour("cut"))


def test_ops_98_a_plan_asks_for_what_its_faults_want(fault: Callable[..., Fault]) -> None:
    two = Planned(fault(well, 1, UP=("--replicas", "2")), 0.1)
    three = Planned(fault(well, 2, UP=("--replicas", "2"), SEASON=False), 0.2)
    assert batch([two, three]) == Batch((two, three), ("--replicas", "2"), season=False)
    with pytest.raises(StackProblem, match="fault 3 wants a stack of its own"):
        batch([two, Planned(fault(well, 3, ALONE=True), 0.3)])


def timetable(closed: bool = False) -> Timetable:
    """A cycle that began a minute ago and closes in a minute, or has closed just now."""
    now = datetime.now(UTC)
    begins, ends = now - timedelta(seconds=60), now if closed else now + timedelta(seconds=60)
    times = {"registration": (begins, ends, begins), "closed": (ends, None, ends if closed else None)}
    phases = [
        {"phase": name, "sequence": number, "round": 0}
        | {key: at and at.isoformat() for key, at in zip(("opens_at", "closes_at", "entered_at"), moments, strict=True)}
        for number, (name, moments) in enumerate(times.items(), 1)
    ]
    cycle = {"cycle_id": "c", "sequence": 2 if closed else 1, "phases": phases}

    async def read() -> dict[str, Any]:
        return cycle

    return Timetable(cycle, read)


async def test_ops_98_a_play_is_broken_as_planned_and_told(linked: Path, fault: Callable[..., Fault]) -> None:
    heard: list[str] = []
    plan = [Planned(fault(lost, 1), 0.1), Planned(fault(well, 2), 0.2)]
    beside = FaultsBeside(linked, plan, Options(hear=heard.append))
    await beside.check()
    shown: list[Shown] = []
    await beside.run(timetable(), shown)
    assert [(each.name, each.outcome) for each in shown] == [
        ("1 fault 1", "not survived"),
        ("2 fault 2", "survived"),
    ]
    assert [outcome.figures["beside_a_season"] for outcome in beside.outcomes] == [True, True]
    assert not beside.ok
    assert any("fault 2" in line for line in heard)


async def test_ops_98_a_fault_after_the_close_says_that_it_was_alone(linked: Path, fault: Callable[..., Fault]) -> None:
    beside = FaultsBeside(linked, [Planned(fault(well), 0.5)], Options())
    await beside.run(timetable(closed=True), [])
    assert beside.ok
    assert beside.outcomes[0].figures["beside_a_season"] is False


async def test_ops_98_a_stack_without_links_cannot_be_broken(tmp_path: Path) -> None:
    with pytest.raises(StackProblem, match="residency up --links"):
        await FaultsBeside(tmp_path, [], Options()).check()


async def test_ops_98_a_goal_of_time_grows_with_what_else_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = Ground(Stack(tmp_path), Options().report("fault 1"))
    for load, holds in ((0.0, False), (8.0, True)):
        monkeypatch.setattr("os.getloadavg", lambda load=load: cast("tuple[float, ...]", (load, load, load)))
        monkeypatch.setattr("os.cpu_count", lambda: 2)
        ground.timely("whole again", 10.0, 5.0)
        assert ground.report.findings[-1].holds is holds
    with pytest.raises(StackFailure):
        await stuck(ground)
