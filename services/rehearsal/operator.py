"""The operator's few commands that have no REST route: organisations, invitations, the sandbox, and a new cycle."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.identity.v1 import account_pb2
from services.access import channel_to, machine_token
from services.kit.clock import SystemClock
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.kit.settings import Settings
from services.rehearsal.cycle_order import cycle_request
from services.rehearsal.plans import Seats
from services.rehearsal.province import BaseEntry, Province
from services.stack.accounts import Accounts, Newcomer, Post
from services.stack.authenticator import Authenticator
from services.stack.load import organisations

PATIENCE = timedelta(seconds=60)
"""How long a command is tried again while a service is away."""

Result = TypeVar("Result")


class Operator:
    """Speaks gRPC as the machine `operator`; use as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        token = machine_token("operator", settings)
        identity = channel_to("identity", settings, token)
        enrollment = channel_to("enrollment", settings, token)
        self._channels = (identity, enrollment)
        self._accounts = Accounts(identity)
        self._cycles = enrollment.stub(CycleServiceStub)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in self._channels:
            await channel.close()

    async def import_organisations(self, province: Province, bases: Sequence[BaseEntry]) -> None:
        """Make sure the province and these bases exist."""
        wanted = organisations(province, bases)
        await _patiently(lambda: self._accounts.import_organisations(wanted))

    async def worn(self, province: Province) -> dict[tuple[str, str, str], str]:
        """(role, organisation, name) → person id of all staff of the province."""
        return await _patiently(lambda: self._accounts.worn(province.code))

    async def appoint(self, post: Post) -> tuple[account_pb2.SignedIn, Authenticator]:
        """Have somebody invited, accept, and enrol an authenticator; signed in."""
        return await self._accounts.appoint(post)

    async def reclaim(self, post: Post, person_id: str) -> tuple[account_pb2.SignedIn, Authenticator]:
        """Have somebody whose authenticator is not known here enrol another; signed in."""
        return await self._accounts.reclaim(post, person_id)

    async def captcha_answer(self, captcha_id: str) -> str:
        """What stands in a captcha's picture, from the sandbox."""
        return await _patiently(lambda: self._accounts.captcha_answer(captcha_id))

    async def newest_code(self, mobile: str, purpose: str) -> str:
        """The code in the newest text of `purpose`, from the sandbox."""
        return await _patiently(lambda: self._accounts.newest_code(mobile, purpose))

    async def open_accounts(self, newcomers: Sequence[Newcomer], *, sign_in: bool) -> list[account_pb2.SignedIn | str]:
        """Open the accounts of at most a hundred applicants at once; of each its first session, or why there is none:
        the reason of a refusal, empty where no session was asked for."""
        return await _patiently(lambda: self._accounts.open_many(newcomers, sign_in=sign_in))

    async def create_cycle(
        self,
        province: Province,
        bases: Sequence[BaseEntry],
        plan: Sequence[Seats],
        *,
        title: str,
        starts_at: datetime,
        day_seconds: float,
    ) -> str:
        """Create a compressed cycle and return its id; `starts_at` is when the first day of registration begins."""
        request = cycle_request(
            *(province, bases, plan, new_id()), title=title, starts_at=starts_at, day_seconds=day_seconds
        )
        answer: Any = await _patiently(lambda: self._cycles.CreateCycle(request))
        return str(answer.cycle.cycle_id)


def derived_password(secret: str, login: str) -> str:
    """The password of a synthetic account: the same each time on one stack, another on every other stack."""
    return hashlib.sha256(f"{secret}/{login}".encode()).hexdigest()[:24]


async def _patiently(call: Callable[[], Awaitable[Result]]) -> Result:
    """Try again while a service is away. Raises DomainError as soon as it is refused, or after `PATIENCE`."""
    clock = SystemClock()
    give_up = clock.now() + PATIENCE
    pause = 0.1
    while True:
        try:
            return await call()
        except DomainError as error:
            if error.kind not in (Kind.UNAVAILABLE, Kind.EXHAUSTED) or clock.now() >= give_up:
                raise
        await asyncio.sleep(pause)
        pause = min(2.0, pause * 2)
