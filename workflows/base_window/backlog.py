"""WAIT: what a window knows from the decisions it heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.base_window.contract import Decision, DecisionKind

VERDICTS = frozenset(
    {
        DecisionKind.APPROVED,
        DecisionKind.REJECTED,
        DecisionKind.PROVISIONALLY_ADMITTED,
        DecisionKind.NOT_SELECTED,
    }
)
"""Kinds that answer a submission."""


class Backlog:
    """The latest news of each application, and how many of them wait for a verdict."""

    def __init__(self, heard: Iterable[Decision] = ()) -> None:
        self._latest: dict[str, Decision] = {decision.application_id: decision for decision in heard}
        self.waiting = 0

    def hear(self, decisions: Iterable[Decision]) -> None:
        """WAIT-04: news counts once and only forwards: a repeat or an older version of an application is ignored."""
        for decision in decisions:
            before = self._latest.get(decision.application_id)
            if before is not None and decision.version <= before.version:
                continue
            self._latest[decision.application_id] = decision
            self.waiting = max(0, self.waiting + _waits(decision) - _waited(before, decision))

    def counted(self, waiting: int) -> None:
        """The service counted `waiting` just now; what is heard from here on moves that number."""
        self.waiting = waiting

    @property
    def heard(self) -> list[Decision]:
        """The latest news of each application, in the order they first appeared."""
        return list(self._latest.values())

    @property
    def verdicts(self) -> int:
        """Applications whose latest news is a verdict."""
        return sum(decision.kind in VERDICTS for decision in self._latest.values())


def _waits(decision: Decision) -> int:
    return int(decision.kind is DecisionKind.SUBMITTED)


def _waited(before: Decision | None, now: Decision) -> int:
    """Whether an application was waiting before `now`; one never heard of was, if it now leaves the queue."""
    return _waits(before) if before is not None else int(now.kind is not DecisionKind.SUBMITTED)
