"""Codes of organisations and their check characters."""

from __future__ import annotations

import pytest

from services.kit.codes import is_credit_code, unified_check


@pytest.mark.parametrize("code", ["914403001922038216", "91350100M000100Y43", "D2143569X"])
def test_published_codes_are_right(code: str) -> None:
    """The worked examples of GB 32100 and GB 11714, and a published one."""
    assert is_credit_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "914403001922038215",
        "914403001922O38216",
        "91440300192203821",
        "9144030019220382166",
        "91350100m000100y43",
        "D21435690",
        "D2143569x",
        "D2143569-X",
        "",
        "９14403001922038216",
        "914403001922038216\n",
    ],
)
def test_others_are_not(code: str) -> None:
    assert not is_credit_code(code)


def test_any_one_character_off_is_noticed() -> None:
    code = "91350100M000100Y43"
    for place in range(17):
        other = "7" if code[place] != "7" else "8"
        assert not is_credit_code(code[:place] + other + code[place + 1 :])


def test_the_check_refuses_what_is_no_sign_of_the_code() -> None:
    with pytest.raises(ValueError, match="substring"):
        unified_check("I" * 17)
