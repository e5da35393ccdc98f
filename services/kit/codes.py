"""Codes of organisations with a check character: GB 32100-2015 (18 characters) and GB 11714-1997 (9). Pure."""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Of the unified code: digits and capital letters without I, O, S, V and Z."""
_UNIFIED = re.compile(rf"[{_ALPHABET}]{{18}}")
_OLD = re.compile(r"[0-9A-Z]{8}[0-9X]")
_OLD_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def is_credit_code(text: str) -> bool:
    """True for a unified social credit code, or an organisation code of the time before, with the right check.

    As printed: capital letters, without spaces or hyphens.
    """
    if _UNIFIED.fullmatch(text):
        return unified_check(text[:17]) == text[17]
    return bool(_OLD.fullmatch(text)) and _old_check(text[:8]) == text[8]


def unified_check(first_seventeen: str) -> str:
    """The check character of a unified social credit code (GB 32100-2015). Raises ValueError for other characters."""
    total = sum(_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_seventeen))
    return _ALPHABET[-total % 31]


def _old_check(first_eight: str) -> str:
    total = sum(int(sign, 36) * weight for sign, weight in zip(first_eight, _OLD_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
