"""The cast: accounts for everybody who plays, opened before the curtain rises.

Opening an account and signing in cost a password hash each (some 40 ms of processor), so both happen before the first
day of the cycle, a few at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from services.kit.domain import DomainError, Kind
from services.rehearsal.operator import Operator, derived_password
from services.rehearsal.people import Person
from services.rehearsal.province import BaseEntry
from services.rehearsal.rest import Rest, Session

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class BaseSessions:
    """The two of one base who play."""

    base_code: str
    reviewer: Session
    administrator: Session


async def open_accounts(
    rest: Rest, people: Sequence[Person], secret: str, done: Callable[[], None]
) -> list[tuple[Person, Session]]:
    """Register everybody through the public door, or sign in who has an account already; `done` after each.

    Raises DomainError when somebody can do neither.
    """
    cast = [(person, Session(rest, person.login, person.login, _password(secret, person.login))) for person in people]

    async def one(person: Person, session: Session) -> None:
        answer = await session.register(person.name, person.resident_id)
        if not answer.ok and not (answer.status == 409 and await session.sign_in()):
            raise DomainError(
                Kind.UNAVAILABLE if answer.status == 0 else Kind.CONFLICT,
                answer.reason or "NO_ANSWER",
                f"account {person.login} cannot be opened: {answer.status} {answer.reason or 'no answer'}",
            )
        done()

    await _a_few_at_once([one(person, session) for person, session in cast])
    return cast


async def appoint_staff(
    rest: Rest, operator: Operator, bases: Sequence[BaseEntry], secret: str, done: Callable[[], None]
) -> list[BaseSessions]:
    """A reviewer and an administrator for every base, appointed by the operator and signed in; `done` after each base.

    The accounts are the same in every rehearsal on one stack. Raises DomainError when one cannot be had.
    """

    async def staff(base: BaseEntry, role: str, title: str) -> Session:
        login = f"rehearsal.{base.code.lower()}.{role.removeprefix('base_')}"
        session = Session(rest, login, login, _password(secret, login))
        await operator.appoint(login, session.password, f"演练{title}", role, base.code)
        if not await session.sign_in():
            raise DomainError(Kind.CONFLICT, "STAFF_SIGN_IN", f"staff account {login} cannot sign in")
        return session

    async def one(base: BaseEntry) -> BaseSessions:
        reviewer = await staff(base, "base_reviewer", "审核员")
        administrator = await staff(base, "base_administrator", "管理员")
        done()
        return BaseSessions(base.code, reviewer, administrator)

    return await _a_few_at_once([one(base) for base in bases])


def _password(secret: str, login: str) -> str:
    return derived_password(secret, login)


async def _a_few_at_once(deeds: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(deed: Coroutine[Any, Any, Any]) -> Any:
        async with slots:
            return await deed

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(deed)) for deed in deeds]
    return [task.result() for task in tasks]
