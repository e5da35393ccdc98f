"""The REST side of accounts: every route answers in its shape, and the list for people names every route."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import httpx

from tests.support.portal_accounts import CAPTCHA, CODE, PASSWORD, TOTP
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_desk import INVITATION
from tests.support.portal_upstream import Upstream

README = Path(__file__).parents[3] / "services" / "portal" / "api" / "README.md"


def _ok(answer: httpx.Response, *fields: str) -> dict[str, object]:
    assert answer.is_success, answer.text
    body: dict[str, object] = answer.json()
    assert set(fields) <= set(body), body
    return body


async def test_sessions_and_factors(upstream: Upstream) -> None:
    upstream.identity.accounts["administrator"].two_factors = True
    some = str(uuid.uuid4())
    async with upstream.program() as program:
        asked = _ok(await program.post("/sessions", json={"login": "administrator", "password": PASSWORD}), "signed_in")
        challenge = asked["signed_in"]["challenge_id"]  # type: ignore[index]  # JSON
        assert asked["signed_in"]["tokens"] is None  # type: ignore[index]  # JSON
        wrong = await program.post("/sessions/second-factor", json={"challenge_id": challenge, "totp": "000000"})
        assert (wrong.status_code, wrong.json()["reason"]) == (401, "FACTOR_WRONG")
        proof = {"challenge_id": challenge, "totp": TOTP}
        signed = (await program.post("/sessions/second-factor", json=proof)).json()["signed_in"]
        program.headers["authorization"] = f"Bearer {signed['tokens']['access']['value']}"
        assert signed["hat"]["role"] == "base_administrator"
        _ok(await program.get("/sessions"), "sessions")
        hats = (await program.get("/hats")).json()
        _ok(await program.post("/sessions/hat", json={"hat_id": hats["hats"][0]["hat_id"]}), "signed_in")
        _ok(await program.get("/factors"), "factors", "recovery_codes_left")
        _ok(await program.post("/factors/totp"), "otpauth_uri", "secret")
        _ok(await program.post("/factors/totp/confirmation", json={"code": TOTP}), "recovery_codes")
        _ok(await program.post("/factors/passkey"), "options_json")
        _ok(await program.post("/factors/passkey/confirmation", json={"passkey": {"id": "x"}, "label": "手机"}))
        _ok(await program.delete(f"/factors/{some}"))
        _ok(await program.delete(f"/sessions/{some}"))
        assert _ok(await program.delete("/sessions", params={"keep_this": True})) == {"ended": 1}
        _ok(await program.delete("/sessions/current"))
        assert upstream.identity.ended[-2:] == ["others", "session of administrator"]


async def test_oneself_and_recovery(upstream: Upstream) -> None:
    captcha = {"captcha_id": str(uuid.uuid4()), "captcha_answer": CAPTCHA}
    async with upstream.program("applicant") as program:
        data = _ok(await program.get("/me/data"), "identity", "applications", "faculty_dossier", "messages")
        assert data["identity"] == {"login": "applicant"}
        _ok(await program.post("/me/mobile/code", json={"mobile": "13900000001", **captcha}), "again_at")
        change = {"mobile": "13900000001", "code": CODE, "password": PASSWORD}
        _ok(await program.put("/me/mobile", json=change))
        _ok(await program.post("/me/binding/removal", json={"password": PASSWORD}), "bindable_from")
        document = {"name": "李测试", "document_type": "passport", "document_number": "E00000000"}
        bound = await program.post("/me/binding", json=document | {"birth_date": "1999-01-01", "sex": "male"})
        _ok(bound, "person")
        new = {"current_password": PASSWORD, "new_password": "x" * 12}
        _ok(await program.put("/me/password", json=new))
    async with upstream.program() as program:
        forgotten = {"login": "applicant", "mobile": "13800000000", **captcha}
        recovery = _ok(await program.post("/recoveries", json=forgotten), "recovery_id")["recovery_id"]
        reset = {"code": CODE, "new_password": "y" * 12}
        _ok(await program.post(f"/recoveries/{recovery}/password", json=reset))


async def test_scan_tickets(upstream: Upstream) -> None:
    async with upstream.program() as desk, upstream.program("applicant") as phone:
        ticket = _ok(await desk.post("/scan-tickets"), "ticket_id", "browser_secret", "number")
        one = f"/scan-tickets/{ticket['ticket_id']}"
        secret = {"browser_secret": ticket["browser_secret"]}
        assert (await desk.post(f"{one}/claim", json=secret)).json()["state"] == "waiting"
        assert len((await phone.get(one)).json()["numbers"]) == 3
        _ok(await phone.post(f"{one}/answer", json={"number": ticket["number"], "confirm": True}))
        claimed = (await desk.post(f"{one}/claim", json=secret)).json()
        assert claimed["signed_in"]["person"]["role"] == "applicant"
        assert (await desk.post(f"{one}/claim", json=secret)).json()["state"] == "void"


async def test_staff_and_support(upstream: Upstream) -> None:
    hat, reason = upstream.staff.member.hat.hat_id, {"reason": "人事变动"}
    person = upstream.identity.accounts["applicant"].person_id
    async with upstream.program("security") as program:
        _ok(await program.get("/organisations"), "organisations")
        _ok(await program.get("/staff"), "staff", "next_cursor")
        invitation = {"name": "赵某", "mobile": "13900000001", "role": "auditor", "organisation_code": "37"}
        assert _ok(await program.post("/invitations", json=invitation))["proposal_id"]
        unknown = await program.post("/invitations", json=invitation | {"role": "emperor"})
        assert (unknown.status_code, unknown.json()["reason"]) == (422, "UNKNOWN_ROLE")
        for deed in ("suspension", "restoration", "end"):
            _ok(await program.post(f"/staff/{hat}/{deed}", json=reason))
        _ok(await program.post(f"/staff/{hat}/move", json=reason | {"organisation_code": "37"}), "hat")
        until = {"expires_at": "2027-06-30T16:00:00+08:00"}
        _ok(await program.put(f"/staff/{hat}/expiry", json=reason | until), "hat")
        assert upstream.staff.done[-1][0] == "expiry 2027-06-30T08:00:00Z"
        _ok(await program.get("/proposals"), "proposals")
        signature = {"approve": True, **reason}
        _ok(await program.post(f"/proposals/{upstream.staff.proposal.proposal_id}/decision", json=signature))
        for deed in ("suspension", "restoration", "second-factor-reset"):
            _ok(await program.post(f"/support/persons/{person}/{deed}", json=reason))
        _ok(await program.get("/support/held"), "held")
        _ok(await program.post(f"/support/held/{person}/decision", json=reason | {"release": True}))
    async with upstream.program("support") as program:
        _ok(await program.post("/support/persons/search", json={"login": "applicant"}), "persons")
        _ok(await program.post(f"/support/persons/{person}/document", json=reason), "document_number")
        for deed in ("acting-proposals", "binding-overrides"):
            _ok(await program.post(f"/support/persons/{person}/{deed}", json=reason), "proposal")
        acting = (await program.post(f"/support/persons/{person}/acting", json=reason)).json()
        assert acting["signed_in"]["tokens"]["refresh"] is None
        of = f"/cycles/{CYCLE}/persons/{person}/unlocks"
        unlock = {"sections": ["basic"], "minutes": 60, **reason}
        made = (await program.post(of, json=unlock)).json()["unlock"]
        assert (await program.get(of)).json()["unlocks"][0]["unlock_id"] == made["unlock_id"]
        _ok(await program.post(f"/unlocks/{made['unlock_id']}/end", json=reason), "unlock")
    async with upstream.program("auditor") as program:
        assert len((await program.get("/security-events")).json()["events"]) == 3


async def test_an_invitation(upstream: Upstream) -> None:
    async with upstream.program() as program:
        offer = _ok(await program.post("/invitations/lookup", json={"secret": INVITATION}), "masked_mobile")
        assert offer["role"] == "base_reviewer"
        account = {"secret": INVITATION, "login": "zhao", "password": PASSWORD}
        _ok(await program.post("/invitations/acceptance", json=account), "signed_in")
    async with upstream.program("teacher") as program:
        _ok(await program.post("/invitations/acceptance-as-me", json={"secret": INVITATION}), "hat")


async def test_the_list_for_people_names_every_first_part_of_a_path(upstream: Upstream) -> None:
    async with upstream.program() as program:
        paths = (await program.get("http://testserver/api/openapi.json")).json()["paths"]
    told = README.read_text()
    names = {path.removeprefix("/api/v1/").split("/")[0] for path in paths}
    assert not {name for name in names if not re.search(rf"/{name}\b", told)}
