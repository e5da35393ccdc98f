"""MSG-11: what need not be told any more, because something later about the same application took its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

_REJECTIONS = frozenset({"application_rejected", "application_rejected_late"})
_VERDICTS = _REJECTIONS | {"application_approved"}
_PLACE = frozenset(
    {
        *("application_provisional", "application_published"),
        *("application_objected", "application_objection_dismissed", "application_objection_upheld"),
    }
)
"""What tells of a place that was granted, or of what happened to it within its publicity."""


@dataclass(frozen=True, slots=True)
class Overtaking:
    """`templates` are not told once this came before they were."""

    templates: frozenset[str]
    undoes: bool = False
    """It takes back what was decided: only what followed from that, and when nobody had heard of that, nobody hears
    that it was taken back either."""


OVERTAKES: Mapping[str, Overtaking] = {
    "application_place_lost": Overtaking(_PLACE, undoes=True),
    "application_admission_undone": Overtaking(frozenset({"application_admitted"}), undoes=True),
    **dict.fromkeys(sorted(_VERDICTS), Overtaking(_VERDICTS)),
    "application_submitted": Overtaking(_REJECTIONS | {"application_not_selected", "fix_reminder"}),
    "application_withdrawn": Overtaking(_VERDICTS | _PLACE | {"application_not_selected", "fix_reminder"}),
}
"""By the template of what came later. A verdict takes the place of the one before; whoever submits anew or withdraws
has seen on their page how things stand."""


CONCERNED: frozenset[str] = frozenset(OVERTAKES).union(*(rule.templates for rule in OVERTAKES.values()))
"""Templates that overtake or are overtaken: of these it matters what else is told of the application."""


@cache
def overtakers(template: str) -> tuple[frozenset[str], frozenset[str]]:
    """The templates that overtake `template`: those that undo it, and the others."""
    found = {later: rule.undoes for later, rule in OVERTAKES.items() if template in rule.templates}
    return (
        frozenset(later for later, undoes in found.items() if undoes),
        frozenset(later for later, undoes in found.items() if not undoes),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells of an application, so that what comes later finds it; by the database's clock."""

    application_id: str = ""
    decided_at: datetime | None = None
    undone_since: datetime | None = None


@dataclass(slots=True)
class Entry:
    """A message about an application, as far as it matters to the others; `dropped` says that nobody reads it."""

    key: str
    template: str
    decided_at: datetime
    undone_since: datetime | None
    release_at: datetime
    dropped: bool = False
    message_id: str = ""


class Story:
    """All messages about one application that may overtake each other, at one moment."""

    def __init__(self, entries: Iterable[Entry], now: datetime) -> None:
        self._entries = {entry.key: entry for entry in entries}
        self._now = now

    def tell(self, new: Entry) -> list[Entry]:
        """MSG-11: take one more message in: drop what it overtakes (returned), and itself when it is moot.

        It is moot when it was undone, or overtaken while it was held back, whichever of the two facts came first; and
        when it undoes what nobody could read. One whose key is there already is not taken in again.
        """
        dropped: list[Entry] = []
        rule = OVERTAKES.get(new.template)
        moot = False
        if rule is not None and (new.undone_since is not None or not rule.undoes):
            overtaken = [entry for entry in self._entries.values() if _overtakes(new, rule, entry)]
            dropped = [entry for entry in overtaken if entry.release_at > self._now]
            moot = rule.undoes and len(dropped) == len(overtaken)
        for entry in dropped:
            entry.dropped = True
        new.dropped = moot or self._is_overtaken(new)
        self._entries.setdefault(new.key, new)
        return dropped

    def _is_overtaken(self, new: Entry) -> bool:
        undoers, others = overtakers(new.template)
        if new.release_at <= self._now:
            others = frozenset()
        return any(
            entry.template in others
            or (entry.template in undoers and entry.undone_since is not None and entry.undone_since <= new.decided_at)
            for entry in self._entries.values()
            if entry.decided_at > new.decided_at
        )


def _overtakes(new: Entry, rule: Overtaking, entry: Entry) -> bool:
    return (
        not entry.dropped
        and entry.template in rule.templates
        and entry.decided_at < new.decided_at
        and (new.undone_since is None or new.undone_since <= entry.decided_at)
    )
