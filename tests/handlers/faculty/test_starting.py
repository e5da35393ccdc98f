"""Recommendations become appointments, and other terms of them (APPT-02, APPT-14), on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from services.faculty.deeds import Deed
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.handlers.starting import acknowledge, revoke
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import CARDIO, NEURO, OFFICE, PROVINCE_STAFF, QILU, At, core_of
from tests.support.faculty_appointments import Appointed
from tests.support.postgres import PostgresServer

FIRST = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    url = postgres.database("faculty")
    found = Database(url, name="faculty", pool_size=4)
    await found.start()
    yield found
    await found.stop()
    postgres.drop(url)


@pytest.fixture
async def appointed(database: Database) -> Appointed:
    return Appointed(core_of(database, At(FIRST)))


def clock(appointed: Appointed) -> At:
    assert isinstance(appointed.core.clock, At)
    return appointed.core.clock


async def acknowledged(appointed: Appointed, appointment_id: str, by: Caller = PROVINCE_STAFF) -> str:
    held: list[str] = []

    async def work(deed: Deed) -> None:
        held.append(await acknowledge(deed, appointment_id))

    await appointed.core.deeds.by_itself(work, by)
    return held[0]


async def revoked(appointed: Appointed, appointment_id: str, by: Caller = OFFICE) -> None:
    async def work(deed: Deed) -> None:
        await revoke(deed, appointment_id, "材料不实")

    await appointed.core.deeds.by_itself(work, by)


async def test_appt_14_a_recommendation_appoints_from_the_day_of_the_decision(appointed: Appointed) -> None:
    person = new_id()
    appointment_id = await appointed.start(person, policy=FacultyPolicy(term_months=24, grace_days=30))
    row = await appointed.row(appointment_id)
    assert (row["state"], row["from_day"], row["until_day"], row["grace_days"]) == (
        *("active", date(2026, 3, 2)),
        *(date(2028, 3, 1), 30),
    )
    [(what, fact)] = await appointed.facts(appointment_id)
    assert (what, fact.renewed, fact.appointment.version, fact.appointment.until_day) == (
        *("appointment.started", False),
        *(1, "2028-03-01"),
    )
    assert await appointed.kinds(appointment_id) == ["appointed"]
    assert await appointed.audited(appointment_id) == ["appointment_appointed"]


async def test_appt_14_another_term_prolongs_the_appointment_that_runs_and_keeps_its_history(
    appointed: Appointed,
) -> None:
    person = new_id()
    first = await appointed.start(person, extra=(CARDIO,))
    await appointed.put(first, term_told_at=FIRST, level="key")
    clock(appointed).goes(timedelta(days=330))
    second = await appointed.start(person, department_code=CARDIO)
    assert second == first
    row = await appointed.row(first)
    assert (row["from_day"], row["until_day"], row["department_code"], row["extra_departments"]) == (
        *(date(2026, 3, 2), date(2028, 1, 25)),
        *(CARDIO, []),
    )
    assert (row["term_told_at"], row["level"], row["terms"]) == (None, "key", 2)
    assert await appointed.kinds(first) == ["appointed", "renewed"]
    facts = await appointed.facts(first)
    assert [(what, fact.renewed, fact.appointment.version) for what, fact in facts] == [
        ("appointment.started", False, 1),
        ("appointment.started", True, 2),
    ]


async def test_appt_14_a_shorter_term_never_shortens_what_was_granted(appointed: Appointed) -> None:
    person = new_id()
    first = await appointed.start(person, policy=FacultyPolicy(term_months=24))
    await appointed.start(person, policy=FacultyPolicy(term_months=6))
    assert (await appointed.row(first))["until_day"] == date(2028, 3, 1)


@pytest.mark.parametrize("over", ["dismissed", "expired", "transferred"])
async def test_appt_14_whoever_is_appointed_again_gets_a_record_of_their_own(appointed: Appointed, over: str) -> None:
    person = new_id()
    first = await appointed.start(person)
    await appointed.put(first, state=over)
    second = await appointed.start(person)
    assert second != first
    assert (await appointed.row(first))["state"] == over
    [(_, fact)] = await appointed.facts(second)
    assert fact.renewed


async def test_appt_14_somebody_suspended_gets_another_term_and_stays_suspended(appointed: Appointed) -> None:
    person = new_id()
    first = await appointed.start(person)
    await appointed.put(first, state="suspended")
    clock(appointed).goes(timedelta(days=300))
    assert await appointed.start(person) == first
    row = await appointed.row(first)
    assert (row["state"], row["until_day"]) == ("suspended", date(2027, 12, 26))


async def test_appt_14_the_province_acknowledges_a_first_term(appointed: Appointed) -> None:
    appointment_id = await appointed.start(pending=True)
    assert (await appointed.row(appointment_id))["state"] == "pending"
    assert await appointed.facts(appointment_id) == []
    clock(appointed).goes(timedelta(days=10))
    assert await acknowledged(appointed, appointment_id) == appointment_id
    row = await appointed.row(appointment_id)
    assert (row["state"], row["from_day"], row["until_day"]) == ("active", date(2026, 3, 12), date(2027, 3, 1))
    assert [what for what, _ in await appointed.facts(appointment_id)] == ["appointment.started"]
    with pytest.raises(DomainError) as caught:
        await acknowledged(appointed, appointment_id)
    assert (caught.value.kind, caught.value.reason) == (Kind.CONFLICT, "NOTHING_PENDING")


async def test_appt_14_while_a_renewal_waits_for_the_province_the_present_term_goes_on(appointed: Appointed) -> None:
    person = new_id()
    first = await appointed.start(person)
    clock(appointed).goes(timedelta(days=300))
    assert await appointed.start(person, pending=True) == first
    assert (await appointed.row(first))["until_day"] == date(2027, 3, 1)
    with pytest.raises(DomainError) as caught:
        await appointed.start(person)
    assert caught.value.reason == "RENEWAL_PENDING"
    assert await acknowledged(appointed, first) == first
    row = await appointed.row(first)
    assert (row["until_day"], row["renewal"], row["terms"]) == (date(2027, 12, 26), None, 2)


async def test_appt_14_a_renewal_acknowledged_after_the_end_is_an_appointment_of_its_own(appointed: Appointed) -> None:
    person = new_id()
    first = await appointed.start(person)
    clock(appointed).goes(timedelta(days=420))
    await appointed.start(person, pending=True)
    await appointed.put(first, state="expired")
    clock(appointed).goes(timedelta(days=20))
    second = await acknowledged(appointed, first)
    assert second != first
    row = await appointed.row(second)
    assert (row["state"], row["from_day"], row["until_day"]) == ("active", date(2027, 5, 16), date(2028, 4, 25))
    assert (await appointed.row(first))["renewal"] is None


async def test_appt_14_a_first_term_that_is_revoked_ends_at_once(appointed: Appointed) -> None:
    appointment_id = await appointed.start()
    await revoked(appointed, appointment_id)
    row = await appointed.row(appointment_id)
    assert (row["state"], row["ending"], row["ends_on"]) == ("dismissed", "revoked", date(2026, 3, 1))
    facts = await appointed.facts(appointment_id)
    assert [(what, getattr(fact, "kind", "")) for what, fact in facts] == [
        ("appointment.started", ""),
        ("appointment.changed", "revoked"),
    ]
    with pytest.raises(DomainError) as caught:
        await revoked(appointed, appointment_id)
    assert caught.value.reason == "OVER"


async def test_appt_14_revoking_terms_one_by_one_goes_back_to_the_first(appointed: Appointed) -> None:
    person = new_id()
    first = await appointed.start(person)
    ends = [(await appointed.row(first))["until_day"]]
    for department in (CARDIO, NEURO):
        clock(appointed).goes(timedelta(days=100))
        await appointed.start(person, department_code=department)
        ends.append((await appointed.row(first))["until_day"])
    assert len(set(ends)) == 3
    for department, until in zip((CARDIO, NEURO), reversed(ends[:-1]), strict=True):
        await revoked(appointed, first)
        row = await appointed.row(first)
        assert (row["state"], row["department_code"], row["until_day"]) == ("active", department, until)
    await revoked(appointed, first)
    assert (await appointed.row(first))["state"] == "dismissed"


async def test_appt_14_a_renewal_that_waits_is_revoked_without_a_trace_in_the_term(appointed: Appointed) -> None:
    person = new_id()
    first = await appointed.start(person)
    before = await appointed.row(first)
    await appointed.start(person, pending=True)
    await revoked(appointed, first)
    after = await appointed.row(first)
    assert {**after, "version": 0} == {**before, "version": 0}


async def test_appt_14_departments_with_planned_months_are_kept(appointed: Appointed) -> None:
    person, trainee = new_id(), new_id()
    first = await appointed.start(person)
    database = appointed.core.database
    await database.execute(
        "INSERT INTO trainee (trainee_id, person_id, application_id, base_code, arrived_at)"
        " VALUES ($1, $2, $3, $4, now())",
        *(trainee, new_id(), new_id(), QILU),
    )
    await database.execute(
        "INSERT INTO cell (trainee_id, department_code, month, teacher_id, changed_at) VALUES ($1, $2, $3, $4, now())",
        *(trainee, NEURO, date(2026, 5, 1), person),
    )
    await appointed.start(person, department_code=CARDIO)
    row = await appointed.row(first)
    assert (row["department_code"], row["extra_departments"]) == (CARDIO, [NEURO])


async def test_appt_14_months_that_only_the_revoked_term_allowed_wait_for_somebody_else(appointed: Appointed) -> None:
    person, trainee, database = new_id(), new_id(), appointed.core.database
    first = await appointed.start(person)
    await appointed.start(person, department_code=CARDIO, extra=(NEURO,), from_day=date(2026, 12, 1))
    await database.execute(
        "INSERT INTO trainee (trainee_id, person_id, application_id, base_code, arrived_at)"
        " VALUES ($1, $2, $3, $4, now())",
        *(trainee, new_id(), new_id(), QILU),
    )
    # The first term ends on 1 March 2027, with its grace on 30 April.
    months = {date(2026, 5, 1): CARDIO, date(2026, 6, 1): NEURO, date(2027, 4, 1): NEURO, date(2027, 5, 1): NEURO}
    for month, department in months.items():
        await database.execute(
            "INSERT INTO rotation (trainee_id, from_day, until_day, department_code) VALUES ($1, $2, $3, $4)",
            *(trainee, month, month + timedelta(days=29), department),
        )
        await database.execute(
            "INSERT INTO cell (trainee_id, department_code, month, teacher_id, changed_at)"
            " VALUES ($1, $2, $3, $4, now())",
            *(trainee, department, month, person),
        )
    await revoked(appointed, first)
    assert (await appointed.row(first))["until_day"] == date(2027, 3, 1)
    causes = "SELECT month, orphan_cause FROM cell WHERE trainee_id = $1 ORDER BY month"
    found = {row["month"]: row["orphan_cause"] for row in await database.fetch(causes, trainee)}
    assert found == dict(zip(months, ("dismissed", "", "", "expired"), strict=True))


async def test_appt_06_nobody_appoints_or_revokes_themselves(appointed: Appointed) -> None:
    themselves = Caller(new_id(), "teaching_department", QILU)
    with pytest.raises(DomainError) as caught:
        await appointed.start(themselves.person_id, by=themselves)
    assert (caught.value.kind, caught.value.reason) == (Kind.FORBIDDEN, "OWN_CASE")
    appointment_id = await appointed.start(themselves.person_id)
    with pytest.raises(DomainError) as caught:
        await revoked(appointed, appointment_id, by=themselves)
    assert caught.value.reason == "OWN_CASE"
