"""The part of enrollment that selects, put together: SelectionService."""

from __future__ import annotations

from residency.enrollment.v1 import selection_service_pb2, selection_service_pb2_grpc
from services.enrollment.grpc_api.selection import Selection
from services.enrollment.handlers.list_progress import ListProgressHandlers
from services.enrollment.handlers.lists import ListHandlers
from services.enrollment.handlers.objections import ObjectionHandlers
from services.enrollment.handlers.ranking import RankingHandlers
from services.enrollment.handlers.scores import ScoreHandlers
from services.enrollment.handlers.working_days import provincial_days
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.list_progress import ListProgressStore
from services.enrollment.store.lists import ListStore
from services.enrollment.store.objections import ObjectionStore
from services.enrollment.store.scores import ScoreStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.working_days import WorkingDayStore
from services.kit.database import Database
from services.kit.grpc_server import Servicer


def selection(database: Database, sealing: Sealing, cycles: CycleStore, applications: ApplicationStore) -> Servicer:
    """SelectionService over the stores that the other services use."""
    deeds, scores = DeedStore(database, sealing), ScoreStore(database, sealing)
    ranking = RankingHandlers(cycles, deeds, scores)
    return Servicer(
        selection_service_pb2.DESCRIPTOR.services_by_name["SelectionService"],
        selection_service_pb2_grpc.add_SelectionServiceServicer_to_server,
        Selection(
            ScoreHandlers(cycles, applications, deeds, scores),
            ranking,
            ListHandlers(cycles, deeds, ListStore(database), ranking, provincial_days(WorkingDayStore(database))),
            ObjectionHandlers(cycles, applications, deeds, ObjectionStore(database, sealing)),
            ListProgressHandlers(cycles, ListProgressStore(database)),
        ),
    )
