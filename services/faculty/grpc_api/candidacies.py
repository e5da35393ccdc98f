"""BatchService over gRPC, its half about candidacies: messages to use cases and back, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, cast

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import batch_service_pb2, faculty_pb2
from services.faculty.deeds import content_of
from services.faculty.domain.candidacy import Action, Decision, State
from services.faculty.domain.candidacy_checks import Post
from services.faculty.domain.entry_rules import Evaluation
from services.faculty.grpc_api.evaluations import evaluation_message
from services.faculty.grpc_api.paging import read_token, write_token
from services.faculty.handlers.candidacies import CandidacyHandlers, Order
from services.faculty.handlers.candidacy_decisions import DecisionHandlers, Many, Result, Wish
from services.faculty.handlers.candidacy_facts import Words, state_name
from services.faculty.handlers.candidacy_reading import CandidacyView, ReadingHandlers
from services.faculty.store.candidacies import Decided
from services.faculty.store.candidacy_list import Filters
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = batch_service_pb2


class _Command(Protocol):
    """A request about one candidacy."""

    candidacy_id: str
    version: int
    idempotency_key: str


class CandidacyApi:
    """Answers what concerns candidacies; failures are DomainErrors that the server turns into statuses."""

    _candidacies: CandidacyHandlers
    _decisions: DecisionHandlers
    _reading: ReadingHandlers

    async def BeginCandidacy(self, request: pb.BeginCandidacyRequest, context: Context) -> pb.BeginCandidacyResponse:
        """Begins a candidacy in an open batch."""
        content = content_of(request)
        begun = await self._candidacies.begin(
            caller(), request.batch_id, _post(request), request.idempotency_key, content
        )
        return pb.BeginCandidacyResponse(candidacy=await self._one(begun))

    async def EditCandidacy(self, request: pb.EditCandidacyRequest, context: Context) -> pb.EditCandidacyResponse:
        """Changes the departments of a draft or returned candidacy."""
        edited = await self._candidacies.edit(caller(), _order(request), _post(request))
        return pb.EditCandidacyResponse(candidacy=await self._one(edited))

    async def SubmitCandidacy(self, request: pb.SubmitCandidacyRequest, context: Context) -> pb.SubmitCandidacyResponse:
        """Submits it."""
        submitted = await self._candidacies.submit(caller(), _order(request))
        return pb.SubmitCandidacyResponse(candidacy=await self._one(submitted))

    async def RecallCandidacy(self, request: pb.RecallCandidacyRequest, context: Context) -> pb.RecallCandidacyResponse:
        """Takes it back."""
        recalled = await self._candidacies.recall(caller(), _order(request))
        return pb.RecallCandidacyResponse(candidacy=await self._one(recalled))

    async def DiscardCandidacy(
        self, request: pb.DiscardCandidacyRequest, context: Context
    ) -> pb.DiscardCandidacyResponse:
        """Gives it up."""
        discarded = await self._candidacies.discard(caller(), _order(request))
        return pb.DiscardCandidacyResponse(candidacy=await self._one(discarded))

    async def AppealCandidacy(self, request: pb.AppealCandidacyRequest, context: Context) -> pb.AppealCandidacyResponse:
        """Appeals, once."""
        appealed = await self._candidacies.appeal(caller(), _order(request), request.grounds)
        return pb.AppealCandidacyResponse(candidacy=await self._one(appealed))

    async def ListMyCandidacies(
        self, request: pb.ListMyCandidaciesRequest, context: Context
    ) -> pb.ListMyCandidaciesResponse:
        """Lists one's own candidacies."""
        return pb.ListMyCandidaciesResponse(candidacies=map(_own, await self._reading.mine(caller())))

    async def GetCandidacy(self, request: pb.GetCandidacyRequest, context: Context) -> pb.GetCandidacyResponse:
        """Reads one candidacy."""
        found = await self._reading.detail(caller(), request.candidacy_id)
        answer = pb.GetCandidacyResponse(
            candidacy=_message(found.view), decisions=map(_decision_message, found.decisions)
        )
        answer.dossier.update({section: dict(body) for section, body in found.dossier.items()})
        if caller().role == "faculty":
            answer.candidacy.decided_by = ""
            for decision in answer.decisions:
                decision.by = ""
        return answer

    async def ListCandidacies(self, request: pb.ListCandidaciesRequest, context: Context) -> pb.ListCandidaciesResponse:
        """Lists candidacies by twelve filters."""
        state = State.NONE
        if request.state:
            name = faculty_pb2.CandidacyState.Name(request.state)
            state = State(name.removeprefix("CANDIDACY_STATE_").lower())
        filters = Filters(
            batch_id=request.batch_id,
            name=request.name.strip(),
            department_code=request.department_code,
            title=request.title,
            least_title_years=request.least_title_years,
            least_teaching_years=request.least_teaching_years,
            least_trainees_3y=request.least_trainees_3y,
            least_hospital_years=request.least_hospital_years,
            least_own_trainees_3y=request.least_own_trainees_3y,
            training_state=request.training_state,
            training_level=request.training_level,
            state=state,
        )
        page = await self._reading.listed(caller(), filters, request.limit, read_token(request.page_token))
        return pb.ListCandidaciesResponse(
            candidacies=map(_message, page.views), total=page.total, next_page_token=write_token(page.following)
        )

    async def OpenCandidacy(self, request: pb.OpenCandidacyRequest, context: Context) -> pb.OpenCandidacyResponse:
        """Opens a submitted candidacy for review."""
        opened = await self._decisions.open(caller(), _order(request))
        return pb.OpenCandidacyResponse(candidacy=await self._one(opened))

    async def ReturnCandidacies(
        self, request: pb.ReturnCandidaciesRequest, context: Context
    ) -> pb.ReturnCandidaciesResponse:
        """Returns each of several."""
        words = Words(request.reason_code, request.reason, request.note)
        results = await self._decisions.return_many(caller(), _many(request, words))
        return pb.ReturnCandidaciesResponse(results=await self._results(results))

    async def RecommendCandidacies(
        self, request: pb.RecommendCandidaciesRequest, context: Context
    ) -> pb.RecommendCandidaciesResponse:
        """Recommends and appoints each whose rules pass."""
        many = _many(request, Words(note=request.note), day_of(request.from_day, "from_day", "CAND-29"))
        results = await self._decisions.recommend_many(caller(), many)
        return pb.RecommendCandidaciesResponse(results=await self._results(results))

    async def RefuseCandidacies(
        self, request: pb.RefuseCandidaciesRequest, context: Context
    ) -> pb.RefuseCandidaciesResponse:
        """Refuses each of several."""
        words = Words(request.reason_code, request.reason, request.note)
        results = await self._decisions.refuse_many(caller(), _many(request, words))
        return pb.RefuseCandidaciesResponse(results=await self._results(results))

    async def RevokeRecommendation(
        self, request: pb.RevokeRecommendationRequest, context: Context
    ) -> pb.RevokeRecommendationResponse:
        """Takes a recommendation back."""
        revoked = await self._decisions.revoke(caller(), _order(request), request.reason)
        return pb.RevokeRecommendationResponse(candidacy=await self._one(revoked))

    async def ReverseRefusal(self, request: pb.ReverseRefusalRequest, context: Context) -> pb.ReverseRefusalResponse:
        """Takes a refusal back."""
        reversed_ = await self._decisions.reverse(caller(), _order(request), request.reason)
        return pb.ReverseRefusalResponse(candidacy=await self._one(reversed_))

    async def ResolveAppeal(self, request: pb.ResolveAppealRequest, context: Context) -> pb.ResolveAppealResponse:
        """Answers the appeal."""
        resolved = await self._decisions.resolve_appeal(
            caller(), _order(request), request.reason, uphold=request.uphold
        )
        return pb.ResolveAppealResponse(candidacy=await self._one(resolved))

    async def AcknowledgeRecommendation(
        self, request: pb.AcknowledgeRecommendationRequest, context: Context
    ) -> pb.AcknowledgeRecommendationResponse:
        """The appointment begins to count."""
        acknowledged = await self._decisions.acknowledge(caller(), _order(request))
        return pb.AcknowledgeRecommendationResponse(candidacy=await self._one(acknowledged))

    async def _one(self, candidacy_id: str) -> pb.Candidacy:
        return _message(await self._reading.one(caller(), candidacy_id))

    async def _results(self, results: Sequence[Result]) -> list[pb.CandidacyResult]:
        views = await self._reading.several(caller(), [result.candidacy_id for result in results])
        return [_result(result, views.get(result.candidacy_id)) for result in results]


def _order(request: _Command) -> Order:
    content = content_of(cast(Message, request))
    return Order(request.candidacy_id, request.version, request.idempotency_key, content)


def _many(
    request: pb.ReturnCandidaciesRequest | pb.RecommendCandidaciesRequest | pb.RefuseCandidaciesRequest,
    words: Words,
    from_day: date | None = None,
) -> Many:
    wishes = [Wish(each.candidacy_id, each.version) for each in request.wishes]
    content = content_of(request)
    return Many(wishes, words, request.idempotency_key, content, from_day)


def _post(request: pb.BeginCandidacyRequest | pb.EditCandidacyRequest) -> Post:
    return Post(request.hospital_code, request.department_code, tuple(request.extra_department_codes))


def _result(result: Result, view: CandidacyView | None) -> pb.CandidacyResult:
    message = pb.CandidacyResult(candidacy_id=result.candidacy_id, done=result.refusal is None)
    if result.refusal is not None:
        refusal = result.refusal
        message.code, message.message, message.rule = refusal.reason, refusal.message, refusal.rule
    if view is not None:
        message.candidacy.CopyFrom(_message(view))
    return message


def _own(view: CandidacyView) -> pb.Candidacy:
    """CAND-24: one's own candidacy says what was decided, and not by whom."""
    message = _message(view)
    message.decided_by = ""
    return message


def _message(view: CandidacyView) -> pb.Candidacy:
    row = view.row
    return pb.Candidacy(
        candidacy_id=row.candidacy_id,
        batch_id=row.batch_id,
        batch_name=view.batch.name,
        person_id=row.person_id,
        name=row.name,
        masked_document=row.masked_document,
        hospital_code=row.hospital_code,
        department_code=row.department_code,
        extra_department_codes=row.extra_departments,
        state=state_name(row.state),
        version=row.version,
        opened_at=moment(row.opened_at),
        submitted_at=moment(row.submitted_at),
        decided_at=moment(row.decided_at),
        decided_by=row.decided_by,
        reason_code=row.reason_code,
        reason=row.reason,
        standing=pb.Standing(
            title=row.title,
            title_months=row.title_months,
            teaching_months=row.teaching_months,
            trainees_3y=row.trainees_3y,
            hospital_months=row.hospital_months,
            own_trainees_3y=row.own_trainees_3y,
            training_state=row.training_state or "none",
            training_level=row.training_level,
        ),
        evaluation=evaluation_message(view.evaluation) if view.evaluation else None,
        appeal_state=row.appeal_state,
        appeal=view.appeal,
        capabilities=[_capability(action, able) for action, able in view.capabilities],
        acknowledged=row.acknowledged_at is not None,
    )


def _capability(action: Action, able: Decision) -> faculty_pb2.FacultyCapability:
    return faculty_pb2.FacultyCapability(
        action=action.value,
        allowed=able.allowed,
        reason=able.message,
        code=able.reason,
        rule=able.rule,
        until=moment(able.until),
    )


def _decision_message(decided: Decided) -> pb.CandidacyDecision:
    kept = decided.evaluation
    return pb.CandidacyDecision(
        kind=decided.kind,
        reason_code=decided.reason_code,
        reason=decided.reason,
        note=decided.note,
        by=decided.by,
        at=moment(decided.at),
        evaluation=evaluation_message(Evaluation.from_json(kept)) if kept else None,
        version=decided.version,
    )


def moment(instant: datetime | None) -> Timestamp | None:
    """An instant as a message; None stays unset."""
    if instant is None:
        return None
    message = Timestamp()
    message.FromDatetime(instant)
    return message


def day_of(text: str, field: str, rule: str) -> date | None:
    """A day as it was written; None for none. Raises INVALID NO_SUCH_DAY naming the field."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError(Kind.INVALID, "NO_SUCH_DAY", "没有这一天。", field=field, rule=rule) from None
