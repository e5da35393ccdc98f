"""The cast: accounts for everybody who plays, opened before the curtain rises.

Opening an account and signing in cost a password hash each (some 40 ms of processor), so both happen before the first
day of the cycle, a few at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict

from residency.identity.v1 import account_pb2
from services.kit.domain import DomainError, Kind
from services.rehearsal.access import Papers, Sandbox
from services.rehearsal.operator import Operator, derived_password
from services.rehearsal.people import PHONE_PREFIX, Person
from services.rehearsal.province import BaseEntry, Province
from services.rehearsal.rest import Rest
from services.rehearsal.session import Session
from services.stack.accounts import Post
from services.stack.authenticator import Keyring

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class BaseSessions:
    """The two of one base who play."""

    base_code: str
    reviewer: Session
    administrator: Session


async def open_accounts(
    rest: Rest, people: Sequence[Person], sandbox: Sandbox, secret: str, done: Callable[[], None]
) -> list[tuple[Person, Session]]:
    """Register everybody through the public door, or sign in who has an account already; `done` after each.

    Raises DomainError when somebody can do neither.
    """
    cast = [(person, Session(rest, person.login, person.login, _password(secret, person.login))) for person in people]

    async def one(person: Person, session: Session) -> None:
        answer = await session.register(Papers(person.name, person.resident_id, person.phone), sandbox)
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
    rest: Rest,
    operator: Operator,
    province: Province,
    bases: Sequence[BaseEntry],
    keyring: Keyring,
    secret: str,
    done: Callable[[], None],
) -> list[BaseSessions]:
    """A reviewer and an administrator for every base, invited by the operator and signed in; `done` after each base.

    The accounts are the same in every rehearsal on one stack; `keyring` keeps their authenticators. Raises DomainError
    when one cannot be had.
    """
    worn = await operator.worn(province)

    async def staff(post: Post) -> Session:
        session = Session(rest, post.login, post.login, post.password)
        person_id = worn.get((post.role, post.organisation, post.name), "")
        if person_id and post.login in keyring:
            session.authenticator = keyring[post.login]
            if await session.sign_in(doubtful=True):
                return session
        entering = operator.reclaim(post, person_id) if person_id else operator.appoint(post)
        signed_in, session.authenticator = await entering
        session.take(_as_json(signed_in))
        keyring.add(post.login, session.authenticator)
        return session

    async def one(number: int, base: BaseEntry) -> BaseSessions:
        reviewer = await staff(_post(base, 2 * number, "reviewer", "审核员", secret))
        administrator = await staff(_post(base, 2 * number + 1, "administrator", "管理员", secret))
        done()
        return BaseSessions(base.code, reviewer, administrator)

    return await _a_few_at_once([one(number, base) for number, base in enumerate(bases)])


def staff_mobiles(bases: Sequence[BaseEntry]) -> list[str]:
    """The mobile numbers to which the invitations of these bases' staff go."""
    return [_staff_mobile(number) for number in range(2 * len(bases))]


def _post(base: BaseEntry, number: int, kind: str, title: str, secret: str) -> Post:
    login = f"rehearsal.{base.code.lower()}.{kind}"
    return Post(
        role=f"base_{kind}",
        organisation=base.code,
        name=f"演练{title}",
        mobile=_staff_mobile(number),
        login=login,
        password=_password(secret, login),
    )


def _staff_mobile(number: int) -> str:
    return f"{PHONE_PREFIX}0097{number:04d}"


def _as_json(signed_in: account_pb2.SignedIn) -> dict[str, Any]:
    return MessageToDict(signed_in, preserving_proto_field_name=True)


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
