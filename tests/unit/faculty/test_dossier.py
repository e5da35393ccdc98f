"""The table of a teacher's dossier (C2): FDOS-01, FDOS-02, FDOS-03, FDOS-04, FDOS-05."""

from __future__ import annotations

from datetime import date

import pytest

from services.faculty.domain import dossier
from services.faculty.domain.dossier import BY_SECTION, DEFINITIONS, FieldType, Section
from services.kit.domain import DomainError, Kind

TODAY = date(2023, 7, 1)

COMPLETE: dict[Section, dict[str, str]] = {
    Section.BASIC: {
        "id_scan": "id.jpg",
        "photo": "photo.jpg",
        "sex": "female",
        "birth_date": "1980-02-29",
        "has_qualification": "yes",
        "qualification_date": "2005-12-01",
        "qualification_level": "physician",
        "qualification_category": "clinical",
        "qualification_number": "200537110370101198002291",
        "qualification_scan": "qualification.pdf",
    },
    Section.CONTACT: {"mobile": "13800000000"},
    Section.EDUCATION: {"highest_level": "doctor", "school": "山东大学", "graduation_date": "2008-06-30"},
    Section.WORK: {"department": "神经内科", "title": "attending", "title_since": "2015-01-01"},
}
CERTIFICATE = {key for key in COMPLETE[Section.BASIC] if key.startswith("qualification_")}


@pytest.mark.parametrize("section", list(Section))
def test_fdos_05_a_section_is_complete_with_what_is_starred(section: Section) -> None:
    assert dossier.is_complete(section, COMPLETE[section], TODAY)


@pytest.mark.parametrize(("section", "key"), [(section, key) for section, body in COMPLETE.items() for key in body])
def test_fdos_03_and_05_without_any_starred_field_it_is_savable_and_incomplete(section: Section, key: str) -> None:
    for body in ({k: v for k, v in COMPLETE[section].items() if k != key}, {**COMPLETE[section], key: ""}):
        dossier.check_savable(section, body, TODAY)
        assert not dossier.is_complete(section, body, TODAY)
        [problem] = [p for p in dossier.problems(section, body, TODAY) if p.key == key]
        assert (problem.rule, problem.missing) == ("FDOS-03", True)


@pytest.mark.parametrize(("answer", "complete"), [("yes", False), ("no", True), ("passed", True)])
def test_fdos_03_the_certificate_and_its_scan_are_asked_only_of_those_who_hold_one(answer: str, complete: bool) -> None:
    body = {key: value for key, value in COMPLETE[Section.BASIC].items() if key not in CERTIFICATE}
    assert dossier.is_complete(Section.BASIC, {**body, "has_qualification": answer}, TODAY) is complete


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
            if field.required_when:
                [switch] = [other for other in definition.fields if other.key == field.required_when]
                assert "yes" in {option.code for option in switch.options}
