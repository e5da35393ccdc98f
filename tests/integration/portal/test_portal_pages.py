"""Every page for every audience, and what happens to refused forms."""

from __future__ import annotations

import pytest

from tests.support.portal_notify import TOKEN
from tests.support.portal_story import fill_in, hidden, keyed, submitted
from tests.support.portal_upstream import Upstream

SOME = "0190aaaa-0000-7000-8000-000000000001"
"""An id that stand-ins answer for."""
PAGES = {
    "": ["/", "/board", "/board?base_code=SD-QILU", "/board?specialty_code=0100", "/register", "/sign-in", "/frame",
         "/sign-in/scan", "/recover", "/invitation", "/captcha/new", "/lists", "/form", "/board?as_of=2023-07-05",
         "/standards?specialty_code=0100", "/certificates?code=12345678", "/bases/SD-QILU",
         f"/unsubscribe/{TOKEN}"],
    "applicant": [
        "/", "/board", "/application", "/application/sections/basic", "/application/sections/work",
        "/application/choice", "/application/choice?base_code=SD-SLYY", "/application/check", "/application/withdraw",
        "/messages", "/messages?unread=yes", "/account", "/account/password", "/account/mobile", "/account/binding",
        "/choose-hat", "/enrol", "/application/wishes", "/application/why", "/prove?next=/account", "/register/done",
        "/messages?kind=application&unread=yes", "/settings/notices", "/outbox", "/outbox?channel=email",
        "/training",
    ],
    "reviewer": [
        "/base", "/base?state=pending&specialty_code=0100&consent=yes&late=yes", "/base/milestones", "/messages",
        "/base/scores", "/base/ranking?specialty_code=0100", "/base/lists", "/base/places", "/base/plan", "/exports",
    ],
    "administrator": [
        "/base", "/base/milestones", "/staff", "/staff/invite", "/account", "/base/scores?specialty_code=0100",
        "/base/ranking?specialty_code=0100", "/base/lists", "/base/places", "/base/plan", "/exports",
        "/exports/dictionary",
    ],
    "province": [
        "/province", "/province?start=2", "/board", "/staff", "/proposals", "/support/held", "/province/policy",
        "/province/plan", "/province/plan?base_code=SD-QILU", "/province/requests", "/province/reallocation",
        "/province/screening", "/province/cycles", "/exports", "/province/campaigns", "/province/campaigns/new",
        "/province/campaigns/new?template=campaign_round_open", "/settings/notices", "/organisations",
        "/teaching", "/teaching/batches", "/teaching/appointments", "/teaching/reports", "/teaching/policy",
    ],
    "teaching": [
        "/desk", "/staff", "/staff/invite", "/teaching", "/teaching?state=submitted&least_title_years=3",
        "/teaching/batches", f"/teaching/batches/{SOME}", f"/teaching/candidacies/{SOME}", f"/teaching/people/{SOME}",
        f"/teaching/people/{SOME}/remarks/2026",
        "/teaching/appointments", f"/teaching/appointments/{SOME}", "/teaching/dismissals",
        f"/teaching/dismissals/{SOME}?day=2026-12-31", "/teaching/rosters", f"/teaching/rosters/{SOME}",
        "/teaching/reports", "/teaching/reports?report=load&month=2026-09", "/teaching/reports/dictionary",
        "/teaching/policy", "/rotations", "/rotations/department", "/rotations/person", "/rotations/day",
        "/rotations/standards", "/rotations/orphans", "/rotations/trainees", f"/rotations/trainees/{SOME}",
        "/rotations/disciplines", f"/rotations/proposals/{SOME}",
    ],
    "director": [
        "/desk", "/rotations", "/rotations?from_month=2026-11&until_month=2027-01&cohort=2026&plan=planned",
        "/rotations/department", "/rotations/person", f"/rotations/person?trainee_id={SOME}",
        "/rotations/day?on_day=2026-12-01", "/rotations/standards", "/rotations/orphans", "/department",
        f"/department/people/{SOME}", "/department/cases", "/department/leave", "/department/rosters",
    ],
    "secretary": [
        "/desk", "/department", f"/department/people/{SOME}", "/department/rosters", f"/department/rosters/{SOME}",
        "/department/cases", "/department/leave", "/rotations",
    ],
    "auditor": ["/security-events", "/security-events?act=signed_in", "/staff", "/proposals?decided=yes", "/told"],
    "support": ["/support", "/support/held", "/proposals", f"/told?person_id={SOME}"],
    "system": ["/desk", "/proposals", "/deliveries", "/deliveries?channel=sms&reason=NO_ANSWER", "/organisations"],
    "security": ["/proposals", "/staff", "/support", "/support/held"],
    "teacher": [
        "/faculty", "/faculty/contact", "/faculty/education", "/faculty/work", "/faculty/candidacies",
        f"/faculty/candidacies/new/{SOME}", f"/faculty/candidacies/new/{SOME}?hospital=SD-QILU",
        f"/faculty/candidacies/{SOME}", "/faculty/eligibility", "/faculty/appointments",
        f"/faculty/appointments/{SOME}", "/faculty/months",
    ],
}  # fmt: skip


@pytest.mark.parametrize("login", list(PAGES))
async def test_every_page_renders_for_its_audience(upstream: Upstream, login: str) -> None:
    async with upstream.browser(login) as browser:
        for path in PAGES[login]:
            page = await browser.get(path)
            assert page.status_code == 200, (path, page.text)
            assert 'lang="zh-CN"' in page.text
            assert "还剩" in page.text, path
            assert "<script src=" in page.text
            assert "onclick" not in page.text
            assert "<style" not in page.text


@pytest.mark.parametrize("phase", ["PREPARATION", "FIRST_CHOICE", "REALLOCATION", "CONFIRMATION", "CLOSED"])
async def test_pages_stand_in_every_phase_and_pace(upstream: Upstream, phase: str) -> None:
    application = await submitted(upstream)
    upstream.enrollment.phase = phase
    upstream.enrollment.day_seconds = 2.0
    paths = {"": ["/"], "applicant": ["/application", "/application/choice"], "province": ["/province"]}
    paths["administrator"] = ["/base", "/base/milestones", f"/base/applications/{application}"]
    upstream.hints.say("residency.enrollment.v1.phase.entered")
    for login, own in paths.items():
        async with upstream.browser(login) as browser:
            for path in own:
                page = await browser.get(path)
                assert page.status_code == 200, (path, page.text)
                assert "演练：1 天 = 2 秒" in page.text


async def test_without_a_cycle_pages_say_so(upstream: Upstream) -> None:
    upstream.enrollment.no_cycle = True
    async with upstream.browser() as browser:
        home = await browser.get("/")
        assert home.status_code == 200
        assert "还没有发布招录日程" in home.text
        assert (await browser.get("/board")).status_code == 404


async def test_others_pages_are_refused_and_strangers_sign_in_first(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        assert (await browser.get("/base")).status_code == 403
        assert (await browser.get("/no-such-page")).status_code == 404
    async with upstream.browser() as browser:
        answer = await browser.get("/application/check")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/application/check")


async def test_a_refused_section_keeps_what_was_typed(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        typed = keyed(sex="female", mobile="not a number", email="typed@example.org")
        refused = await browser.post("/application/sections/basic", data=typed)
        assert refused.status_code == 422
        assert 'href="#mobile"' in refused.text
        assert "手机号码须为 11 位手机号码。" in refused.text
        assert 'value="typed@example.org"' in refused.text
        assert 'value="not a number"' in refused.text
        assert '<option value="female" selected>' in refused.text


async def test_a_stale_section_shows_what_changed(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await fill_in(browser)
        version = hidden(await browser.get("/application/sections/education"), "expected_version")
        body = {"school": "青岛大学", "is_studying": "no", "expected_version": version}
        assert (await browser.post("/application/sections/education", data=keyed(**body))).status_code == 303
        conflict = await browser.post(
            "/application/sections/education", data=keyed(**(body | {"school": "济宁医学院"}))
        )
        assert conflict.status_code == 409
        assert "青岛大学" in conflict.text
        assert 'value="济宁医学院"' in conflict.text
        again = body | {"school": "济宁医学院", "expected_version": hidden(conflict, "expected_version")}
        assert (await browser.post("/application/sections/education", data=keyed(**again))).status_code == 303


async def test_choice_asks_for_everything_and_submitting_links_to_what_is_missing(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        refused = await browser.post("/application/choice", data=keyed(base_code="SD-QILU", specialty_code=""))
        assert refused.status_code == 422
        assert "请选择培训专业" in refused.text
        assert "已报名 38／拟录取 0／计划 71" in refused.text
        incomplete = await browser.post("/application/check", data=keyed())
        assert incomplete.status_code == 422
        assert 'href="/application/sections/education#school"' in incomplete.text


async def test_submitting_twice_with_one_key_submits_once(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await fill_in(browser)
        page = await browser.get("/application/check")
        form = {"idempotency_key": hidden(page, "idempotency_key")}
        for _ in range(2):
            assert (await browser.post("/application/check", data=form)).status_code == 303
        own = await browser.get("/application?done=submitted")
        assert "待审核" in own.text
        assert "第 1 次提交" in own.text


async def test_a_decision_names_person_and_seat_and_refusals_keep_the_remark(upstream: Upstream) -> None:
    application = await submitted(upstream, specialty="0400")
    here = f"/base/applications/{application}"
    async with upstream.browser("administrator") as browser:
        queue = await browser.get("/base?state=pending")
        assert here in queue.text
        page = await browser.get(here)
        assert "当前阶段不能办理；" in page.text
        no_reason = await browser.post(f"{here}/reject", data=keyed(submission_number="1", remark="缺材料"))
        assert no_reason.status_code == 422
        assert "缺材料" in no_reason.text
        assert 'href="#reason_code-reject"' in no_reason.text
        assert (await browser.post(f"{here}/approve", data=keyed(submission_number="1"))).status_code == 303
        assert "拟录取 李测试，皮肤科" in (await browser.get(here)).text
        full = await browser.post(f"{here}/provisional", data=keyed(submission_number="1", remark="恭喜"))
        assert full.status_code == 409
        assert "该专业的计划数已满" in full.text
        assert "恭喜" in full.text


async def test_a_superseded_submission_is_told(upstream: Upstream) -> None:
    application = await submitted(upstream)
    upstream.enrollment.case(application).application.submission_number = 2
    async with upstream.browser("reviewer") as browser:
        answer = await browser.post(f"/base/applications/{application}/approve", data=keyed(submission_number="1"))
        assert answer.status_code == 409
        assert "您打开的是第 1 次提交" in answer.text


async def test_milestones_are_entered_in_calendar_time(upstream: Upstream) -> None:
    upstream.enrollment.phase = "FIRST_CHOICE"
    upstream.enrollment.day_seconds = 10.0
    async with upstream.browser("administrator") as browser:
        assert (await browser.get("/base/milestones")).status_code == 200
        wrong = await browser.post("/base/milestones", data=keyed(round="1", interview="2023-07-22T09:00"))
        assert wrong.status_code == 422
        assert 'value="2023-07-22T09:00"' in wrong.text
        dates = keyed(round="1", review_deadline="2023-07-20T12:00", interview="2023-07-22T09:00")
        assert (await browser.post("/base/milestones", data=dates)).status_code == 303
        deadline = upstream.enrollment.milestones.review_deadline.ToDatetime()
        starts = upstream.enrollment.starts_at.replace(tzinfo=None)
        assert abs((deadline - starts).total_seconds() - 195.0) < 0.01
        assert 'value="2023-07-20T12:00"' in (await browser.get("/base/milestones")).text


async def test_faculty_tabs_are_saved_separately(upstream: Upstream) -> None:
    async with upstream.browser("teacher") as browser:
        assert (await browser.post("/faculty/contact", data=keyed(mobile="123x"))).status_code == 422
        assert (await browser.post("/faculty/contact", data=keyed(mobile="13800000000"))).status_code == 303
        assert 'value="13800000000"' in (await browser.get("/faculty/contact")).text
        basic = (await browser.get("/faculty")).text
        assert "“是否获得医师资格证书”选“是”时必填" in basic
        assert '<option value="yes">是</option>' in basic
        assert (await browser.get("/faculty/no-such-tab")).status_code == 404


async def test_when_a_service_is_down_the_rest_stands_and_nothing_typed_is_lost(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        await fill_in(browser)
        upstream.notify.down = True
        own = await browser.get("/application")
        assert own.status_code == 200
        assert "消息服务暂时不可用" in own.text
        upstream.enrollment.down = True
        form = keyed(school="青岛大学", is_studying="no")
        failed = await browser.post("/application/sections/education", data=form)
        assert failed.status_code == 503
        assert failed.headers["retry-after"]
        assert 'value="青岛大学"' in failed.text
        assert hidden(failed, "idempotency_key") == form["idempotency_key"]
        upstream.enrollment.down = False
        again = {"school": "青岛大学", "is_studying": "no", "idempotency_key": form["idempotency_key"]}
        assert (await browser.post("/application/sections/education", data=again)).status_code == 303


async def test_a_session_that_ended_keeps_the_form(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        answer = await browser.post("/application/sections/education", data=keyed(school="青岛大学"))
        assert answer.status_code == 401
        assert 'value="青岛大学"' in answer.text
        assert "在新窗口登录" in answer.text
