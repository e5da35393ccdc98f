"""Notify as a process: its parts in the order in which they start."""

from __future__ import annotations

from services.access import revocations, token_verifier
from services.kit import vault
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from services.kit.keywatch import vault_watch
from services.kit.messaging import Messaging
from services.kit.once import OnceConsumer
from services.kit.outbox import Relay
from services.kit.part import Part
from services.notify import grpc_api
from services.notify.consumers import Listener
from services.notify.handlers import Notify
from services.notify.settings import NotifySettings

SETTINGS = NotifySettings


def parts(settings: NotifySettings) -> list[Part]:
    """Notify's parts. Raises KeysMissing when there are no keys to seal with."""
    database = Database(settings.database_url.get_secret_value(), name="notify")
    messaging = Messaging(settings.nats_url, name="notify")
    safe = vault.of("notify", settings)
    notify = Notify(database, SystemClock(), safe)
    listener = Listener(notify)
    verifier = token_verifier(settings)
    return [
        database,
        messaging,
        revocations(messaging, verifier),
        vault_watch("notify", settings, safe),
        Relay(database, messaging, "notify"),
        OnceConsumer(messaging, "IDENTITY", "notify-identity", listener.hear, database=database),
        OnceConsumer(messaging, "ENROLLMENT", "notify-enrollment", listener.hear, database=database),
        GrpcServer(settings.grpc_port, [grpc_api.servicer(notify)], verifier),
    ]
