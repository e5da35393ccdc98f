"""SelectionService: scores, rankings, waiting lists, published lists, objections."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import selection_service_pb2 as pb
from residency.enrollment.v1.selection_service_pb2_grpc import SelectionServiceServicer
from services.enrollment.domain.publicity import Entry
from services.enrollment.domain.scores import Part, text_of
from services.enrollment.grpc_api import convert
from services.enrollment.grpc_api.decisions import read_token, write_token
from services.enrollment.handlers.list_progress import ListProgressHandlers, ListProgressView
from services.enrollment.handlers.lists import ListedView, ListHandlers, ListView, PublishList
from services.enrollment.handlers.objections import FileObjection, ObjectionHandlers, ResolveObjection
from services.enrollment.handlers.ranking import (
    CutOffView,
    RankedView,
    RankingHandlers,
    SetCutOff,
    SetWaitingList,
)
from services.enrollment.handlers.scores import EnterScores, RowResult, ScoreHandlers, ScoreRow
from services.enrollment.store.objections import Objection
from services.enrollment.store.scores import StoredScore
from services.kit.auth import caller


class Selection(SelectionServiceServicer):
    """Serves SelectionService."""

    def __init__(
        self,
        scores: ScoreHandlers,
        ranking: RankingHandlers,
        lists: ListHandlers,
        objections: ObjectionHandlers,
        progress: ListProgressHandlers,
    ) -> None:
        self._scores = scores
        self._ranking = ranking
        self._lists = lists
        self._objections = objections
        self._progress = progress

    async def EnterScores(self, request: pb.EnterScoresRequest, context: Any) -> pb.EnterScoresResponse:
        """Enters or corrects scores, row by row."""
        rows = tuple(
            ScoreRow(row.application_id, row.submission_number, dict(row.parts), row.reason) for row in request.rows
        )
        order = EnterScores(request.cycle_id, rows, request.idempotency_key)
        results = await self._scores.enter_scores(caller(), order)
        return pb.EnterScoresResponse(results=map(_result, results))

    async def ListScores(self, request: pb.ListScoresRequest, context: Any) -> pb.ListScoresResponse:
        """Lists the scores of one application."""
        versions = await self._scores.list_scores(caller(), request.application_id)
        return pb.ListScoresResponse(versions=map(_version, versions))

    async def GetRanking(self, request: pb.GetRankingRequest, context: Any) -> pb.GetRankingResponse:
        """Ranks the candidates of one's own base for a specialty."""
        view = await self._ranking.get_ranking(caller(), request.cycle_id, request.specialty_code, request.round)
        return pb.GetRankingResponse(
            rows=map(_ranked, view.rows),
            cut_off=_cut_off(view.cut_off),
            planned=view.planned,
            free=view.free,
            round=view.place.round,
            scheme=map(_part, view.scheme),
            tie_rules=view.tie_rules,
            tied_at_limit=view.tied_at_limit,
            waiting_list_version=view.waiting_list_version,
        )

    async def SetCutOff(self, request: pb.SetCutOffRequest, context: Any) -> pb.SetCutOffResponse:
        """Sets the scores that a base asks for."""
        order = SetCutOff(
            request.cycle_id,
            request.specialty_code,
            request.cut_off.total,
            dict(request.cut_off.minimums),
            request.idempotency_key,
        )
        return pb.SetCutOffResponse(cut_off=_cut_off(await self._ranking.set_cut_off(caller(), order)))

    async def SetWaitingList(self, request: pb.SetWaitingListRequest, context: Any) -> pb.SetWaitingListResponse:
        """Fixes the waiting list of a specialty."""
        order = SetWaitingList(
            request.cycle_id, request.specialty_code, tuple(request.tie_order), request.idempotency_key
        )
        view = await self._ranking.set_waiting_list(caller(), order)
        return pb.SetWaitingListResponse(
            version=view.version,
            positions=[
                pb.WaitingPosition(rank=rank, application_id=application_id)
                for rank, application_id in enumerate(view.application_ids, 1)
            ],
        )

    async def PublishList(self, request: pb.PublishListRequest, context: Any) -> pb.PublishListResponse:
        """Publishes the provisional admissions that no list names."""
        order = PublishList(
            request.cycle_id,
            request.specialty_code,
            request.round,
            request.supplement_to,
            tuple(request.again),
            request.idempotency_key,
        )
        view = await self._lists.publish_list(caller(), order)
        return pb.PublishListResponse(list=_summary(view.published), unpublished=view.unpublished)

    async def ListUnpublished(self, request: pb.ListUnpublishedRequest, context: Any) -> pb.ListUnpublishedResponse:
        """Lists the provisional admissions that no list names."""
        view = await self._lists.list_unpublished(caller(), request.cycle_id)
        return pb.ListUnpublishedResponse(
            rows=[
                pb.UnpublishedRow(
                    application_id=each.id,
                    name=each.name,
                    masked_document=each.masked_document,
                    specialty_code=each.submitted.specialty_code,
                    round=each.round,
                    provisional_at=convert.timestamp(each.provisional_at),
                )
                for each in view.applications
            ],
            would_end_at=convert.timestamp(view.would_end_at),
            problem=view.problem,
            working_days=view.working_days,
        )

    async def ListPublishedLists(
        self, request: pb.ListPublishedListsRequest, context: Any
    ) -> pb.ListPublishedListsResponse:
        """Lists what has been published in a cycle."""
        lists = await self._lists.list_published(request.cycle_id, request.base_code)
        return pb.ListPublishedListsResponse(lists=map(_summary, lists))

    async def GetPublishedList(self, request: pb.GetPublishedListRequest, context: Any) -> pb.GetPublishedListResponse:
        """Reads one published list."""
        view = await self._lists.get_published(request.list_id)
        return pb.GetPublishedListResponse(
            list=_summary(view.published), entries=[_entry(view, *entry) for entry in view.entries]
        )

    async def FileObjection(self, request: pb.FileObjectionRequest, context: Any) -> pb.FileObjectionResponse:
        """Files an objection to a provisional admission."""
        order = FileObjection(request.application_id, request.grounds, request.objector, request.idempotency_key)
        return pb.FileObjectionResponse(objection=_objection(await self._objections.file_objection(caller(), order)))

    async def ResolveObjection(self, request: pb.ResolveObjectionRequest, context: Any) -> pb.ResolveObjectionResponse:
        """Resolves an objection."""
        order = ResolveObjection(request.objection_id, request.uphold, request.reason, request.idempotency_key)
        objection = await self._objections.resolve_objection(caller(), order)
        return pb.ResolveObjectionResponse(objection=_objection(objection))

    async def ListObjections(self, request: pb.ListObjectionsRequest, context: Any) -> pb.ListObjectionsResponse:
        """Lists the objections of one's own base or province."""
        page = await self._objections.list_objections(
            caller(),
            request.cycle_id,
            open_only=request.open_only,
            size=request.page_size,
            after=read_token(request.page_token),
        )
        return pb.ListObjectionsResponse(
            objections=map(_objection, page.objections), next_page_token=write_token(page.following)
        )

    async def GetListProgress(self, request: pb.GetListProgressRequest, context: Any) -> pb.GetListProgressResponse:
        """Counts how the people of one list stand."""
        return _progress(await self._progress.get_progress(request.list_id))

    async def ListOpenLists(self, request: pb.ListOpenListsRequest, context: Any) -> pb.ListOpenListsResponse:
        """Lists the published lists that still wait for something."""
        found = await self._progress.list_open(request.cycle_id)
        return pb.ListOpenListsResponse(
            lists=[
                pb.OpenList(list_id=each.list_id, cycle_id=each.cycle_id, base_code=each.base_code) for each in found
            ]
        )


def _result(result: RowResult) -> pb.ScoreResult:
    view, refusal = result.accepted, result.refusal
    message = pb.ScoreResult(application_id=result.application_id, accepted=view is not None)
    if view is not None:
        message.unchanged, message.version, message.total = view.unchanged, view.version, view.total
    if refusal is not None:
        message.reason, message.field, message.rule = refusal.reason, refusal.field, refusal.rule
        message.message = refusal.message
    return message


def _version(stored: StoredScore) -> pb.ScoreVersion:
    return pb.ScoreVersion(
        base_code=stored.base_code,
        round=stored.round,
        version=stored.version,
        submission_number=stored.submission_number,
        parts={key: text_of(value) for key, value in stored.score.parts.items()},
        total=text_of(stored.score.total),
        correction=stored.correction,
        reason=stored.reason,
        entered_by=stored.entered_by,
        entered_at=convert.timestamp(stored.entered_at),
    )


def _part(part: Part) -> pb.ScorePart:
    return pb.ScorePart(key=part.key, weight=text_of(part.weight), full_marks=text_of(part.full_marks))


def _cut_off(view: CutOffView) -> pb.CutOff:
    return pb.CutOff(total=view.total, minimums=view.minimums, version=view.version)


def _ranked(row: RankedView) -> pb.RankedRow:
    record, ranked = row.application, row.ranked
    score = ranked.candidate.score
    return pb.RankedRow(
        application_id=record.id,
        submission_number=record.submission_number,
        name=record.name,
        masked_document=record.masked_document,
        state=convert.state_message(row.state),
        rank=ranked.rank,
        total=text_of(score.total),
        parts={key: text_of(value) for key, value in score.parts.items()},
        broken_by=ranked.broken_by,
        tied=ranked.tied,
        standing=f"RANK_STANDING_{ranked.standing.name}",
        waiting_rank=row.waiting_rank,
        score_version=row.score_version,
    )


def _summary(view: ListView) -> pb.PublishedListSummary:
    return pb.PublishedListSummary(
        list_id=view.list_id,
        cycle_id=view.cycle_id,
        base_code=view.base_code,
        base_name=view.base_name,
        number=view.number,
        supplement_to=view.supplement_to,
        entries=view.entries,
        published_at=convert.timestamp(view.published_at),
        ends_at=convert.timestamp(view.ends_at),
        working_days=view.working_days,
        over=view.over,
        hash=view.hash,
    )


def _entry(view: ListedView, entry: Entry, hashed: str) -> pb.PublishedEntry:
    return pb.PublishedEntry(
        sequence=entry.sequence,
        masked_name=entry.masked_name,
        masked_document=entry.masked_document,
        specialty_code=entry.specialty_code,
        specialty_name=view.specialties.get(entry.specialty_code, ""),
        round=entry.round,
        rank=entry.rank,
        total=entry.total,
        hash=hashed,
    )


def _objection(objection: Objection) -> pb.Objection:
    return pb.Objection(
        objection_id=objection.id,
        application_id=objection.application_id,
        base_code=objection.base_code,
        specialty_code=objection.specialty_code,
        state=f"OBJECTION_STATE_{objection.state.name}",
        grounds=objection.grounds,
        objector=objection.objector,
        filed_for=objection.filed_for,
        filed_at=convert.timestamp(objection.filed_at),
        resolution=objection.resolution,
        resolved_at=convert.timestamp(objection.resolved_at),
        name=objection.name,
    )


def _progress(view: ListProgressView) -> pb.GetListProgressResponse:
    counts = view.counts
    return pb.GetListProgressResponse(
        cycle_id=counts.cycle_id,
        base_code=counts.base_code,
        province_code=view.province_code,
        number=counts.number,
        ends_at=convert.timestamp(counts.ends_at),
        verification_closes_at=convert.timestamp(view.verification_closes_at),
        entries=counts.entries,
        admissible=counts.admissible,
        objected=counts.objected,
        admitted=counts.admitted,
        held=view.held,
        day_seconds=view.day_seconds,
        time_policy=convert.time_policy_message(view.time_policy),
        read_at=convert.timestamp(view.read_at),
        undo_until=convert.timestamp(view.undo_until),
        base_provisional=counts.base_provisional,
    )
