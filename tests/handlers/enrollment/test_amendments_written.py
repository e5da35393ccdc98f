"""How an amendment is written: once, all of it or nothing, whoever else writes. Holds AMD-19 on a real database."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.amendable import Change, Wish
from services.enrollment.domain.phases import P2, P3
from services.enrollment.handlers.decisions import ReviewApplication
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.amending import (
    EXAM,
    Calendars,
    inserted,
    moved,
    third_round,
    without,
)
from tests.handlers.enrollment.story import QILU, REVIEWER, Stage, dates, key

WRITERS = 64


@pytest.fixture
async def calendars(stage: Stage) -> Calendars:
    """A cycle in the sixth day of its first round."""
    calendars = Calendars(stage)
    await calendars.begin(15.5, milestones=(EXAM,))
    assert (await calendars.view()).phase is P2
    return calendars


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


async def test_amd_23_of_a_draft_nobody_is_told(stage: Stage) -> None:
    """AMD-15: one person changes it, to whatever dates; nothing begins."""
    calendars = Calendars(stage)
    await calendars.begin(-2.5)
    await stage.database.execute("UPDATE cycle SET draft = true WHERE id = $1", stage.cycle_id)
    await stage.decree()
    wish = Wish(Change.AMEND, 1, tuple(replace(entry, key=entry.phase.value) for entry in dates()[:-1]))
    assert (await calendars.propose(wish)).version == 2
    facts = "SELECT count(*) FROM outbox WHERE aggregate_id = $1"
    assert await stage.database.fetchval(facts, f"{stage.cycle_id}/calendar") == 0
    assert [window.key for window in (await stage.cycles.view(stage.cycle_id)).calendar.phases][-2:] == [
        *("reallocation", "closed")
    ]


async def test_amd_19_the_gate_never_enters_a_phase_while_held(calendars: Calendars) -> None:
    await calendars.order(Change.HOLD)
    view = await calendars.view()
    with pytest.raises(DomainError, match="CYCLE_HELD"):
        await calendars.stage.cycles.enter_phase(
            Caller("worker", "scheduler"), calendars.stage.cycle_id, view.sequence + 1
        )
    assert (await calendars.view()).sequence == view.sequence


async def test_amd_19_a_gate_that_cannot_be_had_is_tried_again_and_then_nothing_changed(calendars: Calendars) -> None:
    """Somebody holds the gate for longer than all tries: try later, with the same key."""
    database, source = calendars.stage.database, "SELECT pg_get_functiondef('amend_calendar'::regproc)"
    usual = str(await database.fetchval(source))
    await database.execute(usual.replace("'lock_timeout', '2s'", "'lock_timeout', '20ms'"))
    wish = await calendars.wish(moved("confirmation", last=2))
    before = await calendars.rows()
    async with database.transaction() as holder:
        await holder.execute(
            "SELECT pg_advisory_xact_lock_shared(lock_key) FROM cycle_gate WHERE cycle_id = $1",
            calendars.stage.cycle_id,
        )
        with pytest.raises(DomainError) as refusal:
            await calendars.propose(wish, idempotency_key="tried-later")
    assert (refusal.value.kind, refusal.value.reason) == (Kind.UNAVAILABLE, "LOCK_TIMEOUT")
    assert await calendars.rows() == before
    assert (await calendars.propose(wish, idempotency_key="tried-later")).version == 2
    await database.execute(usual)


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
    people = await calendars.applications(WRITERS * 60)
    refused: set[str] = set()
    done = asyncio.Semaphore(0)

    async def decide(own: list[str]) -> None:
        for application in own:
            try:
                order = ReviewApplication(application, 1, True, "", "", key())
                await stage.decisions.review_application(REVIEWER, order)
                done.release()
            except DomainError as error:
                if error.kind is not Kind.UNAVAILABLE:
                    refused.add(error.reason)
                    return

    writers = [asyncio.create_task(decide(people[number::WRITERS])) for number in range(WRITERS)]
    for _ in range(WRITERS):
        await done.acquire()
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
    assert times["number"] >= WRITERS
    assert times["last"] < closes_at
    assert refused == {"NOT_IN_PHASE"}
    view = await calendars.view()
    assert view.phase is P2, "the gate stands: the clock alone refused them"
    await calendars.catch_up()
    assert (await calendars.view()).phase is P3
