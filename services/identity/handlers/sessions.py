"""A signed-in person's sessions: prove again, wear another hat, see and end them: use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from residency.identity.v1 import session_service_pb2
from services.identity.challenges import STEP_UP, Challenges
from services.identity.core import Core
from services.identity.domain.roles import STAFF
from services.identity.factors import Factors
from services.identity.handlers.refresh import ended
from services.identity.opening import Opened, SessionOpener
from services.identity.records import Hat, Session
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.sessions import Sessions
from services.identity.tokens import SignedToken
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind

PASSWORD = "password"  # noqa: S105 (a kind of proof)


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the caller's sessions, and the hat it carries."""

    session: Session
    hat: Hat | None


class SessionHandlers:
    """What a person does with sessions that have begun."""

    def __init__(self, core: Core, opener: SessionOpener, factors: Factors, challenges: Challenges) -> None:
        self._core = core
        self._opener = opener
        self._factors = factors
        self._challenges = challenges

    async def begin_step_up(self, who: Caller) -> tuple[str, Sequence[str]]:
        """SES-12: a challenge for this session, and what can answer it: the password for people without a factor.

        Raises DomainError FORBIDDEN ACTING for somebody in another's place, FACTOR_NEEDED for staff without a factor;
        UNAUTHENTICATED SESSION_ENDED.
        """
        async with self._core.database.unit_of_work() as uow:
            session = await self._own(uow, who)
            answers = await self._answers(uow, session)
            challenge_id = await self._challenges.give(uow, session.person_id, STEP_UP, session.session_id)
        return challenge_id, answers

    async def step_up(self, who: Caller, challenge_id: str, proof: session_service_pb2.Proof) -> SignedToken:
        """SES-12: prove again; an access token of the same session that says so.

        Raises DomainError as `Challenges.begin_try`, `Factors.prove` and `begin_step_up`.
        """
        challenge, person = await self._challenges.begin_try(challenge_id, STEP_UP, who.session)
        try:
            async with self._core.database.unit_of_work() as uow:
                await People(uow.session).by_id(who.person_id, lock=True)
                session = await self._own(uow, who)
                await self._answers(uow, session)
                kind = await self._challenges.prove(uow, challenge, person, proof)
                await Sessions(uow.session).change(session.session_id, proved_at=self._core.clock.now())
                detail = {"session": session.session_id, "factor": kind}
                await note(uow, self._core.clock, "step_up", person.person_id, who=who, detail=detail)
                return self._opener.access(await self._own(uow, who))
        except DomainError as error:
            await self._challenges.refused(challenge, error)
            raise

    async def choose_hat(self, who: Caller, hat_id: str) -> Opened:
        """SES-13: a new session with another hat; the one that asks ends, and lends its proof and its latest end.

        Raises DomainError NOT_FOUND HAT_UNKNOWN, also for somebody else's; FORBIDDEN HAT_NOT_WEARABLE; FORBIDDEN
        STEP_UP_REQUIRED for a staff hat when this session never proved the second factor; ACTING; UNAUTHENTICATED
        SESSION_ENDED.
        """
        async with self._core.database.unit_of_work() as uow:
            # The person before the session, here and wherever both are locked: two acts at once never wait crosswise.
            person = await People(uow.session).by_id(who.person_id, lock=True)
            session = await self._own(uow, who)
            hat = await Hats(uow.session).by_id(hat_id)
            if person is None or hat is None or hat.person_id != who.person_id:
                raise DomainError(Kind.NOT_FOUND, "HAT_UNKNOWN", "没有找到该身份。", field="hat_id", rule="SES-13")
            rises = hat.role in STAFF and session.role not in STAFF and session.proved_at is None
            if rises and await self._factors.enrolled(uow, who.person_id):
                message = "使用工作人员身份前，需要再次验证身份。"
                raise DomainError(Kind.FORBIDDEN, "STEP_UP_REQUIRED", message, rule="SES-13")
            await self._opener.end(uow, [session.session_id], "hat_chosen")
            return await self._opener.open(uow, person, hat=hat, instead_of=session)

    async def list_hats(self, who: Caller) -> tuple[Sequence[Hat], str]:
        """The caller's wearable hats, and the id of the one in use; empty for none."""
        now = self._core.clock.now()
        async with self._core.database.unit_of_work() as uow:
            hats = [each for each in await Hats(uow.session).of(who.person_id) if each.wearable(now)]
            session = await Sessions(uow.session).by_id(who.session)
        return hats, (session.hat_id or "") if session else ""

    async def sign_out(self, who: Caller) -> None:
        """End the session of the token; one that has ended stays so."""
        async with self._core.database.unit_of_work() as uow:
            await self._opener.end(uow, [who.session], "signed_out")

    async def list_sessions(self, who: Caller) -> Sequence[Shown]:
        """SES-15: the caller's sessions that have not ended, newest first."""
        async with self._core.database.unit_of_work() as uow:
            hats = Hats(uow.session)
            sessions = await Sessions(uow.session).live(who.person_id, self._core.clock.now())
            worn = {each.hat_id: each for each in await hats.of(who.person_id)}
        return [Shown(each, worn.get(each.hat_id or "")) for each in sessions]

    async def end_session(self, who: Caller, session_id: str) -> None:
        """SES-15: end one of the caller's sessions, or one begun in another's place; one that has ended stays so.

        Raises DomainError NOT_FOUND SESSION_UNKNOWN, also for somebody else's; FORBIDDEN ACTING.
        """
        _check_in_person(who)
        async with self._core.database.unit_of_work() as uow:
            session = await Sessions(uow.session).by_id(session_id)
            if session is None or who.person_id not in (session.person_id, session.acting_by):
                message = "没有找到该登录。"
                raise DomainError(Kind.NOT_FOUND, "SESSION_UNKNOWN", message, field="session_id", rule="SES-15")
            await self._opener.end(uow, [session_id], "ended_by_owner")

    async def end_all(self, who: Caller, *, keep_this: bool) -> int:
        """SES-15: end all of the caller's sessions, with `keep_this` all others; how many. Raises FORBIDDEN ACTING."""
        _check_in_person(who)
        async with self._core.database.unit_of_work() as uow:
            but = who.session if keep_this else ""
            return await self._opener.end_all(uow, who.person_id, "ended_by_owner", but=but)

    async def _own(self, uow: UnitOfWork, who: Caller) -> Session:
        """The caller's session as it stands, locked. Raises UNAUTHENTICATED SESSION_ENDED, FORBIDDEN ACTING."""
        session = await Sessions(uow.session).by_id(who.session, lock=True) if who.session else None
        if session is None or not session.live(self._core.clock.now()):
            raise ended()
        if session.acting_by:
            raise DomainError(Kind.FORBIDDEN, "ACTING", "代为办理期间不能使用此功能。", rule="SES-12")
        return session

    async def _answers(self, uow: UnitOfWork, session: Session) -> Sequence[str]:
        """What can prove that it is still the same person."""
        enrolled = await self._factors.enrolled(uow, session.person_id)
        if not enrolled and session.role in STAFF:
            message = "请先登记第二验证方式（验证器应用或通行密钥）。"
            raise DomainError(Kind.FORBIDDEN, "FACTOR_NEEDED", message, rule="SES-12")
        return enrolled or [PASSWORD]


def _check_in_person(who: Caller) -> None:
    """SES-15: a person's sessions are ended by the person; who acts in their place signs out of their own only."""
    if who.acting_by:
        message = "代他人办理期间不能结束其登录，请由本人办理。"
        raise DomainError(Kind.FORBIDDEN, "ACTING", message, rule="SES-15")
