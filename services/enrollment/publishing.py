"""CalendarService composed over the stores that enrollment's services share."""

from __future__ import annotations

from residency.enrollment.v1 import calendar_service_pb2, calendar_service_pb2_grpc
from services.enrollment.grpc_api.calendars import Calendars
from services.enrollment.handlers.calendars import CalendarHandlers
from services.enrollment.handlers.working_days import WorkingDayHandlers
from services.enrollment.store.calendars import CalendarStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.working_days import WorkingDayStore
from services.kit.database import Database
from services.kit.grpc_server import Servicer


def publishing(database: Database, sealing: Sealing, cycles: CycleStore) -> Servicer:
    """How calendars are published, as a gRPC service."""
    return Servicer(
        calendar_service_pb2.DESCRIPTOR.services_by_name["CalendarService"],
        calendar_service_pb2_grpc.add_CalendarServiceServicer_to_server,
        Calendars(
            CalendarHandlers(cycles, CalendarStore(database), sealing),
            WorkingDayHandlers(WorkingDayStore(database)),
        ),
    )
