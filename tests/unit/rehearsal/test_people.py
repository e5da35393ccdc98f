"""Synthetic people are valid, never real, and the same for the same seed."""

from __future__ import annotations

import pytest

from services.enrollment.domain import dossier as rules
from services.enrollment.domain.choice import Catalogue, Choice, check_type
from services.rehearsal.dossiers import SECTIONS, amend, employ, make_dossier, spoil
from services.rehearsal.people import PHONE_PREFIX, check_digit, is_resident_id, make_people

PEOPLE = make_people(400, seed=7, tag="t")


def test_known_resident_number_has_its_check_digit() -> None:
    """The worked example of GB 11643-1999."""
    assert check_digit("11010519491231002") == "X"
    assert is_resident_id("11010519491231002X")
    assert not is_resident_id("110105194912310021")


def test_everybody_has_a_valid_number_of_an_unassigned_division() -> None:
    assert all(is_resident_id(person.resident_id) for person in PEOPLE)
    assert all("379950" <= person.resident_id[:6] <= "379999" for person in PEOPLE)
    assert len({person.resident_id for person in PEOPLE}) == len(PEOPLE)


def test_contacts_can_reach_nobody() -> None:
    assert all(person.phone.startswith(PHONE_PREFIX) and len(person.phone) == 11 for person in PEOPLE)
    assert all(person.email.endswith("@example.invalid") for person in PEOPLE)


def test_same_seed_same_people() -> None:
    assert make_people(400, seed=7, tag="t") == PEOPLE
    assert make_people(400, seed=8, tag="t") != PEOPLE


def test_another_rehearsal_has_other_logins_and_numbers_but_the_same_behaviour() -> None:
    others = make_people(400, seed=7, tag="u")
    assert not {person.login for person in PEOPLE} & {person.login for person in others}
    assert not {person.resident_id for person in PEOPLE} & {person.resident_id for person in others}
    assert [person.character for person in PEOPLE] == [person.character for person in others]


def test_the_crowd_is_mixed() -> None:
    arrivals = {person.character.arrival for person in PEOPLE}
    assert arrivals == {"registration", "second_choice", "reallocation"}
    assert any(person.character.careless for person in PEOPLE)
    assert any(person.character.restless for person in PEOPLE)


def test_dossiers_satisfy_the_definition_and_each_other() -> None:
    base = "某基地"
    catalogue = Catalogue({"B": base}, {"0100": "内科"}, {("B", "0100"): 1})
    for person in PEOPLE:
        dossier = make_dossier(person, 7, 2023)
        employ(dossier, base)
        typed = {rules.Section(name): body for name, body in dossier.items()}
        for section, body in typed.items():
            assert rules.validate(section, body) == []
        assert rules.check_consistency(typed, 2023) == []
        check_type(Choice("B", "0100"), typed, catalogue)


def test_who_is_employed_by_a_base_has_its_code() -> None:
    base, code = "某基地", "914403001922038216"
    catalogue = Catalogue({"B": base}, {"0100": "内科"}, {("B", "0100"): 1}, credit_codes={"B": code})
    for person in PEOPLE[:100]:
        dossier = make_dossier(person, 7, 2023)
        employ(dossier, base, code)
        check_type(Choice("B", "0100"), {rules.Section(name): body for name, body in dossier.items()}, catalogue)


def test_changing_the_base_changes_the_type() -> None:
    for person in PEOPLE:
        dossier = make_dossier(person, 7, 2023)
        own = dossier["basic"]["applicant_type"] == "own_unit"
        assert employ(dossier, "甲医院") is own
        assert employ(dossier, "乙医院") is own
        assert dossier["basic"]["applicant_type"] != "own_unit"


@pytest.mark.parametrize("section", SECTIONS)
def test_spoiled_sections_are_malformed(section: str) -> None:
    body = spoil(section, make_dossier(PEOPLE[0], 7, 2023)[section])
    assert rules.malformed(rules.validate(rules.Section(section), body))


def test_amending_changes_the_phone_and_stays_valid() -> None:
    body = make_dossier(PEOPLE[0], 7, 2023)["basic"]
    amended = amend(body, 1)
    assert amended["mobile"] != body["mobile"]
    assert rules.validate(rules.Section.BASIC, amended) == []
