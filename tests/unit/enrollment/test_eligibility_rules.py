"""Who may choose what: rules as data (ELG-02, ELG-03), programmes (ELG-01)."""

from __future__ import annotations

from typing import Any

import pytest

from services.enrollment.domain.choice import Catalogue, Choice, Programme, check_planned
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.eligibility import check_rules, reasons
from services.kit.domain import DomainError
from tests.handlers.enrollment.story import DOSSIER

CATALOGUE = Catalogue({"A": "甲医院", "B": "乙医院"}, {"0100": "内科", "0700": "儿科"}, {("A", "0100"): 2})
RULE: dict[str, Any] = {"id": "SD-1", "when": {"education.highest": "master"}, "message": "须为研究生。"}


def fits(**changes: Any) -> bool:
    """Whether our bachelor of 2023 may choose 0700 at A under the rule with the changes."""
    rule = {**RULE, **changes}
    check_rules([rule], CATALOGUE)
    return reasons([rule], Choice("A", "0700"), DOSSIER) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"base": ["B"]}, True),
        ({"base": ["A", "B"], "specialty": ["0700"]}, False),
        ({"specialty": ["0100"]}, True),
        ({"base": [], "specialty": []}, False),
        ({"when": {"education.highest": ["bachelor", "master"]}}, True),
        ({"when": {"education.highest": "bachelor", "basic.sex": "male"}}, False),
        ({"when": {"work.has_employer": False}}, True),
        ({"when": {"education.graduation_year": 2023}}, True),
        ({"when": {"education.graduation_year": {"min": 2024}}}, False),
        ({"when": {"education.graduation_year": {"max": 2023}}}, True),
        ({"when": {"basic.birth_date": {"min": "1990-01-01", "max": "1999-12-31"}}}, True),
        ({"when": {"basic.birth_date": {"max": "1998-04-30"}}}, False),
        ({"when": {"certificates.qualification_category": ["clinical"]}}, False),
    ],
)
def test_elg_02_a_rule_is_met_or_bars(changes: dict[str, Any], expected: bool) -> None:
    """ELG-02: all conditions of a rule that is about the place; what was not answered meets none."""
    assert fits(**changes) is expected


def test_elg_02_every_rule_that_bars_is_told_with_its_number() -> None:
    found = reasons([RULE, {**RULE, "id": "SD-2", "message": "也不行。"}], Choice("A", "0100"), DOSSIER)
    assert [(reason, problem.rule, problem.message) for reason, problem in found] == [
        ("NOT_ELIGIBLE", "ELG-02", "须为研究生。（SD-1）"),
        ("NOT_ELIGIBLE", "ELG-02", "也不行。（SD-2）"),
    ]


def test_elg_02_so_far_nothing_speaks_against_who_has_not_answered() -> None:
    assert reasons([RULE], Choice("A", "0100"), {}, so_far=True) == [] != reasons([RULE], Choice("A", "0100"), {})
    assert reasons([RULE], Choice("A", "0100"), {Section.EDUCATION: DOSSIER[Section.EDUCATION]}, so_far=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": "small"},
        {"id": 3},
        {"message": ""},
        {"message": "长" * 201},
        {"base": ["C"]},
        {"base": "A"},
        {"specialty": [7]},
        {"when": {}},
        {"when": []},
        {"when": {"education.lowest": "x"}},
        {"when": {"basic.mobile": "13800000000"}},
        {"when": {"education.highest": "professor"}},
        {"when": {"education.highest": []}},
        {"when": {"basic.sex": {"min": "a"}}},
        {"when": {"basic.birth_date": {"min": 1990}}},
        {"when": {"basic.birth_date": {"least": "1990-01-01"}}},
        {"when": {"basic.birth_date": {}}},
        {"when": {"work.years_of_work": {"min": 1, "max": "2"}}},
        {"when": {"work.has_employer": "yes"}},
        {"other": 1},
    ],
)
def test_elg_03_a_rule_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DomainError, match="ELIGIBILITY_INVALID") as refused:
        check_rules([RULE, {**RULE, "id": "SD-2", **changes}], CATALOGUE)
    assert refused.value.rule == "ELG-03"
    assert list(refused.value.details) == ["eligibility.2"]


def test_elg_03_numbers_are_given_once() -> None:
    check_rules([], CATALOGUE)
    with pytest.raises(DomainError, match="编号重复"):
        check_rules([RULE, RULE], CATALOGUE)


@pytest.mark.parametrize(
    ("programme", "reason"), [(Programme.PAUSED, "PROGRAMME_PAUSED"), (Programme.CLOSED, "PROGRAMME_CLOSED")]
)
def test_elg_01_a_programme_that_is_not_open_is_not_applied_for(programme: Programme, reason: str) -> None:
    catalogue = Catalogue(CATALOGUE.bases, CATALOGUE.specialties, CATALOGUE.plan, {("A", "0100"): programme})
    with pytest.raises(DomainError, match=reason) as refused:
        check_planned(Choice("A", "0100"), catalogue)
    assert refused.value.rule == "ELG-01"
