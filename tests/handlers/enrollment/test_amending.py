"""A calendar is changed while it runs: at every step everything agrees, and what is refused changes nothing.

Holds AMD-01, AMD-16, AMD-17, AMD-18, AMD-08 (what waits for a person) and CAL-HOLD on a real database.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.enrollment.domain.amendable import Change, Wish
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P2
from services.enrollment.handlers.decisions import ReviewApplication
from services.enrollment.handlers.running import cycle_audit_entry
from services.enrollment.records import WindowRecord
from services.enrollment.store.amending import AmendmentState
from services.enrollment.store.guarded import Changed
from services.kit.domain import DomainError, Kind
from tests.handlers.enrollment.amending import (
    COLLEAGUE,
    EXAM,
    FOREIGN,
    PROVINCE,
    Calendars,
    inserted,
    moved,
    third_round,
)
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OPERATOR, QILU, REVIEWER, Stage, key


@pytest.fixture
async def calendars(stage: Stage) -> Calendars:
    """A cycle in the sixth day of its first round."""
    calendars = Calendars(stage)
    await calendars.begin(15.5, milestones=(EXAM,))
    assert (await calendars.view()).phase is P2
    return calendars


async def test_cal_07_a_bases_dates_hold_only_with_the_calendar_they_were_checked_against(calendars: Calendars) -> None:
    """CAL-07: between the reading of a calendar and the write of a base's dates the round has become shorter."""
    stage = calendars.stage
    gate = await stage.cycle_store.gate(stage.cycle_id)
    cycle = await stage.cycle_store.cycle(stage.cycle_id)
    assert gate is not None
    assert cycle is not None
    late = WindowRecord(QILU, 1, 1, Milestones(review_deadline=gate.closes_at))
    entry = cycle_audit_entry(ADMINISTRATOR, "set_milestones", key(), cycle, gate.phase, gate.sequence, "CAL-07", {})
    await calendars.change(moved("first_choice", last=-3))
    with pytest.raises(Changed):
        await stage.windows.write(cycle, late, entry, gate=gate, body_hash=b"body", answer=b"answer")
    assert (await stage.windows.window(stage.cycle_id, QILU, 1)).version == 0


async def test_amd_a_running_calendar_is_extended_shortened_held_and_resumed(calendars: Calendars) -> None:
    """Must hold together at every step: gate, calendar, versions, GetCycle, capabilities, real commands, audit."""
    await calendars.agree()
    later = [moved(name, 2, 2) for name in ("second_choice", "reallocation")]
    extended = await calendars.change(moved("first_choice", last=2), *later, moved("confirmation", 2))
    assert (extended.state, extended.version, extended.decided_by) == (AmendmentState.APPLIED, 2, COLLEAGUE.actor)
    await calendars.agree()
    assert (await calendars.view()).calendar.phases[2].last_day == date(2023, 8, 2)

    await calendars.change(moved("first_choice", last=-3))
    await calendars.agree()

    inserting = (moved("reallocation", 5, 4), moved("confirmation", 5), inserted(third_round(*AFTER)))
    grown = await calendars.change(*inserting)
    assert [each.key for each in grown.impact.phases] == ["second_choice.2", "reallocation", "confirmation"]
    await calendars.agree()
    assert [(window.key, window.round) for window in (await calendars.view()).calendar.phases if window.round] == [
        *(("first_choice", 1), ("second_choice", 2), ("second_choice.2", 3), ("reallocation", 4))
    ]

    before = (await calendars.view()).calendar
    held = await calendars.order(Change.HOLD)
    assert (held.impact.people, held.impact.reasons, held.impact.urgent) == (2, ("AMD-15",), True)
    await calendars.agree()
    error = await calendars.refused(await calendars.wish(moved("first_choice", last=1)))
    assert (error.reason, error.rule) == ("CYCLE_HELD", "AMD-11")

    await calendars.waited(2.4)
    await calendars.agree()
    resumed = await calendars.order(Change.RESUME)
    assert (resumed.impact.people, resumed.version, resumed.decided_by) == (1, 6, "")
    await calendars.agree()
    after = (await calendars.view()).calendar
    shift = timedelta(hours=3)
    assert after.phases[1] == before.phases[1]
    assert after.phases[2].opens_at == before.phases[2].opens_at
    for now, then in zip(after.phases[3:], before.phases[3:], strict=True):
        assert (now.opens_at, now.closes_at) == (
            then.opens_at + shift if then.opens_at else None,
            then.closes_at + shift if then.closes_at else None,
        )
    assert [each.day for each in after.milestones] == [EXAM.day + timedelta(days=3)]
    assert [
        (each.wish.kind, each.version)
        for each in await calendars.handlers.list_amendments(PROVINCE, calendars.stage.cycle_id, open_only=False)
    ] == [(Change.RESUME, 6), (Change.HOLD, 5), (Change.AMEND, 4), (Change.AMEND, 3), (Change.AMEND, 2)]


AFTER = (date(2023, 8, 13), date(2023, 8, 15))


async def test_amd_an_advance_and_an_end_come_with_the_day_by_two_people(calendars: Calendars) -> None:
    await calendars.stage.decree(calendar_approvals=1)
    advance = Wish(Change.ADVANCE, 1)
    exam_in_the_way = await calendars.refused(advance)
    assert exam_in_the_way.rule == "CAL-13"
    await calendars.change(milestones=())
    today = date(2023, 7, 16)
    proposed = await calendars.propose(replace(advance, based_on=2))
    assert (proposed.state, proposed.impact.people) == (AmendmentState.OPEN, 2)
    await calendars.decide(proposed)
    await calendars.agree()
    view = await calendars.view()
    assert [(view.calendar.phases[2].last_day), view.calendar.phases[3].first_day] == [today, today + timedelta(days=1)]
    await calendars.order(Change.END)
    await calendars.agree()
    assert [window.key for window in (await calendars.view()).calendar.phases] == [
        *("preparation", "registration", "first_choice", "closed")
    ]


async def test_cal_hold_everything_that_is_guarded_waits_and_reading_goes_on(calendars: Calendars) -> None:
    """CAL-HOLD: by the rules, and by the database's clock when the rules were asked before."""
    stage = calendars.stage
    [first, second] = await calendars.applications(2)
    gate = await stage.cycle_store.gate(stage.cycle_id)
    await calendars.order(Change.HOLD)
    with pytest.raises(DomainError) as refusal:
        await stage.decisions.review_application(REVIEWER, ReviewApplication(first, 1, True, "", "", key()))
    assert (refusal.value.reason, refusal.value.rule, refusal.value.kind) == ("CYCLE_HELD", "CAL-HOLD", Kind.NOT_NOW)
    assert gate is not None
    with pytest.raises(Exception, match="too late"):
        await stage.database.execute(
            "SELECT pass_gate(lock_key, cycle_id, $2, NULL) FROM cycle_gate WHERE cycle_id = $1",
            stage.cycle_id,
            gate.sequence,
        )
    found = (await stage.capabilities.get_capabilities(REVIEWER, "", second)).actions
    assert {decision.reason for decision in found.values() if not decision.allowed} <= {
        "CYCLE_HELD",
        "ROLE_NOT_ALLOWED",
    }
    assert {action.value for action, decision in found.items() if decision.allowed} == {
        *("list_submissions", "open_submission")
    }
    await calendars.order(Change.RESUME)
    await stage.decisions.review_application(REVIEWER, ReviewApplication(first, 1, True, "", "", key()))


async def test_amd_08_what_waits_for_a_person_moves_as_well_and_their_chains_say_so(calendars: Calendars) -> None:
    """AMD-08: offers, windows to repair, unlocked sections and bases' dates, but for those that had ended."""
    stage, database = calendars.stage, calendars.stage.database
    await calendars.change(milestones=())
    people = await calendars.applications(4, "approved")
    await calendars.order(Change.HOLD)
    await calendars.waited(1.5)
    now = await database.fetchval("SELECT held_since FROM cycle_gate WHERE cycle_id = $1", stage.cycle_id)
    soon, past = now + timedelta(minutes=20), now - timedelta(minutes=20)
    await database.execute(
        """
        INSERT INTO place_offer (application_id, number, cycle_id, base_code, specialty_code, round, waiting_rank,
            seat_offer_id, offered_at, until) VALUES ($1, 1, $2, $3, $4, 1, 1, gen_random_uuid(), $5, $6)
        """,
        *(people[0], stage.cycle_id, QILU, MEDICINE, past, soon),
    )
    await database.execute("UPDATE application SET offered_until = $2 WHERE id = $1", people[0], soon)
    await database.execute("UPDATE application SET fix_until = $2 WHERE id = $1", people[1], soon)
    await database.execute("UPDATE application SET fix_until = $2 WHERE id = $1", people[2], past)
    await database.execute(
        """
        INSERT INTO section_unlock (id, application_id, sections, since, until, reason, granted_by)
        VALUES (gen_random_uuid(), $1, $2, $3, $4, '补充', 'support')
        """,
        *(people[3], [Section.WORK.value], past, soon),
    )
    await database.execute("UPDATE application SET unlocked_until = $2 WHERE id = $1", people[3], soon)
    dates = (past, soon, soon + timedelta(minutes=5))
    await database.execute(
        """
        INSERT INTO base_window (cycle_id, base_code, round, written_exam, interview, pre_admission)
        VALUES ($1, $2, 1, $3, $4, $5)
        """,
        *(stage.cycle_id, QILU, *dates),
    )
    await database.execute("UPDATE application SET version = 0 WHERE id = ANY($1::uuid[])", people)
    await calendars.order(Change.RESUME)
    shift = timedelta(hours=2)
    assert await database.fetchval("SELECT until FROM place_offer WHERE application_id = $1", people[0]) == soon + shift
    assert (
        await database.fetchval("SELECT until FROM section_unlock WHERE application_id = $1", people[3]) == soon + shift
    )
    found = await database.fetch(
        "SELECT offered_until, fix_until, unlocked_until, version FROM application WHERE id = ANY($1::uuid[])"
        " ORDER BY array_position($1::uuid[], id)",
        people,
    )
    assert [tuple(row) for row in found] == [
        (soon + shift, None, None, 1),
        (None, soon + shift, None, 1),
        (None, past, None, 0),
        (None, None, soon + shift, 1),
    ]
    window = await stage.windows.window(stage.cycle_id, QILU, 1)
    assert window.milestones == Milestones(None, past, soon + shift, dates[2] + shift)
    assert window.version == 2
    for person in (people[0], people[1], people[3]):
        await calendars.audit_is_whole(person, "application")


async def test_amd_01_a_stale_calendar_is_refused_and_the_open_amendment_withdrawn(calendars: Calendars) -> None:
    """AMD-01, AMD-18: the present version is named; one change waits at a time."""
    waiting = await calendars.propose(await calendars.wish(moved("first_choice", last=-1)))
    other = await _refusal(calendars, await calendars.wish(moved("first_choice", last=-2)))
    assert (other.reason, other.rule, other.details) == ("AMENDMENT_OPEN", "AMD-18", {"amendment_id": waiting.id})
    await calendars.change(moved("confirmation", last=2))  # by one person: far away and longer
    [withdrawn] = [
        each
        for each in await calendars.handlers.list_amendments(PROVINCE, calendars.stage.cycle_id, open_only=False)
        if each.id == waiting.id
    ]
    assert withdrawn.state is AmendmentState.WITHDRAWN
    with pytest.raises(DomainError, match="AMENDMENT_DECIDED"):
        await calendars.decide(waiting)
    stale = await calendars.refused(replace(waiting.wish, based_on=1))
    assert (stale.kind, stale.reason, stale.details) == (Kind.CONFLICT, "STALE_CALENDAR", {"current": "2"})


async def test_amd_17_a_second_person_decides_and_who_asked_withdraws(calendars: Calendars) -> None:
    asked = await calendars.propose(await calendars.wish(moved("first_choice", last=-1)))
    before = await calendars.rows()
    with pytest.raises(DomainError, match="OWN_AMENDMENT"):
        await calendars.decide(asked, by=PROVINCE)
    with pytest.raises(DomainError, match="ANSWER_NEEDED"):
        await calendars.decide(asked, agree=False, answer="")
    with pytest.raises(DomainError) as absent:
        await calendars.decide(asked, by=FOREIGN)
    assert absent.value.kind is Kind.NOT_FOUND
    assert await calendars.rows() == before
    assert (await calendars.decide(asked, agree=False, answer="时间太紧")).state is AmendmentState.REFUSED
    again = await calendars.propose(await calendars.wish(moved("first_choice", last=-1)))
    own = await calendars.decide(again, agree=False, by=PROVINCE, answer="")
    assert (own.state, own.version) == (AmendmentState.WITHDRAWN, 0)
    once_more = await calendars.propose(await calendars.wish(moved("first_choice", last=-1)), by=OPERATOR)
    assert (await calendars.decide(once_more)).version == 2


async def test_amd_17_every_rule_is_asked_again_when_it_is_agreed_to(calendars: Calendars) -> None:
    """What was far enough ahead when it was asked for may be too near when somebody agrees."""
    asked = await calendars.propose(await calendars.wish(moved("first_choice", last=-13), milestones=()))
    await calendars.stage.decree(calendar_notice_hours=96)
    before = await calendars.rows()
    with pytest.raises(DomainError, match="NOTICE_TOO_SHORT"):
        await calendars.decide(asked)
    assert await calendars.rows() == before


async def _refusal(calendars: Calendars, wish: Wish) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        await calendars.propose(wish)
    return refusal.value
