"""What the database's errors mean to a caller: "try later", with a reason, or a fault of the statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy import exc

from services.kit.domain import DomainError, Kind
from services.kit.metrics import DATABASE_GAVE_UP

_GAVE_UP = {
    "57014": "STATEMENT_TIMEOUT",
    "55P03": "LOCK_TIMEOUT",
    "25P04": "TRANSACTION_TIMEOUT",
    "25P03": "TRANSACTION_TIMEOUT",
    "40001": "SERIALIZATION_FAILURE",
    "40P01": "DEADLOCK",
}
_READ_ONLY = "25006"
# The last two: credentials are being replaced, and the server knows the new ones first. No fact is dead for that.
_AWAY = ("57P01", "57P02", "57P03", "28000", "28P01")
DOWN = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    # An idle connection was told of a crash and takes no further statement, though it is not closed yet.
    asyncpg.InternalClientError,
)
"""Errors of a server that is away or starting."""


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn "the server is away, busy or gave up" into DomainError UNAVAILABLE; let everything else through.

    A number that no column holds is INVALID `NUMBER_TOO_LARGE`: contracts allow larger ones than the database keeps.
    Reasons: DATABASE_UNAVAILABLE, DATABASE_BUSY (no free connection), LOCK_TIMEOUT, STATEMENT_TIMEOUT,
    TRANSACTION_TIMEOUT, SERIALIZATION_FAILURE, DEADLOCK, and RESTORED_READ_ONLY while a restored database stands still.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise _unavailable("DATABASE_BUSY") from error
    except (exc.DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, *DOWN) as error:
        if _too_large(error):
            raise DomainError(Kind.INVALID, "NUMBER_TOO_LARGE", "数值太大。", rule="REST-05") from error
        reason = _reason(error)
        if not reason:
            raise
        raise _unavailable(reason) from error


def _too_large(error: BaseException | None) -> bool:
    """Whether asyncpg would not send a number; it tells this only in words."""
    while error is not None:
        if isinstance(error, asyncpg.InterfaceError | asyncpg.DataError) and "value out of int" in str(error):
            return True
        error = getattr(error, "orig", None) or error.__cause__
    return False


def _reason(error: BaseException | None) -> str:
    """Why the database could not do it now; empty when the statement itself is at fault.

    A timeout that ends the session is told in the cause of the error about the closed connection.
    """
    reason = ""
    while error is not None:
        sqlstate = str(getattr(error, "sqlstate", None) or "")
        if sqlstate == _READ_ONLY:
            return "RESTORED_READ_ONLY"
        if sqlstate in _GAVE_UP:
            return _GAVE_UP[sqlstate]
        if isinstance(error, TimeoutError):  # which is an OSError: no connection or no answer in time
            reason = reason or "DATABASE_BUSY"
        elif isinstance(error, DOWN) or sqlstate in _AWAY or getattr(error, "connection_invalidated", False):
            reason = "DATABASE_UNAVAILABLE"
        elif isinstance(error, asyncpg.InterfaceError) and ("closed" in str(error) or "closing" in str(error)):
            reason = "DATABASE_UNAVAILABLE"  # asyncpg tells this only in words
        error = getattr(error, "orig", None) or error.__cause__
    return reason


for known in (*_GAVE_UP.values(), "DATABASE_BUSY", "DATABASE_UNAVAILABLE"):
    DATABASE_GAVE_UP.labels(known)  # from the start, so that the first one is seen as growth


def _unavailable(reason: str) -> DomainError:
    DATABASE_GAVE_UP.labels(reason).inc()
    if reason == "RESTORED_READ_ONLY":
        message = "系统刚从备份恢复，核对完成之前只能查看，不能办理业务。"
        return DomainError(Kind.UNAVAILABLE, reason, message, rule="OPS-40")
    return DomainError(Kind.UNAVAILABLE, reason, "系统繁忙，请稍后重试。")
