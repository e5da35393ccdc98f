"""MSG-29 and MSG-32: people prove that an e-mail address or an official account's follower is theirs."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.vault import Vault
from services.notify.domain import addresses as rules
from services.notify.domain.channels import Channel
from services.notify.domain.recipients import Recipient
from services.notify.handlers.preferences import refuse_acting
from services.notify.handlers.writing import Draft, Writer
from services.notify.store.addresses import Address, Addresses, lookup_of

AT_ONCE = 200
"""Addresses sealed anew in one transaction."""
CODE_TEMPLATE = "address_code"
LEFT = "LEFT"
"""Why an official account's former follower is blocked."""
_TICKET_BYTES = 18


class Scanner(Protocol):
    """Makes pictures that a phone scans to follow the official account."""

    async def scan_url(self, ticket: str) -> str:
        """What the picture holds for `ticket`. Raises DomainError UNAVAILABLE."""
        ...


@dataclass(frozen=True, slots=True)
class Begun:
    """An address that waits to be proved."""

    address: Address
    scan_url: str = field(repr=False, default="")


class AddressHandlers:
    """Proves, removes and blocks addresses.

    Args:
        database: Notify's.
        clock: Tells the present.
        vault: Seals addresses, and keys the hashes of codes.
        writer: Writes the message with the code.
        channels: Those by which anything leaves at all.
        scanner: The official account; None when there is none.
        poke: Called when a code waits to be sent.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        writer: Writer,
        channels: Collection[Channel],
        scanner: Scanner | None = None,
        poke: Callable[[], None] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._writer = writer
        self._channels = frozenset(channels)
        self._scanner = scanner
        self._poke = poke

    async def start(self, reader: Caller, channel: Channel, typed: str, key: str) -> Begun:
        """MSG-29: begin to prove an address: a code leaves for an e-mail address, a picture comes back for WeChat.

        What was begun before for that channel and not proved is void. The same `key` gives the same, without another
        code.

        Raises:
            DomainError: FORBIDDEN ACTING; INVALID EMAIL_FORMAT; NOT_NOW ADDRESS_NOT_SUPPORTED where the channel is off;
                EXHAUSTED ADDRESS_STARTS after five in an hour, by one person or of one address; CONFLICT
                IDEMPOTENCY_KEY_REUSED; UNAVAILABLE when the official account does not answer.
        """
        refuse_acting(reader)
        if channel is Channel.WECHAT:
            return await self._start_scan(reader.person_id, key)
        value = rules.parse_email(typed)
        if Channel.EMAIL not in self._channels:
            raise _not_supported()
        address_id, code = new_id(), f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
        secret = self._code_hash(address_id, code)
        new = self._waiting(address_id, reader.person_id, Channel.EMAIL, key, secret, value)
        async with self._database.unit_of_work() as uow:
            store = Addresses(uow.session, self._vault)
            known = await self._begin(store, new, value)
            if known is None:
                draft = Draft(f"address/{address_id}", Recipient(reader.person_id), CODE_TEMPLATE, {"code": code})
                await self._writer.write_many(uow, [draft])
                await store.send_code(draft.key, new)
        if known is None and self._poke is not None:
            self._poke()
        return Begun(known or new)

    async def confirm(self, reader: Caller, address_id: str, code: str) -> Address:
        """MSG-29: prove an e-mail address by its code; it takes the place of the one before.

        MSG-32: a block on it is lifted. The right code once more changes nothing.

        Raises:
            DomainError: FORBIDDEN ACTING; NOT_FOUND ADDRESS_UNKNOWN; INVALID CODE_EXPIRED after ten minutes, and for
                one that was removed; EXHAUSTED CODE_TRIES after five wrong ones; INVALID CODE_WRONG.
        """
        refuse_acting(reader)
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            store = Addresses(uow.session, self._vault)
            found = await store.own(reader.person_id, address_id)
            if found is None or found.channel is not Channel.EMAIL:
                raise _unknown()
            refusal = self._refusal(found, code, now)
            if refusal is None and found.verified_at is None:
                await store.prove(found, now)
                found = replace(found, verified_at=now, blocked="")
            elif refusal is not None and refusal.reason == "CODE_WRONG":
                # Counted although it is refused: this transaction is committed.
                await store.count_try(address_id)
        if refusal is not None:
            raise refusal
        return found

    async def remove(self, reader: Caller, address_id: str) -> None:
        """MSG-29: forget an address; what waits for it is not sent any more. Removing it again changes nothing.

        Raises DomainError FORBIDDEN ACTING; NOT_FOUND ADDRESS_UNKNOWN.
        """
        refuse_acting(reader)
        async with self._database.unit_of_work() as uow:
            store = Addresses(uow.session, self._vault)
            found = await store.own(reader.person_id, address_id)
            if found is None:
                raise _unknown()
            if found.removed_at is None:
                await store.remove(address_id, self._clock.now())

    async def scanned(self, ticket: str, openid: str) -> bool:
        """MSG-29: the official account says that this follower scanned the picture; False when nobody waits for it.

        MSG-32: a block on the follower is lifted.
        """
        now, lookup = self._clock.now(), lookup_of(self._vault, Channel.WECHAT, openid)
        async with self._database.unit_of_work() as uow:
            store = Addresses(uow.session, self._vault)
            found = await store.awaiting(self._ticket_hash(ticket), now)
            if found is None:
                return False
            await store.tell(found.address_id, openid, rules.masked(Channel.WECHAT, openid), lookup)
            await store.prove(replace(found, lookup=lookup), now)
        return True

    async def left(self, openid: str) -> None:
        """MSG-32: a follower left the official account: nothing more is sent there until they scan anew."""
        lookup = lookup_of(self._vault, Channel.WECHAT, openid)
        async with self._database.unit_of_work() as uow:
            await Addresses(uow.session, self._vault).block(Channel.WECHAT, lookup, LEFT, self._clock.now())

    async def rewrap(self, limit: int) -> tuple[int, int]:
        """PRIV-04: seal up to `limit` addresses anew with the current key; done, and left over."""
        done = 0
        while done < limit:
            batch = min(AT_ONCE, limit - done)
            async with self._database.unit_of_work() as uow:
                found = await Addresses(uow.session, self._vault).rewrap(batch)
            done += found
            if found < batch:
                break
        async with self._database.unit_of_work() as uow:
            return done, await Addresses(uow.session, self._vault).count_old()

    async def _start_scan(self, person_id: str, key: str) -> Begun:
        if Channel.WECHAT not in self._channels or self._scanner is None:
            raise _not_supported()
        # The same for a repeated request, and nobody else can guess it.
        mark = self._vault.lookup("address ticket", f"{person_id}\0{key}")
        ticket = base64.urlsafe_b64encode(mark[:_TICKET_BYTES]).decode()
        new = self._waiting(new_id(), person_id, Channel.WECHAT, key, self._ticket_hash(ticket))
        async with self._database.unit_of_work() as uow:
            known = await self._begin(Addresses(uow.session, self._vault), new, "")
        return Begun(known or new, await self._scanner.scan_url(ticket))

    async def _begin(self, store: Addresses, new: Address, value: str) -> Address | None:
        """Write `new` within the limits; the one begun with the same key instead, when there is one."""
        await store.take_turn()
        known = await store.begun_with(new.person_id, new.key)
        if known is not None:
            # The hash of a removed or swept one may be gone, and that of a scan comes with the scan.
            both = known.lookup and new.lookup
            if known.channel is not new.channel or (both and known.lookup != new.lookup):
                message = "该请求编号已用于其他内容。"
                raise DomainError(
                    Kind.CONFLICT, "IDEMPOTENCY_KEY_REUSED", message, field="idempotency_key", rule="MSG-29"
                )
            return known
        await self._check_limits(store, new)
        await store.sweep(new.created_at - rules.PENDING_KEPT, new.created_at)
        await store.void(new.person_id, new.channel, new.created_at)
        await store.add(new, value)
        return None

    async def _check_limits(self, store: Addresses, new: Address) -> None:
        window, allowed = rules.STARTS
        since = new.created_at - window
        begun = [await store.nth_start(allowed, since, person_id=new.person_id)]
        if new.lookup:
            begun.append(await store.nth_start(allowed, since, lookup=new.lookup))
        until = max((at + window for at in begun if at is not None), default=None)
        if until is not None:
            message = "验证次数过多，请稍后再试。"
            raise DomainError(Kind.EXHAUSTED, "ADDRESS_STARTS", message, field="address", rule="MSG-29", until=until)

    def _waiting(
        self, address_id: str, person_id: str, channel: Channel, key: str, secret: bytes, value: str = ""
    ) -> Address:
        now = self._clock.now()
        return Address(
            address_id=address_id,
            person_id=person_id,
            channel=channel,
            masked=rules.masked(channel, value) if value else "",
            key=key,
            lookup=lookup_of(self._vault, channel, value) if value else b"",
            secret=secret,
            tries=0,
            created_at=now,
            expires_at=now + rules.LIFE,
        )

    def _refusal(self, found: Address, code: str, now: datetime) -> DomainError | None:
        """Why `code` does not prove `found`; None when it does, or did."""
        right = hmac.compare_digest(found.secret, self._code_hash(found.address_id, code))
        if found.verified_at is not None and found.removed_at is None and right:
            return None
        if found.removed_at is not None or found.verified_at is not None or found.expires_at <= now:
            return _code("CODE_EXPIRED", "验证码已失效，请重新获取。")
        if found.tries >= rules.TRIES:
            return _code("CODE_TRIES", "验证码输错次数过多，请重新获取。", Kind.EXHAUSTED)
        if right:
            return None
        left = rules.TRIES - found.tries - 1
        return _code("CODE_WRONG", f"验证码不正确，还可以再试{left}次。" if left else "验证码不正确，请重新获取。")

    def _code_hash(self, address_id: str, code: str) -> bytes:
        return self._vault.lookup("address code", f"{address_id}\0{code}")

    def _ticket_hash(self, ticket: str) -> bytes:
        return self._vault.lookup("address scanned", ticket)


def _code(reason: str, message: str, kind: Kind = Kind.INVALID) -> DomainError:
    return DomainError(kind, reason, message, field="code", rule="MSG-29")


def _not_supported() -> DomainError:
    message = "目前不能通过这种方式接收通知。"
    return DomainError(Kind.NOT_NOW, "ADDRESS_NOT_SUPPORTED", message, field="channel", rule="MSG-29")


def _unknown() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "ADDRESS_UNKNOWN", "没有找到该地址。", field="address_id", rule="MSG-29")
