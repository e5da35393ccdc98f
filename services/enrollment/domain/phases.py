"""The phases of a cycle, in order, and the review round each belongs to (rules-enrollment B1)."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """The phases, in the only order in which a cycle may pass through them."""

    PREPARATION = "preparation"
    REGISTRATION = "registration"
    FIRST_CHOICE = "first_choice"
    SECOND_CHOICE = "second_choice"
    REALLOCATION = "reallocation"
    CONFIRMATION = "confirmation"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The name in contracts, such as `PHASE_SECOND_CHOICE`."""
        return f"PHASE_{self.name}"


ORDER: tuple[Phase, ...] = tuple(Phase)

P0, P1, P2, P3, P4, P5, P6 = ORDER

REGISTERING = frozenset({P1, P3, P4})
"""Phases in which applications are started and submitted."""
REVIEWING = frozenset({P2, P3, P4})
"""Phases in which bases decide."""
REPEATED = frozenset({P3})
"""Phases that a calendar may list more than once: rounds in which everybody unplaced chooses anew."""
LISTED = ORDER[1:-1]
"""The phases a notice prints; preparation and closed are implied."""

ROUNDS: dict[Phase, int] = {P2: 1, P3: 2, P4: 3}
"""Review round of a phase; the others have none."""

AFTER_ALL_ROUNDS = 4
"""Larger than every round: where a cycle stands once reallocation has ended."""


def review_round(phase: Phase) -> int:
    """Round 1 to 3 that is reviewed in `phase`; 0 when none is."""
    return ROUNDS.get(phase, 0)


def standing_round(phase: Phase) -> int:
    """Round in which a submission made in `phase` is reviewed; preparation 0, and 4 once all rounds are over."""
    if phase is P0:
        return 0
    if phase is P1:
        return 1
    return ROUNDS.get(phase, AFTER_ALL_ROUNDS)


def phase_of_round(number: int) -> Phase:
    """The phase in which round `number` is reviewed; KeyError when there is none."""
    return {number: phase for phase, number in ROUNDS.items()}[number]


def later_phases(phase: Phase) -> tuple[Phase, ...]:
    """The phases after `phase`, in order."""
    return ORDER[ORDER.index(phase) + 1 :]
