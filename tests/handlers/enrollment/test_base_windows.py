"""How a base stands in a round, and the close of its books, by the database's clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.domain.phases import P1, P2
from services.kit.domain import DomainError
from tests.handlers.enrollment.story import OPERATOR, PLAN, QILU, WORKER, Stage, cycle_order
from tests.support.wait import eventually

_FIX = "UPDATE application SET fix_until = clock_timestamp() + $2::interval WHERE id = $1"
_WAITING = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted AND (classid::bigint << 32 | objid::bigint) = $1
"""
_DEADLINE = "INSERT INTO base_window (cycle_id, base_code, round, review_deadline) VALUES ($1, $2, 1, $3)"


async def _ending_in(stage: Stage, seconds: float) -> None:
    """A cycle whose first choice ends so many seconds from now; a day lasts a second."""
    order = cycle_order(PLAN, starts_at=datetime.now(UTC) - timedelta(seconds=31 - seconds), day_seconds=1.0)
    stage.cycle_id = (await stage.cycles.create_cycle(OPERATOR, order)).cycle_id


async def _close(stage: Stage) -> tuple[int, int]:
    return await stage.base_windows.close_window(WORKER, stage.cycle_id, QILU, 1)


async def test_cal_11_the_books_are_closed_though_the_gate_has_not_moved(stage: Stage) -> None:
    """CAL-11: by the database's clock, and not while the cycle is held."""
    await _ending_in(stage, 1.2)
    await stage.stand(P1)
    people = [await stage.registered() for _ in range(2)]
    await stage.stand(P2)
    await stage.review(people[0][1], approve=True)
    with pytest.raises(DomainError, match="WINDOW_OPEN"):
        await _close(stage)

    async def over() -> bool:
        window = await stage.base_windows.get_window(WORKER, stage.cycle_id, QILU, 1)
        return window.read_at is not None and window.closes_at <= window.read_at

    await eventually(over, "the round ends")
    hold = "UPDATE cycle_gate SET held_since = $2 WHERE cycle_id = $1"
    await stage.database.execute(hold, stage.cycle_id, datetime.now(UTC))
    with pytest.raises(DomainError, match="WINDOW_OPEN"):
        await _close(stage)
    await stage.database.execute(hold, stage.cycle_id, None)
    assert await _close(stage) == (1, 1)
    window = await stage.base_windows.get_window(WORKER, stage.cycle_id, QILU, 1)
    assert (window.closed, window.over) == (True, False)


async def test_cal_11_whoever_decided_in_time_is_counted_though_it_is_committed_late(stage: Stage) -> None:
    """CAL-11: the count waits for everybody who passed the gate before the end."""
    await _ending_in(stage, 0.0)
    await stage.stand(P1)
    _, view = await stage.registered()
    await stage.stand(P2)
    lock = await stage.database.fetchval("SELECT lock_key FROM cycle_gate WHERE cycle_id = $1", stage.cycle_id)
    async with stage.database.transaction() as straggler:
        await straggler.execute("SELECT pg_advisory_xact_lock_shared($1)", lock)
        await straggler.execute(
            """
            INSERT INTO decision (application_id, version, submission_number, kind, actor, role, organisation, round,
                gate_sequence)
            VALUES ($1, 99, $2, 'reject', 'a', 'base_reviewer', 'b', 1, 2)
            """,
            view.application_id,
            view.submission_number,
        )
        closing = asyncio.create_task(_close(stage))

        async def waits() -> bool:
            return bool(await stage.database.fetchval(_WAITING, lock))

        await eventually(waits, "the close waits for who decided before it")
        assert not closing.done()
    assert await closing == (0, 0)


async def test_a_window_counts_what_its_workflow_waits_for(stage: Stage) -> None:
    """CAL-11 CAP-FIX: beside the counts, who may still repair and until when, and when it was counted."""
    await stage.decree(publicity_working_days=5)
    await stage.stand(P1)
    people = [(await stage.registered())[1] for _ in range(6)]
    await stage.stand(P2)
    for view in people[:2]:
        await stage.review(view, approve=True)
        await stage.grant(view)
    await stage.review(people[2], approve=True)
    for view in people[3:5]:
        await stage.review(view, approve=False)
    before = datetime.now(UTC)
    await stage.database.execute(_DEADLINE, stage.cycle_id, QILU, before - timedelta(seconds=1))
    await stage.database.execute(_FIX, people[3].application_id, timedelta(hours=1))
    await stage.database.execute(_FIX, people[5].application_id, timedelta(hours=2))
    window = await stage.base_windows.get_window(WORKER, stage.cycle_id, QILU, 1)
    assert (window.pending, window.late_pending, window.approved, window.rejected) == (1, 1, 1, 2)
    assert (window.provisional, window.unpublished, window.fixable, window.not_selected) == (2, 2, 1, 0)
    assert window.fix_until is not None
    assert window.fix_until > before + timedelta(hours=1, minutes=59)
    assert window.read_at is not None
    assert abs(window.read_at - before) < timedelta(minutes=1)
    assert (window.phase, window.base_name, window.province_code) == (P2, "山东大学齐鲁医院", "37")
    assert window.time_policy is not None
    assert window.time_policy.reminder_hours == (72.0, 24.0)
    await stage.decree(publicity_working_days=0)
    assert (await stage.base_windows.get_window(WORKER, stage.cycle_id, QILU, 1)).unpublished == 0
