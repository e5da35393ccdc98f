"""ID-12: password hashing (argon2id) in two threads, with a bounded queue, equally slow for unknown logins."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.kit import overload
from services.kit.clock import Clock
from services.kit.domain import DomainError, Kind

THREADS = 2
"""Hashes at once: each takes the memory of the settings, 46 MiB by default."""
PASSES = 1
LANES = 1
"""The other parameters of argon2id: with 46 MiB what OWASP recommends."""

BUSY_FOR = timedelta(seconds=5)
"""After how long whoever is turned away may come back."""
LONGEST_WAIT = timedelta(seconds=5)
"""How long somebody waits for a turn: callers wait ten seconds, and getting there and the hash take theirs, too."""

T = TypeVar("T")


class Slot:
    """The right to hash now; got from `Passwords.slot`."""

    def __init__(self, hasher: PasswordHasher, pool: ThreadPoolExecutor, dummy: str) -> None:
        self._hasher = hasher
        self._pool = pool
        self._dummy = dummy

    async def hash(self, password: str) -> str:
        """The argon2id hash with its parameters."""
        return await self._run(lambda: self._hasher.hash(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """True when `password` belongs to `stored`; None (nobody) takes as long as somebody and is never true."""
        return await self._run(lambda: self._verify(stored, password))

    def outdated(self, stored: str) -> bool:
        """True when `stored` was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str | None, password: str) -> bool:
        try:
            self._hasher.verify(stored or self._dummy, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


class Passwords:
    """A part: two hashing threads and the queue before them."""

    name = "passwords"

    def __init__(self, memory_kib: int, queue: int, clock: Clock) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=memory_kib, parallelism=LANES)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._dummy = self._hasher.hash(secrets.token_urlsafe())
        self._turns = asyncio.Semaphore(THREADS)
        self._waiting = 0
        self._queue = queue
        self._clock = clock

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Let running hashes end."""
        self._pool.shutdown(wait=False)

    def not_ready(self) -> str:
        """Always ready."""
        return ""

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Slot]:
        """Wait for one of the two turns.

        What must be known *before* a guess is checked (the throttle) is read inside, so that a thousand guesses
        sent together cannot all pass it.

        Raises DomainError EXHAUSTED SIGN_IN_BUSY when the queue is full, or when the turn does not come in time:
        on a slow machine a full queue takes longer than callers wait, and would be hashed for nobody.
        """
        if self._waiting >= self._queue:
            raise self._busy()
        self._waiting += 1
        try:
            with overload.elsewhere():
                async with asyncio.timeout(LONGEST_WAIT.total_seconds()):
                    await self._turns.acquire()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._waiting -= 1
        try:
            yield Slot(self._hasher, self._pool, self._dummy)
        finally:
            self._turns.release()

    def _busy(self) -> DomainError:
        until = self._clock.now() + BUSY_FOR
        return DomainError(Kind.EXHAUSTED, "SIGN_IN_BUSY", "登录人数较多，请稍后再试。", rule="ID-12", until=until)
