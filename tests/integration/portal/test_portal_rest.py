"""The REST side: shapes, problems, keys, and the document that describes them."""

from __future__ import annotations

import httpx
import pytest

from services.portal.i18n import terms
from tests.support.portal_accounts import CAPTCHA, CODE
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_story import DOSSIER, submitted
from tests.support.portal_upstream import PASSWORD, Upstream

KEYED = tuple(f"/api/v1/{each}" for each in ("cycles", "applications", "faculty", "staff", "proposals", "support"))
UNKEYED = ("/search", "/acting", "/document", "/preview")
"""Reads by POST, and acts whose answer is never kept: a repeated one is another act, and is audited as one."""


def assert_problem(answer: httpx.Response, status: int, reason: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = answer.json()
    assert problem["status"] == status
    assert problem["reason"] == reason
    assert {"type", "title", "detail"} <= set(problem)
    return problem


async def test_a_season_through_rest(upstream: Upstream) -> None:
    async with upstream.program() as program:
        captcha = (await program.post("/captchas")).json()["captcha_id"]
        picture = await program.get(f"/captchas/{captcha}/picture")
        assert picture.headers["content-type"] == "image/png"
        who = {"role": "applicant", "name": "王某", "document_type": "resident_id"}
        who |= {"document_number": "37010219990101123X", "captcha_id": captcha, "captcha_answer": CAPTCHA}
        begun = await program.post("/registrations", json=who)
        assert begun.status_code == 201, begun.text
        one = f"/registrations/{begun.json()['registration_id']}"
        assert (await program.post(f"{one}/code", json={"mobile": "13800000000"})).json()["again_at"]
        account = {"login": "wang", "password": PASSWORD, "mobile": "13800000000", "code": CODE}
        made = await program.post(f"{one}/account", json=account)
        assert made.status_code == 201, made.text
        assert made.json()["signed_in"]["person"]["role"] == "applicant"
        session = await program.post("/sessions", json={"login": "wang", "password": PASSWORD})
        assert session.status_code == 201
        tokens = session.json()["signed_in"]["tokens"]
        refreshed = await program.post("/sessions/refresh", json={"refresh_token": tokens["refresh"]["value"]})
        program.headers["authorization"] = f"Bearer {refreshed.json()['tokens']['access']['value']}"
        assert (await program.get("/me")).json()["login"] == "wang"
        cycle = (await program.get("/cycles")).json()["cycles"][0]
        assert (cycle["phase"], cycle["phases"][1]["first_day"]) == ("registration", "2023-07-01")
        here = f"/cycles/{CYCLE}"
        assert (await program.get(here)).json()["cycle"]["day_seconds"] == 86400
        assert (await program.get(f"{here}/catalogue")).json()["plan"][0]["planned"] == 71
        board = (await program.get(f"{here}/board", params={"base_code": "SD-QILU"})).json()
        assert board["rows"][0]["applied"] == 38
        assert (await program.get(f"{here}/application")).json()["application"]["state"] == "none"
        assert (await program.post(f"{here}/application")).status_code == 201
        for section, values in DOSSIER.items():
            body = {key: {"yes": True, "no": False}.get(value, value) for key, value in values.items()}
            saved = await program.put(f"{here}/application/sections/{section}", json={"body": body})
            assert saved.status_code == 200, saved.text
        choice = {"base_code": "SD-QILU", "specialty_code": "0100", "accepts_reallocation": True}
        assert (await program.put(f"{here}/application/choice", json=choice)).status_code == 200
        answer = await program.post(f"{here}/application/submissions", json={"expected_version": 0})
        assert answer.status_code == 201, answer.text
        application = answer.json()["application"]
        assert (application["state"], application["submission_number"]) == ("pending", 1)
        history = (await program.get(f"/applications/{application['application_id']}/history")).json()["entries"]
        assert history[-1]["command"] == "submit_application"
        assert (await program.get("/messages/unread")).json() == {"unread": 0}
    upstream.enrollment.phase = "FIRST_CHOICE"
    async with upstream.program("administrator") as program:
        queue = (await program.get(f"{here}/queue", params={"state": "pending"})).json()
        assert [row["application_id"] for row in queue["rows"]] == [application["application_id"]]
        one = f"/applications/{application['application_id']}"
        assert (await program.get(f"{one}/submission")).json()["sections"][0]["body"]["sex"] == "male"
        review = {"submission_number": 1, "verdict": "approve", "remark": "材料齐全"}
        assert (await program.post(f"{one}/reviews", json=review)).json()["row"]["state"] == "approved"
        selected = await program.post(f"{one}/not-selected", json={"submission_number": 1})
        assert selected.json()["row"]["not_selected"] is True
        granted = await program.post(f"{one}/provisional", json={"submission_number": 1})
        assert granted.json()["row"]["state"] == "provisional"
        assert (await program.post(f"{one}/admission")).json()["row"]["state"] == "admitted"
        dates = {"review_deadline": "2023-07-20T09:00:00Z", "written_exam": None}
        window = await program.put(f"{here}/windows/SD-QILU/1/milestones", json=dates)
        assert window.json()["window"]["milestones"]["review_deadline"] == "2023-07-20T09:00:00Z"
        assert (await program.get(f"{here}/windows/SD-QILU/1")).status_code == 200


async def test_problems(upstream: Upstream) -> None:
    here = f"/cycles/{CYCLE}"
    async with upstream.program() as program:
        assert_problem(await program.get(f"{here}/application"), 401, "SIGN_IN_FIRST")
        assert_problem(await program.get("/nothing"), 404, "HTTP_404")
        assert_problem(await program.get(CYCLE.replace("1", "2").join(["/cycles/", ""])), 404, "CYCLE_NOT_FOUND")
        bad = await program.post("/sessions", content=b"{not json", headers={"content-type": "application/json"})
        assert bad.status_code == 422
        problem = assert_problem(await program.post("/sessions", json={"login": "x", "extra": 1}), 422, "INVALID_FIELD")
        assert {fault["field"] for fault in problem["errors"]} == {"password", "extra"}  # type: ignore[attr-defined]  # a JSON list
        program.headers["authorization"] = "Bearer nonsense"
        assert_problem(await program.get(f"{here}/application"), 401, "BAD_TOKEN")
    async with upstream.program("applicant") as program:
        choice = {"base_code": "SD-NONE"}
        del program.headers["idempotency-key"]
        missing = await program.put(f"{here}/application/choice", json=choice)
        assert_problem(missing, 422, "IDEMPOTENCY_KEY_MISSING")
        program.headers["idempotency-key"] = "a-good-key"
        assert_problem(await program.put(f"{here}/application/choice", json=choice), 404, "APPLICATION_NOT_FOUND")
        await program.post(f"{here}/application")
        unknown = await program.put(f"{here}/application/choice", json=choice)
        assert assert_problem(unknown, 422, "UNKNOWN_BASE")["field"] == "choice.base_code"
        stale = await program.put(f"{here}/application/choice", json={"base_code": "", "expected_version": 99})
        assert_problem(stale, 409, "STALE_VERSION")
        assert_problem(await program.get(f"{here}/queue"), 403, "ROLE_NOT_ALLOWED")
        assert_problem(await program.get("/messages", params={"page_size": 1000}), 422, "INVALID_FIELD")
        upstream.enrollment.phase = "FIRST_CHOICE"
        closed = assert_problem(await program.post(f"{here}/application/submissions"), 409, "NOT_IN_PHASE")
        assert closed["until"]
        upstream.enrollment.down = True
        down = await program.post(f"{here}/application/submissions")
        assert_problem(down, 503, "DATABASE_DOWN")
        assert down.headers["retry-after"]


async def test_the_board_is_the_same_by_either_way(upstream: Upstream) -> None:
    async with upstream.program() as program:
        for base in ("", "SD-SLYY"):
            path = f"/cycles/{CYCLE}/board"
            first, second = [await program.get(path, params={"base_code": base}) for _ in range(2)]
            assert first.content == second.content
            assert first.headers["content-security-policy"] == second.headers["content-security-policy"]
            assert ("x-request-id" in first.headers, "x-request-id" in second.headers) == (True, False)
        assert_problem(await program.get(f"/cycles/{CYCLE.replace('1', '2')}/catalogue/board"), 404, "HTTP_404")


async def test_a_cookie_opens_no_rest_route(upstream: Upstream) -> None:
    async with upstream.browser("applicant") as browser:
        assert (await browser.get(f"/api/v1/cycles/{CYCLE}/application")).status_code == 401


async def test_what_a_faculty_dossier_asks_for_is_open_to_anyone_but_a_dossier_is_not(upstream: Upstream) -> None:
    async with upstream.program() as program:
        sections = (await program.get("/faculty/dossier-definition")).json()["sections"]
        assert [section["section"] for section in sections] == ["basic", "contact", "education", "work"]
        assert sections[0]["fields"][2]["options"][0] == {"code": "yes", "label": "是"}
        assert_problem(await program.get("/faculty/dossier"), 401, "SIGN_IN_FIRST")


async def test_openapi_is_complete(upstream: Upstream) -> None:
    async with upstream.program() as program:
        whole = (await program.get("http://testserver/api/openapi.json")).json()
    assert len(whole["paths"]) >= 23
    assert not any(not path.startswith("/api/v1/") for path in whole["paths"])
    schemas = whole["components"]["schemas"]
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            told = operation["responses"]
            assert {"401", "403", "404", "409", "422", "500", "503"} <= set(told), path
            assert told["422"] == {"$ref": "#/components/responses/Problem422"}, path
            success = next(answer for status, answer in told.items() if status.startswith("2"))
            if method == "get" and path.endswith(("/picture", "/me/data", "/form", "/file", "/papers/{paper_id}")):
                continue  # bytes, and an object of many services
            name = success["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
            assert name in schemas
            headers = [each for each in operation.get("parameters", ()) if each["name"] == "Idempotency-Key"]
            assert all(header["required"] for header in headers), path
            if path.startswith(KEYED) and method != "get" and not path.endswith(UNKEYED):
                assert headers, path
    states = schemas["residency.enrollment.v1.QueueRow"]["properties"]["state"]["enum"]
    assert set(terms.STATES) <= set(states)


@pytest.mark.parametrize("verdict", ["maybe", "APPROVE", ""])
async def test_a_verdict_is_one_of_two(upstream: Upstream, verdict: str) -> None:
    application = await submitted(upstream)
    async with upstream.program("reviewer") as program:
        body = {"submission_number": 1, "verdict": verdict}
        assert_problem(await program.post(f"/applications/{application}/reviews", json=body), 422, "INVALID_FIELD")
