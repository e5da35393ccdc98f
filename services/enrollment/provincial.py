"""PlanService, ScreeningService and ReallocationService composed over the stores that enrollment's services share."""

from __future__ import annotations

from residency.enrollment.v1 import (
    plan_service_pb2,
    plan_service_pb2_grpc,
    reallocation_service_pb2,
    reallocation_service_pb2_grpc,
    screening_service_pb2,
    screening_service_pb2_grpc,
)
from services.enrollment.grpc_api.plans import Plans
from services.enrollment.grpc_api.reallocation import Reallocations
from services.enrollment.grpc_api.screening import Screening
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.extending import ExtendingHandlers
from services.enrollment.handlers.holding import HoldHandlers
from services.enrollment.handlers.moving import MovingHandlers
from services.enrollment.handlers.penalising import PenaltyHandlers
from services.enrollment.handlers.plans import PlanHandlers
from services.enrollment.handlers.policies import PolicyHandlers
from services.enrollment.handlers.reallocation import ReallocationHandlers
from services.enrollment.handlers.reverting import RevertingHandlers
from services.enrollment.handlers.screening import Documents, Screener
from services.enrollment.handlers.windows import WindowHandlers
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.holds import HoldStore
from services.enrollment.store.penalties import PenaltyStore
from services.enrollment.store.plans import PlanStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.reallocation import ReallocationStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.windows import WindowStore
from services.kit.database import Database
from services.kit.grpc_server import Servicer


def provincial(
    database: Database,
    sealing: Sealing,
    cycles: CycleStore,
    applications: ApplicationStore,
    queries: QueryStore,
    documents: Documents,
) -> list[Servicer]:
    """What a province orders, as gRPC services."""
    deeds, windows = DeedRunner(cycles, DeedStore(database, sealing)), WindowStore(database)
    plans, proposals = PlanStore(database), ReallocationStore(database, sealing)
    moving = MovingHandlers(cycles, applications, queries, plans, proposals)
    return [
        Servicer(
            plan_service_pb2.DESCRIPTOR.services_by_name["PlanService"],
            plan_service_pb2_grpc.add_PlanServiceServicer_to_server,
            Plans(
                PolicyHandlers(deeds),
                PlanHandlers(deeds, plans),
                RevertingHandlers(deeds, plans),
                ExtendingHandlers(deeds, windows, WindowHandlers(cycles, windows)),
            ),
        ),
        Servicer(
            screening_service_pb2.DESCRIPTOR.services_by_name["ScreeningService"],
            screening_service_pb2_grpc.add_ScreeningServiceServicer_to_server,
            Screening(
                PenaltyHandlers(deeds, PenaltyStore(database, sealing), documents),
                HoldHandlers(cycles, applications, deeds, HoldStore(database, sealing)),
            ),
        ),
        Servicer(
            reallocation_service_pb2.DESCRIPTOR.services_by_name["ReallocationService"],
            reallocation_service_pb2_grpc.add_ReallocationServiceServicer_to_server,
            Reallocations(moving, ReallocationHandlers(deeds, proposals, plans, moving, applications, queries)),
        ),
    ]


def screener(database: Database, sealing: Sealing, documents: Documents) -> Screener:
    """What starts and submissions are screened by."""
    return Screener(documents, PenaltyStore(database, sealing), HoldStore(database, sealing))
