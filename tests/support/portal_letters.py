"""The portal before a real notify on a real database, with channels that keep: what pages send is what it takes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from pydantic import SecretStr

from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from services.notify.adapters.kept import KeptChannel
from services.notify.adapters.mail import Letterhead, as_html
from services.notify.adapters.receipts import Receipts
from services.notify.addresses import AddressBook
from services.notify.composing import Composer
from services.notify.dispatching import Dispatcher, Limits
from services.notify.domain.channels import Channel
from services.notify.domain.recipients import Recipient
from services.notify.domain.samples import sample_values
from services.notify.domain.templates import TEMPLATES
from services.notify.grpc_api import deliveries, inbox, preferences
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.preferences import PreferenceHandlers
from services.notify.handlers.previewing import Previewing
from services.notify.handlers.proving import Carriers, Proving
from services.notify.handlers.proving_addresses import AddressHandlers
from services.notify.handlers.receiving import Receiving
from services.notify.handlers.recording import Recording
from services.notify.handlers.writing import Draft, Writer
from services.notify.routing import Router
from services.notify.settings import NotifySettings
from services.notify.store.editions import Editions
from services.notify.wishes import Wishes
from tests.support.carriers import People
from tests.support.portal_upstream import Upstream
from tests.support.vaults import VAULT

SECRET = "a secret between us and a carrier"
CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.WECHAT)


@dataclass
class Letters:
    """The portal with notify behind it."""

    upstream: Upstream
    database: Database
    people: People
    writer: Writer

    async def tell(self, person_id: str, template: str, key: str) -> None:
        """Write a message with sample values."""
        draft = Draft(key, Recipient(person_id=person_id), template, sample_values(TEMPLATES[template]))
        async with self.database.unit_of_work() as uow:
            assert await self.writer.write_many(uow, [draft]) == [True]


@contextlib.asynccontextmanager
async def lettered(url: str) -> AsyncIterator[Letters]:
    """Notify over the database at `url`, at work, and the portal before it."""
    database, clock, people, upstream = Database(url, name="letters"), SystemClock(), People(), Upstream()
    settings = NotifySettings(texts_receipt_secret=SecretStr(SECRET), wechat_token=SecretStr(SECRET))
    writer, editions, book = (
        Writer(database, clock, VAULT),
        Editions(database),
        AddressBook(database, VAULT, people, clock),
    )
    carriers = {channel: KeptChannel(channel) for channel in CHANNELS}
    limits = Limits(1000.0, dict.fromkeys(CHANNELS, 1000.0), most_attempts=6)
    dispatcher = Dispatcher(database, clock, carriers, Composer(book, editions, VAULT), limits, book)
    router = Router(database, clock, Wishes(), people, carriers, dispatcher.poke)
    writer.on_written(router.poke)
    head = Letterhead.of(settings)

    def letter(title: str, body: str, language: str) -> str:
        return as_html(head, title, body, language)

    addresses = AddressHandlers(database, clock, VAULT, writer, CHANNELS, None, dispatcher.poke)
    receiving = Receiving(Receipts(settings, clock), Recording(database, clock, book), addresses)
    proving = Proving(database, clock, VAULT, editions, Carriers(carriers, dispatcher.limit, letter))
    server = GrpcServer(
        0,
        [
            inbox.servicer(writer, Inbox(database, clock, VAULT)),
            preferences.servicer(PreferenceHandlers(database, clock, VAULT, book, CHANNELS), addresses),
            deliveries.servicer(proving, Previewing(letter), receiving),
        ],
        upstream.verifier(),
    )
    async with contextlib.AsyncExitStack() as stack:
        for part in (database, editions, dispatcher, router, server):
            await part.start()
            stack.push_async_callback(part.stop)
        upstream.notify_address = f"127.0.0.1:{server.port}"
        await upstream.start()
        stack.push_async_callback(upstream.stop)
        yield Letters(upstream, database, people, writer)
