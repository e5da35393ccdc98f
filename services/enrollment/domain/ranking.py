"""Who stands where: ranks, ties, cut-off, suggestion, waiting list (rules SCO-06 to SCO-09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from services.enrollment.domain.scores import Score
from services.kit.domain import DomainError, Kind

SUBMITTED = "submitted_at"
"""The tie rule that is no part of a score: the earlier submission goes first."""
_LATEST = datetime.max.replace(tzinfo=UTC)


class RankStanding(StrEnum):
    """Where a candidate stands with respect to cut-off and free places."""

    PLACED = "placed"
    SUGGESTED = "suggested"
    WAITING = "waiting"
    BELOW = "below"
    UNSCORED = "unscored"
    NOT_SELECTED = "not_selected"


@dataclass(frozen=True, slots=True)
class CutOff:
    """What a base asks for: a least total, least marks of parts, both or neither."""

    total: Decimal | None = None
    minimums: Mapping[str, Decimal] = field(default_factory=dict)
    version: int = 0
    """0 while none was set."""

    def reached_by(self, score: Score) -> bool:
        """SCO-07: whether a score with a total reaches the total asked for and every least mark; equal is enough."""
        if score.total is None or (self.total is not None and score.total < self.total):
            return False
        return all(score.parts.get(key, Decimal(-1)) >= least for key, least in self.minimums.items())


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose current submission names the base and specialty in the round."""

    application_id: str
    score: Score
    submitted_at: datetime | None
    placed: bool = False
    not_selected: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's place in the ranking; rank 0 without a total."""

    candidate: Candidate
    rank: int
    standing: RankStanding
    broken_by: str = ""
    """The tie rule that put the candidate behind the one before; empty when the total did."""
    tied: bool = False
    """Another candidate is equal by the total and every tie rule."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates by rank, those without a total last, equals by their ids."""

    rows: tuple[Ranked, ...]
    tied_at_limit: int = 0
    """Equals of whom only some would fit into the free places: none of them is suggested."""

    def standing(self, wanted: RankStanding) -> list[Ranked]:
        """The rows that stand so, in order."""
        return [row for row in self.rows if row.standing is wanted]


def rank(candidates: Sequence[Candidate], tie_rules: Sequence[str], cut_off: CutOff, free: int) -> Ranking:
    """SCO-06: by total, then by each tie rule in order; who remains equal shares the rank (1, 2, 2, 4).

    A part of the score goes the higher first, `submitted_at` the earlier first; a candidate without a total has no
    rank. The order in which candidates come makes no difference.
    """
    scored = sorted((_key(each, tie_rules), each.application_id, each) for each in candidates if _total(each))
    suggested, tied_at_limit = _suggested([(key, each) for key, _, each in scored], cut_off, free)
    rows: list[Ranked] = []
    before: tuple[object, ...] = ()
    for key, group in groupby(scored, lambda entry: entry[0]):
        equals = [each for _, _, each in group]
        number = len(rows) + 1
        broken_by = _broken_by(before, key, tie_rules)
        rows += [
            Ranked(each, number, _standing(each, cut_off, suggested), broken_by, len(equals) > 1) for each in equals
        ]
        before = key
    unscored = sorted((each for each in candidates if not _total(each)), key=lambda each: each.application_id)
    rows += [Ranked(each, 0, _standing(each, cut_off, suggested)) for each in unscored]
    return Ranking(tuple(rows), tied_at_limit)


def waiting_order(ranking: Ranking, tie_order: Sequence[str] = ()) -> list[str]:
    """SCO-09: the waiting list is whoever stands above the cut-off beyond the free places, by rank.

    Who remains equal stands in the order that the base decided on (`tie_order`). Raises NOT_NOW `TIES_OPEN` while it
    has not, INVALID `NOT_TIED` when that order names somebody who equals nobody on the list.
    """
    positions = {application_id: position for position, application_id in enumerate(tie_order)}
    waiting = ranking.standing(RankStanding.WAITING)
    ordered: list[str] = []
    for _, group in groupby(waiting, lambda row: row.rank):
        ids = [row.candidate.application_id for row in group]
        if len(ids) > 1:
            if missing := [each for each in ids if each not in positions]:
                raise _ties_open(len(missing))
            ids.sort(key=lambda each: positions[each])
            positions = {each: position for each, position in positions.items() if each not in ids}
        ordered += ids
    if positions:
        raise DomainError(Kind.INVALID, "NOT_TIED", "所给顺序中有人与他人并无并列。", field="tie_order", rule="SCO-09")
    return ordered


def _total(candidate: Candidate) -> bool:
    return candidate.score.total is not None


def _key(candidate: Candidate, tie_rules: Sequence[str]) -> tuple[object, ...]:
    """Smaller is better, so that plain sorting puts the best first."""
    total = candidate.score.total or Decimal(0)
    return (-total, *(_tie(candidate, rule) for rule in tie_rules))


def _tie(candidate: Candidate, rule: str) -> object:
    if rule == SUBMITTED:
        return candidate.submitted_at or _LATEST
    return -candidate.score.parts.get(rule, Decimal(0))


def _broken_by(before: tuple[object, ...], key: tuple[object, ...], tie_rules: Sequence[str]) -> str:
    if not before or before[0] != key[0]:
        return ""
    return next(rule for rule, was, now in zip(tie_rules, before[1:], key[1:], strict=True) if was != now)


def _suggested(
    scored: Sequence[tuple[tuple[object, ...], Candidate]], cut_off: CutOff, free: int
) -> tuple[frozenset[str], int]:
    """SCO-08: those above the cut-off, best first, up to the free places; equals all together or not at all.

    Also how many equals stand at the limit, of whom only some would fit.
    """
    chosen: list[str] = []
    open_to = [(key, each) for key, each in scored if _eligible(each) and cut_off.reached_by(each.score)]
    for _, group in groupby(open_to, lambda entry: entry[0]):
        ids = [each.application_id for _, each in group]
        left = max(free, 0) - len(chosen)
        if len(ids) > left:
            return frozenset(chosen), len(ids) if left > 0 else 0
        chosen += ids
    return frozenset(chosen), 0


def _eligible(candidate: Candidate) -> bool:
    return not candidate.placed and not candidate.not_selected


def _standing(candidate: Candidate, cut_off: CutOff, suggested: frozenset[str]) -> RankStanding:
    if candidate.placed:
        return RankStanding.PLACED
    if candidate.not_selected:
        return RankStanding.NOT_SELECTED
    if not _total(candidate):
        return RankStanding.UNSCORED
    if not cut_off.reached_by(candidate.score):
        return RankStanding.BELOW
    return RankStanding.SUGGESTED if candidate.application_id in suggested else RankStanding.WAITING


def _ties_open(count: int) -> DomainError:
    return DomainError(
        Kind.NOT_NOW,
        "TIES_OPEN",
        f"有{count}人成绩并列,请先确定他们的先后顺序。",
        field="tie_order",
        rule="SCO-09",
        details={"count": str(count)},
    )
