"""ExportService: tables to take away."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import export_service_pb2 as pb
from residency.enrollment.v1.export_service_pb2_grpc import ExportServiceServicer
from services.enrollment.domain.exports import Exported, Format, Table
from services.enrollment.grpc_api import convert
from services.enrollment.grpc_api.decisions import read_token, write_token
from services.enrollment.handlers.exports import PAGE, CreateExport, ExportHandlers
from services.kit.auth import caller

_FORMATS = {pb.EXPORT_FORMAT_XLSX: Format.XLSX, pb.EXPORT_FORMAT_CSV: Format.CSV}
_MESSAGES = {format_.value: number for number, format_ in _FORMATS.items()}


class Exports(ExportServiceServicer):
    """Serves ExportService."""

    def __init__(self, handlers: ExportHandlers) -> None:
        self._handlers = handlers

    async def CreateExport(self, request: pb.CreateExportRequest, context: Any) -> pb.CreateExportResponse:
        """Makes a masked export."""
        order = _order(request.order, request.idempotency_key, unmasked=False)
        return pb.CreateExportResponse(export=_message(await self._handlers.create_export(caller(), order)))

    async def CreateUnmaskedExport(
        self, request: pb.CreateUnmaskedExportRequest, context: Any
    ) -> pb.CreateUnmaskedExportResponse:
        """Makes one in the clear."""
        order = _order(request.order, request.idempotency_key, unmasked=True)
        return pb.CreateUnmaskedExportResponse(export=_message(await self._handlers.create_export(caller(), order)))

    async def GetExport(self, request: pb.GetExportRequest, context: Any) -> pb.GetExportResponse:
        """Hands out one part of a file."""
        made, content = await self._handlers.get_export(caller(), request.export_id, request.part)
        return pb.GetExportResponse(content=content, export=_message(made))

    async def ListExports(self, request: pb.ListExportsRequest, context: Any) -> pb.ListExportsResponse:
        """Who exported what."""
        limit = request.page_size or PAGE
        before = read_token(request.page_token)
        found = await self._handlers.list_exports(caller(), request.cycle_id, limit, before)
        following = (found[-1].made_at, found[-1].id) if len(found) == limit else None
        return pb.ListExportsResponse(exports=map(_message, found), next_page_token=write_token(following))

    async def GetDictionary(self, request: pb.GetDictionaryRequest, context: Any) -> pb.GetDictionaryResponse:
        """What the columns mean."""
        return pb.GetDictionaryResponse(tables=map(_table_message, self._handlers.dictionary(request.table)))


def _order(message: pb.ExportOrder, key: str, *, unmasked: bool) -> CreateExport:
    return CreateExport(
        message.cycle_id,
        message.table,
        _FORMATS[message.format],
        message.base_code,
        message.specialty_code,
        tuple(message.states),
        message.language,
        message.reason,
        unmasked,
        key,
    )


def _message(made: Exported) -> pb.Export:
    return pb.Export(
        export_id=made.id,
        cycle_id=made.cycle_id,
        table=made.table,
        format=_MESSAGES.get(made.format, pb.EXPORT_FORMAT_UNSPECIFIED),
        base_code=made.base_code,
        unmasked=made.unmasked,
        rows=made.rows,
        size=made.size,
        parts=made.parts,
        sha256=made.sha256,
        reason=made.reason,
        person_id=made.actor,
        role=made.role,
        organisation_code=made.organisation,
        made_at=convert.timestamp(made.made_at),
        expires_at=convert.timestamp(made.expires_at),
        file_name=f"{made.table}-{made.id}.{made.format}" if made.format else "",
    )


def _table_message(table: Table) -> pb.ExportTable:
    return pb.ExportTable(
        table=table.key,
        label=table.label,
        label_en=table.label_en,
        columns=[
            pb.ExportColumn(
                key=column.key,
                label=column.label,
                label_en=column.label_en,
                type=column.type.value,
                meaning=column.meaning,
                personal=column.mask is not None,
            )
            for column in table.columns
        ],
    )
