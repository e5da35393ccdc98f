"""OPS-100: who is let in, who waits, and who is refused; by a clock and looks of our own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit import errors
from services.kit.domain import DomainError, Kind
from services.kit.overload import BEATS, LATE_SECONDS, STANDING_SECONDS, Allowance, Bounds, Gate, Sort, elsewhere

FOR_EVER = 3600.0
FEW = Bounds(least=2, begins=2, most=2, burst_seconds=FOR_EVER, standing_seconds=FOR_EVER)
LATE, PUNCTUAL = LATE_SECONDS * 2, 0.0


def look(allowance: Allowance, late: float, under_way: int, times: int = BEATS) -> int:
    for _ in range(times):
        allowance.look(late, under_way, 0)
    return allowance.now


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Crowd:
    """People before a gate, each of whom stays until told to go."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.let_in: list[str] = []
        self.refused: dict[str, DomainError] = {}
        self._go: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(self, name: str, sort: Sort = Sort.COMMAND, patience: float = FOR_EVER) -> None:
        self._go[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._one(name, sort, patience))
        await turns()

    async def goes(self, name: str) -> None:
        self._go[name].set()
        await self.tasks[name]
        await turns()

    def stands(self) -> bool:
        return self.gate.standing

    async def _one(self, name: str, sort: Sort, patience: float) -> None:
        try:
            async with self.gate.inside(sort, patience):
                self.let_in.append(name)
                await self._go[name].wait()
        except DomainError as error:
            self.refused[name] = error


@given(
    looks=st.lists(st.tuples(st.sampled_from([PUNCTUAL, LATE]), st.integers(0, 2000)), max_size=200),
)
def test_ops_100_the_allowance_stays_within_its_bounds(looks: list[tuple[float, int]]) -> None:
    bounds = Bounds(least=8, begins=64, most=512)
    allowance = Allowance(bounds)
    for late, under_way in looks:
        allowance.look(late, under_way, 0)
        assert bounds.least <= allowance.now <= bounds.most


def test_the_allowance_shrinks_while_every_turn_is_late_and_grows_again_when_it_is_used_up() -> None:
    allowance = Allowance(Bounds(least=8, begins=64, most=512))
    assert look(allowance, LATE, 64) < 64
    for _ in range(20):
        look(allowance, LATE, 64)
    assert allowance.now == 8
    assert look(allowance, PUNCTUAL, 3) == 8, "nobody needs more"
    for _ in range(60):
        look(allowance, PUNCTUAL, 600)
    assert allowance.now == 512


def test_one_late_turn_is_no_reason() -> None:
    allowance = Allowance(Bounds(least=8, begins=64, most=512))
    allowance.look(LATE, 64, 0)
    assert look(allowance, PUNCTUAL, 64, times=BEATS - 1) == 64, "nor one to let more in"


async def test_whoever_comes_above_the_allowance_waits_and_gets_the_next_place() -> None:
    crowd = Crowd(Gate("test", FEW))
    for name in "abcd":
        await crowd.comes(name)
    assert (crowd.let_in, crowd.gate.waiting) == (["a", "b"], 2)
    await crowd.goes("a")
    assert crowd.let_in == ["a", "b", "d"], "the newest first"
    await crowd.goes("b")
    assert (crowd.let_in[-1], crowd.gate.waiting, crowd.gate.under_way) == ("c", 0, 2)
    await crowd.goes("c")
    await crowd.goes("d")
    assert (crowd.gate.under_way, crowd.refused) == (0, {})


async def test_commands_go_before_reads_and_machines_before_all() -> None:
    crowd = Crowd(Gate("test", FEW))
    await crowd.comes("a")
    await crowd.comes("b")
    await crowd.comes("reader", Sort.READ)
    await crowd.comes("writer", Sort.COMMAND)
    await crowd.comes("machine", Sort.MACHINE)
    assert crowd.let_in == ["a", "b", "machine"]
    await crowd.goes("a")
    assert "writer" not in crowd.let_in, "the machine has its place, too"
    await crowd.goes("machine")
    await crowd.goes("b")
    assert crowd.let_in[3:] == ["writer", "reader"]
    await crowd.goes("writer")
    await crowd.goes("reader")


async def test_what_nobody_attends_to_never_waits_in_a_queue_that_stands() -> None:
    now = 0.0
    crowd = Crowd(Gate("test", FEW, lambda: now))
    await crowd.comes("a")
    await crowd.comes("b")
    await crowd.comes("reader", Sort.READ)
    now += STANDING_SECONDS
    await crowd.comes("page", Sort.BACKGROUND)
    assert crowd.refused["page"].reason == "OVERLOADED"
    await crowd.goes("b")
    await crowd.goes("reader")
    await crowd.comes("b")
    await crowd.goes("a")
    await crowd.comes("page again", Sort.BACKGROUND)
    assert "page again" in crowd.let_in
    await crowd.goes("b")
    await crowd.goes("page again")


async def test_a_queue_stands_until_it_has_been_empty_for_a_while() -> None:
    now = 0.0
    crowd = Crowd(Gate("test", FEW, lambda: now))
    for name in "abc":
        await crowd.comes(name)
    assert not crowd.stands(), "a burst"
    now += STANDING_SECONDS
    assert crowd.stands()
    await crowd.goes("a")
    assert (crowd.gate.waiting, crowd.stands()) == (0, True), "a short break is none"
    await crowd.comes("d")
    assert crowd.stands()
    await crowd.goes("b")
    now += STANDING_SECONDS
    assert not crowd.stands()
    await crowd.comes("e")
    assert not crowd.stands(), "another burst"
    for name in "cde":
        await crowd.goes(name)


async def test_once_a_queue_stands_who_has_waited_for_longer_than_one_may_is_refused() -> None:
    now = 0.0
    bounds = Bounds(least=2, begins=2, most=2, burst_seconds=FOR_EVER, standing_seconds=STANDING_SECONDS / 2)
    crowd = Crowd(Gate("test", bounds, lambda: now))
    for name in "abc":
        await crowd.comes(name)
    now += STANDING_SECONDS
    await crowd.comes("d")
    await asyncio.wait({crowd.tasks["c"]})
    assert (list(crowd.refused), crowd.gate.waiting) == (["c"], 1), "d has only just come"
    for name in "abd":
        await crowd.goes(name)
    assert crowd.let_in == ["a", "b", "d"]


async def test_a_queue_that_stands_grows_no_longer_than_what_is_under_way() -> None:
    now = 0.0
    crowd = Crowd(Gate("test", FEW, lambda: now))
    for name in "abc":
        await crowd.comes(name)
    now += STANDING_SECONDS
    await crowd.comes("d")
    await crowd.comes("e")
    assert (list(crowd.refused), crowd.gate.waiting) == (["e"], 2)
    for name in "abcd":
        await crowd.goes(name)


async def test_whoever_waited_in_vain_is_told_when_to_come_back() -> None:
    crowd = Crowd(Gate("test", FEW))
    await crowd.comes("a")
    await crowd.comes("b")
    await crowd.comes("c", patience=0.0)
    await asyncio.wait({crowd.tasks["c"]})
    error = crowd.refused["c"]
    assert (error.kind, error.reason, error.rule) == (Kind.EXHAUSTED, "OVERLOADED", "OPS-100")
    assert error.until is not None
    assert error.until > datetime.now(UTC)
    assert crowd.gate.waiting == 0
    status = errors.to_grpc_status(error)
    assert [name for name, value in status.trailing_metadata if b"google.rpc.RetryInfo" in value]
    await crowd.goes("a")
    await crowd.goes("b")
    assert crowd.gate.under_way == 0


async def test_whoever_leaves_while_waiting_takes_no_place() -> None:
    crowd = Crowd(Gate("test", FEW))
    for name in "abcd":
        await crowd.comes(name)
    crowd.tasks["c"].cancel()
    crowd._go["a"].set()  # the place is given in the same moment
    await asyncio.wait({crowd.tasks["a"], crowd.tasks["c"]})
    await turns()
    assert "c" not in crowd.let_in
    assert "d" in crowd.let_in
    await crowd.goes("b")
    await crowd.goes("d")
    assert (crowd.gate.under_way, crowd.gate.waiting) == (0, 0)


async def test_who_waits_elsewhere_lends_the_place_out_and_goes_on_at_once() -> None:
    gate = Gate("test", FEW)
    back = asyncio.Event()
    done: list[str] = []

    async def asks(name: str) -> None:
        async def other(_number: int) -> None:
            with elsewhere():
                await back.wait()

        async with gate.inside(Sort.READ):
            await asyncio.gather(*(other(number) for number in range(3)))
            done.append(name)

    tasks = [asyncio.create_task(asks(name)) for name in "abcd"]
    await turns()
    assert (gate.under_way, gate.waiting) == (0, 0), "all of them stand in another queue"
    back.set()
    await asyncio.gather(*tasks)
    assert sorted(done) == ["a", "b", "c", "d"]
    assert gate.under_way == 0


async def test_what_was_left_behind_has_no_place() -> None:
    gate = Gate("test", FEW)
    back = asyncio.Event()
    left: list[asyncio.Task[Any]] = []

    async def other() -> None:
        with elsewhere():
            await back.wait()

    async with gate.inside(Sort.READ):
        left.append(asyncio.create_task(other()))
        await turns()
        assert gate.under_way == 0
    assert gate.under_way == 0
    back.set()
    await asyncio.gather(*left)
    assert gate.under_way == 0


@pytest.mark.parametrize("sort", list(Sort))
async def test_with_room_everybody_is_let_in(sort: Sort) -> None:
    crowd = Crowd(Gate("test", FEW))
    await crowd.comes("a", sort)
    assert crowd.let_in == ["a"]
    await crowd.goes("a")
