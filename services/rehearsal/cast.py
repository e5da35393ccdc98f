"""The cast: accounts for everybody who plays, opened before the curtain rises.

Opening an account costs a password hash (some 40 ms of processor, a tenth of that where the stack was told so), so it
happens before the first day of the cycle, a few at a time. Accounts of a former play of the same people serve again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict

from residency.identity.v1 import account_pb2
from services.kit.domain import DomainError, Kind
from services.rehearsal.access import Papers
from services.rehearsal.operator import Operator, derived_password
from services.rehearsal.people import PHONE_PREFIX, Person
from services.rehearsal.province import BaseEntry, Province
from services.rehearsal.rest import Rest
from services.rehearsal.session import Session
from services.stack.accounts import Newcomer, Post
from services.stack.authenticator import Keyring

AT_THE_DOOR = 24
"""So many open their accounts through the public door, step by step; it is no gate that a season has to pass."""
SIGNED_IN_BEFORE = 30_000
"""In larger plays nobody is signed in beforehand: sessions end after half an hour without anybody using them."""
_AT_ONCE = 8
_TOGETHER = 25
_GROUPS_AT_ONCE = 4
_KNOWN = ("PERSON_REGISTERED", "LOGIN_TAKEN")
"""Of accounts that are there from a former play of the same people."""


@dataclass(frozen=True, slots=True)
class BaseSessions:
    """The two of one base who play."""

    base_code: str
    reviewer: Session
    administrator: Session


async def open_accounts(
    rest: Rest, people: Sequence[Person], operator: Operator, secret: str, done: Callable[[], None]
) -> list[Session]:
    """An account for everybody, or the one they have from a former play; a session each, in this order.

    The first `AT_THE_DOOR` register as people do. All others get theirs as the operator of a trial opens them, for what
    a door costs is known by then. Whoever has no tokens yet signs in when they come. Raises DomainError when somebody
    can do neither; `done` is called for each.
    """
    cast = [Session(rest, person.login, person.login, derived_password(secret, person.login)) for person in people]
    pairs = list(zip(people, cast, strict=True))

    async def register(person: Person, session: Session) -> None:
        answer = await session.register(Papers(person.name, person.resident_id, person.phone), operator)
        if not answer.ok and not (answer.status == 409 and await session.sign_in()):
            raise _unopened(person, answer.reason or "NO_ANSWER", lost=answer.status == 0)
        done()

    async def open_some(some: Sequence[tuple[Person, Session]]) -> None:
        newcomers = [
            Newcomer("applicant", person.name, person.resident_id, person.phone, session.login, session.password)
            for person, session in some
        ]
        opened = await operator.open_accounts(newcomers, sign_in=len(people) <= SIGNED_IN_BEFORE)
        for (person, session), found in zip(some, opened, strict=True):
            if not isinstance(found, str):
                session.take(_as_json(found))
            elif found not in ("", *_KNOWN):
                raise _unopened(person, found)
            done()

    await a_few_at_once([register(*pair) for pair in pairs[:AT_THE_DOOR]], _AT_ONCE)
    rest_of_them = pairs[AT_THE_DOOR:]
    groups = [rest_of_them[begin : begin + _TOGETHER] for begin in range(0, len(rest_of_them), _TOGETHER)]
    await a_few_at_once([open_some(group) for group in groups], _GROUPS_AT_ONCE)
    return cast


def _unopened(person: Person, reason: str, *, lost: bool = False) -> DomainError:
    kind = Kind.UNAVAILABLE if lost else Kind.CONFLICT
    return DomainError(kind, reason, f"account {person.login} cannot be opened: {reason}")


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

    return await a_few_at_once([one(number, base) for number, base in enumerate(bases)], _AT_ONCE)


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
        password=derived_password(secret, login),
    )


def _staff_mobile(number: int) -> str:
    return f"{PHONE_PREFIX}0097{number:04d}"


def _as_json(signed_in: account_pb2.SignedIn) -> dict[str, Any]:
    return MessageToDict(signed_in, preserving_proto_field_name=True)


async def a_few_at_once(deeds: Sequence[Coroutine[Any, Any, Any]], at_once: int) -> list[Any]:
    """Do all, so many at a time; their results in order. The first that fails ends the others."""
    results: list[Any] = [None] * len(deeds)
    waiting = iter(enumerate(deeds))

    async def work() -> None:
        for place, deed in waiting:
            results[place] = await deed

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(deeds))):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        for _, deed in waiting:
            deed.close()
    return results
