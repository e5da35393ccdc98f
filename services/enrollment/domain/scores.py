"""A score: marks of parts, and the total by the cycle's weights and scales (rules SCO-01 to SCO-04)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor

from services.enrollment.domain.policy import Policy
from services.kit.domain import DomainError, Kind

FULL_MARKS = Decimal(100)
"""Full marks of a part unless the policy says otherwise, and of a total."""
STEP = Decimal("0.01")
"""The decimals of a total."""
_HUNDREDTHS = 100 * 100
_MARKS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
_LABELS = {"written": "笔试", "skills": "技能", "interview": "面试"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score as the policy declares it."""

    key: str
    weight: Decimal
    full_marks: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """Marks of the parts entered so far, and the total out of 100; None while a part is missing."""

    parts: Mapping[str, Decimal] = field(default_factory=dict, repr=False)
    total: Decimal | None = field(default=None, repr=False)


def scheme_of(policy: Policy) -> tuple[Part, ...]:
    """The parts of a score in the order of the tie rules, others behind by name: the store keeps no order of weights.

    Weights and scales are taken as they are printed (0.4 is 4/10).
    """
    ordered = [key for key in policy.tie_rules if key in policy.score_weights]
    ordered += sorted(set(policy.score_weights) - set(ordered))
    return tuple(
        Part(key, Decimal(str(policy.score_weights[key])), Decimal(str(policy.score_scales.get(key, FULL_MARKS))))
        for key in ordered
    )


def total_of(parts: Mapping[str, Decimal], scheme: tuple[Part, ...]) -> Decimal | None:
    """SCO-01: the sum of weight × marks ÷ full marks × 100, rounded half up to two decimals once, at the end.

    SCO-02: None while any part of the scheme is missing: nobody is ranked by half a score.
    """
    if any(part.key not in parts for part in scheme):
        return None
    # In fractions: a division of decimals would round before the end.
    exact = sum(Fraction(part.weight) * Fraction(parts[part.key]) / Fraction(part.full_marks) for part in scheme)
    return Decimal(floor(exact * _HUNDREDTHS + Fraction(1, 2))).scaleb(-2)


def read_marks(entered: Mapping[str, str], scheme: tuple[Part, ...], name: str = "parts") -> dict[str, Decimal | None]:
    """SCO-03: marks are from 0 to full marks with at most two decimals, of parts that the policy declares.

    None for a part that is taken back. Raises INVALID naming the part: `UNKNOWN_PART`, `BAD_MARKS`, `OVER_FULL_MARKS`.
    """
    known = {part.key: part for part in scheme}
    # In the order of the scheme, so that the part told first is always the same.
    ordered = [*(key for key in known if key in entered), *sorted(set(entered) - set(known))]
    return {key: _read(key, entered[key].strip(), known.get(key), f"{name}.{key}") for key in ordered}


def _read(key: str, text: str, part: Part | None, where: str) -> Decimal | None:
    if part is None:
        raise DomainError(Kind.INVALID, "UNKNOWN_PART", "本年度没有这项成绩。", field=where, rule="SCO-03")
    if not text:
        return None
    label = _LABELS.get(key, "该项")
    if not _MARKS.fullmatch(text):
        raise DomainError(
            Kind.INVALID, "BAD_MARKS", f"{label}成绩须为不小于0的数,最多两位小数。", field=where, rule="SCO-03"
        )
    marks = Decimal(text)
    if marks > part.full_marks:
        full = f"{part.full_marks.normalize():f}"
        raise DomainError(
            Kind.INVALID, "OVER_FULL_MARKS", f"{label}成绩不能超过满分{full}分。", field=where, rule="SCO-03"
        )
    return marks


def entered(before: Score | None, marks: Mapping[str, Decimal | None], reason: str, scheme: tuple[Part, ...]) -> Score:
    """The score with `marks` put in; parts not named stay.

    SCO-04: what has been entered is changed or taken back only with a reason. Raises INVALID `REASON_REQUIRED`.
    """
    known = dict(before.parts) if before else {}
    changed = [key for key, value in marks.items() if key in known and value != known[key]]
    if changed and not reason.strip():
        raise DomainError(
            Kind.INVALID, "REASON_REQUIRED", "更正已登记的成绩须填写原因。", field="reason", rule="SCO-04"
        )
    after = {key: value for key, value in {**known, **marks}.items() if value is not None}
    if not after and not known:
        raise DomainError(Kind.INVALID, "NO_MARKS", "请填写成绩。", field="parts", rule="SCO-03")
    return Score(after, total_of(after, scheme))


def is_correction(before: Score | None, after: Score) -> bool:
    """Whether `after` differs from `before` in a part that had been entered."""
    return before is not None and any(after.parts.get(key) != value for key, value in before.parts.items())


def text_of(marks: Decimal | None) -> str:
    """Marks as they are stored, sent and shown; empty for None."""
    return "" if marks is None else f"{marks:f}"
