"""Actors wait for the gate, not for the calendar."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.rehearsal.timetable import Timetable, read_phases

START = datetime(2026, 1, 5, tzinfo=UTC)
NAMES = ("preparation", "registration", "first_choice", "closed")


class Hand:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


def a_cycle(sequence: int, late: float = 1.0) -> dict[str, Any]:
    """Phases of ten seconds; each entered so many seconds late."""
    phases = []
    for number, name in enumerate(NAMES):
        opens = START + timedelta(seconds=10 * number)
        phases.append(
            {
                "phase": name,
                "sequence": number,
                "round": 1 if name == "first_choice" else 0,
                "opens_at": opens.isoformat() if number else None,
                "closes_at": (opens + timedelta(seconds=10)).isoformat() if name != "closed" else None,
                "entered_at": (opens + timedelta(seconds=late)).isoformat() if number <= sequence else None,
            }
        )
    return {"cycle_id": "c", "sequence": sequence, "phases": phases}


def a_timetable(sequence: int, hand: Hand) -> Timetable:
    async def read() -> Mapping[str, Any] | None:
        return a_cycle(sequence)

    return Timetable(a_cycle(sequence), read, hand)


def test_a_kind_of_phase_that_comes_again_has_a_name_of_its_own() -> None:
    cycle = a_cycle(0)
    cycle["phases"][1]["phase"] = "first_choice"
    phases = read_phases(cycle)
    assert [phase.name for phase in phases] == ["preparation", "first_choice", "first_choice.2", "closed"]
    assert [phase.kind for phase in phases] == ["preparation", "first_choice", "first_choice", "closed"]


async def test_a_phase_is_open_from_its_entry_to_its_close() -> None:
    hand = Hand()
    timetable = a_timetable(1, hand)
    hand.at = START + timedelta(seconds=15)
    assert timetable.is_open("registration")
    assert not timetable.is_open("first_choice")
    hand.at = START + timedelta(seconds=20)
    assert not timetable.is_open("registration")


async def test_a_phase_that_is_over_is_not_reached() -> None:
    hand = Hand()
    hand.at = START + timedelta(seconds=35)
    timetable = a_timetable(2, hand)
    assert not await timetable.reach("registration", 0.5)


async def test_nobody_acts_before_the_gate_has_moved() -> None:
    hand = Hand()
    hand.at = START + timedelta(seconds=21)
    timetable = a_timetable(1, hand)
    waiting = asyncio.create_task(timetable.entered("first_choice"))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_following_the_gate_wakes_those_who_wait() -> None:
    hand = Hand()
    hand.at = START + timedelta(seconds=31)

    async def read() -> Mapping[str, Any] | None:
        return a_cycle(3)

    timetable = Timetable(a_cycle(1), read, hand)
    following = asyncio.create_task(timetable.follow())
    await asyncio.wait_for(timetable.entered("closed"), 5)
    await following
    assert timetable.sequence == 3
    assert timetable["first_choice"].entered_at == START + timedelta(seconds=21)
