"""OPS-73: what the season's gauges show is what the database holds."""

from __future__ import annotations

from prometheus_client import REGISTRY

from services.enrollment.domain.phases import P1, P2
from services.enrollment.season import season_gauges
from services.enrollment.store.cycles import CycleStore
from services.kit.database import Database
from tests.handlers.enrollment.story import Stage


async def test_ops_73_a_season_is_shown_as_it_stands(stage: Stage, database: Database) -> None:
    cycle = await CycleStore(database).cycle(stage.cycle_id)
    assert cycle is not None
    of = {"cycle": f"{cycle.province_code}-{cycle.year}"}
    await stage.stand(P1)
    _, first = await stage.registered()
    await stage.registered()
    await stage.stand(P2)
    await stage.review(first, approve=True)
    await stage.grant(first)
    await season_gauges(database).look()

    def told(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(f"residency_season_{name}", of | labels)

    assert told("phase", phase="first_choice", round="1") == 1
    assert told("applications", state="provisional") == 1
    assert told("applications", state="pending") == 1
    assert (told("backlog", what="applications"), told("backlog", what="windows")) == (1, 1)
    assert told("seats", what="planned") == sum(cycle.catalogue.plan.values())
    assert told("unclosed_windows") == 0
    assert told("overdue", what="objections") == told("overdue", what="offers") == 0
