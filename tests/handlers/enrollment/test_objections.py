"""LIST-08 and LIST-09 over a real database: objections freeze, and are resolved by the province."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.decisions import Admit
from services.enrollment.handlers.objections import FileObjection, ResolveObjection
from services.enrollment.store.objections import Objection, ObjectionState, ObjectionStore
from services.enrollment.store.sealed import SealedStore
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.selecting import OTHER_PROVINCE, PROVINCE, Selecting
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, QILU, REVIEWER, SECOND, Stage, key
from tests.support.vaults import NEXT

GROUNDS, OBJECTOR, REASON = "执业经历与事实不符", "李某 13800000000", "经向单位核实,情况属实"


@pytest.fixture
async def desk(database: Database) -> Selecting:
    """A fresh cycle in its first review round, without publicity."""
    desk = Selecting(Stage(database))
    await desk.open({(QILU, MEDICINE): 10, (SECOND, MEDICINE): 5})
    return desk


async def file(desk: Selecting, application_id: str, by: Caller = ADMINISTRATOR, **changes: str) -> Objection:
    values = {"grounds": GROUNDS, "objector": OBJECTOR, "idempotency_key": key(), **changes}
    return await desk.objections.file_objection(by, FileObjection(application_id, **values))


async def resolve(desk: Selecting, objection: Objection, *, uphold: bool, by: Caller = PROVINCE) -> Objection:
    order = ResolveObjection(objection.id, uphold, REASON, key())
    return await desk.objections.resolve_objection(by, order)


async def admit(desk: Selecting, application_id: str) -> str:
    """Why somebody is not admitted; empty when they are."""
    try:
        await desk.stage.decisions.admit(ADMINISTRATOR, Admit(application_id, key()))
    except DomainError as error:
        return error.reason
    return ""


async def refused(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


async def test_list_08_an_objection_freezes_until_it_is_dismissed(desk: Selecting) -> None:
    [one] = await desk.people(1, "provisional")
    order = FileObjection(one, f" {GROUNDS} ", OBJECTOR, key())
    filed = await desk.objections.file_objection(ADMINISTRATOR, order)
    assert await desk.objections.file_objection(ADMINISTRATOR, order) == filed
    assert (filed.state, filed.grounds, filed.filed_for) == (ObjectionState.OPEN, GROUNDS, QILU)
    assert (await desk.row(one))["objected"] is True
    assert await admit(desk, one) == "OBJECTED"
    resolved = await resolve(desk, filed, uphold=False)
    assert (resolved.state, resolved.resolution) == (ObjectionState.DISMISSED, REASON)
    again = await refused(resolve(desk, filed, uphold=True))
    assert (again.kind, again.reason, again.rule) == (Kind.CONFLICT, "ALREADY_RESOLVED", "LIST-08")
    assert (await desk.row(one))["objected"] is False
    assert await admit(desk, one) == ""


async def test_list_08_the_mark_stays_while_another_is_open_or_was_upheld(desk: Selecting) -> None:
    [one] = await desk.people(1, "provisional")
    first, second, third = [await file(desk, one, by) for by in (ADMINISTRATOR, PROVINCE, ADMINISTRATOR)]
    await resolve(desk, first, uphold=False)
    assert await admit(desk, one) == "OBJECTED"
    assert (await resolve(desk, second, uphold=True)).state is ObjectionState.UPHELD
    await resolve(desk, third, uphold=False)
    assert (await desk.row(one))["objected"] is True
    assert await admit(desk, one) == "OBJECTED"


async def test_list_08_an_objection_to_an_earlier_place_does_not_freeze_a_later_one(desk: Selecting) -> None:
    [one] = await desk.people(1, "provisional")
    await resolve(desk, await file(desk, one), uphold=True)
    await desk.database.execute(
        "UPDATE application SET provisional_at = clock_timestamp(), objected = false WHERE id = $1", one
    )
    await resolve(desk, await file(desk, one), uphold=False)
    assert await admit(desk, one) == ""


async def test_list_08_facts_decisions_and_audit_name_ids_only(desk: Selecting) -> None:
    """APP-11: the chain stays whole."""
    await desk.stage.stand(P1)
    person, view = await desk.stage.registered()
    await desk.stage.stand(P2)
    await desk.stage.review(view, approve=True)
    await desk.stage.grant(view)
    one = view.application_id
    objection = await file(desk, one)
    await resolve(desk, objection, uphold=True)
    row = await desk.row(one)
    entries = await desk.stage.queries.audit(one)
    assert broken_at(entries, row["version"], row["audit_hash"]) == 0
    assert [(each.command, each.rule, each.organisation) for each in entries[-2:]] == [
        ("file_objection", "CAP-OBJECTION", QILU),
        ("resolve_objection", "CAP-OBJECTION", "37"),
    ]
    assert json.loads(entries[-1].detail) == {"objection_id": objection.id, "resolution": "uphold"}
    kinds = await desk.database.fetch(
        "SELECT kind, remark FROM decision WHERE application_id = $1 ORDER BY version", one
    )
    assert [(each["kind"], each["remark"]) for each in kinds][-2:] == [("object", ""), ("uphold", "")]
    filed = events_pb2.ObjectionFiled.FromString((await desk.facts("objection.filed"))[-1]["body"])
    told = events_pb2.ObjectionResolved.FromString((await desk.facts("objection.resolved"))[-1]["body"])
    assert filed.objection_id == told.objection_id == objection.id
    assert (told.upheld, told.application.person_id) == (True, person.person_id)
    assert (filed.application.version, told.application.version) == (row["version"] - 1, row["version"])


async def test_list_08_only_base_and_province_file_and_only_the_province_resolves(desk: Selecting) -> None:
    one, other = await desk.people(2, "provisional")
    [approved] = await desk.people(1, "approved")
    objection = await file(desk, one)
    empty = await refused(file(desk, one, grounds=" "))
    assert (empty.kind, empty.reason, empty.field) == (Kind.INVALID, "GROUNDS_REQUIRED", "grounds")
    assert (await refused(file(desk, one, REVIEWER))).reason == "ROLE_NOT_ALLOWED"
    assert (await refused(file(desk, approved))).reason == "WRONG_STATE"
    for stranger in (OTHERS, OTHER_PROVINCE):
        assert (await refused(file(desk, other, stranger))).reason == "APPLICATION_NOT_FOUND"
    assert (await refused(resolve(desk, objection, uphold=True, by=OTHER_PROVINCE))).reason == "OBJECTION_NOT_FOUND"
    silent = ResolveObjection(objection.id, True, " ", key())
    assert (await refused(desk.objections.resolve_objection(PROVINCE, silent))).reason == "REASON_REQUIRED"
    absent = ResolveObjection(one, True, REASON, key())
    assert (await refused(desk.objections.resolve_objection(PROVINCE, absent))).reason == "OBJECTION_NOT_FOUND"
    assert (await desk.row(other))["objected"] is False


async def test_list_08_base_and_province_list_their_own_newest_first(desk: Selecting) -> None:
    ids = await desk.people(3, "provisional")
    [elsewhere] = await desk.people(1, "provisional", base=SECOND)
    filed = [await file(desk, each) for each in ids]
    other = await file(desk, elsewhere, PROVINCE)

    async def listed(by: Caller, *, open_only: bool = False, size: int = 0) -> list[str]:
        found, after = [], None
        while True:
            page = await desk.objections.list_objections(
                by, desk.stage.cycle_id, open_only=open_only, size=size, after=after
            )
            found += page.objections
            after = page.following
            if after is None:
                assert {each.name for each in found} <= {"张三"}
                return [each.id for each in found]

    newest = [each.id for each in reversed(filed)]
    assert await listed(ADMINISTRATOR) == newest
    assert await listed(ADMINISTRATOR, size=2) == newest
    assert await listed(PROVINCE) == [other.id, *newest]
    assert await listed(OTHERS) == [other.id]
    await resolve(desk, filed[1], uphold=False)
    assert await listed(ADMINISTRATOR, open_only=True) == [filed[2].id, filed[0].id]
    assert (await refused(listed(OTHER_PROVINCE))).reason == "CYCLE_NOT_FOUND"


async def test_list_09_texts_are_sealed_sealed_anew_and_forgotten(desk: Selecting) -> None:
    """PRIV-04 and PRIV-05 for objections."""
    one, other = await desk.people(2, "provisional")
    closed, still = await file(desk, one), await file(desk, other)
    await resolve(desk, closed, uphold=False)
    stored = await desk.one("SELECT body, resolution FROM objection WHERE id = $1", closed.id)
    for text in (GROUNDS, OBJECTOR, REASON):
        assert text.encode() not in stored["body"] + stored["resolution"]
    anew = SealedStore(desk.database, Sealing(NEXT))
    while await anew.rewrap(3):
        pass
    assert await anew.left() == 0
    store = ObjectionStore(desk.database, Sealing(NEXT))
    read = await store.read(closed.id)
    assert read is not None
    assert (read.grounds, read.objector, read.resolution) == (GROUNDS, OBJECTOR, REASON)
    async with desk.database.unit_of_work() as work:
        await anew.forget(work, (await desk.row(one))["person_id"])
    for objection, grounds in ((closed, ""), (still, GROUNDS)):
        read = await store.read(objection.id)
        assert read is not None
        assert (read.grounds, read.resolution) == (grounds, "")


async def test_list_08_an_objection_while_a_list_is_published_is_not_lost(desk: Selecting) -> None:
    ids = await desk.people(3, "provisional")
    order = desk.publishing()
    await asyncio.gather(desk.lists.publish_list(ADMINISTRATOR, order), file(desk, ids[0]), file(desk, ids[1]))
    rows = [await desk.row(each) for each in ids]
    assert [(row["version"], row["objected"]) for row in rows] == [(3, True), (3, True), (2, False)]
    assert all(row["publicity_ends_at"] for row in rows)
