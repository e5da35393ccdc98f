"""Errors of a database that is away, busy or gave up are "try later"; a fault of the statement stays what it is."""

from __future__ import annotations

import asyncpg
import pytest

from services.kit.database_errors import translate_errors
from services.kit.domain import DomainError, Kind

LATER = [
    (ConnectionRefusedError(), "DATABASE_UNAVAILABLE"),
    (asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"), "DATABASE_UNAVAILABLE"),
    (asyncpg.CannotConnectNowError("the database system is starting up"), "DATABASE_UNAVAILABLE"),
    (asyncpg.CrashShutdownError("terminating connection because of crash"), "DATABASE_UNAVAILABLE"),
    (asyncpg.InterfaceError("connection is closed"), "DATABASE_UNAVAILABLE"),
    (
        asyncpg.InternalClientError("cannot switch to state 12; another operation is in progress"),
        "DATABASE_UNAVAILABLE",
    ),
    (asyncpg.InvalidPasswordError("password authentication failed"), "DATABASE_UNAVAILABLE"),
    (asyncpg.InvalidAuthorizationSpecificationError("role is not permitted to log in"), "DATABASE_UNAVAILABLE"),
    (TimeoutError(), "DATABASE_BUSY"),
    (asyncpg.LockNotAvailableError("canceling statement due to lock timeout"), "LOCK_TIMEOUT"),
    (asyncpg.QueryCanceledError("canceling statement due to statement timeout"), "STATEMENT_TIMEOUT"),
    (asyncpg.DeadlockDetectedError("deadlock detected"), "DEADLOCK"),
]


@pytest.mark.parametrize(("error", "reason"), LATER, ids=lambda value: type(value).__name__ if value else "")
def test_an_error_of_the_database_is_try_later(error: Exception, reason: str) -> None:
    with pytest.raises(DomainError) as told, translate_errors():
        raise error
    assert (told.value.kind, told.value.reason) == (Kind.UNAVAILABLE, reason)


@pytest.mark.parametrize("error", [asyncpg.UniqueViolationError("twice"), asyncpg.CheckViolationError("too many")])
def test_a_fault_of_the_statement_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)), translate_errors():
        raise error
