"""Who sees which appointments and what of them; levels; the erased (APPT-18, APPT-19, APPT-21), on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from services.faculty.core import Core
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.store import appointments as store
from services.faculty.store.listed_appointments import Wanted
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import (
    CARDIO,
    DIRECTOR,
    FAR_PROVINCE,
    NEURO,
    OFFICE,
    OTHER,
    OTHER_DIRECTOR,
    OTHER_OFFICE,
    OTHER_SECRETARY,
    OTHER_WARD,
    PROVINCE_STAFF,
    SECRETARY,
    UNIT,
    UNIT_WARD,
    At,
    core_of,
)
from tests.support.faculty_appointments import Appointed
from tests.support.faculty_reviews import BEFORE, at, cases, due, started
from tests.support.postgres import PostgresServer


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


async def test_appt_18_everybody_lists_what_is_in_reach(appointed: Appointed) -> None:
    neuro, cardio = await started(appointed), await started(appointed, department=CARDIO)
    await appointed.put(cardio, extra_departments=[NEURO])
    unit = await appointed.start(base_code=UNIT, department_code=UNIT_WARD)
    other = await appointed.start(base_code=OTHER, department_code=OTHER_WARD, by=OTHER_OFFICE)
    reads = cases(appointed).appointments
    reach: dict[Caller, set[str]] = {
        OFFICE: {neuro, cardio, unit},
        DIRECTOR: {neuro, cardio},
        SECRETARY: {neuro, cardio},
        OTHER_DIRECTOR: {cardio},
        OTHER_OFFICE: {other},
        PROVINCE_STAFF: {neuro, cardio, unit, other},
        FAR_PROVINCE: set(),
    }
    for caller, expected in reach.items():
        page = await reads.page(caller, Wanted(), 50, "")
        assert ({each.appointment.appointment_id for each in page.items}, page.total) == (expected, len(expected))
        for appointment_id in (neuro, cardio, unit, other):
            if appointment_id in expected:
                await reads.get(caller, appointment_id)
            else:
                with pytest.raises(DomainError) as caught:
                    await reads.get(caller, appointment_id)
                assert (caught.value.kind, caught.value.reason) == (Kind.NOT_FOUND, "APPOINTMENT_NOT_FOUND")


async def test_appt_18_pages_follow_each_other_by_name(appointed: Appointed) -> None:
    for name in ("王", "李", "张", "李"):
        await appointed.put(await started(appointed), name=name)
    reads = cases(appointed).appointments
    whole = (await reads.page(OFFICE, Wanted(), 50, "")).items
    ids, token = [], ""
    for _ in range(4):
        page = await reads.page(OFFICE, Wanted(), 1, token)
        [one] = page.items
        ids.append(one.appointment.appointment_id)
        token = page.next_token
    assert (ids, token) == ([each.appointment.appointment_id for each in whole], "")
    names = [each.appointment.name for each in whole]
    assert sorted(names) == sorted(["王", "李", "张", "李"])
    assert names.index("李") + 1 == len(names) - 1 - names[::-1].index("李")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(name="王"), 2),
        (Wanted(name="%"), 0),
        (Wanted(state="suspended"), 1),
        (Wanted(review="due"), 1),
        (Wanted(level="key"), 1),
        (Wanted(title="nurse"), 0),
        (Wanted(department_code=CARDIO), 2),
        (Wanted(base_code=OTHER), 0),
        (Wanted(state="active", level="key"), 0),
    ],
    ids=str,
)
async def test_appt_18_filters(appointed: Appointed, wanted: Wanted, found: int) -> None:
    first, second, third = [await started(appointed) for _ in range(3)]
    await appointed.put(first, state="suspended", level="key", name="王一")
    await appointed.put(second, review_state="due", name="小王", extra_departments=[CARDIO])
    await appointed.put(third, department_code=CARDIO, name="李三")
    page = await cases(appointed).appointments.page(OFFICE, wanted, 50, "")
    assert (len(page.items), page.total) == (found, found)


async def test_appt_18_the_person_reads_what_was_decided_and_not_by_whom(appointed: Appointed) -> None:
    teacher = Caller(new_id(), "faculty")
    appointment_id = await due(appointed, teacher.person_id)
    version = (await appointed.row(appointment_id))["version"]
    use = cases(appointed)
    await use.dismissals.propose(SECRETARY, appointment_id, version, "other", "内部意见", None, new_id())
    await use.sanctions.record(OFFICE, appointment_id, version + 1, "other", "教学事故", "文件", new_id())
    seen, history = await use.appointments.get(teacher, appointment_id)
    assert (seen.appointment.review_state, seen.capabilities) == ("due", {})
    assert [(each.kind, each.reason, each.by) for each in history] == [
        ("appointed", "", ""),
        ("review_opened", "", ""),
        ("suspended", "教学事故", ""),
    ]
    assert [each.appointment.appointment_id for each in await use.appointments.mine(teacher)] == [appointment_id]
    # A director's hat shows its wearer no more of themselves, and their colleague all of it.
    as_director = replace(DIRECTOR, person_id=teacher.person_id)
    seen, told = await use.appointments.get(as_director, appointment_id)
    assert (seen.appointment.review_state, told) == ("due", history)
    assert await use.dismissals.cases(as_director, "", 50, "") == ([], "")
    [(case, _)], _ = await use.dismissals.cases(DIRECTOR, "", 50, "")
    assert case.appointment_id == appointment_id
    _, staff = await use.appointments.get(DIRECTOR, appointment_id)
    assert [each.kind for each in staff][2:] == ["dismissal_proposed", "suspended"]
    with pytest.raises(DomainError) as caught:
        await use.appointments.get(Caller(new_id(), "faculty"), appointment_id)
    assert caught.value.kind is Kind.NOT_FOUND


async def test_appt_18_a_department_s_buttons_are_for_its_own_people(appointed: Appointed) -> None:
    appointment_id = await due(appointed, department=CARDIO)
    await appointed.put(appointment_id, extra_departments=[NEURO])
    reads = cases(appointed).appointments
    for caller, allowed in ((OTHER_SECRETARY, True), (SECRETARY, False)):
        seen, _ = await reads.get(caller, appointment_id)
        assert {not each.refusal for each in seen.capabilities.values()} == {allowed}


@pytest.mark.parametrize("by", [OFFICE, PROVINCE_STAFF], ids=lambda caller: caller.role)
async def test_appt_19_a_level_is_given_and_taken_away(appointed: Appointed, by: Caller) -> None:
    appointment_id = await started(appointed)
    use = cases(appointed)
    for version, level in enumerate(("key", "senior", ""), 1):
        await use.appointments.set_level(by, appointment_id, version, level, "年度考核", new_id())
        assert (await appointed.row(appointment_id))["level"] == level
    assert [fact.kind for _, fact in (await appointed.facts(appointment_id))[1:]] == ["level_set"] * 3
    with pytest.raises(DomainError) as caught:
        await use.appointments.set_level(OTHER_OFFICE, appointment_id, 4, "key", "年度考核", new_id())
    assert caught.value.kind is Kind.NOT_FOUND


async def test_appt_21_the_erased_leave_no_name_and_no_words(appointed: Appointed) -> None:
    person = new_id()
    appointment_id = await due(appointed, person)
    use = cases(appointed)
    version = (await appointed.row(appointment_id))["version"]
    await use.dismissals.propose(SECRETARY, appointment_id, version, "other", "秘密一", None, new_id())
    await use.sanctions.record(OFFICE, appointment_id, version + 1, "other", "秘密二", "秘密三", new_id())
    await appointed.start(person, from_day=date(2026, 4, 1), policy=FacultyPolicy(), pending=True)
    async with appointed.core.database.unit_of_work() as uow:
        await store.forget(uow.session, person)
    tables = ("appointment", "appointment_event", "dismissal_case", "sanction")
    found = [await appointed.core.database.fetch(f"SELECT t::text FROM {table} t") for table in tables]
    dump = "".join(row["t"] for rows in found for row in rows)
    assert "秘密" not in dump
    assert "王老师" not in dump
    row = await appointed.row(appointment_id)
    assert (row["state"], row["renewal"], row["from_day"]) == ("expired", None, date(2025, 9, 1))
    assert (await use.clock.read(appointment_id)).ahead.over
