"""Files that the services keep for people: shown and handed out by the portal, after the service has said who may."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from residency.enrollment.v1 import export_service_pb2, form_service_pb2
from services.portal.clients import Clients

_SANDBOX = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
MEDIA_TYPES = {
    export_service_pb2.EXPORT_FORMAT_XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    export_service_pb2.EXPORT_FORMAT_CSV: "text/csv; charset=utf-8",
}


def document(form: form_service_pb2.Form, *, shown: bool) -> Response:
    """A printed form, to be `shown` in the browser or taken away. A sandbox would keep the browser's reader out."""
    return Response(form.pdf, media_type="application/pdf", headers=_headers(form.file_name, shown=shown))


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """A file to be taken away, as a service made it."""
    return Response(content, media_type=media_type, headers=_headers(name, shown=False, sandbox=True))


def jpeg(content: bytes) -> Response:
    """A picture of a dossier: never kept by a cache, never anything but a picture to the browser."""
    return Response(content, media_type="image/jpeg", headers=_headers("picture.jpg", shown=True, sandbox=True))


def printed(content: bytes, name: str) -> Response:
    """A PDF shown in the browser."""
    return Response(content, media_type="application/pdf", headers=_headers(name, shown=True))


def streamed(parts: AsyncIterator[bytes], name: str, media_type: str) -> Response:
    """A file to be taken away while it is being made."""
    return StreamingResponse(parts, headers=_headers(name, shown=False, sandbox=True), media_type=media_type)


async def export(clients: Clients, export_id: str) -> Response:
    """The file of an export, part by part as the services hand it out; raises what they raise for the first part."""
    first = await clients.exports.GetExport(export_service_pb2.GetExportRequest(export_id=export_id))

    async def parts() -> AsyncIterator[bytes]:
        yield first.content
        for number in range(1, first.export.parts):
            request = export_service_pb2.GetExportRequest(export_id=export_id, part=number)
            yield (await clients.exports.GetExport(request)).content

    headers = _headers(first.export.file_name, shown=False, sandbox=True) | {"content-length": str(first.export.size)}
    return StreamingResponse(parts(), headers=headers, media_type=MEDIA_TYPES.get(first.export.format))


def _headers(name: str, *, shown: bool, sandbox: bool = False) -> dict[str, str]:
    """`name` comes from the services and holds no personal data; what is no letter, digit, dot or dash is dropped."""
    plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in ".-_")) or "file"
    headers = {
        "content-disposition": f'{"inline" if shown else "attachment"}; filename="{plain}"',
        "cache-control": "no-store",
    }
    return headers | ({"content-security-policy": _SANDBOX} if sandbox else {})
