"""What an applicant reads in English beyond the catalogue: the dossier's own labels (I18N-07), printed forms and
feeds (I18N-08)."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from residency.enrollment.v1 import calendar_service_pb2, form_service_pb2
from services.enrollment.grpc_api.applications import DEFINITION
from services.portal.i18n.language import ENGLISH, speaking
from services.portal.i18n.problems import problem_text
from tests.support import portal_enrollment
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_samples import fill
from tests.support.portal_story import keyed
from tests.support.portal_upstream import ORIGIN, Upstream


@pytest.fixture
def whole_dossier(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dossier as enrollment defines it, with its English."""
    monkeypatch.setattr(portal_enrollment, "definition", lambda: DEFINITION)


@pytest.mark.usefixtures("whole_dossier")
async def test_the_dossier_is_asked_for_in_the_language_of_the_page(upstream: Upstream) -> None:
    """I18N-07: sections, groups, fields, options and hints, remembered for each language by itself."""
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        for _ in range(2):
            english = (await browser.get("/en/application/sections/certificates")).text
            assert "<h1>Certificates</h1>" in english
            assert "Required where “Physician qualification certificate obtained” is “Yes”" in english
            chinese = (await browser.get("/application/sections/certificates")).text
            assert "<h1>证书信息</h1>" in chinese
            assert "“是否获得医师资格证书”选“是”时必填" in chinese
        education = (await browser.get("/en/application/sections/education")).text
        assert "<legend>Doctorate</legend>" in education
        assert ">Master" in education


@pytest.mark.usefixtures("whole_dossier")
async def test_a_fault_names_its_field_as_the_form_does(upstream: Upstream) -> None:
    """I18N-07."""
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        refused = await browser.post("/en/application/sections/basic", data=keyed(mobile="abc"))
        assert refused.status_code == 422
        assert refused.text.count("“Mobile number” must be a mobile number of 11 digits.") == 2
        chinese = await browser.post("/application/sections/basic", data=keyed(mobile="abc"))
        assert "手机号码须为 11 位手机号码。" in chinese.text


@pytest.mark.parametrize(
    ("message", "label", "told"),
    [
        ("请填写身份。", "Type of trainee", "Fill in “Type of trainee”."),
        ("请上传证件照片。", "Portrait", "Upload “Portrait”."),
        ("年限须为 0 至 80 之间的数。", "Years", "“Years” must be a number from 0 to 80."),
        ("邮箱格式有误。请填写邮箱。", "E-mail", "“E-mail” has the wrong form. Fill in “E-mail”."),
        ("一句没有人见过的话。", "E-mail", "一句没有人见过的话。"),
    ],
)
def test_problems_of_fields(message: str, label: str, told: str) -> None:
    """I18N-07: by the field's own label; what nobody foresaw stays."""
    assert problem_text(message, label) == message
    with speaking(ENGLISH):
        assert problem_text(message, label) == told


async def test_a_form_is_printed_in_the_language_of_the_page(upstream: Upstream) -> None:
    """I18N-08."""
    upstream.printed.answers["GetForm"] = form_service_pb2.GetFormResponse(
        form=form_service_pb2.Form(pdf=b"%PDF-", file_name="form.pdf")
    )
    async with upstream.browser("applicant") as browser:
        for path in ("/application/form", "/en/application/form"):
            assert (await browser.get(path)).content == b"%PDF-"
    assert [each.language for each in upstream.printed.requests("GetForm")] == ["zh", "en"]


async def test_a_feed_speaks_the_language_of_the_page_on_which_it_was_opened(upstream: Upstream) -> None:
    """I18N-08: the address says which; the one address is good for both."""
    fill(upstream)
    token = "t" * 43
    upstream.calendars.answers["OpenFeed"] = calendar_service_pb2.OpenFeedResponse(token=token)
    calendar = calendar_service_pb2.PublishedCalendar(
        cycle_id=CYCLE,
        title="2023年度山东省住院医师规范化培训招录",
        year=2023,
        time_zone="Asia/Shanghai",
        base_name="某医院",
    )
    calendar.events.add(uid="u1", kind="EVENT_KIND_PHASE", key="registration", name="报名")
    calendar.events.add(uid="u2", kind="EVENT_KIND_GAP", key="registration", name="资格复核")
    calendar.events.add(uid="u3", kind="EVENT_KIND_BASE_DATE", key="1/interview", name="第1轮面试")
    calendar.phases.add(phase="PHASE_REGISTRATION", key="registration", name="报名")
    upstream.calendars.answers["GetFeed"] = calendar_service_pb2.GetFeedResponse(calendar=calendar)
    async with upstream.browser("applicant") as browser:
        assert f"{ORIGIN}/en/feed/{token}.ics" in (await browser.post("/en/feeds", data=keyed())).text
        opened = (await browser.post("/feeds", data=keyed())).text
        assert f"{ORIGIN}/feed/{token}.ics" in opened
    async with upstream.browser() as anybody:
        english = await anybody.get(f"/en/feed/{token}.ics")
        chinese = await anybody.get(f"/feed/{token}.ics")
    assert english.headers["etag"] != chinese.headers["etag"]
    assert names(english.content) == [
        "Recruitment of medical residents 2023 · 某医院",
        "Registration",
        "Gap after “Registration”",
        "某医院: Round 1: Interview",
    ]
    assert names(chinese.content) == [
        "2023年度山东省住院医师规范化培训招录 · 某医院",
        "报名",
        "资格复核",
        "某医院：第1轮面试",
    ]


def names(content: bytes) -> list[str]:
    """What a calendar and its events are called."""
    whole = Calendar.from_ical(content)
    return [str(whole["NAME"]), *(str(event["SUMMARY"]) for event in whole.walk("VEVENT"))]
