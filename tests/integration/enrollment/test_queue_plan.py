"""What must not grow with the number of applications: a page of the queue, and the flip."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import P2, P3
from services.enrollment.domain.queue import cells
from services.enrollment.store.queries import NARROWED_QUEUE, QUEUE
from services.kit.database import Database
from tests.bench.province import FILL
from tests.handlers.enrollment.story import MEDICINE, QILU, SECOND, SKIN, Stage
from tests.integration.enrollment.crowd import Crowd
from tests.support.postgres import PostgresServer

MANY, AT_ONCE = 20_000, 2_000
"""Applications, and how many of them are written in one transaction: those have a time limit."""
PLACES = ([QILU, QILU, SECOND, SECOND], [MEDICINE, SKIN, MEDICINE, SKIN])
EARLIEST = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
async def filled(postgres: PostgresServer) -> AsyncIterator[Stage]:
    """A cycle with 20 000 applications, in P3."""
    url = postgres.database("enrollment")
    database = Database(url, name="filled", pool_size=2)
    await database.start()
    stage = Stage(database)
    await stage.open()
    await stage.stand(P3)
    for _ in range(MANY // AT_ONCE):
        await database.execute(FILL, stage.cycle_id, *PLACES, AT_ONCE, 2)
    await database.execute("ANALYZE application")
    yield stage
    await database.stop()
    postgres.drop(url)


def scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan that reads the applications."""
    if node.get("Relation Name") == "application":
        yield node
    for child in node.get("Plans", ()):
        yield from scans(child)


@pytest.mark.parametrize("narrowed", [False, True])
@pytest.mark.parametrize("states", [frozenset(), frozenset({State.PENDING})], ids=["all", "pending"])
async def test_cap_queue_a_page_is_read_from_the_index(
    filled: Stage, states: frozenset[State], *, narrowed: bool
) -> None:
    """CAP-QUEUE: no scan of the table, no sort of a base's rows: what is looked at stays near what is shown."""
    wanted = cells(2, (1, 2, 3), states)
    start = await filled.database.fetchval("SELECT '1970-01-01Z'::timestamptz")
    values: list[object] = [
        filled.cycle_id,
        QILU,
        [cell.round for cell in wanted],
        [cell.state.value for cell in wanted],
    ]
    values += [start, EARLIEST, "", 51]
    values += [True, None, False, None, False] if narrowed else []
    sql = NARROWED_QUEUE if narrowed else QUEUE
    found = await filled.database.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
    plan = json.loads(found)[0]["Plan"]
    read = list(scans(plan))
    assert read
    assert {node["Index Name"] for node in read} == {"ix_application_queue"}
    looked_at = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in read
    )
    assert looked_at <= 51 * len(wanted) * (2.5 if narrowed else 1)
    assert plan["Actual Rows"] == 51


async def test_app_02_a_flip_writes_one_row_however_many_applications_there_are(crowd: Crowd) -> None:
    """APP-02: what reopens or locks is derived; no application is written, and one row of the gate."""
    stage = crowd.stage
    await stage.database.execute(FILL, stage.cycle_id, *PLACES, 500, 1)
    rows = "SELECT ctid::text, xmin::text, id FROM application WHERE cycle_id = $1 ORDER BY id"
    gates = "SELECT xmin::text, cycle_id::text FROM cycle_gate ORDER BY 2"
    other = Stage(stage.database)
    await other.open()
    await stage.stand(P2)
    before, gates_before = await stage.database.fetch(rows, stage.cycle_id), await stage.database.fetch(gates)
    await crowd.flip()
    after, gates_after = await stage.database.fetch(rows, stage.cycle_id), await stage.database.fetch(gates)
    assert after == before
    assert {row["cycle_id"] for row in set(gates_after) - set(gates_before)} == {stage.cycle_id}
