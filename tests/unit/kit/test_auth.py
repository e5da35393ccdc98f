"""Tokens are checked offline: signature, issuer, audience, end; keys that come and go; sessions that ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.kit import auth
from services.kit.domain import Caller, DomainError, Kind
from tests.support.wait import eventually

NOON = datetime(2023, 7, 1, 4, tzinfo=UTC)


@dataclass
class SettableClock:
    instant: datetime = NOON

    def now(self) -> datetime:
        return self.instant


@dataclass
class Issuer:
    """Signs tokens and publishes its keys, counting how often they are fetched."""

    keys: list[OKPKey] = field(default_factory=lambda: [OKPKey.generate_key("Ed25519", {"kid": "first"})])
    fetched: int = 0
    until: datetime | None = None
    away: bool = False
    held_back: asyncio.Event | None = None

    async def published(self) -> str:
        self.fetched += 1
        if self.held_back is not None:
            await self.held_back.wait()
        if self.away:
            raise DomainError(Kind.UNAVAILABLE, "AWAY", "稍后再试。")
        end = {} if self.until is None else {"until": int(self.until.timestamp())}
        return json.dumps({"keys": [key.as_dict(private=False) | end for key in self.keys]})

    def asked(self, times: int) -> Callable[[], Awaitable[bool]]:
        """Whether the set was fetched so often, for `eventually`."""

        async def condition() -> bool:
            return self.fetched == times

        return condition

    def token(self, **changes: object) -> str:
        key = self.keys[-1]
        claims: dict[str, object] = {
            "sub": "person-1",
            "role": "base_reviewer",
            "org": "SD-QILU",
            "iss": auth.ISSUER,
            "aud": auth.AUDIENCE,
            "exp": int((NOON + timedelta(minutes=15)).timestamp()),
        }
        header = {"alg": auth.ALGORITHM, "kid": key.kid}
        return jwt.encode(header, claims | changes, key, algorithms=[auth.ALGORITHM])


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def reason_of(verifier: auth.TokenVerifier, token: str) -> str:
    with pytest.raises(DomainError) as caught:
        await verifier.verify(token)
    return caught.value.reason


async def reason_told(verifier: auth.TokenVerifier, token: str) -> str:
    try:
        await verifier.verify(token)
    except DomainError as error:
        return error.reason
    return ""


async def test_a_good_token_names_its_caller(issuer: Issuer, clock: SettableClock) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)

    assert await verifier.verify(issuer.token()) == Caller("person-1", "base_reviewer", "SD-QILU")


async def test_checking_again_costs_no_call(issuer: Issuer, clock: SettableClock) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)

    for number in range(50):
        await verifier.verify(issuer.token(sub=f"person-{number}"))

    assert issuer.fetched == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "elsewhere"}, "BAD_TOKEN"),
        ({"aud": "elsewhere"}, "BAD_TOKEN"),
        ({"exp": int((NOON - timedelta(seconds=1)).timestamp())}, "TOKEN_EXPIRED"),
    ],
)
async def test_a_wrong_claim_is_refused(
    issuer: Issuer, clock: SettableClock, changes: dict[str, object], reason: str
) -> None:
    assert await reason_of(auth.TokenVerifier(issuer.published, clock), issuer.token(**changes)) == reason


async def test_a_token_that_was_good_ends(issuer: Issuer, clock: SettableClock) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    token = issuer.token()
    await verifier.verify(token)

    clock.instant += timedelta(minutes=16)

    assert await reason_of(verifier, token) == "TOKEN_EXPIRED"


async def test_another_issuers_signature_is_refused(issuer: Issuer, clock: SettableClock) -> None:
    forger = Issuer()

    assert await reason_of(auth.TokenVerifier(issuer.published, clock), forger.token()) == "BAD_TOKEN"


@pytest.mark.parametrize("rubbish", ["", "a", "a.b.c", "é.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_rubbish_is_refused(issuer: Issuer, clock: SettableClock, rubbish: str) -> None:
    assert await reason_of(auth.TokenVerifier(issuer.published, clock), rubbish) == "BAD_TOKEN"


async def test_a_new_key_is_fetched_when_a_token_names_it(issuer: Issuer, clock: SettableClock) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    await verifier.verify(issuer.token())

    issuer.keys.append(OKPKey.generate_key("Ed25519", {"kid": "second"}))
    clock.instant += timedelta(seconds=10)

    assert (await verifier.verify(issuer.token())).person_id == "person-1"
    assert issuer.fetched == 2


async def test_the_set_is_fetched_anew_every_minute_and_no_call_waits_for_it(
    issuer: Issuer, clock: SettableClock
) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    token = issuer.token()
    await verifier.verify(token)
    issuer.until = NOON + timedelta(minutes=3)
    issuer.held_back = asyncio.Event()

    clock.instant = NOON + timedelta(seconds=60)
    for _ in range(10):
        await verifier.verify(token)
        await verifier.verify(issuer.token(sub="another"))
    await eventually(issuer.asked(2), "the set is asked for in the background")
    issuer.held_back.set()

    clock.instant = NOON + timedelta(minutes=3)

    async def retired() -> bool:
        return await reason_told(verifier, token) == "KEY_RETIRED"

    await eventually(retired, "the end of the key is known")
    assert issuer.fetched <= 3


async def test_ses_14_a_key_counts_until_the_set_says_so(issuer: Issuer, clock: SettableClock) -> None:
    issuer.until = NOON + timedelta(minutes=3)
    verifier, late = auth.TokenVerifier(issuer.published, clock), auth.TokenVerifier(issuer.published, clock)
    token = issuer.token()

    clock.instant = issuer.until - timedelta(seconds=1)
    await verifier.verify(token)
    clock.instant = issuer.until

    assert await reason_of(verifier, token) == "KEY_RETIRED"
    assert await reason_of(late, token) == "KEY_RETIRED"


async def test_while_identity_is_away_known_keys_go_on_and_it_is_asked_seldom(
    issuer: Issuer, clock: SettableClock
) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    token = issuer.token()
    await verifier.verify(token)

    issuer.away = True
    for second in range(60, 120):
        clock.instant = NOON + timedelta(seconds=second)
        assert (await verifier.verify(token)).person_id == "person-1"
        await asyncio.sleep(0)
    assert 1 < issuer.fetched <= 12

    issuer.away = False
    clock.instant = NOON + timedelta(seconds=130)
    issuer.keys.append(OKPKey.generate_key("Ed25519", {"kid": "second"}))
    assert (await verifier.verify(issuer.token())).person_id == "person-1"


async def test_the_first_keys_are_asked_for_once_however_many_wait(issuer: Issuer, clock: SettableClock) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    issuer.held_back = asyncio.Event()
    waiting = [asyncio.create_task(verifier.verify(issuer.token(sub=f"p{number}"))) for number in range(20)]
    waiting[0].cancel()
    await eventually(issuer.asked(1), "the set is asked for")
    issuer.held_back.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(each) for each in answers].count(Caller) == 19
    assert issuer.fetched == 1


async def test_without_any_keys_the_failure_is_told(issuer: Issuer, clock: SettableClock) -> None:
    issuer.away = True
    verifier = auth.TokenVerifier(issuer.published, clock)

    assert await reason_of(verifier, issuer.token()) == "AWAY"


async def test_ses_04_tokens_of_an_ended_session_are_refused_at_once_and_no_others(
    issuer: Issuer, clock: SettableClock
) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    first, unseen, other = issuer.token(sid="s1"), issuer.token(sid="s1", jti="2"), issuer.token(sid="s2")
    machine = issuer.token()
    for token in (first, other, machine):
        await verifier.verify(token)

    verifier.end_session("s1", NOON + timedelta(minutes=10))
    verifier.end_session("s1", NOON + timedelta(minutes=10))

    assert await reason_of(verifier, first) == "SESSION_ENDED"
    assert await reason_of(verifier, unseen) == "SESSION_ENDED"
    assert (await verifier.verify(other)).session == "s2"
    assert (await verifier.verify(machine)).session == ""


async def test_ended_sessions_are_forgotten_when_their_tokens_have_ended(issuer: Issuer, clock: SettableClock) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    for number in range(1000):
        verifier.end_session(f"s{number}", NOON + timedelta(minutes=10))
    clock.instant = NOON + timedelta(minutes=11)
    verifier.end_session("old", NOON + timedelta(minutes=10))
    verifier.end_session("new", NOON + timedelta(minutes=20))

    assert list(verifier._ended) == ["new"]


async def test_a_clock_a_little_behind_takes_a_token_and_a_late_one_does_not(
    issuer: Issuer, clock: SettableClock
) -> None:
    verifier = auth.TokenVerifier(issuer.published, clock)
    token = issuer.token(iat=int((NOON + timedelta(seconds=5)).timestamp()))
    assert (await verifier.verify(token)).person_id == "person-1"

    clock.instant = NOON + timedelta(minutes=15)
    assert await reason_of(auth.TokenVerifier(issuer.published, clock), token) == "TOKEN_EXPIRED"


async def test_a_machine_token_is_renewed_before_it_ends(clock: SettableClock) -> None:
    signed_in: list[datetime] = []

    async def sign_in() -> tuple[str, datetime]:
        signed_in.append(clock.now())
        return f"token-{len(signed_in)}", clock.now() + timedelta(minutes=15)

    token = auth.MachineToken(sign_in, clock)
    assert [await token.value(), await token.value()] == ["token-1", "token-1"]

    clock.instant += timedelta(minutes=11)

    assert await token.value() == "token-2"
