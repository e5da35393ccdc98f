"""Reading and saving one's own dossier, on a real database (FDOS-05, FDOS-06)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.domain.dossier import Section
from services.faculty.handlers import Faculty
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

WANG = Caller(new_id(), "faculty")
ZHAO = Caller(new_id(), "faculty")
BODIES: dict[Section, dict[str, object]] = {
    Section.BASIC: {
        "id_scan": "id.jpg",
        "photo": "photo.jpg",
        "sex": "male",
        "birth_date": "1980-02-29",
        "has_qualification": "no",
    },
    Section.CONTACT: {"mobile": "13800000000"},
    Section.EDUCATION: {"highest_level": "doctor", "school": "山东大学", "graduation_date": "2008-06-30"},
    Section.WORK: {"department": "神经内科", "title": "attending", "title_since": "2015-01-01"},
}


@dataclass
class World:
    faculty: Faculty
    database: Database

    async def facts(self) -> list[tuple[int, bool]]:
        rows = await self.database.fetch("SELECT version, body FROM outbox ORDER BY position")
        return [(row["version"], events_pb2.DossierSaved.FromString(row["body"]).dossier_complete) for row in rows]


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("faculty"), name="faculty", pool_size=8)
    await database.start()
    yield World(Faculty(database, SystemClock()), database)
    await database.stop()


async def test_a_dossier_is_opened_on_the_first_look(world: World) -> None:
    for _ in range(2):
        statuses = await world.faculty.get_dossier(WANG)
        assert [status.section for status in statuses] == list(Section)
        assert not any(status.complete or status.body or status.saved_at for status in statuses)
    assert await world.database.fetchval("SELECT count(*) FROM dossier") == 1
    assert await world.facts() == []


async def test_fdos_05_each_section_is_saved_separately_and_the_last_one_completes_the_dossier(world: World) -> None:
    for number, (section, body) in enumerate(BODIES.items()):
        status = await world.faculty.save_section(WANG, section, body, f"key-{number:08d}")
        assert (status.complete, status.body) == (True, body)
    assert all(status.complete for status in await world.faculty.get_dossier(WANG))
    assert await world.facts() == [(1, False), (2, False), (3, False), (4, True)]
    assert not any(status.body for status in await world.faculty.get_dossier(ZHAO))


async def test_fdos_06_a_retry_changes_nothing_and_a_later_save_counts(world: World) -> None:
    first = {"mobile": "13800000001"}
    later = {"mobile": "13800000002"}
    answers = await asyncio.gather(
        *(world.faculty.save_section(WANG, Section.CONTACT, first, "key-first") for _ in range(5))
    )
    assert {str(answer.body) for answer in answers} == {str(first)}
    await world.faculty.save_section(WANG, Section.CONTACT, later, "key-later")
    late_retry = await world.faculty.save_section(WANG, Section.CONTACT, first, "key-first")
    assert late_retry.body == later
    assert await world.facts() == [(1, False), (2, False)]
    with pytest.raises(DomainError) as caught:
        await world.faculty.save_section(WANG, Section.CONTACT, later, "key-first")
    assert (caught.value.kind, caught.value.reason) == (Kind.CONFLICT, "IDEMPOTENCY_KEY_REUSED")
    await world.faculty.save_section(ZHAO, Section.CONTACT, later, "key-first")


async def test_fdos_05_a_wrong_section_leaves_no_trace(world: World) -> None:
    with pytest.raises(DomainError):
        await world.faculty.save_section(WANG, Section.CONTACT, {"mobile": "1"}, "key-00000001")
    assert await world.database.fetchval("SELECT count(*) FROM command") == 0
    await world.faculty.save_section(WANG, Section.CONTACT, {"email": "wang@example.org"}, "key-00000001")
    assert not (await world.faculty.get_dossier(WANG))[1].complete
