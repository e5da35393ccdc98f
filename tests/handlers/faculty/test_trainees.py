"""Residents arrive and leave by facts; staff set the rest (ROT-01, ROT-02, ROT-03, ROT-04, ROT-05, ROT-06)."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from residency.faculty.v1 import events_pb2
from services.faculty.domain.trainees import State, Trainee
from services.faculty.handlers.trainees import Asked, SetTrainee
from services.faculty.store.trainees import forget, trainee_of_person
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.deliveries import delivery_of
from tests.support.faculty import (
    DIRECTOR,
    FAR_PROVINCE,
    OFFICE,
    OTHER,
    OTHER_DIRECTOR,
    OTHER_OFFICE,
    PROVINCE_STAFF,
    SECRETARY,
    UNIT,
    KnownPeople,
    core_of,
)
from tests.support.faculty_rotations import TRAINING, USUAL, Application, Rotations, emptied, key
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> Iterator[str]:
    made = postgres.database("faculty")
    yield made
    postgres.drop(made)


@pytest.fixture
async def rotations(url: str) -> AsyncIterator[Rotations]:
    async with emptied(url) as made:
        yield made


def summary(one: Trainee) -> tuple[str, int, str]:
    return one.state.value, one.application_version, one.base_code


async def count(rotations: Rotations) -> int:
    return int(await rotations.core.database.fetchval("SELECT count(*) FROM trainee"))


async def test_rot_01_an_admission_makes_a_trainee_with_cohort_and_days(rotations: Rotations) -> None:
    application = Application()
    await rotations.hear(application.admitted(5))
    one = await rotations.of(application.person_id)
    assert (one.base_code, one.specialty_code, one.cohort, one.kind) == (application.base_code, "0600", 2025, "")
    assert (one.days, one.state, one.plan_version, one.version) == (TRAINING, State.IN_TRAINING, 0, 1)
    [told] = await rotations.facts(events_pb2.TraineeArrived)
    assert (told.trainee_id, told.person_id, told.version, told.left) == (one.trainee_id, one.person_id, 1, False)


def facts_of(application: Application) -> dict[str, Message]:
    return {
        "admitted": application.admitted(5),
        "undone": application.undone(6),
        "admitted again": application.admitted(7),
        "lost": application.lost(8),
    }


@pytest.mark.parametrize("last", ["admitted", "undone", "admitted again", "lost"])
async def test_rot_01_whatever_order_facts_come_in_the_newest_counts(rotations: Rotations, last: str) -> None:
    """ROT-01, ROT-02: every order of the facts up to `last`, each of them twice, ends the same."""
    names = list(facts_of(Application()))
    for order in itertools.permutations(names[: names.index(last) + 1]):
        application = Application()
        facts = facts_of(application)
        await rotations.hear(*(facts[name] for name in order for _ in range(2)))
        expected = last.startswith("admitted")
        async with rotations.core.database.unit_of_work() as uow:
            one = await trainee_of_person(uow.session, application.person_id)
        if one is None:
            # An admission that was over before it was heard of makes nobody a trainee.
            assert not expected, order
        else:
            assert (one.state is State.IN_TRAINING) == expected, order
    assert await count(rotations) == await rotations.core.database.fetchval(
        "SELECT count(DISTINCT application_id) FROM trainee"
    )


async def test_rot_01_other_facts_mean_nothing(rotations: Rotations) -> None:
    about = Application().about(4)
    await rotations.hear(events_pb2.FacultyInvited(person_id=new_id()), about)
    assert await count(rotations) == 0


async def test_rot_02_who_loses_the_place_keeps_what_was_and_has_nothing_planned(rotations: Rotations) -> None:
    application = Application()
    one = await rotations.trainee(application)
    await rotations.plan(one, *USUAL)
    await rotations.taught(one, date(2026, 5, 1), "某老师")
    await rotations.hear(application.lost(9))
    after = await rotations.of(one.person_id)
    assert summary(after) == ("left", 9, one.base_code)
    rows = await rotations.core.database.fetch("SELECT from_day, until_day FROM rotation ORDER BY from_day")
    assert [(row["from_day"], row["until_day"]) for row in rows] == [(date(2025, 9, 1), date(2026, 3, 2))]
    assert await rotations.core.database.fetchval("SELECT count(*) FROM cell WHERE teacher_id IS NOT NULL") == 0
    assert [told.left for told in await rotations.facts(events_pb2.TraineeArrived)] == [False, True]
    changes = await rotations.facts(events_pb2.RotationPlanChanged)
    assert [told.plan_version for told in changes] == [1, 2]


async def test_rot_03_a_place_that_is_put_off_moves_the_days_and_ends_the_plan(rotations: Rotations) -> None:
    early, late = Application(), Application()
    await rotations.trainee(early)
    await rotations.hear(early.deferred(6, 2027))
    await rotations.hear(late.deferred(6, 2027), late.admitted(5))
    for application in (early, late):
        one = await rotations.of(application.person_id)
        assert (one.days, one.cohort) == ((date(2027, 9, 1), date(2030, 8, 31)), 2025)


async def test_rot_01_admitted_again_at_another_base_is_the_same_trainee_without_a_plan(rotations: Rotations) -> None:
    application = Application()
    one = await rotations.trainee(application)
    await rotations.plan(one, *USUAL)
    application.base_code = OTHER
    await rotations.hear(application.undone(6), application.admitted(7))
    after = await rotations.of(one.person_id)
    assert (after.trainee_id, *summary(after)) == (one.trainee_id, "in_training", 7, OTHER)


async def test_rot_01_of_two_trainings_the_present_one_counts(rotations: Rotations) -> None:
    person = new_id()
    first, second = Application(person), Application(person)
    await rotations.hear(second.admitted(5), first.admitted(5), first.lost(6))
    one = await rotations.of(person)
    assert one.application_id == second.application_id


async def test_rot_04_names_are_asked_for_once_and_the_unknown_stay_nameless(rotations: Rotations) -> None:
    people: Any = rotations.core.people
    assert isinstance(people, KnownPeople)
    known, stranger = Application(people.add("李一")), Application()
    await rotations.hear(known.admitted(5), stranger.admitted(5))
    assert await rotations.trainees.name_some() == 2
    assert (await rotations.of(known.person_id)).name == "李一"
    assert (await rotations.of(stranger.person_id)).name == ""
    people.known.clear()
    assert await rotations.trainees.name_some() == 0


async def test_rot_04_while_identity_is_away_nobody_is_named_and_all_are_asked_again(rotations: Rotations) -> None:
    people: Any = rotations.core.people
    application = Application(people.add("李一"))
    await rotations.trainee(application)

    class Away(KnownPeople):
        async def person(self, person_id: str) -> Any:
            raise DomainError(Kind.UNAVAILABLE, "IDENTITY_AWAY", "暂时无法核对身份。")

    away = Rotations(core_of(rotations.core.database, people=Away()))
    with pytest.raises(DomainError):
        await away.trainees.name_some()
    assert await rotations.trainees.name_some() == 1


async def test_priv_05_the_name_of_who_was_erased_is_forgotten_for_good(rotations: Rotations) -> None:
    one = await rotations.trainee(named="李一")
    waiting = await rotations.trainee()
    async with rotations.core.database.unit_of_work() as uow:
        await forget(uow.session, one.person_id)
        await forget(uow.session, waiting.person_id)
    assert (await rotations.of(one.person_id)).name == ""
    assert await rotations.trainees.name_some() == 0


async def test_rot_05_everybody_lists_whom_they_reach(rotations: Rotations) -> None:
    """ROT-05: 教学部 its base and units, a department who rotates there, a province its bases."""
    here = await rotations.trainee(named="甲")
    unit = await rotations.trainee(Application(base_code=UNIT), named="乙")
    other = await rotations.trainee(Application(base_code=OTHER), named="丙")
    await rotations.plan(here, *USUAL)
    expected: list[tuple[Caller, set[str]]] = [
        (OFFICE, {here.trainee_id, unit.trainee_id}),
        (OTHER_OFFICE, {other.trainee_id}),
        (PROVINCE_STAFF, {here.trainee_id, unit.trainee_id, other.trainee_id}),
        (FAR_PROVINCE, set()),
        (DIRECTOR, {here.trainee_id}),
        (SECRETARY, {here.trainee_id}),
        (OTHER_DIRECTOR, {here.trainee_id}),
        (Caller(new_id(), "department_director", "SD-OTHER-WARD"), set()),
        (Caller(new_id(), "department_director", "GONE"), set()),
    ]
    for caller, ids in expected:
        page = await rotations.trainees.page(caller, Asked())
        assert {each.trainee_id for each in page.trainees} == ids, caller
        assert page.total == len(ids)
    await rotations.plan(here, *USUAL[:2])
    assert (await rotations.trainees.page(OTHER_DIRECTOR, Asked())).total == 0
    assert (await rotations.trainees.page(PROVINCE_STAFF, Asked(base_code=UNIT))).total == 1
    with pytest.raises(DomainError) as caught:
        await rotations.trainees.page(OFFICE, Asked(base_code=OTHER))
    assert caught.value.reason == "BASE_NOT_FOUND"


async def test_rot_05_lists_are_filtered_and_paged(rotations: Rotations) -> None:
    made = [await rotations.trainee(named=f"学员{n}") for n in range(5)]
    surgeon = await rotations.trainee(Application(specialty=("0900", "外科")), named="王_外科")
    for asked, ids in [
        (Asked(specialty_code="0900"), [surgeon]),
        (Asked(name="_"), [surgeon]),
        (Asked(cohort=2024), []),
        (Asked(kind="social"), []),
        (Asked(cohort=2025, name="学员"), made),
    ]:
        page = await rotations.trainees.page(OFFICE, asked)
        assert {each.trainee_id for each in page.trainees} == {each.trainee_id for each in ids}
    seen, token = [], ""
    for size in (2, 2, 2):
        page = await rotations.trainees.page(OFFICE, Asked(limit=size, page_token=token))
        seen += [each.trainee_id for each in page.trainees]
        token = page.next_token
        assert page.total == 6
    assert (len(set(seen)), token, seen[-1]) == (6, "", surgeon.trainee_id)
    for broken in ("?", "W10=", "WzEsMl0="):
        with pytest.raises(DomainError) as caught:
            await rotations.trainees.page(OFFICE, Asked(page_token=broken))
        assert caught.value.reason == "BAD_PAGE"


def order(one: Trainee, **changes: Any) -> SetTrainee:
    usual: dict[str, Any] = {
        "trainee_id": one.trainee_id,
        "version": one.version,
        "kind": "social",
        "from_day": TRAINING[0],
        "until_day": date(2027, 8, 31),
        "key": key(),
        "body": b"",
    }
    return SetTrainee(**(usual | changes))


async def test_rot_06_staff_set_kind_and_days_once(rotations: Rotations) -> None:
    one = await rotations.trainee()
    wanted = order(one)
    for _ in range(2):
        after = await rotations.trainees.set_trainee(OFFICE, wanted)
        assert (after.kind, after.days, after.version) == ("social", (TRAINING[0], date(2027, 8, 31)), 2)
    acts = await rotations.core.database.fetch(
        "SELECT act FROM audit WHERE aggregate_id = $1 ORDER BY n", one.trainee_id
    )
    assert [row["act"] for row in acts] == ["trainee_arrived", "trainee_set"]
    with pytest.raises(DomainError) as caught:
        await rotations.trainees.set_trainee(OFFICE, order(one, kind="own_unit"))
    assert caught.value.reason == "VERSION_MOVED"


async def test_rot_06_who_may_not_and_what_is_refused(rotations: Rotations) -> None:
    one = await rotations.trainee()
    await rotations.plan(one, *USUAL)
    oneself = Caller(one.person_id, "teaching_department", OFFICE.organisation)
    cases: list[tuple[Caller, dict[str, Any], str]] = [
        (OTHER_OFFICE, {}, "TRAINEE_NOT_FOUND"),
        (OFFICE, {"trainee_id": new_id()}, "TRAINEE_NOT_FOUND"),
        (oneself, {}, "OWN_CASE"),
        (OFFICE, {"until_day": date(2026, 9, 29)}, "PLAN_OUTSIDE"),
        (OFFICE, {"from_day": TRAINING[0] + timedelta(days=1)}, "PLAN_OUTSIDE"),
        (OFFICE, {"from_day": date(2027, 9, 1)}, "DAYS_REVERSED"),
    ]
    for caller, changes, reason in cases:
        with pytest.raises(DomainError) as caught:
            await rotations.trainees.set_trainee(caller, order(one, **changes))
        assert caught.value.reason == reason
    assert (await rotations.of(one.person_id)).version == one.version


async def test_rot_02_who_left_is_set_no_more(rotations: Rotations) -> None:
    application = Application()
    await rotations.trainee(application)
    await rotations.hear(application.lost(6))
    with pytest.raises(DomainError) as caught:
        await rotations.trainees.set_trainee(OFFICE, order(await rotations.of(application.person_id)))
    assert caught.value.reason == "TRAINEE_LEFT"


async def test_rot_01_facts_at_the_same_time_make_one_trainee(rotations: Rotations) -> None:
    """The same admission under two delivery ids, by two processes."""
    application = Application()
    first = rotations.core.database.unit_of_work()
    one = await first.__aenter__()
    await rotations.trainees.hear(delivery_of(application.admitted(5)), one)
    second = asyncio.create_task(rotations.hear(application.admitted(5)))
    await first.__aexit__(None, None, None)
    await second
    assert await count(rotations) == 1
