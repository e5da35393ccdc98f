"""FacultyReportService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import grpc

from residency.faculty.v1 import report_service_pb2 as pb
from residency.faculty.v1 import report_service_pb2_grpc
from services.faculty.domain import exports
from services.faculty.domain.reports import Report
from services.faculty.handlers.certificates import CertificateHandlers
from services.faculty.handlers.exports import ExportHandlers
from services.faculty.handlers.reports import ReportHandlers
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class ReportApi(report_service_pb2_grpc.FacultyReportServiceServicer):
    """Answers FacultyReportService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, reports: ReportHandlers, tables: ExportHandlers, certificates: CertificateHandlers) -> None:
        self._reports = reports
        self._tables = tables
        self._certificates = certificates

    async def GetFacultyReport(
        self, request: pb.GetFacultyReportRequest, context: Context
    ) -> pb.GetFacultyReportResponse:
        """Counts."""
        rows, at = await self._reports.report(caller(), Report(request.report), request.base_code, request.month)
        answer = pb.GetFacultyReportResponse(
            rows=[pb.ReportRow(key=row.key, label=row.label, numbers=row.numbers) for row in rows]
        )
        answer.read_at.FromDatetime(at)
        return answer

    async def CreateFacultyExport(
        self, request: pb.CreateFacultyExportRequest, context: Context
    ) -> pb.CreateFacultyExportResponse:
        """Makes a table to take away."""
        made = await self._tables.export(
            caller(), request.table, request.format, request.unmasked, request.reason, request.idempotency_key
        )
        return pb.CreateFacultyExportResponse(
            file=made.file,
            file_name=made.file_name,
            media_type=made.media_type,
            rows=made.rows,
            sha256=made.sha256,
        )

    async def ListFacultyDictionary(
        self, request: pb.ListFacultyDictionaryRequest, context: Context
    ) -> pb.ListFacultyDictionaryResponse:
        """What the columns of the tables mean."""
        return pb.ListFacultyDictionaryResponse(
            columns=[
                pb.DictionaryColumn(
                    table=table.key,
                    key=column.key,
                    label=column.label,
                    label_en=column.label_en,
                    meaning=exports.meaning(column),
                    personal=column.personal,
                )
                for table, column in exports.dictionary(request.table)
            ]
        )

    async def GetCertificate(self, request: pb.GetCertificateRequest, context: Context) -> pb.GetCertificateResponse:
        """聘书 as PDF."""
        printed = await self._certificates.certificate(caller(), request.appointment_id)
        return pb.GetCertificateResponse(pdf=printed.pdf, file_name=printed.file_name, code=printed.code)

    async def CheckCertificate(
        self, request: pb.CheckCertificateRequest, context: Context
    ) -> pb.CheckCertificateResponse:
        """Says whether a certificate is genuine and still holds."""
        return pb.CheckCertificateResponse(**asdict(await self._certificates.check(request.code)))


def servicer(reports: ReportHandlers, tables: ExportHandlers, certificates: CertificateHandlers) -> Servicer:
    """What the server needs to serve FacultyReportService."""
    descriptor = pb.DESCRIPTOR.services_by_name["FacultyReportService"]
    api = ReportApi(reports, tables, certificates)
    return Servicer(descriptor, report_service_pb2_grpc.add_FacultyReportServiceServicer_to_server, api)
