"""MSG-33: a page of an audience costs what is on it, however many people a cycle has and however many cycles."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from services.enrollment.store.audiences import Audience, AudienceStore, Query, page_statement
from services.kit.database import Database
from tests.bench.province import FILL
from tests.handlers.enrollment.story import MEDICINE, QILU, SECOND, SKIN, Stage
from tests.support.postgres import PostgresServer

MANY, AT_ONCE = 20_000, 2_000
"""Applications of each cycle, and how many of them are written in one transaction: those have a time limit."""
PAGE = 1_000
PLACES = ([QILU, QILU, SECOND, SECOND], [MEDICINE, SKIN, MEDICINE, SKIN])


@pytest.fixture(scope="module")
async def filled(postgres: PostgresServer) -> AsyncIterator[Stage]:
    """Two cycles with 20 000 applications each; the first is asked about."""
    url = postgres.database("enrollment")
    database = Database(url, name="audiences", pool_size=2)
    await database.start()
    stage, other = Stage(database), Stage(database)
    await stage.open()
    await other.open()
    for each in (stage, other):
        for _ in range(MANY // AT_ONCE):
            await database.execute(FILL, each.cycle_id, *PLACES, AT_ONCE, 2)
    await database.execute("ANALYZE application")
    yield stage
    await database.stop()
    postgres.drop(url)


def reading(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan that reads the applications."""
    if node.get("Relation Name") == "application":
        yield node
    for child in node.get("Plans", ()):
        yield from reading(child)


@pytest.mark.parametrize("audience", [Audience.EVERYBODY, Audience.UNPLACED])
async def test_msg_33_a_page_is_read_from_the_index(filled: Stage, audience: Audience) -> None:
    middle = (await AudienceStore(filled.database).page(Query(filled.cycle_id, audience), "8", 1))[0].person_id
    sql, values = page_statement(Query(filled.cycle_id, audience), middle, PAGE)
    found = await filled.database.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
    plan = json.loads(found)[0]["Plan"]
    read = list(reading(plan))
    assert {node["Index Name"] for node in read} <= {"uq_application_one_live", "ix_application_person"}
    assert plan["Actual Rows"] == PAGE
    assert sum(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in read) <= 1.6 * PAGE


async def test_msg_33_all_pages_together_name_everybody_once(filled: Stage) -> None:
    store, query = AudienceStore(filled.database), Query(filled.cycle_id, Audience.SUBMITTED, QILU)
    seen, after = list[str](), ""
    while page := await store.page(query, after, PAGE):
        seen += [member.person_id for member in page]
        after = seen[-1]
    assert len(seen) == len(set(seen)) == await store.count(query) == MANY // 2
