"""OPS-96: docs/capacity.md is what the measured costs come to, and its simulation agrees with what is known exactly."""

from __future__ import annotations

import json
import random
from statistics import mean
from typing import Any

import pytest

from docs import capacity, demand
from docs.queueing import Comeback, erlang_c_wait, poisson, simulate, uniform

FIGURES: dict[str, Any] = json.loads(capacity.FIGURES.read_text(encoding="utf-8"))


def test_the_page_is_what_the_measured_costs_come_to() -> None:
    assert capacity.DOCUMENT.read_text(encoding="utf-8") == capacity.document(FIGURES)


def test_needs_grow_with_the_people_and_nothing_is_free() -> None:
    cost = {name: value for name, (value, _) in demand.costs(FIGURES).items()}
    county, province, cell, whole = ({n.thing: n.amount for n in demand.needs(step, cost)} for step in demand.STEPS)
    assert all(amount > 0 for amount in county.values())
    assert province["PostgreSQL"] == pytest.approx(100 * county["PostgreSQL"])
    assert cell["identity"] > province["identity"], "everybody in the opening minute"
    assert whole["PostgreSQL"] > capacity.PRIMARY_CORES, "why there is a cell a province"


def test_sizing_leads_here() -> None:
    page = capacity.HERE / "operations" / "sizing.md"
    assert "(../capacity.md)" in page.read_text(encoding="utf-8")


def test_all_at_once_before_servers_that_take_as_long_each() -> None:
    """D/D/c: the k-th of those who come together leaves after ⌈k ÷ c⌉ services."""
    done = simulate([0.0] * 10, 4, lambda _: 2.0)
    assert sorted(done.took) == [2.0] * 4 + [4.0] * 4 + [6.0] * 2
    assert done.turned_away == 0


@pytest.mark.parametrize(("servers", "use"), [(1, 0.5), (3, 0.7), (8, 0.8)])
def test_random_arrivals_wait_as_long_as_erlang_says(servers: int, use: float) -> None:
    """M/M/c, seeded."""
    service = 0.5
    rate = use * servers / service

    def drawn(chance: random.Random) -> float:
        return chance.expovariate(1 / service)

    done = simulate(poisson(rate, 40_000), servers, drawn)
    assert mean(done.waited) == pytest.approx(erlang_c_wait(rate, service, servers), rel=0.1)


def test_erlangs_formula_for_one_server_is_the_known_one() -> None:
    assert erlang_c_wait(0.8, 1.0, 1) == pytest.approx(4.0)
    with pytest.raises(ValueError, match="more comes"):
        erlang_c_wait(2.0, 1.0, 2)


def test_who_finds_it_full_comes_back_until_everybody_is_in() -> None:
    arrivals = uniform(2_000, 10.0)
    done = simulate(arrivals, 4, lambda _: 0.1, room=8, comeback=Comeback(1.0, 8.0))
    assert len(done.took) == 2_000
    assert done.turned_away > 2_000
    assert done.last >= 2_000 * 0.1 / 4
    assert max(done.waited) <= 8 * 0.1 / 4 + 0.1
    assert done == simulate(arrivals, 4, lambda _: 0.1, room=8, comeback=Comeback(1.0, 8.0)), "seeded"
