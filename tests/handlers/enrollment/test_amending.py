"""A calendar is changed while it runs: at every step everything agrees, and what is refused changes nothing.

Holds AMD-01, AMD-16, AMD-17, AMD-18, AMD-19, AMD-08 (what waits for a person) and CAL-HOLD on a real database.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.amendable import Change, Wish
from services.enrollment.domain.calendar import MilestoneDate
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P2, P3
from services.enrollment.handlers.decisions import ReviewApplication
from services.enrollment.store.amending import AmendmentState
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.amending import (
    COLLEAGUE,
    FOREIGN,
    PROVINCE,
    Calendars,
    inserted,
    moved,
    third_round,
    without,
)
from tests.handlers.enrollment.story import MEDICINE, OPERATOR, QILU, REVIEWER, Stage, key

EXAM = MilestoneDate("exam", "first_choice", "统一笔试", date(2023, 7, 28), exam=True)


@pytest.fixture
async def calendars(stage: Stage) -> Calendars:
    """A cycle in the sixth day of its first round."""
    calendars = Calendars(stage)
    await calendars.begin(15.5, milestones=(EXAM,))
    assert (await calendars.view()).phase is P2
    return calendars


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


async def test_amd_19_the_same_order_is_answered_once(calendars: Calendars) -> None:
    wish = await calendars.wish(moved("confirmation", last=2))
    first = await calendars.propose(wish, idempotency_key="the-same-key")
    assert await calendars.propose(wish, idempotency_key="the-same-key") == first
    assert (await calendars.view()).calendar_version == 2
    with pytest.raises(DomainError, match="KEY_REUSED"):
        await calendars.propose(replace(wish, based_on=2), idempotency_key="the-same-key")


async def test_amd_19_a_fact_tells_what_changed(calendars: Calendars) -> None:
    stage = calendars.stage
    view = await calendars.view()
    opens = view.calendar.phases[2].opens_at
    assert opens is not None
    interview = opens + timedelta(hours=18)
    await stage.database.execute(
        "INSERT INTO base_window (cycle_id, base_code, round, interview) VALUES ($1, $2, 1, $3)",
        *(stage.cycle_id, QILU, interview),
    )
    await calendars.change(moved("first_choice", last=-4), milestones=())
    body = await stage.database.fetchval(
        "SELECT body FROM outbox WHERE subject = 'residency.enrollment.v1.cycle.calendar_changed'"
        " AND aggregate_id = $1",
        f"{stage.cycle_id}/calendar",
    )
    told = events_pb2.CalendarChanged.FromString(body)
    assert (told.version, told.kind, told.urgent, told.reason) == (2, "amend", True, "按省厅通知")
    assert (list(told.unfit_base_codes), list(told.unfit_round_names)) == ([QILU], ["first_choice"])
    assert told.next_at.ToDatetime(tzinfo=opens.tzinfo) == (await calendars.view()).calendar.phases[2].closes_at


async def test_amd_19_the_gate_never_enters_a_phase_while_held(calendars: Calendars) -> None:
    await calendars.order(Change.HOLD)
    view = await calendars.view()
    with pytest.raises(DomainError, match="CYCLE_HELD"):
        await calendars.stage.cycles.enter_phase(
            Caller("worker", "scheduler"), calendars.stage.cycle_id, view.sequence + 1
        )
    assert (await calendars.view()).sequence == view.sequence


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_amd_anything_in_any_order_agrees_or_changes_nothing(stage: Stage, seed: int) -> None:
    """Anybody wishes anything, two dozen times: accepted, everything agrees; refused, no row is different."""
    dice = random.Random(seed)
    calendars = Calendars(stage)
    await calendars.begin(dice.choice([-3.5, 4.5, 15.5, 33.5]), milestones=(EXAM,))
    accepted, refused = 0, set[str]()
    for _ in range(24):
        wish = await _anything(calendars, dice)
        before = await calendars.rows()
        try:
            amendment = await calendars.propose(wish)
        except DomainError as error:
            refused.add(error.rule)
            assert await calendars.rows() == before
            continue
        if not amendment.version:
            amendment = await calendars.decide(amendment)
        if amendment.wish.kind is Change.HOLD:
            await calendars.waited(dice.uniform(0, 4))
        accepted += 1
        await calendars.agree()
    assert accepted >= 5
    assert refused
    assert "" not in refused


async def _refusal(calendars: Calendars, wish: Wish) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        await calendars.propose(wish)
    return refusal.value


async def _anything(calendars: Calendars, dice: random.Random) -> Wish:
    view = await calendars.view()
    if view.held_since is not None and dice.random() < 0.6:
        return Wish(Change.RESUME, view.calendar_version)
    kind = dice.choices(list(Change), [10, 3, 1, 1, 1])[0]
    if kind is not Change.AMEND:
        return Wish(kind, view.calendar_version)
    listed_keys = [window.key for window in view.calendar.phases[1:-1]]
    name = dice.choice(listed_keys)
    last = view.calendar.phases[-2].last_day or date.max
    changes: list[Any] = [
        moved(name, last=dice.randint(-6, 6)),
        moved(name, first=dice.randint(-3, 3)),
        moved(listed_keys[-1], last=dice.randint(1, 6)),
        without(name),
        inserted(third_round(last - timedelta(days=dice.randint(2, 12)), last - timedelta(days=1))),
        moved(name, name="改名"),
    ]
    milestones = dice.choice([None, None, (), (replace(EXAM, day=EXAM.day + timedelta(days=dice.randint(-5, 5))),)])
    return await calendars.wish(dice.choice(changes), milestones=milestones)


async def test_amd_19_decisions_by_the_dozen_while_the_round_is_shortened(stage: Stage) -> None:
    """Whoever decides while the end comes forward: nothing is committed after the end that holds."""
    calendars = Calendars(stage)
    await calendars.begin(15.2, day_seconds=0.8, policy={"calendar_notice_hours": 0})
    people = await calendars.applications(64 * 60)
    refused: set[str] = set()

    async def decide(own: list[str]) -> None:
        for application in own:
            try:
                order = ReviewApplication(application, 1, True, "", "", key())
                await stage.decisions.review_application(REVIEWER, order)
            except DomainError as error:
                refused.add(error.reason)
                if error.reason != "CONTENDED":
                    return

    writers = [asyncio.create_task(decide(people[number::64])) for number in range(64)]
    await calendars.order(Change.ADVANCE)
    closes_at = (await calendars.view()).calendar.phases[2].closes_at
    await asyncio.gather(*writers)
    times = await stage.database.fetchrow(
        "SELECT count(*) AS number, max(decided_at) AS last FROM decision d JOIN application a ON a.id ="
        " d.application_id WHERE a.cycle_id = $1",
        stage.cycle_id,
    )
    assert times is not None
    assert closes_at is not None
    assert 64 < times["number"] < len(people)
    assert times["last"] < closes_at
    assert refused <= {"NOT_IN_PHASE", "CONTENDED"}
    view = await calendars.view()
    assert view.phase is P2, "the gate stands: the clock alone refused them"
    await calendars.catch_up()
    assert (await calendars.view()).phase is P3
