"""REST over the enrollment contracts: every method has a route, and a route says what its contract says."""

from __future__ import annotations

import uuid

import pytest

from residency.enrollment.v1 import (
    export_service_pb2,
    form_service_pb2,
    paper_service_pb2,
    plan_service_pb2,
    selection_service_pb2,
)
from services.kit.domain import DomainError, Kind
from tests.architecture.contracts import POLICIES
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_stand_in import StandIn
from tests.support.portal_upstream import Upstream

MACHINES = {"scheduler", "service", "operator"}
ONE = str(uuid.uuid4())
HERE = f"/cycles/{CYCLE}"


async def test_every_method_for_people_has_a_route(upstream: Upstream) -> None:
    async with upstream.program() as program:
        whole = (await program.get("http://testserver/api/openapi.json")).json()
    routed = {
        operation["operationId"].replace("_", "").split("api")[0].split(".")[-1].lower()
        for operations in whole["paths"].values()
        for operation in operations.values()
    }
    wanted = {
        name.rsplit(".", 1)[-1]
        for name, policy in POLICIES.items()
        if name.startswith("enrollment.") and (policy.anyone or set(policy.roles) - MACHINES)
    }
    assert sorted(name for name in wanted if name.lower() not in routed) == []


async def test_what_stands_in_path_query_and_body_reaches_the_service(upstream: Upstream) -> None:
    async with upstream.program("province") as program:
        answer = await program.get(f"{HERE}/plan", params={"base_code": "SD-QILU"})
        assert answer.json() == {"rows": []}
        programme = {"programme": "paused", "reason": "整改"}
        answer = await program.put(f"{HERE}/programmes/SD-QILU/0100", json=programme)
        assert answer.status_code == 200, answer.text
        change = {"grant": True, "planned": 5}
        assert (await program.post(f"{HERE}/plan-changes/{ONE}/decision", json=change)).status_code == 200
        assert (await program.get(f"{HERE}/holds", params={"state": "released", "limit": "7"})).status_code == 200
    assert upstream.plans.requests("ListPlan")[0].base_code == "SD-QILU"
    asked = upstream.plans.requests("SetProgramme")[0]
    assert (asked.programme, asked.specialty_code) == (plan_service_pb2.PROGRAMME_STATUS_PAUSED, "0100")
    assert len(asked.idempotency_key) == 36
    assert upstream.plans.requests("DecidePlanChange")[0].planned == 5
    assert upstream.screening.requests("ListHolds")[0].limit == 7


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (f"{HERE}/plan-changes", {"wanted": "many"}, "wanted"),
        (f"{HERE}/plan-changes", {"unknown": 1}, "unknown"),
        (f"{HERE}/plan-changes", {"cycle_id": ONE}, "cycle_id"),
        (f"{HERE}/plan-changes", {"idempotency_key": ONE}, "idempotency_key"),
        ("/cycles/not-an-id/plan-changes", {"base_code": "A", "specialty_code": "0100", "reason": "x"}, "cycle_id"),
    ],
)
async def test_what_a_contract_does_not_know_is_refused(
    upstream: Upstream, path: str, body: dict[str, object], field: str
) -> None:
    async with upstream.program("administrator") as program:
        answer = await program.post(path, json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert upstream.plans.asked == []
        for bad in (b"[1]", b"{"):
            assert (await program.post(f"{HERE}/plan-changes", content=bad)).status_code == 422
        del program.headers["idempotency-key"]
        keyless = await program.post(f"{HERE}/plan-changes", json={"wanted": 3})
        assert keyless.json()["reason"] == "IDEMPOTENCY_KEY_MISSING"


async def test_lists_are_open_and_everything_else_asks_for_a_token(upstream: Upstream) -> None:
    async with upstream.program() as program:
        assert (await program.get(f"{HERE}/lists")).json() == {"lists": []}
        checked = form_service_pb2.CheckFormResponse(status=form_service_pb2.FORM_STATUS_CURRENT, year=2023, number=2)
        upstream.printed.answers["CheckForm"] = checked
        assert (await program.get("/forms/ABCD")).json()["status"] == "current"
        assert (await program.get(f"{HERE}/policy")).status_code == 401
        assert (await program.get(f"/applications/{ONE}/papers/{ONE}")).status_code == 401


async def test_a_picture_is_sent_as_it_is_and_shown_in_a_sandbox(upstream: Upstream) -> None:
    picture = b"\xff\xd8" + b"x" * 5_000_000
    async with upstream.program("applicant") as program:
        sent = await program.post(f"{HERE}/application/papers/portrait?accept_warnings=true", content=picture)
        assert sent.status_code == 201, sent.text
        asked = upstream.papers.requests("UploadPaper")[0]
        assert (asked.kind, len(asked.content), asked.accept_warnings) == (1, len(picture), True)
        upstream.papers.answers["GetPaper"] = paper_service_pb2.GetPaperResponse(content=b"\xff\xd8jpeg")
        shown = await program.get(f"/applications/{ONE}/papers/{ONE}?size=preview")
        assert shown.content == b"\xff\xd8jpeg"
        policies = shown.headers.get_list("content-security-policy")
        assert "sandbox" in policies[0]
        assert (shown.headers["cache-control"], shown.headers["content-type"]) == ("no-store", "image/jpeg")
        assert (await program.delete(f"{HERE}/application/papers/{ONE}")).status_code == 200
        big = await program.post(f"{HERE}/application/papers/portrait", content=b"x" * (11 * 1024 * 1024))
        assert big.json()["reason"] == "BODY_TOO_LARGE"
        assert (await program.post(f"{HERE}/application/papers/passport", content=picture)).status_code == 422


async def test_a_form_and_an_export_come_as_files(upstream: Upstream) -> None:
    form = form_service_pb2.Form(pdf=b"%PDF-1.7", file_name="2023-37-form-2.pdf", number=2)
    upstream.printed.answers["GetForm"] = form_service_pb2.GetFormResponse(form=form)
    export = export_service_pb2.Export(
        export_id=ONE, parts=2, size=6, format="EXPORT_FORMAT_CSV", file_name='a"b\r\n表.csv'
    )
    upstream.exports.answers["GetExport"] = lambda request: export_service_pb2.GetExportResponse(
        content=[b"abc", b"def"][request.part], export=export
    )
    async with upstream.program("administrator") as program:
        pdf = await program.get(f"/applications/{ONE}/form", params={"number": 2})
        assert (pdf.content, pdf.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
        order = {"order": {"cycle_id": CYCLE, "table": "admitted", "format": "csv", "states": ["admitted"]}}
        assert (await program.post("/exports", json=order)).status_code == 201
        assert upstream.exports.requests("CreateExport")[0].order.format == export_service_pb2.EXPORT_FORMAT_CSV
        table = await program.get(f"/exports/{ONE}/file")
        assert table.content == b"abcdef"
        assert table.headers["content-disposition"] == 'attachment; filename="ab.csv"'


async def test_the_board_of_a_moment_is_asked_for(upstream: Upstream) -> None:
    async with upstream.program() as program:
        past = await program.get(f"{HERE}/board", params={"as_of": "2023-07-31T15:59:59Z"})
        assert past.status_code == 200
        assert (await program.get(f"{HERE}/board", params={"as_of": "yesterday"})).status_code == 422


async def test_a_refusal_of_a_service_is_a_problem(upstream: Upstream) -> None:
    refused = DomainError(Kind.NOT_NOW, "NOT_RANKED", "还有成绩没有录入。", rule="SCO-01")
    upstream.selection.answers["SetWaitingList"] = refused
    async with upstream.program("administrator") as program:
        answer = await program.put(f"{HERE}/specialties/0100/waiting-list", json={})
    assert (answer.status_code, answer.json()["reason"], answer.json()["rule"]) == (409, "NOT_RANKED", "SCO-01")


def test_a_stand_in_answers_for_its_contract() -> None:
    service = StandIn(selection_service_pb2, "SelectionService")
    assert service.descriptor.full_name == "residency.enrollment.v1.SelectionService"
