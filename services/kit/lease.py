"""A lease in the service's own database: of several replicas one does a piece of work at a time."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress

from services.kit.database import Database
from services.kit.domain import DomainError

LEASE_SECONDS = 2.0
"""After this long without a renewal another replica takes over."""

_TAKE = """
    INSERT INTO relay_lease AS held (service, holder, until)
    VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
    ON CONFLICT (service) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE held.holder = excluded.holder OR held.until < clock_timestamp()
    RETURNING true
"""
_RELEASE = "DELETE FROM relay_lease WHERE service = $1 AND holder = $2"


class Lease:
    """The right to do the work called `name`, held by one process; its table is named after its first user, the relay.

    A frozen holder may wake up after another has taken over: work under a lease is idempotent, or fenced by `holder`.
    Who cannot renew it in the midst of the work takes it for as many `seconds` as that may take.
    """

    def __init__(self, database: Database, name: str, seconds: float = LEASE_SECONDS) -> None:
        self.holder = uuid.uuid4().hex
        self._database = database
        self._name = name
        self._seconds = seconds
        self._ends = 0.0

    async def hold(self) -> bool:
        """Take or renew it; False while somebody else has it. Asks the database once in half its time at most.

        Raises DomainError UNAVAILABLE.
        """
        now = time.monotonic()
        if self._ends - now > self._seconds / 2:
            return True
        if await self._database.fetchval(_TAKE, self._name, self.holder, self._seconds):
            self._ends = now + self._seconds
            return True
        return False

    async def release(self) -> None:
        """Let another replica begin at once; when that fails the lease runs out by itself."""
        self._ends = 0.0
        with suppress(DomainError):
            await self._database.execute(_RELEASE, self._name, self.holder)
