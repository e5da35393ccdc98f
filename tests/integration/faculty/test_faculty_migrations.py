"""What was kept before a migration of faculty, and what is left of it afterwards."""

from __future__ import annotations

import asyncio
import json

from services.faculty.domain.dossier import Section
from services.faculty.store.dossiers import Dossiers, Sealing
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.migrations import run
from tests.support.postgres import PostgresServer
from tests.support.vaults import VAULT


async def test_names_of_files_that_stood_for_papers_are_gone_and_everything_else_stays(
    postgres: PostgresServer,
) -> None:
    url, person = postgres.empty_database("faculty"), new_id()
    await asyncio.to_thread(run.upgrade, "faculty", url, "0008")
    database = Database(url, name="faculty")
    await database.start()
    old = {"id_scan": "sealed:x", "photo": "sealed:y", "sex": "female", "has_qualification": "passed"}
    await database.execute("INSERT INTO dossier (person_id, opened_at) VALUES ($1, now())", person)
    await database.execute(
        "INSERT INTO dossier_section (person_id, section, body, saved_at, sealed_with)"
        " VALUES ($1, 'basic', $2, now(), 'k1')",
        *(person, json.dumps(old)),
    )
    await database.stop()
    await asyncio.to_thread(run.upgrade, "faculty", url)
    database = Database(url, name="faculty")
    await database.start()
    async with database.unit_of_work() as uow:
        saved = await Dossiers(uow.session, person, Sealing(VAULT)).sections()
    assert saved[Section.BASIC].body == {"sex": "female", "has_qualification": "passed"}
    assert not saved[Section.BASIC].unverified
    await database.stop()
    postgres.drop(url)
