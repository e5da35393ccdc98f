"""A full upstream to look at: what every page of enrollment shows when there is something to show."""

from __future__ import annotations

import io
import uuid
from typing import Any

from PIL import Image, ImageDraw

from residency.enrollment.v1 import (
    calendar_service_pb2,
    export_service_pb2,
    form_service_pb2,
    paper_service_pb2,
    place_service_pb2,
    plan_service_pb2,
    reallocation_service_pb2,
    screening_service_pb2,
    selection_service_pb2,
    story_service_pb2,
)
from residency.notify.v1 import preference_service_pb2
from tests.support.portal_upstream import Upstream

ONE, TWO = str(uuid.uuid4()), str(uuid.uuid4())
_LATER, _BEFORE = 4_000_000_000, 1_690_000_000


def portrait() -> bytes:
    """A drawn portrait on white ground, JPEG."""
    picture = Image.new("RGB", (600, 800), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((140, 100, 460, 560), fill="#c9a78b")
    draw.ellipse((20, 610, 580, 1100), fill="#33506b")
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=90)
    return kept.getvalue()


def ranking() -> selection_service_pb2.GetRankingResponse:
    """Two candidates: one suggested, one tied on the way to the waiting list."""
    service = selection_service_pb2
    rows = [
        service.RankedRow(
            application_id=ONE, submission_number=1, name="李测试", state="APPLICATION_STATE_APPROVED", rank=1,
            total="88.00", parts={"written": "90"}, standing="RANK_STANDING_SUGGESTED",
        ),
        service.RankedRow(
            application_id=TWO, submission_number=2, name="王测试", state="APPLICATION_STATE_APPROVED", rank=2,
            total="80.00", standing="RANK_STANDING_WAITING", tied=True,
        ),
    ]  # fmt: skip
    scheme = [service.ScorePart(key=key, weight="0.5", full_marks="100") for key in ("written", "interview")]
    return service.GetRankingResponse(
        rows=rows, scheme=scheme, planned=71, free=1, tie_rules=["written", "submitted_at"]
    )


def fill_papers(upstream: Upstream) -> None:
    """A portrait that is there, and what may be sent."""
    service = paper_service_pb2
    warned = [service.PAPER_WARNING_GROUND_NOT_WHITE]
    kept = service.Paper(paper_id=ONE, kind="PAPER_KIND_PORTRAIT", width=600, height=800, warnings=warned)
    rule = service.PaperRule(
        kind="PAPER_KIND_PORTRAIT",
        label="证件照片",
        max_papers=1,
        hint="本人近期彩色免冠证件照；头部占照片尺寸的 2/3；JPG；150KB 至 10MB；白底。",
    )
    upstream.papers.answers["ListPapers"] = service.ListPapersResponse(papers=[kept], rules=[rule])
    upstream.papers.answers["GetPaper"] = service.GetPaperResponse(content=portrait())


def fill_selection(upstream: Upstream) -> None:
    """A ranking, a list and an objection."""
    service = selection_service_pb2
    answers = upstream.selection.answers
    answers["GetRanking"] = ranking()
    row = service.UnpublishedRow(application_id=ONE, name="李测试", specialty_code="0100", round=1)
    waiting = service.ListUnpublishedResponse(rows=[row])
    waiting.would_end_at.FromSeconds(_LATER)
    answers["ListUnpublished"] = waiting
    summary = service.PublishedListSummary(
        list_id=ONE, base_name="山东大学齐鲁医院", number=1, entries=1, working_days=5, hash="ab" * 32
    )
    summary.published_at.FromSeconds(_BEFORE)
    summary.ends_at.FromSeconds(_LATER)
    entry = service.PublishedEntry(
        sequence=1,
        masked_name="李*",
        masked_document="3701************18",
        specialty_name="内科",
        round=1,
        total="88.5",
    )
    answers["ListPublishedLists"] = service.ListPublishedListsResponse(lists=[summary])
    answers["GetPublishedList"] = service.GetPublishedListResponse(list=summary, entries=[entry])
    objection = service.Objection(
        objection_id=ONE,
        name="李测试",
        base_code="SD-QILU",
        specialty_code="0100",
        grounds="学历存疑",
        state="OBJECTION_STATE_OPEN",
    )
    answers["ListObjections"] = service.ListObjectionsResponse(objections=[objection])


def fill_places(upstream: Upstream) -> None:
    """An offer, a proposal, a revocation and somebody who quit."""
    service = place_service_pb2
    where: Any = {"base_code": "SD-QILU", "specialty_code": "0900", "name": "李测试", "masked_document": "3701****18"}
    offer = service.Offer(application_id=ONE, number=1, outcome="OFFER_OUTCOME_OPEN", waiting_rank=2, **where)
    offer.until.FromSeconds(_LATER)
    answers = upstream.places.answers
    answers["ListOffers"] = service.ListOffersResponse(offers=[offer])
    proposal = service.GrantProposal(application_id=ONE, number=3, **(where | {"base_code": "SD-SLYY"}))
    answers["ListGrantProposals"] = service.ListGrantProposalsResponse(proposals=[proposal])
    revocation = service.Revocation(application_id=ONE, number=1, reason="材料不实", **where)
    answers["ListRevocations"] = service.ListRevocationsResponse(revocations=[revocation])
    lost = service.Quit(application_id=ONE, reason_code="HEALTH", measures="面谈", base_opinion="同意", **where)
    answers["ListQuits"] = service.ListQuitsResponse(quits=[lost])


def fill_province(upstream: Upstream) -> None:
    """A policy, a plan with changes and exceptions, holds, penalties, and a proposed reallocation."""
    plans, answers = plan_service_pb2, upstream.plans.answers
    where: Any = {"base_code": "SD-QILU", "specialty_code": "0100"}
    values: dict[str, Any] = {
        "publicity_working_days": 5.0, "confirmation_required": False, "penalise": ["no_show", "quit"],
        "score_weights": {"written": 0.4, "interview": 0.6}, "reversion": [],
    }  # fmt: skip
    policy = plans.PolicyView(edition=4)
    policy.values.update(values)
    labels = ("公示工作日", "录取前须申请人确认", "提请限制报名的情形", "成绩权重", "计划回流")
    policy.keys.extend(
        plans.PolicyKey(key=key, label=label, hint="说明", rule="PLAN-01", locked=key == "score_weights")
        for key, label in zip(values, labels, strict=True)
    )
    answers["GetPolicy"] = plans.GetPolicyResponse(policy=policy)
    answers["ListPlan"] = plans.ListPlanResponse(
        rows=[plans.PlanRow(planned=71, taken=3, programme="PROGRAMME_STATUS_OPEN", **where)]
    )
    change = plans.PlanChange(
        change_id=ONE, planned=71, wanted=80, reason="新增病区", state="PLAN_CHANGE_STATE_OPEN", **where
    )
    answers["ListPlanChanges"] = plans.ListPlanChangesResponse(changes=[change])
    exception = plans.SeatException(exception_id=ONE, seats=2, number="鲁卫〔2023〕1号", reason="对口支援", **where)
    answers["ListSeatExceptions"] = plans.ListSeatExceptionsResponse(exceptions=[exception])
    move = plans.Reversion(
        from_base_code="SD-QILU", from_specialty_code="0100", to_base_code="SD-SLYY", to_specialty_code="0700", seats=2,
        row=1,
    )  # fmt: skip
    answers["PreviewReversion"] = plans.PreviewReversionResponse(reversions=[move], digest="d" * 64)
    screening, told = screening_service_pb2, upstream.screening.answers
    alike = screening.LikeApplication(masked_name="李*", masked_document="3701****18", kinds=["mobile"])
    hold = screening.Hold(
        hold_id=ONE, application_id=ONE, masked_name="李*", state="HOLD_STATE_OPEN", alike=[alike], **where
    )
    told["ListHolds"] = screening.ListHoldsResponse(holds=[hold])
    lost = screening.PenaltyCase(case_id=ONE, masked_name="王*", base_code="SD-QILU", cause="no_show")
    told["ListPenaltyCases"] = screening.ListPenaltyCasesResponse(cases=[lost])
    penalty = screening.Penalty(penalty_id=ONE, masked_name="赵*", cause="quit", number="1号", in_force=True)
    told["ListPenalties"] = screening.ListPenaltiesResponse(penalties=[penalty])
    service = reallocation_service_pb2
    head = service.Reallocation(
        proposal_id=ONE, state="REALLOCATION_STATE_PROPOSED", people=2, seats=3, placed=1, version=3
    )
    place = service.WantedPlace(base_code="SD-SLYY", specialty_code="0100")
    row = service.ReallocationRow(
        application_id=ONE, masked_name="李*", masked_document="3701****18", to=place, rank=1,
        explanation="按意向安排。", wish=1,
    )  # fmt: skip
    upstream.reallocation.answers["ListReallocations"] = service.ListReallocationsResponse(reallocations=[head])
    upstream.reallocation.answers["GetReallocation"] = service.GetReallocationResponse(reallocation=head, rows=[row])
    upstream.reallocation.answers["GetWishes"] = service.GetWishesResponse(wishes=[place])


def fill_documents(upstream: Upstream) -> None:
    """A form that counts, an export with its dictionary, a life of one row."""
    table = export_service_pb2.ExportTable(table="admitted", label="录取名单")
    table.columns.add(key="name", label="姓名", label_en="Name", type="text", meaning="证件上的姓名", personal=True)
    upstream.exports.answers["GetDictionary"] = export_service_pb2.GetDictionaryResponse(tables=[table])
    export = export_service_pb2.Export(
        export_id=ONE, table="admitted", format="EXPORT_FORMAT_XLSX", rows=3, parts=1, sha256="ab" * 32
    )
    upstream.exports.answers["ListExports"] = export_service_pb2.ListExportsResponse(exports=[export])
    checked = form_service_pb2.CheckFormResponse(status="FORM_STATUS_CURRENT", year=2023, number=2)
    upstream.printed.answers["CheckForm"] = checked
    form = form_service_pb2.Form(pdf=b"%PDF-1.7\n%%EOF\n", file_name="form-1.pdf")
    upstream.printed.answers["GetForm"] = form_service_pb2.GetFormResponse(form=form)
    row = story_service_pb2.StoryRow(
        number=1, command="submit_application", role="applicant", rule="APP-09", submission_number=1,
        state_after="APPLICATION_STATE_PENDING", hash="abcdef012345",
    )  # fmt: skip
    row.at.GetCurrentTime()
    standing = story_service_pb2.Standing(state="APPLICATION_STATE_PENDING", in_hand_of="SD-QILU")
    upstream.stories.answers["GetStory"] = story_service_pb2.GetStoryResponse(rows=[row], standing=standing)


def fill_calendar(upstream: Upstream) -> None:
    """Two versions with a gap, a day off and an event that was moved."""
    service, answers = calendar_service_pb2, upstream.calendars.answers
    moved = service.CalendarDifference(
        kind="EVENT_KIND_PHASE", key="registration", name="报名", first_day_before="2023-07-01",
        last_day_before="2023-07-10", first_day="2023-07-01", last_day="2023-07-12",
    )  # fmt: skip
    latest = service.CalendarVersion(
        number=2, kind="amend", reason="延长两天", role="province_administrator", differences=[moved]
    )
    shown = service.PublishedCalendar(title="山东2023", version=latest, latest_version=2, day_seconds=86_400)
    for number, (kind, name) in enumerate((("PHASE", "报名"), ("GAP", "资格复核"), ("BASE_DATE", "第1轮面试"))):
        event = shown.events.add(uid=str(number), kind=f"EVENT_KIND_{kind}", name=name, sequence=number)
        event.starts_at.seconds, event.ends_at.seconds = _BEFORE + number * 86_400, _BEFORE + (number + 1) * 86_400
    answers["GetCalendar"] = service.GetCalendarResponse(calendar=shown)
    first = service.CalendarVersion(number=1, kind="created", role="operator")
    answers["ListCalendarVersions"] = service.ListCalendarVersionsResponse(versions=[latest, first])
    feed = service.Feed(feed_id=ONE, base_code="SD-QILU")
    answers["ListFeeds"] = service.ListFeedsResponse(feeds=[feed])
    answers["ListWorkingDays"] = service.ListWorkingDaysResponse(
        known_from="2023-01-01", known_until="2026-12-25", resting=["2027-01-01"], source="国务院办公厅"
    )


def fill_notices(upstream: Upstream) -> None:
    """Messages of two kinds, addresses in every state, a campaign under way."""
    upstream.notify.write("密码已修改", "您的密码已修改。", "SECURITY")
    upstream.notify.write("填报即将截止", "还有 24 小时。", "REMINDER", application_id=ONE)
    service, person = preference_service_pb2, upstream.identity.people["applicant"][0]
    dead = service.Address(address_id=ONE, channel="CHANNEL_EMAIL", masked="l***@example.org", blocked="DEAD")
    dead.verified_at.FromSeconds(_BEFORE)
    waiting = service.Address(address_id=TWO, channel="CHANNEL_EMAIL", masked="b***@hospital.example.org")
    upstream.preferences.addresses[person] = [dead, waiting]
    upstream.campaigns.add("campaign_text", "RUNNING", 900, ONE)


def fill(upstream: Upstream) -> None:
    """Everything."""
    for part in (fill_papers, fill_selection, fill_places, fill_province, fill_documents, fill_calendar, fill_notices):
        part(upstream)
