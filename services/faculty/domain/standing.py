"""QUAL-12 to QUAL-20: what is recorded about teachers, by whom, and in which words."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from services.faculty.domain.entry_rules import DEGREES, OUTCOMES
from services.kit.domain import Caller, DomainError, Kind

LEVELS = {"hospital": "院级", "provincial": "省级", "national": "国家级"}
"""QUAL-19: levels of a training, from the lowest."""
ASSESSED = {"passed": "合格", "failed": "不合格"}
"""Outcomes of a hospital assessment."""


class TrainingState(StrEnum):
    """培训状态."""

    NONE = "none"
    TRAINED = "trained"
    LAPSED = "lapsed"


class EvidenceKind(StrEnum):
    """What is recorded about a person beside incidents."""

    ATTESTATION = "attestation"
    ASSESSMENT = "assessment"
    YEARLY_RESULT = "yearly_result"
    TRAINING = "training"


def check_not_about_oneself(caller: Caller, person_id: str) -> None:
    """QUAL-12 (C7.6): nobody records, withdraws or attests anything about themselves. Raises FORBIDDEN OWN_CASE."""
    if caller.actor == person_id or caller.person_id == person_id:
        raise DomainError(Kind.FORBIDDEN, "OWN_CASE", "不能办理涉及本人的事项，请由其他人员办理。", rule="QUAL-12")


def check_incident(kind: str, degree: str, occurred_on: date, today: date) -> None:
    """QUAL-13: a degree of its kind, on a day that has come. Raises INVALID UNKNOWN_DEGREE, DAY_TO_COME."""
    if degree not in DEGREES.get(kind, {}):
        known = "、".join(label for label, _ in DEGREES.get(kind, {}).values())
        raise DomainError(Kind.INVALID, "UNKNOWN_DEGREE", f"程度须为：{known}。", field="degree", rule="QUAL-13")
    check_day(occurred_on, today, "occurred_on", "QUAL-13")


def check_evidence(
    kind: str, rule: str, outcome: str, on_day: date, until_day: date | None, year: int, today: date
) -> None:
    """QUAL-15: each kind has its fields, and no others; nothing is done on a day to come.

    Raises INVALID EVIDENCE_MALFORMED naming the field, DAY_TO_COME.
    """
    check_day(on_day, today, "on_day", "QUAL-15")
    outcomes: dict[str, dict[str, str]] = {
        EvidenceKind.ASSESSMENT: ASSESSED,
        EvidenceKind.YEARLY_RESULT: OUTCOMES,
        EvidenceKind.TRAINING: LEVELS,
    }
    if kind == EvidenceKind.ATTESTATION:
        if rule not in DEGREES:
            raise _malformed("rule", "证明须针对医疗损害事件或教学事故。")
        if outcome:
            raise _malformed("outcome", "证明不填写结果。")
    else:
        if rule:
            raise _malformed("rule", "只有证明才针对准入条件。")
        if outcome not in outcomes[kind]:
            raise _malformed("outcome", f"结果须为：{'、'.join(outcomes[kind].values())}。")
    if until_day is not None and (kind != EvidenceKind.TRAINING or until_day < on_day):
        raise _malformed("until_day", "只有培训证书有截止日期，且不早于取得日期。")
    if kind == EvidenceKind.YEARLY_RESULT:
        # 31 December is the last day of the year itself; before it, nobody knows what the year comes to.
        if not 2000 <= year <= on_day.year or on_day < date(year, 12, 31):
            raise _malformed("year", "年度评价在该年度结束后记录。")
    elif year:
        raise _malformed("year", "只有年度评价填写年度。")


def check_day(day: date, today: date, field: str, rule: str) -> None:
    """No day that has yet to come. Raises INVALID DAY_TO_COME."""
    if day > today:
        raise DomainError(Kind.INVALID, "DAY_TO_COME", "日期不能晚于今天。", field=field, rule=rule)


def parse_day(text: str, field: str) -> date:
    """A day as YYYY-MM-DD. Raises INVALID NO_SUCH_DAY."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(Kind.INVALID, "NO_SUCH_DAY", "没有这一天，请检查日期。", field=field) from None


def _malformed(field: str, message: str) -> DomainError:
    return DomainError(Kind.INVALID, "EVIDENCE_MALFORMED", message, field=field, rule="QUAL-15")
