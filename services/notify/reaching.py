"""Puts together what concerns addresses and wishes: whom identity knows, what people said, where messages go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from residency.identity.v1 import events_pb2 as identity
from services.access import channel_to, machine_token
from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.grpc_server import Servicer
from services.kit.messaging import Delivery
from services.kit.vault import Vault
from services.notify.adapters.port import ChannelAdapter
from services.notify.adapters.wechat import WeChat
from services.notify.addresses import AddressBook
from services.notify.contacts import Contacts
from services.notify.domain.channels import Channel
from services.notify.grpc_api import preferences
from services.notify.handlers.preferences import PreferenceHandlers, forget
from services.notify.handlers.proving_addresses import AddressHandlers, Scanner
from services.notify.handlers.writing import Writer
from services.notify.settings import NotifySettings
from services.notify.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Reaching:
    """What routing and sending ask, and what people call."""

    contacts: Contacts
    book: AddressBook
    wishes: Wishes
    database: Database
    clock: Clock
    vault: Vault

    def addresses(
        self,
        writer: Writer,
        channels: Collection[Channel],
        scanner: Scanner | None = None,
        poke: Callable[[], None] | None = None,
    ) -> AddressHandlers:
        """Proves addresses for `channels`; `poke` is called when a code waits to be sent."""
        return AddressHandlers(self.database, self.clock, self.vault, writer, channels, scanner, poke)

    def servicer(self, addresses: AddressHandlers, channels: Collection[Channel]) -> Servicer:
        """PreferenceService, over the channels in use."""
        wishes = PreferenceHandlers(self.database, self.clock, self.vault, self.book, channels)
        return preferences.servicer(wishes, addresses)

    async def forget(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """PRIV-05: what follows from `PersonErased` beside the texts."""
        await forget(uow, self.vault, identity.PersonErased.FromString(delivery.body).person_id, self.clock)


def reaching(settings: NotifySettings, database: Database, clock: Clock, vault: Vault) -> Reaching:
    """What concerns addresses and wishes, asking identity with notify's own token."""
    contacts = Contacts(channel_to("identity", settings, machine_token("notify", settings)))
    return Reaching(contacts, AddressBook(database, vault, contacts, clock), Wishes(), database, clock, vault)


def scanner_of(carriers: Mapping[Channel, ChannelAdapter]) -> Scanner | None:
    """The official account; None where none is in use, for a kept message is scanned by nobody."""
    account = carriers.get(Channel.WECHAT)
    return account if isinstance(account, WeChat) else None
