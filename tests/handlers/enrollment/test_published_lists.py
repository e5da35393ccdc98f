"""LIST-01 to LIST-07 over a real database: what is published, for how long, and what everybody sees of it."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from hashlib import sha256

import asyncpg
import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.phases import P1, P2, P5
from services.enrollment.domain.publicity import Head, list_hash
from services.enrollment.domain.working_days import WorkingDays
from services.enrollment.handlers.decisions import Admit
from services.enrollment.handlers.lists import PublishedView
from services.enrollment.records import CycleRecord
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.selecting import Selecting
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, QILU, REVIEWER, SECOND, SKIN, Stage, key

PLAN = {(QILU, MEDICINE): 10, (QILU, SKIN): 1, (SECOND, MEDICINE): 5}
DAYS = 5


@pytest.fixture
async def desk(database: Database) -> Selecting:
    """A fresh cycle in its first review round, with a publicity of five working days."""
    desk = Selecting(Stage(database))
    await desk.open(PLAN, publicity_working_days=DAYS)
    return desk


async def published(desk: Selecting, **changes: object) -> PublishedView:
    return await desk.lists.publish_list(ADMINISTRATOR, desk.publishing(**changes))


async def refused(desk: Selecting, caller: Caller = ADMINISTRATOR, **changes: object) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await desk.lists.publish_list(caller, desk.publishing(**changes))
    return caught.value


async def test_list_06_a_list_names_who_is_on_none_and_everybody_reads_it_masked(desk: Selecting) -> None:
    ids = await desk.people(3, "provisional")
    waiting = await desk.lists.list_unpublished(REVIEWER, desk.stage.cycle_id)
    assert {each.id for each in waiting.applications} == set(ids)
    assert waiting.problem == ""

    order = desk.publishing()
    view = await desk.lists.publish_list(ADMINISTRATOR, order)
    assert await desk.lists.publish_list(ADMINISTRATOR, order) == view
    made = view.published
    assert (made.number, made.entries, made.working_days, view.unpublished) == (1, 3, DAYS, 0)
    listed = await desk.lists.get_published(made.list_id)
    assert [(entry.sequence, entry.masked_name, entry.masked_document) for entry, _ in listed.entries] == [
        (number, "张*", "3701**********12") for number in (1, 2, 3)
    ]
    assert {(entry.rank, entry.total) for entry, _ in listed.entries} == {(0, "")}
    assert listed.specialties[MEDICINE] == "内科"
    assert "张三" not in str(listed)
    assert [each.list_id for each in await desk.lists.list_published(desk.stage.cycle_id)] == [made.list_id]
    assert await desk.lists.list_published(desk.stage.cycle_id, SECOND) == []
    assert (await desk.lists.list_unpublished(REVIEWER, desk.stage.cycle_id)).applications == []

    nobody = await refused(desk)
    assert (nobody.kind, nobody.reason, nobody.rule) == (Kind.NOT_NOW, "NOBODY_TO_PUBLISH", "LIST-06")


async def test_list_06_each_who_is_named_is_marked_audited_and_told(desk: Selecting) -> None:
    """APP-11: every chain stays whole."""
    await desk.stage.stand(P1)
    people = [await desk.stage.registered() for _ in range(2)]
    await desk.stage.stand(P2)
    for _, each in people:
        await desk.stage.review(each, approve=True)
        await desk.stage.grant(each)
    view = await published(desk)
    told = {
        fact.application.application_id: fact
        for fact in (
            events_pb2.ApplicationPublished.FromString(row["body"]) for row in await desk.facts("application.published")
        )
    }
    for person, each in people:
        row = await desk.row(each.application_id)
        assert row["publicity_ends_at"] == view.published.ends_at
        entries = await desk.stage.queries.audit(each.application_id)
        assert broken_at(entries, row["version"], row["audit_hash"]) == 0
        assert (entries[-1].command, entries[-1].rule) == ("publish_list", "CAP-PUBLISH")
        assert json.loads(entries[-1].detail)["list_id"] == view.published.list_id
        fact = told[each.application_id]
        assert (fact.application.person_id, fact.application.version) == (person.person_id, row["version"])
        with pytest.raises(DomainError) as caught:
            await desk.stage.decisions.admit(ADMINISTRATOR, Admit(each.application_id, key()))
        assert (caught.value.reason, caught.value.until) == ("PUBLICITY_RUNNING", view.published.ends_at)
    lists = [events_pb2.ListPublished.FromString(row["body"]) for row in await desk.facts("list.published")]
    assert [(each.number, each.base_code) for each in lists if each.list_id == view.published.list_id] == [(1, QILU)]
    await desk.database.execute(
        "UPDATE application SET publicity_ends_at = now() WHERE cycle_id = $1", desk.stage.cycle_id
    )
    await desk.stage.decisions.admit(ADMINISTRATOR, Admit(people[0][1].application_id, key()))


async def test_list_07_who_is_named_by_no_list_is_told_and_cannot_be_admitted(desk: Selecting) -> None:
    [first] = await desk.people(1, "provisional")
    [late] = await desk.people(1, "provisional", round_=2)
    view = await published(desk, round=1, specialty_code=MEDICINE)
    assert (view.published.entries, view.unpublished) == (1, 1)
    left = await desk.lists.list_unpublished(ADMINISTRATOR, desk.stage.cycle_id)
    assert [each.id for each in left.applications] == [late]
    with pytest.raises(DomainError) as caught:
        await desk.stage.decisions.admit(ADMINISTRATOR, Admit(late, key()))
    assert caught.value.reason == "NOT_PUBLISHED"
    assert (await refused(desk, specialty_code=SKIN)).reason == "NOBODY_TO_PUBLISH"
    second = await published(desk)
    assert (second.published.number, second.published.entries) == (2, 1)
    assert (await desk.row(first))["version"] == 2


async def test_list_01_the_period_is_reckoned_in_the_days_of_the_calendar(desk: Selecting) -> None:
    """Day one of the rehearsal is Saturday 1 July 2023: five working days after it end with Friday 7 July."""
    await desk.people(1, "provisional")
    calendar = (await desk.stage.cycles.get_cycle(desk.stage.cycle_id)).calendar
    view = (await published(desk)).published
    day = calendar.day_of(view.published_at)
    assert date(2023, 7, 1) <= day <= date(2023, 7, 2), "the stage was slower than two seconds"
    assert view.ends_at == calendar.instant_of(date(2023, 7, 8))
    assert not view.over


async def test_list_02_nothing_is_published_into_days_that_nobody_knows(desk: Selecting) -> None:
    short = WorkingDays("x", "test", date(2023, 1, 1), date(2023, 7, 4))

    async def knows_little(_: CycleRecord) -> WorkingDays:
        return short

    blind = Selecting(desk.stage, knows_little)
    [one] = await desk.people(1, "provisional")
    error = await refused(blind)
    assert (error.reason, error.rule, error.details["year"]) == ("WORKING_DAYS_UNKNOWN", "LIST-02", "2023")
    told = await blind.lists.list_unpublished(ADMINISTRATOR, desk.stage.cycle_id)
    assert (told.would_end_at, told.problem) == (None, error.message)
    assert (await desk.row(one))["version"] == 1


async def test_list_04_the_hashes_can_be_checked_by_whoever_has_the_list(desk: Selecting) -> None:
    await desk.people(2, "provisional")
    listed = await desk.lists.get_published((await published(desk)).published.list_id)
    head = listed.published
    hashes = []
    for entry, hashed in listed.entries:
        shown = [entry.sequence, entry.masked_name, entry.masked_document, entry.specialty_code]
        shown += [entry.round, entry.rank, entry.total]
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        assert sha256(text.encode()).hexdigest() == hashed
        hashes.append(bytes.fromhex(hashed))
    whole = Head(head.cycle_id, head.base_code, head.number, head.supplement_to, head.published_at, head.ends_at)
    assert list_hash(whole, hashes).hex() == head.hash


async def test_list_06_a_list_is_never_changed_but_who_is_erased_is_forgotten(desk: Selecting) -> None:
    """PRIV-05: the entry's hash stays, so the list can still be checked."""
    ids = await desk.people(2, "provisional")
    before = await desk.lists.get_published((await published(desk)).published.list_id)
    list_id = before.published.list_id
    for statement in (
        "UPDATE published_list SET entries = 9 WHERE id = $1",
        "DELETE FROM published_entry WHERE list_id = $1",
        "UPDATE published_entry SET masked_name = '李*' WHERE list_id = $1",
        "UPDATE published_entry SET masked_name = '', masked_document = '', specialty_code = '' WHERE list_id = $1",
    ):
        with pytest.raises(asyncpg.PostgresError, match="written once"):
            await desk.database.execute(statement, list_id)
    person = (await desk.row(ids[0]))["person_id"]
    async with desk.database.unit_of_work() as work:
        await desk.stage.sealed.forget(work, person)
    after = await desk.lists.get_published(list_id)
    assert sorted(entry.masked_name for entry, _ in after.entries) == ["", "张*"]
    assert after.published == before.published
    assert [hashed for _, hashed in after.entries] == [hashed for _, hashed in before.entries]


async def test_list_06_an_error_is_corrected_by_a_supplementary_list(desk: Selecting) -> None:
    ids = await desk.people(2, "provisional")
    await published(desk)
    [other] = await desk.people(1, "provisional", base=SECOND)
    for changes, reason, field in (
        ({"supplement_to": 2}, "UNKNOWN_LIST", "supplement_to"),
        ({"again": (ids[0],)}, "UNKNOWN_LIST", "supplement_to"),
        ({"supplement_to": 1, "again": (other,)}, "NOT_ON_LIST", "again"),
    ):
        error = await refused(desk, **changes)
        assert (error.kind, error.reason, error.field) == (Kind.INVALID, reason, field)
    first = (await desk.row(ids[0]))["publicity_ends_at"]
    [late] = await desk.people(1, "provisional")
    view = (await published(desk, supplement_to=1, again=(ids[0],))).published
    assert (view.number, view.supplement_to, view.entries) == (2, 1, 2)
    assert (await desk.row(ids[0]))["publicity_ends_at"] == view.ends_at >= first
    assert (await desk.row(ids[1]))["publicity_ends_at"] == first
    assert (await desk.row(late))["publicity_ends_at"] == view.ends_at
    assert [each.number for each in await desk.lists.list_published(desk.stage.cycle_id, QILU)] == [2, 1]


async def test_list_03_scores_are_published_only_where_the_policy_says_so(desk: Selecting) -> None:
    await desk.policy(publish_scores=True)
    ids = await desk.people(2)
    await desk.scored(ids, "80", "90")
    await desk.database.execute(
        "UPDATE application SET state = 'provisional', provisional_at = now() WHERE id = ANY($1::uuid[])", ids
    )
    listed = await desk.lists.get_published((await published(desk)).published.list_id)
    assert sorted((entry.rank, entry.total) for entry, _ in listed.entries) == [(1, "90.00"), (2, "80.00")]


async def test_cap_publish_is_the_administrators_of_the_base_from_p2_to_p5(desk: Selecting) -> None:
    await desk.people(1, "provisional")
    assert (await refused(desk, REVIEWER)).reason == "ROLE_NOT_ALLOWED"
    assert (await refused(desk, Caller("x", "base_administrator", "BJ-XIEHE"))).reason == "CYCLE_NOT_FOUND"
    assert (await refused(desk, OTHERS)).reason == "NOBODY_TO_PUBLISH"
    await desk.stage.stand(P1)
    early = await refused(desk)
    assert (early.reason, early.rule) == ("NOT_IN_PHASE", "CAP-PUBLISH")
    await desk.stage.stand(P5)
    assert (await published(desk)).published.entries == 1
    for call in (
        desk.lists.get_published(desk.stage.cycle_id),
        desk.lists.list_published("00000000-0000-7000-8000-000000000000"),
    ):
        with pytest.raises(DomainError) as caught:
            await call
        assert caught.value.kind is Kind.NOT_FOUND


async def test_list_06_two_who_publish_at_once_name_everybody_once(desk: Selecting) -> None:
    await desk.people(4, "provisional")
    results = await asyncio.gather(published(desk), published(desk), return_exceptions=True)
    views = [each for each in results if isinstance(each, PublishedView)]
    assert [view.published.entries for view in views] == [4]
    assert [each.reason for each in results if isinstance(each, DomainError)] == ["NOBODY_TO_PUBLISH"]
