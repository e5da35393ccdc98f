"""HOOK-06, HOOK-07 and HOOK-08: what becomes of a delivery to an organisation's system, and of its webhook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notify.domain.delivering import SPREAD

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=8),
    timedelta(hours=8),
)
"""HOOK-06: how long is waited after the first failed attempt, the second, and so on; after the last it is given up."""
DISABLED_AFTER = timedelta(days=3)
"""HOOK-08: a webhook is switched off when nothing has reached it for so long and another attempt fails."""
KEPT = timedelta(days=30)
"""How long deliveries are kept to be looked at and sent again."""
SECRETS_OVERLAP = timedelta(days=1)
"""HOOK-04: how long the secret before the present one signs as well."""

DISABLED = "DISABLED"
"""Its webhook was switched off."""
ENDED = "ENDED"
"""Its webhook has ended."""
GONE = 410


class HookState(StrEnum):
    """Whether a webhook is sent to."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ENDED = "ended"


class WayState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """How an attempt ended: a status, or 0 with the reason why there was none."""

    status: int
    reason: str = ""
    wait: timedelta | None = None
    """The pause the receiver asks for."""

    @property
    def good(self) -> bool:
        """HOOK-06: 2xx is done; whatever else, a redirect too, is not."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """HOOK-07: the receiver wants no more."""
        return self.status == GONE

    @property
    def down(self) -> bool:
        """Nobody answers, or not now: others to the same receiver wait a little too."""
        return self.status in (0, 429, 503)


@dataclass(frozen=True, slots=True)
class Next:
    """What the delivery becomes."""

    state: WayState
    reason: str
    not_before: datetime


def after(attempts: int, reply: Reply, now: datetime, *, chance: float = 0.0) -> Next:
    """HOOK-06: what follows the attempt that made it `attempts`; `chance` in [0, 1) spreads the pause."""
    if reply.good:
        return Next(WayState.DELIVERED, "", now)
    reason = reply.reason or f"HTTP_{reply.status}"
    if reply.gone or attempts > len(PAUSES):
        return Next(WayState.FAILED, reason, now)
    pause = PAUSES[attempts - 1] * (1 + SPREAD * chance)
    return Next(WayState.WAITING, reason, now + max(pause, min(reply.wait or pause, PAUSES[-1])))


def is_given_up(failing_since: datetime, now: datetime) -> bool:
    """HOOK-08: whether a webhook that fails again is switched off."""
    return now - failing_since >= DISABLED_AFTER
