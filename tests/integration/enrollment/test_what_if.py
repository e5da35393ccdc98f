"""What a change of the calendar would do to 100 000 applications is said in two seconds, and is what then happens.

Holds AMD-20, AMD-21, AMD-22 and AMD-23.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.enrollment.domain.amendable import Change, Wish
from services.enrollment.domain.impact import Impact
from services.enrollment.domain.phases import P3
from services.enrollment.domain.tables import Action
from services.kit.database import Database
from services.kit.domain import Caller
from tests.bench.province import FILL
from tests.handlers.enrollment.amending import Calendars, moved
from tests.handlers.enrollment.story import Stage
from tests.support.postgres import PostgresServer

MANY, LONGEST = 100_000, 2.0
"""Applications, and how many seconds a preview may take."""
BASES = [f"B{number:02d}" for number in range(25)]
SPECIALTIES = [f"{number:04d}" for number in range(20)]
SEATS = [(base, specialty) for base in BASES for specialty in SPECIALTIES]
ROUND = 2
ONWARD = (Action.APPROVE, Action.REJECT, Action.GRANT_PROVISIONAL, Action.ADMIT)
"""What a base does that brings an application on."""

# Making them anew once is three times as fast as keeping them while so many rows are written.
INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indrelid = 'application'::regclass AND NOT indisprimary
"""
# By hand and not by the rules: in the second choice a rejected applicant repairs until the base's own deadline, all
# others, or their bases, act until the phase ends; who is admitted waits for nothing.
ENDS = """
    SELECT a.id, CASE WHEN a.state = 'rejected' AND a.round = g.round
        THEN least(w.review_deadline, g.closes_at) ELSE g.closes_at END AS at
    FROM application a JOIN cycle_gate g ON g.cycle_id = a.cycle_id
    LEFT JOIN base_window w ON w.cycle_id = a.cycle_id AND w.base_code = a.base_code AND w.round = g.round
    WHERE a.cycle_id = $1 AND a.state <> 'admitted'
"""
# Of its round, what lies outside it and is still to come.
OUTSIDE = """
    SELECT count(*) FROM base_window w JOIN cycle_phase p ON p.cycle_id = w.cycle_id AND p.round = w.round,
        unnest(ARRAY[w.review_deadline, w.written_exam, w.interview, w.pre_admission]) AS at
    WHERE w.cycle_id = $1 AND at > clock_timestamp() AND NOT at BETWEEN p.opens_at AND p.closes_at
"""


@pytest.fixture(scope="module")
async def province(postgres: PostgresServer) -> AsyncIterator[Calendars]:
    """A province in its second round: 25 bases, 20 of them with dates of their own, 100 000 applications."""
    url = postgres.database("enrollment")
    database = Database(url, name="what-if", pool_size=2)
    await database.start()
    calendars = Calendars(Stage(database))
    await calendars.begin(
        33.5,
        bases=tuple((code, f"基地{code}") for code in BASES),
        specialties=tuple((code, f"专业{code}") for code in SPECIALTIES),
        plan=tuple((*seat, 100) for seat in SEATS),
    )
    view = await calendars.view()
    assert view.phase is P3
    await fill(url, view.cycle_id)
    closes_at = view.calendar.phases[3].closes_at
    assert closes_at is not None
    for number, base in enumerate(BASES[:20]):
        deadline = closes_at - number * view.calendar.day / 4
        await database.execute(
            "INSERT INTO base_window (cycle_id, base_code, round, review_deadline, interview)"
            " VALUES ($1, $2, 2, $3, $4)",
            *(view.cycle_id, base, deadline, closes_at - timedelta(seconds=1) if number % 2 else None),
        )
    yield calendars
    await database.stop()
    postgres.drop(url)


async def fill(url: str, cycle_id: str) -> None:
    """Write all applications, by a connection without the limits of the service's own."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET transaction_timeout = 0; SET statement_timeout = 0")
    indexes = await connection.fetch(INDEXES)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    bases, specialties = [base for base, _ in SEATS], [specialty for _, specialty in SEATS]
    await connection.execute(FILL, cycle_id, bases, specialties, MANY, ROUND)
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("ANALYZE application")
    await connection.close()


async def foreseen(calendars: Calendars, wish: Wish) -> Impact:
    """What a change would do, in time."""
    began = time.perf_counter()
    impact = await calendars.preview(wish)
    assert time.perf_counter() - began < LONGEST
    return impact


async def ends(calendars: Calendars) -> dict[Any, Any]:
    """Until when each application can be acted on now."""
    found = await calendars.stage.database.fetch(ENDS, calendars.stage.cycle_id)
    return {row["id"]: row["at"] for row in found}


@pytest.mark.parametrize("days", [-3, 5])
async def test_amd_20_what_is_foreseen_is_what_happens(province: Calendars, days: int) -> None:
    """AMD-20, AMD-21: people whose time changes, dates that fit no more, the gate: as they were foreseen."""
    later = (moved("reallocation", days, days), moved("confirmation", days, days)) if days > 0 else ()
    wish = await province.wish(moved("second_choice", last=days), *later)
    impact = await foreseen(province, wish)
    before = await ends(province)
    applied = await province.settle(wish)
    after = await ends(province)
    [present] = [each for each in impact.phases if each.key == "second_choice"]
    assert present.gain == sum(after[each] > before[each] for each in before) >= (days > 0) * MANY / 2
    assert present.lose == sum(after[each] < before[each] for each in before) >= (days < 0) * MANY / 2
    assert 0 < impact.applicants <= MANY
    assert impact.bases == len(BASES)
    cycle_id = province.stage.cycle_id
    assert len(impact.unfit) == await province.stage.database.fetchval(OUTSIDE, cycle_id)
    assert bool(impact.unfit) == (days < 0)
    assert applied.impact.phases == impact.phases
    view = await province.view()
    assert view.calendar.phases == impact.calendar
    closes_at = await province.stage.database.fetchval("SELECT closes_at FROM cycle_gate WHERE cycle_id = $1", cycle_id)
    assert present.after is not None
    assert closes_at == present.after.closes_at
    await _real_capabilities(province, after)


async def test_amd_23_a_hold_concerns_everybody_who_could_act(province: Calendars) -> None:
    """AMD-23: whoever could act now must be told; nobody whose application waits for nothing."""
    view = await province.view()
    impact = await foreseen(province, Wish(Change.HOLD, view.calendar_version))
    assert impact.applicants == len(await ends(province)) == impact.phases[0].lose
    assert (impact.bases, impact.phases[0].gain, impact.calendar) == (len(BASES), 0, view.calendar.phases)


async def _real_capabilities(province: Calendars, ends_at: dict[Any, Any]) -> None:
    """The commands' own answer for some in every state and round."""
    found = await province.stage.database.fetch(
        """
        SELECT DISTINCT ON (a.state, a.round, w.base_code IS NULL) a.id, a.person_id, a.base_code FROM application a
        LEFT JOIN base_window w ON w.cycle_id = a.cycle_id AND w.base_code = a.base_code
        WHERE a.cycle_id = $1 AND a.state <> 'admitted'
        """,
        province.stage.cycle_id,
    )
    assert len(found) >= 12
    for row in found:
        applicant = await province.stage.capabilities.get_capabilities(
            Caller(row["person_id"], "applicant"), province.stage.cycle_id, ""
        )
        base = await province.stage.capabilities.get_capabilities(
            Caller("administrator", "base_administrator", row["base_code"]), "", str(row["id"])
        )
        acts = [applicant.actions[Action.SUBMIT], *(base.actions[action] for action in ONWARD)]
        until = [each.until for each in acts if each.allowed and each.until is not None]
        assert not until or max(until) == ends_at[row["id"]]
