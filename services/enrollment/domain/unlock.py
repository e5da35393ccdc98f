"""Sections that one person may edit for a while though the tables lock them (rules UNL-01 to UNL-05).

Name and document number belong to identity and are part of no section: no unlock reaches them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.enrollment.domain.application import State
from services.enrollment.domain.dossier import Section
from services.kit.domain import Caller, DomainError, Kind

RULE = "UNL-01"

UNLOCKABLE = frozenset(
    {
        *(State.DRAFT, State.PENDING, State.REJECTED, State.APPROVED),
        *(State.REOPENED, State.PROVISIONAL, State.ADMITTED),
    }
)
"""UNL-04: states in which there is something to correct; what was given up or ended stays as it is."""
WITH_BASE = frozenset({State.PENDING, State.APPROVED, State.PROVISIONAL, State.ADMITTED})
"""States in which the current submission is what a base decides or has decided on."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """One section's open time (aware UTC, by the database's clock)."""

    since: datetime
    until: datetime


def check_unlock(caller: Caller, person_id: str, state: State) -> None:
    """UNL-04, UNL-05: raises NOT_NOW for an application that has ended, FORBIDDEN for one's own."""
    if person_id in (caller.person_id, caller.actor):
        raise DomainError(Kind.FORBIDDEN, "OWN_APPLICATION", "不能为自己开放修改。", field="person_id", rule="UNL-05")
    if state not in UNLOCKABLE:
        raise DomainError(Kind.NOT_NOW, "WRONG_STATE", "该报名已结束,不能开放修改。", rule="UNL-04")


def corrected(
    frozen: Mapping[Section, Mapping[str, object]],
    saved: Mapping[Section, tuple[Mapping[str, object], datetime]],
    unlocked: Mapping[Section, Unlocked],
) -> dict[Section, Mapping[str, object]]:
    """UNL-03: the dossier of a correction: as it was frozen, save sections that are unlocked and saved since."""
    dossier = dict(frozen)
    for section, entry in unlocked.items():
        body, saved_at = saved.get(section, ({}, entry.since))
        if saved_at >= entry.since and body:
            dossier[section] = body
    return dossier
