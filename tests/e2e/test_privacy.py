"""I10: after a rehearsal no identity or mobile number stands anywhere, and the probe finds one that is planted."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import nats
import pytest
from temporalio.client import Client

from services.drills.ground import Stack
from services.rehearsal import site as sites
from services.rehearsal.people import make_people
from services.rehearsal.site import Site
from services.stack import databases, servers
from services.verifier.needles import Needles, Place
from services.verifier.probe import Probe
from tests.support.wait import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

NOTIFY_KEEPS = ("message", "delivery", "address", "blocked_address", "preference", "campaign", "template_edition")
"""Tables in which notify keeps what it tells, to whom and where."""
[PLANTED] = make_people(1, seed=404, tag="planted")


def test_no_number_of_sixty_people_stands_anywhere(report: Any) -> None:
    found = report["invariants"]["I10"]
    assert found["holds"], found
    # Tables twice over, logs, traces and stores: hundreds of places.
    assert found["checked"] > 100, found


async def test_a_planted_number_is_found_wherever_it_is_planted(stack: Stack) -> None:
    site = sites.find(stack.data)
    logs, traces = stack.data / "logs" / "planted.log", stack.data / "traces" / "planted.jsonl"
    table = await asyncpg.connect(
        databases.service_url(servers.url("postgres", stack.state()), stack.state(), "notify")
    )
    client = await Client.connect(site.settings.temporal_address, namespace=site.settings.temporal_namespace)
    broker = await nats.connect(site.nats_url)
    try:
        before = await searched(site)
        assert {place.name for place in before if place.found} == set()
        assert {f"database notify, table public.{table}" for table in NOTIFY_KEEPS} <= {place.name for place in before}
        logs.write_text(json.dumps({"event": f"called {PLANTED.phone} back"}))
        traces.write_text(json.dumps({"attributes": {"url": f"/people/{PLANTED.resident_id}"}}))
        await table.execute("CREATE TABLE planted (words text, bytes bytea)")
        await table.execute(
            "INSERT INTO planted VALUES ($1, $2)", PLANTED.resident_id, b"\x0a\x0b" + PLANTED.phone.encode()
        )
        await broker.jetstream().publish(f"residency.notify.v1.planted.{PLANTED.phone}", b"")
        handle = await client.start_workflow("Planted", PLANTED.phone, id="planted", task_queue="nobody-serves-this")

        async def listed() -> bool:
            return "planted" in [found.id async for found in client.list_workflows("WorkflowId = 'planted'")]

        await eventually(listed, "the workflow is listed")
        found = {place.name for place in await searched(site) if place.found}
        await handle.terminate()
    finally:
        await table.execute("DROP TABLE IF EXISTS planted")
        await table.close()
        await broker.close()
        logs.unlink(missing_ok=True)
        traces.unlink(missing_ok=True)
    assert {
        *("file logs/planted.log", "file traces/planted.jsonl", "database notify, table public.planted"),
        *("message subjects", "workflow histories"),
    } <= found
    assert any(place.startswith("file nats/") for place in found), found
    assert any(place.startswith("file temporal/") for place in found), found


async def searched(site: Site) -> list[Place]:
    """All places, with what of the planted numbers stands there; fails when one cannot be searched."""
    places = await Probe(site.stores, Needles([PLANTED.resident_id, PLANTED.phone])).search()
    assert [place.told() for place in places if place.trouble] == []
    return places
