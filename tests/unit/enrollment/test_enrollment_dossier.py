"""The dossier's one definition, and the choice."""

from __future__ import annotations

from typing import Any

import pytest

from services.enrollment.domain import dossier
from services.enrollment.domain.choice import Catalogue, Choice, check_codes, check_planned, check_type
from services.enrollment.domain.dossier import DEFINITIONS, PAPER_KINDS, Field, FieldType, Section
from services.enrollment.domain.fields import BY_SECTION
from services.kit.domain import DomainError
from tests.handlers.enrollment.story import DOSSIER

CATALOGUE = Catalogue({"A": "甲医院", "B": "乙医院"}, {"0100": "内科", "0200": "儿科"}, {("A", "0100"): 2})


def test_dos_01_the_definition_is_sound() -> None:
    """DOS-01: keys are unique, options belong to option fields, a condition names earlier fields and their values."""
    for definition in DEFINITIONS:
        kinds: dict[str, Field] = {}
        groups = {group.key for group in definition.groups}
        for field in definition.fields:
            assert field.key not in kinds
            assert bool(field.options) == (field.type is FieldType.OPTION)
            assert field.key not in ("name", "document", "resident_id")
            assert not field.group or field.group in groups
            for condition in field.applies_when:
                switch = kinds[condition.key]
                codes = {option.code for option in switch.options} or {"yes", "no"}
                assert switch.type in (FieldType.YES_NO, FieldType.OPTION)
                assert set(condition.values) <= codes
                assert set(switch.applies_when) <= set(field.applies_when), "what it hangs on applies itself"
            kinds[field.key] = field


def test_dos_01_everything_has_a_name_in_english() -> None:
    for definition in DEFINITIONS:
        assert definition.label_en
        assert all(group.label_en for group in definition.groups)
        for field in definition.fields:
            assert field.label_en, field.key
            assert all(option.label_en for option in field.options), field.key


def test_dos_01_papers_are_the_fields_of_their_kind() -> None:
    papers = [field.key for section in DEFINITIONS for field in section.fields if field.type is FieldType.PAPER]
    assert tuple(papers) == PAPER_KINDS


@pytest.mark.parametrize("section", list(Section))
def test_a_complete_section_has_no_problem(section: Section) -> None:
    assert dossier.validate(section, DOSSIER[section]) == []


def problems(section: Section, **changes: Any) -> list[tuple[str, str]]:
    body = {key: value for key, value in {**DOSSIER[section], **changes}.items() if value is not None}
    return [(problem.key, problem.rule) for problem in dossier.validate(section, body)]


@pytest.mark.parametrize(
    ("section", "changes", "expected"),
    [
        (Section.BASIC, {"hobby": "围棋"}, [("hobby", "DOS-02")]),
        (Section.BASIC, {"sex": None, "mobile": ""}, [("sex", "DOS-03"), ("mobile", "DOS-03")]),
        (Section.CERTIFICATES, {"passed_licence_exam": True}, [("licence_exam_date", "DOS-03")]),
        (Section.CERTIFICATES, {"passed_licence_exam": True, "licence_exam_date": "2022-11-01"}, []),
        (
            Section.WORK,
            {"has_employer": True},
            [
                (key, "DOS-03")
                for key in (
                    *("employed_since", "years_of_work", "employer_name", "employer_code", "employer_level"),
                    *("employer_grade", "employer_category", "employer_affiliation"),
                )
            ],
        ),
        (Section.BASIC, {"birth_date": "1998-02-30"}, [("birth_date", "DOS-04")]),
        (Section.BASIC, {"birth_date": "19980201"}, [("birth_date", "DOS-04")]),
        (Section.BASIC, {"sex": "yes"}, [("sex", "DOS-04")]),
        (Section.BASIC, {"mobile": "123", "email": "nowhere"}, [("mobile", "DOS-04"), ("email", "DOS-04")]),
        (Section.WORK, {"is_military": "no"}, [("is_military", "DOS-04")]),
        (Section.BASIC, {"ethnicity": "很" * 21}, [("ethnicity", "DOS-04")]),
        (Section.BASIC, {"qq": 12}, [("qq", "DOS-04")]),
    ],
)
def test_every_problem_is_told_at_once(
    section: Section, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """DOS-02 DOS-03 DOS-04: unknown, missing, malformed."""
    assert problems(section, **changes) == expected


def test_dos_07_one_level_of_education_is_there() -> None:
    """DOS-07: five times no is complete in every field, and yet no education; the highest level is derived."""
    none = dict.fromkeys(dossier.LEVELS, False)
    assert [problem.rule for problem in dossier.validate(Section.EDUCATION, none)] == ["DOS-07"]
    assert dossier.malformed(dossier.validate(Section.EDUCATION, none)) == []
    assert [dossier.highest(none), dossier.highest(DOSSIER[Section.EDUCATION])] == ["", "bachelor"]
    assert dossier.highest({"secondary": True, "master": True}) == "master"


def test_dos_06_the_level_that_is_finished_is_the_highest_still_studied() -> None:
    body = {"doctor": True, "master": True, "master_studying": True, "bachelor": True}
    assert dossier.finishing(body) == "master"
    assert dossier.finishing({**body, "master_studying": False}) == "doctor"
    assert dossier.finishing({}) == ""


def test_dos_09_what_does_not_apply_is_not_kept() -> None:
    """DOS-09: fields of a closed group, and of one inside it."""
    body = {**DOSSIER[Section.EDUCATION], "master_school": "某校", "bachelor_degree_date": "2023-06-30", "doctor": ""}
    del body["junior_college"]
    expected = {
        key: value for key, value in DOSSIER[Section.EDUCATION].items() if key not in ("doctor", "junior_college")
    }
    assert dossier.kept(Section.EDUCATION, body) == expected


@pytest.mark.parametrize(
    ("exam", "applies"),
    [
        ("none", []),
        ("english", ["language_certificate_number", "language_certificate_date", "english_level"]),
        ("other", ["language_level", "language_certificate_number", "language_certificate_date"]),
    ],
)
def test_dos_03_the_language_decides_what_is_asked(exam: str, applies: list[str]) -> None:
    fields = BY_SECTION[Section.CERTIFICATES].fields
    asked = [field.key for field in fields if "language" in field.key or "english" in field.key]
    there = [key for field in fields if (key := field.key) in asked and field.applies({"language_exam": exam})]
    assert there == ["language_exam", *applies]


def test_refusing_names_every_field() -> None:
    found = dossier.validate(Section.BASIC, {"sex": "x", "birth_date": "y"})
    error = dossier.refuse(dossier.malformed(found), "SECTION_INVALID", "有误")
    assert set(error.details) == {"basic.sex", "basic.birth_date"}
    assert error.field == "basic.sex"


def whole(**changes: dict[str, Any]) -> dict[Section, dict[str, Any]]:
    return {section: {**body, **changes.get(section.value, {})} for section, body in DOSSIER.items()}


@pytest.mark.parametrize(
    ("kind", "employed", "fine"),
    [
        ("own_unit", True, True),
        ("own_unit", False, False),
        ("other_unit", False, False),
        ("social", True, False),
        ("social", False, True),
        ("degree_student", True, True),
        ("degree_student", False, True),
    ],
)
def test_dos_05_type_and_employer_agree(kind: str, employed: bool, fine: bool) -> None:
    """DOS-05: B7 19 and 20."""
    found = dossier.check_consistency(whole(basic={"applicant_type": kind}, work={"has_employer": employed}), 2023)
    assert [problem.rule for problem in found] == ([] if fine else ["DOS-05"])


@pytest.mark.parametrize(("graduation", "fine"), [("2023-06-30", True), ("2022-06-30", False)])
def test_dos_06_only_this_years_graduates_are_order_directed(graduation: str, fine: bool) -> None:
    """DOS-06: B7 21."""
    case = whole(work={"is_order_directed": True}, education={"bachelor_graduation_date": graduation})
    assert [problem.rule for problem in dossier.check_consistency(case, 2023)] == ([] if fine else ["DOS-06"])


@pytest.mark.parametrize(
    ("choice", "rule"), [(Choice("X", "0100"), "APP-04"), (Choice("A", "9999"), "APP-04"), (Choice(), "")]
)
def test_app_04_codes_exist(choice: Choice, rule: str) -> None:
    """APP-04: an empty choice is not yet a wrong one."""
    if not rule:
        check_codes(choice, CATALOGUE)
        return
    with pytest.raises(DomainError) as refused:
        check_codes(choice, CATALOGUE)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (Choice("A", "0100"), ""),
        (Choice("A", "0200"), "NOT_PLANNED"),
        (Choice("B", "0100"), "NOT_PLANNED"),
        (Choice("A", ""), "CHOICE_INCOMPLETE"),
    ],
)
def test_seat_02_the_specialty_is_planned(choice: Choice, reason: str) -> None:
    """SEAT-02: a plan above zero."""
    if not reason:
        check_planned(choice, CATALOGUE)
        return
    with pytest.raises(DomainError, match=reason) as refused:
        check_planned(choice, CATALOGUE)
    assert refused.value.rule == "SEAT-02"


@pytest.mark.parametrize(
    ("kind", "employer", "fine"),
    [
        ("own_unit", "甲医院", True),
        ("own_unit", "乙医院", False),
        ("other_unit", "乙医院", True),
        ("other_unit", "甲医院", False),
        ("social", "", True),
        ("degree_student", "甲医院", True),
    ],
)
def test_app_05_type_and_base_agree(kind: str, employer: str, fine: bool) -> None:
    """APP-05: 本单位 is the employer's base, 外单位 another."""
    case = whole(basic={"applicant_type": kind}, work={"employer_name": employer})
    if fine:
        check_type(Choice("A", "0100"), case, CATALOGUE)
        return
    with pytest.raises(DomainError, match="TYPE_BASE_MISMATCH"):
        check_type(Choice("A", "0100"), case, CATALOGUE)
