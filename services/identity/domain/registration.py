"""ID-39 and ID-40: the way from a person to an account: identity, account, done; cancelled at each step."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.kit.domain import DomainError, Kind

LIFE = timedelta(minutes=30)
"""ID-40: what was entered in step 1 is good for so long, then it is forgotten."""


def is_open(expires_at: datetime, now: datetime) -> bool:
    """ID-40: may it still go on?"""
    return now < expires_at


def unknown() -> DomainError:
    """ID-40: there is no such registration, or its time is over: the two look the same."""
    message = "本次注册已取消或已超过30分钟，请重新开始。"
    return DomainError(Kind.NOT_FOUND, "REGISTRATION_UNKNOWN", message, rule="ID-40")


def already_registered() -> DomainError:
    """ID-10: one person, one account. Says how to get back in, and nothing about whose account it is."""
    message = (
        "该证件已注册过账号，每人只能有一个账号。请直接登录；忘记登录名或密码时，"
        "可用注册时的手机号码找回，手机号码已停用的请联系客服核验证件。"
    )
    return DomainError(Kind.CONFLICT, "PERSON_REGISTERED", message, field="document_number", rule="ID-10")


def login_taken() -> DomainError:
    """ID-08: logins are unique whatever their case."""
    return DomainError(Kind.CONFLICT, "LOGIN_TAKEN", "该登录名已被使用，请换一个。", field="login", rule="ID-08")
