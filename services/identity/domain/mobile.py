"""ID-26: mobile numbers of the mainland, written one way."""

from __future__ import annotations

import phonenumbers

from services.identity.domain.documents import fold_width
from services.kit.domain import DomainError, Kind

_MAINLAND = 86
_MOBILE = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})


def parse(text: str) -> str:
    """ID-26: `text` as E.164 (`+8613800138000`); full-width digits, blanks, hyphens and a leading 86 are understood.

    Raises DomainError INVALID MOBILE_FORMAT, field `mobile`, for anything but a mobile number of the mainland; the
    number is never repeated.
    """
    try:
        number = phonenumbers.parse(fold_width(text).strip(), "CN")
    except phonenumbers.NumberParseException:
        raise _refused() from None
    mainland = number.country_code == _MAINLAND and not number.extension
    if not (mainland and phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _MOBILE):
        raise _refused()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national(number: str) -> str:
    """The eleven digits of an E.164 number of the mainland."""
    return number.removeprefix(f"+{_MAINLAND}")


def _refused() -> DomainError:
    message = "请填写中国大陆的11位手机号码。"
    return DomainError(Kind.INVALID, "MOBILE_FORMAT", message, field="mobile", rule="ID-26")
