"""Trainees rate teachers: when, once, unseen; and what a year comes to.

Holds RATE-01, RATE-02, RATE-03, RATE-04, RATE-05, RATE-06, RATE-07, RATE-08 and RATE-09.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE
from services.faculty.domain import ratings as rules
from services.faculty.domain.ratings import ITEMS, Tally
from services.faculty.handlers.ratings import NewRating, RatingHandlers
from services.faculty.store import ratings as store
from services.faculty.store import reports
from services.faculty.store.dossiers import Sealing
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import (
    CARDIO,
    DIRECTOR,
    NEURO,
    OFFICE,
    OTHER_DIRECTOR,
    OTHER_OFFICE,
    QILU,
    SECRETARY,
    At,
    core_of,
    faculty_member,
)
from tests.support.faculty_moments import FIRST_INSTANT_AFTER_MARCH, LAST_INSTANT_TO_RATE_MARCH, midnight
from tests.support.faculty_standing import teacher, trained
from tests.support.postgres import PostgresServer
from tests.support.vaults import NEXT

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
MICROSECOND = timedelta(microseconds=1)
IN_APRIL = midnight(date(2026, 4, 2))


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    url = postgres.database("faculty")
    started = Database(url, name="faculty", pool_size=4)
    await started.start()
    yield started
    await started.stop()
    postgres.drop(url)


def core_at(database: Database, instant: datetime = IN_APRIL) -> Core:
    return core_of(database, At(instant))


def rating(
    teacher_id: str, score: int = 5, remark: str = "", month: date = MARCH, department: str = NEURO
) -> NewRating:
    return NewRating(month, department, teacher_id, dict.fromkeys(ITEMS, score), remark)


async def refused(act: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await act
    return caught.value


async def resident(core: Core, *teachers: str, months: tuple[date, ...] = (MARCH,), department: str = NEURO) -> Caller:
    """A trainee of the first of them, whom the others assist."""
    lead, *assistants = teachers
    person, _ = await trained(core, dict.fromkeys(months, lead), department=department, assistants=tuple(assistants))
    return Caller(person, "applicant")


async def rated(core: Core, teacher_id: str, *scores: int, months: tuple[date, ...] = (MARCH,)) -> None:
    """As many trainees as scores, each rating each month just after it."""
    for score in scores:
        who = await resident(core, teacher_id, months=months)
        for month in months:
            at = core_of(core.database, At(rules.opens(month, DAY_ZONE)))
            await RatingHandlers(at).rate(who, rating(teacher_id, score, f"评语{score}", month), new_id())


@pytest.mark.parametrize(
    ("instant", "reason"),
    [
        (FIRST_INSTANT_AFTER_MARCH - MICROSECOND, "MONTH_RUNNING"),
        (FIRST_INSTANT_AFTER_MARCH, ""),
        (LAST_INSTANT_TO_RATE_MARCH, ""),
        (LAST_INSTANT_TO_RATE_MARCH + MICROSECOND, "RATING_OVER"),
    ],
)
async def test_rate_02_from_the_end_of_the_month_for_fourteen_days(
    database: Database, instant: datetime, reason: str
) -> None:
    core = core_at(database, instant)
    mentor = await teacher(core)
    who, ratings = await resident(core, mentor), RatingHandlers(core)
    if reason:
        error = await refused(ratings.rate(who, rating(mentor), new_id()))
        assert (error.kind, error.reason, error.rule) == (Kind.NOT_NOW, reason, "RATE-02")
        assert error.until == (FIRST_INSTANT_AFTER_MARCH if reason == "MONTH_RUNNING" else None)
    else:
        done = await ratings.rate(who, rating(mentor), new_id())
        assert (done.rated_at, done.until) == (instant, LAST_INSTANT_TO_RATE_MARCH + MICROSECOND)


@pytest.mark.parametrize(
    ("month", "days", "closed"),
    [
        (date(2028, 2, 1), 14, date(2028, 3, 15)),
        (date(2026, 2, 1), 14, date(2026, 3, 15)),
        (date(2026, 12, 1), 14, date(2027, 1, 15)),
        (date(2026, 12, 1), 45, date(2027, 2, 15)),
    ],
)
def test_rate_02_and_06_a_month_is_told_when_it_can_be_rated_no_more(month: date, days: int, closed: date) -> None:
    assert rules.closes(month, days, DAY_ZONE) == midnight(closed)
    assert rules.first_open_month(closed - timedelta(days=1), days) <= month < rules.first_open_month(closed, days)


async def test_rate_01_the_months_one_trained_with_teacher_and_assistants(database: Database) -> None:
    core = core_at(database)
    lead, helper = await teacher(core, name="李雷"), await teacher(core, name="韩梅")
    who = await resident(core, lead, helper, months=(date(2026, 2, 1), MARCH, APRIL))
    ratings = RatingHandlers(core)
    await ratings.rate(who, rating(helper), new_id())
    months = await ratings.list_mine(who)
    assert [(each.month.month, each.teacher_name, each.rated_at is not None) for each in months] == [
        (MARCH, "李雷", False),
        (MARCH, "韩梅", True),
        (date(2026, 2, 1), "李雷", False),
        (date(2026, 2, 1), "韩梅", False),
    ]
    assert await ratings.list_mine(Caller(new_id(), "applicant")) == []


async def test_rate_01_nobody_rates_whom_they_did_not_train_with(database: Database) -> None:
    core = core_at(database)
    lead, other = await teacher(core), await teacher(core)
    who, ratings = await resident(core, lead), RatingHandlers(core)
    for wrong in (rating(other), rating(lead, month=date(2026, 2, 1)), rating(lead, department=CARDIO)):
        error = await refused(ratings.rate(who, wrong, new_id()))
        assert (error.kind, error.reason) == (Kind.NOT_FOUND, "MONTH_NOT_FOUND")
    assert (await refused(ratings.rate(Caller(new_id(), "applicant"), rating(lead), new_id()))).kind is Kind.NOT_FOUND


async def test_rate_03_once_and_not_oneself(database: Database) -> None:
    core = core_at(database)
    lead = await teacher(core)
    who, ratings = await resident(core, lead), RatingHandlers(core)
    for _ in range(2):
        await ratings.rate(who, rating(lead), "key-rate-once")
    error = await refused(ratings.rate(who, rating(lead, 1), "key-rate-twice"))
    assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "ALREADY_RATED", "RATE-03")
    narcissus = await teacher(core)
    await trained(core, {MARCH: narcissus}, person_id=narcissus)
    error = await refused(ratings.rate(Caller(narcissus, "applicant"), rating(narcissus), new_id()))
    assert (error.kind, error.reason, error.rule) == (Kind.FORBIDDEN, "OWN_CASE", "RATE-03")


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ({}, "SCORES_INCOMPLETE"),
        (dict.fromkeys(list(ITEMS)[1:], 5), "SCORES_INCOMPLETE"),
        ({**dict.fromkeys(ITEMS, 5), "looks": 5}, "SCORES_INCOMPLETE"),
        ({**dict.fromkeys(ITEMS, 5), "rounds": 0}, "SCORE_OUTSIDE"),
        ({**dict.fromkeys(ITEMS, 5), "rounds": 6}, "SCORE_OUTSIDE"),
    ],
)
async def test_rate_04_every_item_from_1_to_5(database: Database, scores: dict[str, int], reason: str) -> None:
    core = core_at(database)
    lead = await teacher(core)
    who = await resident(core, lead)
    error = await refused(RatingHandlers(core).rate(who, replace(rating(lead), scores=scores), new_id()))
    assert (error.kind, error.reason, error.rule) == (Kind.INVALID, reason, "RATE-04")


async def test_rate_05_and_06_together_only_and_not_before_the_month_is_closed(database: Database) -> None:
    core = core_at(database)
    few, enough = await teacher(core), await teacher(core)
    await rated(core, few, 5, 5)
    await rated(core, enough, 5, 4, 3)
    mine = Caller(enough, "faculty")
    assert await RatingHandlers(core).of(mine, "") == []
    later = RatingHandlers(core_at(database, LAST_INSTANT_TO_RATE_MARCH + MICROSECOND))
    [year] = await later.of(mine, "")
    assert year.tally is not None
    assert (year.year, year.tally.count, year.tally.mean) == (2026, 3, 4.0)
    assert set(year.tally.means) == set(ITEMS)
    [hidden] = await later.of(Caller(few, "faculty"), "")
    assert hidden.tally is None
    assert await later.remarks(OFFICE, few, 2026) == []


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([], 0),
        ([2], 0),
        ([3], 1),
        ([3, 1], 1),
        ([3, 1, 1], 1),
        ([3, 1, 2], 3),
        ([1, 1, 1], 3),
        ([1, 1, 1, 2, 0, 1], 6),
        ([2, 2, 2, 2], 4),
        ([2, 2, 2], 2),
    ],
)
def test_rate_06_months_are_told_in_portions(counts: list[int], told: int) -> None:
    months = {date(2026, n, 1): count for n, count in enumerate(counts, start=1) if count}
    assert rules.last_told(months) == (date(2026, told, 1) if told else date.min)


async def test_rate_06_two_readings_never_differ_by_the_ratings_of_one_or_two(database: Database) -> None:
    core = core_at(database)
    lead = await teacher(core, extra=(CARDIO,))
    may = date(2026, 5, 1)
    await rated(core, lead, 5, 5, 5, months=(MARCH,))
    await rated(core, lead, 1, months=(APRIL,))
    await rated(core, lead, 2, 3, months=(may,))
    elsewhere = await resident(core, lead, department=CARDIO)
    await RatingHandlers(core).rate(elsewhere, rating(lead, 1, "只有我在心内科", department=CARDIO), new_id())
    read: dict[date, list[tuple[int, float]]] = {}
    for closed in (date(2026, 4, 15), date(2026, 5, 15), date(2026, 6, 15)):
        later = core_at(database, midnight(closed))
        found = []
        for caller in (Caller(lead, "faculty"), OFFICE, DIRECTOR):
            [year] = await RatingHandlers(later).of(caller, lead)
            assert year.tally is not None
            found.append((year.tally.count, year.tally.mean))
        async with database.unit_of_work() as uow:
            before = {QILU: closed.replace(day=1)}
            table = await reports.ratings(uow.session, reports.Scope([QILU]), before.__getitem__, lambda _: 3)
        found += [(row["count"], row["mean"]) for row in table if row["person_id"] == lead]
        read[closed] = found
        assert "只有我在心内科" not in await RatingHandlers(later).remarks(OFFICE, lead, 2026)
    assert list(read.values()) == [[(3, 5.0)] * 4, [(3, 5.0)] * 4, [(6, 3.5)] * 4]
    [hidden] = await RatingHandlers(core_at(database, midnight(date(2026, 6, 15)))).of(OTHER_DIRECTOR, lead)
    assert hidden.tally is None


async def test_rate_05_the_fact_and_the_rows_name_no_trainee_in_the_open(database: Database) -> None:
    core = core_at(database)
    lead = await teacher(core)
    who = await resident(core, lead)
    await RatingHandlers(core).rate(who, rating(lead, remark="查房认真"), new_id())
    bodies = await database.fetch(
        "SELECT body, aggregate_id FROM outbox WHERE subject = 'residency.faculty.v1.teacher.rated'"
    )
    told = [(events_pb2.TeacherRated.FromString(row["body"]), row) for row in bodies]
    [(fact, row)] = [each for each in told if each[0].teacher_id == lead]
    assert (fact.year, fact.count) == (2026, 1)
    assert who.person_id not in row["aggregate_id"]
    dump = await database.fetchval("SELECT string_agg(t::text, '') FROM rating t WHERE teacher_id = $1", lead)
    assert "查房" not in dump
    assert who.person_id not in dump


async def test_rate_08_remarks_are_for_the_office_and_never_about_the_reader(database: Database) -> None:
    core = core_at(database, LAST_INSTANT_TO_RATE_MARCH + MICROSECOND)
    lead, ratings = await teacher(core), RatingHandlers(core)
    await rated(core, lead, 3, 5, 4)
    assert await ratings.remarks(OFFICE, lead, 2026) == ["评语3", "评语4", "评语5"]
    assert await ratings.remarks(OFFICE, lead, 2025) == []
    assert (await refused(ratings.remarks(OTHER_OFFICE, lead, 2026))).kind is Kind.NOT_FOUND
    await teacher(core, person_id=OFFICE.person_id)
    error = await refused(ratings.remarks(OFFICE, OFFICE.person_id, 2026))
    assert (error.kind, error.reason) == (Kind.FORBIDDEN, "OWN_CASE")


async def test_rate_09_a_department_reads_its_own_teachers_and_its_own_months(database: Database) -> None:
    core = core_at(database, LAST_INSTANT_TO_RATE_MARCH + MICROSECOND)
    lead, ratings = await teacher(core), RatingHandlers(core)
    await rated(core, lead, 5, 4, 3)
    for caller in (OFFICE, DIRECTOR, SECRETARY):
        [year] = await ratings.of(caller, lead)
        assert year.tally is not None
        assert year.tally.count == 3
    for caller in (OTHER_OFFICE, OTHER_DIRECTOR, faculty_member()):
        error, absent = await refused(ratings.of(caller, lead)), await refused(ratings.of(caller, new_id()))
        assert (error.kind, error.reason, error.message) == (Kind.NOT_FOUND, absent.reason, absent.message)
    both = await teacher(core, department=CARDIO, extra=(NEURO,))
    await rated(core, both, 5, 4, 3)
    assert await ratings.of(OTHER_DIRECTOR, both) == []
    assert len(await ratings.of(DIRECTOR, both)) == 1


@pytest.mark.parametrize(
    ("means", "result"),
    [
        ((5.0,), "excellent"),
        ((4.5,), "excellent"),
        ((4.49,), "good"),
        ((3.75,), "good"),
        ((3.74,), "qualified"),
        ((3.0,), "qualified"),
        ((2.99,), "unqualified"),
        ((1.0,), "unqualified"),
    ],
)
def test_rate_07_what_a_year_comes_to(means: tuple[float], result: str) -> None:
    assert rules.result_of(Tally(2026, 3, {"attitude": means[0]}), 3) == result
    assert rules.result_of(Tally(2026, 2, {"attitude": means[0]}), 3) == ""


async def test_rate_07_a_years_result_becomes_evidence_once_december_is_closed(database: Database) -> None:
    december = date(2026, 12, 1)
    core = core_at(database)
    bad, few = await teacher(core), await teacher(core)
    await rated(core, bad, 2, 3, 2, months=(december,))
    await rated(core, few, 5, months=(december,))
    mine = "SELECT outcome, year, base_code, on_day FROM evidence WHERE person_id = $1 AND kind = 'yearly_result'"
    for day in (date(2027, 1, 1), date(2027, 1, 14)):
        await RatingHandlers(core_at(database, midnight(day))).derive()
        assert await database.fetch(mine, bad) == []
    for _ in range(2):
        await RatingHandlers(core_at(database, midnight(date(2027, 1, 15)))).derive()
        [row] = await database.fetch(mine, bad)
        assert tuple(row) == ("unqualified", 2026, QILU, date(2026, 12, 31))
    assert await database.fetch(mine, few) == []
    [year] = await RatingHandlers(core_at(database, midnight(date(2027, 1, 16)))).of(Caller(bad, "faculty"), "")
    assert year.result == "unqualified"


async def test_rate_07_many_results_come_some_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.faculty.handlers.ratings.AT_ONCE", 2)
    core, month = core_at(database), date(2030, 6, 1)
    mentors = [await teacher(core) for _ in range(5)]
    for each in mentors:
        await rated(core, each, 5, 5, 5, months=(month,))
    assert await RatingHandlers(core_at(database, midnight(date(2031, 2, 1)))).derive() == 5
    assert await RatingHandlers(core_at(database, midnight(date(2031, 2, 1)))).derive() == 0


async def test_rate_08_remarks_are_sealed_anew_and_forgotten(database: Database) -> None:
    core = core_at(database)
    lead = await teacher(core)
    who = await resident(core, lead)
    await RatingHandlers(core).rate(who, rating(lead, remark="查房认真"), new_id())
    await rated(core, lead, 5, 5)
    async with database.unit_of_work() as uow:
        left = await store.count_old(uow.session, Sealing(NEXT))
        assert await store.rewrap(uow.session, Sealing(NEXT), 10_000) == left > 0
        assert await store.count_old(uow.session, Sealing(NEXT)) == 0
        scope = store.Scope(lead, {QILU: date(2027, 1, 1)})
        assert "查房认真" in await store.remarks(uow.session, Sealing(NEXT), scope, 2026)
        await store.forget(uow.session, who.person_id)
        assert "查房认真" not in await store.remarks(uow.session, Sealing(NEXT), scope, 2026)
        [tally] = await store.tallies(uow.session, scope)
        assert tally.count == 3
