"""Which stored rows a base's queue shows in each phase (rule CAP-QUEUE)."""

from __future__ import annotations

from dataclasses import dataclass

from services.enrollment.domain.application import IN_REVIEW, PLACED, State, effective_state
from services.enrollment.domain.phases import P0, P5, P6, Phase, standing_round

ROUNDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Cell:
    """Stored rows of one round in one stored state."""

    round: int
    state: State


def cells(phase: Phase, states: frozenset[State]) -> list[Cell]:
    """CAP-QUEUE: a queue shows the round under way and everybody placed; an older round's rest is gone from it.

    After all rounds it shows everybody, with the state that is left. `states` are effective; empty means all.
    """
    if phase is P0:
        return []
    over = phase in (P5, P6)
    shown = []
    for number in ROUNDS:
        for state in sorted(IN_REVIEW | PLACED):
            current = number == standing_round(phase) or over or state in PLACED
            if current and (not states or effective_state(state, number, phase) in states):
                shown.append(Cell(number, state))
    return shown
