"""People for tests: real identity inside the test's process, and accounts opened through its public calls.

    async with people.identity(database_url("identity"), nats_url, tmp_path) as crowd:
        anna = await crowd.register_applicant()
        reviewer = await crowd.staff("base_reviewer", "SD-QILU")
        with act_as(anna.token): ...

Captcha answers and texts are read from the sandbox as the operator. Every person comes from a network address of their
own, so that limits per address do not meet in tests that open many accounts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from residency.identity.v1 import account_pb2
from services.access import machine_token
from services.identity import service as identity_service
from services.identity.settings import IdentitySettings
from services.kit.auth import coming_from
from services.kit.domain import Origin
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.part import Part
from services.kit.settings import Settings
from services.rehearsal.people import check_digit
from services.stack.accounts import Accounts, Newcomer, Post
from services.stack.authenticator import Authenticator
from tests.support.wait import eventually

Stub = TypeVar("Stub")

PASSWORD = "Correct-horse7-battery"
SECRETS = {
    name: SecretStr(f"{name}-secret-0123456789")
    for name in ("operator", "worker", "identity", "enrollment", "faculty", "notify", "portal")
}
PROVINCE, BASE, OTHER_BASE, DEPARTMENT = "37", "SD-QILU", "SD-SLYY", "SD-QILU-NK"
OTHER_PROVINCE, FOREIGN_BASE = "11", "BJ-XIEHE"
_PLACES = {
    PROVINCE: ("山东省", account_pb2.ORGANISATION_KIND_PROVINCE, ""),
    OTHER_PROVINCE: ("北京市", account_pb2.ORGANISATION_KIND_PROVINCE, ""),
    BASE: ("山东大学齐鲁医院", account_pb2.ORGANISATION_KIND_BASE, PROVINCE),
    OTHER_BASE: ("山东省立医院", account_pb2.ORGANISATION_KIND_BASE, PROVINCE),
    FOREIGN_BASE: ("北京协和医院", account_pb2.ORGANISATION_KIND_BASE, OTHER_PROVINCE),
    DEPARTMENT: ("内科", account_pb2.ORGANISATION_KIND_DEPARTMENT, BASE),
}


@dataclass(slots=True)
class Account:
    """Somebody with an account, signed in."""

    person_id: str
    login: str
    token: str = field(repr=False)
    refresh: str = field(repr=False)
    session_id: str
    mobile: str = field(repr=False)
    document: str = field(default="", repr=False)
    """Resident identity number; empty for staff."""
    name: str = ""
    password: str = field(default=PASSWORD, repr=False)
    authenticator: Authenticator | None = field(default=None, repr=False)
    """Staff only."""


class People:
    """Opens accounts at the identity that listens on `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        settings = Settings(identity_address=address, machine_secret=SECRETS["operator"])
        self._operator = machine_token("operator", settings)
        self._as_operator = Channel(address, self._operator.value)
        self._plain = Channel(address)
        self.accounts = Accounts(self._as_operator)
        self._numbers = count(1)
        self._organised = False
        self._approver: Account | None = None

    def stub(self, stub_class: type[Stub] | Any) -> Any:
        """A stub over a channel without a token; wrap calls in `auth.act_as`."""
        return self._plain.stub(stub_class)

    def operator_stub(self, stub_class: type[Stub] | Any) -> Any:
        """A stub whose calls are the operator's."""
        return self._as_operator.stub(stub_class)

    async def machine(self, name: str) -> str:
        """The token of a machine: `operator`, `worker`, `portal`, …"""
        settings = Settings(identity_address=self.address, machine_secret=SECRETS[name])
        return await machine_token(name, settings).value()

    async def register_applicant(self, n: int | None = None) -> Account:
        """An applicant, registered in three steps; the same `n` gives the same document, mobile and log-in."""
        return await self._register("applicant", n)

    async def register_faculty(self, n: int | None = None) -> Account:
        """A faculty member, registered in three steps."""
        return await self._register("faculty", n)

    async def staff(self, role: str, organisation: str = "", n: int | None = None) -> Account:
        """Somebody invited by the operator, who accepted and enrolled an authenticator: a factor was just proved.

        `role` as in a token; without an organisation its usual one: `PROVINCE`, `BASE` or `DEPARTMENT`.
        """
        await self.organise()
        number = next(self._numbers) if n is None else n
        place = organisation or _usual_place(role)
        post = Post(role, place, _name(number), _mobile(number, "139"), f"{role}.{number}", PASSWORD)
        approver = self._approver.token if self._approver is not None else ""
        with coming_from(_origin(number)):
            signed_in, authenticator = await self.accounts.appoint(post, approver)
        account = _account(signed_in, post.login, post.mobile, name=post.name, authenticator=authenticator)
        if role == "security_administrator":
            self._approver = account
        return account

    async def sign_in(self, account: Account) -> Account:
        """Another session of the same person."""
        signed_in = await self.accounts.sign_in(account.login, account.password, account.authenticator)
        return _account(
            *(signed_in, account.login, account.mobile, account.document),
            name=account.name,
            authenticator=account.authenticator,
        )

    async def organise(self) -> None:
        """Make sure the usual provinces, bases and the department exist."""
        if not self._organised:
            await self.accounts.import_organisations(
                [
                    account_pb2.Organisation(code=code, name=name, kind=kind, parent_code=parent)
                    for code, (name, kind, parent) in _PLACES.items()
                ]
            )
            self._organised = True

    async def close(self) -> None:
        """Close the connections."""
        await self._plain.close()
        await self._as_operator.close()

    async def _register(self, role: str, n: int | None) -> Account:
        number = next(self._numbers) if n is None else n
        newcomer = Newcomer(
            role, _name(number), resident_id(number), _mobile(number, "138"), f"{role}{number}", PASSWORD
        )
        with coming_from(_origin(number)):
            signed_in = await self.accounts.register(newcomer)
        return _account(signed_in, newcomer.login, newcomer.mobile, newcomer.resident_id, name=newcomer.name)


@asynccontextmanager
async def identity(database_url: str, nats_url: str, data_dir: Path, **settings: Any) -> AsyncIterator[People]:
    """Identity as its process composes it, with the sandbox adapters and cheap password hashes."""
    given = IdentitySettings(
        database_url=SecretStr(database_url),
        nats_url=nats_url,
        data_dir=data_dir,
        machine_secrets=SECRETS,
        **{"argon2_memory_kib": 8 * 1024, **settings},
    )
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(running(identity_service.parts(given)))
        crowd = People(address)
        stack.push_async_callback(crowd.close)
        yield crowd


@asynccontextmanager
async def running(parts: Sequence[Part]) -> AsyncIterator[str]:
    """Start `parts` in order and give the address of their gRPC server; stop them in reverse."""
    started: list[Part] = []
    try:
        for part in parts:
            await part.start()
            started.append(part)
        await eventually(lambda: _ready(parts), "every part is ready")
        [server] = [part for part in parts if isinstance(part, GrpcServer)]
        yield f"127.0.0.1:{server.port}"
    finally:
        for part in reversed(started):
            await part.stop()


async def _ready(parts: Sequence[Part]) -> bool:
    return not any(part.not_ready() for part in parts)


def resident_id(number: int) -> str:
    """A synthetic identity number (division 370199) of somebody born in 1990 or after; the same for the same number."""
    days = number % 360
    head = f"370199{1990 + number // 360 % 15}{1 + days // 30:02d}{1 + days % 28:02d}{number % 900 + 100:03d}"
    return head + check_digit(head)


def _usual_place(role: str) -> str:
    if role in ("base_reviewer", "base_administrator", "teaching_department"):
        return BASE
    return DEPARTMENT if role.startswith("department_") else PROVINCE


def _name(number: int) -> str:
    digits = "零一二三四五六七八九"
    return "测试" + "".join(digits[int(digit)] for digit in str(number))


def _mobile(number: int, prefix: str) -> str:
    return f"{prefix}{number:08d}"


def _origin(number: int) -> Origin:
    return Origin(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", "tests")


def _account(
    signed_in: account_pb2.SignedIn,
    login: str,
    mobile: str,
    document: str = "",
    *,
    name: str = "",
    authenticator: Authenticator | None = None,
) -> Account:
    tokens = signed_in.tokens
    return Account(
        person_id=signed_in.person.person_id,
        login=login,
        token=tokens.access.value,
        refresh=tokens.refresh.value,
        session_id=tokens.session_id,
        mobile=mobile,
        document=document,
        name=name,
        authenticator=authenticator,
    )
