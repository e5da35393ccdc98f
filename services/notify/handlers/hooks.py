"""HOOK-01, HOOK-04, HOOK-05 and HOOK-09: an organisation looks after its webhooks: use cases."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.vault import Vault, key_of
from services.notify.domain.campaigns import fingerprint
from services.notify.domain.event_types import BASE, PING, check_types
from services.notify.domain.hook_addresses import check_url
from services.notify.domain.hook_delivering import ENDED, SECRETS_OVERLAP, HookState, WayState
from services.notify.domain.hook_signing import fresh_secret
from services.notify.hook_events import Event, written
from services.notify.store.hook_deliveries import Way, Ways
from services.notify.store.hooks import Hook, Hooks

MOST = 20
"""Webhooks of one organisation and hat that have not ended."""
PAGE = 50
"""Deliveries on a page where nothing else is asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a webhook is to be."""

    name: str
    url: str = field(repr=False)
    event_types: Sequence[str]


@dataclass(frozen=True, slots=True)
class Handed:
    """A webhook with a secret that is shown this once."""

    hook: Hook
    secret: str = field(repr=False)


class HookHandlers:
    """Webhooks of the caller's organisation; `local` lets them lead anywhere, for trials."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, *, local: bool) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._local = local
        self._listeners: list[Callable[[], None]] = []

    def on_waiting(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when something is to be sent at once (the dispatcher's poke)."""
        self._listeners.append(callback)

    async def list_hooks(self, who: Caller) -> Sequence[Hook]:
        """HOOK-09: those of the caller's organisation and hat that have not ended."""
        async with self._database.unit_of_work() as uow:
            return await Hooks(uow.session).of(who.organisation, _seen_as(who))

    async def create(self, who: Caller, order: Order, key: str) -> Handed:
        """HOOK-01, HOOK-05: subscribe; the same again with its key is answered again, with its secret until it ends.

        Raises DomainError INVALID EVENT_TYPE_UNKNOWN, URL_FORMAT, ADDRESS_NOT_ALLOWED; CONFLICT KEY_REUSED; EXHAUSTED
        TOO_MANY_WEBHOOKS.
        """
        self._check(who, order)
        webhook_id, secret = new_id(), fresh_secret()
        new = Hook(
            webhook_id=webhook_id,
            organisation_code=who.organisation,
            role=who.role,
            name=order.name,
            url=order.url,
            event_types=tuple(sorted(order.event_types)),
            state=HookState.ACTIVE,
            secret=self._vault.seal(secret, webhook_id),
            created_at=self._clock.now(),
        )
        whole = f"{who.actor}/{key}"
        asked = fingerprint(name=order.name, url=order.url, event_types=list(new.event_types))
        async with self._database.unit_of_work() as uow:
            hooks = Hooks(uow.session)
            known = await hooks.of_key(whole)
            if known is None and len(await hooks.of(who.organisation, _seen_as(who))) >= MOST:
                message = f"一个机构最多有 {MOST} 个有效的推送地址。"
                raise DomainError(Kind.EXHAUSTED, "TOO_MANY_WEBHOOKS", message, rule="HOOK-09")
            if known is None and await hooks.add(new, whole, asked):
                await hooks.note(webhook_id, "created", who.actor, new.created_at)
                return Handed(new, secret)
            known = known or await hooks.of_key(whole)
        # A key is its author's, who may have changed organisation since: what they left is not theirs any more.
        if known is None or known[1] != asked or not _is_own(who, known[0]):
            message = "该操作编号已用于另一操作，请刷新页面后重试。"
            raise DomainError(Kind.CONFLICT, "KEY_REUSED", message, field="idempotency_key")
        sealed = known[0].secret
        return Handed(known[0], self._vault.open(sealed, known[0].webhook_id) if sealed else "")

    async def change(self, who: Caller, webhook_id: str, order: Order) -> Hook:
        """HOOK-08: what a webhook is since; one that was switched off begins again.

        Raises DomainError as `create`; NOT_FOUND WEBHOOK_UNKNOWN.
        """
        self._check(who, order)
        types = tuple(sorted(order.event_types))
        async with self._database.unit_of_work() as uow:
            hook = await self._own(uow, who, webhook_id)
            changed = replace(
                hook, name=order.name, url=order.url, event_types=types, state=HookState.ACTIVE, failing_since=None
            )
            if changed != hook:
                values = {"name": order.name, "url": order.url, "event_types": list(types)}
                await Hooks(uow.session).change(webhook_id, **values, state="active", failing_since=None)
                await Hooks(uow.session).note(webhook_id, "changed", who.actor, self._clock.now())
        self._poke()
        return changed

    async def rotate(self, who: Caller, webhook_id: str, key: str) -> Handed:
        """HOOK-04: a new secret; the one before signs as well for a day. The same key again gives the same secret.

        Raises DomainError NOT_FOUND WEBHOOK_UNKNOWN.
        """
        now, whole = self._clock.now(), f"{who.actor}/{key}"
        async with self._database.unit_of_work() as uow:
            hook = await self._own(uow, who, webhook_id)
            if hook.rotation_key == whole:
                return Handed(hook, self._vault.open(hook.secret, webhook_id))
            secret = fresh_secret()
            values = {
                "secret": self._vault.seal(secret, webhook_id),
                "previous_secret": hook.secret,
                "previous_until": now + SECRETS_OVERLAP,
                "rotation_key": whole,
            }
            await Hooks(uow.session).change(webhook_id, **values)
            await Hooks(uow.session).note(webhook_id, "secret_rotated", who.actor, now)
            return Handed(replace(hook, previous_until=now + SECRETS_OVERLAP), secret)

    async def end(self, who: Caller, webhook_id: str) -> None:
        """HOOK-09: end a webhook for good; one that has ended stays so. Raises NOT_FOUND WEBHOOK_UNKNOWN."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            hook = await self._own(uow, who, webhook_id, ended=True)
            if hook.state is not HookState.ENDED:
                await Hooks(uow.session).end(webhook_id)
                await Hooks(uow.session).note(webhook_id, "ended", who.actor, now)
                await Ways(uow.session).give_up(webhook_id, ENDED, now)

    async def ping(self, who: Caller, webhook_id: str, key: str) -> Way:
        """HOOK-09: send a test event; the same key again gives the same one. Raises NOT_FOUND, NOT_NOW WEBHOOK_OFF."""
        now = self._clock.now()
        event_id = str(uuid.uuid5(uuid.UUID(webhook_id), f"{who.actor}/{key}"))
        async with self._database.unit_of_work() as uow:
            hook = _active(await self._own(uow, who, webhook_id))
            event = Event(PING, {"webhook_id": webhook_id}, (hook.organisation_code,), bases_only=True)
            hooks, ways = Hooks(uow.session), Ways(uow.session)
            await hooks.write_events([written(event_id, event, now)], now)
            await hooks.deliver(event_id, [webhook_id], now)
            found = await ways.of_event(webhook_id, event_id)
        self._poke()
        assert found is not None
        return found

    async def list_deliveries(
        self, who: Caller, webhook_id: str, state: WayState | None, size: int, token: str
    ) -> tuple[Sequence[Way], str]:
        """HOOK-09: what became of each event, newest first. Raises NOT_FOUND WEBHOOK_UNKNOWN, INVALID PAGE_TOKEN."""
        if token and not _is_id(token):
            raise DomainError(Kind.INVALID, "PAGE_TOKEN", "翻页位置无效。", field="page_token")
        size = size or PAGE
        async with self._database.unit_of_work() as uow:
            await self._own(uow, who, webhook_id, ended=True, lock=False)
            found = await Ways(uow.session).page(webhook_id, state, token, size + 1)
        return found[:size], found[size - 1].delivery_id if len(found) > size else ""

    async def redeliver(self, who: Caller, delivery_id: str) -> Way:
        """HOOK-09: send an event once more under its id; one on its way is let be.

        Raises DomainError NOT_FOUND DELIVERY_UNKNOWN; NOT_NOW WEBHOOK_OFF.
        """
        async with self._database.unit_of_work() as uow:
            ways = Ways(uow.session)
            way = await ways.one(delivery_id)
            try:
                hook = await self._own(uow, who, way.webhook_id if way else new_id(), ended=True)
            except DomainError:
                message = "没有找到该投递记录。"
                unknown = DomainError(Kind.NOT_FOUND, "DELIVERY_UNKNOWN", message, field="delivery_id", rule="HOOK-09")
                raise unknown from None
            _active(hook)
            await ways.again(delivery_id, self._clock.now())
            await Hooks(uow.session).note(hook.webhook_id, "redelivered", who.actor, self._clock.now())
            found = await ways.one(delivery_id)
        self._poke()
        assert found is not None
        return found

    async def rewrap(self, limit: int) -> tuple[int, int]:
        """PRIV-04: seal about `limit` secrets anew with the current key; done, and left over."""
        done = left = 0
        async with self._database.unit_of_work() as uow:
            hooks = Hooks(uow.session)
            for hook in await hooks.all_sealed():
                kept = {"secret": hook.secret, "previous_secret": hook.previous_secret}
                old = {name: blob for name, blob in kept.items() if blob and key_of(blob) != self._vault.current_key}
                if old and done >= limit:
                    left += len(old)
                elif old:
                    anew = {
                        name: self._vault.seal(self._vault.open(blob, hook.webhook_id), hook.webhook_id)
                        for name, blob in old.items()
                    }
                    await hooks.change(hook.webhook_id, **anew)
                    done += len(old)
        return done, left

    def _check(self, who: Caller, order: Order) -> None:
        check_types(who.role, order.event_types)
        check_url(order.url, local=self._local)

    async def _own(
        self, uow: UnitOfWork, who: Caller, webhook_id: str, *, ended: bool = False, lock: bool = True
    ) -> Hook:
        """HOOK-09: a webhook of the caller's organisation and hat, locked; another's looks absent."""
        hook = await Hooks(uow.session).one(webhook_id, lock=lock)
        if hook is None or not _is_own(who, hook) or (hook.state is HookState.ENDED and not ended):
            message = "没有找到该推送，或不在您的管理范围内。"
            raise DomainError(Kind.NOT_FOUND, "WEBHOOK_UNKNOWN", message, field="webhook_id", rule="HOOK-09")
        return hook

    def _poke(self) -> None:
        for callback in self._listeners:
            callback()


def _is_own(who: Caller, hook: Hook) -> bool:
    return hook.organisation_code == who.organisation and hook.role in _seen_as(who)


def _seen_as(who: Caller) -> Sequence[str]:
    """Under which hats those were made that the caller sees: their own; a reviewer those of the administrator."""
    return [BASE] if who.role == "base_reviewer" else [who.role]


def _active(hook: Hook) -> Hook:
    if hook.state is not HookState.ACTIVE:
        message = "该推送已停用，请先修改并启用。"
        raise DomainError(Kind.NOT_NOW, "WEBHOOK_OFF", message, rule="HOOK-08")
    return hook


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
