"""Proposals of 自动分配: queries inside the caller's session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.assignment import Spread
from services.faculty.store.assignment_tables import proposal, proposed_cell
from services.faculty.store.cells import take_longer

_CLAIM = text("""
    UPDATE proposal SET holder = :holder, held_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE proposal_id = (
        SELECT proposal_id FROM proposal
        WHERE state = 'working' AND (held_until IS NULL OR held_until < clock_timestamp())
        ORDER BY made_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
""")
_HOLD = text("""
    UPDATE proposal SET percent = :percent, held_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE proposal_id = :proposal_id AND state = 'working' AND holder = :holder
""")
_TAKE = text("""
    INSERT INTO cell AS c (trainee_id, department_code, month, teacher_id, origin, changed_by, changed_at)
    SELECT trainee_id, department_code, month, teacher_id, CASE WHEN teacher_id IS NULL THEN '' ELSE 'auto' END,
        :by, :at
    FROM proposed_cell
    WHERE proposal_id = :proposal_id AND n > :behind AND n <= :until
        AND (teacher_id IS NOT NULL OR before_id IS NOT NULL)
    ON CONFLICT (trainee_id, department_code, month) DO UPDATE SET
        teacher_id = excluded.teacher_id, origin = excluded.origin, left_id = NULL, orphan_cause = '',
        assistant_ids = array_remove(c.assistant_ids, excluded.teacher_id::text), version = c.version + 1,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at, reason = ''
""")
_TAKE_ROWS = 4000
TAKES_AT_MOST = "20s"
"""How long reading a whole base and taking a proposal for it over may last."""
_TOLD = text("""
    SELECT department_code, count(DISTINCT n) AS count, min(month) AS first, max(month) AS last,
        array_agg(DISTINCT person) FILTER (WHERE person IS NOT NULL) AS people
    FROM (SELECT department_code, month, n, unnest(ARRAY[teacher_id, before_id]) AS person FROM proposed_cell
        WHERE proposal_id = :proposal_id AND (teacher_id IS NOT NULL OR before_id IS NOT NULL)) c
    GROUP BY department_code ORDER BY department_code
""")


async def add(session: AsyncSession, values: Mapping[str, object]) -> None:
    """A proposal to be worked out."""
    await session.execute(insert(proposal).values(**values))


async def find(session: AsyncSession, proposal_id: str, *, lock: bool = False) -> Any:
    """A proposal, or None."""
    asked = select(proposal).where(proposal.c.proposal_id == proposal_id)
    return (await session.execute(asked.with_for_update() if lock else asked)).one_or_none()


async def working(session: AsyncSession, base_code: str) -> int:
    """How many of a base are being worked out."""
    asked = select(func.count()).where(proposal.c.state == "working", proposal.c.base_code == base_code)
    return int(await session.scalar(asked) or 0)


async def change(session: AsyncSession, proposal_id: str, **values: object) -> None:
    """Another state; one version on."""
    await session.execute(
        update(proposal).where(proposal.c.proposal_id == proposal_id).values(version=proposal.c.version + 1, **values)
    )


async def cells_of(session: AsyncSession, proposal_id: str, limit: int, behind: int) -> Sequence[Any]:
    """What is proposed, in order, behind the row of this number."""
    asked = select(proposed_cell).where(proposed_cell.c.proposal_id == proposal_id, proposed_cell.c.n > behind)
    return (await session.execute(asked.order_by(proposed_cell.c.n).limit(limit))).all()


async def claim(session: AsyncSession, holder: str, seconds: float) -> Any:
    """ASG-14: the oldest proposal that nobody works on, or whose worker went silent, for this holder; or None."""
    return (await session.execute(_CLAIM, {"holder": holder, "seconds": seconds})).one_or_none()


async def hold(session: AsyncSession, proposal_id: str, holder: str, percent: int, seconds: float) -> bool:
    """Go on working; False when it is no longer this holder's."""
    values = {"proposal_id": proposal_id, "holder": holder, "percent": percent, "seconds": seconds}
    return bool((await session.execute(_HOLD, values)).rowcount)  # type: ignore[attr-defined]


async def drop_cells(session: AsyncSession, proposal_id: str) -> None:
    """Forget what was proposed."""
    await session.execute(delete(proposed_cell).where(proposed_cell.c.proposal_id == proposal_id))


async def drop_old(session: AsyncSession, base_code: str, before: datetime) -> None:
    """Forget what old proposals of a base said, a few at a time."""
    with_cells = select(proposed_cell.c.n).where(proposed_cell.c.proposal_id == proposal.c.proposal_id).exists()
    old = select(proposal.c.proposal_id).where(
        proposal.c.base_code == base_code, proposal.c.made_at < before, proposal.c.state != "working", with_cells
    )
    for proposal_id in (await session.scalars(old.limit(2))).all():
        await drop_cells(session, proposal_id)


async def add_cells(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Write what is proposed."""
    if rows:
        await session.execute(insert(proposed_cell), list(rows))


async def take(session: AsyncSession, proposal_id: str, by: str, at: datetime) -> None:
    """Make the cells what is proposed, some thousands a statement; a whole base takes longer than commands may."""
    await take_longer(session, TAKES_AT_MOST)
    last = await session.scalar(select(func.max(proposed_cell.c.n)).where(proposed_cell.c.proposal_id == proposal_id))
    for behind in range(0, last or 0, _TAKE_ROWS):
        rows = {"proposal_id": proposal_id, "behind": behind, "until": behind + _TAKE_ROWS}
        await session.execute(_TAKE, {**rows, "by": by, "at": at})


async def told(session: AsyncSession, proposal_id: str) -> Sequence[Any]:
    """What `take` changes in each department: how many cells, first and last month, teachers before and since."""
    return (await session.execute(_TOLD, {"proposal_id": proposal_id})).all()


def kept_spreads(found: Iterable[Spread]) -> list[list[object]]:
    """As they are stored."""
    return [[s.department_code, f"{s.month:%Y-%m}", s.least, s.most, s.teachers, s.cells] for s in found]


KEPT_DAYS = timedelta(days=30)
"""How long it can be read what a proposal said."""
