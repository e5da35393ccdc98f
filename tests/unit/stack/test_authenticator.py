"""Six digits, each given once; kept where only the owner reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp

from services.stack.authenticator import Authenticator, Keyring

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Clock:
    """A clock that moves on with every look."""

    def __init__(self, at: datetime, step: timedelta = timedelta(0)) -> None:
        self.at, self.step = at, step

    def now(self) -> datetime:
        self.at += self.step
        return self.at


async def test_two_codes_are_at_hand_and_the_third_has_to_be_waited_for() -> None:
    clock = Clock(datetime(2026, 1, 1, 8, 0, 29, 980_000, tzinfo=UTC))
    authenticator = Authenticator(SECRET)
    codes = [await authenticator.code(clock), await authenticator.code(clock)]
    assert codes == [pyotp.TOTP(SECRET).at(clock.at), pyotp.TOTP(SECRET).at(clock.at + timedelta(seconds=30))]
    clock.step = timedelta(milliseconds=20)
    assert await authenticator.code(clock) == pyotp.TOTP(SECRET).at(clock.at + timedelta(seconds=30))


def test_what_is_shown_is_not_used_up_and_never_a_used_one() -> None:
    clock = Clock(datetime(2026, 1, 1, 8, 0, 10, tzinfo=UTC))
    step = int(clock.at.timestamp()) // 30
    fresh, used = Authenticator(SECRET), Authenticator(SECRET, used_step=step)
    assert fresh.shown(clock) == fresh.shown(clock) == (pyotp.TOTP(SECRET).at(clock.at), 20)
    assert used.shown(clock) == (pyotp.TOTP(SECRET).at(clock.at + timedelta(seconds=30)), 50)


async def test_the_keyring_is_its_owners_and_remembers_what_was_used(tmp_path: Path) -> None:
    file = tmp_path / "factors.json"
    keyring = Keyring(file)
    assert keyring.logins() == []
    keyring.add("province", Authenticator(SECRET))
    await keyring["province"].code(Clock(datetime(2026, 1, 1, tzinfo=UTC)))
    keyring.save()
    assert file.stat().st_mode & 0o777 == 0o600
    again = Keyring(file)
    assert "province" in again
    assert "auditor" not in again
    assert again["province"] == keyring["province"]
    assert again["province"].used_step > 0


def test_a_damaged_keyring_is_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "factors.json"
    file.write_text('{"province": {"colour": "red"}}')
    assert Keyring(file).logins() == []
