"""Who came in time, who too late, and who never got in: what an overload did to people, told instead of hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from services.rehearsal.ledger import Act, Outcome
from services.rehearsal.rest import SHED

COMMANDS = ("start_application", "save_section", "save_choice", "submit_application", "withdraw_application")
"""What an applicant does within a window."""
_TOO_LATE = "NOT_IN_PHASE"


def attendance(
    acts: Sequence[Act], missed: Mapping[str, int], places: Sequence[Mapping[str, Any]], applicants: int
) -> dict[str, Any]:
    """Of each command how often it was `in_time`, `too_late` (the window had closed when it was looked at),
    `turned_away` (the door was too busy as long as its sender had patience) or refused `otherwise`; how many visits the
    end of a phase found still waiting for their turn; how many people applied and were placed.

    `places` are the rows of the board after the close.
    """
    counted: dict[str, Counter[str]] = {name: Counter() for name in COMMANDS}
    for act in acts:
        if act.name in counted and not act.trespass:
            counted[act.name][_outcome(act)] += 1
    placed = sum(int(row["provisional"]) + int(row["admitted"]) for row in places)
    return {
        "commands": {name: dict(sorted(each.items())) for name, each in counted.items() if each},
        "never_in": dict(sorted(missed.items())),
        "people": {
            "planned": applicants,
            "applied": counted["start_application"]["in_time"],
            "placed": placed,
            "placed_share": round(placed / applicants, 4) if applicants else 0.0,
        },
    }


def _outcome(act: Act) -> str:
    if act.outcome is Outcome.ACCEPTED:
        return "in_time"
    if act.outcome is Outcome.UNKNOWN:
        return "unknown"
    if act.reason in SHED:
        return "turned_away"
    return "too_late" if act.reason == _TOO_LATE else "otherwise"


def told(found: Mapping[str, Any]) -> list[str]:
    """The same in lines for people; empty lines are left out."""
    lines = [
        f"{name}: " + ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in each.items())
        for name, each in found["commands"].items()
        if set(each) != {"in_time"}
    ]
    if waited := sum(found["never_in"].values()):
        lines.append(f"{waited} visits never got in: the phase ended while they waited for their turn")
    people = found["people"]
    return [
        *lines,
        f"{people['applied']} of {people['planned']} people applied, {people['placed']} were placed"
        f" ({people['placed_share']:.0%})",
    ]
