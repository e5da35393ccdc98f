"""What services can do and people need has a page: deliveries, proof, organisations, forms, bases, the board.

PUB-20, PUB-23, PUB-24, PUB-25, PUB-26.
"""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from typing import Any

from residency.enrollment.v1 import form_service_pb2
from residency.faculty.v1 import batch_service_pb2, rating_service_pb2
from residency.identity.v1 import account_pb2
from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.kit.errors import invalid
from tests.support.portal_samples import fill_calendar
from tests.support.portal_story import hidden, keyed
from tests.support.portal_upstream import Upstream

ONE = "0190aaaa-0000-7000-8000-000000000001"


def _failed() -> delivery_pb2.Delivery:
    row = delivery_pb2.Delivery(
        delivery_id=ONE, channel="CHANNEL_SMS", state="DELIVERY_STATE_FAILED", reason="NO_ANSWER", attempts=5,
        sent_to="138****0000", template="review_passed",
    )  # fmt: skip
    row.due_at.FromSeconds(1_790_000_000)
    row.finished_at.FromSeconds(1_790_003_600)
    return row


async def test_what_was_given_up_is_seen_and_sent_again(upstream: Upstream) -> None:
    answers = upstream.deliveries.answers
    down = pb.ChannelStatus(channel="CHANNEL_SMS", adapter="http", queued=31, oldest_seconds=95.4, down="UNREACHABLE")
    down.failed_last_day["NO_ANSWER"] = 4
    answers["GetDeliveryStatus"] = pb.GetDeliveryStatusResponse(channels=[down], unrouted=7)
    answers["ListFailed"] = pb.ListFailedResponse(deliveries=[_failed()], next_page_token="more")
    answers["RedriveDeliveries"] = pb.RedriveDeliveriesResponse(queued=1, expired=2)
    async with upstream.browser("system") as browser:
        page = await browser.get("/deliveries?channel=sms")
        for told in ("UNREACHABLE", "NO_ANSWER 4", "95 秒", "7 条消息还没有分到渠道", "138****0000", "page_token=more"):
            assert told in page.text, told
        assert upstream.deliveries.requests("ListFailed")[-1].channel == delivery_pb2.CHANNEL_SMS
        sent = await browser.post("/deliveries", data=keyed(channel="sms", **{f"pick.{ONE}": "yes"}))
        assert upstream.deliveries.requests("RedriveDeliveries")[-1].delivery_ids == [ONE]
        assert "已重新排队 1 条，2 条已过时" in (await browser.get(sent.headers["location"])).text
        every = await browser.post("/deliveries", data=keyed(channel="sms", then="every"))
        assert every.status_code == 303
        assert upstream.deliveries.requests("RedriveDeliveries")[-1].channel == delivery_pb2.CHANNEL_SMS
        # Everything at once, unfiltered, is a slip of the hand.
        assert (await browser.post("/deliveries", data=keyed(then="every"))).status_code == 422
        assert "请先勾选" in (await browser.post("/deliveries", data=keyed(channel="sms"))).text
    async with upstream.browser("province") as browser:
        assert (await browser.get("/deliveries")).status_code == 403


async def test_whether_somebody_was_told_is_asked_by_post_with_a_proof(upstream: Upstream) -> None:
    way = _failed()
    told = pb.Told(
        message_id=ONE, template="review_passed", title="审核通过", body="您的报名已审核通过。", deliveries=[way]
    )
    told.written_at.FromSeconds(1_790_000_000)
    owed = DomainError(Kind.FORBIDDEN, "STEP_UP_REQUIRED", "请再次验证身份。")
    upstream.deliveries.answers["ListTold"] = owed
    person = str(uuid.uuid4())
    async with upstream.browser("support") as browser:
        assert f'value="{person}"' in (await browser.get(f"/told?person_id={person}")).text
        assert (await browser.post("/told", data=keyed(person_id="张某"))).status_code == 422
        asked = await browser.post("/told", data=keyed(person_id=person))
        assert ("再次验证身份" in asked.text, person in asked.text) == (True, True)
        upstream.deliveries.answers["ListTold"] = pb.ListToldResponse(told=[told], next_page_token="older")
        shown = await browser.post("/told", data=keyed(person_id=person))
        for text in (
            "您的报名已审核通过。",
            "138****0000",
            "发送失败",
            "NO_ANSWER",
            "更早的消息",
            "本次查看已记入安全记录",
        ):
            assert text in shown.text, text
        older = await browser.post("/told", data=keyed(person_id=person, page_token="older"))
        assert older.status_code == 200
        assert upstream.deliveries.requests("ListTold")[-1].page_token == "older"
    async with upstream.browser("reviewer") as browser:
        assert (await browser.get("/told")).status_code == 403


async def test_organisations_are_added_one_by_one_and_as_a_list(upstream: Upstream) -> None:
    kinds = account_pb2.OrganisationKind
    async with upstream.browser("system") as browser:
        assert "SD-QILU-NK" in (await browser.get("/organisations")).text
        one = keyed(code="SD-QILU-WK", name="外科", kind="department", parent_code="SD-QILU")
        assert (await browser.post("/organisations", data=one)).status_code == 303
        assert upstream.staff.imported == [("SD-QILU-WK", "外科", kinds.ORGANISATION_KIND_DEPARTMENT, "SD-QILU")]
        many = keyed(lines="SD-X\t省立医院, 东院\t培训基地\t37\n\nSD-X-NK，内科，department，SD-X")
        done = await browser.post("/organisations/list", data=many)
        assert "2 个机构有变动。" in (await browser.get(done.headers["location"])).text
        assert [(code, name) for code, name, *_ in upstream.staff.imported] == [
            ("SD-X", "省立医院, 东院"),
            ("SD-X-NK", "内科"),
        ]
        wrong = await browser.post("/organisations/list", data=keyed(lines="SD-X"))
        assert (wrong.status_code, "第 1 行读不懂" in wrong.text, "SD-X</textarea>" in wrong.text) == (422, True, True)


async def test_all_forms_are_taken_as_one_archive(upstream: Upstream) -> None:
    forms = [form_service_pb2.Form(pdf=b"%PDF-" + bytes([n]), file_name=f"{n}.pdf", code=f"C{n}") for n in range(3)]
    service, answers = form_service_pb2, upstream.printed.answers

    def page(request: Any) -> Any:
        if request.page_token:
            return service.GetPrintedFormsResponse(forms=forms[2:])
        return service.GetPrintedFormsResponse(forms=forms[:2], next_page_token="on")

    answers["GetPrintedForms"] = page
    async with upstream.browser("province") as browser:
        assert "/exports/forms" in (await browser.get("/exports")).text
        none = await browser.post("/exports/forms", data=keyed(base_code="SD-QILU"))
        assert (none.status_code, "还没有已提交的报名表" in none.text) == (409, True)
        answers["PrintForms"] = service.PrintFormsResponse(print_id=ONE, forms=3)
        taken = await browser.post("/exports/forms", data=keyed(base_code="SD-QILU"))
        assert taken.headers["content-disposition"].startswith('attachment; filename="forms-2023-SD-QILU.zip"')
        packed = zipfile.ZipFile(io.BytesIO(taken.content))
        assert packed.testzip() is None
        assert packed.namelist() == ["0.pdf", "1.pdf", "2.pdf", "manifest.csv"]
        assert packed.read("2.pdf") == forms[2].pdf
        assert [line[1] for line in csv.reader(packed.read("manifest.csv").decode("utf-8-sig").splitlines())] == [
            "file", "0.pdf", "1.pdf", "2.pdf",
        ]  # fmt: skip


async def test_a_base_has_a_page_for_everybody(upstream: Upstream) -> None:
    fill_calendar(upstream)
    async with upstream.browser() as browser:
        page = await browser.get("/bases/SD-QILU")
        assert "内科" in page.text
        assert "第1轮面试" in page.text
        assert '<th scope="row">报名</th>' not in page.text  # a phase of the province is no date of this base
        assert 'data-src="/board?base_code=SD-QILU"' in page.text
        assert "还没有公示的名单" in page.text
        assert '/bases/SD-QILU"' in (await browser.get("/board?base_code=SD-QILU")).text
        assert (await browser.get("/bases/NOWHERE")).status_code == 404


async def test_the_board_is_taken_as_a_table_without_formulas(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        whole = await browser.get("/board.csv")
        assert whole.headers["content-type"].startswith("text/csv")
        assert whole.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(whole.content.decode("utf-8-sig").splitlines()))
        assert {"基地代码", "培训基地", "计划数", "已报名", "拟录取", "录取", "数据时间"} < set(rows[0])
        one = await browser.get("/board.csv?base_code=SD-QILU&specialty_code=0100")
        (row,) = csv.DictReader(one.content.decode("utf-8-sig").splitlines())
        assert (row["基地代码"], row["专业代码"]) == ("SD-QILU", "0100")
        assert 'filename="board-2023-SD-QILU-0100.csv"' in one.headers["content-disposition"]
        assert b"Planned" in (await browser.get("/en/board.csv")).content
        assert (await browser.get("/board.csv?as_of=never")).status_code == 422
        shown = await browser.get("/board?base_code=SD-QILU&as_of=2023-07-05T10:00")
        assert "/board.csv?base_code=SD-QILU&amp;as_of=2023-07-05T10:00" in shown.text


async def test_between_two_seasons_the_home_page_says_what_was_and_what_comes(upstream: Upstream) -> None:
    upstream.enrollment.phase = "CLOSED"
    async with upstream.browser() as browser:
        home = await browser.get("/")
        assert "已结束</h2>" in home.text
        assert "下一年度的日程还没有公布" in home.text
        assert "/lists?cycle=" in home.text
    upstream.enrollment.phase = "PREPARATION"
    upstream.hints.say("residency.enrollment.v1.phase.entered")
    async with upstream.browser() as browser:
        home = await browser.get("/en/")
        assert "Next year" in home.text


async def test_remarks_of_a_year_are_read_by_the_teaching_department(upstream: Upstream) -> None:
    ratings = upstream.teaching["RatingService"]
    ratings.answers["ListRemarks"] = rating_service_pb2.ListRemarksResponse(remarks=["带教认真。"])
    year = rating_service_pb2.YearOfRatings(year=2026, count=6, mean=4.5)
    ratings.answers["GetRatings"] = rating_service_pb2.GetRatingsResponse(years=[year])
    here = f"/teaching/people/{ONE}"
    async with upstream.browser("teaching") as browser:
        assert f'href="{here}/remarks/2026"' in (await browser.get(here)).text
        assert "带教认真。" in (await browser.get(f"{here}/remarks/2026")).text
    async with upstream.browser("province") as browser:
        assert (await browser.get(f"{here}/remarks/2026")).status_code == 403


async def test_what_the_contract_refuses_names_its_field_on_a_desk(upstream: Upstream) -> None:
    refused = invalid([("name", "string.min_len", "too short"), ("opens_on", "string.pattern", "no date")])
    upstream.teaching["BatchService"].answers["CreateBatch"] = refused
    upstream.teaching["BatchService"].answers["ListBatches"] = batch_service_pb2.ListBatchesResponse()
    async with upstream.browser("teaching") as browser:
        page = await browser.post("/teaching/batches", data=keyed())
        assert page.status_code == 422
        assert "名称：内容太短。" in page.text
        assert "须与证件一致" not in page.text


async def test_nothing_is_said_of_a_choice_before_there_is_one(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        overview = (await browser.get("/application")).text.partition("是否接受调剂")[2]
        assert overview.partition("</dd>")[0].endswith('<span class="quiet">未填写</span>')


async def test_a_stale_choice_shows_what_was_saved_elsewhere(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        first = hidden(await browser.get("/application/choice"), "expected_version")
        body = {"base_code": "SD-QILU", "specialty_code": "0100", "accepts_reallocation": "yes", "then": "next"}
        assert (
            await browser.post("/application/choice", data=keyed(**body, expected_version=first))
        ).status_code == 303
        other = body | {"specialty_code": "0900", "accepts_reallocation": "no", "expected_version": first}
        conflict = await browser.post("/application/choice", data=keyed(**other))
        assert conflict.status_code == 409
        elsewhere = conflict.text.partition("保存期间内容已变化")[2].partition("</dl>")[0]
        assert ("内科" in elsewhere, "是" in elsewhere) == (True, True)
        assert hidden(conflict, "expected_version") != first
        overview = await browser.get("/application")
        assert 'href="/bases/SD-QILU"' in overview.text


async def test_who_decided_stands_in_the_list_of_candidacies(upstream: Upstream) -> None:
    batches, by = upstream.teaching["BatchService"], upstream.staff.member
    row = batch_service_pb2.Candidacy(
        candidacy_id=ONE, name="张带教", state="CANDIDACY_STATE_RECOMMENDED", decided_by=by.person_id
    )
    row.decided_at.FromSeconds(1_790_000_000)
    batches.answers["ListCandidacies"] = batch_service_pb2.ListCandidaciesResponse(candidacies=[row], total=1)
    async with upstream.browser("teaching") as browser:
        page = await browser.get("/teaching")
        assert "推荐时间、用户" in page.text
        assert by.name in page.text


async def test_a_province_sees_a_whole_number_for_a_reason_and_does_nothing_else_there(upstream: Upstream) -> None:
    here = f"/support/persons/{upstream.identity.accounts['applicant'].person_id}"
    async with upstream.browser("province") as browser:
        assert here in (await browser.get("/support/held")).text
        page = await browser.get(here)
        assert ("显示证件和手机号码" in page.text, "停用账号" in page.text) == (True, False)
        assert "37010219990101123X" in (await browser.post(here, data=keyed(deed="reveal", reason="核对证件"))).text
        assert (await browser.get("/support")).status_code == 403
