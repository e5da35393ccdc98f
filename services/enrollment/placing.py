"""PlaceService composed over the stores that enrollment's services share."""

from __future__ import annotations

from residency.enrollment.v1 import place_service_pb2, place_service_pb2_grpc
from services.enrollment.grpc_api.places import Places
from services.enrollment.handlers.co_signing import CoSigningHandlers
from services.enrollment.handlers.offers import OfferHandlers
from services.enrollment.handlers.places import PlaceHandlers
from services.enrollment.handlers.revocations import RevocationHandlers
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.offers import OfferStore
from services.enrollment.store.places import PlaceStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.grpc_server import Servicer


def placing(
    database: Database, sealing: Sealing, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore
) -> Servicer:
    """What happens to places, as a gRPC service."""
    kept = PlaceStore(database, sealing)
    return Servicer(
        place_service_pb2.DESCRIPTOR.services_by_name["PlaceService"],
        place_service_pb2_grpc.add_PlaceServiceServicer_to_server,
        Places(
            PlaceHandlers(cycles, applications, queries, kept),
            RevocationHandlers(cycles, applications, kept),
            CoSigningHandlers(cycles, applications, kept),
            OfferHandlers(cycles, applications, OfferStore(database)),
        ),
    )
