"""What a province finds: rules, plan, what bases ask for, screening, reallocation, a new year."""

from __future__ import annotations

from pathlib import Path

import pytest

from residency.enrollment.v1 import (
    plan_service_pb2,
    reallocation_service_pb2,
    screening_service_pb2,
)
from services.kit.domain import DomainError, Kind
from services.portal.cycle_file import request_from_file
from tests.support.portal_samples import ONE, fill_places, fill_province, fill_selection
from tests.support.portal_story import keyed
from tests.support.portal_upstream import Upstream

SHANDONG = Path(__file__).parents[3] / "deploy" / "provinces" / "shandong-2023.yaml"


SHOWN = {
    "publicity_working_days": "5",
    "confirmation_required": "no",
    "penalise": "no_show, quit",
    "score_weights": "written: 0.4\r\ninterview: 0.6",
    "reversion": "",
    "edition": "4",
}


async def test_only_what_was_changed_is_sent(upstream: Upstream) -> None:
    fill_province(upstream)
    async with upstream.browser("province") as browser:
        page = (await browser.get("/province/policy")).text
        assert "公示工作日" in page
        assert "首轮已开始" in page
        same = await browser.post("/province/policy", data=keyed(**SHOWN, reason="无"))
        assert (same.status_code, "没有改动任何规则" in same.text) == (422, True)
        changed = SHOWN | {
            "publicity_working_days": "7",
            "penalise": "no_show，quit, give_up",
            "reversion": "- {keep: 1}",
        }
        changed |= {"confirmation_required": "yes", "score_weights": "{written: 1}"}
        done = await browser.post("/province/policy", data=keyed(**changed, reason="省厅通知", override_lock="yes"))
        assert done.status_code == 303, done.text
        bad = await browser.post("/province/policy", data=keyed(**(SHOWN | {"reversion": "a: [b"}), reason="x"))
        assert (bad.status_code, 'href="#reversion"' in bad.text, "a: [b" in bad.text) == (422, True, True)
        bomb = SHOWN | {"reversion": "a: &a [x, x]\nb: [*a, *a]"}
        assert (await browser.post("/province/policy", data=keyed(**bomb, reason="x"))).status_code == 422
    sent = upstream.plans.requests("SetPolicy")
    assert len(sent) == 1
    assert dict(sent[0].values)["publicity_working_days"] == 7
    assert list(sent[0].values["penalise"]) == ["no_show", "quit", "give_up"]
    assert (sent[0].expected_edition, sent[0].override_lock, sent[0].reason) == (4, True, "省厅通知")


async def test_the_plan_is_set_row_by_row_and_unfilled_places_go_where_the_preview_says(upstream: Upstream) -> None:
    fill_province(upstream)
    service = plan_service_pb2
    result = service.PlanResult(
        base_code="SD-QILU", specialty_code="0100", planned=71, reason="X", message="低于已占名额。"
    )
    upstream.plans.answers["SetPlan"] = service.SetPlanResponse(results=[result])
    async with upstream.browser("province") as browser:
        assert "SD-QILU\t0100\t71" in (await browser.get("/province/plan")).text
        bad = await browser.post("/province/plan/rows", data=keyed(rows="SD-QILU 0100", reason="x"))
        assert (bad.status_code, 'href="#rows-rows"' in bad.text) == (422, True)
        told = await browser.post("/province/plan/rows", data=keyed(rows="SD-QILU\t0100\t2\n", reason="调整"))
        assert (told.status_code, "低于已占名额。" in told.text) == (200, True)
        more = {"base_code": "SD-QILU", "specialty_code": "0100", "reason": "整改"}
        paused = await browser.post("/province/plan/programme", data=keyed(programme="paused", **more))
        assert paused.status_code == 303
        granted = await browser.post(
            "/province/plan/exception", data=keyed(seats="1", number="鲁卫〔2023〕1号", **more)
        )
        assert granted.status_code == 303
        reverted = await browser.post("/province/plan/reversion", data=keyed(digest="d" * 64))
        assert reverted.status_code == 303
        assert (await browser.post("/province/plan/nothing", data=keyed())).status_code == 404
    assert upstream.plans.requests("RevertUnfilled")[0].digest == "d" * 64
    assert upstream.plans.requests("GrantSeatException")[0].number == "鲁卫〔2023〕1号"


async def test_what_bases_ask_for_is_answered_where_it_stands(upstream: Upstream) -> None:
    for part in (fill_province, fill_places, fill_selection):
        part(upstream)
    here = "/province/requests"
    async with upstream.browser("province") as browser:
        page = (await browser.get(here)).text
        assert "71 → 80" in page
        assert "学历存疑" in page
        assert (
            await browser.post(f"{here}/changes", data=keyed(change_id=ONE, planned="75", then="yes"))
        ).status_code == 303
        kept = keyed(application_id=ONE, remark="予以保留", then="no")
        assert (await browser.post(f"{here}/revocations", data=kept)).status_code == 303
        upheld = keyed(objection_id=ONE, reason="查证属实", then="yes")
        assert (await browser.post(f"{here}/objections", data=upheld)).status_code == 303
        told = DomainError(Kind.INVALID, "REASON_MISSING", "请填写处理意见。", field="reason")
        upstream.selection.answers["ResolveObjection"] = told
        refused = await browser.post(f"{here}/objections", data=keyed(objection_id=ONE, reason="", then="no"))
        assert (refused.status_code, f'href="#reason-{ONE}"' in refused.text) == (422, True)
        later = keyed(base_code="SD-QILU", review_deadline="2023-07-25T17:00", reason="台风")
        assert (await browser.post(f"{here}/deadline", data=later)).status_code == 303
        move = keyed(application_id=ONE, base_code="SD-SLYY", specialty_code="0100", reason="调剂")
        assert (await browser.post(f"{here}/move", data=move)).status_code == 303
        special = keyed(application_id=ONE, number="1号", reason="特批")
        assert (await browser.post(f"{here}/exception", data=special)).status_code == 303
        assert (
            await browser.post(f"{here}/annulment", data=keyed(application_id=ONE, reason="核实"))
        ).status_code == 303
    decided = upstream.plans.requests("DecidePlanChange")[0]
    assert (decided.grant, decided.planned) == (True, 75)
    assert not upstream.places.requests("DecideRevocation")[0].approve
    assert upstream.selection.requests("ResolveObjection")[0].uphold
    assert upstream.plans.requests("ExtendDeadline")[0].round == 1
    assert upstream.reallocation.requests("MoveApplicant")[0].to.base_code == "SD-SLYY"


async def test_holds_cases_and_penalties(upstream: Upstream) -> None:
    service = screening_service_pb2
    fill_province(upstream)
    results = [service.PenaltyResult(done=True), service.PenaltyResult(reason="X", message="姓名与证件不符。")]
    upstream.screening.answers["ImportPenalties"] = service.ImportPenaltiesResponse(results=results)
    here = "/province/screening"
    async with upstream.browser("province") as browser:
        page = (await browser.get(here)).text
        assert "手机号码相同" in page
        assert (
            await browser.post(f"{here}/holds", data=keyed(hold_id=ONE, reason="非同一人", then="yes"))
        ).status_code == 303
        case = keyed(case_id=ONE, reason="无故未报到", number="1号", then="yes")
        assert (await browser.post(f"{here}/cases", data=case)).status_code == 303
        assert (await browser.post(f"{here}/lift", data=keyed(penalty_id=ONE, reason="申诉成立"))).status_code == 303
        one = {"document_type": "resident_id", "document_number": "37010219990101123X", "name": "赵某", "cause": "quit"}
        one |= {"since": "2023-09-01", "years": "3", "reason": "退培", "number": "2号"}
        assert (await browser.post(f"{here}/penalties", data=keyed(**one))).status_code == 303
        row = "居民身份证\t37010219990101123X\t赵某\t退培\t2023-09-01\t3\t无故退培\t2号"
        many = await browser.post(f"{here}/import", data=keyed(entries=f"{row}\n{row}\n"))
        assert (many.status_code, "姓名与证件不符。" in many.text) == (200, True)
        short = await browser.post(f"{here}/import", data=keyed(entries="a,b"))
        assert (short.status_code, "须有 8 列" in short.text) == (422, True)
    assert upstream.screening.requests("ResolveHold")[0].release
    assert upstream.screening.requests("AddPenalty")[0].entry.years == 3
    assert upstream.screening.requests("ImportPenalties")[0].entries[1].cause == "quit"


async def test_a_reallocation_is_proposed_looked_at_edited_and_carried_out_once(upstream: Upstream) -> None:
    service = reallocation_service_pb2
    head = service.Reallocation(proposal_id=ONE, state="REALLOCATION_STATE_PROPOSED", people=2, placed=1, version=3)
    place = service.WantedPlace(base_code="SD-SLYY", specialty_code="0100")
    row = service.ReallocationRow(
        application_id=ONE, masked_name="李*", to=place, explanation="按意向。", wish=1, rank=1
    )
    upstream.reallocation.answers["ProposeReallocation"] = service.ProposeReallocationResponse(reallocation=head)
    upstream.reallocation.answers["GetReallocation"] = service.GetReallocationResponse(
        reallocation=head, rows=[row], next_after_rank=50
    )
    going = [
        service.Reallocation(proposal_id=ONE, state=f"REALLOCATION_STATE_{state}")
        for state in ("COMMITTING", "COMMITTED")
    ]
    upstream.reallocation.answers["CommitReallocation"] = lambda _: service.CommitReallocationResponse(
        reallocation=going.pop(0)
    )
    here = f"/province/reallocation/{ONE}"
    async with upstream.browser("province") as browser:
        proposed = await browser.post("/province/reallocation", data=keyed())
        assert proposed.headers["location"] == here
        page = (await browser.get(f"{here}?unplaced=yes&after=x")).text
        assert "按意向。（第 1 意向）" in page
        assert "after=50&amp;unplaced=yes" in page
        edit = keyed(application_id=ONE, reason="本人要求")
        assert (await browser.post(f"{here}/rows", data=edit | {"then": "none"})).status_code == 303
        to = {"base_code": "SD-QILU", "specialty_code": "0900"}
        assert (await browser.post(f"{here}/rows", data=edit | to)).status_code == 303
        assert (await browser.post(f"{here}/commit", data=keyed(version="3"))).status_code == 303
    first, second = upstream.reallocation.requests("EditReallocation")
    assert (first.HasField("to"), second.to.specialty_code) == (False, "0900")
    keys = {request.idempotency_key for request in upstream.reallocation.requests("CommitReallocation")}
    assert (len(keys), going) == (1, [])


async def test_a_year_is_set_up_from_a_file_or_from_this_year(upstream: Upstream) -> None:
    here = "/province/cycles"
    async with upstream.browser("province") as browser:
        file = {"file.cycle": ("shandong.yaml", SHANDONG.read_bytes())}
        done = await browser.post(f"{here}/file", data=keyed(document=""), files=file)
        assert done.status_code == 303, done.text
        bad = await browser.post(f"{here}/file", data=keyed(document="cycle: [}"))
        assert (bad.status_code, "不是有效的 YAML（第 1 行）" in bad.text) == (422, True)
        phases = ("registration", "first_choice", "second_choice", "reallocation", "confirmation")
        days = {f"{edge}_{name}": f"2024-0{number}-{day}" for number, name in enumerate(phases, 1)
                for edge, day in (("first", "01"), ("last", "28"))}  # fmt: skip
        assert (
            await browser.post(f"{here}/form", data=keyed(title="2024年度", year="2024", **days))
        ).status_code == 303
        yearless = await browser.post(f"{here}/form", data=keyed(title="2024年度", **days))
        assert (yearless.status_code, "2024年度" in yearless.text) == (422, True)
    first, second = upstream.enrollment.created
    assert (first.year, first.province_code, len(first.phases)) == (2023, "37", 5)
    assert (second.year, second.phases[1].first_day, second.plan[0].planned) == (2024, "2024-02-01", 71)


@pytest.mark.parametrize("text", ["", "[]", "cycle: {year: 2024}", "a: &a 1\nb: *a", "province: {code: 37}\ncycle: {}"])
def test_a_file_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        request_from_file(text)
    assert (refused.value.reason, refused.value.field) == ("CYCLE_FILE", "document")
