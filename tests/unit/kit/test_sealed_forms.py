"""PRIV-01: sensitive fields are sealed one by one, each for its place."""

from __future__ import annotations

import pytest

from services.enrollment.domain import dossier as enrollment
from services.faculty.domain import dossier as faculty
from services.kit.forms import Field, FieldType, FormSection
from services.kit.sealed_forms import SealedForms
from services.kit.vault import TEXT_MARK, SealBroken
from tests.support.vaults import AFTERWARDS, NEXT, VAULT

DEFINITIONS = (
    FormSection("contact", "联系", (Field("mobile", "手机", sensitive=True), Field("email", "邮箱", sensitive=True))),
    FormSection("other", "其他", (Field("city", "城市"), Field("mobile", "手机", sensitive=True))),
)
FORMS = SealedForms(VAULT, DEFINITIONS)


def test_priv_01_only_sensitive_values_are_sealed_and_open_again() -> None:
    body = {"city": "济南", "mobile": "13800000000"}
    sealed = FORMS.seal("r1", "other", body)
    assert sealed["city"] == "济南"
    assert sealed["mobile"].startswith(TEXT_MARK)
    assert "13800000000" not in str(sealed)
    assert FORMS.open("r1", "other", sealed) == body
    assert FORMS.seal("r1", "contact", {"mobile": "", "email": None}) == {"mobile": "", "email": None}


def test_priv_01_a_value_that_looks_sealed_is_sealed_too() -> None:
    body = {"mobile": f"{TEXT_MARK}AAAA"}
    assert FORMS.open("r1", "contact", FORMS.seal("r1", "contact", body)) == body


@pytest.mark.parametrize(
    ("record_id", "section", "key"),
    [("r2", "contact", "mobile"), ("r1", "other", "mobile"), ("r1", "contact", "email")],
)
def test_priv_01_a_value_in_another_place_does_not_open(record_id: str, section: str, key: str) -> None:
    sealed = FORMS.seal("r1", "contact", {"mobile": "13800000000"})["mobile"]
    with pytest.raises(SealBroken):
        FORMS.open(record_id, section, {key: sealed})


def test_priv_04_rewrapping_changes_the_key_and_nothing_else() -> None:
    body = {"mobile": "13800000000", "email": "a@example.org"}
    rewrapped = SealedForms(NEXT, DEFINITIONS).rewrap("r1", "contact", FORMS.seal("r1", "contact", body))
    assert SealedForms(AFTERWARDS, DEFINITIONS).open("r1", "contact", rewrapped) == body
    with pytest.raises(SealBroken):
        FORMS.open("r1", "contact", rewrapped)


@pytest.mark.parametrize("definitions", [enrollment.DEFINITIONS, faculty.DEFINITIONS])
def test_priv_01_what_reaches_a_person_or_numbers_a_certificate_is_sensitive(
    definitions: tuple[FormSection, ...],
) -> None:
    for section in definitions:
        for field in section.fields:
            reaches = field.type in (FieldType.PHONE, FieldType.EMAIL) or field.key in ("qq", "address")
            if reaches or field.key.endswith("_number"):
                assert field.sensitive, f"{section.section}.{field.key}"
            if field.sensitive:
                assert field.type in (FieldType.TEXT, FieldType.PHONE, FieldType.EMAIL)
