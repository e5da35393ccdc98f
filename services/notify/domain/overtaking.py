"""MSG-11: what need not be told any more, because something later about the same application took its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


def overtakers(template: str) -> tuple[frozenset[str], frozenset[str]]:
    """The templates that overtake `template`: those that undo it, and the others."""
    found = {later: rule.undoes for later, rule in OVERTAKES.items() if template in rule.templates}
    return (
        frozenset(later for later, undoes in found.items() if undoes),
        frozenset(later for later, undoes in found.items() if not undoes),
    )
