"""Last seats, equal commands, stale reads, the audit: what must hold however many act at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2, P3, Phase
from services.enrollment.handlers.applications import StartApplication, SubmitApplication
from services.enrollment.records import Write
from services.enrollment.store.guarded import Changed
from services.kit.domain import DomainError, Kind
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, QILU, SECOND, applicant, key
from tests.integration.enrollment.crowd import WRITERS, Crowd


async def outcomes(*deeds: object) -> list[object]:
    """What each gave or raised, all at once."""
    return list(await asyncio.gather(*deeds, return_exceptions=True))  # type: ignore[call-overload]  # any awaitables


async def test_seat_01_64_writers_for_the_last_seat(crowd: Crowd) -> None:
    """SEAT-01: exactly one gets it, the others learn that it is full."""
    await crowd.begin({(QILU, MEDICINE): 1})
    waiting = await crowd.applications(WRITERS, "approved")
    found = await outcomes(*(crowd.grant(application_id) for application_id in waiting))
    errors = [each for each in found if isinstance(each, DomainError)]
    assert len(found) - len(errors) == 1
    assert {(error.reason, error.rule) for error in errors} == {("SEAT_FULL", "SEAT-01")}
    taken = await crowd.stage.database.fetchval("SELECT taken FROM seat WHERE cycle_id = $1", crowd.stage.cycle_id)
    rows = await crowd.stage.database.fetchval(
        "SELECT count(*) FROM application WHERE cycle_id = $1 AND state = 'provisional'", crowd.stage.cycle_id
    )
    assert (taken, rows) == (1, 1)


async def test_seat_01_the_database_refuses_more_than_the_plan(crowd: Crowd) -> None:
    """SEAT-01: whoever writes past the code."""
    with pytest.raises(asyncpg.CheckViolationError):
        await crowd.stage.database.execute("UPDATE seat SET taken = planned + 1")


async def test_app_12_30_equal_commands_have_one_effect(crowd: Crowd) -> None:
    """APP-12: 30 equal answers; another body under the key is a conflict; the answer outlives the phase."""
    (application_id,) = await crowd.applications(1, "approved")
    same = key()
    found = await outcomes(*(crowd.grant(application_id, same) for _ in range(30)))
    assert all(answer == found[0] for answer in found), found
    database = crowd.stage.database
    for table, column in (("decision", "application_id"), ("audit", "aggregate_id")):
        count = await database.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", application_id)
        assert count == 1, table
    assert await database.fetchval("SELECT count(*) FROM outbox WHERE aggregate_id = $1", application_id) == 1
    with pytest.raises(DomainError) as refused:
        await crowd.grant(application_id, same, remark="别的")
    assert (refused.value.reason, refused.value.kind, refused.value.rule) == ("KEY_REUSED", Kind.CONFLICT, "APP-12")
    await crowd.flip()
    assert await crowd.grant(application_id, same) == found[0]


async def test_two_reviewers_at_once_one_verdict(crowd: Crowd) -> None:
    """The second reads again and learns the state it is in."""
    (application_id,) = await crowd.applications(1)
    found = await outcomes(*(crowd.approve(application_id) for _ in range(8)))
    errors = [each for each in found if isinstance(each, DomainError)]
    assert len(errors) == 7
    assert {error.reason for error in errors} == {"WRONG_STATE"}


async def test_one_person_starts_once(crowd: Crowd) -> None:
    """I2: parallel starts with different keys leave one live application."""
    stage = crowd.stage
    await stage.stand(P1)
    person = applicant()
    found = await outcomes(
        *(stage.applications.start_application(person, StartApplication(stage.cycle_id, key())) for _ in range(12))
    )
    errors = [each for each in found if isinstance(each, DomainError)]
    assert len(errors) == 11
    assert {error.reason for error in errors} == {"WRONG_STATE"}


async def test_a_decision_on_what_no_longer_holds_writes_nothing(crowd: Crowd) -> None:
    """Gate, clock, deadline and version are compared inside; a failed write leaves no trace, not even its key."""
    stage = crowd.stage
    (application_id,) = await crowd.applications(1)
    situation = await stage.application_store.read(application_id)
    cycle = await stage.cycle_store.cycle(stage.cycle_id)
    assert situation is not None
    assert situation.application is not None
    assert cycle is not None
    before = situation.application
    after = replace(before, version=2, state=State.APPROVED)
    entry = {
        **dict.fromkeys(("command", "role", "organisation", "rule", "phase", "state_before", "state_after"), "x"),
        **dict.fromkeys(("address", "acted_for"), ""),
        "aggregate_id": before.id,
        "n": 2,
        "actor": "a",
        "idempotency_key": key(),
        "detail": "{}",
        "gate_sequence": 2,
        "calendar_version": 1,
        "submission_number": 1,
    }
    good = Write(after, entry, datetime.now(UTC) + timedelta(hours=1))

    async def attempt(write: Write, phase: Phase = P2, closes_in: float = 3600.0) -> None:
        await stage.stand(phase, closes_in)
        with pytest.raises(Changed):
            await stage.application_store.write(cycle, situation.gate, write, b"h", b"answer")

    await attempt(good, P3)
    await attempt(good, closes_in=-0.001)
    await attempt(replace(good, deadline=datetime.now(UTC)))
    await attempt(replace(good, application=replace(after, version=3)))
    await attempt(replace(good, application=replace(after, submitted=Choice(SECOND, MEDICINE)), seat=9))
    database = stage.database
    assert await database.fetchval("SELECT count(*) FROM idempotency WHERE actor = 'a'") == 0
    assert await database.fetchval("SELECT count(*) FROM audit WHERE aggregate_id = $1", application_id) == 0
    await stage.stand(P2)
    assert await stage.application_store.write(cycle, situation.gate, good, b"h", b"answer") == b"answer"


async def test_app_11_the_audit_is_whole_and_a_changed_row_is_found(crowd: Crowd) -> None:
    """APP-11: written once; whoever gets past that is found."""
    stage = crowd.stage
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.applications.submit_application(person, SubmitApplication(stage.cycle_id, 0, key()))
    id_ = view.application_id
    rows = await stage.queries.audit(id_)
    head = await stage.database.fetchval("SELECT audit_hash FROM application WHERE id = $1", id_)
    assert broken_at(rows, 8, head) == 0
    assert broken_at(rows[:-1], 8, head) == 8, "the tail is cut off"
    with pytest.raises(asyncpg.PostgresError, match="permission denied"):
        await stage.database.execute("DELETE FROM audit")
    await stage.database.execute("GRANT UPDATE, DELETE ON audit TO CURRENT_USER")
    for statement in ("DELETE FROM audit", "DELETE FROM submission", "UPDATE submission SET base_code = 'X'"):
        with pytest.raises(asyncpg.PostgresError, match="written once"):
            await stage.database.execute(statement)
    await stage.database.execute("ALTER TABLE audit DISABLE TRIGGER written_once")
    await stage.database.execute("UPDATE audit SET detail = '{}' WHERE aggregate_id = $1 AND n = 6", id_)
    assert broken_at(await stage.queries.audit(id_), 8, head) == 6


async def test_the_board_counts_what_the_database_holds(crowd: Crowd) -> None:
    """Applied, provisional and admitted, and withdrawn people no longer."""
    stage = crowd.stage
    pending = await crowd.applications(5)
    approved = await crowd.applications(2, "approved")
    await crowd.applications(1, "withdrawn")
    await crowd.grant(approved[0])
    row = next(
        row for row in (await stage.board.get_board(stage.cycle_id, QILU)).rows if row.specialty_code == MEDICINE
    )
    assert (row.applied, row.provisional, row.admitted) == (len(pending) + len(approved), 1, 0)


async def test_capabilities_of_a_full_specialty(crowd: Crowd) -> None:
    """SEAT-01: told before anybody tries."""
    await crowd.begin({(QILU, MEDICINE): 1})
    stage = crowd.stage
    await stage.stand(P1)
    views = [(await stage.registered())[1] for _ in range(2)]
    await stage.stand(P2)
    for view in views:
        await stage.review(view, approve=True)
    await stage.grant(views[0])
    submission = await stage.decisions.get_submission(ADMINISTRATOR, views[1].application_id)
    assert submission.capabilities[Action.GRANT_PROVISIONAL].reason == "SEAT_FULL"
