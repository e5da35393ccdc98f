"""One chain for submitting: every reason at once (APP-09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.enrollment.domain.choice import Catalogue, Choice, Programme
from services.enrollment.domain.dossier import Section, missing_papers, required_papers
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.submitting import Submission, check_submittable, findings, penalised
from services.kit.domain import DomainError, Kind
from tests.handlers.enrollment.story import DOSSIER

CODE, OTHER = "914403001922038216", "91350100M000100Y43"
CATALOGUE = Catalogue(
    {"A": "甲医院", "B": "乙医院"},
    {"0100": "内科", "0700": "儿科"},
    {("A", "0100"): 2, ("B", "0100"): 1},
    credit_codes={"A": CODE},
)
EMPLOYED = {
    "has_employer": True,
    "employed_since": "2020-07-01",
    "years_of_work": 3,
    "employer_name": "甲医院（东院）",
    "employer_code": CODE,
    "employer_level": "tertiary",
    "employer_grade": "grade_a",
    "employer_category": "general",
    "employer_affiliation": "provincial",
}
BAR = {"id": "SD-1", "when": {"education.highest": "doctor"}, "message": "须为博士。"}


def draft(**changes: dict[str, Any]) -> Submission:
    bodies = {section: {**body, **changes.get(section.value, {})} for section, body in DOSSIER.items()}
    return Submission(Choice("A", "0100"), bodies, CATALOGUE, Policy(), 2023)


def told(submission: Submission) -> list[tuple[str, str, str]]:
    return [(reason, f"{problem.section}.{problem.key}", problem.rule) for reason, problem in findings(submission)]


def test_app_09_a_whole_draft_is_submittable() -> None:
    check_submittable(draft())


def test_app_09_every_reason_is_told_at_once() -> None:
    case = replace(
        draft(basic={"mobile": "", "applicant_type": "other_unit"}, work={**EMPLOYED, "is_order_directed": True}),
        choice=Choice("A", "0100"),
        policy=Policy(eligibility=(BAR,), required_papers=("portrait", "practice_scan")),
        catalogue=replace(CATALOGUE, programmes={("A", "0100"): Programme.PAUSED}),
        locked_base="B",
        year=2024,
    )
    assert told(case) == [
        ("DOSSIER_INCOMPLETE", "basic.mobile", "DOS-03"),
        ("DOSSIER_INCOMPLETE", "basic.portrait", "DOS-08"),
        ("DOSSIER_INCOMPLETE", "work.is_order_directed", "DOS-06"),
        ("PROGRAMME_PAUSED", "choice.specialty_code", "ELG-01"),
        ("NOT_ELIGIBLE", "choice.specialty_code", "ELG-02"),
        ("TYPE_BASE_MISMATCH", "basic.applicant_type", "APP-05"),
        ("BASE_LOCKED", "choice.base_code", "APP-08"),
    ]
    with pytest.raises(DomainError) as refused:
        check_submittable(case)
    error = refused.value
    assert (error.kind, error.reason, error.field, error.rule) == (
        Kind.INVALID,
        "DOSSIER_INCOMPLETE",
        "basic.mobile",
        "DOS-03",
    )
    places = {place for _, place, _ in told(case)}
    assert set(error.details) == {*places, "reasons"}
    assert error.details["choice.specialty_code"].startswith("ELG-01,ELG-02 ")
    assert error.details["reasons"].split(",") == list(dict.fromkeys(reason for reason, _, _ in told(case)))


def test_app_09_an_empty_draft_names_every_section_and_the_choice() -> None:
    case = Submission(Choice(), {}, CATALOGUE, Policy(), 2023)
    places = [place for _, place, _ in told(case)]
    assert {place.partition(".")[0] for place in places} == {"basic", "education", "certificates", "work", "choice"}
    assert places[-2:] == ["choice.base_code", "choice.specialty_code"]


def test_app_08_a_locked_base_alone_is_told_as_such() -> None:
    with pytest.raises(DomainError, match="BASE_LOCKED") as refused:
        check_submittable(replace(draft(), locked_base="B"))
    assert refused.value.kind is Kind.NOT_NOW
    check_submittable(replace(draft(), locked_base="A"))


def test_dos_10_a_bar_leads_and_names_its_end() -> None:
    """DOS-10: whoever is barred learns so first, and everything else with it."""
    until = datetime(2026, 7, 1, tzinfo=UTC)
    with pytest.raises(DomainError, match="PENALISED") as refused:
        check_submittable(replace(draft(basic={"sex": ""}), penalised_until=until))
    assert (refused.value.until, refused.value.rule) == (until, "DOS-10")
    assert "basic.sex" in refused.value.details
    assert penalised(until).details["reasons"] == "PENALISED"


@pytest.mark.parametrize(
    ("kind", "code", "base", "expected"),
    [
        ("own_unit", CODE, "A", []),
        ("own_unit", CODE[8:17], "A", []),
        ("own_unit", OTHER, "A", ["APP-05"]),
        ("other_unit", CODE, "A", ["APP-05"]),
        ("other_unit", OTHER, "A", []),
        ("other_unit", CODE, "B", []),
    ],
)
def test_app_05_codes_decide_before_names(kind: str, code: str, base: str, expected: list[str]) -> None:
    """APP-05: the plan names the code of A; B is known by its name only (B7 19)."""
    case = draft(basic={"applicant_type": kind}, work={**EMPLOYED, "employer_code": code})
    assert [rule for _, _, rule in told(replace(case, choice=Choice(base, "0100")))] == expected


def test_dos_08_papers_belong_to_what_one_has() -> None:
    """DOS-08: the portrait to everybody, a scan to who has the certificate; only what the province wants keeps back."""
    certificates = {"has_qualification": True, "has_practice_licence": True}
    whole = draft(certificates=certificates, education={"bachelor_has_graduation_certificate": True}).bodies
    assert required_papers(DOSSIER) == ("portrait",)
    assert required_papers(whole) == ("portrait", "qualification_scan", "practice_scan", "education_scan")
    assert missing_papers(whole, (), {}) == []
    missing = missing_papers(whole, ("portrait", "practice_scan"), {"portrait": 1, "practice_scan": 0})
    assert [(problem.section, problem.key, problem.missing) for problem in missing] == [
        (Section.CERTIFICATES, "practice_scan", True)
    ]
