"""QUAL-10: the eligibility clock: from which day somebody qualifies, and why then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.faculty.domain.entry_rules import Evaluation, Facts, Verdict, evaluate
from services.faculty.domain.policy import FacultyPolicy


@dataclass(frozen=True, slots=True)
class EligibilityClock:
    """The rules as they stand, and the first day on which all that are known are met."""

    evaluation: Evaluation
    qualifies_on: date | None
    """None when it cannot be told."""
    because: str
    """In a sentence."""


def clock_of(facts: Facts, reference: date, policy: FacultyPolicy) -> EligibilityClock:
    """QUAL-10: evaluate on a day and look ahead; what nobody knows is left out of the day, and named."""
    evaluation = evaluate(facts, reference, policy)
    known = [each for each in evaluation.findings if each.verdict is not Verdict.UNKNOWN]
    stuck = [each for each in known if each.verdict is Verdict.NOT_MET and each.met_from is None]
    missing = _still_missing(evaluation)
    if stuck:
        return EligibilityClock(evaluation, None, f"“{stuck[0].sentence}”不符合：{stuck[0].evidence}{missing}")
    dated = [(each.met_from, each) for each in known if each.met_from is not None]
    if not dated:
        return EligibilityClock(evaluation, None, f"现有资料不足，无法推算日期。{missing}")
    day, last = max(dated, key=lambda each: each[0])
    return EligibilityClock(evaluation, day, f"“{last.sentence}”自{_said(day)}起符合：{last.evidence}{missing}")


def _still_missing(evaluation: Evaluation) -> str:
    names = "、".join(f"“{each.sentence}”" for each in evaluation.missing)
    return f"另需补充{names}的材料或证明。" if names else ""


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
