"""A dossier carried over from an earlier cycle: what is copied, and what has aged meanwhile (CARRY-01 to CARRY-03)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.enrollment.domain.dossier import LEVELS, Bodies, Problem, Section, kept, malformed, validate


def carried(
    earlier: Mapping[Section, Mapping[str, Any]], present: Mapping[Section, Mapping[str, Any]]
) -> dict[Section, dict[str, Any]]:
    """CARRY-02: the sections to be saved: those still empty, with what today's forms still ask for and accept.

    A field that is not right any more is left empty rather than carried; papers and the choice are never carried.
    """
    found = {}
    for section in Section:
        body = kept(section, earlier.get(section, {}))
        wrong = {problem.key for problem in malformed(validate(section, body))}
        # Leaving out one value may close the group of another.
        body = kept(section, {key: value for key, value in body.items() if key not in wrong})
        if body and not present.get(section):
            found[section] = body
    return found


def to_check(bodies: Bodies, today: date, language_years: int) -> list[Problem]:
    """CARRY-03: what is right as written and may not be true any more.

    Somebody still studying whose graduation day has passed, a language certificate older than so many years (0: none
    is too old), an entry of a licence examination passed without a certificate since more than a year.
    """
    education, certificates = bodies.get(Section.EDUCATION, {}), bodies.get(Section.CERTIFICATES, {})
    found = [
        Problem(Section.EDUCATION, f"{level}_studying", "CARRY-03", "毕业时间已过，请确认是否仍在读。")
        for level in LEVELS
        if education.get(f"{level}_studying") is True and _before(education.get(f"{level}_graduation_date"), today)
    ]
    if language_years and _before(certificates.get("language_certificate_date"), _years_before(today, language_years)):
        sentence = f"外语证书取得已超过 {language_years} 年，请确认是否仍然有效。"
        found.append(Problem(Section.CERTIFICATES, "language_certificate_date", "CARRY-03", sentence))
    uncertified = certificates.get("has_qualification") is False
    if uncertified and _before(certificates.get("licence_exam_date"), _years_before(today, 1)):
        sentence = "通过医师资格考试已超过一年，请确认是否已取得证书。"
        found.append(Problem(Section.CERTIFICATES, "has_qualification", "CARRY-03", sentence))
    return found


def _before(value: object, day: date) -> bool:
    """Dates are stored as they are compared: `YYYY-MM-DD`."""
    return isinstance(value, str) and value != "" and value < day.isoformat()


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28) if day.month == 2 else day.day)
