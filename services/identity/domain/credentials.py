"""ID-07 to ID-09 and ID-27 to ID-29: names, logins and passwords as a person may choose them."""

from __future__ import annotations

import re
import unicodedata

from services.identity.domain.common_passwords import is_common
from services.identity.domain.mobile import national
from services.kit.domain import DomainError, Kind

PASSWORD_MIN = 10
PASSWORD_MIN_STAFF = 12
PASSWORD_MAX = 200
"""Lengths in characters; there is no composition rule (length beats it)."""

_LOGIN = re.compile(r"[A-Za-z0-9._-]{3,64}")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Control, format (zero-width, right-to-left), private and surrogate characters, line separators."""
_CONTEXT_MIN = 4
"""A login shorter than this may stand by chance inside a good password."""


def clean_name(name: str) -> str:
    """ID-07: the name in NFC, trimmed, 1 to 100 visible characters; rare characters and `·` are welcome.

    Raises DomainError INVALID when empty, too long, or holding characters one cannot see.
    """
    cleaned = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(cleaned) <= 100:
        raise DomainError(Kind.INVALID, "NAME_LENGTH", "姓名应为1至100个字符。", field="name", rule="ID-07")
    if any(unicodedata.category(c) in _HIDDEN for c in cleaned):
        raise DomainError(Kind.INVALID, "NAME_CHARACTERS", "姓名中含有不可见字符。", field="name", rule="ID-07")
    return cleaned


def login_key(login: str) -> str:
    """ID-08: what makes a login unique: its lower-case form.

    Raises DomainError INVALID when the login is not 3 to 64 letters, digits, `.`, `_` or `-`.
    """
    if not _LOGIN.fullmatch(login):
        message = "登录名应为3至64个字母、数字、点、下划线或短横线。"
        raise DomainError(Kind.INVALID, "LOGIN_FORMAT", message, field="login", rule="ID-08")
    return login.lower()


def check_password(
    password: str, *, login: str, document: str = "", mobile: str = "", name: str = "", staff: bool = False
) -> None:
    """ID-09: 10 to 200 characters of any kind; staff at least 12 (ID-29).

    Not among the common ones (ID-27); without the login, the name, the mobile number, the document number, its birth
    date or its last six characters (ID-28).

    Args:
        password: As typed.
        login: The login it will belong to.
        document: The document number in its stored form; empty when there is none or it is not at hand.
        mobile: The mobile number, E.164; empty as above.
        name: The person's name; empty as above.
        staff: True when any hat of the person is a staff one.

    Raises:
        DomainError: INVALID PASSWORD_LENGTH, PASSWORD_COMMON or PASSWORD_CONTEXT, field `password`.
    """
    least, rule = (PASSWORD_MIN_STAFF, "ID-29") if staff else (PASSWORD_MIN, "ID-09")
    if not least <= len(password) <= PASSWORD_MAX:
        raise _weak("PASSWORD_LENGTH", f"密码长度应为{least}至{PASSWORD_MAX}个字符。", rule)
    if is_common(password):
        raise _weak("PASSWORD_COMMON", "这个密码太常见，容易被猜到；建议用几个互不相关的词组成一句话。", "ID-27")
    folded = password.casefold()
    if any(word in folded for word in _context(login, document, mobile, name)):
        message = "密码中不能含有登录名、姓名、手机号码、证件号码或出生日期。"
        raise _weak("PASSWORD_CONTEXT", message, "ID-28")
    # A login too short to be looked for inside counts as the whole, with digits and signs around it.
    if login and folded.strip("0123456789!@#$%^&*()_+-=.,?~ ") == login.casefold():
        raise _weak("PASSWORD_CONTEXT", "密码不能只是登录名加数字或符号。", "ID-28")


def _context(login: str, document: str, mobile: str, name: str) -> list[str]:
    """What stands in the person's papers, folded; nothing so short that it comes by chance."""
    digits = national(mobile)
    words = [login, name, digits, digits[-8:], document, document[-6:]]
    if len(document) == 18:
        words.append(document[6:14])
    shortest = {name: 2}
    return [word.casefold() for word in words if len(word) >= shortest.get(word, _CONTEXT_MIN)]


def _weak(reason: str, message: str, rule: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field="password", rule=rule)
