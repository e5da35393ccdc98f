"""PaperService: pictures of a dossier."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import paper_service_pb2 as pb
from residency.enrollment.v1.paper_service_pb2_grpc import PaperServiceServicer
from services.enrollment.domain.papers import RULES, PaperKind, PaperRule
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.paper_reading import PaperReading, PaperView
from services.enrollment.handlers.papers import PaperHandlers, RemovePaper
from services.kit.auth import caller
from services.kit.picture_rules import MAX_BYTES

_KINDS = {kind: f"PAPER_KIND_{kind.name}" for kind in PaperKind}
_KIND_OF: dict[int, PaperKind] = {pb.PaperKind.Value(name): kind for kind, name in _KINDS.items()}


class Papers(PaperServiceServicer):
    """Serves PaperService."""

    def __init__(self, handlers: PaperHandlers, reading: PaperReading) -> None:
        self._handlers = handlers
        self._reading = reading

    async def UploadPaper(self, request: pb.UploadPaperRequest, context: Any) -> pb.UploadPaperResponse:
        """Adds a picture to one's own draft."""
        view = await self._handlers.upload_paper(
            caller(),
            request.cycle_id,
            _KIND_OF[request.kind],
            request.content,
            request.accept_warnings,
            request.idempotency_key,
        )
        paper = paper_message(view.paper) if view.paper is not None else None
        return pb.UploadPaperResponse(paper=paper, application_id=view.application_id, version=view.version)

    async def RemovePaper(self, request: pb.RemovePaperRequest, context: Any) -> pb.RemovePaperResponse:
        """Takes a picture out of one's own draft."""
        order = RemovePaper(request.cycle_id, request.paper_id, request.idempotency_key)
        view = await self._handlers.remove_paper(caller(), order)
        return pb.RemovePaperResponse(application_id=view.application_id, version=view.version)

    async def ListPapers(self, request: pb.ListPapersRequest, context: Any) -> pb.ListPapersResponse:
        """Lists the pictures of a draft or a submission."""
        shown = await self._reading.list_papers(caller(), request.application_id, request.submission_number)
        return pb.ListPapersResponse(
            papers=map(paper_message, shown.papers),
            rules=map(rule_message, RULES.values()),
            submission_number=shown.number,
        )

    async def GetPaper(self, request: pb.GetPaperRequest, context: Any) -> pb.GetPaperResponse:
        """Shows one picture."""
        small = request.size == pb.PAPER_SIZE_PREVIEW
        content, view = await self._reading.get_paper(caller(), request.application_id, request.paper_id, small=small)
        return pb.GetPaperResponse(content=content, paper=paper_message(view))


def paper_message(view: PaperView) -> pb.Paper:
    """A picture without its pixels."""
    return pb.Paper(
        paper_id=view.paper_id,
        kind=_KINDS[view.kind],
        width=view.width,
        height=view.height,
        bytes=view.bytes,
        sha256=view.sha256,
        warnings=[f"PAPER_WARNING_{each.name}" for each in view.warnings],
        uploaded_at=convert.timestamp(view.uploaded_at),
    )


def rule_message(rule: PaperRule) -> pb.PaperRule:
    """What may be sent as one kind."""
    return pb.PaperRule(
        kind=_KINDS[rule.kind],
        label=rule.label,
        label_en=rule.label_en,
        media_types=rule.limits.media_types,
        min_bytes=rule.limits.min_bytes,
        max_bytes=MAX_BYTES,
        min_width=rule.limits.min_width,
        min_height=rule.limits.min_height,
        max_papers=rule.max_papers,
        hint=rule.hint,
    )
