"""The door: retries keep the key, a refused token is replaced, acceptance of the forbidden is noted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.rehearsal import wire
from services.rehearsal.ledger import Ledger, Outcome
from services.rehearsal.rest import PATIENCE, Rest
from services.rehearsal.session import Session

RUN = UUID(int=1)
Reply = Callable[[httpx.Request], httpx.Response]


def answering(*replies: httpx.Response | Exception) -> tuple[Rest, list[httpx.Request]]:
    """A door that gives these replies in turn, and the requests it saw."""
    seen: list[httpx.Request] = []
    left: Iterator[httpx.Response | Exception] = iter(replies)

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return door(reply), seen


def door(reply: Reply, patience: timedelta = PATIENCE) -> Rest:
    """A door whose every connection answers as `reply` does."""
    return Rest("http://door", Ledger(), run=RUN, seed=0, patience=patience, dial=lambda: Scripted(reply))


class Scripted:
    """A connection that answers from a script; what would break it over HTTP breaks it here as OSError does there."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def exchange(self, method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> wire.Reply:
        try:
            answer = self._reply(httpx.Request(method, f"http://door{target}", headers=headers, content=content))
        except httpx.HTTPError as error:
            raise ConnectionResetError(str(error)) from error
        return wire.Reply(answer.status_code, answer.json() if answer.content else {})

    def close(self) -> None:
        pass


def ok(**application: Any) -> httpx.Response:
    return httpx.Response(200, json={"application": application})


def tokens(access: str) -> dict[str, Any]:
    return {"access": {"value": access}, "refresh": {"value": f"refresh-{access}"}}


def signed(access: str) -> dict[str, Any]:
    return {"person": {"person_id": "p"}, "tokens": tokens(access), "challenge_id": ""}


def refused(status: int, reason: str) -> httpx.Response:
    return httpx.Response(status, json={"reason": reason, "status": status})


@pytest.fixture
def person() -> Callable[[Rest], Session]:
    return lambda rest: Session(rest, "somebody", "somebody", "secret", token="t")


async def test_retries_with_the_same_key_until_answered(person: Callable[[Rest], Session]) -> None:
    rest, seen = answering(httpx.ConnectError("gone"), refused(503, "UNAVAILABLE"), ok(state="draft", version=1))
    answer = await person(rest).command("start", "POST", "/x", {})
    assert answer.ok
    assert len({request.headers["Idempotency-Key"] for request in seen}) == 1
    (act,) = rest.ledger.acts
    assert (act.tries, act.outcome) == (3, Outcome.ACCEPTED)
    assert rest.ledger.accepted_keys() == {act.key: "start"}


async def test_each_intent_has_its_own_key(person: Callable[[Rest], Session]) -> None:
    rest, seen = answering(ok(), ok())
    session = person(rest)
    rest.wants_repeat = lambda: False  # type: ignore[method-assign]  # the dice are not what is tested
    await session.command("a", "POST", "/x", {})
    await session.command("a", "POST", "/x", {})
    assert len({request.headers["Idempotency-Key"] for request in seen}) == 2


async def test_signs_in_again_when_the_token_is_refused(person: Callable[[Rest], Session]) -> None:
    signed_in = httpx.Response(201, json={"signed_in": signed("new")})
    rest, seen = answering(refused(401, "TOKEN_EXPIRED"), signed_in, ok(version=2))
    answer = await person(rest).command("save", "PUT", "/x", {})
    assert answer.ok
    assert json.loads(seen[1].content) == {"login": "somebody", "password": "secret"}
    assert seen[2].headers["Authorization"] == "Bearer new"
    assert seen[2].headers["Idempotency-Key"] == seen[0].headers["Idempotency-Key"]


async def test_refusals_are_expected_only_for_the_reasons_told(person: Callable[[Rest], Session]) -> None:
    rest, _ = answering(refused(409, "SEAT_FULL"), refused(409, "WRONG_STATE"))
    session = person(rest)
    await session.command("grant", "POST", "/x", {}, tolerated={"SEAT_FULL"})
    await session.command("grant", "POST", "/x", {}, tolerated={"SEAT_FULL"})
    assert rest.ledger.refusals(expected=True) == {"grant: SEAT_FULL": 1}
    assert rest.ledger.refusals(expected=False) == {"grant: WRONG_STATE": 1}


async def test_a_refusal_after_the_close_is_expected(person: Callable[[Rest], Session]) -> None:
    rest, _ = answering(refused(409, "NOT_IN_PHASE"))
    await person(rest).command("submit", "POST", "/x", {}, late=rest.clock.now())
    assert rest.ledger.refusals(expected=False) == {}


async def test_acceptance_of_a_trespass_is_noted(person: Callable[[Rest], Session]) -> None:
    rest, _ = answering(ok(), refused(409, "NOT_IN_PHASE"), ok())
    session = person(rest)
    await session.trespass("late edit", "PUT", "/x", {})
    await session.trespass("late edit", "PUT", "/x", {})
    await session.trespass("late edit", "PUT", "/x", {}, still=lambda: False)
    assert len(rest.ledger.trespasses_accepted) == 1


async def test_a_repeat_answered_otherwise_is_noted(person: Callable[[Rest], Session]) -> None:
    rest, seen = answering(ok(state="pending", version=7), ok(state="pending", version=8))
    rest.wants_repeat = lambda: True  # type: ignore[method-assign]  # the dice are not what is tested
    await person(rest).command("submit", "POST", "/x", {})
    assert seen[0].headers["Idempotency-Key"] == seen[1].headers["Idempotency-Key"]
    assert len(rest.ledger.repeats_different) == 1


async def test_a_bug_is_counted_and_tried_again(person: Callable[[Rest], Session]) -> None:
    rest, _ = answering(refused(500, "INTERNAL"), ok())
    await person(rest).command("submit", "POST", "/cycles/00000000-0000-0000-0000-000000000001/x", {})
    assert rest.ledger.server_errors == {"POST /cycles/*/x": 1}
