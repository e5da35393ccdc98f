"""EXP-08: the board of a moment gone by says what the board said then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2, P3
from services.enrollment.handlers.applications import WithdrawApplication
from services.enrollment.handlers.reading import SETTLED, BoardHandlers
from services.enrollment.store.queries import BoardRow
from services.kit.domain import DomainError
from tests.handlers.enrollment.story import MEDICINE, QILU, SECOND, SKIN, Stage, key


class Watcher:
    """Notes the board and the moment after each deed."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.seen: list[tuple[datetime, list[BoardRow]]] = []

    async def after(self, deed: Awaitable[object]) -> None:
        await deed
        rows, now = await self.stage.queries.board(self.stage.cycle_id)
        assert now is not None
        self.seen.append((now, rows))


async def _plan(stage: Stage, planned: int) -> None:
    statement = "UPDATE seat SET planned = $2 WHERE cycle_id = $1 AND base_code = $3 AND specialty_code = $4"
    await stage.database.execute(statement, stage.cycle_id, planned, QILU, MEDICINE)


async def test_exp_08_the_board_as_it_was_after_each_deed(stage: Stage) -> None:
    watch = Watcher(stage)
    await stage.stand(P1)
    anna, _ = await stage.registered()
    await watch.after(stage.choose(anna, Choice(QILU, SKIN, True)))
    await watch.after(stage.submit(anna))
    await watch.after(stage.registered(Choice(SECOND, MEDICINE, False)))
    ben, _ = await stage.registered()
    _, of_cleo = await stage.registered()
    await watch.after(stage.applications.withdraw_application(ben, WithdrawApplication(stage.cycle_id, key())))
    await watch.after(_plan(stage, 7))
    await stage.stand(P2)
    await watch.after(stage.review(of_cleo, approve=True))
    await watch.after(stage.grant(of_cleo))
    await stage.stand(P3)
    await watch.after(stage.choose(anna, Choice(SECOND, MEDICINE, True)))
    await watch.after(stage.submit(anna))
    assert len({str(rows) for _, rows in watch.seen}) >= 7
    for moment, rows in watch.seen:
        board = await stage.board.get_board(stage.cycle_id, as_of=moment)
        assert (board.rows, board.as_of) == (rows, moment)
    [skin] = [row for row in watch.seen[1][1] if row.specialty_code == SKIN]
    assert skin.applied == 1
    before = await stage.board.get_board(stage.cycle_id, as_of=watch.seen[0][0] - timedelta(days=1))
    assert before.rows == []
    one = await stage.board.get_board(stage.cycle_id, SECOND, watch.seen[-1][0])
    assert [row.base_code for row in one.rows] == [SECOND]


async def test_exp_08_a_moment_to_come_has_no_board(stage: Stage) -> None:
    _, now = await stage.queries.board(stage.cycle_id)
    assert now is not None
    with pytest.raises(DomainError, match="AS_OF_FUTURE"):
        await stage.board.get_board(stage.cycle_id, as_of=now + timedelta(hours=1))
    with pytest.raises(DomainError, match="CYCLE_NOT_FOUND"):
        await stage.board.get_board("00000000-0000-7000-8000-000000000000", as_of=now)


async def test_exp_08_the_settled_past_is_counted_once(stage: Stage) -> None:
    asked = 0
    count: Callable[[str, datetime], Awaitable[list[BoardRow]]] = stage.queries.board_at

    class Counting(type(stage.queries)):  # type: ignore[misc]
        async def board_at(self, cycle_id: str, instant: datetime) -> list[BoardRow]:
            nonlocal asked
            asked += 1
            return await count(cycle_id, instant)

    handlers = BoardHandlers(Counting(stage.database, stage.sealing))
    _, now = await stage.queries.board(stage.cycle_id)
    assert now is not None
    for moment, times in ((now - SETTLED - timedelta(seconds=60), 1), (now, 3)):
        asked = 0
        for _ in range(3):
            await handlers.get_board(stage.cycle_id, as_of=moment)
        assert asked == times
