"""Gauges that are read from somewhere from time to time."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import structlog
from prometheus_client import Gauge

from services.kit.bus import NATS_ERRORS
from services.kit.chores import Chore
from services.kit.domain import DomainError

EVERY_SECONDS = 15.0
"""How often one reads: as often as values are usually collected."""

Readings: TypeAlias = Mapping[Gauge, Mapping[tuple[str, ...], float]]
"""Values by gauge and labels, in the order in which the gauge declares them."""

_log = structlog.get_logger("kit.measure")


class Measure(Chore):
    """OPS-71: a part that shows what `read` returns, and shows none of it any more once it cannot be read.

    `read` may raise DomainError or one of NATS_ERRORS: that is logged once, and it tries again.
    """

    def __init__(self, name: str, read: Callable[[], Awaitable[Readings]], seconds: float = EVERY_SECONDS) -> None:
        super().__init__(name, self.look, seconds)
        self._read = read
        self._shown: dict[Gauge, set[tuple[str, ...]]] = {}
        self._away = False

    async def look(self) -> None:
        """Read and show once."""
        try:
            readings = await self._read()
        except (DomainError, *NATS_ERRORS) as error:
            if not self._away:
                _log.warning("cannot be measured", part=self.name, error=f"{type(error).__name__}: {error}"[:200])
            self._away = True
            self._show({})
        except Exception:  # noqa: BLE001 (supervision: a loop that ended would leave old values standing)
            _log.exception("cannot be measured", part=self.name)
            self._show({})
        else:
            self._away = False
            self._show(readings)

    def _show(self, readings: Readings) -> None:
        # New values first, then those that are no more: a scrape between the two sees no gap.
        for gauge, values in readings.items():
            for labels, value in values.items():
                child = gauge.labels(*labels) if labels else gauge
                child.set(value)
        for gauge in [*self._shown, *readings]:
            now = set(readings.get(gauge, {}))
            for labels in self._shown.get(gauge, set()) - now:
                if labels:
                    gauge.remove(*labels)
                else:
                    gauge.set(math.nan)
            self._shown[gauge] = now
