"""Forms, exports and stories as servicers over one database."""

from __future__ import annotations

from residency.enrollment.v1 import (
    export_service_pb2,
    export_service_pb2_grpc,
    form_service_pb2,
    form_service_pb2_grpc,
    story_service_pb2,
    story_service_pb2_grpc,
)
from services.enrollment.domain import export_tables
from services.enrollment.grpc_api.exports import Exports
from services.enrollment.grpc_api.forms import Forms
from services.enrollment.grpc_api.story import Stories
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.exports import ExportHandlers
from services.enrollment.handlers.forms import FormHandlers, Portraits
from services.enrollment.handlers.story import StoryHandlers
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.exports import ApplicationRows, ExportStore, PlanRows, RowReader
from services.enrollment.store.forms import FormStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.score_rows import ScoreRows
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.story import StoryStore
from services.kit.database import Database
from services.kit.grpc_server import Servicer
from services.kit.press import FORM, Press


def readers(database: Database, sealing: Sealing) -> dict[str, RowReader]:
    """What gives the rows of the tables in `domain.export_tables.TABLES`, by the name that a table says."""
    return {
        export_tables.APPLICATIONS: ApplicationRows(database, sealing),
        export_tables.PLAN: PlanRows(QueryStore(database, sealing)),
        export_tables.SCORES: ScoreRows(database, sealing),
    }


def paperwork(
    database: Database, sealing: Sealing, cycles: CycleStore, portraits: Portraits, public_url: str
) -> list[Servicer]:
    """FormService, ExportService and StoryService."""
    runner = DeedRunner(cycles, DeedStore(database, sealing))
    exports, queries = ExportStore(database, sealing), QueryStore(database, sealing)
    forms = FormHandlers(runner, FormStore(database, sealing), exports, Press(FORM), portraits, public_url)
    stories = StoryHandlers(cycles, ApplicationStore(database, sealing), queries, StoryStore(database))
    return [
        Servicer(
            form_service_pb2.DESCRIPTOR.services_by_name["FormService"],
            form_service_pb2_grpc.add_FormServiceServicer_to_server,
            Forms(forms),
        ),
        Servicer(
            export_service_pb2.DESCRIPTOR.services_by_name["ExportService"],
            export_service_pb2_grpc.add_ExportServiceServicer_to_server,
            Exports(ExportHandlers(runner, exports, readers(database, sealing))),
        ),
        Servicer(
            story_service_pb2.DESCRIPTOR.services_by_name["StoryService"],
            story_service_pb2_grpc.add_StoryServiceServicer_to_server,
            Stories(stories),
        ),
    ]
