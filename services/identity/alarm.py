"""SES-09: very many failed sign-ins at once, whoever they aim at, are told to whoever watches the logs."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

import structlog

from services.kit.clock import Clock

FAILURES = 1000
WITHIN = timedelta(minutes=5)

_log = structlog.get_logger("identity.alarm")


class Alarm:
    """Counts the failed sign-ins of this process; also `residency_sign_ins_total` by outcome tells them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: deque[datetime] = deque(maxlen=FAILURES)

    def failed(self) -> bool:
        """One more; True, and a line in the log, when that makes a thousand within five minutes."""
        now = self._clock.now()
        self._failures.append(now)
        if len(self._failures) < FAILURES or now - self._failures[0] > WITHIN:
            return False
        _log.error("sign-ins fail in masses", failures=FAILURES, seconds=WITHIN.total_seconds())
        self._failures.clear()
        return True
