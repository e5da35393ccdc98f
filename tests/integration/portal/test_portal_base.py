"""What the staff of a base find: papers beside the verdict, batches, pasted scores, ranking, lists, places, exports."""

from __future__ import annotations

import pytest

from residency.enrollment.v1 import (
    export_service_pb2,
    paper_service_pb2,
    place_service_pb2,
    selection_service_pb2,
)
from services.kit.domain import DomainError, Kind
from services.portal.i18n.language import CHINESE, ENGLISH, speaking
from services.portal.pages.scores import read_sheet
from tests.support.portal_samples import ONE, TWO, fill_province, ranking
from tests.support.portal_story import keyed, submitted
from tests.support.portal_upstream import Upstream


async def test_papers_and_closed_deeds_stand_beside_the_submission(upstream: Upstream) -> None:
    application = await submitted(upstream)
    paper = paper_service_pb2.Paper(
        paper_id=ONE, kind="PAPER_KIND_PORTRAIT", warnings=["PAPER_WARNING_GROUND_NOT_WHITE"]
    )
    upstream.papers.answers["ListPapers"] = paper_service_pb2.ListPapersResponse(papers=[paper])
    async with upstream.browser("administrator") as browser:
        page = (await browser.get(f"/base/applications/{application}")).text
    assert f"/applications/{application}/papers/{ONE}?size=preview" in page
    assert "底色待基地确认" in page
    assert "审核通过" in page
    assert "登记退培" not in page  # not in this state: it would only be in the way


async def test_rarer_deeds_reach_their_service(upstream: Upstream) -> None:
    application = await submitted(upstream)
    here = f"/base/applications/{application}"
    quit_form = {"reason_code": "HEALTH", "measures": "面谈", "destination": "", "base_opinion": "同意"}
    async with upstream.browser("administrator") as browser:
        for path, form in (
            ("undo", {"reason": "点错了"}),
            ("specialty", {"specialty_code": "0900", "reason": "本人同意"}),
            ("revocation", {"reason": "材料不实"}),
            ("objection", {"grounds": "学历存疑"}),
            ("no-show", {"reason": "未报到"}),
            ("quit", quit_form),
            ("deferral", {"until_year": "2024", "reason": "服役"}),
            ("proposal", {"remark": "成绩第一"}),
        ):
            done = await browser.post(f"{here}/{path}", data=keyed(submission_number="1", **form))
            assert done.status_code == 303, (path, done.text)
        wrong = await browser.post(f"{here}/deferral", data=keyed(until_year="soon", reason="服役"))
        assert (wrong.status_code, 'href="#until_year-deferral"' in wrong.text) == (422, True)
        assert (await browser.post(f"{here}/nothing", data=keyed())).status_code == 404
    asked = [name for name, _ in upstream.places.asked]
    assert asked == [
        "Undo",
        "ChangeSpecialty",
        "ProposeRevocation",
        "ReportNoShow",
        "RecordQuit",
        "Defer",
        "ProposeGrant",
    ]
    assert upstream.places.requests("ChangeSpecialty")[0].submission_number == 1
    assert upstream.selection.requests("FileObjection")[0].grounds == "学历存疑"


async def test_a_late_rejection_is_confirmed_knowingly(upstream: Upstream) -> None:
    application = await submitted(upstream)
    told = DomainError(Kind.NOT_NOW, "CONFIRM_LATE_REJECTION", "距审核截止不足 24 小时，请确认。", field="confirm_late")
    upstream.enrollment.refuse_review = told
    here = f"/base/applications/{application}/reject"
    form = {"submission_number": "1", "reason_code": "DOCUMENT_INCOMPLETE", "remark": "缺材料"}
    async with upstream.browser("reviewer") as browser:
        asked = await browser.post(here, data=keyed(**form))
        assert asked.status_code == 409
        assert 'name="confirm_late"' in asked.text
        assert "缺材料" in asked.text
        upstream.enrollment.refuse_review = None
        assert (await browser.post(here, data=keyed(**form, confirm_late="yes"))).status_code == 303


async def test_a_batch_tells_every_row(upstream: Upstream) -> None:
    application = await submitted(upstream)
    async with upstream.browser("administrator") as browser:
        page = await browser.get("/base?state=pending")
        assert f'name="pick.{application}" value="1|李测试"' in page.text
        nobody = await browser.post("/base/batch", data=keyed(kind="approve"))
        assert (nobody.status_code, "请先勾选" in nobody.text) == (422, True)
        tick = {f"pick.{application}": "1|李测试"}
        wordless = await browser.post("/base/batch", data=keyed(kind="reject", **tick))
        assert (wordless.status_code, "checked" in wordless.text) == (422, True)
        done = await browser.post("/base/batch", data=keyed(kind="approve", remark="材料齐全", **tick))
        assert (done.status_code, "已办理 1 人。" in done.text) == (200, True)
        stale = await browser.post("/base/batch", data=keyed(kind="grant", **{f"pick.{application}": "7|李测试"}))
        assert "1 人未能办理" in stale.text
        assert "该报名信息已被申请人更新。" in stale.text
    assert [len(each.rows) for each in upstream.enrollment.batches] == [1, 1]
    assert upstream.enrollment.batches[0].rows[0].remark == "材料齐全"


async def test_scores_are_pasted_back_and_every_row_is_answered(upstream: Upstream) -> None:
    upstream.selection.answers["GetRanking"] = ranking()
    result = selection_service_pb2.ScoreResult(application_id=ONE, accepted=True, version=1, total="87.00")
    upstream.selection.answers["EnterScores"] = selection_service_pb2.EnterScoresResponse(results=[result])
    sheet = "报名编号\t姓名\t笔试\t面试\t备注\n" + f"{ONE}\t李测试\t90\t84\t\n\t不在册\t1\t2\t\n"
    async with upstream.browser("administrator") as browser:
        page = await browser.get("/base/scores?specialty_code=0100")
        assert f"{ONE}\t李测试\t" in page.text
        done = await browser.post("/base/scores", data=keyed(specialty_code="0100", rows=sheet))
        assert done.status_code == 200, done.text
        assert "1 行已录入，1 行未录入" in done.text
        assert "本专业没有这名考生。" in done.text
        assert "不在册\t1\t2" in done.text  # what was pasted is still there
        headless = await browser.post("/base/scores", data=keyed(specialty_code="0100", rows="a\tb\n1\t2"))
        assert (headless.status_code, "表头须包含" in headless.text, "1\t2" in headless.text) == (422, True, True)
    row = upstream.selection.requests("EnterScores")[0].rows[0]
    assert (row.application_id, dict(row.parts)) == (ONE, {"written": "90", "interview": "84"})


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("姓名,面试\n李测试,80", [""]),
        ("姓名\t面试\n李测试\t\n无名\t1", ["", "本专业没有这名考生。"]),
        (f"报名编号\t面试\r\n{TWO}\t70\r\n", [""]),
    ],
    ids=["comma, by name", "tab, one unknown", "by number"],
)
def test_a_sheet_names_people_by_number_or_by_name(text: str, problems: list[str]) -> None:
    assert [row.problem for row in read_sheet(text, ranking())] == problems


@pytest.mark.parametrize("spoken", [CHINESE, ENGLISH])
@pytest.mark.parametrize(
    "headings",
    ["报名编号\t笔试\t面试\t更正原因", "Application ID\tWritten exam\tInterview\tReason for correction"],
    ids=["Chinese", "English"],
)
def test_a_sheet_is_understood_in_either_language(headings: str, spoken: str) -> None:
    """I18N-09: a sheet taken from the page in one language may be pasted into the page in the other."""
    with speaking(spoken):
        row = read_sheet(f"{headings}\n{ONE}\t90\t84\trecount", ranking())[0]
    assert (row.problem, row.parts, row.reason) == ("", {"written": "90", "interview": "84"}, "recount")


def test_an_empty_cell_takes_back_only_what_was_entered() -> None:
    first = read_sheet("姓名\t笔试\t面试\n李测试\t\t", ranking())[0]
    assert first.parts == {"written": ""}


async def test_ranking_suggests_and_the_waiting_list_takes_an_order_among_equals(upstream: Upstream) -> None:
    upstream.selection.answers["GetRanking"] = ranking()
    async with upstream.browser("administrator") as browser:
        page = (await browser.get("/base/ranking?specialty_code=0100")).text
        assert f'name="pick.{ONE}" value="1|李测试" checked' in page
        assert f'name="pick.{TWO}" value="2|王测试">' in page
        assert "建议拟录取" in page
        form = {"specialty_code": "0100"}
        line = keyed(total="60", **{"minimum.written": "50", "minimum.interview": ""}, **form)
        assert (await browser.post("/base/ranking/cut-off", data=line)).status_code == 303
        order = keyed(tie_order=f"王测试 {TWO}\n", **form)
        assert (await browser.post("/base/ranking/waiting-list", data=order)).status_code == 303
        told = DomainError(Kind.INVALID, "TIE_UNDECIDED", "有人完全同分，请排出先后。", field="tie_order")
        upstream.selection.answers["SetWaitingList"] = told
        refused = await browser.post("/base/ranking/waiting-list", data=order)
        assert (refused.status_code, "请排出先后" in refused.text, TWO in refused.text) == (422, True, True)
    assert dict(upstream.selection.requests("SetCutOff")[0].cut_off.minimums) == {"written": "50"}
    assert list(upstream.selection.requests("SetWaitingList")[0].tie_order) == [TWO]


async def test_a_list_is_published_and_a_refusal_stands_at_its_form(upstream: Upstream) -> None:
    row = selection_service_pb2.UnpublishedRow(application_id=ONE, name="李测试", specialty_code="0100", round=1)
    waiting = selection_service_pb2.ListUnpublishedResponse(rows=[row])
    waiting.would_end_at.FromSeconds(1_700_000_000)
    upstream.selection.answers["ListUnpublished"] = waiting
    async with upstream.browser("administrator") as browser:
        assert "现在公示，将于" in (await browser.get("/base/lists")).text
        assert (await browser.post("/base/lists", data=keyed(supplement_to=""))).status_code == 303
        told = DomainError(Kind.INVALID, "NO_SUCH_LIST", "没有这一批名单。", field="supplement_to")
        upstream.selection.answers["PublishList"] = told
        refused = await browser.post("/base/lists", data=keyed(supplement_to="7"))
        assert (refused.status_code, 'href="#supplement_to"' in refused.text) == (422, True)
        assert 'value="7"' in refused.text
    assert upstream.selection.requests("PublishList")[0].supplement_to == 0


async def test_the_main_base_answers_what_its_collaborative_base_proposed(upstream: Upstream) -> None:
    proposal = place_service_pb2.GrantProposal(application_id=ONE, number=3, base_code="SD-SLYY", name="李测试")
    upstream.places.answers["ListGrantProposals"] = place_service_pb2.ListGrantProposalsResponse(proposals=[proposal])
    form = keyed(application_id=ONE, number="3", remark="同意", then="approve")
    async with upstream.browser("administrator") as browser:
        assert "答复 李测试" in (await browser.get("/base/places")).text
        assert (await browser.post("/base/places/proposals", data=form)).status_code == 303
        upstream.places.answers["ConfirmGrant"] = DomainError(Kind.NOT_NOW, "SEAT_FULL", "该专业的计划数已满。")
        full = await browser.post("/base/places/proposals", data=form)
        assert (full.status_code, "该专业的计划数已满" in full.text) == (409, True)
    assert upstream.places.requests("ConfirmGrant")[0].approve


async def test_a_base_asks_for_places(upstream: Upstream) -> None:
    fill_province(upstream)
    async with upstream.browser("administrator") as browser:
        assert "招生" in (await browser.get("/base/plan")).text
        form = keyed(specialty_code="0100", wanted="80", reason="新增病区")
        assert (await browser.post("/base/plan", data=form)).status_code == 303
        many = await browser.post("/base/plan", data=keyed(specialty_code="0100", wanted="many", reason="新增病区"))
        assert (many.status_code, 'href="#wanted"' in many.text, "新增病区" in many.text) == (422, True, True)
    asked = upstream.plans.requests("ProposePlanChange")[0]
    assert (asked.base_code, asked.wanted) == ("SD-QILU", 80)


async def test_exports_are_masked_unless_a_reason_and_a_proof_are_given(upstream: Upstream) -> None:
    table = export_service_pb2.ExportTable(table="admitted", label="录取名单")
    table.columns.add(key="name", label="姓名", type="text", personal=True)
    upstream.exports.answers["GetDictionary"] = export_service_pb2.GetDictionaryResponse(tables=[table])
    made = export_service_pb2.CreateExportResponse(export=export_service_pb2.Export(export_id=ONE))
    upstream.exports.answers["CreateExport"] = made
    own = upstream.identity.accounts["administrator"].person_id
    export = export_service_pb2.Export(export_id=ONE, table="admitted", rows=3, parts=1, person_id=own, unmasked=True)
    export.expires_at.FromSeconds(4_000_000_000)
    upstream.exports.answers["ListExports"] = export_service_pb2.ListExportsResponse(exports=[export])
    async with upstream.browser("administrator") as browser:
        done = await browser.post("/exports", data=keyed(table="admitted", format="xlsx"))
        assert done.headers["location"] == f"/exports?done=exported&made={ONE}"
        page = (await browser.get(done.headers["location"])).text
        assert page.count(f"/exports/{ONE}/file") == 2
        form = keyed(table="admitted", format="csv", clear="yes", reason="上报国家平台使用")
        assert (await browser.post("/exports", data=form)).status_code == 303
        proof = DomainError(Kind.FORBIDDEN, "STEP_UP_REQUIRED", "请再次验证身份。")
        upstream.exports.answers["CreateUnmaskedExport"] = proof
        asked = await browser.post("/exports", data=form)
        assert "carry.reason" in asked.text  # the form goes along to the proof
        assert "个人信息" in (await browser.get("/exports/dictionary")).text
        assert (await browser.post("/en/exports", data=keyed(table="admitted", format="csv"))).status_code == 303
    assert [each.order.language for each in upstream.exports.requests("CreateExport")] == ["zh", "en"]
    assert upstream.exports.requests("CreateUnmaskedExport")[0].order.reason == "上报国家平台使用"
    async with upstream.browser("reviewer") as browser:
        assert "导出完整的姓名" not in (await browser.get("/exports")).text
