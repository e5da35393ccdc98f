"""OPS-21: whether a process can do its work, and what is away that it does its work without.

Not ready takes a process out of everybody's reach, all its replicas at once where all miss the same thing: so only
what nothing can be answered without counts as that. The rest is told and changes nothing. `docs/operations/health.md`
has the table.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import structlog

from services.kit.part import Degradable, Part, Told

LOOK_SECONDS = 0.5
"""How often the parts are asked, so that others hear of a change within two seconds."""
PATIENCE_SECONDS = 15.0
"""For so long after its parts have started a process waits also for what it could do without."""

_log = structlog.get_logger("kit.process")


class State(StrEnum):
    """What a process says of itself in the first line of `/readyz`."""

    STARTING = "starting"
    READY = "ready"
    NOT_READY = "not ready"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Lack:
    """What is amiss with one part, and since when (aware UTC)."""

    part: str
    reason: str
    since: datetime
    needed: bool
    """Whether the process cannot do its work for want of it."""

    def __str__(self) -> str:
        kind = State.NOT_READY if self.needed else "degraded"
        return f"{kind}: {self.part}: {self.reason}, since {self.since:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Account:
    """What `/readyz` tells: one line of state, then a line for each lack."""

    state: State
    lacks: tuple[Lack, ...]

    @property
    def ready(self) -> bool:
        """Whether work may come."""
        return self.state is State.READY

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in (self.state, *self.lacks))


class Readiness:
    """Asks the parts of one process; may be asked from any thread.

    A process is `starting` until its parts have started and each found what it looks for, be it needed or not; what
    is not needed is waited for 15 s only.
    """

    def __init__(self, parts: Sequence[Part], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._degradable = [part for part in parts if isinstance(part, Degradable)]
        self._told_parts = [part for part in parts if isinstance(part, Told)]
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since: dict[tuple[str, bool], datetime] = {}
        self._parts_started_at: float | None = None
        self._whole_once = False
        self._stopping = False
        self._told: Account | None = None

    def parts_started(self) -> None:
        """The last part's start has returned."""
        self._parts_started_at = self._monotonic()

    def stop(self) -> None:
        """Say `stopping` from now on."""
        self._stopping = True

    @property
    def started(self) -> bool:
        """Whether the process was ready once; never false again."""
        return self._whole_once

    def account(self) -> Account:
        """How it stands now."""
        with self._lock:
            lacks = self._lacks()
            return Account(self._state(lacks), lacks)

    async def watch(self) -> None:
        """Tell the parts that want to know, and the log, of every change; runs until it is cancelled."""
        while True:
            try:
                await self.tell()
            except Exception:  # noqa: BLE001 (supervision: a watch that ended would leave others with its last word)
                _log.exception("readiness is looked at again")
            await asyncio.sleep(LOOK_SECONDS)

    async def tell(self) -> None:
        """Look, and tell what has changed since the last look."""
        account, before = self.account(), self._told
        self._told = account
        if before is None or before.ready != account.ready:
            for part in self._told_parts:
                await part.tell_ready(account.ready)
        if account.state in (State.READY, State.NOT_READY) and _names(account) != (before and _names(before)):
            say = _log.warning if account.lacks else _log.info
            say(account.state.value, lacks=[str(lack) for lack in account.lacks])

    def _state(self, lacks: Sequence[Lack]) -> State:
        if self._stopping:
            return State.STOPPING
        began = self._parts_started_at
        if not self._whole_once and began is not None and not any(lack.needed for lack in lacks):
            self._whole_once = not lacks or self._monotonic() - began > PATIENCE_SECONDS
        if not self._whole_once:
            return State.STARTING
        return State.NOT_READY if any(lack.needed for lack in lacks) else State.READY

    def _lacks(self) -> tuple[Lack, ...]:
        found = [(part.name, True, part.not_ready()) for part in self._parts]
        found += [(part.name, False, part.degraded()) for part in self._degradable]
        amiss = [each for each in found if each[2]]
        now = datetime.now(UTC)
        self._since = {(name, needed): self._since.get((name, needed), now) for name, needed, _ in amiss}
        return tuple(Lack(name, reason, self._since[name, needed], needed) for name, needed, reason in amiss)


def _names(account: Account) -> tuple[State, frozenset[tuple[str, bool]]]:
    return account.state, frozenset((lack.part, lack.needed) for lack in account.lacks)
