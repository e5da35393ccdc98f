"""WAIT: what a list knows of the objections to its people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workflows.published_list.contract import Objection, ObjectionKind


class Objections:
    """How many people are frozen: enrollment's last count, moved on by what was heard since.

    It remembers nobody beyond the next count, and no order of arrival matters to it.
    """

    def __init__(self) -> None:
        self._counted = 0
        self._read_at: datetime | None = None
        self._people: dict[str, dict[int, Objection]] = {}

    def counted(self, frozen: int, read_at: datetime) -> None:
        """Enrollment counted `frozen` at `read_at`: what happened until then is in that number."""
        self._counted, self._read_at = frozen, read_at
        heard = [news for versions in self._people.values() for news in versions.values()]
        self._people = {}
        self.hear(heard)

    def hear(self, news: Iterable[Objection]) -> None:
        """WAIT-34: what is repeated, counted already, or older than the latest news of a person changes nothing."""
        for each in news:
            if self._read_at is None or each.at is None or each.at > self._read_at:
                self._people.setdefault(each.application_id, {})[each.version] = each

    @property
    def frozen(self) -> int:
        """How many people an objection freezes, as far as known; never below none."""
        moved = sum(
            versions[max(versions)].frozen - _was_frozen(versions[min(versions)]) for versions in self._people.values()
        )
        return max(0, self._counted + moved)


def _was_frozen(first: Objection) -> bool:
    """Whether somebody was frozen before the first news of them: what is resolved had been filed."""
    return first.kind is not ObjectionKind.FILED
