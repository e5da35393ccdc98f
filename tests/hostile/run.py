"""Sends every input of every door, with a deadline each, and looks after what all doors have in common."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

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
SHED_SHARE, FEW = 0.02, 1000
"""More than this share of inputs (of so many at least) may not be answered by 'come back later'."""
MARKS = (words.MARK_NAME, words.MARK_MOBILE, words.MARK_DOCUMENT)


async def go_through(
    ground: Ground,
    names: Sequence[str],
    book: Book,
    *,
    cases: int | None = None,
    only: int | None = None,
    hear: Callable[[str], None] = print,
) -> None:
    """Open each door, send what it is due, close it. `cases` of each at most; `only` one input of each.

    First what must be refused everywhere, while nothing else goes on that could write; then all the rest.
    """
    logs = vitals.sizes(ground.data)
    for refused in (True, False):
        for name in names:
            door = door_called(name)
            if refused and not door.harmless:
                continue
            ledger = book.doors.setdefault(name, Ledger(door.through))
            began = time.monotonic()
            try:
                await ground.actors.begin(ground.tables)
                await door.open(ground)
                numbers = _due(door, cases, only, refused=refused)
                hear(f"{name}: {len(numbers)} {'refused ' if refused else ''}inputs")
                await (_refused if refused else _others)(ground, door, book, numbers, hear)
            except Exception as error:  # noqa: BLE001  (a door that cannot be gone through must not end the run)
                _fail(book, door, "door", f"the door failed: {type(error).__name__}: {error!s:.500}")
            finally:
                with suppress(AttributeError):  # it was never opened
                    await door.close()
                ledger.seconds += time.monotonic() - began
            found = vitals.spoken(ground.data, MARKS, logs)
            logs = vitals.sizes(ground.data)
            for fault in found:
                _fail(book, door, "logs", fault)
            if not refused and ledger.shed > SHED_SHARE * max(ledger.inputs, FEW):
                _fail(book, door, "shed", f"{ledger.shed} of {ledger.inputs} inputs were sent away")
            failed = sum(count for (which, _), count in book.failed.items() if which == name)
            hear(f"  {ledger.inputs} inputs in {ledger.seconds:.0f} s, {failed} failed")


def _due(door: Door, cases: int | None, only: int | None, *, refused: bool) -> list[int]:
    """Which inputs are sent: those that must be refused, or the others."""
    numbers = [only] if only is not None else _spread(door, door.whole() if cases is None else min(cases, door.whole()))
    return [number for number in numbers if (door.plan(number)[1] in door.harmless) is refused]


async def _refused(ground: Ground, door: Door, book: Book, numbers: Sequence[int], hear: Callable[[str], None]) -> None:
    """Inputs that are refused whatever there is: no table may be another afterwards."""
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        before = await vitals.quiet(ground.tables)
        await _send_all(door, book, batch)
        book.doors[door.name].batches += 1
        for table in await vitals.settled(ground.tables, before):
            _fail(book, door, "half-written", f"refused inputs changed {table}, numbers {batch[0]} to {batch[-1]}")
        hear(f"  {start + len(batch)} of {len(numbers)}")


async def _others(ground: Ground, door: Door, book: Book, numbers: Sequence[int], hear: Callable[[str], None]) -> None:
    """All other inputs; memory is looked at once a part of them has warmed everything up."""
    warm = await _look(ground)
    if isinstance(door, Documents):
        await door.all(book, len(numbers), hear)
        numbers = []
    for start in range(0, len(numbers), BATCH):
        await _send_all(door, book, numbers[start : start + BATCH])
        warm = await _look(ground) if start == 0 else warm
        hear(f"  {min(start + BATCH, len(numbers))} of {len(numbers)}")
    for fault in await door.afterwards():
        _fail(book, door, "afterwards", fault)
    after = await _look(ground)
    book.doors[door.name].memory = max(sum(after.memory.values()) - sum(warm.memory.values()), 0)


async def _look(ground: Ground) -> vitals.Vitals:
    return await vitals.look(ground.state, servers.reach("postgres", ground.data))


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
