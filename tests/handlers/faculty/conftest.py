"""A campaign on a database that is emptied between tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.kit.database import Database
from tests.support.faculty_candidacies import Campaign, campaign_of
from tests.support.postgres import PostgresServer

TABLES = (
    *("candidacy_decision", "candidacy", "batch", "appointment_event", "appointment", "faculty_policy", "reminder"),
    *("outbox", "evidence", "incident"),
)


@pytest.fixture(scope="module")
async def candidacy_database(postgres: PostgresServer) -> AsyncIterator[Database]:
    url = postgres.database("faculty")
    made = Database(url, name="faculty", pool_size=8)
    await made.start()
    yield made
    await made.stop()
    postgres.drop(url)


@pytest.fixture
async def campaign(candidacy_database: Database) -> Campaign:
    for table in TABLES:
        await candidacy_database.execute(f"DELETE FROM {table}")
    return campaign_of(candidacy_database)
