"""OPS-76: `residency slo` says what the databases of a season hold against what was promised."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from services.cli import main
from services.cli.slo_reading import HEARS, Reached, decisions
from tests.support.postgres import PostgresServer

SEASON = """
    WITH season AS (
        INSERT INTO cycle (id, province_code, year, title, time_zone, day_seconds)
        VALUES (gen_random_uuid(), '37', 2026, '测试年度', 'Asia/Shanghai', 86400) RETURNING id
    ), gate AS (
        INSERT INTO cycle_gate (cycle_id, phase, sequence) SELECT id, 'first_choice', 2 FROM season
    )
    INSERT INTO cycle_phase (cycle_id, sequence, phase, name, opens_at, closes_at, entered_at, key)
    SELECT id, n, kind, kind, opens, opens + interval '1 day', opens + late, kind
    FROM season, (VALUES
        (1, 'registration', now() - interval '20 days', interval '1 second'),
        (2, 'first_choice', now() - interval '10 days', $1::interval),
        (3, 'second_choice', now() + interval '10 days', NULL)
    ) AS phase (n, kind, opens, late)
"""
FACTS = """
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, created_at, published_at)
    SELECT gen_random_uuid(), 's', 't', 'a', n, '', now() - interval '5 days',
        now() - interval '5 days' + CASE WHEN n = 1 THEN interval '1 minute' ELSE interval '1 second' END
    FROM generate_series(1, 200) n RETURNING event_id
"""
NOTICES = """
    WITH told AS (
        INSERT INTO message (message_id, key, person_id, template, title, body, sealed_with, application_id, sent_at)
        SELECT gen_random_uuid(), 'told-' || n, 'p', 't', '', '', '', '', now() FROM generate_series(1, 100) n
        RETURNING message_id, key
    )
    INSERT INTO delivery (delivery_id, message_id, channel, person_id, order_key, priority, state, due_at, not_before,
        delivered_at)
    SELECT gen_random_uuid(), message_id, 'sms', 'p', '', 1, 'delivered', at, at,
        at + CASE WHEN key IN ('told-1', 'told-2') THEN interval '1 hour' ELSE interval '1 second' END
    FROM told, (SELECT now() - interval '5 days') AS due (at)
"""


@pytest.fixture
def urls(postgres: PostgresServer) -> Iterator[dict[str, str]]:
    found = {service: postgres.database(service) for service in ("enrollment", "notify")}
    yield {f"RESIDENCY_{service.upper()}_DATABASE_URL": url for service, url in found.items()}
    for url in found.values():
        postgres.drop(url)


async def _fill(urls: dict[str, str], late: timedelta, unheard: int) -> None:
    enrollment, notify = [await asyncpg.connect(url) for url in urls.values()]
    await enrollment.execute(SEASON, late)
    facts = [row["event_id"] for row in await enrollment.fetch(FACTS)]
    await notify.executemany(
        "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2)", [(HEARS, each) for each in facts[unheard:]]
    )
    await notify.execute(NOTICES)
    await enrollment.close()
    await notify.close()


def told(urls: dict[str, str], data: Path, *arguments: str) -> Any:
    return CliRunner().invoke(main.build(["slo"]), ["slo", "--data", str(data), *arguments], env=urls)


def test_ops_76_kept_and_missed_promises_are_told_apart(urls: dict[str, str], tmp_path: Path) -> None:
    asyncio.run(_fill(urls, timedelta(seconds=2), unheard=0))
    ran = told(urls, tmp_path, "--json")
    found = {each["name"]: each for each in json.loads(ran.stdout)["objectives"]}
    assert {name: (each["good"], each["total"]) for name, each in found.items()} == {
        "phases": (2, 2),
        "facts": (199, 200),
        "effects": (200, 200),
        "notices": (98, 100),
    }
    assert [name for name, each in found.items() if not each["kept"]] == ["notices"]
    assert (found["facts"]["budget"], found["facts"]["left"]) == (2, 1)
    assert ran.exit_code == 1


def test_ops_76_a_late_phase_and_a_lost_effect_break_a_promise_at_once(urls: dict[str, str], tmp_path: Path) -> None:
    asyncio.run(_fill(urls, timedelta(seconds=3), unheard=1))
    lines = told(urls, tmp_path).stdout.splitlines()
    assert "测试年度" in lines[0]
    assert [line.split()[1] for line in lines if "MISSED" in line] == ["phases", "effects", "notices"]


def test_ops_76_without_a_season_there_is_nothing_to_tell(urls: dict[str, str], tmp_path: Path) -> None:
    assert told(urls, tmp_path).exit_code != 0


@pytest.mark.parametrize(
    ("good", "total", "kept", "left"),
    [(0, 0, True, 0), (99, 100, True, 0), (98, 100, False, -1), (1000, 1000, True, 10)],
)
def test_ops_76_a_budget_is_spent_event_by_event(good: int, total: int, kept: bool, left: int) -> None:
    reached = Reached("facts", "", 0.99, good, total)
    assert (reached.kept, reached.left) == (kept, left)


def test_ops_76_decisions_are_those_that_enrollment_accepted() -> None:
    spans = [
        ("enrollment", "DecisionService/ReviewApplication", False, 20.0),
        ("enrollment.2", "ApplicationService/SubmitApplication", False, 700.0),
        ("enrollment", "DecisionService/ReviewApplication", True, 900.0),
        ("enrollment", "CycleService/GetCycle", False, 900.0),
        ("portal", "DecisionService/ReviewApplication", False, 900.0),
    ]
    reached = decisions(spans)
    assert (reached.good, reached.total) == (1, 2)
