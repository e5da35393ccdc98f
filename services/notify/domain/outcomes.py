"""MSG-24: what a carrier may answer, as far as it decides what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """How a carrier answered, as far as it decides what happens next."""

    ACCEPTED = "accepted"
    """It took the message."""
    LATER = "later"
    """Not now: tried again with growing pauses, or after the pause it names."""
    REFUSED = "refused"
    """Never this message; the address is good."""
    BAD_ADDRESS = "bad_address"
    """Never anything to this address: it is blocked until it is proved anew."""
    DOWN = "down"
    """The carrier does not work for us at present (credentials, quota, reach): no fault of the message, no attempt
    counted, the channel waits."""
    UNKNOWN = "unknown"
    """Nobody knows whether it took the message: the answer was lost."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an adapter answers. `reason` is a stable code in capitals; never anything that was sent."""

    verdict: Verdict
    reason: str = ""
    provider_id: str = ""
    """Under which name the carrier's receipt will speak of it; empty for none."""
    wait: timedelta | None = None
    """LATER and DOWN: how long the carrier asks us to wait; None: as we see fit."""
