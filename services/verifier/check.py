"""OPS-90, OPS-91: everything that must always hold, looked at once, on a season that runs or has closed. It only reads.

The order of looking is what makes it true on a live season. First the outboxes and the books; then what JetStream and
Temporal hold; then what came of it. What was committed before the first look and is not there at the last is missing,
and not merely on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.kit.audit_chain import CopiedSeal
from services.kit.domain import DomainError
from services.kit.seal_copy import CopyBroken, SealCopy
from services.verifier import audits, authority, books, facts, histories, notices, privacy, queries, streams, waits
from services.verifier.broker import Account, Broker
from services.verifier.finding import TOLD, Finding, State
from services.verifier.histories import Histories
from services.verifier.snapshot import UNREADABLE, Rows, Snapshot
from services.verifier.stores import Stores

LATE_SECONDS = 3600.0
"""How long a fact may wait for its relay, or a notice that is due for its channel, on a live season: after that nobody
can say any more that it is on its way."""
ORDER = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "board", "streams", "waits", "histories")
"""Names of the findings, as they are told."""
CHAINS = "the audit is as it was written: chains, seals, copy"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle that was looked at."""

    cycle_id: str
    title: str
    phase: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and how many seconds each store took."""

    cycles: Sequence[Cycle]
    findings: Sequence[Finding]
    seconds: Mapping[str, float]

    @property
    def state(self) -> State:
        """The worst of the findings."""
        states = {finding.state for finding in self.findings if not finding.advisory}
        return next(state for state in (State.BROKEN, State.UNREADABLE, State.NOT_YET, State.HOLDS) if state in states)

    def as_json(self) -> dict[str, Any]:
        """One object with stable keys; seconds by store."""
        return {
            "state": self.state.value,
            "ok": self.state in (State.HOLDS, State.NOT_YET),
            "cycles": [{"cycle_id": each.cycle_id, "title": each.title, "phase": each.phase} for each in self.cycles],
            "invariants": {finding.name: finding.as_json() for finding in self.findings},
            "seconds": {name: round(seconds, 3) for name, seconds in self.seconds.items()},
        }


@dataclass(slots=True)
class Look:
    """One look at everything: where rows come from, what JetStream and Temporal held in between.

    `rows` reads as of the beginning, `later` as of after `account` and `runs` were taken, `last` whenever it is asked.
    """

    rows: Rows
    later: Rows
    last: Rows
    services: Sequence[str]
    connection: Callable[[str], Awaitable[Any]]
    """The session behind `later`, in its transaction."""
    account: Account | None = None
    runs: Histories | None = None
    copies: Mapping[str, Sequence[CopiedSeal] | None] = field(default_factory=dict)
    """Service → the copy of its seals outside, as it was before `later`; None where there is none."""
    seconds: dict[str, float] = field(default_factory=dict)


async def verify(
    stores: Stores,
    cycle: str = "",
    late_seconds: float = LATE_SECONDS,
    known_letters: Mapping[str, frozenset[str]] | None = None,
) -> Verdict:
    """Look at all cycles, or at those whose id begins with `cycle`.

    Args:
        stores: Where everything is.
        cycle: How the id begins; empty for all.
        late_seconds: See `LATE_SECONDS`.
        known_letters: Dead letters, by consumer, that are somebody else's story.
    """
    async with looking(stores, known_letters) as look:
        return await judge(stores, look, cycle, late_seconds)


@asynccontextmanager
async def looking(stores: Stores, known_letters: Mapping[str, frozenset[str]] | None = None) -> AsyncIterator[Look]:
    """Look at what is not a database, between two looks at those."""
    databases = stores.databases
    async with Snapshot(databases) as early, Snapshot(databases) as late, Snapshot(databases) as last:
        between = stores.nats is not None or stores.settings is not None or stores.seals is not None
        look = Look(
            early.rows,
            late.rows if between else early.rows,
            last.rows,
            list(databases),
            (late if between else early).connection,
        )
        await early.open()
        with _timed(look.seconds, "jetstream"):
            if stores.nats is not None:
                look.account = await Broker(stores.nats).account(known_letters)
        with _timed(look.seconds, "temporal"):
            if stores.settings is not None:
                look.runs = await histories.read(stores.settings)
        look.copies = _copies(stores)
        yield look
        for each in (early, late, last):
            for service, seconds in each.seconds.items():
                look.seconds[service] = look.seconds.get(service, 0.0) + seconds


async def judge(stores: Stores, look: Look, cycle: str = "", late_seconds: float = LATE_SECONDS) -> Verdict:
    """Say of everything how it stands."""
    try:
        cycles = [
            Cycle(row["id"], row["title"], row["phase"]) for row in await look.rows("enrollment", queries.CYCLES, cycle)
        ]
    except UNREADABLE as error:
        return Verdict([], [_away(name, "nothing can be said of it", error) for name in ORDER], look.seconds)
    found: list[Finding] = []
    for each in cycles:
        found += await _of_cycle(stores, look, UUID(each.cycle_id))
    found += await _of_all(stores, look, UUID(cycles[0].cycle_id) if cycle and len(cycles) == 1 else None, late_seconds)
    return Verdict(cycles, merged(found), look.seconds)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of the same invariant on several cycles as one, in the order in which they are told."""
    together: dict[str, Finding] = {}
    for each in findings:
        before = together.get(each.name)
        together[each.name] = each if before is None else _added(before, each)
    return sorted(together.values(), key=lambda each: ORDER.index(each.name) if each.name in ORDER else len(ORDER))


def _added(left: Finding, right: Finding) -> Finding:
    return replace(
        left.and_also(right.checked, [], {name: left.counts.get(name, 0) + n for name, n in right.counts.items()}),
        broken=left.broken + right.broken,
        examples=(*left.examples, *right.examples)[:TOLD],
        waiting=left.waiting + right.waiting,
        waits_for=(*left.waits_for, *right.waits_for)[:TOLD],
        unreadable=left.unreadable or right.unreadable,
    )


async def _of_cycle(stores: Stores, look: Look, cycle: UUID) -> list[Finding]:
    found = []
    for check, name in zip(books.CHECKS, ("I1", "I2", "I3", "I4", "I6", "I7", "board"), strict=True):
        found.append(await _safely(name, check(look.rows, cycle)))
    found.append(await _safely("I9", authority.check(look.rows, look.later, cycle)))
    if look.runs is not None:
        found.append(await _safely("waits", waits.check_waits(look.later, cycle, look.runs, stores.settings)))
        found.append(await _safely("histories", waits.check_histories(look.rows, look.later, cycle, look.runs)))
    return found


async def _of_all(stores: Stores, look: Look, cycle: UUID | None, late_seconds: float) -> list[Finding]:
    account = look.account or Account()
    found = [
        await _safely("I5", facts.check(look.rows, look.later, account, look.services, late_seconds)),
        await _safely("I8", notices.check(_two(look), cycle, late_seconds)),
        await _safely("I10", privacy.check(look.rows, look.services, look.runs or Histories(), stores.files)),
    ]
    if stores.nats is not None:
        with _timed(look.seconds, "jetstream"):
            check = streams.check(look.rows, look.last, Broker(stores.nats), look.services)
            found.append(await _safely("streams", check))
    if stores.seals is not None:
        with _timed(look.seconds, "audit"):
            found += [await _safely("I11", _chain(stores, look, service)) for service in audits.SERVICES]
    return found


async def _chain(stores: Stores, look: Look, service: str) -> Finding:
    """I11: what `residency audit verify` finds in the audit of a service."""
    if service not in look.copies:
        return Finding.not_read("I11", CHAINS, f"the copy of {service}'s seals cannot be read")
    try:
        trusted = stores.trusted(service)
    except DomainError as error:
        return Finding.not_read("I11", CHAINS, error.message)
    report = await audits.examine(await look.connection(service), service, look.copies[service], trusted)
    broken = [
        f"{service}: {each.what} {each.aggregate_id or 'seal'} {each.n} {each.detail}" for each in report.findings
    ]
    counts = {"seals": report.seals, "rows not sealed yet": report.unsealed}
    return replace(Finding.of("I11", CHAINS, report.rows, broken), counts=counts)


def _copies(stores: Stores) -> dict[str, Sequence[CopiedSeal] | None]:
    """What stands outside, read first: every seal in it is committed, so that the databases, read later, have it."""
    found: dict[str, Sequence[CopiedSeal] | None] = {}
    if stores.seals is None:
        return found
    for service in audits.SERVICES:
        copy = SealCopy(stores.seals, service)
        with suppress(CopyBroken, OSError):
            found[service] = list(copy.read()) if copy.path.exists() else None
    return found


async def _safely(name: str, check: Any) -> Finding:
    try:
        finding: Finding = await check
    except UNREADABLE as error:
        return _away(name, "nothing can be said of it", error)
    return finding


def _away(name: str, title: str, error: BaseException) -> Finding:
    return Finding.not_read(name, title, f"a database cannot be read: {type(error).__name__}: {error}"[:200])


def _two(look: Look) -> Rows:
    """What was due is read first, what was told of it later."""

    async def rows(service: str, query: str, *values: Any) -> Sequence[Any]:
        return await (look.later if service == "notify" else look.rows)(service, query, *values)

    return rows


class _timed:
    """Adds the seconds that a part took."""

    def __init__(self, seconds: dict[str, float], name: str) -> None:
        self._seconds = seconds
        self._name = name

    def __enter__(self) -> None:
        self._began = asyncio.get_running_loop().time()

    def __exit__(self, *_: object) -> None:
        spent = asyncio.get_running_loop().time() - self._began
        self._seconds[self._name] = self._seconds.get(self._name, 0.0) + spent
