"""Faculty as a process: its parts in the order in which they start."""

from __future__ import annotations

from services.access import audit_sealed, channel_to, machine_token, revocations, token_verifier
from services.faculty import appointing, assigning, registering, reporting, rostering, rotating, standing
from services.faculty.core import Core
from services.faculty.deeds import Deeds
from services.faculty.directory import Directory
from services.faculty.grpc_api import dossier
from services.faculty.handlers.dossier import Faculty
from services.faculty.handlers.papers import PaperHandlers
from services.faculty.handlers.printing import Printing
from services.faculty.handlers.upkeep import Upkeep
from services.faculty.mobiles import IdentityMobiles
from services.faculty.people import IdentityPeople
from services.faculty.settings import FacultySettings
from services.faculty.store.dossiers import Sealing
from services.kit import clock_check, vault
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from services.kit.keywatch import vault_watch
from services.kit.messaging import Messaging
from services.kit.objects import object_watch, objects_of
from services.kit.once import OnceConsumer
from services.kit.outbox import Relay
from services.kit.part import Part
from services.kit.press import FORM, Press
from services.kit.seal_copy import copy_of
from services.kit.sealed_objects import SealedObjects, object_keeper
from services.kit.sealer import Sealer
from services.kit.tls import folder

SETTINGS = FacultySettings
CONCERNS = (registering, standing, appointing, rostering, rotating, assigning, reporting)


def parts(settings: FacultySettings) -> list[Part]:
    """Faculty's parts. Raises KeysMissing when there are no keys to seal with, NoPlaceForObjects for no place."""
    database = Database(settings.database_url.get_secret_value, name="faculty")
    messaging = Messaging.of(settings, "faculty")
    keys = vault.document_of("faculty", settings, vault.generate)
    safe = vault.Vault(vault.parse(keys))
    sealing = Sealing(safe)
    clock = SystemClock()
    identity = channel_to("identity", settings, machine_token("faculty", settings))
    store = objects_of("faculty", settings)
    objects = SealedObjects(database, store, sealing)
    faculty = Faculty(database, clock, sealing, IdentityMobiles(identity))
    upkeep = Upkeep(database, sealing, objects)
    directory = Directory(identity)
    core = Core(
        *(settings, database, messaging, clock, sealing, directory, IdentityPeople(identity), identity),
        deeds=Deeds(database),
    )
    papers = PaperHandlers(database, objects, sealing, directory, core.deeds)
    printing = Printing(database, clock, sealing, core.people, papers, Press(FORM, 1))
    verifier = token_verifier(settings)
    sealer = Sealer(
        *("faculty", database, vault.audit_key(keys), clock),
        seconds=settings.seal_seconds,
        copy=copy_of("faculty", settings),
        fact=audit_sealed,
    )
    servicers = [
        dossier.servicer(faculty, papers, printing, upkeep),
        *(each for concern in CONCERNS for each in concern.servicers(core)),
    ]
    return [
        database,
        store,
        object_watch(store),
        messaging,
        clock_check.by_database(database, settings.clock_skew_seconds),
        revocations(messaging, verifier),
        vault_watch("faculty", settings, safe),
        Relay(database, messaging, "faculty"),
        directory,
        OnceConsumer(messaging, "IDENTITY", "faculty-identity", upkeep.hear, database=database),
        *(each for concern in CONCERNS for each in concern.parts(core)),
        sealer,
        object_keeper(objects),
        GrpcServer(settings.grpc_port, servicers, verifier, folder(settings.tls_dir)),
    ]
