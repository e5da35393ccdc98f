"""Pictures of a teacher's dossier: added, replaced, frozen, shown, refused, forgotten (FDOS-09, FDOS-12, FDOS-13)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from residency.identity.v1 import events_pb2 as identity
from services.faculty.domain.dossier import Section
from services.faculty.domain.papers import RULES, PaperKind
from services.faculty.handlers.dossier import Faculty
from services.faculty.handlers.papers import PaperHandlers
from services.faculty.handlers.printing import Printing
from services.faculty.handlers.upkeep import Upkeep
from services.faculty.store import papers as store
from services.faculty.store.dossiers import Sealing
from services.kit import picture_rules
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from services.kit.objects import ObjectStore
from services.kit.picture_rules import MAX_PAPERS, UPLOADS_AN_HOUR
from services.kit.press import FORM, Press
from services.kit.sealed_objects import SealedObjects
from tests.support import pictures
from tests.support.deliveries import delivery_of
from tests.support.faculty import NEURO, NOON, OFFICE, OTHER_OFFICE, PROVINCE_STAFF, QILU, At, KnownPeople, core_of
from tests.support.vaults import AFTERWARDS, NEXT, VAULT

ID_SCAN, PHOTO = PaperKind.ID_SCAN, PaperKind.PHOTO


@dataclass
class World:
    database: Database
    store: ObjectStore
    objects: SealedObjects
    papers: PaperHandlers
    faculty: Faculty
    people: KnownPeople
    clock: At

    def teacher(self) -> Caller:
        return Caller(self.people.add("王师资"), "faculty")

    async def upload(self, person: Caller, kind: PaperKind = ID_SCAN, content: bytes = b"", key: str = "") -> str:
        sent = content or (pictures.portrait() if kind is PHOTO else pictures.scan())
        paper = await self.papers.upload_paper(person, kind, sent, False, key or new_id())
        assert paper is not None
        return paper.id

    async def listed(self, caller: Caller, candidacy_id: str = "") -> list[str]:
        return [each.id for each in await self.papers.list_papers(caller, candidacy_id)]

    async def keys(self) -> set[str]:
        return {each.key async for page in self.store.listed() for each in page}

    async def submitted(self, person: Caller, state: str = "submitted") -> str:
        """A candidacy of the person to our base, with a frozen copy of the papers."""
        batch, candidacy = new_id(), new_id()
        await self.database.execute(
            "INSERT INTO batch (batch_id, opens_at, apply_until, closes_at, reference_date, created_at)"
            " VALUES ($1, now(), now(), now(), now(), now())",
            batch,
        )
        await self.database.execute(
            "INSERT INTO candidacy (candidacy_id, batch_id, person_id, base_code, department_code, state, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, now())",
            *(candidacy, batch, person.person_id, QILU, NEURO, state),
        )
        await self.freeze(person, candidacy)
        return candidacy

    async def freeze(self, person: Caller, candidacy: str) -> None:
        async with self.database.unit_of_work() as uow:
            await store.freeze(uow.session, person.person_id, candidacy)


@pytest.fixture
async def world(database_url: Callable[[str], str], tmp_path: Path) -> AsyncIterator[World]:
    database = Database(database_url("faculty"), name="faculty")
    await database.start()
    objects = ObjectStore((tmp_path / "objects").as_uri())
    await objects.start()
    people, clock = KnownPeople(), At(NOON)
    core = core_of(database, clock, people)
    sealed = SealedObjects(database, objects, core.sealing)
    papers = PaperHandlers(database, sealed, core.sealing, core.directory, core.deeds)
    yield World(database, objects, sealed, papers, Faculty(database, clock, core.sealing), people, clock)
    await database.stop()


async def test_fdos_09_scans_add_up_to_their_number_and_a_photo_takes_the_place_of_the_one_before(world: World) -> None:
    wang = world.teacher()
    scans = [await world.upload(wang) for _ in range(2)]
    with pytest.raises(DomainError, match="TOO_MANY_OF_KIND"):
        await world.upload(wang)
    first, second = await world.upload(wang, PHOTO), await world.upload(wang, PHOTO)
    assert await world.listed(wang) == [*scans, second]
    await world.papers.remove_paper(wang, scans[0], "key-remove")
    await world.papers.remove_paper(wang, scans[0], "key-remove")
    assert await world.listed(wang) == [scans[1], second]
    for gone in (first, scans[0], new_id()):
        with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
            await world.papers.remove_paper(wang, gone, new_id())
    with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
        await world.papers.remove_paper(world.teacher(), second, new_id())
    assert await world.objects.drain(timedelta(0)) == 2
    assert len(await world.keys()) == 2


async def test_fdos_09_a_retry_is_the_same_picture_and_the_key_serves_nothing_else(world: World) -> None:
    wang, scan = world.teacher(), pictures.scan()
    first = await world.upload(wang, ID_SCAN, scan, "key-upload")
    assert await world.upload(wang, ID_SCAN, scan, "key-upload") == first
    with pytest.raises(DomainError, match="IDEMPOTENCY_KEY_REUSED"):
        await world.upload(wang, PHOTO, key="key-upload")
    assert len(await world.keys()) == 1
    await world.papers.remove_paper(wang, first, "key-remove")
    assert await world.papers.upload_paper(wang, ID_SCAN, scan, False, "key-upload") is None
    assert await world.listed(wang) == []


async def test_fdos_09_at_once_as_one_after_the_other(world: World) -> None:
    """One key is one picture, and no more of a kind are kept than there may be; no object is left over."""
    wang, scan = world.teacher(), pictures.scan()
    same = await asyncio.gather(*(world.upload(wang, ID_SCAN, scan, "key-same") for _ in range(3)))
    assert len(set(same)) == 1
    answers = await asyncio.gather(*(world.upload(wang) for _ in range(3)), return_exceptions=True)
    refused = [each for each in answers if isinstance(each, DomainError)]
    assert {error.reason for error in refused} == {"TOO_MANY_OF_KIND"}
    assert len(refused) == 2
    assert len(await world.listed(wang)) == len(await world.keys()) == 2


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        (ID_SCAN, lambda: b"%PDF-1.7 ...", "PDF"),
        (ID_SCAN, lambda: pictures.scan() + b"PK\3\4 and more", "TRAILING_DATA"),
        (PHOTO, lambda: pictures.scan("PNG"), "NOT_JPEG"),
        (PHOTO, lambda: pictures.portrait("#438edb"), "GROUND_NOT_WHITE"),
    ],
)
async def test_fdos_09_a_refused_file_leaves_nothing(
    world: World, kind: PaperKind, content: Callable[[], bytes], reason: str
) -> None:
    with pytest.raises(DomainError, match=reason):
        await world.upload(world.teacher(), kind, content())
    assert await world.keys() == set()
    assert await world.database.fetchval("SELECT count(*) FROM paper") == 0
    assert await world.database.fetchval("SELECT count(*) FROM audit") == 0


async def test_fdos_09_uploads_have_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wang = world.teacher()
    await world.upload(wang)
    await world.database.execute(
        "INSERT INTO audit (aggregate_id, n, at, act, prev_hash, hash)"
        " SELECT $1, n, $2, 'upload_paper', '', '' FROM generate_series(2, $3) n",
        *(wang.person_id, NOON, UPLOADS_AN_HOUR),
    )
    with pytest.raises(DomainError, match="UPLOADS_TOO_OFTEN"):
        await world.upload(wang, PHOTO)
    world.clock.goes(timedelta(hours=1, seconds=1))
    zhao = world.teacher()
    await world.upload(zhao)
    monkeypatch.setattr(picture_rules, "MAX_KEPT_BYTES", 10)
    with pytest.raises(DomainError, match="TOO_MANY_BYTES"):
        await world.upload(zhao, PHOTO)
    assert len(await world.keys()) == 2
    assert sum(rule.max_papers for rule in RULES.values()) <= MAX_PAPERS


async def test_fdos_12_staff_see_what_a_candidacy_to_them_shows_and_nothing_else(world: World) -> None:
    wang = world.teacher()
    shown = await world.upload(wang)
    candidacy = await world.submitted(wang)
    await world.papers.remove_paper(wang, shown, new_id())
    later = await world.upload(wang)
    for caller in (wang, OFFICE, PROVINCE_STAFF):
        assert await world.listed(caller, candidacy) == [shown]
        content, _ = await world.papers.get_paper(caller, shown, candidacy, small=True)
        assert max(Image.open(io.BytesIO(content)).size) == 480
        with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
            await world.papers.get_paper(caller, later, candidacy, small=False)
    assert (await world.papers.get_paper(wang, later, "", small=False))[1].id == later
    draft = await world.submitted(world.teacher(), "draft")
    for caller, named in (
        *((OTHER_OFFICE, candidacy), (world.teacher(), candidacy), (OFFICE, draft)),
        *((OFFICE, new_id()), (OFFICE, "")),
    ):
        with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
            await world.papers.list_papers(caller, named)
    # Frozen anew, the copy shows what the dossier shows now, and what nobody shows any more goes.
    await world.freeze(wang, candidacy)
    assert await world.listed(OFFICE, candidacy) == [later]
    assert await world.objects.drain(timedelta(0)) == 1


async def test_priv_04_priv_05_pictures_are_sealed_anew_and_forgotten(world: World) -> None:
    """PRIV-04, PRIV-05."""
    wang, zhao = world.teacher(), world.teacher()
    paper, other = await world.upload(wang), await world.upload(zhao)
    candidacy = await world.submitted(wang)
    before = (await world.papers.get_paper(wang, paper, "", small=False))[0]
    rotated = SealedObjects(world.database, world.store, Sealing(NEXT))
    assert await Upkeep(world.database, Sealing(NEXT), rotated).rewrap(50) == (2, 0)
    afterwards = core_of(world.database, world.clock, world.people)
    later = SealedObjects(world.database, world.store, Sealing(AFTERWARDS))
    papers = PaperHandlers(world.database, later, Sealing(AFTERWARDS), afterwards.directory, afterwards.deeds)
    assert (await papers.get_paper(wang, paper, candidacy, small=False))[0] == before
    async with world.database.unit_of_work() as uow:
        erased = identity.PersonErased(person_id=wang.person_id)
        await Upkeep(world.database, Sealing(VAULT)).hear(delivery_of(erased), uow)
    assert await world.objects.drain(timedelta(0)) == 3
    assert await world.listed(zhao) == [other]
    assert len(await world.keys()) == 1


async def test_fdos_13_the_printed_dossier_shows_what_is_saved_and_the_photo(world: World) -> None:
    wang, press = world.teacher(), Press(FORM, 1)
    core = core_of(world.database, world.clock, world.people)
    printing = Printing(world.database, world.clock, core.sealing, world.people, world.papers, press)
    empty = _read(await printing.dossier_form(wang))
    assert "王师资" in empty
    assert "3700**********01" in empty
    await world.faculty.save_section(wang, Section.CONTACT, {"mobile": "13800000000", "address": "#panic()"}, "key-1")
    await world.faculty.save_draft(wang, Section.CONTACT, {"address": "草稿路"}, "key-2")
    without = await printing.dossier_form(wang)
    await world.upload(wang, PHOTO)
    pdf = await printing.dossier_form(wang)
    assert {"13800000000", "#panic()"} <= set(_read(pdf).split())
    assert "草稿路" not in _read(pdf)
    assert len(pdf) > len(without) + 5_000
    assert pdf == await printing.dossier_form(wang)
    press.close()


def _read(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
