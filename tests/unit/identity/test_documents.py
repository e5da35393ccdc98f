"""Documents: five kinds, each wrong thing refused by its own rule at its own field; one form for what people type.

Holds ID-06, ID-18, ID-19, ID-20, ID-21, ID-22, ID-23, ID-24 and ID-25.
"""

from __future__ import annotations

from datetime import date

import pytest

from services.identity.domain import documents
from services.identity.domain.documents import DocumentType, Sex
from services.identity.domain.resident_id import check_character
from services.kit.domain import DomainError, Kind

TODAY = date(2023, 7, 1)
BORN = "1998-03-12"
RESIDENT, PASSPORT, HONG_KONG, TAIWAN, OFFICER = DocumentType


def resident(seventeen: str) -> str:
    return seventeen + check_character(seventeen)


WOMAN = resident("37019919980312124")
MAN = resident("37019919980312123")
WITH_X = next(n for n in (resident(f"37019919980312{order:03d}") for order in range(1, 100, 2)) if n.endswith("X"))


def wrong(kind: DocumentType, number: str, born: str = "", sex: Sex | None = None) -> tuple[str, str, str]:
    with pytest.raises(DomainError) as caught:
        documents.parse(kind, number, born, sex, TODAY)
    error = caught.value
    assert error.kind is Kind.INVALID
    assert number not in str(error)
    return error.rule, error.reason, error.field


@pytest.mark.parametrize("born", ["", BORN, "１９９８－０３－１２"])
@pytest.mark.parametrize(("number", "sex"), [(WOMAN, Sex.FEMALE), (MAN, Sex.MALE)])
def test_id_18_id_19_a_resident_identity_number_tells_birth_date_and_sex(number: str, sex: Sex, born: str) -> None:
    for entered in (None, sex):
        found = documents.parse(RESIDENT, number, born, entered, TODAY)
        assert (found.number, found.birth_date, found.sex) == (number, date(1998, 3, 12), sex)


@pytest.mark.parametrize("digit", "0123456789X")
def test_id_05_every_other_check_digit_is_refused(digit: str) -> None:
    if digit != WOMAN[-1]:
        number = WOMAN[:17] + digit
        assert wrong(RESIDENT, number) == ("ID-05", "RESIDENT_ID_CHECK", "document_number")


@pytest.mark.parametrize(
    ("number", "born", "sex", "answer"),
    [
        (WOMAN, "1998-03-13", None, ("ID-18", "BIRTH_DATE_DIFFERS", "birth_date")),
        (WOMAN, "1998-12-03", Sex.FEMALE, ("ID-18", "BIRTH_DATE_DIFFERS", "birth_date")),
        (WOMAN, BORN, Sex.MALE, ("ID-19", "SEX_DIFFERS", "sex")),
        (MAN, "", Sex.FEMALE, ("ID-19", "SEX_DIFFERS", "sex")),
        (WOMAN, "1998-02-30", None, ("ID-25", "BIRTH_DATE_FORMAT", "birth_date")),
        (WOMAN, "2023-07-02", None, ("ID-25", "BIRTH_DATE_FUTURE", "birth_date")),
        (WOMAN[:17], "", None, ("ID-01", "RESIDENT_ID_FORMAT", "document_number")),
        (WOMAN + "1", "", None, ("ID-01", "RESIDENT_ID_FORMAT", "document_number")),
        ("X" + WOMAN[1:], "", None, ("ID-01", "RESIDENT_ID_FORMAT", "document_number")),
        ("٣" + WOMAN[1:], "", None, ("ID-01", "RESIDENT_ID_FORMAT", "document_number")),
        (resident("00019919980312124"), "", None, ("ID-02", "RESIDENT_ID_REGION", "document_number")),
        (resident("99019919980312124"), "", None, ("ID-02", "RESIDENT_ID_REGION", "document_number")),
        (resident("37019919980230124"), "", None, ("ID-03", "RESIDENT_ID_DATE", "document_number")),
        (resident("37019919981312124"), "", None, ("ID-03", "RESIDENT_ID_DATE", "document_number")),
        (resident("37019920230702124"), "", None, ("ID-03", "RESIDENT_ID_DATE", "document_number")),
        (resident("37019919230629124"), "", None, ("ID-04", "RESIDENT_ID_AGE", "document_number")),
        (resident("37019920080702124"), "", None, ("ID-04", "RESIDENT_ID_AGE", "document_number")),
    ],
)
def test_each_wrong_thing_about_a_resident_identity_number_has_its_rule(
    number: str, born: str, sex: Sex | None, answer: tuple[str, str, str]
) -> None:
    assert wrong(RESIDENT, number, born, sex) == answer


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        *((PASSPORT, number) for number in ("E12345678", "EA1234567", "G12345678", "D1234567", "123456789", "AB1234")),
        *((HONG_KONG, number) for number in ("H12345678", "M12345678", "H1234567801", "M1234567800")),
        *((TAIWAN, number) for number in ("12345678", "1234567801", "1234567801(B)")),
        *((OFFICER, number) for number in ("军字第2001988号", "南字第01234567号", "军后字第1234号")),
    ],
)
def test_id_20_to_id_23_other_documents_with_their_numbers(kind: DocumentType, number: str) -> None:
    found = documents.parse(kind, number, BORN, None, TODAY)
    assert (found.number, found.birth_date, found.sex) == (number, date(1998, 3, 12), None)
    assert documents.parse(kind, number, BORN, Sex.FEMALE, TODAY).sex is Sex.FEMALE
    assert found.key == documents.key(kind, number)


@pytest.mark.parametrize(
    ("kind", "rule", "numbers"),
    [
        (PASSPORT, "ID-20", ("", "E1234", "ABCDEFGHI", "E123456789", "E1234-678", "护照12345678", "ABCD123")),
        (HONG_KONG, "ID-21", ("H1234567", "H123456789", "H12345678012", "K12345678", "12345678", "HM1234567")),
        (TAIWAN, "ID-22", ("1234567", "123456789", "T12345678", "12345678(B)", "1234567801(BB)", "123456780B")),
        (OFFICER, "ID-23", ("7654321", "字第7654321号", "军字第123号", "军字第123456789号", "ABC字第1234567号")),
    ],
)
def test_id_20_to_id_23_other_shapes_are_refused(kind: DocumentType, rule: str, numbers: tuple[str, ...]) -> None:
    for number in numbers:
        assert wrong(kind, number or "空", BORN)[::2] == (rule, "document_number"), number


@pytest.mark.parametrize("kind", [PASSPORT, HONG_KONG, TAIWAN, OFFICER])
def test_id_25_other_documents_want_a_possible_birth_date(kind: DocumentType) -> None:
    number = {PASSPORT: "E12345678", HONG_KONG: "H12345678", TAIWAN: "12345678", OFFICER: "军字第1234567号"}[kind]
    for born, reason in (
        ("", "BIRTH_DATE_MISSING"),
        ("1998-02-30", "BIRTH_DATE_FORMAT"),
        ("12.03.1998", "BIRTH_DATE_FORMAT"),
        ("2023-07-02", "BIRTH_DATE_FUTURE"),
        ("2008-07-02", "BIRTH_DATE_AGE"),
        ("1942-07-01", "BIRTH_DATE_AGE"),
    ):
        assert wrong(kind, number, born) == ("ID-25", reason, "birth_date")
    for born in ("2008-07-01", "1942-07-02"):
        assert documents.parse(kind, number, born, None, TODAY).birth_date == date.fromisoformat(born)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (RESIDENT, WITH_X.lower(), WITH_X),
        (RESIDENT, f" {WITH_X[:6]} {WITH_X[6:14]} {WITH_X[14:]} ", WITH_X),
        (RESIDENT, "".join(chr(ord(c) + 0xFEE0) for c in WITH_X), WITH_X),
        (PASSPORT, "ｅ１２３４５６７８", "E12345678"),
        (HONG_KONG, "h 1234 5678", "H12345678"),
        (TAIWAN, "1234567801（b）", "1234567801(B)"),
        (OFFICER, "军字1234567", "军字第1234567号"),
        (OFFICER, "军字第 No.1234567号", "军字第1234567号"),
    ],
)
def test_id_24_one_document_is_one_number_however_it_is_typed(kind: DocumentType, typed: str, kept: str) -> None:
    found = documents.parse(kind, typed, BORN if kind is not RESIDENT else "", None, TODAY)
    assert found.number == kept
    assert found.key == documents.key(kind, kept)


def test_id_10_a_renewed_permit_is_the_same_persons() -> None:
    first = documents.parse(HONG_KONG, "H1234567801", BORN, None, TODAY)
    assert first.key == documents.parse(HONG_KONG, "H1234567802", BORN, None, TODAY).key
    assert first.key == documents.parse(HONG_KONG, "H12345678", BORN, None, TODAY).key
    assert first.key != documents.parse(PASSPORT, "H12345678", BORN, None, TODAY).key
    assert documents.key(TAIWAN, "1234567801(B)") == documents.key(TAIWAN, "12345678")


def test_id_39_name_and_birth_date_are_one_whatever_blanks_and_dots() -> None:
    passport = documents.parse(PASSPORT, "E12345678", BORN, None, TODAY)
    woman = documents.parse(RESIDENT, WOMAN, "", None, TODAY)
    assert passport.birth_key("阿依古丽•买买提") == woman.birth_key(" 阿依古丽·买 买提")
    assert passport.birth_key("张三") != woman.birth_key("张四")
    assert passport.birth_key("张三") != documents.parse(PASSPORT, "E12345678", "1998-03-13", None, TODAY).birth_key(
        "张三"
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (WOMAN, "3701************" + WOMAN[-2:]),
        ("E12345678", "E1*****78"),
        ("AB1234", "AB**34"),
        ("军字第1234567号", "军字*******7号"),
    ],
)
def test_id_06_numbers_are_shown_masked(number: str, shown: str) -> None:
    assert documents.mask(number) == shown


def test_id_06_mobile_numbers_are_shown_masked() -> None:
    assert documents.mask_mobile("+8613800138000") == "138****8000"
