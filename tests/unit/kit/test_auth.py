"""Tokens are checked offline: signature, issuer, audience, end, and a key set that grows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from services.kit import auth
from services.kit.domain import Caller, DomainError

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

    async def published(self) -> str:
        self.fetched += 1
        return json.dumps(KeySet(list(self.keys)).as_dict(private=False))

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


async def test_a_machine_token_is_renewed_before_it_ends(clock: SettableClock) -> None:
    signed_in: list[datetime] = []

    async def sign_in() -> tuple[str, datetime]:
        signed_in.append(clock.now())
        return f"token-{len(signed_in)}", clock.now() + timedelta(minutes=15)

    token = auth.MachineToken(sign_in, clock)
    assert [await token.value(), await token.value()] == ["token-1", "token-1"]

    clock.instant += timedelta(minutes=11)

    assert await token.value() == "token-2"
