"""The authenticator app of people who exist only here: six digits from a secret, and which of them were used."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyotp

from services.kit.clock import Clock

STEP_SECONDS = 30
AHEAD = 1
"""How many steps before its time the platform accepts a code, for clocks that run fast."""


@dataclass(slots=True)
class Authenticator:
    """One secret (base32) and the last step whose code was given away: each code is good once."""

    secret: str = field(repr=False)
    used_step: int = 0

    async def code(self, clock: Clock) -> str:
        """Six digits that were not given before; waits for the next half minute only when all are used up."""
        while True:
            now = clock.now().timestamp()
            step = self._next(now)
            if step <= now // STEP_SECONDS + AHEAD:
                self.used_step = step
                return self._digits(step)
            await asyncio.sleep((step - AHEAD) * STEP_SECONDS - now + 0.05)

    def shown(self, clock: Clock) -> tuple[str, int]:
        """The six digits a person would type now, and for how many seconds yet; they are not given away."""
        now = clock.now().timestamp()
        step = min(self._next(now), int(now // STEP_SECONDS) + AHEAD)
        return self._digits(step), int((step + 1) * STEP_SECONDS - now)

    def _next(self, now: float) -> int:
        return max(int(now // STEP_SECONDS), self.used_step + 1)

    def _digits(self, step: int) -> str:
        return str(pyotp.TOTP(self.secret, interval=STEP_SECONDS).generate_otp(step))


def load(file: Path) -> dict[str, Authenticator]:
    """The authenticators kept in `file` by log-in; empty when there is none or it is damaged: they can be reset."""
    try:
        return {login: Authenticator(**kept) for login, kept in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save(file: Path, kept: dict[str, Authenticator]) -> None:
    """Keep them so that only the owner reads them, and never half of them."""
    draft = file.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({login: asdict(one) for login, one in kept.items()}, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
