"""SES-06: a session goes on by exchanging its refresh token, each once; a second use ends it."""

from __future__ import annotations

from datetime import timedelta

from services.identity.core import Core
from services.identity.opening import IDLE, SessionOpener, check_account
from services.identity.records import Session
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.sessions import Sessions
from services.identity.tokens import SignedToken, TokenIssuer
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind

GRACE = timedelta(seconds=20)
"""How long the token just used gets the same answer again: for lost answers and tabs that ask side by side."""


class RefreshHandlers:
    """How a session goes on."""

    def __init__(self, core: Core, opener: SessionOpener, issuer: TokenIssuer) -> None:
        self._core = core
        self._opener = opener
        self._issuer = issuer

    async def refresh(self, token: str) -> tuple[str, SignedToken, SignedToken]:
        """Session id and the next access and refresh token; the same ones for the same token within the grace.

        Raises:
            DomainError: UNAUTHENTICATED SESSION_ENDED for a token that is none of ours or whose session has ended,
                by itself (SES-07) or before; REFRESH_REUSED for one that was used before: its session ends now, for
                whoever holds the newer one, as one of the two is a thief; FORBIDDEN ACCOUNT_SUSPENDED.
        """
        read = self._issuer.read_refresh(token)
        if read is None:
            raise ended()
        session_id, generation = read
        async with self._core.database.unit_of_work() as uow:
            session = await Sessions(uow.session).by_id(session_id, lock=True)
            if session is None or session.acting_by or not session.live(self._core.clock.now()):
                raise ended()
            refusal = await self._turn(uow, session, generation)
            session = await Sessions(uow.session).by_id(session_id) or session
        # Only now: what the refusal ended is committed.
        if refusal is not None:
            raise refusal
        access = self._opener.access(session, at=session.rotated_at)
        return session_id, access, self._opener.refresh(session)

    async def _turn(self, uow: UnitOfWork, session: Session, generation: int) -> DomainError | None:
        """Go to the next generation, or stay where the grace allows it; else end the session and say why."""
        now = self._core.clock.now()
        if generation == session.generation - 1 and now - session.rotated_at <= GRACE:
            return None
        if generation != session.generation:
            who = Caller(session.person_id, session.role.value, session.organisation_code, session.session_id)
            detail: dict[str, str | int | bool] = {"session": session.session_id, "generation": generation}
            await note(
                uow, self._core.clock, "refresh", session.person_id, who=who, outcome="REFRESH_REUSED", detail=detail
            )
            await self._opener.end(uow, [session.session_id], "refresh_reused")
            message = "登录凭证被重复使用，为安全起见本次登录已结束，请重新登录。"
            return DomainError(Kind.UNAUTHENTICATED, "REFRESH_REUSED", message, rule="SES-06")
        refusal = await self._still_allowed(uow, session)
        if refusal is not None:
            await self._opener.end(uow, [session.session_id], refusal.reason.lower())
            return refusal
        await Sessions(uow.session).change(
            session.session_id, generation=generation + 1, rotated_at=now, idle_at=min(now + IDLE, session.ends_at)
        )
        return None

    async def _still_allowed(self, uow: UnitOfWork, session: Session) -> DomainError | None:
        """A hat that ran out and an account that was suspended end a session at the latest here."""
        person = await People(uow.session).by_id(session.person_id)
        hat = await Hats(uow.session).by_id(session.hat_id) if session.hat_id else None
        if person is None or (hat is not None and not hat.wearable(self._core.clock.now())):
            return ended()
        try:
            check_account(person)
        except DomainError as error:
            return error
        return None


def ended() -> DomainError:
    """SES-07: the session is over, or never was."""
    return DomainError(Kind.UNAUTHENTICATED, "SESSION_ENDED", "登录已结束，请重新登录。", rule="SES-07")
