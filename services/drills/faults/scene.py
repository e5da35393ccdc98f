"""A small year with people of its own, for faults that need somebody who acts: all through public and operator calls.

People and staff are opened once on a stack and shared by its faults; each fault opens a year (a compressed cycle of
its own pace) where it stands in the phase that it needs, and leaves it to close by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any

from residency.identity.v1 import account_pb2, session_service_pb2
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from services.access import channel_to, machine_token
from services.drills.faults.ground import HEAL_SECONDS, LOOK_SECONDS, Ground, crowded
from services.drills.faults.year import Year
from services.kit.auth import act_as
from services.kit.clock import SystemClock
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.shipped import shipped
from services.rehearsal.dossiers import make_dossier
from services.rehearsal.operator import Operator, derived_password
from services.rehearsal.people import PHONE_PREFIX, Person, make_people
from services.rehearsal.plans import Seats
from services.rehearsal.province import BaseEntry, PhaseDates, Province, load_province
from services.stack.accounts import Accounts, Newcomer, Post
from services.stack.authenticator import Authenticator
from services.stack.problems import StackFailure

PEOPLE = 16
BASES = 2
AT_ONCE = 3
"""Accounts opened at a time: each costs a password hash."""
FRESH_SECONDS = 300.0
"""How old a token may be before it is renewed; it lives for ten minutes."""
PROVED_SECONDS = 600.0
"""How old the proof of a second factor may be before it is given anew; it counts for fifteen minutes."""
PATIENCE_SECONDS = 60.0
_AGAIN = (Kind.UNAVAILABLE, Kind.EXHAUSTED)
_PROVINCE = shipped("deploy/provinces/shandong-2023.yaml")
_KEPT = "scene"


@dataclass(slots=True)
class Actor:
    """Somebody who is signed in."""

    name: str
    person_id: str
    _sessions: SessionServiceStub = field(repr=False)
    _tokens: account_pb2.Tokens = field(repr=False)
    base_code: str = ""
    """Where staff work; empty for applicants."""
    dossier: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    """What an applicant fills in, by section."""
    _authenticator: Authenticator | None = field(default=None, repr=False)
    """Of staff, who prove their second factor anew from time to time."""
    _since: float = field(default_factory=time.monotonic)
    _proved: float = field(default_factory=time.monotonic)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def token(self) -> str:
        """An access token that holds for some minutes yet."""
        async with self._turn:
            if time.monotonic() - self._since > FRESH_SECONDS:
                request = session_service_pb2.RefreshSessionRequest(refresh_token=self._tokens.refresh.value)
                self._tokens = (await patiently(lambda: self._sessions.RefreshSession(request))).tokens
                self._since = time.monotonic()
            if self._authenticator is not None and time.monotonic() - self._proved > PROVED_SECONDS:
                self._tokens.access.CopyFrom(await patiently(partial(self._prove, self._authenticator)))
                self._since = self._proved = time.monotonic()
            return str(self._tokens.access.value)

    async def _prove(self, authenticator: Authenticator) -> account_pb2.Token:
        with act_as(self._tokens.access.value):
            begun = await self._sessions.BeginStepUp(session_service_pb2.BeginStepUpRequest())
            proof = session_service_pb2.Proof(totp=await authenticator.code(SystemClock()))
            request = session_service_pb2.StepUpRequest(challenge_id=begun.challenge_id, proof=proof)
            found: account_pb2.Token = (await self._sessions.StepUp(request)).access
        return found

    def take(self, tokens: account_pb2.Tokens) -> None:
        """Go on with the tokens of another sign-in."""
        self._tokens, self._since = tokens, time.monotonic()

    async def ask(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """The answer to one try of `call` in this actor's name. Raises DomainError."""
        with act_as(await self.token()):
            return await call()

    async def do(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """The answer to `call`, tried with the same request until it is answered. Raises DomainError when refused."""
        return await patiently(lambda: self.ask(call))


@dataclass(slots=True)
class Scene:
    """The people of a stack's faults, and who opens years for them."""

    operator: Operator
    province: Province
    bases: Sequence[BaseEntry]
    applicants: Sequence[Actor]
    reviewers: Sequence[Actor]
    """One a base, as `administrators`."""
    administrators: Sequence[Actor]
    channel: Channel
    """To enrollment, beside all links; not one call is repeated by the channel itself."""

    async def year(
        self,
        *,
        places: int = 100,
        day_seconds: float = 60.0,
        rounds: int = 1,
        round_days: int = 5,
        lead_days: int = 0,
        begun_days: float = 2.02,
    ) -> Year:
        """A new year of `rounds` review rounds after the first, in which applicants submit and bases decide at once.

        Registration and the first round last a day each; it began `begun_days` ago, so that as it stands the first of
        these rounds is under way, which lasts `lead_days` where that is given. `places` for each of the first three
        specialties at each base. What is decided may be undone for a day.
        """
        codes = [each.code for each in self.province.specialties[:3]]
        plan = [Seats(base.code, code, places) for base in self.bases for code in codes]
        phases = _phases(self.province.year, [lead_days or round_days, *([round_days] * (rounds - 1))])
        cycle_id = await self.operator.create_cycle(
            replace(self.province, phases=phases, milestones=(), policy={"undo_minutes": 1440}),
            self.bases,
            plan,
            title=f"{self.province.title}（故障演练 {time.time_ns():x}）",
            starts_at=SystemClock().now() - timedelta(seconds=day_seconds * begun_days),
            day_seconds=day_seconds,
        )
        year = Year(cycle_id, self.channel, [base.code for base in self.bases], codes)
        await self.reached(year, min(int(begun_days) + 1, 3 if begun_days >= 0 else 0))
        return year

    async def reached(self, year: Year, sequence: int) -> None:
        """Wait until the gate of `year` stands in phase number `sequence`. Raises StackFailure."""
        end = time.monotonic() + HEAL_SECONDS
        while (await year.phase(self.applicants[0])) < sequence:
            if time.monotonic() > end:
                raise StackFailure(f"not within {HEAL_SECONDS:g} s: phase number {sequence} of the year is entered")
            await asyncio.sleep(LOOK_SECONDS)


async def scene(ground: Ground) -> Scene:
    """The scene of this stack, set up by the first fault that asks for it."""
    if _KEPT not in ground.kept:
        ground.kept[_KEPT] = await _set_up(ground)
    found: Scene = ground.kept[_KEPT]
    return found


async def sign_in_again(ground: Ground, actor: Actor) -> account_pb2.Tokens:
    """Another session for an applicant, with the password they registered with; kept by `actor` and returned."""
    channel = channel_to("identity", ground.site.settings)
    request = session_service_pb2.SignInRequest(
        login=actor.name, password=derived_password(ground.site.secret, actor.name)
    )
    try:
        answer = await patiently(lambda: channel.stub(SessionServiceStub).SignIn(request))
    finally:
        await channel.close()
    tokens: account_pb2.Tokens = answer.signed_in.tokens
    actor.take(tokens)
    return tokens


async def patiently(call: Callable[[], Awaitable[Any]]) -> Any:
    """Try again while a service is away or asks to wait; longer on a busy machine.

    Raises DomainError as soon as it is refused, or when patience is at its end.
    """
    end, pause = time.monotonic() + PATIENCE_SECONDS * crowded(), 0.05
    while True:
        try:
            return await call()
        except DomainError as error:
            if error.kind not in _AGAIN or time.monotonic() > end:
                raise
        await asyncio.sleep(pause)
        pause = min(1.0, pause * 2)


async def _set_up(ground: Ground) -> Scene:
    site = ground.site
    province = load_province(_PROVINCE)
    tag = f"f{time.time_ns() // 10**8:x}"
    bases = [
        BaseEntry(f"SD-{tag.upper()}-{number}", f"故障演练基地 {tag}-{number}", {}) for number in range(1, BASES + 1)
    ]
    operator = Operator(site.settings)
    await operator.import_organisations(province, bases)
    identity = channel_to("identity", site.settings, machine_token("operator", site.settings))
    accounts, sessions = Accounts(identity), channel_to("identity", site.settings).stub(SessionServiceStub)
    slots = asyncio.Semaphore(AT_ONCE)

    def seated(name: str, signed_in: account_pb2.SignedIn, **more: Any) -> Actor:
        return Actor(
            name,
            signed_in.person.person_id,
            **more,
            _sessions=sessions,
            _tokens=signed_in.tokens,
            _since=time.monotonic(),
        )

    async def applicant(person: Person) -> Actor:
        password = derived_password(site.secret, person.login)
        newcomer = Newcomer("applicant", person.name, person.resident_id, person.phone, person.login, password)

        async def enter() -> account_pb2.SignedIn:
            try:
                return await accounts.register(newcomer)
            except DomainError as error:
                # The answer to an earlier try may have been too late.
                if error.kind is not Kind.CONFLICT:
                    raise
            return await accounts.sign_in(person.login, password)

        async with slots:
            signed_in = await patiently(enter)
        dossier = make_dossier(person, ground.options.seed, province.year)
        if dossier["basic"]["applicant_type"] == "own_unit":
            # The employer is no base of the drill, and whoever trains with their own must be employed by it.
            dossier["basic"]["applicant_type"] = "other_unit"
        return seated(person.login, signed_in, dossier=dossier)

    async def staff(number: int, base: BaseEntry, role: str, title: str) -> Actor:
        tries = count(1)

        async def enter() -> tuple[account_pb2.SignedIn, Authenticator]:
            # Another invitation to another number for each try: nobody knows how far the one before got.
            again = next(tries)
            login = f"{tag}.{role}.{number}.{again}"
            mobile = f"{PHONE_PREFIX}{time.time_ns() // 1000 % 10**6:06d}{again % 10}{number}"
            name = f"演练{title}{again if again > 1 else ''}"
            return await accounts.appoint(
                Post(role, base.code, name, mobile, login, derived_password(site.secret, login))
            )

        async with slots:
            signed_in, authenticator = await patiently(enter)
        return seated(f"{base.code} {role}", signed_in, base_code=base.code, _authenticator=authenticator)

    people = make_people(PEOPLE, ground.options.seed, tag)
    applicants = asyncio.gather(*(applicant(person) for person in people))
    reviewers = asyncio.gather(*(staff(n, base, "base_reviewer", "审核员") for n, base in enumerate(bases)))
    heads = asyncio.gather(*(staff(n + BASES, base, "base_administrator", "管理员") for n, base in enumerate(bases)))
    cast = await asyncio.gather(applicants, reviewers, heads)
    ground.report.did(f"opened {PEOPLE} accounts of applicants, and those of the staff of {BASES} bases")
    await identity.close()
    return Scene(operator, province, bases, *cast, channel=Channel(site.settings.enrollment_address))


def _dossier(person: Person, year: int) -> dict[str, dict[str, Any]]:
    """Of somebody whom no hospital employs or sends: complete wherever they apply."""
    tries = (make_dossier(person, seed, year) for seed in count())
    return next(each for each in tries if each["basic"]["applicant_type"] == "social")


def _phases(year: int, rounds: Sequence[int]) -> tuple[PhaseDates, ...]:
    """Registration, first round, rounds of so many days and confirmation, one after another."""
    later = [("second_choice", days) for days in rounds]
    lengths = [("registration", 1), ("first_choice", 1), *later, ("confirmation", 1)]
    found, day = [], date(year, 1, 1)
    for number, (phase, days) in enumerate(lengths):
        found.append(PhaseDates(phase, f"第{number + 1}段", day, day + timedelta(days=days - 1), key=f"p{number}"))
        day += timedelta(days=days)
    return tuple(found)
