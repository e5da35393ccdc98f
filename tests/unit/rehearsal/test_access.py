"""Getting in and staying in: three steps, second factors used once, refresh tokens, proving again."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pyotp

from services.rehearsal.access import Papers
from services.rehearsal.session import Session
from services.stack.authenticator import Authenticator
from tests.unit.rehearsal.test_rest import answering, door, ok, refused, signed, tokens

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAPERS = Papers("张三", "379950199001010013", "14500000001")
OWED = {"challenge_id": "c1", "person": None, "tokens": None}


class Sandbox:
    """Answers at once."""

    async def captcha_answer(self, captcha_id: str) -> str:
        return f"answer to {captcha_id}"

    async def newest_code(self, mobile: str, purpose: str) -> str:
        return f"{purpose} code for {mobile}"


def created(**body: Any) -> httpx.Response:
    return httpx.Response(201, json=body)


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)


async def test_registers_in_three_steps_with_what_the_sandbox_shows() -> None:
    rest, seen = answering(
        created(captcha_id="k1"), created(registration_id="r1"), ok(), created(signed_in=signed("new"))
    )
    person = Session(rest, "p", "p", "secret")
    assert (await person.register(PAPERS, Sandbox())).ok
    assert [request.url.path.removeprefix("/api/v1") for request in seen] == [
        *("/captchas", "/registrations", "/registrations/r1/code", "/registrations/r1/account")
    ]
    assert body_of(seen[1])["captcha_answer"] == "answer to k1"
    assert body_of(seen[3])["code"] == "registration code for 14500000001"
    assert (person.token, person.refresh_token) == ("new", "refresh-new")
    assert not rest.ledger.accepted_keys()


async def test_asks_for_another_captcha_when_the_first_was_used_up_by_a_lost_answer() -> None:
    rest, seen = answering(
        *(created(captcha_id="k1"), httpx.ReadError("lost"), refused(422, "CAPTCHA_WRONG")),
        *(created(captcha_id="k2"), created(registration_id="r1"), ok(), created(signed_in=signed("new"))),
    )
    assert (await Session(rest, "p", "p", "secret").register(PAPERS, Sandbox())).ok
    assert body_of(seen[4])["captcha_id"] == "k2"
    assert rest.ledger.refusals(expected=False) == {}


async def test_somebody_known_is_told_so_at_the_first_step() -> None:
    rest, seen = answering(created(captcha_id="k1"), refused(409, "PERSON_REGISTERED"))
    answer = await Session(rest, "p", "p", "secret").register(PAPERS, Sandbox())
    assert answer.status == 409
    assert len(seen) == 2


async def test_a_stale_token_is_renewed_once_for_all_who_wait() -> None:
    refreshed: list[Any] = []

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/sessions/refresh"):
            refreshed.append(body_of(request))
            return httpx.Response(200, json={"tokens": tokens("b")})
        return ok() if request.headers["Authorization"] == "Bearer b" else refused(401, "TOKEN_EXPIRED")

    rest = door(reply)
    person = Session(rest, "p", "p", "secret", token="a", refresh_token="refresh-a")
    answers = await asyncio.gather(*(person.read("look", "/x") for _ in range(5)))
    assert all(answer.ok for answer in answers)
    assert refreshed == [{"refresh_token": "refresh-a"}]
    assert (person.token, person.refresh_token) == ("b", "refresh-b")


async def test_a_refused_refresh_token_is_followed_by_signing_in() -> None:
    rest, _ = answering(
        refused(401, "TOKEN_EXPIRED"), refused(401, "REFRESH_REUSED"), created(signed_in=signed("c")), ok()
    )
    person = Session(rest, "p", "p", "secret", token="a", refresh_token="refresh-a")
    assert (await person.read("look", "/x")).ok
    assert person.token == "c"
    assert rest.ledger.refusals(expected=False) == {}


async def test_who_cannot_sign_in_again_at_a_busy_door_was_turned_away_and_that_is_nobodys_verdict() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        busy = "/sessions" in request.url.path
        return refused(429, "OVERLOADED") if busy else refused(401, "TOKEN_EXPIRED")

    rest = door(reply, patience=timedelta(0))
    person = Session(rest, "p", "p", "secret", token="a", refresh_token="refresh-a")
    assert (await person.read("look", "/x")).shed
    assert (await person.command("act", "POST", "/x", {})).shed
    assert rest.ledger.refusals(expected=False) == {}
    assert rest.ledger.refusals(expected=True)


async def test_staff_prove_their_factor_and_never_with_one_code_twice() -> None:
    rest, seen = answering(
        created(signed_in=OWED), refused(401, "FACTOR_WRONG"), created(signed_in=OWED), created(signed_in=signed("s"))
    )
    person = Session(rest, "p", "p", "secret", authenticator=Authenticator(SECRET))
    assert await person.sign_in()
    codes = [body_of(seen[number])["totp"] for number in (1, 3)]
    assert codes[0] != codes[1]
    now = rest.clock.now()
    assert all(pyotp.TOTP(SECRET).verify(code, for_time=now, valid_window=2) for code in codes)
    assert rest.ledger.refusals(expected=False) == {}


async def test_a_proof_that_is_asked_for_is_given_and_the_command_repeated_with_its_key() -> None:
    rest, seen = answering(
        refused(403, "STEP_UP_REQUIRED"),
        *(httpx.Response(200, json={"challenge_id": "c2"}), httpx.Response(200, json={"access": {"value": "proved"}})),
        ok(version=3),
    )
    rest.wants_repeat = lambda: False  # type: ignore[method-assign]
    person = Session(rest, "p", "p", "secret", token="t", authenticator=Authenticator(SECRET))
    assert (await person.command("admit", "POST", "/x", {})).ok
    assert body_of(seen[2])["challenge_id"] == "c2"
    assert seen[3].headers["Authorization"] == "Bearer proved"
    assert seen[3].headers["Idempotency-Key"] == seen[0].headers["Idempotency-Key"]
    assert len(rest.ledger.accepted_keys()) == 1


async def test_misuse_tries_nothing_to_get_past_a_refusal() -> None:
    rest, seen = answering(refused(401, "BAD_TOKEN"), ok())
    person = Session(rest, "p", "p", "secret", token="t", refresh_token="refresh-t")
    await person.misuse("old token", "GET", "/x", token="old")
    assert rest.ledger.trespasses_accepted == []
    await person.misuse("old token", "GET", "/x", token="old")
    assert len(seen) == 2
    assert len(rest.ledger.trespasses_accepted) == 1
