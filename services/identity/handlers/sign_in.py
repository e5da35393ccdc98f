"""Signing in with login and password, and with a second factor where one is enrolled: use cases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from residency.identity.v1 import session_service_pb2
from services.identity.alarm import Alarm
from services.identity.challenges import SIGN_IN, Challenges
from services.identity.core import Core
from services.identity.factors import Factors
from services.identity.opening import Opened, SessionOpener, check_account
from services.identity.passwords import Slot
from services.identity.records import Person
from services.identity.store.people import People
from services.identity.store.sessions import Sessions
from services.identity.throttle import ACCOUNT, ACCOUNT_HERE, ADDRESS, Throttle
from services.kit import auth, metrics
from services.kit.audit import note
from services.kit.domain import Caller, DomainError, Kind
from services.kit.networks import network

KNOWN_FOR = timedelta(days=90)
"""SES-10: how long an address from which somebody was signed in counts as theirs."""
LOOKS_AT_ONCE = 4
"""Sign-ins that ask the database before they queue: never all of its connections, however many come at once."""
_NOBODY = str(UUID(int=0))


@dataclass(frozen=True, slots=True)
class Owed:
    """The password was right; a second factor is owed."""

    challenge_id: str
    factors: Sequence[str]


class SignInHandlers:
    """How a session begins."""

    def __init__(
        self, core: Core, opener: SessionOpener, factors: Factors, challenges: Challenges, throttle: Throttle
    ) -> None:
        self._core = core
        self._opener = opener
        self._factors = factors
        self._challenges = challenges
        self._throttle = throttle
        self._alarm = Alarm(core.clock)
        self._looks = asyncio.Semaphore(LOOKS_AT_ONCE)

    async def sign_in(self, login: str, password: str) -> Opened | Owed:
        """ID-16: one answer, in one time, for a wrong password and an unknown login: both take the same round trips.

        Raises:
            DomainError: UNAUTHENTICATED BAD_CREDENTIALS; EXHAUSTED TOO_MANY_FAILURES with `until` (ID-14, SES-10; also
                for the right password: a limit that lets it through would let guessing go on) or SIGN_IN_BUSY; for
                the right password FORBIDDEN ACCOUNT_SUSPENDED (SES-01) or NO_HAT (SES-02).
        """
        try:
            result = await self._sign_in(login.lower(), password)
        except DomainError as error:
            metrics.SIGN_INS.labels(error.reason).inc()
            self._alarm.failed()
            raise
        metrics.SIGN_INS.labels("done" if isinstance(result, Opened) else "factor_owed").inc()
        return result

    async def prove(self, challenge_id: str, proof: session_service_pb2.Proof) -> Opened:
        """SES-11: answer the challenge of a sign-in.

        Raises DomainError as `Challenges.begin_try`, `Factors.prove` and `SessionOpener.open`.
        """
        challenge, person = await self._challenges.begin_try(challenge_id, SIGN_IN)
        try:
            async with self._core.database.unit_of_work() as uow:
                await People(uow.session).by_id(person.person_id, lock=True)
                await self._challenges.prove(uow, challenge, person, proof)
                return await self._opener.open(uow, person, proved=True)
        except DomainError as error:
            metrics.SIGN_INS.labels(error.reason).inc()
            await self._challenges.refused(challenge, error)
            raise

    async def _sign_in(self, login_key: str, password: str) -> Opened | Owed:
        # Before the queue, so that guesses which cannot count do not keep others waiting ...
        async with self._looks:
            await self._look(login_key)
        async with self._core.passwords.slot() as slot:
            # ... and within a turn, so that a thousand sent together cannot all pass.
            found = await self._look(login_key)
            right = await slot.matches(found.password_hash if found else None, password)
            if found is None or not right:
                await self._failed(found, login_key)
                raise _bad_credentials()
            rehashed = await self._rehashed(slot, found, password)
        return await self._go_on(found, rehashed)

    async def _look(self, login_key: str) -> Person | None:
        """Who that is, if anybody; raises when the account or the address rests."""
        origin = auth.origin()
        account, here, address = self._buckets(login_key)
        async with self._core.database.unit_of_work() as uow:
            found = await People(uow.session).by_login(login_key)
            person_id, since = found.person_id if found else _NOBODY, self._core.clock.now() - KNOWN_FOR
            known_here = await Sessions(uow.session).here_since(person_id, origin.address, since)
            # Failures from elsewhere do not lock out who was signed in from here before.
            await self._throttle.check_all(uow, [here if known_here and here[1] else account, address])
        return found

    async def _failed(self, found: Person | None, login_key: str) -> None:
        # An unknown login has a chain of its own in the audit, so that neither answer waits more than the other.
        stand_in = UUID(bytes=self._core.vault.lookup("login", login_key)[:16])
        about = found.person_id if found else str(stand_in)
        async with self._core.database.unit_of_work() as uow:
            await self._throttle.failed_all(uow, self._buckets(login_key))
            who = Caller(about, "")
            await note(uow, self._core.clock, "sign_in", about, who=who, outcome="BAD_CREDENTIALS")

    def _buckets(self, login_key: str) -> Sequence[tuple[str, str]]:
        """Where failures count: all tries at the account, those from this address, all tries from this address."""
        address = network(auth.origin().address)
        here = f"{login_key}\0{address}" if address else ""
        return (ACCOUNT, login_key), (ACCOUNT_HERE, here), (ADDRESS, address)

    async def _rehashed(self, slot: Slot, found: Person, password: str) -> str:
        """ID-12: the hash by today's parameters, when the stored one was made by others; else empty."""
        return await slot.hash(password) if slot.outdated(found.password_hash) else ""

    async def _go_on(self, found: Person, rehashed: str) -> Opened | Owed:
        """What follows the right password: a session, or the question for a second factor."""
        try:
            async with self._core.database.unit_of_work() as uow:
                people = People(uow.session)
                person = await people.by_id(found.person_id, lock=True)
                if person is None or person.password_hash != found.password_hash:
                    # It was changed while this one was hashed.
                    raise _bad_credentials()
                check_account(person)
                if rehashed:
                    await people.change(person.person_id, password_hash=rehashed)
                factors = await self._factors.enrolled(uow, person.person_id)
                if not factors:
                    return await self._opener.open(uow, person)
                who = Caller(person.person_id, "")
                await note(uow, self._core.clock, "sign_in", person.person_id, who=who, outcome="factor_owed")
                return Owed(await self._challenges.give(uow, person.person_id, SIGN_IN), factors)
        except DomainError as error:
            if error.kind in (Kind.FORBIDDEN, Kind.UNAUTHENTICATED):
                async with self._core.database.unit_of_work() as uow:
                    who = Caller(found.person_id, "")
                    await note(uow, self._core.clock, "sign_in", found.person_id, who=who, outcome=error.reason)
            raise


def _bad_credentials() -> DomainError:
    return DomainError(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "登录名或密码不正确。", rule="ID-16")
