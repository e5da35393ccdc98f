"""OPS-93: what a play costs the stack in processor time, by process: the ground of capacity planning.

Wall time depends on who else uses the machine; processor seconds hardly do. They are read from `/proc` for each process
of the stack with its children (PostgreSQL's connections), also those that have ended meanwhile.
"""

from __future__ import annotations

import os
import resource
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.stack import state

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _OWN, _CHILDREN = 1, slice(11, 13), slice(13, 15)
DEAR_OPENING_MS = 40.0
"""Processor milliseconds of identity for an account above which the password hash is the dear one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Processor seconds so far, by process of the stack."""

    seconds: Mapping[str, float]
    pids: Mapping[str, int] = field(default_factory=dict)

    def since(self, earlier: Reading) -> dict[str, float]:
        """What was used since; a process that was started anew counts from its birth."""
        return {
            name: seconds - (earlier.seconds.get(name, 0.0) if earlier.pids.get(name) == self.pids[name] else 0.0)
            for name, seconds in self.seconds.items()
        }


def read(data: Path) -> Reading:
    """Of the stack that runs on `data`; of no process where the system has no `/proc`."""
    pids = {name: pid for name, pid in state.load(data).pids.items() if pid}
    parents: dict[int, list[int]] = defaultdict(list)
    used: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold anything; what follows it is numbers.
            words = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.parent.name)
        parents[int(words[_PARENT])].append(pid)
        used[pid] = sum(map(int, [*words[_OWN], *words[_CHILDREN]])) / _TICKS
    others = set(pids.values())

    def of(pid: int) -> float:
        return used.get(pid, 0.0) + sum(of(child) for child in parents[pid] if child not in others)

    return Reading({name: of(pid) for name, pid in pids.items()}, pids)


def own_seconds() -> float:
    """Processor seconds of this process: what the client itself has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@dataclass(slots=True)
class Meter:
    """Reads at the marks of a play; `as_json` says what each stretch cost."""

    data: Path
    _marks: dict[str, tuple[Reading, float]] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        """Read now; the marks of a play are `begin`, `curtain`, `closed`, `settled`."""
        self._marks[name] = (read(self.data), own_seconds())

    def stretch(self, begin: str, end: str) -> tuple[dict[str, float], float]:
        """Seconds by process between two marks, and those of the client; nothing when one of them is missing."""
        if begin not in self._marks or end not in self._marks:
            return {}, 0.0
        (earlier, client_then), (later, client_now) = self._marks[begin], self._marks[end]
        return later.since(earlier), client_now - client_then

    def as_json(self, accounts: int, applications: int, accepted: int) -> dict[str, Any]:
        """Processor seconds by process; per application and per accepted command in milliseconds, client left out."""
        opening, opening_client = self.stretch("begin", "curtain")
        played, client = self.stretch("curtain", "settled")
        total = sum(played.values())
        return {
            "opening": _told(opening, opening_client) | {"ms_an_account": _ms(sum(opening.values()), accounts)},
            "play": _told(played, client)
            | {
                "ms_an_application": _ms(total, applications),
                "ms_an_accepted_command": _ms(total, accepted),
                "ms_an_accepted_command_by_process": {
                    name: _ms(seconds, accepted) for name, seconds in sorted(played.items())
                },
            },
            "accounts": accounts,
            "applications": applications,
            "accepted_commands": accepted,
        }

    def advice(self, accounts: int) -> str:
        """What would make opening accounts cheaper; empty when nothing would."""
        opening, _ = self.stretch("begin", "curtain")
        cost = _ms(opening.get("identity", 0.0), accounts)
        if accounts < 100 or cost <= DEAR_OPENING_MS:
            return ""
        return (
            f"opening an account took identity {cost:.0f} ms of processor: start a stack of synthetic people only"
            " with RESIDENCY_ARGON2_MEMORY_KIB=8192, or play the same people again with --cast"
        )


def _told(seconds: Mapping[str, float], client: float) -> dict[str, Any]:
    return {
        "seconds": {name: round(each, 2) for name, each in sorted(seconds.items())},
        "total_seconds": round(sum(seconds.values()), 2),
        "client_seconds": round(client, 2),
    }


def _ms(seconds: float, times: int) -> float:
    return round(1000 * seconds / times, 2) if times else 0.0
