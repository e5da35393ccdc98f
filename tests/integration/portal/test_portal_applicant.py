"""What an applicant finds beside the forms: pictures, wishes, offers, the printed form, and why something is closed."""

from __future__ import annotations

import uuid

from residency.enrollment.v1 import (
    application_pb2,
    form_service_pb2,
    paper_service_pb2,
    place_service_pb2,
    reallocation_service_pb2,
    selection_service_pb2,
    story_service_pb2,
)
from services.kit.domain import DomainError, Kind
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_story import fill_in, keyed, submitted
from tests.support.portal_upstream import Upstream

JPEG = b"\xff\xd8\xff picture"
BASIC = {"sex": "male", "email": "typed@example.org"}


def _rule() -> paper_service_pb2.PaperRule:
    return paper_service_pb2.PaperRule(
        kind=paper_service_pb2.PAPER_KIND_PORTRAIT, label="证件照片", max_papers=1, hint="白底，JPG，150KB 至 10MB。"
    )


async def test_a_picture_is_sent_with_the_form_and_nothing_typed_is_lost(upstream: Upstream) -> None:
    upstream.papers.answers["ListPapers"] = paper_service_pb2.ListPapersResponse(rules=[_rule()])
    path = "/application/papers/portrait"
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        page = await browser.get("/application/sections/basic")
        assert "白底，JPG，150KB 至 10MB。" in page.text
        assert 'capture="user"' in page.text
        none = await browser.post(path, data=keyed(**BASIC), files={"file.portrait": ("", b"")})
        assert (none.status_code, "请先选择图片" in none.text) == (422, True)
        told = DomainError(Kind.INVALID, "GROUND_NOT_WHITE", "照片底色看起来不是白色。", field="content")
        upstream.papers.answers["UploadPaper"] = told
        refused = await browser.post(path, data=keyed(**BASIC), files={"file.portrait": ("我.jpg", JPEG)})
        assert refused.status_code == 422
        assert 'href="#portrait"' in refused.text
        assert 'value="typed@example.org"' in refused.text
        assert 'name="accept_warnings"' in refused.text
        kept = paper_service_pb2.Paper(paper_id=str(uuid.uuid4()), kind="PAPER_KIND_PORTRAIT", width=600, height=800)
        upstream.papers.answers["UploadPaper"] = paper_service_pb2.UploadPaperResponse(paper=kept)
        upstream.papers.answers["ListPapers"] = paper_service_pb2.ListPapersResponse(papers=[kept], rules=[_rule()])
        form = keyed(**BASIC, accept_warnings="yes")
        done = await browser.post(path, data=form, files={"camera.portrait": ("a.jpg", JPEG)})
        assert done.status_code == 200, done.text
        assert 'value="typed@example.org"' in done.text
        shown = f"/papers/{kept.paper_id}"
        assert shown in done.text
        removed = await browser.post(f"{path}/{kept.paper_id}/removal", data=keyed(**BASIC), files={"x": ("", b"")})
        assert (removed.status_code, 'value="typed@example.org"' in removed.text) == (200, True)
        assert (await browser.post("/application/papers/passport", data=keyed())).status_code == 404
    sent = upstream.papers.requests("UploadPaper")[-1]
    assert (sent.content, sent.accept_warnings, sent.kind) == (JPEG, True, paper_service_pb2.PAPER_KIND_PORTRAIT)
    assert sent.cycle_id == CYCLE


async def test_a_picture_reaches_nobody_without_the_service_saying_so(upstream: Upstream) -> None:
    path = f"/applications/{uuid.uuid4()}/papers/{uuid.uuid4()}"
    upstream.papers.answers["GetPaper"] = paper_service_pb2.GetPaperResponse(content=JPEG)
    async with upstream.browser() as browser:
        assert (await browser.get(path)).status_code == 303
    async with upstream.browser("reviewer") as browser:
        picture = await browser.get(f"{path}?size=preview")
        assert (picture.content, picture.headers["cache-control"]) == (JPEG, "no-store")
        assert picture.headers["content-disposition"] == 'inline; filename="picture.jpg"'
        assert any("sandbox" in policy for policy in picture.headers.get_list("content-security-policy"))
        gone = DomainError(Kind.NOT_FOUND, "PAPER_NOT_FOUND", "没有这张图片。")
        upstream.papers.answers["GetPaper"] = gone
        assert (await browser.get(path)).status_code == 404


async def test_a_large_form_is_still_refused_elsewhere(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        big = {"school": "x" * 300_000}
        assert (await browser.post("/application/sections/education", data=big)).status_code == 422
        assert (await browser.post("/application/papers/portrait/x/removal", data=big)).status_code == 422


async def test_a_level_of_education_opens_its_group(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        page = (await browser.get("/application/sections/education")).text
    assert "<legend>博士</legend>" in page
    assert 'data-show-when="doctor=yes"' in page
    assert 'id="doctor_school"' in page  # without script it stands there all the same


async def test_only_what_is_selectable_is_offered_and_the_rest_says_why(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await fill_in(browser)
        page = (await browser.get("/application/choice")).text
    assert '<option value="0200"' not in page
    assert "须为儿科专业毕业" in page


async def test_wishes_are_saved_in_order(upstream: Upstream) -> None:
    place = reallocation_service_pb2.WantedPlace(base_code="SD-SLYY", specialty_code="0100")
    upstream.reallocation.answers["GetWishes"] = reallocation_service_pb2.GetWishesResponse(wishes=[place])
    async with upstream.browser("applicant") as browser:
        await fill_in(browser)
        assert '<option value="SD-SLYY" selected>' in (await browser.get("/application/wishes")).text
        half = await browser.post("/application/wishes", data=keyed(base_1="SD-QILU", specialty_1=""))
        assert (half.status_code, 'href="#specialty_1"' in half.text) == (422, True)
        assert "您尚未选择接受调剂" not in half.text
        both = keyed(base_1="SD-QILU", specialty_1="0900", base_3="SD-SLYY", specialty_3="0100")
        assert (await browser.post("/application/wishes", data=both)).status_code == 303
    saved = upstream.reallocation.requests("SaveWishes")[0].wishes
    assert [(wish.base_code, wish.specialty_code) for wish in saved] == [("SD-QILU", "0900"), ("SD-SLYY", "0100")]


async def test_an_offer_is_answered_and_declining_asks_twice(upstream: Upstream) -> None:
    await submitted(upstream)
    upstream.enrollment.more = ("answer_offer", "confirm_place")
    offer = place_service_pb2.Offer(base_code="SD-QILU", specialty_code="0900")
    offer.until.FromSeconds(4_000_000_000)
    upstream.places.answers["ListOffers"] = place_service_pb2.ListOffersResponse(offers=[offer])
    async with upstream.browser("applicant") as browser:
        page = (await browser.get("/application")).text
        assert "有一个递补名额可以接受：山东大学齐鲁医院，外科" in page
        assert "确认接受拟录取" in page
        unsure = await browser.post("/application/offer", data=keyed(then="decline"))
        assert (unsure.status_code, "放弃后不能恢复" in unsure.text) == (422, True)
        assert upstream.places.requests("AnswerOffer") == []
        assert (await browser.post("/application/offer", data=keyed(then="accept"))).status_code == 303
        assert upstream.places.requests("AnswerOffer")[0].accept
        assert (await browser.post("/application/confirmation", data=keyed())).status_code == 303
        late = DomainError(Kind.NOT_NOW, "OFFER_OVER", "答复时间已过，名额已递补给下一位。")
        upstream.places.answers["AnswerOffer"] = late
        over = await browser.post("/application/offer", data=keyed(then="decline", sure="yes"))
        assert (over.status_code, "名额已递补给下一位" in over.text) == (409, True)


async def test_last_years_dossier_is_brought_in_while_nothing_is_filled_in(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        assert "带入上一年度的信息" in (await browser.get("/application")).text
        assert (await browser.post("/application/carry-over", data=keyed())).status_code == 303
        assert "带入上一年度的信息" not in (await browser.get("/application")).text


async def test_why_something_is_closed_is_told_for_every_field(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await fill_in(browser)
        page = (await browser.get("/application/why")).text
    assert "手机号码" in page
    assert "姓名" in page
    assert "不能修改：" in page


async def test_the_form_is_shown_taken_away_and_checked_by_anyone(upstream: Upstream) -> None:
    form = form_service_pb2.Form(pdf=b"%PDF-1.7", file_name="form-1.pdf")
    upstream.printed.answers["GetForm"] = form_service_pb2.GetFormResponse(form=form)
    application = await submitted(upstream)
    async with upstream.browser("applicant") as browser:
        assert "/application/form" in (await browser.get("/application")).text
        shown, taken = [await browser.get(f"/application/form{query}") for query in ("", "?then=download")]
        assert [each.headers["content-disposition"].split(";")[0] for each in (shown, taken)] == [
            "inline",
            "attachment",
        ]
    async with upstream.browser("reviewer") as browser:
        assert (await browser.get(f"/base/applications/{application}/form")).content == b"%PDF-1.7"
    async with upstream.browser() as browser:
        for status, said in (("CURRENT", "现行有效"), ("SUPERSEDED", "已被更新"), ("UNKNOWN", "无此报名表")):
            answer = form_service_pb2.CheckFormResponse(status=f"FORM_STATUS_{status}", year=2023, number=1)
            upstream.printed.answers["CheckForm"] = answer
            page = await browser.get("/form/ABCDEFGH")
            assert (page.status_code, said in page.text, "李测试" in page.text) == (200, True, False)


async def test_published_lists_are_open_with_hash_and_period(upstream: Upstream) -> None:
    summary = selection_service_pb2.PublishedListSummary(
        list_id=str(uuid.uuid4()), base_name="山东大学齐鲁医院", number=1, entries=1, working_days=5, hash="ab" * 32
    )
    summary.published_at.FromSeconds(1_690_000_000)
    summary.ends_at.FromSeconds(4_000_000_000)
    entry = selection_service_pb2.PublishedEntry(
        sequence=1, masked_name="李*", specialty_name="内科", round=1, total="88.50"
    )
    upstream.selection.answers["ListPublishedLists"] = selection_service_pb2.ListPublishedListsResponse(lists=[summary])
    whole = selection_service_pb2.GetPublishedListResponse(list=summary, entries=[entry])
    upstream.selection.answers["GetPublishedList"] = whole
    async with upstream.browser() as browser:
        assert f"/lists/{summary.list_id}" in (await browser.get("/lists?base_code=SD-QILU")).text
        page = (await browser.get(f"/lists/{summary.list_id}")).text
    assert "ab" * 32 in page
    assert "5 个工作日" in page
    assert "李*" in page


async def test_a_life_is_told_up_to_a_moment(upstream: Upstream) -> None:
    row = story_service_pb2.StoryRow(
        number=1, command="submit_application", role="applicant", rule="APP-09", hash="abc"
    )
    row.at.GetCurrentTime()
    standing = story_service_pb2.Standing(state=application_pb2.APPLICATION_STATE_PENDING, in_hand_of="SD-QILU")
    upstream.stories.answers["GetStory"] = story_service_pb2.GetStoryResponse(rows=[row], standing=standing)
    path = f"/applications/{uuid.uuid4()}/story"
    async with upstream.browser("auditor") as browser:
        page = await browser.get(f"{path}?as_of=2023-07-05T09:00")
        assert page.status_code == 200, page.text
        assert "APP-09" in page.text
        assert "山东大学齐鲁医院" in page.text
        assert (await browser.get(f"{path}?as_of=whenever")).status_code == 422
    assert upstream.stories.requests("GetStory")[0].HasField("as_of")


async def test_the_board_of_a_moment_says_so(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        past = (await browser.get("/board?as_of=2023-07-05T09:00")).text
        assert "时的情况" in past
        assert "as_of=" in past
        assert (await browser.get("/board?as_of=soon")).status_code == 422
