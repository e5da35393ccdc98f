"""What must hold in enrollment's own books of a cycle: I1, I2, I3, I4, I6, I7, and the counts that the board shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.verifier import queries
from services.verifier.finding import Finding, tell
from services.verifier.snapshot import Rows

CLOCK_GRACE = timedelta(milliseconds=100)
"""Between the look at the clock that lets a command pass and the instant written into its audit row."""

Check = Callable[[Rows, UUID], Awaitable[Finding]]


async def seats(rows: Rows, cycle: UUID) -> Finding:
    """I1: nobody holds a place that is not there, and the counters say so too."""
    broken = [tell(row) for row in await rows("enrollment", queries.SEATS_OVERSOLD, cycle)]
    for row in await rows("enrollment", queries.HOLDERS_WITHOUT_SEAT, cycle):
        broken.append(f"holder without a seat: {row['id']}")
    checked = len(await rows("enrollment", queries.BOARD, cycle))
    return Finding.of("I1", "places given never exceed the plan", checked, broken)


async def people(rows: Rows, cycle: UUID) -> Finding:
    """I2: one live application, one place."""
    broken = [tell(row) for row in await rows("enrollment", queries.PEOPLE_TWICE, cycle)]
    checked = await _applications(rows, cycle)
    return Finding.of("I2", "one live application and one place a person", checked, broken)


async def moments(rows: Rows, cycle: UUID) -> Finding:
    """I3: every accepted command inside the window it was judged by, and a gate that only went forward."""
    found = [
        *await rows("enrollment", queries.AUDIT_OUTSIDE_WINDOW, cycle, CLOCK_GRACE),
        *await rows("enrollment", queries.GATE_ODD, cycle),
        *await rows("enrollment", queries.PHASES_OUT_OF_ORDER, cycle),
    ]
    return Finding.of("I3", "no decision or edit outside its window", await _acts(rows, cycle), list(map(tell, found)))


async def audit(rows: Rows, cycle: UUID) -> Finding:
    """I4: every accepted command stands in the audit once, and the books say what it says."""
    found = [
        *await rows("enrollment", queries.AUDIT_GAPS, cycle),
        *await rows("enrollment", queries.DOUBLED_KEYS, cycle),
        *await rows("enrollment", queries.STATES_UNLIKE_AUDIT, cycle),
        *await rows("enrollment", queries.DECISIONS_UNLIKE_AUDIT, cycle),
    ]
    title = "every accepted command is in the audit exactly once"
    return Finding.of("I4", title, await _acts(rows, cycle), list(map(tell, found)))


async def tables(rows: Rows, cycle: UUID) -> Finding:
    """I6, as far as books tell: nothing was accepted that the tables of rights refuse that side in that phase.

    That `capabilities` answers what commands then do is tried in tests, row by row; no database remembers the answers.
    """
    found = await rows("enrollment", queries.COMMANDS_IN_WRONG_PHASE, cycle)
    title = "what was accepted is what the tables allow"
    return Finding.of("I6", title, await _acts(rows, cycle), list(map(tell, found)))


async def nobody_waits(rows: Rows, cycle: UUID) -> Finding:
    """I7: after the close nobody is left in a state that waits; before it, how many still wait."""
    title, checked = "nobody waits when the cycle has closed", await _applications(rows, cycle)
    (gate,) = await rows("enrollment", queries.GATE, cycle)
    if gate["phase"] == "closed":
        found = await rows("enrollment", queries.WAITING_WHEN_CLOSED, cycle)
        return Finding.of("I7", title, checked, list(map(tell, found)))
    (waiting,) = await rows("enrollment", queries.WAITING, cycle)
    finding = Finding.of("I7", title, checked, [], [f"the cycle stands in {gate['phase']}"])
    return replace(finding, counts={"still waiting": waiting[0]})


async def board(rows: Rows, cycle: UUID) -> Finding:
    """The counts of the board, made from the applications, are those that audit and submissions make."""
    broken = [tell(row) for row in await rows("enrollment", queries.BOARD_UNLIKE_AUDIT, cycle)]
    checked = len(await rows("enrollment", queries.BOARD, cycle))
    return Finding.of("board", "the board shows what the books say", checked, broken)


CHECKS: tuple[Check, ...] = (seats, people, moments, audit, tables, nobody_waits, board)


async def _applications(rows: Rows, cycle: UUID) -> int:
    return sum(row[1] for row in await rows("enrollment", queries.STATES, cycle))


async def _acts(rows: Rows, cycle: UUID) -> int:
    return int((await rows("enrollment", queries.AUDIT_ROWS, cycle))[0][0])
