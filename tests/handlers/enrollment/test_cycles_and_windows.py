"""Cycles, the gate's calendar, a base's window, the queue."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import ORDER, P0, P1, P2, P3, P5
from services.enrollment.handlers.windows import SetMilestones
from services.enrollment.store import queries
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    MEDICINE,
    OPERATOR,
    OTHERS,
    PLAN,
    QILU,
    REVIEWER,
    SECOND,
    SKIN,
    WORKER,
    Stage,
    cycle_order,
    key,
)
from tests.support.wait import eventually


async def test_app_12_creating_twice_with_one_key_gives_one_cycle(stage: Stage) -> None:
    """APP-12: and another order under the key is refused."""
    order = cycle_order(PLAN)
    first = await stage.cycles.create_cycle(OPERATOR, order)
    again = await stage.cycles.create_cycle(OPERATOR, order)
    assert first.cycle_id == again.cycle_id
    with pytest.raises(DomainError, match="KEY_REUSED"):
        await stage.cycles.create_cycle(OPERATOR, replace(order, year=2024))
    newest = [view.cycle_id for view in await stage.cycles.list_cycles(open_only=True)]
    assert newest[:2] == [first.cycle_id, stage.cycle_id]


async def test_a_cycle_reads_as_it_was_ordered(stage: Stage) -> None:
    start = datetime.now(UTC) + timedelta(hours=1)
    view = await stage.cycles.create_cycle(OPERATOR, cycle_order(PLAN, starts_at=start, day_seconds=2.0))
    assert (view.phase, view.sequence, view.calendar.day_seconds) == (P0, 0, 2.0)
    assert [window.phase for window in view.calendar.phases] == list(ORDER)
    assert view.calendar.phases[2].opens_at == start + timedelta(seconds=20)
    assert view.calendar.phases[6].opens_at == start + timedelta(seconds=124)
    catalogue = await stage.cycles.get_catalogue(view.cycle_id)
    assert catalogue.plan == PLAN
    assert catalogue.bases[QILU] == "山东大学齐鲁医院"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"plan": ((QILU, "9999", 1),)}, "SEAT-03"),
        ({"plan": ((QILU, MEDICINE, 1), (QILU, MEDICINE, 2))}, "SEAT-03"),
        ({"bases": ((QILU, "甲"), (QILU, "乙"))}, "SEAT-03"),
        ({"time_zone": "Nowhere"}, "CAL-06"),
    ],
)
async def test_seat_03_a_plan_that_does_not_fit_is_refused(stage: Stage, changes: dict[str, object], rule: str) -> None:
    """SEAT-03: each base and specialty exists and is planned once."""
    with pytest.raises(DomainError) as refused:
        await stage.cycles.create_cycle(OPERATOR, cycle_order(PLAN, **changes))
    assert (refused.value.kind, refused.value.rule) == (Kind.INVALID, rule)


async def test_a_province_sets_up_its_own_cycles_only(stage: Stage) -> None:
    with pytest.raises(DomainError, match="OTHER_PROVINCE"):
        await stage.cycles.create_cycle(Caller("x", "province_administrator", "11"), cycle_order(PLAN))


async def test_cal_09_the_gate_moves_on_time_in_order_and_once(stage: Stage) -> None:
    """CAL-09 CAL-10: by the database's clock; a repeated flip changes nothing."""
    start = datetime.now(UTC) + timedelta(seconds=0.3)
    view = await stage.cycles.create_cycle(OPERATOR, cycle_order(PLAN, starts_at=start, day_seconds=0.01))
    cycle_id = view.cycle_id
    with pytest.raises(DomainError) as refused:
        await stage.cycles.enter_phase(WORKER, cycle_id, 1)
    assert (refused.value.reason, refused.value.until) == ("TOO_EARLY", start)

    async def entered(sequence: int) -> bool:
        try:
            return (await stage.cycles.enter_phase(WORKER, cycle_id, sequence)).sequence == sequence
        except DomainError:
            return False

    await eventually(lambda: entered(1), "registration opens")
    with pytest.raises(DomainError, match="NOT_NEXT_PHASE"):
        await stage.cycles.enter_phase(WORKER, cycle_id, 3)
    for sequence in range(2, 7):
        await eventually(functools.partial(entered, sequence), f"phase {sequence} opens")
    view = await stage.cycles.enter_phase(WORKER, cycle_id, 2)
    assert (view.phase, view.sequence) == (ORDER[-1], 6)
    for window in view.calendar.phases[1:]:
        entered_at = view.entered[window.sequence]
        assert entered_at is not None
        assert window.opens_at is not None
        assert entered_at >= window.opens_at
    rows = await stage.queries.audit(cycle_id)
    assert [row.command for row in rows] == ["create_cycle"] + ["enter_phase"] * 6
    head = await stage.database.fetchval("SELECT audit_hash FROM cycle WHERE id = $1", cycle_id)
    assert broken_at(rows, 7, head) == 0
    count = await stage.database.fetchval(
        "SELECT count(*) FROM outbox WHERE subject LIKE '%phase.entered' AND aggregate_id = $1", cycle_id
    )
    assert count == 6


async def in_p2(stage: Stage) -> Milestones:
    """A cycle whose days last an hour, one hour into P2; dates that fit into it."""
    now = datetime.now(UTC)
    order = cycle_order(PLAN, starts_at=now - timedelta(hours=11), day_seconds=3600.0)
    stage.cycle_id = (await stage.cycles.create_cycle(OPERATOR, order)).cycle_id
    await stage.stand(P2)
    return Milestones(*(now + timedelta(hours=number) for number in (2, 3, 4, 5)))


async def test_cap_b5_milestones_are_set_by_the_base_itself(stage: Stage) -> None:
    """CAP-B5-MILESTONES: its own, in this round, once a key; they bind what follows."""
    dates = await in_p2(stage)
    order = SetMilestones(stage.cycle_id, QILU, 1, dates, key())
    window = await stage.base_windows.set_milestones(ADMINISTRATOR, order)
    assert window.milestones == dates
    assert await stage.base_windows.set_milestones(ADMINISTRATOR, order) == window
    assert (await stage.base_windows.get_window(REVIEWER, stage.cycle_id, QILU, 1)).milestones == dates
    for caller, changed, reason in (
        (OTHERS, {}, "WINDOW_NOT_FOUND"),
        (ADMINISTRATOR, {"round": 2}, "NOT_IN_PHASE"),
        (REVIEWER, {}, "ROLE_NOT_ALLOWED"),
        (ADMINISTRATOR, {"milestones": Milestones(dates.written_exam, dates.review_deadline)}, "MILESTONE_ORDER"),
    ):
        with pytest.raises(DomainError, match=reason):
            await stage.base_windows.set_milestones(caller, replace(order, idempotency_key=key(), **changed))
    with pytest.raises(DomainError, match="KEY_REUSED"):
        await stage.base_windows.set_milestones(ADMINISTRATOR, replace(order, milestones=Milestones()))
    with pytest.raises(DomainError, match="WINDOW_NOT_FOUND"):
        await stage.base_windows.get_window(OTHERS, stage.cycle_id, QILU, 1)


async def test_cap_deadline_stops_verdicts_of_that_base(stage: Stage) -> None:
    """CAP-DEADLINE: its own applicants, not another base's."""
    await stage.stand(P1)
    person, own = await stage.registered()
    _, other = await stage.registered(Choice(SECOND, MEDICINE))
    await stage.stand(P2)
    await stage.review(own, approve=False)
    await stage.database.execute(
        "INSERT INTO base_window (cycle_id, base_code, round, review_deadline) VALUES ($1, $2, 1, clock_timestamp())",
        stage.cycle_id,
        QILU,
    )
    with pytest.raises(DomainError, match="AFTER_DEADLINE"):
        await stage.submit(person)
    await stage.review(other, approve=True, by=OTHERS)


async def test_cal_11_a_window_is_closed_once_when_it_is_over(stage: Stage) -> None:
    """CAL-11: counted from what was frozen, though some have applied elsewhere since."""
    await stage.stand(P1)
    people = [await stage.registered() for _ in range(5)]
    await stage.stand(P2)
    with pytest.raises(DomainError, match="WINDOW_OPEN"):
        await stage.base_windows.close_window(WORKER, stage.cycle_id, QILU, 1)
    await stage.review(people[0][1], approve=True)
    await stage.grant(people[0][1])
    await stage.review(people[1][1], approve=True)
    await stage.review(people[2][1], approve=False)
    window = await stage.base_windows.get_window(WORKER, stage.cycle_id, QILU, 1)
    assert (window.pending, window.approved, window.rejected, window.provisional, window.over) == (2, 1, 1, 1, False)
    await stage.stand(P3)
    await stage.choose(people[3][0], Choice(SECOND, MEDICINE))
    await stage.submit(people[3][0])
    assert await stage.base_windows.close_window(WORKER, stage.cycle_id, QILU, 1) == (2, 1)
    assert await stage.base_windows.close_window(WORKER, stage.cycle_id, QILU, 1) == (2, 1)
    told = await stage.database.fetchval(
        "SELECT count(*) FROM outbox WHERE aggregate_id = $1", f"{stage.cycle_id}/{QILU}/1"
    )
    assert told == 1
    assert (await stage.base_windows.get_window(WORKER, stage.cycle_id, QILU, 1)).over


async def test_cap_queue_pages_through_the_round_oldest_first(stage: Stage) -> None:
    """CAP-QUEUE: each row once, in order, also with filters; gone when the round is."""
    await stage.stand(P1)
    views = [(await stage.registered(Choice(QILU, SKIN if number == 2 else MEDICINE)))[1] for number in range(5)]
    await stage.stand(P2)
    await stage.review(views[1], approve=True)
    await stage.grant(views[1])
    seen: list[str] = []
    after = None
    while True:
        page = await stage.decisions.list_queue(REVIEWER, stage.cycle_id, frozenset(), "", 2, after)
        seen += [row.application_id for row in page.rows]
        after = page.following
        if after is None:
            break
    assert seen == [view.application_id for view in views]

    async def listed(*states: State, specialty: str = "") -> int:
        page = await stage.decisions.list_queue(REVIEWER, stage.cycle_id, frozenset(states), specialty, 0, None)
        return len(page.rows)

    assert await listed(State.PENDING) == 4
    assert await listed(State.PENDING, specialty=SKIN) == 1
    await stage.stand(P3)
    assert (await listed(), await listed(State.PROVISIONAL)) == (1, 1)
    await stage.stand(P5)
    assert (await listed(State.CLOSED_UNPLACED), await listed()) == (4, 5)


async def test_the_queue_is_read_through_its_index(stage: Stage) -> None:
    """One page touches a page's worth of rows, however many applications there are."""
    await stage.database.execute(
        """
        INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round,
            submission_number, base_code, specialty_code, submitted_at, audit_hash)
        SELECT gen_random_uuid(), $1, n::text, '某', '3', 1, 'pending', 1, 1, 'B-' || n % 20, '0100',
            now() + n * interval '1 ms', '' FROM generate_series(1, 20000) n
        """,
        stage.cycle_id,
    )
    await stage.database.execute("ANALYZE application")
    plan = await stage.database.fetch(
        "EXPLAIN (ANALYZE, FORMAT TEXT) " + queries.QUEUE,
        stage.cycle_id,
        "B-7",
        [1, 1],
        ["approved", "pending"],
        datetime(2020, 1, 1, tzinfo=UTC),
        "00000000-0000-0000-0000-000000000000",
        "",
        51,
    )
    text = "\n".join(row[0] for row in plan)
    assert "ix_application_queue" in text
    assert "Seq Scan" not in text
