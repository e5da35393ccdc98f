"""CycleService and AudienceService composed over the stores that enrollment's services share."""

from __future__ import annotations

from residency.enrollment.v1 import audience_service_pb2, audience_service_pb2_grpc
from services.enrollment.grpc_api.audiences import Audiences
from services.enrollment.grpc_api.cycles import Cycles
from services.enrollment.handlers.audiences import AudienceHandlers
from services.enrollment.handlers.concerned import ConcernedHandlers
from services.enrollment.handlers.cycles import CycleHandlers
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.preparing import PreparingHandlers
from services.enrollment.handlers.windows import WindowHandlers
from services.enrollment.store.audiences import AudienceStore
from services.enrollment.store.concerned import ConcernedStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.drafts import DraftStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.windows import WindowStore
from services.kit.database import Database
from services.kit.grpc_server import Servicer


def year(database: Database, sealing: Sealing, cycles: CycleStore) -> Cycles:
    """Cycles, their gate and windows, who is concerned by their dates, and the drafts of next years."""
    windows = WindowStore(database)
    reading, runner = CycleHandlers(cycles), DeedRunner(cycles, DeedStore(database, sealing))
    return Cycles(
        reading,
        WindowHandlers(cycles, windows),
        ConcernedHandlers(cycles, windows, ConcernedStore(database)),
        PreparingHandlers(cycles, DraftStore(database), runner, reading),
    )


def audiences(database: Database, cycles: CycleStore) -> Servicer:
    """Whom a province may tell something, as a gRPC service."""
    return Servicer(
        audience_service_pb2.DESCRIPTOR.services_by_name["AudienceService"],
        audience_service_pb2_grpc.add_AudienceServiceServicer_to_server,
        Audiences(AudienceHandlers(cycles, AudienceStore(database))),
    )
