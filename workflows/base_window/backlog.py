"""WAIT: what a window knows from the decisions it heard since enrollment counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workflows.base_window.contract import Decision, DecisionKind, WindowTimes

VERDICTS = frozenset(
    {
        DecisionKind.APPROVED,
        DecisionKind.REJECTED,
        DecisionKind.PROVISIONALLY_ADMITTED,
        DecisionKind.NOT_SELECTED,
        DecisionKind.ADMITTED,
        DecisionKind.PUBLISHED,
        DecisionKind.UNDONE,
    }
)
"""Kinds that answer a submission, or follow from an answer: whose place is undone is approved again (B3 20)."""

_FROM_WAITING = frozenset({DecisionKind.APPROVED, DecisionKind.REJECTED, DecisionKind.WITHDRAWN})
"""Kinds after which one application fewer waits, when nothing was heard of it since the count."""

_TO_WAITING = frozenset({DecisionKind.SUBMITTED})
"""Kinds after which an application waits."""

_DECIDED_BEFORE = VERDICTS - _FROM_WAITING
"""Kinds that only follow upon a verdict."""

_OWES_AGAIN = frozenset({DecisionKind.SUBMITTED, DecisionKind.APPROVED, DecisionKind.REJECTED, DecisionKind.UNDONE})
"""Kinds after which the base has something to do or to wait for that it had not before."""


class Backlog:
    """Enrollment's last count, and how what was heard since moves it.

    Of each application it keeps the earliest and the latest news since the count: what the count holds of it, and how
    it stands now. Both are the least and the greatest version, so the order in which news comes does not matter. Who
    submits again is taken for one more until the next count: news does not say what was before. So is a place lost for
    good taken for one undone: news does not say why.
    """

    def __init__(self) -> None:
        self._counted, self._decided = 0, 0
        self._read_at: datetime | None = None
        self._from_waiting = _FROM_WAITING
        self._to_waiting = _TO_WAITING
        self._since: dict[str, tuple[Decision, Decision]] = {}

    def hear(self, decisions: Iterable[Decision]) -> None:
        """WAIT-04: news counts once and only forwards: a repeat, an older version, and what was counted are ignored."""
        since, read_at = self._since, self._read_at
        for decision in decisions:
            if read_at is not None and decision.at is not None and decision.at <= read_at:
                continue
            known = since.get(decision.application_id)
            if known is None:
                since[decision.application_id] = (decision, decision)
            elif decision.version > known[1].version:
                since[decision.application_id] = (known[0], decision)
            elif decision.version < known[0].version and decision.at is not None:
                since[decision.application_id] = (decision, known[1])

    def counted(self, window: WindowTimes) -> None:
        """WAIT-26: enrollment has counted; what happened until its `read_at` is in it and need not be remembered.

        In the reallocation a place is given to whoever waits, and who loses it waits again; elsewhere it comes from and
        goes back to who is approved.
        """
        self._counted, self._decided, self._read_at = window.pending, window.decided, window.read_at
        directly = window.phase == "reallocation"
        self._from_waiting = _FROM_WAITING | ({DecisionKind.PROVISIONALLY_ADMITTED} if directly else set())
        self._to_waiting = _TO_WAITING | ({DecisionKind.UNDONE} if directly else set())
        heard = [news for pair in self._since.values() for news in pair if _is_later(news, window.read_at)]
        self._since = {}
        self.hear(heard)

    @property
    def waiting(self) -> int:
        """Applications that wait for a verdict."""
        ends = self._since.values()
        moved = sum((last.kind in self._to_waiting) - (first.kind in self._from_waiting) for first, last in ends)
        return max(0, self._counted + moved)

    @property
    def verdicts(self) -> int:
        """Applications that have one."""
        verdicts = VERDICTS - self._to_waiting
        moved = sum((last.kind in verdicts) - self._had_verdict(first) for first, last in self._since.values())
        return max(0, self._decided + moved)

    @property
    def heard(self) -> int:
        """Applications of which something was heard since the count."""
        return len(self._since)

    @property
    def owes_again(self) -> bool:
        """Whether something was heard since the count that gives the base something to do or to wait for."""
        return any(last.kind in _OWES_AGAIN for _, last in self._since.values())

    def _had_verdict(self, earliest: Decision) -> bool:
        return earliest.kind in _DECIDED_BEFORE and earliest.kind not in self._from_waiting


def _is_later(news: Decision, read_at: datetime | None) -> bool:
    return read_at is not None and news.at is not None and news.at > read_at
