"""OPS-94: looks at a running stack cost little, stay bounded, and survive whatever is away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.rehearsal.report_environment import environment
from services.rehearsal.report_record import places
from services.rehearsal.samples import POINTS, RAREST, SHARE, Sampler, Track, pause, rates
from services.rehearsal.samples_looks import lag_in, memory_bytes, processor_seconds, trees
from services.stack import state

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)


class Flaky:
    """Sees something every second time."""

    name = "flaky"
    every = 0.0

    def __init__(self) -> None:
        self.asked = 0
        self.enough = asyncio.Event()
        self.closed = False

    async def look(self) -> Mapping[str, float]:
        self.asked += 1
        if self.asked == 6:
            self.enough.set()
        if self.asked % 2:
            raise ConnectionResetError
        return {"seen": float(self.asked)}

    async def close(self) -> None:
        self.closed = True


async def test_ops_94_a_part_that_is_away_leaves_a_gap_and_nothing_else() -> None:
    look = Flaky()
    async with Sampler([look]) as sampler:
        await look.enough.wait()
    told = sampler.as_json(BEGAN)["flaky"]
    assert told["values"]["seen"][:2] == [2, 4]
    assert told["missed"] >= 3
    assert look.closed
    await sampler.stop()


def test_ops_94_a_long_play_keeps_no_more_points_than_a_short_one() -> None:
    track = Track()
    for second in range(20_000):
        track.add(BEGAN + timedelta(seconds=second), {"a": second})
    told = track.as_json(BEGAN)
    assert POINTS / 2 <= len(told["at"]) <= POINTS
    gaps = {round(later - earlier) for earlier, later in zip(told["at"], told["at"][1:], strict=False)}
    assert len(gaps) <= 2, "what is left is evenly spread"


def test_ops_94_what_is_not_seen_yet_is_a_gap() -> None:
    track = Track()
    track.add(BEGAN, {"a": 1})
    track.add(BEGAN + timedelta(seconds=1), {"a": 2, "b": 3})
    assert track.as_json(BEGAN)["values"] == {"a": [1, 2], "b": [None, 3]}


def test_ops_94_a_dear_look_is_taken_less_often_and_never_given_up() -> None:
    assert pause(1.0, [0.0001]) == 1.0
    assert pause(1.0, [4.0, 0.01, 3.0]) == 0.01 / SHARE
    assert pause(1.0, [9.0]) == RAREST


def test_ops_94_sums_become_rates() -> None:
    told = rates({"at": [0.0, 2.0, 4.0], "values": {"a": [10, 12, 13], "b": [None, 1, 2]}})
    assert told == {"at": [1.0, 3.0], "values": {"a": [1, 0.5], "b": [None, 0.5]}}


def test_ops_94_a_process_is_told_under_its_own_name_only(tmp_path: Path) -> None:
    parent = os.getppid()
    state.save(tmp_path, state.State(pids={"nursery": parent, "identity.2": 0}))
    found = dict(trees(tmp_path))
    assert os.getpid() in found["rehearsal"]
    assert os.getpid() not in found["nursery"]
    assert processor_seconds(os.getpid()) > 0
    assert memory_bytes(os.getpid()) > 1e6
    assert processor_seconds(2**22 + 1) == memory_bytes(2**22 + 1) == 0.0


def test_ops_94_how_late_a_loop_is_comes_from_metrics() -> None:
    text = '# HELP x\nresidency_build_info{process="portal",version="0.1.0"} 1.0\nresidency_loop_lag_seconds 0.0125\n'
    assert lag_in(text) == ("portal", 0.0125)
    assert lag_in("nothing") == ("", 0.0)


def test_ops_94_places_are_added_up_and_the_largest_come_first() -> None:
    board = [
        {"base_code": f"B{base:02d}", "planned": base, "applied": 2 * base, "provisional": 1, "admitted": base - 1}
        for base in range(1, 31)
        for _ in range(2)
    ]
    told = places(board)
    assert told["bases"] == 30
    assert told["all"] == {"planned": 930, "applied": 1860, "provisional": 60, "admitted": 870}
    assert [row["base"] for row in told["largest"]] == [f"B{base:02d}" for base in range(30, 10, -1)]


def test_ops_94_the_environment_tells_no_credentials() -> None:
    class Script:
        def __init__(self) -> None:
            self.seed, self.curve, self.province, self.tag = 7, "opening", object(), ""

    found = environment(Script(), ["rehearse", "--postgres-url", "postgresql://reader:secret@db:5432/x"])
    assert found["command"] == "residency rehearse --postgres-url postgresql://…@db:5432/x"
    assert {"seed": "7", "curve": "opening"}.items() <= found["settings"].items()
    assert "province" not in found["settings"]
