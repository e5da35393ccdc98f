"""年度维护, and what the clock does (APPT-03, APPT-07, APPT-10, APPT-16, APPT-20), on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from services.faculty.core import Core
from services.faculty.domain.cells import Slot
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.handlers.reviews import Wish
from services.faculty.store.cells import lock_months, write
from services.kit.database import Database
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import (
    CARDIO,
    NEURO,
    OTHER_WARD,
    QILU,
    SECRETARY,
    UNIT_WARD,
    At,
    core_of,
)
from tests.support.faculty_appointments import Appointed
from tests.support.faculty_reviews import BEFORE, OPENS, at, cases, due, started
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually

DUE = datetime(2026, 4, 27, 16, tzinfo=UTC)
"""The beginning of 28 April."""


@pytest.fixture(scope="module")
async def core(postgres: PostgresServer) -> AsyncIterator[Core]:
    url = postgres.database("faculty")
    database = Database(url, name="faculty", pool_size=4)
    await database.start()
    yield core_of(database, At(BEFORE))
    await database.stop()
    postgres.drop(url)


@pytest.fixture
async def appointed(core: Core) -> AsyncIterator[Appointed]:
    found = Appointed(core)
    at(found, BEFORE)
    yield found
    # What is not over would stand in the lists of the next test.
    for table in ("appointment_event", "dismissal_case", "sanction", "appointment"):
        await core.database.execute(f"DELETE FROM {table}")


async def wish(appointed: Appointed, appointment_id: str) -> Wish:
    return Wish(appointment_id, (await appointed.row(appointment_id))["version"])


async def test_appt_07_the_review_opens_on_its_day_and_once_a_year(appointed: Appointed) -> None:
    clock, appointment_id = cases(appointed).clock, await started(appointed)
    ahead = (await clock.read(appointment_id)).ahead
    assert (ahead.review_year, ahead.review_opens_at) == (2026, OPENS)
    at(appointed, OPENS - timedelta(seconds=1))
    assert not await clock.open_review(appointment_id, 2026)
    at(appointed, OPENS)
    assert [await clock.open_review(appointment_id, 2026) for _ in range(2)] == [True, False]
    row = await appointed.row(appointment_id)
    assert (row["state"], row["review_state"], row["review_due"]) == ("active", "due", date(2026, 4, 27))
    what, fact = (await appointed.facts(appointment_id))[-1]
    assert (what, fact.kind, fact.review_year, fact.review_due) == (
        *("appointment.changed", "review_opened"),
        *(2026, "2026-04-27"),
    )
    assert (await clock.read(appointment_id)).ahead.review_due_at == DUE


async def test_appt_07_a_review_whose_days_are_over_opens_no_more(appointed: Appointed) -> None:
    clock, appointment_id = cases(appointed).clock, await started(appointed)
    at(appointed, DUE)
    assert not await clock.open_review(appointment_id, 2026)
    assert (await appointed.row(appointment_id))["review_state"] == ""
    ahead = (await clock.read(appointment_id)).ahead
    assert (ahead.review_year, ahead.review_opens_at) == (0, None), "the next one opens after the term"


async def test_appt_10_the_deadline_passes_and_nobody_is_dismissed_by_that(appointed: Appointed) -> None:
    clock, appointment_id = cases(appointed).clock, await due(appointed)
    at(appointed, DUE - timedelta(seconds=1))
    assert not await clock.mark_overdue(appointment_id, 2026)
    at(appointed, DUE)
    assert [await clock.mark_overdue(appointment_id, 2026) for _ in range(2)] == [True, False]
    row = await appointed.row(appointment_id)
    assert (row["state"], row["review_state"], row["ends_on"]) == ("active", "overdue", None)
    [result] = await cases(appointed).reviews.confirm(SECRETARY, [await wish(appointed, appointment_id)], new_id())
    assert (result.code, (await appointed.row(appointment_id))["review_state"]) == ("", "confirmed")


async def test_appt_10_reminders_go_to_whom_they_concern_once_for_each_moment(appointed: Appointed) -> None:
    clock, appointment_id = cases(appointed).clock, await due(appointed)
    first, second = (await clock.read(appointment_id)).ahead.remind_at
    told = [await clock.remind(appointment_id, "due", moment) for moment in (first, first, second)]
    assert told == [True, False, True]
    assert not await clock.remind(appointment_id, "overdue", DUE)
    at(appointed, DUE)
    await clock.mark_overdue(appointment_id, 2026)
    assert await clock.remind(appointment_id, "overdue", DUE)
    assert not await clock.remind(appointment_id, "due", DUE)
    reminders = [fact for what, fact in await appointed.facts(appointment_id) if what == "appointment.reminded"]
    assert [(fact.kind, fact.until_day, list(fact.organisation_codes)) for fact in reminders] == [
        ("due", "2026-04-27", [NEURO]),
        ("due", "2026-04-27", [NEURO]),
        ("overdue", "2026-04-27", [NEURO, "SD-QILU"]),
    ]


async def test_appt_16_that_the_term_ends_is_told_once_a_term(appointed: Appointed) -> None:
    person = new_id()
    clock, appointment_id = cases(appointed).clock, await started(appointed, person)
    notice = (await clock.read(appointment_id)).ahead.expiry_notice_at
    assert notice == datetime(2026, 8, 1, 1, tzinfo=UTC)
    at(appointed, notice)
    assert [await clock.remind(appointment_id, "term", notice) for _ in range(2)] == [True, False]
    assert (await clock.read(appointment_id)).ahead.expiry_notice_at is None
    await appointed.start(person, from_day=date(2026, 8, 15))
    assert (await clock.read(appointment_id)).ahead.expiry_notice_at == datetime(2027, 7, 15, 1, tzinfo=UTC)


async def test_appt_03_a_term_ends_after_its_grace(appointed: Appointed) -> None:
    clock, appointment_id = cases(appointed).clock, await due(appointed)
    over = (await clock.read(appointment_id)).ahead.term_ends_at
    assert over == datetime(2026, 10, 30, 16, tzinfo=UTC)
    at(appointed, over - timedelta(seconds=1))
    assert await clock.end(appointment_id) == ("active", 0)
    at(appointed, over)
    assert await clock.end(appointment_id) == ("expired", 0)
    row = await appointed.row(appointment_id)
    assert (row["state"], row["review_state"]) == ("expired", "")
    assert (await clock.read(appointment_id)).ahead.over
    assert (await appointed.facts(appointment_id))[-1][1].kind == "expired"


async def test_appt_16_whoever_waits_finds_what_is_not_over(appointed: Appointed) -> None:
    running = [await started(appointed) for _ in range(3)]
    await appointed.put(running[0], state="suspended")
    for state in ("pending", "expired", "dismissed"):
        await appointed.put(await started(appointed), state=state)
    assert await cases(appointed).clock.waits("") == (sorted(running), "")
    assert (await cases(appointed).clock.waits(sorted(running)[0]))[0] == sorted(running)[1:]
    with pytest.raises(DomainError) as caught:
        await cases(appointed).clock.read(new_id())
    assert caught.value.kind is Kind.NOT_FOUND


async def test_appt_20_several_are_confirmed_and_each_is_refused_on_its_own(appointed: Appointed) -> None:
    ours = [await due(appointed) for _ in range(2)]
    theirs, done, mine = (
        await due(appointed, department=CARDIO),
        await started(appointed),
        await due(appointed, SECRETARY.person_id),
    )
    wishes = [await wish(appointed, each) for each in (*ours, theirs, done, mine)]
    old = Wish(ours[1], wishes[1].version - 1)
    asked = [wishes[0], old, *wishes[2:], Wish(new_id(), 1)]
    key = new_id()
    for _ in range(2):
        results = await cases(appointed).reviews.confirm(SECRETARY, asked, key)
        assert [(each.appointment_id, each.code) for each in results] == [
            (ours[0], ""),
            (ours[1], "VERSION_MOVED"),
            (theirs, "APPOINTMENT_NOT_FOUND"),
            (done, "REVIEW_NOT_OPEN"),
            (mine, "OWN_CASE"),
            (asked[-1].appointment_id, "APPOINTMENT_NOT_FOUND"),
        ]
    assert all(each.message for each in results[1:])
    assert (await appointed.kinds(ours[0])).count("confirmed") == 1
    assert [(await appointed.row(each))["review_state"] for each in (ours[1], theirs, mine)] == ["due"] * 3


async def test_appt_20_a_correction_confirms(appointed: Appointed) -> None:
    appointment_id = await due(appointed)
    version = (await appointed.row(appointment_id))["version"]
    await cases(appointed).reviews.correct(
        SECRETARY, appointment_id, version, "associate_chief", [CARDIO, UNIT_WARD], new_id()
    )
    row = await appointed.row(appointment_id)
    assert (row["review_state"], row["title"], row["extra_departments"]) == (
        *("confirmed", "associate_chief"),
        [CARDIO, UNIT_WARD],
    )
    assert (await appointed.facts(appointment_id))[-1][1].kind == "corrected"


async def test_appt_20_a_title_is_one_of_those_known(appointed: Appointed) -> None:
    appointment_id = await due(appointed)
    version = (await appointed.row(appointment_id))["version"]
    with pytest.raises(DomainError) as caught:
        await cases(appointed).reviews.correct(SECRETARY, appointment_id, version, "professor_x", [], new_id())
    assert (caught.value.reason, caught.value.field) == ("UNKNOWN_TITLE", "title")


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (["SD-NOWHERE"], "UNKNOWN_ORGANISATION"),
        ([OTHER_WARD], "UNKNOWN_ORGANISATION"),
        ([NEURO], "DEPARTMENT_TWICE"),
        ([CARDIO, CARDIO], "DEPARTMENT_TWICE"),
    ],
)
async def test_appt_20_further_departments_are_of_the_same_hospitals_and_named_once(
    appointed: Appointed, extra: list[str], reason: str
) -> None:
    appointment_id = await due(appointed)
    version = (await appointed.row(appointment_id))["version"]
    with pytest.raises(DomainError) as caught:
        await cases(appointed).reviews.correct(SECRETARY, appointment_id, version, "", extra, new_id())
    assert (caught.value.kind, caught.value.reason) == (Kind.INVALID, reason)


async def test_appt_20_a_department_with_planned_months_is_not_left(appointed: Appointed) -> None:
    person, trainee = new_id(), new_id()
    appointment_id = await due(appointed, person)
    await appointed.put(appointment_id, extra_departments=[CARDIO])
    database = appointed.core.database
    await database.execute(
        "INSERT INTO trainee (trainee_id, person_id, application_id, arrived_at) VALUES ($1, $2, $3, now())",
        *(trainee, new_id(), new_id()),
    )
    await database.execute(
        "INSERT INTO cell (trainee_id, department_code, month, assistant_ids, changed_at)"
        " VALUES ($1, $2, $3, $4, now())",
        *(trainee, CARDIO, date(2026, 6, 1), [person]),
    )
    version = (await appointed.row(appointment_id))["version"]
    with pytest.raises(DomainError) as caught:
        await cases(appointed).reviews.correct(SECRETARY, appointment_id, version, "", [], new_id())
    assert (caught.value.kind, caught.value.reason) == (Kind.CONFLICT, "MONTHS_PLANNED")
    await cases(appointed).reviews.correct(SECRETARY, appointment_id, version, "", [CARDIO], new_id())


async def test_appt_20_a_month_assigned_at_the_same_time_counts_as_planned(appointed: Appointed) -> None:
    person, trainee, database = new_id(), new_id(), appointed.core.database
    appointment_id = await due(appointed, person)
    await appointed.put(appointment_id, extra_departments=[CARDIO])
    version = (await appointed.row(appointment_id))["version"]
    await database.execute(
        "INSERT INTO trainee (trainee_id, person_id, application_id, arrived_at) VALUES ($1, $2, $3, now())",
        *(trainee, new_id(), new_id()),
    )

    async def waits_or_done() -> bool:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return correcting.done() or await database.fetchval(waiting) > 0

    async with database.unit_of_work() as uow:
        # As a director does who assigns a month there.
        await lock_months(uow.session, [QILU])
        correct = cases(appointed).reviews.correct(SECRETARY, appointment_id, version, "", [], new_id())
        correcting = asyncio.create_task(correct)
        await eventually(waits_or_done, "the secretary waits for the director, or is done")
        slot = Slot(trainee, CARDIO, date(2026, 6, 1), teacher_id=person, origin="manual")
        await write(uow.session, [slot], by="", at=OPENS)
    with pytest.raises(DomainError) as caught:
        await correcting
    assert (caught.value.kind, caught.value.reason) == (Kind.CONFLICT, "MONTHS_PLANNED")


async def test_appt_14_policies_grace_holds_for_the_terms_given_under_it(appointed: Appointed) -> None:
    appointment_id = await appointed.start(from_day=date(2025, 9, 1), policy=FacultyPolicy(grace_days=0))
    ahead = (await cases(appointed).clock.read(appointment_id)).ahead
    assert ahead.term_ends_at == datetime(2026, 8, 31, 16, tzinfo=UTC)
