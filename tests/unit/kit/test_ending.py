"""A cancelled task has ended, also one in which a library swallowed the cancellation."""

from __future__ import annotations

import asyncio

import pytest

from services.kit import ending
from services.kit.ending import ended


async def test_a_loop_ends_though_an_answer_swallowed_the_first_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    """As nats-py's request does: `wait_for` gives the answer that came in the moment of the cancellation."""
    monkeypatch.setattr(ending, "AGAIN_SECONDS", 0.01)
    rounds = 0

    async def ask() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            answer = asyncio.get_running_loop().create_future()
            if rounds == 1:
                asyncio.get_running_loop().call_soon(answer.set_result, None)
            await asyncio.wait_for(answer, 60)

    task = asyncio.create_task(ask())
    await asyncio.sleep(0)  # it waits for an answer that comes with the cancellation
    await asyncio.wait_for(ended(task), 5)
    assert task.cancelled()
    assert rounds == 2


async def test_a_task_that_failed_or_is_over_has_ended() -> None:
    async def fail() -> None:
        raise ValueError("over")

    task = asyncio.create_task(fail())
    await asyncio.wait({task})
    await ended(task)
    assert isinstance(task.exception(), ValueError)
