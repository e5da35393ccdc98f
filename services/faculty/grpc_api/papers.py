"""The pictures of a dossier over gRPC: messages to use cases and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.faculty.v1 import faculty_service_pb2 as pb
from residency.faculty.v1 import faculty_service_pb2_grpc
from services.faculty.domain.papers import RULES, PaperKind, PaperRule
from services.faculty.handlers.papers import PaperHandlers
from services.faculty.store.papers import PaperRecord
from services.kit.auth import caller
from services.kit.picture_rules import MAX_BYTES

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

_KINDS = {kind: f"PAPER_KIND_{kind.name}" for kind in PaperKind}
_KIND_OF: dict[int, PaperKind] = {pb.PaperKind.Value(name): kind for kind, name in _KINDS.items()}


class PapersApi(faculty_service_pb2_grpc.FacultyServiceServicer):
    """The part of FacultyService that is about pictures."""

    def __init__(self, papers: PaperHandlers) -> None:
        self._papers = papers

    async def UploadPaper(self, request: pb.UploadPaperRequest, context: Context) -> pb.UploadPaperResponse:
        """Adds a picture to one's own dossier."""
        kind, key = _KIND_OF[request.kind], request.idempotency_key
        paper = await self._papers.upload_paper(caller(), kind, request.content, request.accept_warnings, key)
        return pb.UploadPaperResponse(paper=paper_message(paper) if paper is not None else None)

    async def RemovePaper(self, request: pb.RemovePaperRequest, context: Context) -> pb.RemovePaperResponse:
        """Takes a picture out of one's own dossier."""
        await self._papers.remove_paper(caller(), request.paper_id, request.idempotency_key)
        return pb.RemovePaperResponse()

    async def ListPapers(self, request: pb.ListPapersRequest, context: Context) -> pb.ListPapersResponse:
        """Lists the pictures of a dossier or a candidacy."""
        papers = await self._papers.list_papers(caller(), request.candidacy_id)
        return pb.ListPapersResponse(papers=map(paper_message, papers), rules=map(rule_message, RULES.values()))

    async def GetPaper(self, request: pb.GetPaperRequest, context: Context) -> pb.GetPaperResponse:
        """Shows one picture."""
        small = request.size == pb.PAPER_SIZE_PREVIEW
        content, paper = await self._papers.get_paper(caller(), request.paper_id, request.candidacy_id, small=small)
        return pb.GetPaperResponse(content=content, paper=paper_message(paper))


def paper_message(paper: PaperRecord) -> pb.Paper:
    """A picture without its pixels."""
    message = pb.Paper(
        paper_id=paper.id,
        kind=_KINDS[paper.kind],
        width=paper.width,
        height=paper.height,
        bytes=paper.bytes,
        sha256=paper.sha256,
        warnings=[f"PAPER_WARNING_{each.name}" for each in paper.warnings],
    )
    message.uploaded_at.FromDatetime(paper.uploaded_at)
    return message


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
