"""What a base or a province configures for its faculty (APPT-01, APPT-17), on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.handlers.policies import Policies
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import (
    DIRECTOR,
    FAR_PROVINCE,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    PROVINCE,
    PROVINCE_STAFF,
    QILU,
    SECRETARY,
    UNIT,
    core_of,
    faculty_member,
)
from tests.support.faculty_appointments import Appointed

DEFAULTS = FacultyPolicy().content()


@pytest.fixture
async def policies(database_url: Callable[[str], str]) -> AsyncIterator[Policies]:
    database = Database(database_url("faculty"), name="faculty", pool_size=4)
    await database.start()
    yield Policies(core_of(database))
    await database.stop()


async def set_by(policies: Policies, caller: Caller, edition: int, **content: Any) -> FacultyPolicy:
    return await policies.set(caller, "", {**DEFAULTS, **content}, edition, "按院发文件调整", new_id())


def appointed(policies: Policies) -> Appointed:
    return Appointed(policies._core)


async def test_appt_01_a_base_has_its_own_else_its_province_s_else_the_defaults(policies: Policies) -> None:
    assert await policies.get(OFFICE, "") == FacultyPolicy(QILU, 0)
    await set_by(policies, PROVINCE_STAFF, 0, cap=3, needs_acknowledgement=True)
    for caller, code in ((OFFICE, ""), (OFFICE, UNIT), (OTHER_OFFICE, ""), (PROVINCE_STAFF, OTHER)):
        found = await policies.get(caller, code)
        assert (found.organisation_code, found.edition, found.cap) == (PROVINCE, 1, 3)
    await set_by(policies, OFFICE, 0, cap=1)
    mine = await policies.get(DIRECTOR, "")
    assert (mine.organisation_code, mine.edition, mine.cap) == (QILU, 1, 1)
    assert (await policies.get(OTHER_OFFICE, "")).cap == 3
    assert (await policies.get(FAR_PROVINCE, "")).cap == 2


async def test_appt_01_whether_recommendations_are_acknowledged_is_the_province_s_to_say(policies: Policies) -> None:
    await set_by(policies, OFFICE, 0)
    assert not (await policies.get(OFFICE, "")).needs_acknowledgement
    await set_by(policies, PROVINCE_STAFF, 0, needs_acknowledgement=True)
    assert (await policies.get(OFFICE, "")).needs_acknowledgement
    with pytest.raises(DomainError) as caught:
        await set_by(policies, OFFICE, 1, needs_acknowledgement=True)
    assert (caught.value.reason, caught.value.field) == ("PROVINCE_ONLY", "policy.needs_acknowledgement")


async def test_appt_17_each_change_is_an_edition_and_nobody_overwrites_another_s(policies: Policies) -> None:
    assert (await set_by(policies, OFFICE, 0, term_months=24)).edition == 1
    assert (await set_by(policies, OFFICE, 1, term_months=36)).edition == 2
    with pytest.raises(DomainError) as caught:
        await set_by(policies, OFFICE, 1, term_months=12)
    assert (caught.value.kind, caught.value.reason) == (Kind.CONFLICT, "VERSION_MOVED")
    assert (await policies.get(OFFICE, "")).term_months == 36
    rows = await policies._core.database.fetch("SELECT body FROM outbox ORDER BY position")
    facts = [events_pb2.FacultyPolicySet.FromString(row["body"]) for row in rows]
    assert [(fact.organisation_code, fact.edition) for fact in facts] == [(QILU, 1), (QILU, 2)]
    assert await appointed(policies).audited(QILU) == ["faculty_policy_set"] * 2


async def test_appt_17_the_same_key_again_sets_nothing(policies: Policies) -> None:
    for _ in range(2):
        found = await policies.set(OFFICE, QILU, {**DEFAULTS, "cap": 4}, 0, "按院发文件调整", "key-00000001")
        assert (found.edition, found.cap) == (1, 4)


@pytest.mark.parametrize(
    ("content", "reason", "field"),
    [
        ({"review_opens": "02-30"}, "NO_SUCH_DAY", "policy.review_opens"),
        ({"review_due": "13-01"}, "NO_SUCH_DAY", "policy.review_due"),
        ({"review_opens": "04-28", "review_due": "04-27"}, "REVIEW_TOO_LONG", "policy.review_due"),
        ({"needs_acknowledgement": True}, "PROVINCE_ONLY", "policy.needs_acknowledgement"),
    ],
)
async def test_appt_17_what_cannot_be_configured(
    policies: Policies, content: dict[str, Any], reason: str, field: str
) -> None:
    with pytest.raises(DomainError) as caught:
        await set_by(policies, OFFICE, 0, **content)
    assert (caught.value.kind, caught.value.reason, caught.value.field) == (Kind.INVALID, reason, field)
    assert (await policies.get(OFFICE, "")).edition == 0


async def test_appt_17_a_review_may_open_late_in_a_year_and_be_due_in_the_next(policies: Policies) -> None:
    found = await set_by(policies, OFFICE, 0, review_opens="12-15", review_due="01-15")
    assert (found.opens_in(2026).isoformat(), found.due_in(2026).isoformat()) == ("2026-12-15", "2027-01-15")
    assert (await set_by(policies, OFFICE, 1, review_opens="02-29", review_due="03-15")).opens_in(2027).day == 28


@pytest.mark.parametrize("caller", [OFFICE, DIRECTOR, SECRETARY], ids=lambda caller: caller.role)
async def test_appt_05_another_base_s_policy_is_out_of_reach(policies: Policies, caller: Caller) -> None:
    for code in (OTHER, "SD-NONE", PROVINCE):
        with pytest.raises(DomainError) as caught:
            await policies.get(caller, code)
        assert (caught.value.kind, caught.value.reason) == (Kind.NOT_FOUND, "ORGANISATION_NOT_FOUND")
    with pytest.raises(DomainError) as caught:
        await policies.set(caller, OTHER, DEFAULTS, 0, "按院发文件调整", new_id())
    assert caught.value.reason == "ORGANISATION_NOT_FOUND"


async def test_appt_05_a_teacher_reads_the_policy_of_who_appointed_them(policies: Policies) -> None:
    await set_by(policies, OFFICE, 0, cap=4)
    teacher = faculty_member()
    assert await policies.get(teacher, "") == FacultyPolicy("", 0)
    await appointed(policies).start(teacher.person_id)
    assert (await policies.get(teacher, "")).cap == (await policies.get(teacher, QILU)).cap == 4
    with pytest.raises(DomainError) as caught:
        await policies.get(teacher, OTHER)
    assert caught.value.kind is Kind.NOT_FOUND
