"""MSG-21: how many deliveries may leave now: by channel, over all channels, and what many at once leave to the urgent.

Times are seconds of a clock that only goes forward.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.notify.domain.channels import Channel

BURST_SECONDS = 0.5
"""What was not used is kept for so long."""
KEPT_BACK = 0.25
"""The part of a full bucket that only the urgent may use."""
CAMPAIGN_SECONDS = 0.5
"""A campaign takes at most so much of its channel's rate at a time."""
FIRST_REST = 1.0
"""Seconds a channel rests when its carrier is down for the first time."""
LONGEST_REST = 120.0
"""Seconds it rests at most, unless the carrier itself asks for more."""


class Bucket:
    """Fills with `rate` tokens a second up to half a second's worth, at least two; a delivery takes one."""

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self._most = max(2.0, rate * BURST_SECONDS)
        self._tokens = self._most
        self._at = now

    def room(self, now: float, *, urgent: bool) -> int:
        """How many may be taken; what is kept back is for the urgent."""
        self._fill(now)
        return max(0, int(self._tokens - (0.0 if urgent else self._most * KEPT_BACK)))

    def take(self, count: int, now: float) -> None:
        """Take tokens for what was found."""
        self._fill(now)
        self._tokens -= count

    def _fill(self, now: float) -> None:
        self._tokens = min(self._most, self._tokens + max(0.0, now - self._at) * self.rate)
        self._at = max(self._at, now)


class Rest:
    """When a channel may be used again whose carrier was down: after growing pauses, first with a single delivery."""

    def __init__(self) -> None:
        self.reason = ""
        """Why it rests; empty while it works."""
        self._until = 0.0
        self._seconds = 0.0

    def down(self, reason: str, now: float, wait: float | None = None) -> None:
        """The carrier is down. Several that were on their way together count once."""
        if self.reason and now < self._until:
            return
        self._seconds = min(LONGEST_REST, self._seconds * 2 or FIRST_REST)
        self._until = now + (self._seconds if wait is None else max(wait, 0.0))
        self.reason = reason

    def works(self) -> None:
        """The carrier answered."""
        self.reason, self._until, self._seconds = "", 0.0, 0.0

    def room(self, now: float, on_their_way: int) -> int | None:
        """How many may be tried: None for any number, one after a rest while nothing is on its way, else none."""
        if not self.reason:
            return None
        return 1 if now >= self._until and on_their_way == 0 else 0


class Pacer:
    """The limits of all channels together.

    Args:
        overall: Deliveries a second over all channels.
        channels: Those of each channel in use.
        now: The present second.
    """

    def __init__(self, overall: float, channels: Mapping[Channel, float], now: float) -> None:
        self._overall = Bucket(overall, now)
        self._channels = {channel: Bucket(rate, now) for channel, rate in channels.items()}
        self.rests = {channel: Rest() for channel in channels}

    def room(self, channel: Channel, now: float, *, urgent: bool, on_their_way: int) -> int:
        """How many deliveries of `channel` may be claimed now."""
        own = self._channels[channel]
        room = min(own.room(now, urgent=urgent), self._overall.room(now, urgent=urgent))
        if not urgent:
            room = min(room, max(1, int(min(own.rate, self._overall.rate) * CAMPAIGN_SECONDS)))
        tried = self.rests[channel].room(now, on_their_way)
        return room if tried is None else min(room, tried)

    def take(self, channel: Channel, count: int, now: float) -> None:
        """Count what was claimed."""
        self._channels[channel].take(count, now)
        self._overall.take(count, now)
