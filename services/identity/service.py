"""Identity as a process: its parts in the order in which they start."""

from __future__ import annotations

from services.identity import grpc_api, keys
from services.identity.handlers import Identity
from services.identity.passwords import Passwords
from services.identity.settings import IdentitySettings
from services.identity.tokens import TokenIssuer
from services.identity.vault import Vault
from services.kit.auth import TokenVerifier
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from services.kit.messaging import Messaging
from services.kit.outbox import Relay
from services.kit.part import Part

SETTINGS = IdentitySettings


def parts(settings: IdentitySettings) -> list[Part]:
    """Identity's parts. Raises `keys.KeysMissing` when there are no keys to sign and seal with."""
    held = keys.load(settings)
    clock = SystemClock()
    database = Database(settings.database_url.get_secret_value(), name="identity")
    messaging = Messaging(settings.nats_url, name="identity")
    passwords = Passwords(settings.argon2_memory_kib, settings.sign_in_queue, clock)
    issuer = TokenIssuer(held, settings.token_life, clock)
    identity = Identity(database, Vault(held), passwords, issuer, settings.machine_secrets, clock)

    async def own_keys() -> str:
        return identity.key_set_json()

    server = GrpcServer(settings.grpc_port, [grpc_api.servicer(identity)], TokenVerifier(own_keys))
    return [database, messaging, Relay(database, messaging, "identity"), passwords, server]
