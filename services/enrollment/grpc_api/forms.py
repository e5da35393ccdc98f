"""FormService: printed forms and their check."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from residency.enrollment.v1 import form_service_pb2 as pb
from residency.enrollment.v1.form_service_pb2_grpc import FormServiceServicer
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.forms import FormHandlers, FormView, PrintForms
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind


class Forms(FormServiceServicer):
    """Serves FormService."""

    def __init__(self, handlers: FormHandlers) -> None:
        self._handlers = handlers

    async def GetForm(self, request: pb.GetFormRequest, context: Any) -> pb.GetFormResponse:
        """Prints the form of one submission."""
        view = await self._handlers.get_form(
            caller(), request.application_id, request.cycle_id, request.number, request.language
        )
        return pb.GetFormResponse(form=_form_message(view))

    async def CheckForm(self, request: pb.CheckFormRequest, context: Any) -> pb.CheckFormResponse:
        """Says whether a form still counts."""
        found = await self._handlers.check_form(request.code)
        if found is None:
            return pb.CheckFormResponse(status=pb.FORM_STATUS_UNKNOWN)
        return pb.CheckFormResponse(
            status=pb.FORM_STATUS_CURRENT if found.superseded_at is None else pb.FORM_STATUS_SUPERSEDED,
            province_code=found.province_code,
            year=found.year,
            number=found.number,
            submitted_at=convert.timestamp(found.submitted_at),
            superseded_at=convert.timestamp(found.superseded_at),
        )

    async def PrintForms(self, request: pb.PrintFormsRequest, context: Any) -> pb.PrintFormsResponse:
        """Opens a print of many."""
        order = PrintForms(request.cycle_id, request.base_code, request.language, request.idempotency_key)
        view = await self._handlers.print_forms(caller(), order)
        return pb.PrintFormsResponse(print_id=view.print_id, forms=view.forms)

    async def GetPrintedForms(self, request: pb.GetPrintedFormsRequest, context: Any) -> pb.GetPrintedFormsResponse:
        """Prints the next ones."""
        after = read_place(request.page_token)
        forms, following = await self._handlers.get_printed_forms(caller(), request.print_id, after, request.page_size)
        return pb.GetPrintedFormsResponse(forms=map(_form_message, forms), next_page_token=write_place(following))


def _form_message(view: FormView) -> pb.Form:
    return pb.Form(
        application_id=view.application_id,
        number=view.number,
        pdf=view.pdf,
        sha256=view.sha256,
        code=view.code,
        current=view.current,
        file_name=view.file_name,
    )


def write_place(id_: str) -> str:
    """An id as an opaque token; empty at the end."""
    return base64.urlsafe_b64encode(UUID(id_).bytes).decode() if id_ else ""


def read_place(token: str) -> str:
    """The id in a token; raises INVALID for one that is not ours."""
    if not token:
        return ""
    try:
        return str(UUID(bytes=base64.urlsafe_b64decode(token.encode())))
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise DomainError(Kind.INVALID, "BAD_PAGE_TOKEN", "翻页标记无效。", field="page_token") from error
