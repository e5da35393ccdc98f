"""ID-30 to ID-32: how often name and document may be bound to an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.kit.domain import DomainError, Kind

PERIOD = timedelta(days=30)
"""ID-30: from one successful binding to the next, to the second; opening the account binds for the first time."""


def bindable_from(last_bound_at: datetime | None, override_until: datetime | None, now: datetime) -> datetime | None:
    """When the next binding becomes possible; None when it is possible now.

    ID-30: thirty days after the last success, whether or not it was unbound since (ID-31). ID-32: not before the end
    of an exception that a person of the support granted; binding uses it up.

    Args:
        last_bound_at: The last successful binding; None for never.
        override_until: Until when an exception holds; None for none.
        now: The present instant.
    """
    if last_bound_at is None or (override_until is not None and now < override_until):
        return None
    free = last_bound_at + PERIOD
    return free if now < free else None


def check_may_bind(last_bound_at: datetime | None, override_until: datetime | None, now: datetime) -> None:
    """ID-30: raises DomainError NOT_NOW BINDING_TOO_SOON with `until` while a binding is not possible yet."""
    until = bindable_from(last_bound_at, override_until, now)
    if until is not None:
        message = f"{PERIOD.days}天内只能成功认证一次，解除绑定不会提前；到期后即可再次认证。"
        raise DomainError(Kind.NOT_NOW, "BINDING_TOO_SOON", message, rule="ID-30", until=until)


def check_unbound(bound_at: datetime | None) -> None:
    """ID-45: name and number do not change while they are bound. Raises DomainError CONFLICT ALREADY_BOUND."""
    if bound_at is not None:
        message = "您已完成实名认证，姓名和证件号码不能更改。"
        raise DomainError(Kind.CONFLICT, "ALREADY_BOUND", message, rule="ID-45")


def check_bound(bound_at: datetime | None) -> None:
    """ID-31: only what is bound can be unbound. Raises DomainError CONFLICT NOT_BOUND."""
    if bound_at is None:
        raise DomainError(Kind.CONFLICT, "NOT_BOUND", "您目前没有实名认证，无需解除。", rule="ID-31")
