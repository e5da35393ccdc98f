"""Faculty as a process: its parts in the order in which they start."""

from __future__ import annotations

from services.access import revocations, token_verifier
from services.faculty import grpc_api
from services.faculty.handlers import Faculty
from services.faculty.settings import FacultySettings
from services.faculty.store import Sealing
from services.kit import vault
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from services.kit.keywatch import vault_watch
from services.kit.messaging import Messaging
from services.kit.once import OnceConsumer
from services.kit.outbox import Relay
from services.kit.part import Part

SETTINGS = FacultySettings


def parts(settings: FacultySettings) -> list[Part]:
    """Faculty's parts. Raises KeysMissing when there are no keys to seal with."""
    database = Database(settings.database_url.get_secret_value(), name="faculty")
    messaging = Messaging(settings.nats_url, name="faculty")
    safe = vault.of("faculty", settings)
    faculty = Faculty(database, SystemClock(), Sealing(safe))
    verifier = token_verifier(settings)
    server = GrpcServer(settings.grpc_port, [grpc_api.servicer(faculty)], verifier)
    return [
        database,
        messaging,
        revocations(messaging, verifier),
        vault_watch("faculty", settings, safe),
        Relay(database, messaging, "faculty"),
        OnceConsumer(messaging, "IDENTITY", "faculty-identity", faculty.hear, database=database),
        server,
    ]
