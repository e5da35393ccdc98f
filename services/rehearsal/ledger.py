"""What the rehearsal asked for and was answered: the material of the report and of the audit check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.rehearsal.report_acts import Course


class Outcome(StrEnum):
    """How one command ended, as its sender saw it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Never answered within the sender's patience, although retried with the same key."""


@dataclass(slots=True)
class Act:
    """One command or read, retries included."""

    name: str
    key: str
    """Idempotency key; empty for a read."""
    sent_at: datetime
    answered_at: datetime
    outcome: Outcome
    status: int
    reason: str
    tries: int
    expected: bool
    """Whether the outcome is one that the rules (and the race at hand) allow."""
    audited: bool
    """Whether accepting it must leave a row in the enrollment audit."""
    trespass: bool = False
    """Whether it had to be refused."""

    @property
    def seconds(self) -> float:
        """From the first try to the answer."""
        return (self.answered_at - self.sent_at).total_seconds()


@dataclass(slots=True)
class Ledger:
    """All acts of one rehearsal, and what was found wrong while playing."""

    acts: list[Act] = field(default_factory=list)
    trespasses_accepted: list[str] = field(default_factory=list)
    """Acts that had to be refused and were not: each is a broken invariant."""
    repeats: int = 0
    """Commands sent again on purpose with the same key."""
    repeats_different: list[str] = field(default_factory=list)
    """Repeats that were answered otherwise than the first time: each is a broken invariant."""
    server_errors: Counter[str] = field(default_factory=Counter)
    """Answers 500 by command name: never expected, also while parts are killed."""
    waits: list[float] = field(default_factory=list)
    """Seconds that each exchange waited for one of the rehearsal's own connections."""
    retried: Counter[str] = field(default_factory=Counter)
    """Tries that ended in a broken connection or 429/502/503/504, by what was seen."""

    course: Course = field(default_factory=Course)
    """All of it by time."""

    def add(self, act: Act) -> None:
        """Write one act down."""
        self.acts.append(act)
        self.course.note(act)

    def tried_again(self, what: str, at: datetime) -> None:
        """Write down that a try ended in `what` (a status, or what broke), and is repeated."""
        self.retried[what] += 1
        self.course.tried_again(what, at)

    def accepted_keys(self) -> dict[str, str]:
        """Key to command name of every accepted command that must stand in the audit."""
        return {a.key: a.name for a in self.acts if a.key and a.audited and a.outcome is Outcome.ACCEPTED}

    def keys_between(self, point: datetime, since: datetime) -> set[str]:
        """Keys of commands that were under way between two instants."""
        return {a.key for a in self.acts if a.key and a.answered_at > point and a.sent_at < since}

    def refused_keys(self) -> dict[str, str]:
        """Key to command name of every refused command: none of them may stand in the audit."""
        return {a.key: a.name for a in self.acts if a.key and a.audited and a.outcome is Outcome.REFUSED}

    def refusals(self, *, expected: bool) -> Counter[str]:
        """`command: REASON` counts of refusals that were (or were not) in order."""
        return Counter(
            f"{a.name}: {a.reason or a.status}"
            for a in self.acts
            if a.outcome is Outcome.REFUSED and a.expected is expected
        )

    def unknown(self) -> list[Act]:
        """Commands that were never answered."""
        return [a for a in self.acts if a.outcome is Outcome.UNKNOWN]

    def command_seconds(self) -> list[float]:
        """How long each command took, retries included; 0.0 alone when there was none."""
        return [a.seconds for a in self.acts if a.key and a.outcome is not Outcome.UNKNOWN] or [0.0]

    def latencies(self) -> dict[str, tuple[int, float, float]]:
        """Per name: how many, and the 50th and 99th percentile in seconds."""
        by_name: dict[str, list[float]] = {}
        for act in self.acts:
            if act.outcome is not Outcome.UNKNOWN:
                by_name.setdefault(act.name, []).append(act.seconds)
        return {
            name: (len(times), percentile(times, 0.5), percentile(times, 0.99))
            for name, times in sorted(by_name.items())
        }


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest-rank percentile of `values` (not empty), `share` from 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
