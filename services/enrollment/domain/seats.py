"""Seats: applications are uncapped, provisional and admitted together never exceed the plan (rule SEAT-01)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seat:
    """The places of one base in one specialty."""

    base_code: str
    specialty_code: str
    planned: int
    taken: int = 0


def seats_left(seat: Seat | None) -> int:
    """SEAT-01: provisional and admitted of a base and specialty never exceed its plan; what is left of it.

    The database enforces the same in the transaction that takes the seat (`CHECK (taken <= planned)`).
    """
    return 0 if seat is None else max(0, seat.planned - seat.taken)
