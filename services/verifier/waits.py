"""Time: what is open is waited for and nothing else is, and histories agree with the gate and stay short."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from asyncpg import Record

from services.kit.settings import Settings
from services.verifier import histories, notice_queries, queries
from services.verifier.finding import Finding
from services.verifier.histories import Histories, Run
from services.verifier.snapshot import Rows
from workflows.base_window import contract as base_window
from workflows.published_list import contract as published_list
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.seat_offer import contract as seat_offer

YOUNG_SECONDS = 60.0
"""How long a workflow may take to begin, or to end: as long as a worker that died and came back."""
MOST_EVENTS = recruitment_cycle.LONGEST_HISTORY
ONE_TURN = 100
"""Events that a run may still add before it hands over to the next."""
OF_A_BASE = 5
"""Of a cycle's run: its turn starts a window of every base, and signals it."""
MOST_BYTES = 1_000_000

WAITS = "what is open is waited for, and nothing else is"
HISTORIES = "histories are short and readable, and agree with the gate"


async def check_waits(rows: Rows, cycle: UUID, found: Histories, settings: Settings | None) -> Finding:
    """Every open cycle, window, list and offer has its workflow, and no workflow waits for what is over.

    With `settings`, what Temporal's list does not show is asked for by name.
    """
    if found.trouble and not found.runs:
        return Finding.not_read("waits", WAITS, found.trouble)
    there = {run.workflow_id for run in found.runs}
    open_ones = _open(cycle, await rows("enrollment", queries.OPEN, cycle))
    missing = [each for each in open_ones if each not in there]
    running = [run.workflow_id for run in _of_cycle(found, cycle) if run.running]
    over = await _over(rows, cycle, running)
    if (missing or over) and settings is not None:
        try:
            now = await histories.statuses(settings, [*missing, *over])
        except histories.AWAY as error:
            return Finding.not_read("waits", WAITS, f"Temporal cannot be read: {error}"[:200])
        missing = [each for each in missing if each not in now]
        over = [each for each in over if now.get(each) == "RUNNING"]
    broken = [f"{each} was never started" for each in missing if open_ones[each] > YOUNG_SECONDS]
    waits = [f"{each} is about to start" for each in missing if open_ones[each] <= YOUNG_SECONDS]
    broken += [f"{each} still waits for what is over" for each in over]
    return replace(
        Finding.of("waits", WAITS, len(open_ones) + len(_of_cycle(found, cycle)), broken, waits),
        unreadable=found.trouble,
    )


async def check_histories(rows: Rows, later: Rows, cycle: UUID, found: Histories) -> Finding:
    """No history is too long, undecodable or stuck, and the phases that it entered are those of the books."""
    if found.trouble and not found.runs:
        return Finding.not_read("histories", HISTORIES, found.trouble)
    runs = _of_cycle(found, cycle)
    bases = (await rows("enrollment", queries.BASES, cycle))[0]["bases"]
    broken = [line for run in runs for line in _amiss(run, bases)]
    before = {row["sequence"]: row for row in await rows("enrollment", queries.PHASES, cycle)}
    after = {row["sequence"]: row for row in await later("enrollment", queries.PHASES, cycle)}
    own = [run for run in runs if run.workflow_id == recruitment_cycle.workflow_id(str(cycle))]
    settled = {n: row["entered_at"] for n, row in before.items() if (row["seconds"] or 0.0) > YOUNG_SECONDS}
    # Phases of a future that was lost with a restored database are entered again.
    again = bool(await later("enrollment", notice_queries.RESTORED_SINCE))
    broken += phases_amiss(own, settled, {n for n, row in after.items() if row["entered_at"] is not None}, again=again)
    counts = {
        "longest, events": max((run.events for run in runs), default=0),
        "largest, bytes": max((run.size for run in runs), default=0),
        "tasks failed and mended": sum(run.mended for run in runs),
        "terminated": sum(run.status == "TERMINATED" for run in runs),
    }
    finding = Finding.of("histories", HISTORIES, len(runs), broken)
    told = {name: count for name, count in counts.items() if count}
    return replace(finding, unreadable=found.trouble, counts=told)


def _open(cycle: UUID, rows: Sequence[Record]) -> dict[str, float]:
    """Workflow id of everything that is open → since how many seconds."""
    found: dict[str, float] = {}
    for row in rows:
        base, what, other = str(row["base_code"]), str(row["what"]), str(row["other"])
        match what:
            case "cycle":
                workflow_id = recruitment_cycle.workflow_id(str(cycle))
            case "window":
                workflow_id = base_window.workflow_id(str(cycle), base, int(other))
            case "list":
                workflow_id = published_list.workflow_id(str(cycle), other)
            case _:
                workflow_id = seat_offer.workflow_id(str(cycle), base, str(row["specialty_code"]), other)
        found[workflow_id] = float(str(row["seconds"]))
    return found


async def _over(rows: Rows, cycle: UUID, running: Sequence[str]) -> list[str]:
    """Runs that wait for what is over: for a window whose books are closed, or for a cycle long closed."""
    (standing,) = await rows("enrollment", queries.LONG_CLOSED, cycle, YOUNG_SECONDS)
    if standing["long_closed"]:
        return list(running)
    closed = await rows("enrollment", queries.WINDOWS_LONG_CLOSED, cycle, YOUNG_SECONDS)
    done = {base_window.workflow_id(str(cycle), row["base_code"], row["round"]) for row in closed}
    return [each for each in running if each in done]


def _of_cycle(found: Histories, cycle: UUID) -> list[Run]:
    return [run for run in found.runs if run.workflow_id.split("/")[1:2] == [str(cycle)]]


def _amiss(run: Run, bases: int) -> list[str]:
    most = MOST_EVENTS + (OF_A_BASE * bases if run.kind == recruitment_cycle.NAME else ONE_TURN)
    lines = []
    if run.events > most:
        lines.append(f"{run.workflow_id} has {run.events} events, {most} at most")
    if run.size > MOST_BYTES:
        lines.append(f"{run.workflow_id} has {run.size} bytes, {MOST_BYTES} at most")
    if run.undecodable:
        lines.append(f"{run.workflow_id} holds {run.undecodable} payloads that nobody can read")
    if run.stuck:
        lines.append(f"{run.workflow_id} is stuck: {run.stuck[:100]}")
    if run.status in ("FAILED", "TIMED_OUT"):
        lines.append(f"{run.workflow_id} ended: {run.status}")
    return lines


def phases_amiss(
    runs: Sequence[Run], settled: Mapping[int, datetime], entered: Collection[int], *, again: bool = False
) -> list[str]:
    """What a cycle's runs entered, one after the other, against the books.

    Args:
        runs: Of one cycle, in the order in which they began.
        settled: Phases → when they were entered, as the books had it a good while before the runs were read.
        entered: Phases that were entered, as the books had it afterwards.
        again: Whether phases may lawfully have been entered again, or be forgotten by the books.
    """
    if not runs:
        return []
    name, order = runs[0].workflow_id, [sequence for run in runs for sequence in run.entered]
    lines = []
    if not again:
        lines = [f"{name} entered phase {then} after phase {first}" for first, then in pairwise(order) if then < first]
        lines += [f"{name} entered phase {n}, the books did not" for n in dict.fromkeys(order) if n not in entered]
    began = min(run.began for run in runs)
    strange = [each for each, at in settled.items() if each > 0 and at > began and each not in order]
    return lines + [f"phase {each} was entered, and not by {name}" for each in strange]
