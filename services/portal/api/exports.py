"""Tables to take away, with their dictionary, and the life of an application."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from residency.enrollment.v1 import export_service_pb2, story_service_pb2
from services.portal import files as served
from services.portal.api.common import PREFIX, Id, Services, SignedIn, files
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["exports"])


@router.get(
    PREFIX + "/exports/{export_id}/file",
    dependencies=[SignedIn],
    **files("application/octet-stream", export_service_pb2.GetExportResponse),
)
async def get_export(export_id: Id, services: Services) -> Response:
    """Take away the file of an export that one made oneself, within a day."""
    return await served.export(services, export_id)


add_rows(
    router,
    export_service_pb2,
    "ExportService",
    "exports",
    (
        Row("POST", "/exports", "CreateExport", "Make an export in which people are masked.", 201),
        Row("POST", "/exports/unmasked", "CreateUnmaskedExport", "Make one in the clear, for a stated reason.", 201),
        Row("GET", "/cycles/{cycle_id}/exports", "ListExports", "List who exported what, newest first."),
        Row("GET", "/export-dictionary", "GetDictionary", "Read what the columns of the tables mean."),
    ),
)
add_rows(
    router,
    story_service_pb2,
    "StoryService",
    "stories",
    (Row("GET", "/applications/{application_id}/story", "GetStory", "Tell an application's life up to a moment."),),
)
