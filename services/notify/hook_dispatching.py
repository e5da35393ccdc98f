"""HOOK-06 to HOOK-08: sends what waits for webhooks: signed, a few at a time each, again after pauses."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import structlog

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import DomainError
from services.kit.ending import ended
from services.kit.lease import Lease
from services.kit.vault import SealBroken, Vault
from services.notify.adapters.post import Poster
from services.notify.domain.hook_delivering import (
    DISABLED,
    ENDED,
    KEPT,
    HookState,
    Next,
    Reply,
    WayState,
    after,
    is_given_up,
)
from services.notify.domain.hook_signing import signed
from services.notify.domain.outcomes import Outcome
from services.notify.domain.pacing import LONGEST_REST, Rest
from services.notify.domain.recipients import Recipient
from services.notify.handlers.writing import Draft, Writer
from services.notify.store.hook_deliveries import Claimed, Ways
from services.notify.store.hooks import Hook, Hooks

PLACES = 64
"""Deliveries on their way at once."""
OF_ONE = 4
"""Of these, to one webhook: one slow receiver keeps nobody else waiting."""
POLL_SECONDS = 0.25
"""How often what is due is looked for without a poke."""
UPKEEP_SECONDS = 30.0
"""How often what was left behind is taken back, and what is old forgotten."""
ABANDONED_SECONDS = 60.0
"""After this long a claim that nobody settled is taken back: later than any receiver may answer."""
STOP_SECONDS = 4.0
"""How long a stopping process waits for answers that are on their way."""
STOPPED = "webhook_stopped"
"""Tells an organisation that its webhook is sent to no more."""
CAUSES = {HookState.DISABLED: "连续三天投递失败", HookState.ENDED: "接收方答复不再接收"}

_log = structlog.get_logger("notify.webhooks")


class HookDispatcher:
    """A part that sends to webhooks; of several replicas one is at work at a time."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, poster: Poster, writer: Writer) -> None:
        self.name = "webhooks"
        self._database = database
        self._clock = clock
        self._vault = vault
        self._poster = poster
        self._writer = writer
        self._lease = Lease(database, "notify-webhooks")
        self._poked = asyncio.Event()
        self._rests: dict[str, Rest] = {}
        self._on_their_way: Counter[str] = Counter()
        self._ours: set[str] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._upkeep_at = 0.0

    async def start(self) -> None:
        """Begin to send."""
        self._upkeep_at = 0.0
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Claim no more, wait a little for answers, and let another replica begin at once."""
        if self._loop is None:
            return
        await ended(self._loop)
        self._loop = None
        if self._carrying:
            await asyncio.wait(self._carrying, timeout=STOP_SECONDS)
        for task in self._carrying:
            task.cancel()
        if self._carrying:
            await asyncio.wait(self._carrying)
        await self._poster.close()
        await self._lease.release()

    def poke(self) -> None:
        """Say that something waits; sending begins within milliseconds."""
        self._poked.set()

    def not_ready(self) -> str:
        """Empty while the loop runs; receivers that are away make nothing unready."""
        return "" if self._loop is not None and not self._loop.done() else "not running"

    async def _run(self) -> None:
        while True:
            self._poked.clear()
            try:
                await self._round()
            except DomainError as error:
                _log.warning("webhooks wait", reason=error.reason)
            except Exception as error:  # noqa: BLE001 (supervision: a loop that ended would keep everything back)
                _log.error("webhooks start over", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._poked.wait()

    async def _round(self) -> None:
        if not await self._lease.hold():
            return
        if time.monotonic() >= self._upkeep_at:
            self._upkeep_at = time.monotonic() + UPKEEP_SECONDS
            await self._upkeep()
        now, room = time.monotonic(), PLACES - len(self._ours)
        kept_back, on_trial = set[str](), list[str]()
        for webhook_id, rest in self._rests.items():
            allowed = rest.room(now, self._on_their_way[webhook_id])
            if allowed is not None:
                kept_back.add(webhook_id)
            if allowed:
                on_trial.append(webhook_id)
        kept_back |= {webhook_id for webhook_id, count in self._on_their_way.items() if count}
        if room > 0:
            await self._claim(sorted(kept_back), OF_ONE, room, only=False)
        if on_trial:
            await self._claim(on_trial, 1, len(on_trial), only=True)

    async def _claim(self, named: Sequence[str], each: int, room: int, *, only: bool) -> None:
        async with self._database.unit_of_work() as uow:
            claims = await Ways(uow.session).claim(
                named, self._clock.now(), self._lease.holder, each=each, room=room, only=only
            )
        for claim in claims:
            self._ours.add(claim.delivery_id)
            self._on_their_way[claim.webhook_id] += 1
            task = asyncio.create_task(self._carry(claim), name=f"{self.name} delivery")
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _carry(self, claim: Claimed) -> None:
        """Send one and write down what became of it; one that cannot be settled is taken back later."""
        try:
            reply = await self._send(claim)
            rest = self._rests.setdefault(claim.webhook_id, Rest())
            if reply.down:
                wait = None if reply.wait is None else min(reply.wait.total_seconds(), LONGEST_REST)
                rest.down(reply.reason, time.monotonic(), wait)
            else:
                rest.works()
            await self._settle(claim, reply)
        except DomainError as error:
            _log.warning("delivery not settled", delivery_id=claim.delivery_id, reason=error.reason)
        except Exception as error:  # noqa: BLE001 (supervision: its text may hold an address)
            _log.error("delivery broke", delivery_id=claim.delivery_id, error=type(error).__name__)
        finally:
            self._ours.discard(claim.delivery_id)
            self._on_their_way[claim.webhook_id] -= 1
            if not self._on_their_way[claim.webhook_id]:
                del self._on_their_way[claim.webhook_id]
            self.poke()

    async def _send(self, claim: Claimed) -> Reply:
        now, body = self._clock.now(), claim.body.encode()
        try:
            secrets = [self._vault.open(claim.secret, claim.webhook_id)]
            if claim.previous_secret and claim.previous_until and now < claim.previous_until:
                secrets.append(self._vault.open(claim.previous_secret, claim.webhook_id))
        except SealBroken:
            return Reply(0, "SEAL_BROKEN")
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "residency-webhooks/1"}
        answer = await self._poster.post(claim.url, body, headers | signed(claim.event_id, now, body, secrets))
        if isinstance(answer, Outcome):
            return Reply(0, answer.reason, answer.wait)
        return Reply(answer.status, "" if 200 <= answer.status < 300 else f"HTTP_{answer.status}", answer.wait)

    async def _settle(self, claim: Claimed, reply: Reply) -> None:
        now, attempts = self._clock.now(), claim.attempts + 1
        chance = random.random()  # noqa: S311 (jitter)
        async with self._database.unit_of_work() as uow:
            hooks, ways = Hooks(uow.session), Ways(uow.session)
            # The webhook before its deliveries, here and wherever both are locked.
            hook = await hooks.one(claim.webhook_id, lock=True)
            become = after(attempts, reply, now, chance=chance)
            if hook is None or hook.state is not HookState.ACTIVE:
                off = DISABLED if hook is not None and hook.state is HookState.DISABLED else ENDED
                become = become if reply.good else Next(WayState.FAILED, off, now)
            settled = await ways.settle(
                claim.delivery_id, self._lease.holder, become, attempts=attempts, status=reply.status
            )
            if not settled or hook is None or hook.state is not HookState.ACTIVE:
                return
            if reply.good:
                await hooks.change(hook.webhook_id, delivered_at=now, failing_since=None)
                return
            since = hook.failing_since or now
            await hooks.change(hook.webhook_id, failing_since=since)
            if reply.gone:
                await self._end(hooks, ways, hook, HookState.ENDED)
            elif is_given_up(since, now):
                await self._end(hooks, ways, hook, HookState.DISABLED)
            else:
                return
            draft = Draft(
                f"webhook/{hook.webhook_id}/{claim.delivery_id}/{attempts}",
                Recipient(organisation_code=hook.organisation_code),
                STOPPED,
                {"name": hook.name, "cause": CAUSES[HookState.ENDED if reply.gone else HookState.DISABLED]},
            )
            await self._writer.write_many(uow, [draft])

    async def _end(self, hooks: Hooks, ways: Ways, hook: Hook, state: HookState) -> None:
        """HOOK-07, HOOK-08: send no more; what waits is given up, and can be sent again once the webhook is active."""
        now = self._clock.now()
        if state is HookState.ENDED:
            await hooks.end(hook.webhook_id)
        else:
            await hooks.change(hook.webhook_id, state=state.value)
        await hooks.note(hook.webhook_id, state.value, "", now)
        await ways.give_up(hook.webhook_id, ENDED if state is HookState.ENDED else DISABLED, now)
        _log.warning("webhook stopped", webhook_id=hook.webhook_id, state=state.value)

    async def _upkeep(self) -> None:
        async with self._database.unit_of_work() as uow:
            taken = await Ways(uow.session).take_back(ABANDONED_SECONDS, self._ours)
            await Hooks(uow.session).forget(self._clock.now() - KEPT)
        async with self._database.unit_of_work() as uow:  # apart: webhooks are locked before their deliveries
            await Hooks(uow.session).forget_secrets(self._clock.now())
        if taken:
            _log.warning("taken back", deliveries=taken)
