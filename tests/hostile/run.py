"""Sends every input of every door, with a deadline each, and looks after what all doors have in common."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence

from services.stack import servers
from tests.hostile import judge, vitals, words
from tests.hostile.book import Book, Failure, Ledger, Sent
from tests.hostile.door import Door, Ground
from tests.hostile.doors import door as door_called
from tests.hostile.doors.documents import Documents

DEADLINE_SECONDS = 60.0
"""An input that is not answered by then hangs, however busy the machine is."""
BATCH = 2000
"""Refused inputs between two comparisons of all tables."""
MARKS = (words.MARK_NAME, words.MARK_MOBILE, words.MARK_DOCUMENT)
_WARM_SHARE = 10


async def go_through(
    ground: Ground,
    names: Sequence[str],
    book: Book,
    *,
    cases: int | None = None,
    only: int | None = None,
    hear: Callable[[str], None] = print,
) -> None:
    """Open each door, send what it is due, close it. `cases` of each at most; `only` one input of each."""
    for name in names:
        door = door_called(name)
        await ground.actors.begin(ground.tables)
        await door.open(ground)
        try:
            await _go_through(ground, door, book, cases, only, hear)
        finally:
            await door.close()


async def _go_through(
    ground: Ground, door: Door, book: Book, cases: int | None, only: int | None, hear: Callable[[str], None]
) -> None:
    ledger = book.doors[door.name] = Ledger(door.through)
    total = door.whole() if cases is None else min(cases, door.whole())
    numbers = _spread(door, total) if only is None else [only]
    harmless = [number for number in numbers if door.plan(number)[1] in door.harmless]
    others = [number for number in numbers if door.plan(number)[1] not in door.harmless]
    hear(f"{door.name}: {len(numbers)} inputs, {len(door.targets)} targets × {len(door.kinds)} classes")
    began = time.monotonic()
    logs = vitals.sizes(ground.data)
    warm = await _look(ground)
    if isinstance(door, Documents):
        await door.all(book, total, hear)
        harmless, others = [], []
    for start in range(0, len(harmless), BATCH):
        await _batch(ground, door, book, harmless[start : start + BATCH])
    for start in range(0, len(others), BATCH):
        await _send_all(door, book, others[start : start + BATCH])
        if start == 0:
            warm = await _look(ground)
        hear(
            f"  {ledger.inputs} of {len(numbers)}, {time.monotonic() - began:.0f} s, {sum(book.failed.values())} failed"
        )
    for fault in [*await door.afterwards(), *vitals.spoken(ground.data, MARKS, logs)]:
        _fail(book, door, "afterwards", fault)
    after = await _look(ground)
    ledger.memory = max(sum(after.memory.values()) - sum(warm.memory.values()), 0)
    if after.restarts != warm.restarts:
        _fail(book, door, "afterwards", f"a process was restarted: {warm.restarts} → {after.restarts}")
    ledger.seconds = time.monotonic() - began
    hear(f"  {ledger.inputs} inputs in {ledger.seconds:.0f} s: {ledger.inputs / max(ledger.seconds, 0.001):.0f}/s")


async def _look(ground: Ground) -> vitals.Vitals:
    return await vitals.look(ground.state, servers.reach("postgres", ground.data))


async def _batch(ground: Ground, door: Door, book: Book, numbers: Sequence[int]) -> None:
    """Inputs that are refused whatever there is: no table may be another afterwards."""
    before = await vitals.content(ground.tables)
    await _send_all(door, book, numbers)
    book.doors[door.name].batches += 1
    for table in await vitals.settled(ground.tables, before):
        _fail(book, door, "half-written", f"refused inputs changed {table}, numbers {numbers[0]} to {numbers[-1]}")


async def _send_all(door: Door, book: Book, numbers: Iterable[int]) -> None:
    waiting = iter(numbers)

    async def work() -> None:
        for number in waiting:
            await _send(door, book, number)

    async with asyncio.TaskGroup() as group:
        for _ in range(door.at_once):
            group.create_task(work())


async def _send(door: Door, book: Book, number: int) -> None:
    target, kind = door.plan(number)
    began = time.monotonic()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            sent = await door.send(target, kind, door.chance(number))
    except TimeoutError:
        sent = Sent("hang", f"not answered in {DEADLINE_SECONDS:.0f} s: {target} {kind}")
    except Exception as error:  # noqa: BLE001  (a sender that stumbles must not end the run)
        sent = Sent(
            "sender failed", f"the sender failed: {type(error).__name__}: {error!s:.300}", request=f"{target} {kind}"
        )
    if not sent.fault:
        sent.fault = judge.echo(sent.told, sent.request)
    book.note(door.name, kind, number, sent, time.monotonic() - began)


def _spread(door: Door, wanted: int) -> list[int]:
    """So many numbers of the whole: every class of a door gets its part of a short run too."""
    whole, targets, kinds = door.whole(), len(door.targets), len(door.kinds)
    if wanted >= whole:
        return list(range(whole))
    chance = door.chance(whole)
    found: set[int] = set()
    while len(found) < wanted:
        kind = len(found) % kinds
        found.add(chance.randrange(targets) + targets * (kind + kinds * chance.randrange(door.rounds)))
    return sorted(found)


def _fail(book: Book, door: Door, kind: str, fault: str) -> None:
    book.fail(Failure(door.name, kind, 0, book.seed, fault, "", ""))
