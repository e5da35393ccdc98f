"""The table of resident identity numbers: ID-01, ID-02, ID-03, ID-04, ID-05, ID-06."""

from __future__ import annotations

from datetime import date

import pytest

from services.identity.domain import resident_id
from services.kit.domain import DomainError, Kind

TODAY = date(2023, 7, 1)


def number(division: str = "370100", birth: str = "19980312", order: str = "123") -> str:
    seventeen = division + birth + order
    return seventeen + resident_id.check_character(seventeen)


@pytest.mark.parametrize("known", ["11010519491231002X", "440524188001010014"])
def test_id_05_the_examples_of_the_standard_have_the_right_check_character(known: str) -> None:
    assert resident_id.check_character(known[:17]) == known[17]


@pytest.mark.parametrize("prefix", ["11", "15", "21", "37", "46", "50", "54", "65", "71", "81", "82", "83"])
def test_id_02_every_province_is_accepted_with_any_county(prefix: str) -> None:
    assert resident_id.parse(number(prefix + "9999"), TODAY).division == prefix + "9999"


@pytest.mark.parametrize("prefix", ["00", "10", "16", "20", "24", "30", "38", "47", "55", "66", "72", "80", "84", "91"])
def test_id_02_other_prefixes_are_refused(prefix: str) -> None:
    assert refused(number(prefix + "0100")) == ("ID-02", "RESIDENT_ID_REGION")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "37010019980312123",
        "3701001998031212345",
        "370100980312123",
        number()[:17] + "x",
        number()[:17] + "x".upper() + " ",
        " " + number(),
        number()[:5] + "\u200b" + number()[5:],
        "\u202e" + number()[1:],
        number().translate({ord(str(d)): ord("０") + d for d in range(10)}),
        number()[:16] + "A" + number()[17],
        "X" * 18,
    ],
)
def test_id_01_another_shape_is_refused(typed: str) -> None:
    assert refused(typed) == ("ID-01", "RESIDENT_ID_FORMAT")


@pytest.mark.parametrize("birth", ["19980231", "19981301", "19980001", "19980100", "20010229", "20230702", "20990101"])
def test_id_03_a_day_that_never_was_or_is_not_yet_is_refused(birth: str) -> None:
    assert refused(number(birth=birth)) == ("ID-03", "RESIDENT_ID_DATE")


@pytest.mark.parametrize(
    ("birth", "accepted"),
    [
        ("20080701", True),
        ("20080702", False),
        ("19430701", True),
        ("19420702", True),
        ("19420701", False),
        ("20000229", True),
    ],
)
def test_id_04_ages_15_to_80_on_the_day(birth: str, accepted: bool) -> None:
    if accepted:
        assert resident_id.parse(number(birth=birth), TODAY).birth_date.strftime("%Y%m%d") == birth
    else:
        assert refused(number(birth=birth)) == ("ID-04", "RESIDENT_ID_AGE")


def test_id_05_every_wrong_check_character_is_refused() -> None:
    right = number()
    for character in set("0123456789X") - {right[17]}:
        assert refused(right[:17] + character) == ("ID-05", "RESIDENT_ID_CHECK")


def test_id_05_every_single_wrong_digit_of_the_order_code_is_noticed() -> None:
    right = number()
    for digit in set("0123456789") - {right[14]}:
        assert refused(right[:14] + digit + right[15:]) == ("ID-05", "RESIDENT_ID_CHECK")


@pytest.mark.parametrize(("order", "sex"), [("123", "male"), ("124", "female"), ("000", "female"), ("991", "male")])
def test_id_05_sex_is_read_from_the_seventeenth_digit(order: str, sex: str) -> None:
    assert resident_id.parse(number(order=order), TODAY).sex == sex


def test_id_06_a_mask_keeps_four_and_two() -> None:
    parsed = resident_id.parse(number(), TODAY)
    assert parsed.masked == f"3701{'*' * 12}{parsed.number[-2:]}"
    assert parsed.number not in repr(parsed)


def refused(typed: str) -> tuple[str, str]:
    with pytest.raises(DomainError) as caught:
        resident_id.parse(typed, TODAY)
    error = caught.value
    assert error.kind is Kind.INVALID
    assert error.field == "document_number"
    assert not typed or typed not in error.message
    return error.rule, error.reason
