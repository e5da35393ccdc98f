"""C4 through the service, in agreement with the rules; the eligibility clock and its reminder.

Holds QUAL-01 to QUAL-11.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from residency.faculty.v1 import events_pb2, faculty_pb2
from services.faculty.core import Core
from services.faculty.deeds import MACHINE
from services.faculty.domain.entry_rules import (
    EDITION,
    ENTRY_RULES,
    Assessment,
    Attestation,
    Facts,
    Verdict,
    YearlyResult,
)
from services.faculty.grpc_api.evaluations import evaluation_message
from services.faculty.handlers.eligibility import EligibilityHandlers
from services.faculty.handlers.standing import NewIncident, StandingHandlers
from services.faculty.store import standing as store
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import OFFICE, OTHER, OTHER_OFFICE, QILU, At, core_of, faculty_member
from tests.support.faculty_entry import C4, REFERENCE, packed, together
from tests.support.faculty_moments import (
    ATTENDING_SINCE,
    DAY_BEFORE_THREE_YEARS,
    FIRST_INSTANT_OF_THREE_YEARS,
    LAST_INSTANT_BEFORE_THREE_YEARS,
    THREE_YEARS,
    midnight,
)
from tests.support.faculty_standing import candidate, write_down
from tests.support.postgres import PostgresServer

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


async def test_qual_01_to_qual_08_the_service_agrees_with_every_row_of_the_table(database: Database) -> None:
    """What rows know is written down through the dossier and the commands, and read back through the clock."""
    core, wrong = core_at(database, midnight(date(2040, 1, 1))), []
    for day, rows in packed(C4):
        person = await candidate(core)
        await write_down(core, person, together(rows))
        evaluation = (await EligibilityHandlers(core).get(OFFICE, person, day)).clock.evaluation
        found = {each.rule: each for each in evaluation.findings}
        for row in rows:
            finding = found[row.rule]
            said = (finding.verdict, finding.consequence, finding.met_from, finding.flagged)
            if said != (row.verdict, row.consequence, row.met_from, row.flagged):
                wrong.append((row.name, said))
    assert wrong == []


@pytest.mark.parametrize(
    ("instant", "passes"), [(LAST_INSTANT_BEFORE_THREE_YEARS, False), (FIRST_INSTANT_OF_THREE_YEARS, True)]
)
async def test_qual_01_a_day_begins_at_midnight_in_the_province(
    database: Database, instant: datetime, passes: bool
) -> None:
    core = core_at(database, instant)
    person = await candidate(core)
    await write_down(
        core,
        person,
        replace(GOOD, attestations=tuple(replace(each, on_day=date(2027, 3, 1)) for each in GOOD.attestations)),
    )
    mine = await EligibilityHandlers(core).get(Caller(person, "faculty"), "", None)
    assert mine.clock.evaluation.passes is passes
    assert mine.clock.qualifies_on == THREE_YEARS


async def test_qual_08_whoever_asked_to_teach_nowhere_has_an_unknown_employer(database: Database) -> None:
    core, somebody = core_at(database), faculty_member()
    found = await EligibilityHandlers(core).get(somebody, "", None)
    assert found.clock.evaluation.findings[-1].verdict is Verdict.UNKNOWN
    await candidate(core, person_id=somebody.person_id, base=OTHER)
    async with database.unit_of_work() as uow:
        for base, employed in ((OTHER, True), (QILU, None)):
            [known] = (await store.facts_of(uow.session, core.sealing, [somebody.person_id], base)).values()
            assert known.employed is employed


async def test_qual_06_only_the_deciding_bases_own_attestations_and_assessments_count(database: Database) -> None:
    core = core_at(database)
    person = await candidate(core)
    await write_down(core, person, GOOD)
    async with database.unit_of_work() as uow:
        [ours] = (await store.facts_of(uow.session, core.sealing, [person], QILU)).values()
        [theirs] = (await store.facts_of(uow.session, core.sealing, [person], OTHER)).values()
    assert (len(ours.attestations), len(ours.assessments), len(ours.yearly)) == (2, 1, 1)
    assert (len(theirs.attestations), len(theirs.assessments), len(theirs.yearly)) == (0, 0, 1)


async def test_qual_10_others_clocks_are_for_the_office_of_their_base(database: Database) -> None:
    core = core_at(database)
    person = await candidate(core)
    clocks = EligibilityHandlers(core)
    assert (await clocks.get(OFFICE, person, REFERENCE)).clock.evaluation.reference == REFERENCE
    for caller in (OTHER_OFFICE, faculty_member()):
        error = await refused(clocks.get(caller, person, None))
        absent = await refused(clocks.get(caller, new_id(), None))
        assert (error.kind, error.reason, error.message) == (absent.kind, absent.reason, absent.message)
        assert error.kind is Kind.NOT_FOUND


async def test_qual_11_who_asked_is_told_once_on_the_day(database: Database) -> None:
    clock = At(midnight(date(2026, 6, 1)))
    core = core_of(database, clock)
    person = Caller(await candidate(core), "faculty")
    await write_down(
        core, person.person_id, Facts(title="attending", title_since=ATTENDING_SINCE, has_qualification="yes")
    )
    clocks = EligibilityHandlers(core)
    assert await clocks.set_reminder(person, True, "key-wanted") == THREE_YEARS
    assert (await clocks.get(person, "", None)).reminder

    async def told_on(day: date) -> bool:
        clock.instant = midnight(day)
        await clocks.remind(MACHINE, day)
        bodies = await database.fetch(
            "SELECT body FROM outbox WHERE subject = 'residency.faculty.v1.eligibility.reached'"
        )
        reached = [events_pb2.EligibilityReached.FromString(row["body"]) for row in bodies]
        return [each.on_day for each in reached if person.person_id in each.person_ids] == [day.isoformat()]

    assert not await told_on(DAY_BEFORE_THREE_YEARS)
    assert await told_on(THREE_YEARS)
    await told_on(THREE_YEARS)
    await told_on(THREE_YEARS + timedelta(days=1))
    assert await told_on(THREE_YEARS)
    assert not (await clocks.get(person, "", None)).reminder


async def test_qual_11_a_day_that_moves_is_waited_for_and_an_unknown_one_looked_for(database: Database) -> None:
    clock = At(midnight(date(2026, 6, 1)))
    core = core_of(database, clock)
    person = Caller(await candidate(core), "faculty")
    clocks = EligibilityHandlers(core)
    assert await clocks.set_reminder(person, True, "key-wanted") is None
    assert (await clocks.get(person, "", None)).reminder
    await write_down(
        core, person.person_id, Facts(title="attending", title_since=ATTENDING_SINCE, has_qualification="yes")
    )
    await clocks.remind(MACHINE, date(2026, 6, 2))
    due = "SELECT due_on FROM eligibility_reminder WHERE person_id = $1"
    assert await database.fetchval(due, person.person_id) == THREE_YEARS
    await StandingHandlers(core).record_incident(OFFICE, damage(person.person_id), new_id())
    await clocks.remind(MACHINE, date(2026, 6, 3))
    assert await database.fetchval(due, person.person_id) == date(2029, 5, 1)
    assert await clocks.set_reminder(person, False, "key-unwanted") is None
    assert not (await clocks.get(person, "", None)).reminder


async def test_qual_11_who_qualifies_already_is_reminded_of_nothing(database: Database) -> None:
    core = core_at(database)
    person = Caller(await candidate(core), "faculty")
    await write_down(core, person.person_id, GOOD)
    assert await EligibilityHandlers(core).set_reminder(person, True, "key-wanted") is None
    assert not (await EligibilityHandlers(core).get(person, "", None)).reminder


async def test_qual_11_many_are_looked_at_some_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.faculty.handlers.eligibility.AT_ONCE", 3)
    core = core_at(database, midnight(date(2026, 7, 1)))
    clocks = EligibilityHandlers(core)
    for _ in range(5):
        person = Caller(await candidate(core), "faculty")
        await clocks.set_reminder(person, True, new_id())
    rounds: list[int] = []
    while not rounds or rounds[-1]:
        rounds.append((await clocks.remind(MACHINE, date(2026, 7, 2))).left)
    assert rounds == sorted(rounds, reverse=True)
    assert len(rounds) >= 2


async def test_qual_09_an_evaluation_as_a_message_says_what_it_found(database: Database) -> None:
    core = core_at(database)
    person = await candidate(core)
    await write_down(core, person, GOOD)
    made = (await EligibilityHandlers(core).get(OFFICE, person, DAY_BEFORE_THREE_YEARS)).clock.evaluation
    said = evaluation_message(made.at(LATER))
    assert (said.reference_date, said.edition, said.passes) == (DAY_BEFORE_THREE_YEARS.isoformat(), EDITION, False)
    assert said.evaluated_at.ToDatetime(UTC) == LATER
    assert not evaluation_message(made).HasField("evaluated_at")
    first = said.findings[0]
    assert (first.rule, first.verdict, first.consequence, first.met_from) == (
        *("title_years", faculty_pb2.VERDICT_NOT_MET, "block", THREE_YEARS.isoformat()),
    )
    assert [each.rule for each in said.findings] == [each.key for each in ENTRY_RULES]
    assert all(each.sentence and each.evidence for each in said.findings)
