"""Reports, exports and certificates: composed of the core."""

from __future__ import annotations

from services.faculty.core import Core
from services.faculty.documents import CERTIFICATE
from services.faculty.grpc_api import reports
from services.faculty.handlers.certificates import CertificateHandlers
from services.faculty.handlers.exports import ExportHandlers
from services.faculty.handlers.reports import ReportHandlers
from services.kit.grpc_server import Servicer
from services.kit.part import Part
from services.kit.press import Press


def servicers(core: Core) -> list[Servicer]:
    """What the server needs to serve it."""
    certificates = CertificateHandlers(core, Press(CERTIFICATE, 1), core.settings.public_url)
    return [reports.servicer(ReportHandlers(core), ExportHandlers(core), certificates)]


def parts(core: Core) -> list[Part]:
    """What works beside the server, in the order of starting."""
    return []
