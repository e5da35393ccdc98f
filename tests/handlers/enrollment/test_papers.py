"""The life of a picture: added, replaced, stored, sealed anew, swept, forgotten (PAP-05 to PAP-11)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from residency.identity.v1 import events_pb2 as identity
from services.enrollment.domain.papers import RULES, PaperKind
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.papers import PaperHandlers
from services.kit import picture_rules as rules
from services.kit.database import Database
from services.kit.decoding import AT_ONCE, WAITING, Desk
from services.kit.domain import DomainError, Kind
from services.kit.objects import ObjectMissing
from services.kit.sealed_objects import object_keeper
from services.kit.vault import SealBroken
from tests.handlers.enrollment.paper_story import (
    SCAN,
    drafted,
    id_of,
    listed,
    objects,
    remove,
    seen,
    upload,
)
from tests.handlers.enrollment.story import (
    REVIEWER,
    Stage,
    applicant,
    key,
)
from tests.support import pictures
from tests.support.deliveries import delivery_of
from tests.support.vaults import AFTERWARDS, NEXT
from tests.support.wait import eventually

NOW = timedelta(0)


@pytest.fixture
async def open_stage(stage: Stage) -> Stage:
    """Registration is open."""
    await stage.stand(P1)
    return stage


@pytest.fixture
async def alone(database_url: Callable[[str], str]) -> AsyncIterator[Stage]:
    """A stage whose database nobody shares: every picture in it is counted."""
    database = Database(database_url("enrollment"), name="alone", pool_size=8)
    await database.start()
    stage = Stage(database)
    await stage.open()
    await stage.stand(P1)
    yield stage
    await database.stop()


async def test_pap_05_what_comes_back_is_the_picture_alone(open_stage: Stage) -> None:
    """PAP-05: place and camera are gone from what anybody is shown, whole or small."""
    stage = open_stage
    person, id_ = await drafted(stage)
    sent = pictures.encoded(pictures.drawn(600, 800), exif=pictures.exif(b"SecretComment"))
    assert b"SecretCamera" in sent
    view = await upload(stage, person, content=sent)
    assert view.paper is not None
    whole = await seen(stage, person, id_, view.paper.paper_id)
    small, _ = await stage.paper_reading.get_paper(person, id_, view.paper.paper_id, small=True)
    for content, size in ((whole, (600, 800)), (small, (360, 480))):
        image = Image.open(io.BytesIO(content))
        assert (image.format, image.size) == ("JPEG", size)
        assert not image.getexif()
        assert b"Secret" not in content
    assert (view.paper.width, view.paper.height, view.paper.bytes) == (600, 800, len(whole))


async def test_pap_06_a_warning_may_be_overruled_and_the_base_sees_that(open_stage: Stage) -> None:
    """PAP-06: refused once with the warning's name, taken when sent all the same."""
    stage = open_stage
    person, id_ = await drafted(stage)
    with pytest.raises(DomainError, match="GROUND_NOT_WHITE") as refusal:
        await upload(stage, person, content=pictures.portrait("#438edb"))
    assert refusal.value.field == "accept_warnings"
    await upload(stage, person, content=pictures.portrait("#438edb"), accept_warnings=True)
    await stage.submit(person)
    [shown] = (await stage.paper_reading.list_papers(REVIEWER, id_, 0)).papers
    assert [each.value for each in shown.warnings] == ["GROUND_NOT_WHITE"]


async def test_pap_07_a_picture_is_an_edit_of_the_dossier(open_stage: Stage) -> None:
    """PAP-07: one more version, one row of the audit, and only while the section may be edited."""
    stage = open_stage
    person, id_ = await drafted(stage)
    before, _ = await stage.applications.get_my_application(person, stage.cycle_id)
    view = await upload(stage, person, SCAN)
    assert view.version == before.version + 1
    assert (await remove(stage, person, id_of(view))).version == view.version + 1
    commands = [(row.command, row.rule != "") for row in (await stage.queries.audit(id_))[-2:]]
    assert commands == [("upload_paper", True), ("remove_paper", True)]
    await stage.submit(person)
    await stage.stand(P2)
    with pytest.raises(DomainError, match="WRONG_STATE") as refusal:
        await upload(stage, person)
    assert refusal.value.kind is Kind.NOT_NOW


async def test_pap_07_whether_it_is_open_is_asked_before_the_file_is_read(open_stage: Stage) -> None:
    """PAP-07: nobody makes us decode what they could not add anyway."""
    stage = open_stage
    with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
        await upload(stage, applicant(), content=b"no picture at all")


async def test_pap_07_an_order_sent_twice_is_one_picture(open_stage: Stage) -> None:
    """PAP-07: one effect, the same answer; another file under the same key is refused."""
    stage = open_stage
    person, id_ = await drafted(stage)
    same = key()
    first = await upload(stage, person, SCAN, key=same)
    again = await asyncio.gather(*(upload(stage, person, SCAN, key=same) for _ in range(3)))
    assert again == [first] * 3
    assert await listed(stage, person, id_) == [id_of(first)]
    with pytest.raises(DomainError, match="KEY_REUSED"):
        await upload(stage, person, SCAN, pictures.scan(width=900), key=same)
    assert len([name for name in await objects(stage) if id_ in name]) == 1


async def test_pap_07_uploads_at_once_are_all_kept(open_stage: Stage) -> None:
    """PAP-07: whoever comes second decides anew; the file is drawn and stored once."""
    stage = open_stage
    person, id_ = await drafted(stage)
    views = await asyncio.gather(*(upload(stage, person, SCAN, pictures.scan(width=800 + n)) for n in range(3)))
    assert sorted(await listed(stage, person, id_)) == sorted(map(id_of, views))
    assert len([name for name in await objects(stage) if id_ in name]) == 3


async def test_pap_09_a_failed_write_takes_its_object_away(open_stage: Stage) -> None:
    """PAP-09: the object comes first, so a write that is refused removes it."""
    stage = open_stage
    person, id_ = await drafted(stage)

    class Slow(Desk):
        """Meanwhile the gate closes."""

        async def redrawn(self, limits: rules.Limits, content: bytes) -> Any:
            picture = await super().redrawn(limits, content)
            await stage.stand(P2)
            return picture

    stores = (stage.cycle_store, stage.application_store, stage.queries, stage.paper_store)
    slow = PaperHandlers(*stores, Slow())
    with pytest.raises(DomainError, match="WRONG_STATE"):
        await slow.upload_paper(person, stage.cycle_id, SCAN, pictures.scan(), False, key())
    assert [name for name in await objects(stage) if id_ in name] == []
    assert await listed(stage, person, id_) == []


async def test_pap_09_orphans_are_swept_and_discarded_objects_removed(alone: Stage) -> None:
    """PAP-09: by age, and never one that has its row."""
    person, id_ = await drafted(alone)
    stays = id_of(await upload(alone, person, SCAN))
    replaced = await upload(alone, person)
    await upload(alone, person, content=pictures.portrait("#f4f4f4"))
    orphan, _ = await alone.paper_store.keep(id_, b"orphan")
    assert len(await objects(alone)) == 4
    assert await alone.paper_store.drain() == 0, "somebody may still be reading it"
    assert await alone.paper_store.sweep() == 0, "its row may yet come"
    assert await alone.paper_store.drain(NOW) == 1
    assert await alone.paper_store.sweep(NOW) == 1
    left = await objects(alone)
    assert len(left) == 2
    assert orphan not in left
    assert await alone.paper_store.sweep(NOW) == await alone.paper_store.drain(NOW) == 0
    assert await seen(alone, person, id_, stays)
    with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
        await seen(alone, person, id_, id_of(replaced))


async def test_pap_09_the_keeper_removes_what_was_discarded(alone: Stage) -> None:
    """PAP-09: by itself, some time after the commit."""
    person, _ = await drafted(alone)
    view = await upload(alone, person, SCAN)
    await remove(alone, person, id_of(view))
    await alone.database.execute("UPDATE discarded_object SET discarded_at = discarded_at - interval '1 hour'")
    keeper = object_keeper(alone.paper_store, seconds=0.05)
    await keeper.start()

    async def gone() -> bool:
        return not await objects(alone)

    await eventually(gone, "the keeper removed the object")
    await keeper.stop()
    assert keeper.not_ready() == ""


async def test_pap_09_the_store_is_away(open_stage: Stage) -> None:
    """PAP-09: then pictures alone are refused, and the rest goes on."""
    stage = open_stage
    person, id_ = await drafted(stage)
    await stage.objects.stop()
    with pytest.raises(DomainError, match="OBJECTS_AWAY") as refusal:
        await upload(stage, person)
    assert refusal.value.kind is Kind.UNAVAILABLE
    assert await listed(stage, person, id_) == []
    assert (await stage.submit(person)).submission_number == 1


async def test_pap_10_there_is_a_limit_an_hour_and_a_kind(open_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """PAP-10: removing does not give an upload back; too many of a kind are refused."""
    stage = open_stage
    person, _ = await drafted(stage)
    most = RULES[PaperKind.PRACTICE_SCAN].max_papers
    views = [await upload(stage, person, PaperKind.PRACTICE_SCAN) for _ in range(most)]
    with pytest.raises(DomainError, match="TOO_MANY_OF_KIND"):
        await upload(stage, person, PaperKind.PRACTICE_SCAN)
    await remove(stage, person, id_of(views[0]))
    monkeypatch.setattr("services.enrollment.handlers.papers.UPLOADS_AN_HOUR", most)
    with pytest.raises(DomainError, match="UPLOADS_TOO_OFTEN") as refusal:
        await upload(stage, person, SCAN)
    assert (refusal.value.kind, refusal.value.rule) == (Kind.EXHAUSTED, "PAP-10")


async def test_pap_10_a_crowd_waits_its_turn_and_no_picture_takes_for_ever() -> None:
    """PAP-10: so many at once; PAP-04: so long each."""
    desk = Desk()
    crowd = [desk.redrawn(rules.SCAN, pictures.scan()) for _ in range(AT_ONCE + WAITING + 6)]
    answers = await asyncio.gather(*crowd, return_exceptions=True)
    busy = [each for each in answers if isinstance(each, DomainError)]
    assert {each.reason for each in busy} == {"PICTURES_BUSY"}
    assert len(busy) == 6
    assert (await desk.redrawn(rules.SCAN, pictures.scan())).width == 800
    with pytest.raises(DomainError, match="TOO_SLOW"):
        await Desk(seconds=0.0001).redrawn(rules.SCAN, pictures.scan())


async def test_pap_11_pictures_lie_sealed_and_each_in_its_place(open_stage: Stage) -> None:
    """PAP-11: no bytes of a picture in the store; another's object under one's own key does not open."""
    stage = open_stage
    person, id_ = await drafted(stage)
    one, two = [await upload(stage, person, SCAN, pictures.scan(width=width)) for width in (800, 900)]
    whole = await seen(stage, person, id_, id_of(one))
    for name in await objects(stage):
        assert whole[200:260] not in await stage.objects.get(name)
        assert b"JFIF" not in await stage.objects.get(name)
    swap = "UPDATE paper SET object_key = $2 WHERE id = $1"
    keys = {str(row["id"]): row["object_key"] for row in await stage.database.fetch("SELECT * FROM paper")}
    await stage.database.execute(swap, id_of(one), "elsewhere/x")
    await stage.objects.put("elsewhere/x", await stage.objects.get(keys[id_of(two)]))
    with pytest.raises(SealBroken):
        await seen(stage, person, id_, id_of(one))


async def test_pap_11_pictures_are_sealed_anew_while_they_are_read(alone: Stage) -> None:
    """PAP-11, PRIV-04: under keys of their own; the old objects go, and then the old key may."""
    person, id_ = await drafted(alone)
    ids = [id_of(await upload(alone, person, SCAN, pictures.scan(width=800 + n))) for n in range(3)]
    before = [await seen(alone, person, id_, paper) for paper in ids]
    rotating = Stage(alone.database, NEXT, alone.objects)
    records = await rotating.paper_store.kept(id_)
    assert await rotating.paper_store.left() == 3
    while (await rotating.upkeep.rewrap(50))[1]:
        pass
    assert await rotating.paper_store.left() == 0
    assert [await rotating.paper_store.content(record) for record in records] == before, "read by the old rows"
    assert await rotating.paper_store.drain(NOW) == 3
    afterwards = Stage(alone.database, AFTERWARDS, alone.objects)
    assert [await seen(afterwards, person, id_, paper) for paper in ids] == before
    assert len(await objects(alone)) == 3
    with pytest.raises(ObjectMissing):
        await rotating.paper_store.content(records[0])


async def test_pap_11_who_is_erased_leaves_no_picture(alone: Stage) -> None:
    """PAP-11, PRIV-05: frozen ones too; the submission says then that it showed none."""
    (person, id_), (other, others) = [await drafted(alone) for _ in range(2)]
    for who in (person, other):
        await upload(alone, who)
        await upload(alone, who, SCAN)
        await alone.submit(who)
    async with alone.database.unit_of_work() as uow:
        await alone.upkeep.hear(delivery_of(identity.PersonErased(person_id=person.person_id)), uow)
    assert await alone.paper_store.drain(NOW) == 2
    assert {name.split("/")[1] for name in await objects(alone)} == {others}
    assert await listed(alone, REVIEWER, id_) == []
    assert len(await listed(alone, REVIEWER, others)) == 2
