"""One's own dossier, on a real database (FDOS-05, FDOS-06, FDOS-10, FDOS-11; PRIV-01, PRIV-04, PRIV-05)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

import pytest

from residency.faculty.v1 import events_pb2
from residency.identity.v1 import events_pb2 as identity
from services.faculty.domain.dossier import Section
from services.faculty.handlers.dossier import Faculty, frozen, problems_of, refrozen, thawed, work_facts
from services.faculty.handlers.upkeep import Upkeep
from services.faculty.store.dossiers import Sealing
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.vault import SealBroken
from tests.support.deliveries import delivery_of
from tests.support.vaults import AFTERWARDS, NEXT, VAULT

WANG = Caller(new_id(), "faculty")
ZHAO = Caller(new_id(), "faculty")
BODIES: dict[Section, dict[str, object]] = {
    Section.BASIC: {
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

    async def dump(self) -> str:
        """Every row of every table, as text."""
        tables = await self.database.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
        found = [await self.database.fetch(f"SELECT t::text FROM {row['relname']} t") for row in tables]
        return "".join(str(row["t"]) for table in found for row in table)

    async def facts(self) -> list[tuple[int, bool]]:
        rows = await self.database.fetch("SELECT version, body FROM outbox ORDER BY position")
        return [(row["version"], events_pb2.DossierSaved.FromString(row["body"]).dossier_complete) for row in rows]


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("faculty"), name="faculty", pool_size=8)
    await database.start()
    yield World(Faculty(database, SystemClock(), Sealing(VAULT)), database)
    await database.stop()


async def test_looking_at_a_dossier_leaves_no_trace(world: World) -> None:
    for _ in range(2):
        statuses = await world.faculty.get_dossier(WANG)
        assert [status.section for status in statuses] == list(Section)
        assert not any(status.complete or status.body or status.saved_at for status in statuses)
    assert await world.database.fetchval("SELECT count(*) FROM dossier") == 0
    assert await world.facts() == []


async def test_fdos_05_each_section_is_saved_separately_and_the_last_one_completes_the_dossier(world: World) -> None:
    for number, (section, body) in enumerate(BODIES.items()):
        status = await world.faculty.save_section(WANG, section, body, f"key-{number:08d}")
        assert (status.complete, status.body) == (section is not Section.BASIC, body)
    assert {problem.rule for problem in (await world.faculty.get_dossier(WANG))[0].problems} == {"FDOS-08"}
    await scans(world, WANG)
    assert all(status.complete for status in await world.faculty.get_dossier(WANG))
    await world.faculty.save_section(WANG, Section.WORK, BODIES[Section.WORK], "key-once-more")
    assert await world.facts() == [(1, False), (2, False), (3, False), (4, False), (5, True)]
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


async def test_priv_01_sensitive_fields_stand_in_no_table(world: World) -> None:
    await fill(world)
    dump = await world.dump()
    for hidden in ("13800000000",):
        assert hidden not in dump
    assert "山东大学" in dump
    hashes = await world.database.fetch("SELECT request_hash FROM command")
    guessed = json.dumps([Section.CONTACT.value, BODIES[Section.CONTACT]], sort_keys=True).encode()
    assert hashlib.sha256(guessed).digest() not in {bytes(row["request_hash"]) for row in hashes}


async def test_priv_01_ciphertexts_of_two_people_cannot_be_swapped(world: World) -> None:
    for person in (WANG, ZHAO):
        await world.faculty.save_section(person, Section.CONTACT, BODIES[Section.CONTACT], "key-contact")
    await world.database.execute(
        "UPDATE dossier_section d SET body = o.body FROM dossier_section o WHERE o.person_id <> d.person_id"
    )
    with pytest.raises(SealBroken):
        await world.faculty.get_dossier(WANG)


async def test_priv_04_sections_are_sealed_anew_while_they_are_read(world: World) -> None:
    await fill(world)
    await world.faculty.save_draft(WANG, Section.WORK, {"department": "心内科"}, "key-draft")
    rotating, upkeep = Faculty(world.database, SystemClock(), Sealing(NEXT)), Upkeep(world.database, Sealing(NEXT))
    assert [status.body for status in await rotating.get_dossier(WANG)] == list(BODIES.values())
    assert await upkeep.rewrap(3) == (3, 2)
    assert [status.body for status in await rotating.get_dossier(WANG)] == list(BODIES.values())
    assert await upkeep.rewrap(3) == (2, 0)
    assert await upkeep.rewrap(3) == (0, 0)
    afterwards = Faculty(world.database, SystemClock(), Sealing(AFTERWARDS))
    found = await afterwards.get_dossier(WANG)
    assert [status.body for status in found] == list(BODIES.values())
    assert [status.draft.body for status in found if status.draft] == [{"department": "心内科"}]


async def test_priv_05_who_was_erased_is_forgotten_and_nobody_else(world: World) -> None:
    for person in (WANG, ZHAO):
        await fill(world, person)
        await scans(world, person)
        await world.faculty.save_draft(person, Section.WORK, {"department": "心内科"}, "key-draft")
    for fact in (identity.PersonErased(person_id=WANG.person_id), identity.AccountReleased(person_id=ZHAO.person_id)):
        async with world.database.unit_of_work() as uow:
            await Upkeep(world.database, Sealing(VAULT)).hear(delivery_of(fact), uow)
    assert WANG.person_id not in str(await world.database.fetch("SELECT * FROM dossier_section"))
    for table in ("command", "paper", "paper_use", "dossier_draft"):
        assert WANG.person_id not in str(await world.database.fetch(f"SELECT * FROM {table}"))
    assert await world.database.fetchval("SELECT count(*) FROM discarded_object") == 2
    assert await world.database.fetchval("SELECT version FROM dossier WHERE person_id = $1", WANG.person_id) == 4
    assert all(status.complete for status in await world.faculty.get_dossier(ZHAO))


async def fill(world: World, person: Caller = WANG) -> None:
    """Save all four sections."""
    for number, (section, body) in enumerate(BODIES.items()):
        await world.faculty.save_section(person, section, body, f"key-{number:08d}")


async def scans(world: World, person: Caller) -> None:
    """Pictures of document and face in the dossier, by their rows alone."""
    for kind in ("id_scan", "photo"):
        await world.database.execute(
            "INSERT INTO paper (id, person_id, kind, object_key, in_dossier, uploaded_at)"
            " VALUES (gen_random_uuid(), $1, $2, gen_random_uuid()::text, true, now())",
            person.person_id,
            kind,
        )


async def test_fdos_11_a_draft_stands_beside_the_section_until_it_is_saved(world: World) -> None:
    saved, typed = {"mobile": "13800000000"}, {"mobile": "138000", "address": "某路1号"}
    await world.faculty.save_section(WANG, Section.CONTACT, saved, "key-saved")
    at = await world.faculty.save_draft(WANG, Section.CONTACT, typed, "key-draft-1")
    assert await world.faculty.save_draft(WANG, Section.CONTACT, {"mobile": "1"}, "key-draft-1") == at
    contact = (await world.faculty.get_dossier(WANG))[1]
    assert contact.body == saved
    assert contact.draft is not None
    assert (contact.draft.body, contact.draft.drafted_at) == (typed, at)
    assert "某路1号" not in await world.dump()
    await world.faculty.save_section(WANG, Section.CONTACT, {"mobile": "13900000000"}, "key-later")
    assert (await world.faculty.get_dossier(WANG))[1].draft is None
    await world.faculty.save_draft(WANG, Section.CONTACT, typed, "key-draft-2")
    assert await world.faculty.save_draft(WANG, Section.CONTACT, {}, "key-draft-3") is None
    assert (await world.faculty.get_dossier(WANG))[1].draft is None


@pytest.mark.parametrize(
    ("body", "reason"), [({"login": "x"}, "UNKNOWN_FIELD"), ({"email": "字" * 50_000}, "DRAFT_TOO_LONG")]
)
async def test_fdos_11_a_draft_is_of_known_fields_and_bounded(world: World, body: dict[str, str], reason: str) -> None:
    with pytest.raises(DomainError, match=reason):
        await world.faculty.save_draft(WANG, Section.CONTACT, body, "key-draft")
    assert await world.database.fetchval("SELECT count(*) FROM dossier_draft") == 0


@dataclass
class Verified:
    """Which number identity has verified."""

    number: str

    async def verified(self, person_id: str) -> str:
        if not self.number:
            raise DomainError(Kind.UNAVAILABLE, "AWAY", "暂时不可用。")
        return self.number


async def test_fdos_10_a_mobile_number_is_the_accounts_or_the_section_stays_incomplete(world: World) -> None:
    known = Verified("13800000000")
    faculty = Faculty(world.database, SystemClock(), Sealing(VAULT), known)
    for mobile, complete in (("13900000000", False), ("13800000000", True)):
        assert (
            await faculty.save_section(WANG, Section.CONTACT, {"mobile": mobile}, f"key-{mobile}")
        ).complete is complete
        async with world.database.unit_of_work() as uow:
            found = await problems_of(uow.session, Sealing(VAULT), WANG.person_id, date(2026, 3, 2))
        assert ("FDOS-10" in {problem.rule for problem in found}) is not complete
    known.number = ""
    with pytest.raises(DomainError, match="AWAY"):
        await faculty.save_section(WANG, Section.CONTACT, {"mobile": "13700000000"}, "key-away")
    assert (await faculty.get_dossier(WANG))[1].body == {"mobile": "13800000000"}


async def test_fdos_08_a_frozen_copy_opens_for_its_record_alone_and_the_rules_read_dates(world: World) -> None:
    await fill(world)
    sealing, record, other = Sealing(VAULT), new_id(), new_id()
    async with world.database.unit_of_work() as uow:
        kept = await frozen(uow.session, sealing, WANG.person_id, record)
        facts = await work_facts(uow.session, sealing, WANG.person_id)
        nobody = await work_facts(uow.session, sealing, other)
        missing = await problems_of(uow.session, sealing, WANG.person_id, date(2026, 3, 2))
    assert thawed(sealing, record, kept) == {section.value: body for section, body in BODIES.items()}
    assert "13800000000" not in str(kept)
    with pytest.raises(SealBroken):
        thawed(sealing, other, kept)
    again = refrozen(Sealing(NEXT), record, kept)
    assert thawed(Sealing(AFTERWARDS), record, again) == thawed(sealing, record, kept)
    assert (facts.title, facts.title_since, facts.has_qualification) == ("attending", date(2015, 1, 1), "no")
    assert (nobody.title, nobody.title_since, nobody.teaching_since) == ("", None, None)
    assert [problem.key for problem in missing] == ["id_scan", "photo"]
