"""Documents a person is known by: what kinds there are, which numbers are accepted, how they are shown."""

from __future__ import annotations

from enum import StrEnum

from services.identity.domain.resident_id import mask

__all__ = ["DocumentType", "Sex", "fold_width", "mask", "mask_mobile"]

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


class DocumentType(StrEnum):
    """Kind of document."""

    RESIDENT_ID = "resident_id"
    """居民身份证."""
    PASSPORT = "passport"
    """护照."""
    HONG_KONG_MACAO_PERMIT = "hong_kong_macao_permit"
    """港澳居民来往内地通行证."""
    TAIWAN_PERMIT = "taiwan_permit"
    """台湾居民来往大陆通行证."""
    MILITARY_OFFICER_CARD = "military_officer_card"
    """军官证."""


class Sex(StrEnum):
    """Sex as on the document."""

    MALE = "male"
    FEMALE = "female"


def mask_mobile(number: str) -> str:
    """ID-06: a mobile number (E.164 or national) with all but its last four digits and its first three hidden."""
    digits = number.removeprefix("+86")
    return digits[:3] + "*" * max(0, len(digits) - 7) + digits[-4:]


def fold_width(text: str) -> str:
    """ID-24: full-width letters, digits, signs and blanks, as an input method leaves them, in their ASCII form."""
    return text.translate(_WIDE)
