"""OPS-71: what cannot be read is not shown; a process tells of itself whatever state it is in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Gauge

from services.kit import vitals
from services.kit.domain import DomainError, Kind
from services.kit.measure import Measure, Readings

AWAY = DomainError(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "系统繁忙，请稍后重试。")


class Source:
    """Says what it is told to, or raises it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sizes = Gauge("test_size", "Sizes.", ["thing"], registry=self.registry)
        self.age = Gauge("test_age", "An age.", registry=self.registry)
        self.says: Mapping[str, float] | Exception = {}
        self.measure = Measure("test", self.read)

    async def read(self) -> Readings:
        if isinstance(self.says, Exception):
            raise self.says
        return {self.sizes: {(thing,): size for thing, size in self.says.items()}, self.age: {(): 7.0}}

    async def shown(self, says: Mapping[str, float] | Exception) -> dict[str, float]:
        self.says = says
        await self.measure.look()
        return {
            sample.labels["thing"]: sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if sample.name == "test_size"
        }


@pytest.fixture
def source() -> Source:
    return Source()


async def test_ops_71_what_is_no_more_is_not_shown_any_more(source: Source) -> None:
    assert await source.shown({"a": 1, "b": 2}) == {"a": 1, "b": 2}
    assert await source.shown({"b": 3}) == {"b": 3}


@pytest.mark.parametrize("error", [AWAY, OSError("away"), RuntimeError("a bug")], ids=["refused", "away", "bug"])
async def test_ops_71_what_cannot_be_read_is_not_shown_and_comes_back(source: Source, error: Exception) -> None:
    await source.shown({"a": 1})
    assert await source.shown(error) == {}
    age = source.registry.get_sample_value("test_age")
    assert age is not None
    assert age != age  # not a number: nobody trusts an old value
    assert await source.shown({"a": 2}) == {"a": 2}
    assert source.registry.get_sample_value("test_age") == 7.0


class Limping:
    """A part that lacks something without which it goes on."""

    name = "limping"

    def __init__(self) -> None:
        self.lacks = ""
        self.why = ""

    async def start(self) -> None:
        """Nothing."""

    async def stop(self) -> None:
        """Nothing."""

    def not_ready(self) -> str:
        return self.why

    def degraded(self) -> str:
        return self.lacks


@pytest.fixture
def loop_elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_ops_71_a_part_that_lacks_something_shows_it(loop_elsewhere: asyncio.AbstractEventLoop) -> None:
    part = Limping()
    vitals.show("testing", [part], loop_elsewhere)

    def told() -> float | None:
        return REGISTRY.get_sample_value("residency_part_ready", {"process": "testing", "part": "limping"})

    assert told() == 1
    part.lacks = "the object store"
    assert told() == 0
    part.lacks, part.why = "", "not running"
    assert told() == 0
    part.why = ""
    assert told() == 1


def test_ops_71_a_loop_that_is_stuck_is_late(
    loop_elsewhere: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vitals.lag(loop_elsewhere) < 1
    go_on, stuck = threading.Event(), threading.Event()

    def block() -> None:
        stuck.set()
        go_on.wait()

    loop_elsewhere.call_soon_threadsafe(block)
    assert stuck.wait(5)
    monkeypatch.setattr(vitals, "PATIENCE_SECONDS", 0.05)
    assert vitals.lag(loop_elsewhere) == vitals.PATIENCE_SECONDS
    go_on.set()


def test_ops_71_a_closed_loop_is_late() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    assert vitals.lag(loop) == vitals.PATIENCE_SECONDS
