"""Incidents and evidence: who records what, who reads it, what is counted from it.

Holds QUAL-12, QUAL-13, QUAL-14, QUAL-15, QUAL-16, QUAL-18, QUAL-19 and QUAL-20.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from datetime import date, datetime
from typing import Any

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.domain.entry_rules import Assessment, Attestation, Facts, YearlyResult
from services.faculty.domain.standing import TrainingState
from services.faculty.handlers.eligibility import EligibilityHandlers
from services.faculty.handlers.standing import NewEvidence, NewIncident, StandingHandlers
from services.faculty.store import standing as store
from services.faculty.store.dossiers import Sealing
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import OFFICE, OTHER, OTHER_OFFICE, QILU, At, core_of, faculty_member
from tests.support.faculty_moments import (
    ATTENDING_SINCE,
    DAY_BEFORE_THREE_YEARS,
    midnight,
)
from tests.support.faculty_standing import candidate, teacher, trained, write_down
from tests.support.postgres import PostgresServer
from tests.support.vaults import NEXT

LATER = midnight(date(2027, 4, 1))
SOURCE = "院医字〔2027〕3号"


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    url = postgres.database("faculty")
    started = Database(url, name="faculty", pool_size=4)
    await started.start()
    yield started
    await started.stop()
    postgres.drop(url)


def core_at(database: Database, instant: datetime = LATER) -> Core:
    return core_of(database, At(instant))


async def refused(act: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await act
    return caught.value


async def facts(database: Database, what: str, aggregate_id: str) -> list[Any]:
    subject = f"residency.faculty.v1.{what}"
    sql = "SELECT body FROM outbox WHERE subject = $1 AND aggregate_id = $2 ORDER BY position"
    return [row["body"] for row in await database.fetch(sql, subject, aggregate_id)]


def assessment(person_id: str, **changes: Any) -> NewEvidence:
    usual = {"kind": "assessment", "rule": "", "outcome": "passed", "on_day": date(2027, 1, 5), "until_day": None}
    return NewEvidence(**{"person_id": person_id, **usual, "year": 0, "source": SOURCE, **changes})


def damage(person_id: str, **changes: Any) -> NewIncident:
    usual = {"kind": "damage", "degree": "main", "occurred_on": date(2026, 5, 1), "source": SOURCE, "detail": ""}
    return NewIncident(**{"person_id": person_id, **usual, **changes})


GOOD = Facts(
    title="attending",
    title_since=ATTENDING_SINCE,
    attestations=(Attestation("damage", DAY_BEFORE_THREE_YEARS), Attestation("accident", DAY_BEFORE_THREE_YEARS)),
    assessments=(Assessment("passed", date(2027, 1, 5)),),
    yearly=(YearlyResult(2026, "good", date(2026, 12, 31)),),
    has_qualification="yes",
)


async def test_qual_13_and_14_an_incident_counts_until_it_is_withdrawn(database: Database) -> None:
    core = core_at(database)
    person, standing = await candidate(core), StandingHandlers(core)
    await write_down(core, person, GOOD)
    made = await standing.record_incident(OFFICE, damage(person, detail="电话13800138000"), "key-incident")
    again = await standing.record_incident(OFFICE, damage(person, detail="电话13800138000"), "key-incident")
    assert made == again
    assert (made.name, made.recorded_by) == ("王芳", OFFICE.person_id)
    clocks = EligibilityHandlers(core)
    assert [each.rule for each in (await clocks.get(OFFICE, person, None)).clock.evaluation.blocking] == ["damage"]
    gone = await standing.withdraw_incident(OFFICE, made.incident_id, "复核后认定为次要责任", "key-withdraw")
    assert gone.withdrawn_reason
    assert (await clocks.get(OFFICE, person, None)).clock.evaluation.passes
    error = await refused(standing.withdraw_incident(OFFICE, made.incident_id, "再次撤销", "key-again"))
    assert (error.kind, error.reason) == (Kind.CONFLICT, "ALREADY_WITHDRAWN")
    told = [
        events_pb2.IncidentRecorded.FromString(body)
        for body in await facts(database, "incident.recorded", made.incident_id)
    ]
    assert [(each.person_id, each.base_code, each.withdrawn) for each in told] == [
        (person, QILU, False),
        (person, QILU, True),
    ]
    acts = await database.fetch("SELECT act FROM audit WHERE aggregate_id = $1 ORDER BY n", made.incident_id)
    assert [row["act"] for row in acts] == ["incident_recorded", "incident_withdrawn"]


async def test_qual_13_what_happened_stands_sealed(database: Database) -> None:
    core = core_at(database)
    person = await candidate(core)
    made = await StandingHandlers(core).record_incident(OFFICE, damage(person, detail="术后渗血未及时处理"), new_id())
    rows = await database.fetch("SELECT t::text FROM incident t WHERE incident_id = $1", made.incident_id)
    assert "术后" not in rows[0]["t"]
    async with database.unit_of_work() as uow:
        before = await store.count_old(uow.session, Sealing(NEXT))
        assert await store.rewrap(uow.session, Sealing(NEXT), 1000) == before > 0
        assert await store.count_old(uow.session, Sealing(NEXT)) == 0
        row = await store.incident_by_id(uow.session, made.incident_id)
        assert row is not None
        assert NEXT.open_text(row.detail, made.incident_id) == "术后渗血未及时处理"
        await store.forget(uow.session, person)
        row = await store.incident_by_id(uow.session, made.incident_id)
        assert row is not None
        assert (row.detail, row.source, row.kind) == ("", "", "damage")
    rows = await database.fetch("SELECT count(*) AS n FROM outbox WHERE convert_from(body, 'LATIN1') LIKE $1", "%术后%")
    assert rows[0]["n"] == 0


@pytest.mark.parametrize(
    ("changes", "reason", "field", "rule"),
    [
        ({"degree": "major"}, "UNKNOWN_DEGREE", "degree", "QUAL-13"),
        ({"kind": "accident"}, "UNKNOWN_DEGREE", "degree", "QUAL-13"),
        ({"occurred_on": date(2027, 4, 2)}, "DAY_TO_COME", "occurred_on", "QUAL-13"),
        ({"source": "患者13800138000投诉"}, "REASON_NUMBERS", "source", "QUAL-18"),
    ],
)
async def test_qual_13_and_18_an_incident_that_cannot_be_is_refused(
    database: Database, changes: dict[str, Any], reason: str, field: str, rule: str
) -> None:
    core = core_at(database)
    person = await candidate(core)
    error = await refused(StandingHandlers(core).record_incident(OFFICE, damage(person, **changes), new_id()))
    assert (error.kind, error.reason, error.field, error.rule) == (Kind.INVALID, reason, field, rule)
    assert await StandingHandlers(core).list_incidents(OFFICE, person) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "attestation"}, "rule"),
        ({"kind": "attestation", "rule": "evaluation", "outcome": ""}, "rule"),
        ({"kind": "attestation", "rule": "damage"}, "outcome"),
        ({"rule": "damage"}, "rule"),
        ({"outcome": "good"}, "outcome"),
        ({"outcome": ""}, "outcome"),
        ({"until_day": date(2028, 1, 1)}, "until_day"),
        ({"year": 2026}, "year"),
        ({"kind": "yearly_result", "outcome": "good", "year": 2027, "on_day": date(2027, 3, 1)}, "year"),
        ({"kind": "yearly_result", "outcome": "good", "on_day": date(2026, 12, 31)}, "year"),
        ({"kind": "yearly_result", "outcome": "good", "year": 2026, "on_day": date(2026, 12, 30)}, "year"),
        ({"kind": "yearly_result", "outcome": "passed", "year": 2026, "on_day": date(2026, 12, 31)}, "outcome"),
        ({"kind": "training", "outcome": "galactic"}, "outcome"),
        ({"kind": "training", "outcome": "national", "until_day": date(2027, 1, 4)}, "until_day"),
        ({"on_day": date(2027, 4, 2)}, "on_day"),
    ],
)
async def test_qual_15_each_kind_has_its_fields(database: Database, changes: dict[str, Any], field: str) -> None:
    core = core_at(database)
    person = await candidate(core)
    error = await refused(StandingHandlers(core).record_evidence(OFFICE, assessment(person, **changes), new_id()))
    assert (error.kind, error.field, error.rule) == (Kind.INVALID, field, "QUAL-15")


async def test_qual_12_nobody_decides_about_themselves(database: Database) -> None:
    core = core_at(database)
    await candidate(core, person_id=OFFICE.person_id)
    standing, mine = StandingHandlers(core), OFFICE.person_id
    colleague = Caller(new_id(), "teaching_department", QILU)
    made = await standing.record_incident(colleague, damage(mine), new_id())
    for act in (
        standing.record_incident(OFFICE, damage(mine), new_id()),
        standing.record_evidence(OFFICE, assessment(mine), new_id()),
        standing.withdraw_incident(OFFICE, made.incident_id, "记录有误", new_id()),
        standing.list_incidents(OFFICE, mine),
    ):
        error = await refused(act)
        assert (error.kind, error.reason, error.rule) == (Kind.FORBIDDEN, "OWN_CASE", "QUAL-12")


async def test_qual_16_a_base_reads_what_it_recorded_and_another_none_of_it(database: Database) -> None:
    core = core_at(database)
    person, standing = await candidate(core), StandingHandlers(core)
    await candidate(core, person_id=person, base=OTHER, state="expired")
    made = await standing.record_incident(OFFICE, damage(person), new_id())
    await standing.record_evidence(OFFICE, assessment(person), new_id())
    await standing.record_evidence(OTHER_OFFICE, assessment(person, outcome="failed"), new_id())
    assert [each.incident_id for each in await standing.list_incidents(OFFICE, person)] == [made.incident_id]
    assert await standing.list_incidents(OTHER_OFFICE, person) == []
    assert [each.outcome for each in await standing.list_evidence(OFFICE, person)] == ["passed"]
    assert [each.outcome for each in await standing.list_evidence(OTHER_OFFICE, person)] == ["failed"]
    error = await refused(standing.withdraw_incident(OTHER_OFFICE, made.incident_id, "记录有误", new_id()))
    absent = await refused(standing.withdraw_incident(OTHER_OFFICE, new_id(), "记录有误", new_id()))
    assert (error.kind, error.reason, error.message) == (Kind.NOT_FOUND, absent.reason, absent.message)
    stranger = await candidate(core, base=OTHER)
    for act in (
        standing.record_incident(OFFICE, damage(stranger), new_id()),
        standing.record_evidence(OFFICE, assessment(stranger), new_id()),
        standing.list_incidents(OFFICE, stranger),
        standing.list_evidence(OFFICE, stranger),
    ):
        assert (await refused(act)).kind is Kind.NOT_FOUND


async def test_qual_16_the_person_reads_everything_but_attestations(database: Database) -> None:
    core = core_at(database)
    person = await candidate(core)
    await write_down(core, person, GOOD)
    standing = StandingHandlers(core)
    own = await standing.list_evidence(Caller(person, "faculty"), "")
    assert {each.kind for each in own} == {"assessment", "yearly_result"}
    assert {each.recorded_by for each in own} == {""}
    assert {each.kind for each in await standing.list_evidence(OFFICE, person)} == {
        *("assessment", "attestation", "yearly_result"),
    }
    assert (await refused(standing.list_evidence(faculty_member(), person))).kind is Kind.NOT_FOUND


async def test_qual_20_the_numbers_that_the_queue_is_filtered_by(database: Database) -> None:
    core = core_at(database)
    person = await teacher(core)
    on = date(2027, 4, 1)
    async with database.unit_of_work() as uow:
        [bare] = (await store.standing_numbers(uow.session, [person], QILU, on)).values()
    assert (bare.teaching_months, bare.trainees_3y, bare.training_state, bare.training_level) == (3, 0, "none", "")
    helper = await teacher(core, name="韩梅")
    await trained(core, {date(2027, 3, 1): person, date(2027, 4, 1): person}, assistants=(helper,))
    await trained(core, {date(2026, 3, 1): person}, base=OTHER)
    await trained(core, {date(2024, 5, 1): person})
    await trained(core, {date(2024, 4, 1): person})
    await trained(core, {date(2027, 5, 1): person})
    standing = StandingHandlers(core)
    trainings = [
        ("hospital", date(2025, 1, 1), None),
        ("national", date(2020, 1, 1), date(2027, 3, 31)),
        ("provincial", date(2024, 1, 1), date(2027, 4, 1)),
    ]
    for level, on_day, until in trainings:
        new = assessment(person, kind="training", outcome=level, on_day=on_day, until_day=until)
        await standing.record_evidence(OFFICE, new, new_id())
    lapsed = assessment(
        helper, kind="training", outcome="national", on_day=date(2020, 1, 1), until_day=date(2027, 3, 31)
    )
    await standing.record_evidence(OFFICE, lapsed, new_id())
    async with database.unit_of_work() as uow:
        found = await store.standing_numbers(uow.session, [person, helper], QILU, on)
    mine, helpers = found[person], found[helper]
    assert (mine.trainees_3y, mine.own_trainees_3y) == (3, 2)
    assert (mine.training_state, mine.training_level) == (TrainingState.TRAINED, "provincial")
    assert (helpers.trainees_3y, helpers.training_state, helpers.training_level) == (1, TrainingState.LAPSED, "")
