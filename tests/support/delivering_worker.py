"""A process that delivers and is killed at a step it was told, as a machine would lose it: without a word."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.kit.database import Database
from services.notify.adapters.port import ChannelAdapter, Outgoing
from services.notify.adapters.smtp import SmtpMail
from services.notify.adapters.texts import TextGateway
from services.notify.dispatching import Dispatcher, Limits
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome
from services.notify.settings import NotifySettings
from tests.support.carriers import Engine
from tests.support.wait import eventually

STEPS = ("claimed", "sending", "answered", "noting", "noted")
"""Where a process may be killed."""
_WAITING = """
    SELECT count(*) FROM delivery d
    WHERE state = 'sending' OR (state = 'queued' AND not_before <= $1 AND NOT EXISTS (
        SELECT FROM delivery e WHERE e.order_key = d.order_key AND e.channel = d.channel AND e.not_before > $1
    ))
"""


@dataclass(frozen=True)
class Task:
    """What one process is to do. It dies when it has come `times` times to the step `dies_at`, and says so in `log`;
    with none it lives."""

    url: str
    now: datetime
    gateway: str
    smtp_port: int
    numbers: Mapping[str, str]
    per_second: float
    dies_at: str
    times: int
    log: Path


class Killer:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._left = task.times

    def step(self, name: str) -> None:
        self._left -= name == self._task.dies_at
        if name == self._task.dies_at and not self._left:
            self._task.log.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, before: str, call: Callable[..., Awaitable[Any]], after: str) -> Callable[..., Awaitable[Any]]:
        """`call`, with a step before and one after it; none after what found nothing."""

        async def called(*args: Any) -> Any:
            if before:
                self.step(before)
            found = await call(*args)
            if found:
                self.step(after)
            return found

        return called


class Watched:
    """An adapter whose process may die before it sends, and before it hears the answer out."""

    def __init__(self, adapter: ChannelAdapter, killer: Killer) -> None:
        self.name, self.channel, self.kind = adapter.name, adapter.channel, adapter.kind
        self.idempotent = adapter.idempotent
        self.start, self.stop, self.not_ready = adapter.start, adapter.stop, adapter.not_ready
        self._send = killer.around("sending", adapter.send, "answered")

    async def send(self, outgoing: Outgoing) -> Outcome:
        outcome: Outcome = await self._send(outgoing)
        return outcome


def run(task: Task) -> None:
    """Deliver all that is due, unless killed before."""
    asyncio.run(_run(task))


async def deliver(task: Task) -> int:
    """Have a process of its own do it; its exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=run, args=(task,))
    process.start()
    await asyncio.to_thread(process.join, 60)
    code = process.exitcode
    if code is None:
        process.kill()
    assert code is not None, "the process came to no end"
    return code


async def _run(task: Task) -> None:
    database = Database(task.url, name="notify", pool_size=4)
    await database.start()
    engine = Engine(database)
    engine.clock.at = task.now
    engine.people.numbers |= task.numbers
    engine.limits = Limits(5000.0, dict.fromkeys(Channel, task.per_second), most_attempts=20)
    settings = NotifySettings(
        texts_address=task.gateway,
        smtp_host="127.0.0.1",
        smtp_port=task.smtp_port,
        smtp_security="none",
        smtp_timeout=timedelta(seconds=1),
        email_from="notice@portal.example",
    )
    killer = Killer(task)
    dispatcher = engine.dispatcher(
        {Channel.SMS: Watched(TextGateway(settings), killer), Channel.EMAIL: Watched(SmtpMail(settings), killer)}
    )
    _watch(dispatcher, killer)
    await dispatcher.start()

    async def done() -> bool:
        return bool(await database.fetchval(_WAITING, task.now) == 0)

    await eventually(done, "all that is due has left")
    await dispatcher.stop()
    await database.stop()


def _watch(dispatcher: Dispatcher, killer: Killer) -> None:
    deliveries: Any = dispatcher._deliveries
    deliveries.claim = killer.around("", deliveries.claim, "claimed")
    deliveries.settle = killer.around("noting", deliveries.settle, "noted")
