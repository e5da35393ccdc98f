"""Enrollment as a process: its parts in the order in which they start."""

from __future__ import annotations

from residency.enrollment.v1 import (
    application_service_pb2,
    application_service_pb2_grpc,
    board_service_pb2,
    board_service_pb2_grpc,
    cycle_service_pb2,
    cycle_service_pb2_grpc,
    decision_service_pb2,
    decision_service_pb2_grpc,
    paper_service_pb2,
    paper_service_pb2_grpc,
    support_service_pb2,
    support_service_pb2_grpc,
)
from services.access import audit_sealed, channel_to, machine_token, revocations, token_verifier
from services.enrollment.amending import amendments
from services.enrollment.grpc_api.applications import Applications
from services.enrollment.grpc_api.cycles import Boards
from services.enrollment.grpc_api.decisions import Decisions
from services.enrollment.grpc_api.papers import Papers
from services.enrollment.grpc_api.support import Support
from services.enrollment.handlers.applications import ApplicationHandlers, People
from services.enrollment.handlers.capabilities import CapabilityHandlers
from services.enrollment.handlers.carrying import CarryHandlers
from services.enrollment.handlers.decisions import DecisionHandlers
from services.enrollment.handlers.keeping import export_keeper
from services.enrollment.handlers.paper_reading import PaperReading
from services.enrollment.handlers.papers import PaperHandlers
from services.enrollment.handlers.reading import BoardHandlers, HistoryHandlers
from services.enrollment.handlers.screening import Documents
from services.enrollment.handlers.support import SupportHandlers
from services.enrollment.handlers.upkeep import Upkeep
from services.enrollment.paperwork import paperwork
from services.enrollment.people import IdentityPeople
from services.enrollment.placing import placing
from services.enrollment.provincial import provincial, screener
from services.enrollment.publishing import publishing
from services.enrollment.season import season_gauges
from services.enrollment.selecting import selection
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.earlier import EarlierStore
from services.enrollment.store.exports import ExportStore
from services.enrollment.store.papers import PaperStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.sealed import SealedStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.unlocks import UnlockStore
from services.enrollment.yearly import audiences, year
from services.kit import clock_check, vault
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.decoding import Desk
from services.kit.grpc_server import GrpcServer, Servicer
from services.kit.keywatch import vault_watch
from services.kit.messaging import Messaging
from services.kit.objects import ObjectStore, object_watch, objects_of
from services.kit.once import OnceConsumer
from services.kit.outbox import Relay
from services.kit.part import Part
from services.kit.picture_rules import MESSAGE_BYTES
from services.kit.seal_copy import copy_of
from services.kit.sealed_objects import object_keeper
from services.kit.sealer import Sealer
from services.kit.tls import folder
from services.kit.vault import Vault

SETTINGS = EnrollmentSettings


def parts(settings: EnrollmentSettings) -> list[Part]:
    """Enrollment's parts. Raises KeysMissing when there are no keys to seal with, NoPlaceForObjects for no place."""
    database = Database(
        settings.database_url.get_secret_value, name="enrollment", pool_size=settings.database_pool_size
    )
    messaging = Messaging.of(settings, "enrollment")
    people = IdentityPeople(channel_to("identity", settings, machine_token("enrollment", settings)))
    verifier = token_verifier(settings)
    keys = vault.document_of("enrollment", settings, vault.generate)
    safe = Vault(vault.parse(keys))
    sealing = Sealing(safe)
    objects = objects_of("enrollment", settings)
    papers = PaperStore(database, objects, sealing)
    upkeep = Upkeep(SealedStore(database, sealing), papers)
    sealer = Sealer(
        *("enrollment", database, vault.audit_key(keys), SystemClock()),
        seconds=settings.seal_seconds,
        copy=copy_of("enrollment", settings),
        fact=audit_sealed,
    )
    return [
        database,
        objects,
        object_watch(objects),
        messaging,
        clock_check.by_database(database, settings.clock_skew_seconds),
        revocations(messaging, verifier),
        vault_watch("enrollment", settings, safe),
        Relay(database, messaging, "enrollment"),
        OnceConsumer(messaging, "IDENTITY", "enrollment-identity", upkeep.hear, database=database),
        sealer,
        object_keeper(papers),
        export_keeper(ExportStore(database, sealing)),
        season_gauges(database),
        GrpcServer(
            settings.grpc_port,
            servicers(database, people, sealing, objects, settings.public_url, people),
            verifier,
            folder(settings.tls_dir),
        ),
    ]


def servicers(
    database: Database,
    people: People,
    sealing: Sealing,
    objects: ObjectStore,
    public_url: str = "",
    documents: Documents | None = None,
) -> list[Servicer]:
    """Enrollment's gRPC services over one database and one object store.

    Without `documents`, which are identity's, nobody is screened and a province orders nothing.
    """
    screening = screener(database, sealing, documents) if documents is not None else None
    cycles = CycleStore(database)
    applications = ApplicationStore(database, sealing)
    queries = QueryStore(database, sealing)
    papers, desk = PaperStore(database, objects, sealing), Desk()
    showing = PaperReading(cycles, applications, queries, papers, desk)
    support = SupportHandlers(cycles, applications, UnlockStore(database))
    contract = application_service_pb2.DESCRIPTOR.services_by_name["ApplicationService"]
    return [
        Servicer(
            contract,
            application_service_pb2_grpc.add_ApplicationServiceServicer_to_server,
            Applications(
                ApplicationHandlers(cycles, applications, queries, people, screening=screening, papers=papers),
                HistoryHandlers(cycles, applications, queries),
                CapabilityHandlers(cycles, applications, queries, people),
                CarryHandlers(cycles, applications, EarlierStore(database, sealing)),
            ),
        ),
        Servicer(
            decision_service_pb2.DESCRIPTOR.services_by_name["DecisionService"],
            decision_service_pb2_grpc.add_DecisionServiceServicer_to_server,
            Decisions(DecisionHandlers(cycles, applications, queries)),
        ),
        Servicer(
            cycle_service_pb2.DESCRIPTOR.services_by_name["CycleService"],
            cycle_service_pb2_grpc.add_CycleServiceServicer_to_server,
            year(database, sealing, cycles),
        ),
        Servicer(
            board_service_pb2.DESCRIPTOR.services_by_name["BoardService"],
            board_service_pb2_grpc.add_BoardServiceServicer_to_server,
            Boards(BoardHandlers(queries)),
        ),
        Servicer(
            support_service_pb2.DESCRIPTOR.services_by_name["SupportService"],
            support_service_pb2_grpc.add_SupportServiceServicer_to_server,
            Support(support, Upkeep(SealedStore(database, sealing), papers)),
        ),
        Servicer(
            paper_service_pb2.DESCRIPTOR.services_by_name["PaperService"],
            paper_service_pb2_grpc.add_PaperServiceServicer_to_server,
            Papers(
                PaperHandlers(cycles, applications, queries, papers, desk),
                showing,
            ),
            MESSAGE_BYTES,
        ),
        audiences(database, cycles),
        *paperwork(database, sealing, cycles, showing, public_url),
        selection(database, sealing, cycles, applications),
        placing(database, sealing, cycles, applications, queries),
        publishing(database, sealing, cycles),
        amendments(database, sealing, cycles),
        *(provincial(database, sealing, cycles, applications, queries, documents) if documents is not None else []),
    ]
