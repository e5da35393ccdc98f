"""CRED-01, CRED-02: what a second factor is, pure: the steps of an authenticator app, the shape of recovery codes."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

import pyotp
from pyotp.exceptions import OTPVerificationError

STEP_SECONDS = 30
"""How long one code of an authenticator app is shown (RFC 6238)."""
WINDOW = 1
"""CRED-01: steps before and after the present one whose code is taken too: clocks differ, people type."""
RECOVERY_CODES = 10
"""CRED-02: how many recovery codes a person gets at once."""
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that is mistaken for something else when written down."""
_CODE_LENGTH = 10


class FactorKind(StrEnum):
    """What can answer a challenge, by the names of the contract."""

    TOTP = "totp"
    """An authenticator app."""
    PASSKEY = "passkey"
    """A passkey or security key."""
    RECOVERY_CODE = "recovery_code"
    """One of the codes shown when the app was enrolled."""
    PASSWORD = "password"  # noqa: S105 (a name)
    """The password: proves again for people without any second factor."""


def new_secret() -> str:
    """A secret for an authenticator app: 160 random bits, base32."""
    return pyotp.random_base32(32)


def step_shown(secret: str, code: str, at: datetime) -> int | None:
    """CRED-01: the step (number of half minutes since 1970) whose code this is, at most one away from `at`; else None.

    The caller takes a step only once, so that a code seen over a shoulder is worth nothing.
    """
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=WINDOW)
    except OTPVerificationError:
        return None


def otpauth_uri(secret: str, login: str, issuer: str) -> str:
    """What the QR code of an authenticator app holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def new_recovery_codes() -> list[str]:
    """CRED-02: ten fresh recovery codes, `abcde-fghjk`: 49 random bits each."""
    codes: set[str] = set()
    while len(codes) < RECOVERY_CODES:
        drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        codes.add(f"{drawn[:5]}-{drawn[5:]}")
    return sorted(codes)


def plain_code(typed: str) -> str:
    """A recovery code as it is hashed: lower case, without blanks and hyphens, however it was typed."""
    return "".join(typed.lower().replace("-", "").split())
