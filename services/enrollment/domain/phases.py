"""The phases of a cycle, in order, and where a cycle stands among its review rounds (rules-enrollment B1).

The kind of a phase says what may be done in it; which round it is, the calendar of the cycle says.
"""

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

AFTER_ALL_ROUNDS = 1_000_000
"""Larger than every round: where a cycle stands once its last round has ended."""


def standing_round(phase: Phase, number: int) -> int:
    """CAL-14: round in which what is submitted in `phase` is reviewed; `number` is the review round of the phase.

    Preparation 0, registration 1, a phase in which bases decide its own, and after the last round more than any.
    """
    if phase in REVIEWING:
        return number
    return {P0: 0, P1: 1}.get(phase, AFTER_ALL_ROUNDS)
