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


class Keyring:
    """Authenticators by log-in, kept in a file that only its owner reads."""

    def __init__(self, file: Path) -> None:
        """Empty when there is no such file or it is damaged: second factors can be reset."""
        self._file = file
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            self._kept = {login: Authenticator(**one) for login, one in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._kept = {}

    def __contains__(self, login: str) -> bool:
        return login in self._kept

    def __getitem__(self, login: str) -> Authenticator:
        return self._kept[login]

    def logins(self) -> list[str]:
        """Whose there are, in the order in which they came."""
        return list(self._kept)

    def add(self, login: str, authenticator: Authenticator) -> None:
        """Keep another one."""
        self._kept[login] = authenticator
        self.save()

    def save(self) -> None:
        """Write the file, never half of it; also after codes were used."""
        draft = self._file.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump({login: asdict(one) for login, one in self._kept.items()}, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._file)
