"""BatchService's messages: what is asked reaches the use cases, and what they answer comes back whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import batch_service_pb2 as pb
from services.faculty.deeds import MACHINE
from services.faculty.domain.candidacy import Action, Actor, actions_of
from services.faculty.grpc_api.batches import BatchApi
from services.faculty.store import papers
from services.kit.auth import serving
from services.kit.domain import Caller, DomainError, Kind
from tests.support.faculty import CARDIO, NEURO, NOON, OFFICE, PROVINCE_STAFF, QILU
from tests.support.faculty_candidacies import DAY, Campaign, key

CONTEXT = cast(Any, None)


def at(instant: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(instant)
    return message


class Asked:
    """Calls with somebody's token."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.api = BatchApi(campaign.core)

    async def __call__(self, who: Caller, request: Any) -> Any:
        name = type(request).__name__.removesuffix("Request")
        with serving(who):
            return await getattr(self.api, name)(request, CONTEXT)


@pytest.fixture
def asked(campaign: Campaign) -> Asked:
    return Asked(campaign)


async def test_a_teacher_applies_is_opened_and_appointed(campaign: Campaign, asked: Asked) -> None:
    made = await asked(
        OFFICE,
        pb.CreateBatchRequest(
            name=" 春季报名 ", opens_at=at(NOON), closes_at=at(NOON + 20 * DAY), idempotency_key=key()
        ),
    )
    batch = made.batch
    assert (batch.name, batch.state, batch.reference_date) == ("春季报名", "open", "2026-03-22")
    assert batch.apply_until == batch.closes_at
    who = await campaign.teacher()
    begun = await asked(
        who,
        pb.BeginCandidacyRequest(
            batch_id=batch.batch_id,
            hospital_code=QILU,
            department_code=NEURO,
            extra_department_codes=[CARDIO],
            idempotency_key=key(),
        ),
    )
    draft = begun.candidacy
    assert (draft.state, draft.standing.title, draft.standing.title_months) == (1, "attending", 134)
    named = {"candidacy_id": draft.candidacy_id, "version": draft.version, "idempotency_key": key()}
    submitted = (await asked(who, pb.SubmitCandidacyRequest(**named))).candidacy
    assert (submitted.state, submitted.submitted_at) == (2, at(NOON))
    able = {each.action: each.allowed for each in submitted.capabilities}
    assert able == {"edit": False, "submit": False, "recall": True, "discard": False, "appeal": False}
    page = await asked(
        OFFICE,
        pb.ListCandidaciesRequest(
            state="CANDIDACY_STATE_SUBMITTED", name="王", least_title_years=11, title="attending"
        ),
    )
    [row] = page.candidacies
    assert (row.candidacy_id, page.total, page.next_page_token) == (draft.candidacy_id, 1, "")
    assert {each.action for each in row.capabilities} == {str(each) for each in actions_of(Actor.OFFICE)} - {"view"}
    assert (row.evaluation.passes, len(row.evaluation.findings)) == (True, 7)
    wishes = [pb.CandidacyWish(candidacy_id=row.candidacy_id, version=row.version)]
    many = await asked(OFFICE, pb.RecommendCandidaciesRequest(wishes=wishes, note="优先", idempotency_key=key()))
    [result] = many.results
    assert (result.done, result.candidacy.state, result.candidacy.decided_by) == (True, 4, OFFICE.person_id)
    again = await asked(OFFICE, pb.RecommendCandidaciesRequest(wishes=wishes, idempotency_key=key()))
    [result] = again.results
    assert (result.done, result.code, result.rule) == (False, "VERSION_MOVED", "CAND-26")
    assert result.candidacy.state == 4
    found = await asked(OFFICE, pb.GetCandidacyRequest(candidacy_id=row.candidacy_id))
    [decision] = found.decisions
    assert (decision.kind, decision.note, decision.evaluation.passes) == ("recommended", "优先", True)
    assert MessageToDict(found.dossier)["work"]["title"] == "attending"
    [mine] = (await asked(who, pb.ListMyCandidaciesRequest())).candidacies
    assert (mine.candidacy_id, mine.batch_name) == (row.candidacy_id, "春季报名")
    counts = (await asked(OFFICE, pb.GetBatchRequest(batch_id=batch.batch_id))).counts
    assert dict(counts) == {"recommended": 1}


async def test_refusals_of_a_batch_action_name_reason_and_rule(campaign: Campaign, asked: Asked) -> None:
    batch_id = await campaign.batch()
    candidacy_id = await campaign.submitted(await campaign.teacher(qualified=False), batch_id)
    wish = pb.CandidacyWish(candidacy_id=candidacy_id, version=(await campaign.row(candidacy_id)).version)
    request = pb.RecommendCandidaciesRequest(wishes=[wish], idempotency_key=key())
    [result] = (await asked(OFFICE, request)).results
    assert (result.done, result.code, result.rule) == (False, "RULES_NOT_MET", "CAND-10")
    assert result.message
    assert not result.candidacy.evaluation.passes
    refused = pb.RefuseCandidaciesRequest(wishes=[wish], reason_code="assessment", idempotency_key=key())
    [result] = (await asked(OFFICE, refused)).results
    assert (result.candidacy.reason_code, result.candidacy.reason) == ("assessment", "医院考核不合格")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (lambda: pb.ListCandidaciesRequest(page_token="nonsense"), "page_token"),
        (lambda: pb.ListBatchesRequest(page_token="MjAyNg=="), "page_token"),
        (lambda: pb.RecommendCandidaciesRequest(from_day="2026-02-30", idempotency_key=key()), "from_day"),
        (
            lambda: pb.CreateBatchRequest(name="x", reference_date="2026-02-30", idempotency_key=key()),
            "reference_date",
        ),
    ],
)
async def test_what_is_malformed_is_refused_by_name(asked: Asked, request_: Callable[[], Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        await asked(OFFICE, request_())
    assert (refused.value.kind, refused.value.field) == (Kind.INVALID, field)


async def test_pages_of_both_lists_go_on_by_token(campaign: Campaign, asked: Asked) -> None:
    batches = {await campaign.batch() for _ in range(3)}
    submitted = [await campaign.submitted(await campaign.teacher(), sorted(batches)[0]) for _ in range(3)]
    found: list[list[str]] = []
    for make, name in (
        (lambda token: pb.ListBatchesRequest(limit=2, page_token=token), "batches"),
        (lambda token: pb.ListCandidaciesRequest(limit=2, page_token=token), "candidacies"),
    ):
        first = await asked(OFFICE, make(""))
        second = await asked(OFFICE, make(first.next_page_token))
        assert (bool(first.next_page_token), second.next_page_token) == (True, "")
        rows = [*getattr(first, name), *getattr(second, name)]
        found.append([getattr(row, "batch_id" if name == "batches" else "candidacy_id") for row in rows])
    assert (set(found[0]), sorted(found[1])) == (batches, sorted(submitted))


async def test_the_scheduler_reads_reminds_and_ends(campaign: Campaign, asked: Asked) -> None:
    batch_id = await campaign.batch()
    await campaign.submitted(await campaign.teacher(), batch_id)
    clock = await asked(MACHINE, pb.GetBatchClockRequest(batch_id=batch_id))
    assert (clock.undecided, clock.drafts, clock.read_at) == (1, 0, at(NOON))
    due = at(datetime(2026, 3, 20, tzinfo=UTC))
    request = pb.RemindBatchRequest(batch_id=batch_id, kind="undecided", due_at=due)
    assert [(await asked(MACHINE, request)).reminded for _ in range(2)] == [1, 0]
    [waiting] = (await asked(MACHINE, pb.ListBatchWaitsRequest())).batches
    assert waiting.batch_id == batch_id
    campaign.clock.goes(20 * DAY)
    ended = await asked(MACHINE, pb.ExpireUndecidedRequest(batch_id=batch_id))
    assert (ended.expired, ended.left) == (1, 0)


async def test_decisions_on_one_come_back_as_it_stands(campaign: Campaign, asked: Asked) -> None:
    who, batch_id = await campaign.teacher(), await campaign.batch(needs_acknowledgement=True)
    candidacy_id = await campaign.submitted(who, batch_id)

    async def on(by: Caller, request: type[Any], **more: Any) -> Any:
        version = (await campaign.row(candidacy_id)).version
        answer = await asked(by, request(candidacy_id=candidacy_id, version=version, idempotency_key=key(), **more))
        return answer.candidacy

    opened = await on(OFFICE, pb.OpenCandidacyRequest)
    assert (opened.state, opened.opened_at) == (2, at(NOON))
    await campaign.refuse(candidacy_id)
    assert (await on(OFFICE, pb.ReverseRefusalRequest, reason="复核")).state == 2
    await campaign.refuse(candidacy_id)
    appealed = await on(who, pb.AppealCandidacyRequest, grounds="请复核")
    assert (appealed.appeal_state, appealed.appeal) == ("open", "请复核")
    upheld = await on(OFFICE, pb.ResolveAppealRequest, uphold=True, reason="成立")
    assert (upheld.state, upheld.appeal_state) == (2, "upheld")
    await campaign.recommend(candidacy_id)
    assert (await on(OFFICE, pb.RevokeRecommendationRequest, reason="有误")).state == 2
    await campaign.recommend(candidacy_id)
    acknowledged = await on(PROVINCE_STAFF, pb.AcknowledgeRecommendationRequest)
    assert (acknowledged.state, acknowledged.acknowledged) == (4, True)
    assert Action.ACKNOWLEDGE in {each.action for each in acknowledged.capabilities}


async def test_cand_08_the_pictures_are_kept_with_the_frozen_copy(campaign: Campaign) -> None:
    who = await campaign.teacher()
    candidacy_id = await campaign.submitted(who, await campaign.batch())
    await campaign.core.database.execute("UPDATE paper SET in_dossier = false WHERE person_id = $1", who.person_id)
    async with campaign.core.database.unit_of_work() as uow:
        shown = await papers.shown(uow.session, candidacy_id)
    assert sorted(each.kind for each in shown) == ["id_scan", "photo", "qualification_scan"]
