"""Upkeep over all areas: nothing sealed is left out, and who was erased stands nowhere (PRIV-04, PRIV-05)."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Callable
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from residency.identity.v1 import events_pb2 as identity
from services.faculty import store
from services.faculty.handlers.upkeep import FORGETS, SEALED, Upkeep
from services.faculty.store.dossiers import Sealing
from services.kit.database import Database
from services.kit.ids import new_id
from tests.support.deliveries import delivery_of
from tests.support.faculty import NEURO, QILU
from tests.support.faculty_reports import Rows
from tests.support.vaults import VAULT

STORES = sorted(Path(store.__file__).parent.glob("*.py"))


@pytest.fixture
async def rows(database_url: Callable[[str], str]) -> AsyncIterator[Rows]:
    database = Database(database_url("faculty"), name="faculty")
    await database.start()
    yield Rows(database)
    await database.stop()


@pytest.mark.parametrize("path", STORES, ids=lambda path: path.stem)
def test_priv_04_priv_05_every_store_that_seals_or_forgets_is_asked_to(path: Path) -> None:
    """PRIV-04, PRIV-05."""
    module = import_module(f"services.faculty.store.{path.stem}")
    own = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.AsyncFunctionDef)}
    if "rewrap" in own:
        assert module in SEALED
    if "forget" in own:
        assert module.forget in FORGETS


async def test_priv_05_who_was_erased_stands_in_no_table(rows: Rows) -> None:
    """PRIV-05: names and masked numbers are gone; that there was an appointment, a trainee, a candidacy stays."""
    database, person, other = rows.database, new_id(), new_id()
    for who, name, document in ((person, "要被删除", "3701**********99"), (other, "仍然在职", "3701**********11")):
        await rows.appointment(name, person_id=who)
        trainee = await rows.trainee(name)
        await database.execute("UPDATE trainee SET person_id = $1 WHERE trainee_id = $2", who, trainee)
        batch = new_id()
        await database.execute(
            "INSERT INTO batch (batch_id, opens_at, apply_until, closes_at, reference_date, created_at)"
            " VALUES ($1, now(), now(), now(), now(), now())",
            batch,
        )
        await database.execute(
            "INSERT INTO candidacy"
            " (candidacy_id, batch_id, person_id, name, masked_document, base_code, state, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, 'submitted', now())",
            *(new_id(), batch, who, name, document, QILU),
        )
        await database.execute(
            "INSERT INTO leave"
            " (leave_id, person_id, name, base_code, department_code, from_day, until_day, recorded_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6, now())",
            *(new_id(), who, name, QILU, NEURO, date(2026, 3, 2)),
        )
    async with database.unit_of_work() as uow:
        await Upkeep(database, Sealing(VAULT)).hear(delivery_of(identity.PersonErased(person_id=person)), uow)
    tables = await database.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
    found = [await database.fetch(f"SELECT t::text FROM {row['relname']} t") for row in tables]
    dump = "".join(str(row["t"]) for table in found for row in table)
    for gone in ("要被删除", "3701**********99"):
        assert gone not in dump
    assert dump.count("仍然在职") == 4
    assert await database.fetchval("SELECT count(*) FROM appointment WHERE person_id = $1", person) == 1
