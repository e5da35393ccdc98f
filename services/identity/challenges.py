"""SES-11: second factors that are owed: asked for with a challenge, good for five minutes and five tries."""

from __future__ import annotations

import secrets
from datetime import timedelta

from residency.identity.v1 import session_service_pb2
from services.identity.core import Core
from services.identity.factors import Factors
from services.identity.records import Challenge, Person
from services.identity.store.people import People
from services.identity.store.sessions import Sessions
from services.identity.throttle import FACTOR, Throttle
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

LIFE = timedelta(minutes=5)
TRIES = 5
SIGN_IN = "sign_in"
STEP_UP = "step_up"
_NONCE_BYTES = 32


class Challenges:
    """Gives challenges out and takes their answers."""

    def __init__(self, core: Core, factors: Factors, throttle: Throttle) -> None:
        self._core = core
        self._factors = factors
        self._throttle = throttle

    async def give(self, uow: UnitOfWork, person_id: str, purpose: str, session_id: str | None = None) -> str:
        """A new challenge; its id."""
        challenge = Challenge(
            challenge_id=new_id(),
            person_id=person_id,
            session_id=session_id,
            purpose=purpose,
            nonce=secrets.token_bytes(_NONCE_BYTES),
            tries=0,
            expires_at=self._core.clock.now() + LIFE,
        )
        await Sessions(uow.session).add_challenge(challenge)
        return challenge.challenge_id

    async def passkey_options(self, challenge_id: str) -> str:
        """PublicKeyCredentialRequestOptions (JSON) for a challenge.

        Raises DomainError UNAUTHENTICATED CHALLENGE_OVER; NOT_NOW PASSKEY_NONE.
        """
        async with self._core.database.unit_of_work() as uow:
            challenge = self._open(await Sessions(uow.session).challenge(challenge_id))
            return await self._factors.passkey_options(uow, challenge.person_id, challenge.nonce)

    async def begin_try(
        self, challenge_id: str, purpose: str, session_id: str | None = None
    ) -> tuple[Challenge, Person]:
        """The challenge and who owes it; the try counts from here on, so that tries sent together are all counted.

        Raises DomainError UNAUTHENTICATED CHALLENGE_OVER for one that is unknown, answered, too old, tried five times,
        another session's or older than the password; EXHAUSTED TOO_MANY_FAILURES with `until`.
        """
        async with self._core.database.unit_of_work() as uow:
            store = Sessions(uow.session)
            challenge = self._open(await store.challenge(challenge_id, lock=True))
            person = await People(uow.session).by_id(challenge.person_id)
            if person is None or (challenge.purpose, challenge.session_id) != (purpose, session_id):
                raise over()
            if purpose == SIGN_IN and person.password_set_at > challenge.expires_at - LIFE:
                # The password that asked for it counts no longer.
                raise over()
            await self._throttle.spend(uow, FACTOR, challenge.person_id)
            await store.change_challenge(challenge_id, tries=challenge.tries + 1)
        return challenge, person

    async def prove(
        self, uow: UnitOfWork, challenge: Challenge, person: Person, proof: session_service_pb2.Proof
    ) -> str:
        """The kind of factor proved; the challenge is answered. Raises as `Factors.prove`; then roll `uow` back."""
        kind = await self._factors.prove(uow, person, challenge.nonce, proof)
        await Sessions(uow.session).change_challenge(challenge.challenge_id, used_at=self._core.clock.now())
        await self._throttle.give_back(uow, FACTOR, person.person_id)
        return kind

    async def refused(self, challenge: Challenge, error: DomainError) -> None:
        """Write a refused try into the audit, in a transaction of its own; a database that is away refuses nobody."""
        if error.kind is Kind.UNAVAILABLE:
            return
        async with self._core.database.unit_of_work() as uow:
            who = Caller(challenge.person_id, "")
            detail: dict[str, str | int | bool] = {"purpose": challenge.purpose, "try": challenge.tries + 1}
            act = "factor_tried"
            await note(uow, self._core.clock, act, challenge.person_id, who=who, outcome=error.reason, detail=detail)

    def _open(self, challenge: Challenge | None) -> Challenge:
        now = self._core.clock.now()
        if (
            challenge is None
            or challenge.purpose not in (SIGN_IN, STEP_UP)
            or challenge.used_at is not None
            or challenge.expires_at <= now
            or challenge.tries >= TRIES
        ):
            raise over()
        return challenge


def over() -> DomainError:
    """SES-11: the challenge cannot be answered any more."""
    message = "本次验证已失效，请重新开始。"
    return DomainError(Kind.UNAUTHENTICATED, "CHALLENGE_OVER", message, rule="SES-11")
