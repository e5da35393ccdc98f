"""WAIT: what a list knows of the objections to its people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.published_list.contract import Objection, ObjectionKind


@dataclass(slots=True)
class _Person:
    """The oldest and the newest news of one person since the last count."""

    first: Objection
    last: Objection


class Objections:
    """How many people are frozen: enrollment's last count, moved on by what was heard since.

    It remembers nobody beyond the next count, and no order of arrival matters to it.
    """

    def __init__(self) -> None:
        self._counted = 0
        self._read_at: datetime | None = None
        self._people: dict[str, _Person] = {}

    def counted(self, frozen: int, read_at: datetime) -> None:
        """Enrollment counted `frozen` at `read_at`: what happened until then is in that number."""
        self._counted, self._read_at = frozen, read_at
        news = [each for person in self._people.values() for each in (person.first, person.last)]
        self._people = {}
        self.hear(news)

    def hear(self, news: Iterable[Objection]) -> None:
        """WAIT-34: what is repeated, counted already, or older than the latest news of a person changes nothing."""
        for each in news:
            if self._read_at is not None and each.at is not None and each.at <= self._read_at:
                continue
            person = self._people.setdefault(each.application_id, _Person(each, each))
            person.first = min(person.first, each, key=_version)
            person.last = max(person.last, each, key=_version)

    @property
    def frozen(self) -> int:
        """How many people an objection freezes, as far as known; never below none."""
        moved = sum(person.last.frozen - _was_frozen(person.first) for person in self._people.values())
        return max(0, self._counted + moved)


def _version(news: Objection) -> int:
    return news.version


def _was_frozen(first: Objection) -> bool:
    """Whether somebody was frozen before the first news of them: what is resolved had been filed."""
    return first.kind is not ObjectionKind.FILED
