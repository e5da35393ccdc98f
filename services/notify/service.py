"""Notify as a process: its parts in the order in which they start."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.access import channel_to, machine_token, revocations, token_verifier
from services.kit import clock_check, vault
from services.kit.clock import Clock, SystemClock
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from services.kit.keywatch import vault_watch
from services.kit.messaging import Messaging
from services.kit.outbox import Relay
from services.kit.part import Part
from services.kit.stream_gauges import stream_gauges
from services.kit.tls import folder
from services.notify.adapters import choice
from services.notify.adapters.mail import Letterhead, as_html
from services.notify.adapters.port import ChannelAdapter
from services.notify.adapters.receipts import Receipts
from services.notify.audiences import Audiences
from services.notify.campaigning import campaigns
from services.notify.composing import Composer
from services.notify.consumers import ERASED, Listener, hearing
from services.notify.dispatching import Dispatcher, Limits
from services.notify.domain.channels import Channel
from services.notify.grpc_api import campaigns as campaign_api
from services.notify.grpc_api import deliveries as delivery_api
from services.notify.grpc_api import inbox
from services.notify.handlers.campaigns import CALENDAR_CHANGED
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.previewing import Previewing
from services.notify.handlers.proving import Carriers, Proving
from services.notify.handlers.receiving import Receiving
from services.notify.handlers.recording import Recording
from services.notify.handlers.writing import Writer
from services.notify.hooking import hooking
from services.notify.metrics import backlog_gauges
from services.notify.reaching import reaching, scanner_of
from services.notify.routing import Router
from services.notify.settings import NotifySettings
from services.notify.store.editions import Editions

SETTINGS = NotifySettings
USUAL_PER_SECOND = 200.0
"""Deliveries a second of a channel for which the settings say nothing."""


def parts(settings: NotifySettings, clock: Clock | None = None) -> list[Part]:
    """Notify's parts; `clock` is the machine's when None.

    Raises KeysMissing when there are no keys to seal with, AdapterMissing for half a channel.
    """
    database = Database(settings.database_url.get_secret_value, name="notify")
    messaging = Messaging.of(settings, "notify")
    safe, clock, verifier = vault.of("notify", settings), clock or SystemClock(), token_verifier(settings)
    carriers = choice.adapters(settings)
    reached = reaching(settings, database, clock, safe)
    editions = Editions(database)
    composer = Composer(reached.book, editions, safe)
    dispatcher = Dispatcher(database, clock, carriers, composer, _limits(settings, carriers), reached.book)
    router = Router(
        database, clock, reached.wishes, reached.contacts, carriers, dispatcher.poke, _known(settings, carriers)
    )
    writer = Writer(database, clock, safe)
    writer.on_written(router.poke)
    head = Letterhead.of(settings)

    def letter(title: str, body: str, language: str) -> str:
        return as_html(head, title, body, language)

    previewing = Previewing(letter)
    audiences = Audiences(channel_to("enrollment", settings, machine_token("notify", settings)))
    desk, campaigning = campaigns(database, clock, writer, audiences, previewing, settings.campaign_per_second)
    addresses = reached.addresses(writer, carriers, scanner_of(carriers), dispatcher.poke)
    proving = Proving(database, clock, safe, editions, Carriers(carriers, dispatcher.limit, letter))
    receiving = Receiving(Receipts(settings, clock), Recording(database, clock, reached.book), addresses)
    hooks = hooking(settings, messaging, database, clock, safe, writer)
    listener = Listener(writer, {ERASED: [reached.forget], CALENDAR_CHANGED: [desk.hear_calendar]})
    return [
        database,
        messaging,
        clock_check.by_database(database, settings.clock_skew_seconds),
        revocations(messaging, verifier),
        vault_watch("notify", settings, safe),
        editions,
        Relay(database, messaging, "notify"),
        *carriers.values(),
        dispatcher,
        router,
        campaigning,
        backlog_gauges(database, clock, carriers),
        stream_gauges(messaging),
        *hearing(messaging, database, listener),
        *hooks.parts,
        GrpcServer(
            settings.grpc_port,
            [
                inbox.servicer(writer, Inbox(database, clock, safe), [addresses.rewrap, hooks.handlers.rewrap]),
                reached.servicer(addresses, carriers),
                delivery_api.servicer(proving, previewing, receiving),
                campaign_api.servicer(desk),
                hooks.servicer,
            ],
            verifier,
            folder(settings.tls_dir),
        ),
    ]


def _known(settings: NotifySettings, carriers: Mapping[Channel, ChannelAdapter]) -> dict[Channel, Collection[str]]:
    """An official account knows the templates it was told of."""
    wechat = carriers.get(Channel.WECHAT)
    return {Channel.WECHAT: settings.wechat_templates} if wechat is not None and wechat.kind == "wechat" else {}


def _limits(settings: NotifySettings, channels: Collection[Channel]) -> Limits:
    rates = {channel: settings.channel_per_second.get(channel, USUAL_PER_SECOND) for channel in channels}
    return Limits(settings.send_per_second, rates, settings.most_attempts)
