"""Pure rules of second factors and passkeys: CRED-01, CRED-02, CRED-03."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pyotp
import pytest

from services.identity.domain import factors
from services.identity.passkeys import PasskeyRefused, RelyingParty, credential_id
from tests.support.passkey import Passkey

NOW = datetime(2023, 7, 1, 1, 0, 5, tzinfo=UTC)
STEP = int(NOW.timestamp()) // factors.STEP_SECONDS
PERSON = "01890f5e-0000-7000-8000-000000000001"


@pytest.mark.parametrize(("away", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_cred_01_a_code_counts_one_step_before_and_after(away: int, taken: bool) -> None:
    secret = factors.new_secret()
    code = pyotp.TOTP(secret).generate_otp(STEP + away)
    assert factors.step_shown(secret, code, NOW) == (STEP + away if taken else None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_cred_01_what_is_no_code_is_wrong(code: str) -> None:
    assert factors.step_shown(factors.new_secret(), code, NOW) is None


def test_cred_01_secrets_are_long_and_never_twice() -> None:
    drawn = {factors.new_secret() for _ in range(100)}
    assert len(drawn) == 100
    assert {len(secret) for secret in drawn} == {32}
    assert factors.otpauth_uri("A" * 32, "zhangsan", "平台").startswith("otpauth://totp/")


def test_cred_02_ten_codes_that_may_be_typed_any_way() -> None:
    codes = factors.new_recovery_codes()
    assert len(set(codes)) == factors.RECOVERY_CODES == 10
    code = codes[0]
    assert len(code) == 11
    assert not set(code) & set("01ilo")
    for typed in (code, code.upper(), code.replace("-", ""), f" {code[:3]} {code[3:]} "):
        assert factors.plain_code(typed) == code.replace("-", "")


@pytest.fixture
def party() -> RelyingParty:
    return RelyingParty("https://residency.example")


def enrolled(party: RelyingParty, device: Passkey) -> bytes:
    challenge = secrets.token_bytes(32)
    made = party.created(device.create(options(party, challenge)), challenge)
    assert made.credential_id == device.credential_id
    return made.public_key


def options(party: RelyingParty, challenge: bytes) -> str:
    return party.creation_options(PERSON, "zhangsan", "张三", challenge, [])


def test_cred_03_a_passkey_is_made_and_used(party: RelyingParty) -> None:
    device = Passkey("https://residency.example")
    key = enrolled(party, device)
    challenge = secrets.token_bytes(32)
    answer = device.get(party.request_options(challenge, [device.credential_id]))
    assert credential_id(answer) == device.credential_id
    assert party.used(answer, challenge, key, 0) == 1
    with pytest.raises(PasskeyRefused):
        party.used(answer, challenge, key, 1)  # a counter that has not risen: a copy of the device, or a replay


def test_cred_03_another_challenge_key_origin_or_platform_is_refused(party: RelyingParty) -> None:
    device = Passkey("https://residency.example")
    key = enrolled(party, device)
    challenge = secrets.token_bytes(32)
    asked = party.request_options(challenge, [device.credential_id])
    with pytest.raises(PasskeyRefused):
        party.used(device.get(asked), secrets.token_bytes(32), key, 0)
    with pytest.raises(PasskeyRefused):
        party.used(device.get(asked), challenge, enrolled(party, Passkey("https://residency.example")), 0)
    device.origin = "https://residency.example.evil.test"
    with pytest.raises(PasskeyRefused):
        party.used(device.get(asked), challenge, key, 0)
    device.origin = "http://localhost:8080"
    with pytest.raises(PasskeyRefused):
        party.used(device.get(asked), challenge, key, 0)


def test_cred_03_the_device_must_know_who_touches_it(party: RelyingParty) -> None:
    challenge = secrets.token_bytes(32)
    careless = Passkey("https://residency.example", verifies=False)
    with pytest.raises(PasskeyRefused):
        party.created(careless.create(options(party, challenge)), challenge)
    device = Passkey("https://residency.example")
    key = enrolled(party, device)
    device.verifies = False
    with pytest.raises(PasskeyRefused):
        party.used(device.get(party.request_options(challenge, [device.credential_id])), challenge, key, 0)


@pytest.mark.parametrize("port", ["", ":8080", ":49152"])
def test_cred_03_on_localhost_every_port_counts_and_no_other_name(port: str) -> None:
    party = RelyingParty("http://localhost")
    challenge = secrets.token_bytes(32)
    assert party.created(Passkey(f"http://localhost{port}").create(options(party, challenge)), challenge)
    for elsewhere in ("http://localhost.evil.test", "http://evil.test:80", "http://localhost:8080/", "null"):
        with pytest.raises(PasskeyRefused):
            party.created(Passkey(elsewhere).create(options(party, challenge)), challenge)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "7", '{"rawId": 7}', '{"id":"a","rawId":"a","response":{}}', "\0"])
def test_cred_03_nonsense_is_refused_and_breaks_nothing(party: RelyingParty, answer: str) -> None:
    for platform in (party, RelyingParty("http://localhost")):
        with pytest.raises(PasskeyRefused):
            platform.created(answer, b"challenge")
        with pytest.raises(PasskeyRefused):
            platform.used(answer, b"challenge", b"key", 0)
