"""报名表, all of them at once: one ZIP with the form of every current submission, made while it is taken."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator

from starlette.responses import Response

from residency.enrollment.v1 import form_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal import files
from services.portal.clients import Clients
from services.portal.cycles import Catalogue
from services.portal.forms import Posted
from services.portal.i18n.language import language, tr
from services.portal.page import Page
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Form, Panel

_BASE = Ask("base_code", "培训基地", "select", "不选即全部基地。", required=False)


def panel(page: Page, desk: Desk, names: Catalogue) -> Panel:
    """Where it is asked for; a base has its own alone."""
    base = Ask(_BASE.name, _BASE.label, _BASE.kind, _BASE.hint, tuple(names.bases.items()), required=False)
    asks = (base,) if page.visitor.role == "province_administrator" else ()
    lead = tr("每份已提交、现行有效的报名表一个 PDF，另附清单（核验码、文件名、校验值）。每次打印记录在案。")
    return Panel(form=desk.form(Form("/exports/forms", asks, (Button("下载（ZIP）", tone=""),), "报名表", lead)))


async def archive(page: Page, form: Posted) -> Response:
    """Open a print and hand it out. Raises what the service raises, and NOT_NOW `NO_FORMS` when there is none."""
    view = await page.cycle()
    request = pb.PrintFormsRequest(
        cycle_id=view.cycle_id, base_code=form.get("base_code"), language=language(), idempotency_key=form.key
    )
    opened = await page.clients.printed.PrintForms(request)
    if not opened.forms:
        raise DomainError(Kind.NOT_NOW, "NO_FORMS", "还没有已提交的报名表。")
    first = await page.clients.printed.GetPrintedForms(pb.GetPrintedFormsRequest(print_id=opened.print_id))
    name = f"forms-{view.cycle.year}{'-' if request.base_code else ''}{request.base_code}.zip"
    return files.streamed(_packed(page.clients, opened.print_id, first), name, "application/zip")


async def _packed(clients: Clients, print_id: str, answer: pb.GetPrintedFormsResponse) -> AsyncIterator[bytes]:
    """The archive in pieces; nothing of it is kept. What broke off has no table of contents."""
    tail, listed = _Tail(), io.StringIO()
    manifest = csv.writer(listed)
    manifest.writerow(["code", "file", "sha256"])
    with zipfile.ZipFile(tail, "w", zipfile.ZIP_STORED) as packed:
        while True:
            for form in answer.forms:
                packed.writestr(form.file_name, form.pdf)
                manifest.writerow([form.code, form.file_name, form.sha256])
                yield tail.taken()
            if not answer.next_page_token:
                break
            onward = pb.GetPrintedFormsRequest(print_id=print_id, page_token=answer.next_page_token)
            answer = await clients.printed.GetPrintedForms(onward)
        packed.writestr("manifest.csv", listed.getvalue().encode("utf-8-sig"))
    yield tail.taken()


class _Tail(io.RawIOBase):
    """What an archive wrote since it was last asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is written to, and nothing else: an archive on it looks back at nothing."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # any buffer in the base; archives write bytes
        """Keep it until it is taken."""
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Hand it over."""
        whole, self._parts = b"".join(self._parts), []
        return whole
