"""ID-07 to ID-09: names, logins and passwords as a person may choose them."""

from __future__ import annotations

import re
import unicodedata

from services.kit.domain import DomainError, Kind

PASSWORD_MIN = 10
PASSWORD_MAX = 200
"""Lengths in characters; there is no composition rule (length beats it)."""

_LOGIN = re.compile(r"[A-Za-z0-9._-]{3,64}")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Control, format (zero-width, right-to-left), private and surrogate characters, line separators."""


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


def check_password(password: str, *, login: str, resident_id: str = "") -> None:
    """ID-09: 10 to 200 characters, not the login, without the document number, not one character repeated.

    Raises DomainError INVALID naming what is wrong.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise _weak("PASSWORD_LENGTH", f"密码长度应为{PASSWORD_MIN}至{PASSWORD_MAX}个字符。")
    folded = password.casefold()
    if folded == login.casefold() or len(set(folded)) == 1:
        raise _weak("PASSWORD_GUESSABLE", "密码不能与登录名相同，也不能由同一个字符重复组成。")
    if resident_id and resident_id.casefold() in folded:
        raise _weak("PASSWORD_GUESSABLE", "密码中不能含有身份证号码。")


def _weak(reason: str, message: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field="password", rule="ID-09")
