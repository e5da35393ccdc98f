"""Who plays a faculty season: teachers with accounts, 教学部 and a director for every base that has departments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from google.protobuf.json_format import MessageToDict

from services.kit.domain import DomainError, Kind
from services.rehearsal.access import Papers
from services.rehearsal.faculty_people import Teacher
from services.rehearsal.faculty_season import FacultySeason, Office
from services.rehearsal.faculty_session import Deeds, FacultySession, Pictures
from services.rehearsal.operator import Operator, derived_password
from services.rehearsal.people import PHONE_PREFIX
from services.rehearsal.province import Province
from services.rehearsal.rest import Rest
from services.rehearsal.site import Site
from services.stack import processes, state
from services.stack.accounts import Post
from services.stack.authenticator import Keyring

_AT_ONCE = 4


class FacultyCast:
    """Opens accounts and gives hats; `season` is what is played with them, `deeds` what they did."""

    def __init__(self, rest: Rest, operator: Operator, secret: str, keyring: Keyring) -> None:
        self._rest = rest
        self._operator = operator
        self._secret = secret
        self._keyring = keyring
        self.deeds = Deeds()

    async def season(self, province: Province, teachers: Sequence[Teacher], seed: int) -> FacultySeason:
        """Everybody signed in. Raises DomainError when somebody cannot be had."""
        bases = {teacher.base.code: teacher.base for teacher in teachers}
        worn = await self._operator.worn(province)
        offices = []
        for number, base in enumerate(bases.values()):
            department = base.departments[0].code
            posts = (
                self._post("teaching_department", "教学部", base.code, base.code, 2 * number),
                self._post("department_director", "科主任", department, base.code, 2 * number + 1),
            )
            teaching, director = [await self._staff(post, worn) for post in posts]
            offices.append(Office(base.code, department, teaching, director))
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(teacher: Teacher) -> tuple[Teacher, FacultySession]:
            async with slots:
                return teacher, await self._register(teacher)

        cast = await asyncio.gather(*(one(teacher) for teacher in teachers))
        return FacultySeason(offices, cast, seed)

    async def _register(self, teacher: Teacher) -> FacultySession:
        person = teacher.person
        session = self._session(teacher.login)
        papers = Papers(person.name, person.resident_id, person.phone, role="faculty")
        answer = await session.register(papers, self._operator)
        if not answer.ok and not (answer.status == 409 and await session.sign_in()):
            told = f"account {teacher.login} cannot be opened: {answer.status} {answer.reason or 'no answer'}"
            raise DomainError(Kind.UNAVAILABLE, answer.reason or "NO_ANSWER", told)
        return session

    async def _staff(self, post: Post, worn: dict[tuple[str, str, str], str]) -> FacultySession:
        session = self._session(post.login)
        person_id = worn.get((post.role, post.organisation, post.name), "")
        if person_id and post.login in self._keyring:
            session.authenticator = self._keyring[post.login]
            if await session.sign_in(doubtful=True):
                return session
        entering = self._operator.reclaim(post, person_id) if person_id else self._operator.appoint(post)
        signed_in, session.authenticator = await entering
        session.take(MessageToDict(signed_in, preserving_proto_field_name=True))
        self._keyring.add(post.login, session.authenticator)
        return session

    def _session(self, login: str) -> FacultySession:
        return FacultySession(self._rest, login, login, derived_password(self._secret, login), deeds=self.deeds)

    def _post(self, role: str, title: str, organisation: str, base: str, number: int) -> Post:
        login = f"rehearsal.{base.lower()}.{role.partition('_')[2] if role.startswith('department') else 'teaching'}"
        return Post(
            role=role,
            organisation=organisation,
            name=f"演练{title}",
            mobile=f"{PHONE_PREFIX}0096{number:04d}",
            login=login,
            password=derived_password(self._secret, login),
        )


def staff_mobiles(bases: int) -> list[str]:
    """The mobile numbers to which the invitations of a faculty season go."""
    return [f"{PHONE_PREFIX}0096{number:04d}" for number in range(2 * bases)]


@asynccontextmanager
async def pictures_of(site: Site) -> AsyncIterator[Pictures]:
    """The way to faculty's own door on the stack of `site`."""
    address = processes.address(state.load(site.data), "faculty")
    pictures = Pictures(site.settings.model_copy(update={"faculty_address": address}))
    try:
        yield pictures
    finally:
        await pictures.close()
