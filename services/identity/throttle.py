"""ID-14, SES-10: failures make later tries wait: per account, address and person, longer and longer, never for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.identity.core import Core
from services.identity.store.attempts import Attempts
from services.kit.database import UnitOfWork
from services.kit.domain import DomainError, Kind

HOUR = timedelta(hours=1)
"""Failures older than this are forgotten."""
WINDOW = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures a bucket takes within five minutes, and within an hour; whether its waits grow."""

    window: int
    hour: int | None = None
    grows: bool = False


ACCOUNT = "account"
"""Passwords tried for one login; the value is the lower-case login."""
ACCOUNT_HERE = "account_here"
"""The same from one address: counts instead where the owner was signed in before, so strangers do not lock them out."""
ADDRESS = "address"
"""Passwords tried from one address, whatever the login."""
FACTOR = "factor"
"""Second factors tried for one person; the value is the person id."""

SERVICE = "service"
"""SVC-08: secrets tried for one service account from one address."""
SERVICE_ADDRESS = "service_address"
"""SVC-08: secrets tried from one address, apart from passwords: a program set up wrongly keeps no people out."""

LIMITS: Mapping[str, Limit] = {
    ACCOUNT: Limit(10, grows=True),
    ACCOUNT_HERE: Limit(10, grows=True),
    ADDRESS: Limit(20),
    FACTOR: Limit(5, 20),
    SERVICE: Limit(10),
    SERVICE_ADDRESS: Limit(20),
}
_OTHERS = Limit(10)


class Throttle:
    """Counts failures in buckets: a kind and a value, stored as a keyed hash."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def check(self, kind: str, value: str) -> None:
        """May another try be made? Raises DomainError EXHAUSTED TOO_MANY_FAILURES with `until`."""
        async with self._core.database.unit_of_work() as uow:
            await self.check_all(uow, [(kind, value)])

    async def failed(self, kind: str, value: str) -> None:
        """Remember a failure, in a transaction of its own: the failed act is rolled back."""
        async with self._core.database.unit_of_work() as uow:
            await self.failed_all(uow, [(kind, value)])

    async def check_all(self, uow: UnitOfWork, buckets: Sequence[tuple[str, str]]) -> None:
        """As `check`, for several buckets at once; a bucket without a value is not looked at."""
        now = self._core.clock.now()
        known = {self._bucket(kind, value): kind for kind, value in buckets if value}
        failures = await Attempts(uow.session).since(list(known), now - HOUR)
        waits = [wait_until(failures.get(bucket, []), LIMITS.get(kind, _OTHERS)) for bucket, kind in known.items()]
        until = max((each for each in waits if each is not None), default=None)
        if until is not None and until > now:
            message = "尝试失败的次数过多，请稍后再试。"
            raise DomainError(Kind.EXHAUSTED, "TOO_MANY_FAILURES", message, rule="SES-10", until=until)

    async def failed_all(self, uow: UnitOfWork, buckets: Sequence[tuple[str, str]]) -> None:
        """As `failed`, for several buckets at once."""
        now = self._core.clock.now()
        attempts = Attempts(uow.session)
        await attempts.add([self._bucket(kind, value) for kind, value in buckets if value], now)
        await attempts.forget(now - HOUR)

    async def spend(self, uow: UnitOfWork, kind: str, value: str) -> None:
        """Check, and count the try as failed before its outcome is known: tries sent together cannot all pass.

        `give_back` takes it out again when the try was right. Raises as `check`.
        """
        await Attempts(uow.session).lock(self._bucket(kind, value))
        await self.check_all(uow, [(kind, value)])
        await self.failed_all(uow, [(kind, value)])

    async def give_back(self, uow: UnitOfWork, kind: str, value: str) -> None:
        """The try that `spend` counted was right."""
        await Attempts(uow.session).take_newest(self._bucket(kind, value))

    def _bucket(self, kind: str, value: str) -> bytes:
        return self._core.vault.lookup("throttle", f"{kind}\0{value}")


def wait_until(failures: Sequence[datetime], limit: Limit) -> datetime | None:
    """SES-10: until when a bucket with these failures of the last hour, newest first, rests; None when it does not.

    After as many failures as the limit allows within five minutes it rests until the first of those is five minutes
    old. Where waits grow, each failure beyond that within the hour doubles a wait of five minutes, up to a quarter of
    an hour.
    """
    ends: list[datetime] = []
    for allowed, window in ((limit.window, WINDOW), (limit.hour, HOUR)):
        if allowed is not None and len(failures) >= allowed:
            ends.append(failures[allowed - 1] + window)
    excess = len(failures) - limit.window
    if limit.grows and excess > 0:
        ends.append(failures[0] + min(FIRST_WAIT * 2 ** min(excess, 8), LONGEST_WAIT))
    return max(ends, default=None)
