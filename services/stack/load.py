"""Loads a province into a running stack: organisations and demo log-ins, as the machine "operator"; what departments
of the demo base train in, as its teaching office.

Run as a process of its own (`python -m services.stack.load FILE DATA`), so that `up` need not load gRPC. Loading twice
changes nothing. The demo people come in as everybody does: applicant and faculty member register in three steps, staff
accept an invitation and enrol an authenticator, whose secret is kept beside the data (`residency code`).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from residency.identity.v1 import account_pb2
from services.access import channel_to, machine_token
from services.kit.auth import coming_from
from services.kit.domain import DomainError, Kind, Origin
from services.kit.grpc_client import Channel
from services.kit.settings import Settings
from services.rehearsal.province import BaseEntry, Department, Province, load_province
from services.stack import demo, state, wards
from services.stack.accounts import Accounts, Newcomer, Post
from services.stack.authenticator import Keyring

AT_ONCE = 3
"""Accounts opened at a time: each costs a password hash of 46 MiB."""
SECURITY, TEACHING = "security_administrator", "teaching_department"


def organisations(province: Province, bases: Sequence[BaseEntry]) -> list[account_pb2.Organisation]:
    """The province, `bases` and their departments as identity's contract writes them: main bases before those that
    train with them."""
    bases = sorted(bases, key=lambda base: bool(base.main_code))
    return [
        account_pb2.Organisation(code=province.code, name=province.name, kind=account_pb2.ORGANISATION_KIND_PROVINCE),
        *(
            account_pb2.Organisation(
                code=base.code,
                name=base.name,
                kind=account_pb2.ORGANISATION_KIND_BASE,
                parent_code=province.code,
                main_base_code=base.main_code,
            )
            for base in bases
        ),
        *(
            account_pb2.Organisation(
                code=department.code,
                name=department.name,
                kind=account_pb2.ORGANISATION_KIND_DEPARTMENT,
                parent_code=base.code,
            )
            for base in bases
            for department in base.departments
        ),
    ]


@dataclass(slots=True)
class Loader:
    """Opens the accounts of `people`, of the demo unless told otherwise, in `province` where they are missing."""

    accounts: Accounts
    province: Province
    password: str = field(repr=False)
    kept: Keyring
    people: Sequence[demo.Demo] = demo.PEOPLE
    """Security administrators last."""
    worn: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """(role, organisation, name) → person id of the staff there are."""
    entered: dict[str, str] = field(default_factory=dict, repr=False)
    """Log-in → token of who was just appointed: their next code is left to whoever plays them."""

    async def load(self) -> None:
        """Organisations first, then people. Raises DomainError when identity refuses or is away."""
        base = self._base()
        others = [each for each in self.province.bases if each.code != base.code]
        await self.accounts.import_organisations(organisations(self.province, [base, *others]))
        self.worn = await self.accounts.worn(self.province.code)
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(person: demo.Demo) -> None:
            async with slots:
                # Each from an address of their own, as people would: limits count by address.
                with coming_from(Origin(f"127.0.1.{self.people.index(person) + 1}", "residency up")):
                    await self._open(person)

        try:
            async with asyncio.TaskGroup() as group:
                for person in self.people:
                    if person.role != SECURITY:
                        group.create_task(one(person))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        for person in self.people:
            if person.role == SECURITY:
                await one(person)

    async def furnish(self, faculty: Channel) -> None:
        """After `load`: what the departments of the demo base train in. Raises DomainError as faculty refuses."""
        base = self._base()
        if any(each.disciplines for each in base.departments):
            office = next(person.login for person in self.people if person.role == TEACHING)
            token = self.entered.get(office) or await self._sign_in(office)
            await wards.furnish(faculty, token, base.code, base.departments)

    async def _open(self, person: demo.Demo) -> None:
        if person.organisation:
            await self._appoint(self._post(person))
            return
        newcomer = Newcomer(person.role, person.name, person.resident_id, person.mobile, person.login, self.password)
        try:
            await self.accounts.register(newcomer)
        except DomainError as error:
            if error.kind is not Kind.CONFLICT:
                raise

    async def _appoint(self, post: Post) -> None:
        person_id = self.worn.get((post.role, post.organisation, post.name))
        if person_id is None:
            signed_in, enrolled = await self.accounts.appoint(post, await self._approver())
        elif post.login not in self.kept:
            signed_in, enrolled = await self.accounts.reclaim(post, person_id)
        else:
            return
        self.kept.add(post.login, enrolled)
        self.entered[post.login] = signed_in.tokens.access.value

    async def _approver(self) -> str:
        """The token of the demo security administrator, where there is one from an earlier start; else empty."""
        signer = next(person for person in self.people if person.role == SECURITY)
        post = self._post(signer)
        if (post.role, post.organisation, post.name) not in self.worn or signer.login not in self.kept:
            return ""
        return await self._sign_in(signer.login)

    async def _sign_in(self, login: str) -> str:
        signed_in = await self.accounts.sign_in(login, self.password, self.kept[login])
        self.kept.save()
        return str(signed_in.tokens.access.value)

    def _post(self, person: demo.Demo) -> Post:
        return Post(person.role, self._place(person), person.name, person.mobile, person.login, self.password)

    def _place(self, person: demo.Demo) -> str:
        """Where the hat holds; a province of one's own has other bases: its demo staff work at the first of them."""
        if person.organisation == demo.PROVINCE:
            return self.province.code
        base = self._base()
        return base.departments[0].code if person.organisation == demo.DEPARTMENT else base.code

    def _base(self) -> BaseEntry:
        bases = self.province.bases
        base = next((base for base in bases if base.code == demo.DEMO_BASE), bases[0])
        return base if base.departments else replace(base, departments=(Department(f"{base.code}-1", "演示科室"),))


async def load(province: Province, password: str, data: Path, settings: Settings) -> None:
    """Import organisations, open the demo accounts, furnish the demo base. Raises DomainError when a service refuses
    or is away."""
    channel = channel_to("identity", settings, machine_token("operator", settings))
    faculty = channel_to("faculty", settings)
    try:
        loader = Loader(Accounts(channel), province, password, Keyring(demo.factors_file(data)))
        await loader.load()
        await loader.furnish(faculty)
    finally:
        await channel.close()
        await faculty.close()


def main() -> int:
    """Entry point: `load FILE DATA`, with addresses and the secret from the environment; returns the exit code."""
    settings = Settings()
    data = Path(sys.argv[2])
    try:
        asyncio.run(load(load_province(Path(sys.argv[1])), demo.password(state.load(data)), data, settings))
    except DomainError as error:
        print(f"the province cannot be loaded: {error}", file=sys.stderr)  # noqa: T201  (its log is its stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
