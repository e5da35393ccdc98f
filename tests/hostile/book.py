"""What became of every input: counts by door, class and outcome, and each failure with the command that repeats it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

KEPT_OF_A_KIND = 5
"""Failures of one door and kind kept whole; the others are only counted."""
SHED = ("503", "UNAVAILABLE")
_SHOWN = 2000


@dataclass
class Sent:
    """What came of one input."""

    outcome: str
    """Short and of few kinds: a status, a code, a reason."""
    fault: str = ""
    """What is wrong with that; empty when nothing is."""
    told: str = field(default="", repr=False)
    """Everything the other side said, to be searched for what it must not say."""
    request: str = field(default="", repr=False)
    """What was sent, kept beside a failure."""
    refused: bool = True
    """It was refused, so nothing of it may be written."""


@dataclass
class Failure:
    """One input that was not answered as it should be."""

    door: str
    kind: str
    """The class of input."""
    number: int
    seed: int
    fault: str
    outcome: str
    request: str

    @property
    def replay(self) -> str:
        """The command that sends it again."""
        return f"python -m tests.hostile --doors {self.door} --seed {self.seed} --only {self.number}"


@dataclass
class Ledger:
    """One door's account."""

    through: str
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_kind: str = ""
    batches: int = 0
    """Batches of refused inputs after which the content of every table was compared."""
    memory: int = 0
    """Bytes by which the processes at the door grew after a tenth of the inputs."""

    @property
    def inputs(self) -> int:
        """How many were sent."""
        return sum(sum(each.values()) for each in self.counts.values())

    @property
    def shed(self) -> int:
        """How many were told to come back later, by a machine that has too much to do."""
        return sum(counts[outcome] for counts in self.counts.values() for outcome in SHED)


@dataclass
class Book:
    """The account of a run."""

    seed: int
    doors: dict[str, Ledger] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By door and first line of the fault."""

    def note(self, door: str, kind: str, number: int, sent: Sent, seconds: float) -> None:
        """Enter one input."""
        ledger = self.doors[door]
        ledger.counts[kind][sent.outcome] += 1
        if seconds > ledger.slowest:
            ledger.slowest, ledger.slowest_kind = seconds, kind
        if sent.fault:
            self.fail(Failure(door, kind, number, self.seed, sent.fault, sent.outcome, sent.request[:_SHOWN]))

    def fail(self, failure: Failure) -> None:
        """Enter a failure."""
        name = failure.door, failure.fault.splitlines()[0][:100]
        self.failed[name] += 1
        if self.failed[name] <= KEPT_OF_A_KIND:
            self.failures.append(failure)

    def leak(self, fault: str) -> None:
        """Enter what the whole run left behind."""
        self.fail(Failure("all", "leak", 0, self.seed, fault, "", ""))

    @property
    def inputs(self) -> int:
        """How many were sent in all."""
        return sum(each.inputs for each in self.doors.values())

    def document(self) -> dict[str, Any]:
        """The account as JSON."""
        return {
            "seed": self.seed,
            "inputs": self.inputs,
            "failed": sum(self.failed.values()),
            "doors": {
                name: {
                    "through": ledger.through,
                    "inputs": ledger.inputs,
                    "seconds": round(ledger.seconds, 1),
                    "slowest_seconds": round(ledger.slowest, 3),
                    "slowest_class": ledger.slowest_kind,
                    "batches": ledger.batches,
                    "grown_mb": round(ledger.memory / 2**20, 1),
                    "classes": {kind: dict(sorted(counts.items())) for kind, counts in sorted(ledger.counts.items())},
                }
                for name, ledger in self.doors.items()
            },
            "faults": [
                {"door": door, "fault": fault, "count": count} for (door, fault), count in sorted(self.failed.items())
            ],
        }
