"""MSG-21 and MSG-22: the dispatcher: what is due leaves, in order, as fast as the carriers may be used, and not faster.

One loop claims for all channels, a little at a time; every claim is carried by a task of its own, so that a slow
carrier holds up nobody else. What became of each is written down by one more task, many in a statement, and only then
its place is free for another. The urgent and the many-at-once have places of their own.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import DomainError
from services.kit.ending import ended
from services.kit.lease import Lease
from services.notify import metrics
from services.notify.adapters.port import ChannelAdapter, Outgoing
from services.notify.addresses import AddressBook
from services.notify.composing import Composer, InVain, Ready
from services.notify.domain.channels import Channel, Priority
from services.notify.domain.delivering import SEAL_BROKEN, Next, State, Terms, after, interrupted, put_off
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.domain.pacing import Pacer
from services.notify.store.deliveries import Claim, Deliveries, Settled
from services.notify.store.rests import Rests

TICK_SECONDS = 0.05
"""Pause between two claims while there is more."""
POLL_SECONDS = 0.25
"""How often what is due is looked for without a poke: a release has come, or another replica routed."""
UPKEEP_SECONDS = 1.0
"""How often what is too late ends, and what another holder left is looked for."""
PLACES = 64
"""Deliveries of one channel on their way at once: so many urgent ones, and so many of campaigns."""
SEND_SECONDS = 20.0
"""Longest a carrier's adapter may take: more than any of them allows itself."""
ABANDONED_SECONDS = 45.0
"""After this long a claim that nobody settled is taken back: later than any adapter answers."""
ABANDONED_SOON = 5.0
"""The same where the carrier drops a second copy: a holder that only lost its lease settles earlier."""
STOP_SECONDS = 4.0
"""How long a stopping process waits for answers that are on their way."""
AT_ONCE = 500
"""Outcomes written in one statement."""

_URGENT = (Priority.SECURITY, Priority.DECISION, Priority.REMINDER)
_MANY = (Priority.CAMPAIGN,)
_NO_ADDRESSES = "ADDRESSES_UNAVAILABLE"
_CARRIER_BROKE = "CARRIER_BROKE"
_NO_ANSWER = "NO_ANSWER"
_log = structlog.get_logger("notify.dispatching")


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast, and how often. Rates in deliveries a second."""

    overall: float
    channels: Mapping[Channel, float]
    most_attempts: int


@dataclass(slots=True)
class _Lane:
    """The urgent of one channel, or what goes to many."""

    channel: Channel
    priorities: Sequence[Priority]
    on_their_way: int = 0

    @property
    def urgent(self) -> bool:
        return self.priorities is _URGENT


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of a claim, to be written down."""

    lane: _Lane
    claim: Claim
    settled: Settled = field(repr=False)


class Dispatcher:
    """A part that sends; of several replicas one is at work at a time.

    Args:
        adapters: The channels in use; started before this part.
        book: Where addresses are blocked that a carrier calls dead.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        adapters: Mapping[Channel, ChannelAdapter],
        composer: Composer,
        limits: Limits,
        book: AddressBook,
    ) -> None:
        self.name = "dispatcher"
        self._database = database
        self._deliveries = Deliveries(database)
        self._clock = clock
        self._adapters = adapters
        self._composer = composer
        self._limits = limits
        self._book = book
        self._lease = Lease(database, "notify-dispatcher")
        self._rests = Rests(database)
        self._told_rests: dict[Channel, str] | None = None
        self._pacer = Pacer(limits.overall, {each: limits.channels[each] for each in adapters}, time.monotonic())
        self._terms = {
            channel: Terms(adapter.idempotent, limits.most_attempts) for channel, adapter in adapters.items()
        }
        self._lanes = [_Lane(channel, priorities) for priorities in (_URGENT, _MANY) for channel in adapters]
        self._poked = asyncio.Event()
        self._settled = asyncio.Event()
        self._writing = asyncio.Lock()
        self._done: list[_Done] = []
        self._carrying: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._ours: set[str] = set()
        self._upkeep_at = 0.0

    async def start(self) -> None:
        """Begin to send."""
        self._loops = [
            asyncio.create_task(self._run(), name=self.name),
            asyncio.create_task(self._write_down(), name=f"{self.name} outcomes"),
        ]

    async def stop(self) -> None:
        """Claim no more, wait a little for answers, write them down, and let another replica begin at once."""
        if not self._loops:
            return
        claiming, writing = self._loops
        self._loops = []
        await ended(claiming)
        if self._carrying:
            await asyncio.wait(self._carrying, timeout=STOP_SECONDS)
        for task in self._carrying:
            task.cancel()
        if self._carrying:
            await asyncio.wait(self._carrying)
        async with self._writing:  # a statement cut in two may have been committed
            writing.cancel()
        await asyncio.wait({writing})
        with suppress(DomainError):
            while self._done:
                await self._write_some()
        await self._lease.release()

    def poke(self) -> None:
        """Say that deliveries were written; sending begins within milliseconds."""
        self._poked.set()

    def not_ready(self) -> str:
        """Empty while the loops run; a carrier that is away does not make the service unready."""
        return "" if self._loops and not any(each.done() for each in self._loops) else "not running"

    def limit(self, channel: Channel) -> float:
        """Most deliveries a second of a channel in use."""
        return self._limits.channels[channel]

    def down(self, channel: Channel) -> str:
        """Why nothing leaves by a channel at present, as this process sees it; empty when it works."""
        return self._pacer.rests[channel].reason

    async def _run(self) -> None:
        while True:
            self._poked.clear()
            busy = False
            try:
                busy = await self._round()
            except DomainError as error:
                _log.warning("dispatcher waits", reason=error.reason)
            except Exception as error:  # noqa: BLE001 (supervision: a loop that ended would keep everything back)
                # Its text may hold what is sent.
                _log.error("dispatcher starts over", error=type(error).__name__)
            if busy:
                await asyncio.sleep(TICK_SECONDS)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._poked.wait()

    async def _round(self) -> bool:
        """Claim what may leave now; whether more may soon. Raises DomainError UNAVAILABLE."""
        if not await self._lease.hold():
            self._told_rests = None
            return False
        await self._tell_rests()
        if time.monotonic() >= self._upkeep_at:
            self._upkeep_at = time.monotonic() + UPKEEP_SECONDS
            await self._upkeep()
        due = await self._deliveries.due(self._adapters, self._clock.now()) if self._adapters else set()
        busy = False
        for lane in self._lanes:
            if any((lane.channel, priority) in due for priority in lane.priorities):
                busy = await self._claim(lane) or busy
        return busy

    async def _tell_rests(self) -> None:
        """OPS-35: tell other replicas which channels rest, when that has changed."""
        resting = {channel: reason for channel in self._adapters if (reason := self.down(channel))}
        if resting != self._told_rests:
            await self._rests.note(resting)
            self._told_rests = resting

    async def _claim(self, lane: _Lane) -> bool:
        """Claim for one lane and have it carried; whether it may have more soon."""
        now = time.monotonic()
        on_their_way = sum(each.on_their_way for each in self._lanes if each.channel is lane.channel)
        allowed = self._pacer.room(lane.channel, now, urgent=lane.urgent, on_their_way=on_their_way)
        room = min(PLACES - lane.on_their_way, allowed)
        if room < 1:
            return not self.down(lane.channel)
        claims = await self._deliveries.claim(
            lane.channel, lane.priorities, room, self._lease.holder, self._clock.now()
        )
        if not claims:
            return False
        self._pacer.take(lane.channel, sum(each.leaves for each in claims), time.monotonic())
        lane.on_their_way += len(claims)
        self._ours.update(each.delivery_id for each in claims)
        task = asyncio.create_task(self._carry(lane, claims), name=f"{self.name} {lane.channel}")
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)
        return True

    async def _carry(self, lane: _Lane, claims: Sequence[Claim]) -> None:
        """Bring claims to their carrier; each is settled, whatever happens."""
        late = time.monotonic() + ABANDONED_SECONDS / 2
        try:
            composed = await self._composer.compose(lane.channel, claims)
        except Exception as error:  # noqa: BLE001 (a claim that is not settled keeps its place for ever)
            reason = error.reason if isinstance(error, DomainError) else type(error).__name__
            _log.warning("not composed", channel=lane.channel, reason=reason)
            self._pacer.rests[lane.channel].down(_NO_ADDRESSES, time.monotonic())
            for claim in claims:
                self._conclude(lane, claim, Outcome(Verdict.DOWN, _NO_ADDRESSES))
            return
        await asyncio.gather(*(self._carry_one(lane, each, late) for each in composed))

    async def _carry_one(self, lane: _Lane, each: Ready | InVain, late: float) -> None:
        claim = each.claim
        if isinstance(each, InVain):
            self._end_or_wait(lane, each)
            return
        if time.monotonic() > late:
            # We were frozen: by now somebody else may have taken it back.
            self._conclude(lane, claim, Outcome(Verdict.DOWN, _NO_ANSWER))
            return
        outcome = await self._send(lane.channel, each.outgoing)
        rest = self._pacer.rests[lane.channel]
        if outcome.verdict is Verdict.DOWN:
            wait = None if outcome.wait is None else outcome.wait.total_seconds()
            rest.down(outcome.reason, time.monotonic(), wait)
        elif outcome.verdict is not Verdict.UNKNOWN:
            rest.works()
        if outcome.verdict is Verdict.BAD_ADDRESS and each.found.lookup:
            with suppress(DomainError):  # the next message to it will be told the same
                async with self._database.unit_of_work() as uow:
                    await self._book.block(uow, lane.channel, each.found.lookup, outcome.reason)
        self._conclude(lane, claim, outcome, each)

    def _end_or_wait(self, lane: _Lane, each: InVain) -> None:
        claim, tried = each.claim, each.claim.tried
        if each.reason == SEAL_BROKEN:
            self._conclude(lane, claim, Outcome(Verdict.LATER, SEAL_BROKEN))
            return
        become = Next(each.state, each.reason, tried.attempts, tried.doubtful, tried.not_before)
        if each.state is State.QUEUED:
            become = put_off(tried, each.reason, self._clock.now())
        self._settle(lane, claim, Settled(claim.delivery_id, claim.holder, become))

    async def _send(self, channel: Channel, outgoing: Outgoing) -> Outcome:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._adapters[channel].send(outgoing)
        except TimeoutError:
            return Outcome(Verdict.UNKNOWN, _NO_ANSWER)
        except Exception as error:  # noqa: BLE001 (whatever an adapter does, its delivery is settled)
            _log.error("carrier broke", channel=channel, error=type(error).__name__)
            return Outcome(Verdict.UNKNOWN, _CARRIER_BROKE)

    def _conclude(self, lane: _Lane, claim: Claim, outcome: Outcome, ready: Ready | None = None) -> None:
        chance = random.random()  # noqa: S311 (jitter)
        become = after(claim.tried, outcome, self._terms[lane.channel], self._clock.now(), chance=chance)
        settled = Settled(
            claim.delivery_id,
            claim.holder,
            become,
            outcome.provider_id,
            ready.found.masked if ready else "",
            (ready.found.lookup or None) if ready else None,
        )
        self._settle(lane, claim, settled)

    def _settle(self, lane: _Lane, claim: Claim, settled: Settled) -> None:
        self._done.append(_Done(lane, claim, settled))
        self._settled.set()

    async def _write_down(self) -> None:
        """Write outcomes, those that came while the last ones were written together in one statement."""
        while True:
            await self._settled.wait()
            self._settled.clear()
            while self._done:
                try:
                    await self._write_some()
                except DomainError as error:
                    _log.warning("outcomes wait", reason=error.reason, waiting=len(self._done))
                    await asyncio.sleep(POLL_SECONDS)
                except Exception as error:  # noqa: BLE001 (supervision: what was sent must not be sent again)
                    _log.error("outcomes not written", error=type(error).__name__, waiting=len(self._done))
                    await asyncio.sleep(UPKEEP_SECONDS)

    async def _write_some(self) -> None:
        async with self._writing:
            batch = self._done[:AT_ONCE]
            now = self._clock.now()
            ours = await self._deliveries.settle([each.settled for each in batch], now)
            del self._done[: len(batch)]
        if len(ours) < len(batch):
            _log.warning("not ours any more", deliveries=len(batch) - len(ours))
        for each in batch:
            each.lane.on_their_way -= 1
            claim, become = each.claim, each.settled.next
            self._ours.discard(claim.delivery_id)
            if claim.delivery_id not in ours:
                continue
            metrics.OUTCOMES.labels(claim.channel, become.state, become.reason).inc()
            metrics.DOUBTFUL.labels(claim.channel).inc(become.doubtful - claim.tried.doubtful)
            if become.state is State.DELIVERED:
                lag = (now - claim.due_at).total_seconds()
                metrics.LAG_SECONDS.labels(claim.channel, Priority(claim.priority).name.lower()).observe(lag)
        self.poke()  # what waited behind one of these may leave now

    async def _upkeep(self) -> None:
        """End what is too late; take back what another holder left behind. Raises DomainError UNAVAILABLE."""
        now = self._clock.now()
        for channel, reason in await self._deliveries.expire(now):
            metrics.OUTCOMES.labels(channel, State.EXPIRED, reason).inc()
        taken = []
        harmless = [channel for channel, terms in self._terms.items() if terms.idempotent]
        for each in await self._deliveries.abandoned(harmless, ABANDONED_SOON, ABANDONED_SECONDS):
            if each.delivery_id in self._ours:
                continue
            terms = self._terms.get(each.channel, Terms(False, self._limits.most_attempts))
            become = interrupted(each.tried, terms, now, confirmed=each.confirmed)
            taken.append(Settled(each.delivery_id, each.holder, become))
            metrics.DOUBTFUL.labels(each.channel).inc(become.doubtful - each.tried.doubtful)
        if taken:
            _log.warning("taken back", deliveries=len(await self._deliveries.settle(taken, now)))
