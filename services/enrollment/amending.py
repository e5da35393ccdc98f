"""AmendmentService composed over the stores that enrollment's services share."""

from __future__ import annotations

from residency.enrollment.v1 import amendment_service_pb2, amendment_service_pb2_grpc
from services.enrollment.grpc_api.amendments import Amendments
from services.enrollment.handlers.amending import AmendmentHandlers
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.working_days import provincial_days
from services.enrollment.store.amending import AmendmentStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.working_days import WorkingDayStore
from services.kit.database import Database
from services.kit.grpc_server import Servicer


def amendments(database: Database, sealing: Sealing, cycles: CycleStore) -> Servicer:
    """How a calendar that runs is changed, as a gRPC service."""
    handlers = AmendmentHandlers(
        DeedRunner(cycles, DeedStore(database, sealing)),
        AmendmentStore(database),
        provincial_days(WorkingDayStore(database)),
    )
    return Servicer(
        amendment_service_pb2.DESCRIPTOR.services_by_name["AmendmentService"],
        amendment_service_pb2_grpc.add_AmendmentServiceServicer_to_server,
        Amendments(handlers),
    )
