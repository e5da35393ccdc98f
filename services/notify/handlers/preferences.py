"""MSG-30 and MSG-31: what people say about the notices they want, signed in or by the token of a message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.vault import Vault
from services.notify.addresses import AddressBook
from services.notify.domain.channels import Channel
from services.notify.domain.kinds import DEFAULTS, NoticeKind, kinds_for, rule_of, why_mandatory
from services.notify.domain.recipients import STAFF
from services.notify.domain.unsubscribing import read_token
from services.notify.store.addresses import Address, Addresses
from services.notify.store.preferences import Preferences
from services.notify.wishes import unsubscribing_key


@dataclass(frozen=True, slots=True)
class Wish:
    """What holds for a kind and a channel."""

    kind: NoticeKind
    channel: Channel
    wanted: bool
    mandatory: bool
    why: str
    """Why it cannot be switched off, in the reader's language; empty when it can."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where somebody is reached, masked."""

    channel: Channel
    masked: str
    blocked: str
    address: Address | None = None
    """None for the mobile number, which belongs to the account."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One's own wishes, addresses and language."""

    wishes: Sequence[Wish]
    reached: Sequence[Reached]
    language: str


class PreferenceHandlers:
    """Wishes and language of people.

    Args:
        database: Notify's.
        clock: Tells the present.
        vault: Opens addresses, and keys the tokens.
        book: Asked for the mobile number.
        channels: Those by which anything leaves at all; the inbox is always there.
    """

    def __init__(
        self, database: Database, clock: Clock, vault: Vault, book: AddressBook, channels: Collection[Channel]
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._book = book
        self._channels = frozenset(channels) | {Channel.INBOX}

    async def read(self, reader: Caller) -> Settings:
        """MSG-30: one's own wishes for what concerns one's hat, and where one is reached, all masked.

        The mobile number is left out while identity is away.
        """
        async with self._database.unit_of_work() as uow:
            preferences = Preferences(uow.session)
            said = await preferences.of(reader.person_id)
            language = await preferences.language(reader.person_id)
            addresses = await Addresses(uow.session, self._vault).of(reader.person_id, self._clock.now())
        wishes = [
            _wish(kind, channel, said.get((kind, channel)), language)
            for kind in kinds_for(reader.role, works=reader.role in STAFF)
            for channel in DEFAULTS[kind]
            if channel in self._channels
        ]
        reached = [Reached(each.channel, each.masked, each.blocked, each) for each in addresses]
        return Settings(wishes, [*await self._mobile(reader.person_id), *reached], language)

    async def set_wish(self, reader: Caller, kind: NoticeKind, channel: Channel, wanted: bool) -> Wish:
        """MSG-30: say whether a kind is wanted by a channel.

        Raises DomainError FORBIDDEN ACTING for who acts in the person's place; INVALID CHANNEL_NOT_OFFERED for a kind
        that never goes that way; NOT_NOW PREFERENCE_MANDATORY for what cannot be switched off.
        """
        refuse_acting(reader)
        return await self._set(reader.person_id, kind, channel, wanted)

    async def set_language(self, reader: Caller, language: str) -> None:
        """MSG-16: what is written from now on is in `language`. Raises DomainError FORBIDDEN ACTING."""
        refuse_acting(reader)
        async with self._database.unit_of_work() as uow:
            await Preferences(uow.session).set_language(reader.person_id, language)

    async def unsubscription(self, token: str) -> Wish:
        """MSG-31: what a message's token would take off, as it stands now. Raises NOT_FOUND UNSUBSCRIBE_TOKEN."""
        person_id, kind, channel = read_token(unsubscribing_key(self._vault), token)
        async with self._database.unit_of_work() as uow:
            preferences = Preferences(uow.session)
            said = await preferences.of(person_id)
            language = await preferences.language(person_id)
        return _wish(kind, channel, said.get((kind, channel)), language)

    async def unsubscribe(self, token: str) -> Wish:
        """MSG-31: take one kind off one channel, however often asked; nothing else, and nobody is signed in.

        Raises DomainError NOT_FOUND UNSUBSCRIBE_TOKEN; NOT_NOW PREFERENCE_MANDATORY when it became mandatory since.
        """
        person_id, kind, channel = read_token(unsubscribing_key(self._vault), token)
        return await self._set(person_id, kind, channel, False)

    async def _set(self, person_id: str, kind: NoticeKind, channel: Channel, wanted: bool) -> Wish:
        rule = rule_of(kind, channel)
        if rule is None:
            message = "此类通知不通过这种方式发送。"
            raise DomainError(Kind.INVALID, "CHANNEL_NOT_OFFERED", message, field="channel", rule="MSG-30")
        if rule.mandatory and not wanted:
            message = why_mandatory(kind, channel, "zh")
            raise DomainError(Kind.NOT_NOW, "PREFERENCE_MANDATORY", message, field="channel", rule="MSG-30")
        async with self._database.unit_of_work() as uow:
            preferences = Preferences(uow.session)
            if not rule.mandatory:
                await preferences.set(person_id, kind, channel, wanted, self._clock.now())
            language = await preferences.language(person_id)
        return _wish(kind, channel, wanted, language)

    async def _mobile(self, person_id: str) -> list[Reached]:
        try:
            found = (await self._book.find(Channel.SMS, [person_id])).get(person_id)
        except DomainError as error:
            if error.kind is not Kind.UNAVAILABLE:
                raise
            return []
        return [] if found is None else [Reached(Channel.SMS, found.masked, found.blocked)]


def refuse_acting(reader: Caller) -> None:
    """Whoever acts in another's place neither hears nor silences what is told to that person."""
    if reader.acting_by:
        raise DomainError(Kind.FORBIDDEN, "ACTING", "代为办理期间不能修改他人的通知设置。", rule="MSG-30")


async def forget(uow: UnitOfWork, vault: Vault, person_id: str, clock: Clock) -> None:
    """PRIV-05: of somebody who was erased, forget addresses, wishes and language, and send nothing any more."""
    await Addresses(uow.session, vault).forget(person_id, clock.now())
    await Preferences(uow.session).forget(person_id)


def _wish(kind: NoticeKind, channel: Channel, said: bool | None, language: str) -> Wish:
    rule = DEFAULTS[kind][channel]
    wanted = rule.mandatory or (rule.wanted if said is None else said)
    return Wish(kind, channel, wanted, rule.mandatory, why_mandatory(kind, channel, language))
