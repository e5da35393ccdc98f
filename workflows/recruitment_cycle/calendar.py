"""WAIT: what the timetable says at an instant. Pure: the time is always passed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from workflows.recruitment_cycle.contract import PhaseTimes, Timetable

_SHORTEST_PAUSE = timedelta(milliseconds=250)
_LONGEST_PAUSE = timedelta(seconds=5)


def current_phase(timetable: Timetable) -> PhaseTimes:
    """The phase in which the gate stands."""
    return next(phase for phase in timetable.phases if phase.sequence == timetable.sequence)


def next_phase(timetable: Timetable) -> PhaseTimes | None:
    """WAIT-01: the phase after the present one, and never a later one; None when the cycle is closed.

    So phases missed in an outage are entered in order, each once.
    """
    return next((phase for phase in timetable.phases if phase.sequence == timetable.sequence + 1), None)


def opening(phase: PhaseTimes) -> datetime:
    """The instant at which `phase` opens; raises ValueError for preparation, which is never entered."""
    if phase.opens_at is None:
        raise ValueError(f"phase {phase.sequence} has no opening")
    return phase.opens_at


def reviews_can_happen(phase: PhaseTimes, now: datetime) -> bool:
    """WAIT-02: windows start for a review round that is still open.

    A round entered only after its close (an outage longer than the round) gets none: nobody could review in it, and
    its bases must not be told that they failed to.
    """
    return phase.round > 0 and phase.closes_at is not None and now < phase.closes_at


def pause_after_refusal(timetable: Timetable, phase: PhaseTimes) -> timedelta:
    """WAIT-03: how long to wait when the service says that a phase is not due although our clock says it is.

    The two clocks differ by what the database's clock still lacks; between a quarter of a second and five seconds.
    """
    return min(max(opening(phase) - timetable.read_at, _SHORTEST_PAUSE), _LONGEST_PAUSE)
