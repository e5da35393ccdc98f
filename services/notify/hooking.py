"""Puts together what tells organisations' systems of events: who hears facts, who sends, who answers."""

from __future__ import annotations

from dataclasses import dataclass

from services.access import channel_to
from services.kit.chores import Chore
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.grpc_server import Servicer
from services.kit.messaging import Messaging
from services.kit.part import Part
from services.kit.vault import Vault
from services.notify.adapters.doors import Doors
from services.notify.adapters.post import Poster
from services.notify.grpc_api import hooks
from services.notify.handlers.hooks import HookHandlers
from services.notify.handlers.writing import Writer
from services.notify.hook_dispatching import HookDispatcher
from services.notify.hook_routing import ROUTE_SECONDS, AskedPlaces, Facts, HookRouter
from services.notify.settings import NotifySettings


@dataclass(frozen=True, slots=True)
class Hooking:
    """The parts in the order in which they start, and what is served."""

    handlers: HookHandlers
    parts: list[Part]
    servicer: Servicer


def hooking(
    settings: NotifySettings,
    messaging: Messaging,
    database: Database,
    clock: Clock,
    vault: Vault,
    writer: Writer,
) -> Hooking:
    """Webhooks over one database; what is public of other services is asked without a token."""
    handlers = HookHandlers(database, clock, vault, local=settings.hooks_local)
    poster = Poster(settings.hooks_timeout, Doors(local=settings.hooks_local))
    dispatcher = HookDispatcher(database, clock, vault, poster, writer)
    handlers.on_waiting(dispatcher.poke)
    places = AskedPlaces(channel_to("identity", settings), channel_to("enrollment", settings))
    router = HookRouter(database, clock, places)
    parts: list[Part] = [
        dispatcher,
        Chore("webhook routing", router.route_all, ROUTE_SECONDS),
        *Facts(clock).consumers(messaging, database),
    ]
    return Hooking(handlers, parts, hooks.servicer(handlers))
