"""The table of a teacher's dossier (C2, C7.10): FDOS-01 to FDOS-05, FDOS-07, FDOS-08, FDOS-10."""

from __future__ import annotations

from datetime import date

import pytest

from services.faculty.domain import dossier
from services.faculty.domain.dossier import BY_SECTION, DEFINITIONS, FieldType, Section
from services.kit.domain import DomainError, Kind

TODAY = date(2023, 7, 1)

COMPLETE: dict[Section, dict[str, str]] = {
    Section.BASIC: {
        "sex": "female",
        "birth_date": "1980-02-29",
        "has_qualification": "yes",
        "qualification_date": "2005-12-01",
        "qualification_level": "physician",
        "qualification_category": "clinical",
        "qualification_number": "200537110370101198002291",
    },
    Section.CONTACT: {"mobile": "13800000000"},
    Section.EDUCATION: {"highest_level": "doctor", "school": "山东大学", "graduation_date": "2008-06-30"},
    Section.WORK: {"department": "神经内科", "title": "attending", "title_since": "2015-01-01"},
}
PAPERS = {"id_scan", "photo", "qualification_scan"}
CERTIFICATE = {key for key in COMPLETE[Section.BASIC] if key.startswith("qualification_")}


@pytest.mark.parametrize("section", list(Section))
def test_fdos_05_a_section_is_complete_with_what_is_starred(section: Section) -> None:
    assert dossier.is_complete(section, COMPLETE[section], TODAY, PAPERS)


@pytest.mark.parametrize(("section", "key"), [(section, key) for section, body in COMPLETE.items() for key in body])
def test_fdos_03_and_05_without_any_starred_field_it_is_savable_and_incomplete(section: Section, key: str) -> None:
    for body in ({k: v for k, v in COMPLETE[section].items() if k != key}, {**COMPLETE[section], key: ""}):
        dossier.check_savable(section, body, TODAY)
        assert not dossier.is_complete(section, body, TODAY, PAPERS)
        [problem] = [p for p in dossier.problems(section, body, TODAY, PAPERS) if p.key == key]
        assert (problem.rule, problem.missing) == ("FDOS-03", True)


@pytest.mark.parametrize(("answer", "complete"), [("yes", False), ("no", True), ("passed", True)])
def test_fdos_03_the_certificate_and_its_scan_are_asked_only_of_those_who_hold_one(answer: str, complete: bool) -> None:
    body = {key: value for key, value in COMPLETE[Section.BASIC].items() if key not in CERTIFICATE}
    filled = {**body, "has_qualification": answer}
    assert dossier.is_complete(Section.BASIC, filled, TODAY, {"id_scan", "photo"}) is complete
    asked = {problem.key for problem in dossier.problems(Section.BASIC, filled, TODAY, {"id_scan", "photo"})}
    assert asked == (set() if complete else CERTIFICATE | {"qualification_scan"})


@pytest.mark.parametrize("kind", sorted(PAPERS))
def test_fdos_08_a_starred_paper_is_missing_until_it_is_uploaded(kind: str) -> None:
    [problem] = dossier.problems(Section.BASIC, COMPLETE[Section.BASIC], TODAY, PAPERS - {kind})
    assert (problem.key, problem.rule, problem.missing) == (kind, "FDOS-08", True)


def test_fdos_07_what_does_not_apply_is_not_kept() -> None:
    """FDOS-07 (C7.10): who has passed and waits for the certificate keeps nothing of one, and is complete without."""
    typed = {**COMPLETE[Section.BASIC], "has_qualification": "passed", "health": ""}
    kept = dossier.asked(Section.BASIC, typed)
    assert kept == {"sex": "female", "birth_date": "1980-02-29", "has_qualification": "passed"}
    assert dossier.is_complete(Section.BASIC, kept, TODAY, {"id_scan", "photo"})
    assert dossier.asked(Section.EDUCATION, {"second_school": "某大学"}) == {}


@pytest.mark.parametrize("prefix", ["second_", "third_"])
def test_fdos_03_a_further_level_of_education_says_where_and_until_when(prefix: str) -> None:
    body = {**COMPLETE[Section.EDUCATION], f"{prefix}level": "bachelor"}
    asked = [problem.key for problem in dossier.problems(Section.EDUCATION, body, TODAY)]
    assert asked == [f"{prefix}school", f"{prefix}graduation_date"]
    told = {**body, f"{prefix}school": "某医学院", f"{prefix}graduation_date": "2003-06-30"}
    assert dossier.is_complete(Section.EDUCATION, told, TODAY)


def test_fdos_10_another_mobile_number_than_the_accounts_keeps_the_section_incomplete() -> None:
    body = COMPLETE[Section.CONTACT]
    [problem] = dossier.problems(Section.CONTACT, body, TODAY, mobile_verified=False)
    assert (problem.key, problem.rule, problem.missing) == ("mobile", "FDOS-10", True)
    assert dossier.is_complete(Section.CONTACT, body, TODAY, mobile_verified=True)


@pytest.mark.parametrize(
    ("section", "key", "value", "rule"),
    [
        (Section.BASIC, "login", "x", "FDOS-02"),
        (Section.BASIC, "mobile", "13800000000", "FDOS-02"),
        (Section.BASIC, "sex", "other", "FDOS-04"),
        (Section.BASIC, "sex", True, "FDOS-04"),
        (Section.BASIC, "birth_date", "1980-02-30", "FDOS-04"),
        (Section.BASIC, "birth_date", "19800229", "FDOS-04"),
        (Section.BASIC, "birth_date", "1899-12-31", "FDOS-04"),
        (Section.BASIC, "birth_date", "2023-07-02", "FDOS-04"),
        (Section.BASIC, "birth_date", 5.0, "FDOS-04"),
        (Section.BASIC, "ethnicity", "字" * 21, "FDOS-04"),
        (Section.BASIC, "photo", ["a"], "FDOS-04"),
        (Section.CONTACT, "mobile", "1380000000", "FDOS-04"),
        (Section.CONTACT, "mobile", "23800000000", "FDOS-04"),
        (Section.CONTACT, "mobile", "１３８００００００００", "FDOS-04"),
        (Section.CONTACT, "email", "no at sign", "FDOS-04"),
        (Section.EDUCATION, "highest_level", "professor", "FDOS-04"),
        (Section.WORK, "title_since", "2999-01-01", "FDOS-04"),
        (Section.WORK, "department", {"a": 1}, "FDOS-04"),
    ],
)
def test_fdos_02_and_04_what_is_wrong_is_refused_by_name(section: Section, key: str, value: object, rule: str) -> None:
    with pytest.raises(DomainError) as caught:
        dossier.check_savable(section, {**COMPLETE[section], key: value}, TODAY)
    error = caught.value
    assert (error.kind, error.reason, error.rule) == (Kind.INVALID, "SECTION_MALFORMED", rule)
    assert error.field == f"{section.value}.{key}"
    assert error.details[error.field].startswith(rule)


def test_fdos_04_today_is_not_in_the_future() -> None:
    dossier.check_savable(Section.WORK, {"title_since": "2023-07-01"}, TODAY)


def test_fdos_01_the_definition_is_consistent() -> None:
    assert list(BY_SECTION) == list(Section)
    for definition in DEFINITIONS:
        keys = [field.key for field in definition.fields]
        assert len(keys) == len(set(keys))
        for field in definition.fields:
            assert bool(field.options) == (field.type is FieldType.OPTION)
            assert field.label_en
            assert (field.key in dossier.PAPER_KINDS) == (field.type is FieldType.PAPER)
            assert field.group in {"", *(group.key for group in definition.groups)}
            for condition in field.applies_when:
                [switch] = [other for other in definition.fields if other.key == condition.key]
                assert {option.code for option in switch.options}.issuperset(condition.values)
