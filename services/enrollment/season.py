"""The season as gauges: where it stands, how late its boundaries are, what waits for whom, what is beyond its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import Gauge

from services.enrollment import metrics
from services.enrollment.domain.application import State, effective_state
from services.enrollment.store.season import Season, SeasonStore
from services.kit.database import Database
from services.kit.measure import Measure, Readings


def season_gauges(database: Database) -> Measure:
    """OPS-73: the part that counts every open season, in each replica: what they read is the same."""
    store = SeasonStore(database)

    async def read() -> Readings:
        found: dict[Gauge, dict[tuple[str, ...], float]] = {each: {} for each in metrics.SEASON}
        for season in await store.seasons():
            for gauge, labels, value in readings(season):
                found[gauge][(f"{season.province_code}-{season.year}", *labels)] = value
        return found

    return Measure("season gauges", read)


def readings(season: Season) -> Iterator[tuple[Gauge, tuple[str, ...], float]]:
    """OPS-73: one season as values by gauge and labels (without the cycle's own)."""
    yield metrics.SEASON_PHASE, (season.phase.value, str(season.round)), 1
    held = season.held_since
    yield metrics.SEASON_HELD_SECONDS, (), (season.now - held).total_seconds() if held else 0
    yield from _boundaries(season)
    yield from _waits(season)
    yield metrics.SEASON_UNCLOSED_WINDOWS, (), season.unclosed
    yield metrics.SEASON_OVERDUE, ("objections",), season.objections
    yield metrics.SEASON_OVERDUE, ("offers",), season.offers


def _boundaries(season: Season) -> Iterator[tuple[Gauge, tuple[str, ...], float]]:
    """While a cycle is held no boundary is due."""
    for each in season.passages:
        if each.opens_at is None or each.sequence > season.sequence + 1:
            continue
        labels = (each.phase.value, str(each.round))
        if each.sequence <= season.sequence and each.entered_at is not None:
            late = (each.entered_at - each.opens_at).total_seconds()
            yield metrics.SEASON_LATE_SECONDS, labels, max(late, 0)
        elif each.sequence == season.sequence + 1 and season.held_since is None:
            until = (each.opens_at - season.now).total_seconds()
            yield metrics.SEASON_BOUNDARY_SECONDS, (), until
            if until < 0:
                yield metrics.SEASON_LATE_SECONDS, labels, -until


def _waits(season: Season) -> Iterator[tuple[Gauge, tuple[str, ...], float]]:
    states: Counter[State] = Counter()
    waiting = []
    for each in season.counts:
        state = effective_state(each.state, each.round, season.standing)
        states[state] += each.n
        if state is State.PENDING and each.base_code:
            waiting.append(each)
    for state in State:
        if state is not State.NONE:
            yield metrics.SEASON_APPLICATIONS, (state.value,), states[state]
    yield metrics.SEASON_BACKLOG, ("applications",), sum(each.n for each in waiting)
    yield metrics.SEASON_BACKLOG, ("windows",), len({each.base_code for each in waiting})
    ages = [(season.now - each.oldest).total_seconds() for each in waiting if each.oldest is not None]
    yield metrics.SEASON_OLDEST_PENDING_SECONDS, (), max(ages, default=0)
    yield metrics.SEASON_SEATS, ("planned",), season.planned
    for held in (State.PROVISIONAL, State.ADMITTED):
        yield metrics.SEASON_SEATS, (held.value,), states[held]
    yield metrics.SEASON_OVERDUE, ("verifications",), states[State.PROVISIONAL] if season.is_over else 0
