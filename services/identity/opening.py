"""SES-01 to SES-05: how a session begins, which hat it carries, and how it ends before its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.identity.core import Core
from services.identity.domain.roles import STAFF, Role
from services.identity.factors import Factors
from services.identity.facts import Notice, noticed, session_ended
from services.identity.records import Hat, Person, PersonState, Session
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.sessions import Sessions
from services.identity.tokens import SignedToken, TokenIssuer
from services.kit import auth
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

IDLE = timedelta(minutes=30)
"""SES-07: a session left alone so long ends by itself."""
LONGEST_STAFF = timedelta(hours=12)
LONGEST = timedelta(hours=24)
"""SES-07: however busy, a session ends after this; earlier for staff."""
STAFF_SESSIONS = 3
"""SES-05: sessions a member of staff may have at a time."""


@dataclass(frozen=True)
class Opened:
    """A session that has just begun, or goes on, with the tokens for its browser."""

    person: Person
    session_id: str
    role: Role
    organisation_code: str
    access: SignedToken
    refresh: SignedToken | None
    """None for a session that cannot be refreshed: one of somebody acting in the person's place."""
    hats: Sequence[Hat]
    """Every hat the person may choose."""
    hat: Hat | None
    """The one the tokens carry; None while none is chosen or a second factor is to be enrolled."""


class SessionOpener:
    """Begins and ends sessions inside the transaction of whatever leads to it."""

    def __init__(self, core: Core, issuer: TokenIssuer) -> None:
        self._core = core
        self._issuer = issuer
        self._factors = Factors(core)

    async def open(
        self,
        uow: UnitOfWork,
        person: Person,
        *,
        hat: Hat | None = None,
        proved: bool = False,
        acting_by: str = "",
        may_write: bool = True,
        instead_of: Session | None = None,
    ) -> Opened:
        """Begin a session; writes its row and the audit's.

        Without `hat` the only wearable one is taken; with several the session is `unchosen` (SES-02). A staff hat
        without an enrolled second factor makes it `enrolling`: it can do nothing else first (SES-03).

        Args:
            uow: The transaction; the person's row is locked in it.
            person: Whose session it is.
            hat: The hat to carry.
            proved: A second factor was proved just now.
            acting_by: Person id of who acts in the person's place; such a session lives as long as one access token.
            may_write: False for somebody who acts in the person's place and may only look.
            instead_of: The session that this one follows with another hat: it lends its proof and its latest end.

        Raises:
            DomainError: FORBIDDEN ACCOUNT_SUSPENDED, also for an erased account; FORBIDDEN NO_HAT without a hat to
                wear; FORBIDDEN HAT_NOT_WEARABLE for a hat that is somebody else's, suspended, expired or ended.
        """
        now = self._core.clock.now()
        people = People(uow.session)
        # Read anew: it may have been suspended while a password was hashed. Openings for one person take turns.
        person = await people.by_id(person.person_id, lock=True) or person
        check_account(person)
        wearable = [each for each in await Hats(uow.session).of(person.person_id) if each.wearable(now)]
        hat = _chosen(wearable, hat)
        role = hat.role if hat else Role.UNCHOSEN
        if hat and hat.role in STAFF and not acting_by and not await self._factors.enrolled(uow, person.person_id):
            role = Role.ENROLLING
        staff = any(each.role in STAFF for each in (wearable if hat is None else [hat]))
        ends = now + (self._issuer.life if acting_by else LONGEST_STAFF if staff else LONGEST)
        ends = min(ends, instead_of.ends_at if instead_of else ends, (hat and hat.expires_at) or ends)
        origin = auth.origin()
        session = Session(
            session_id=new_id(),
            person_id=person.person_id,
            hat_id=hat.hat_id if hat else None,
            role=role,
            organisation_code=_organisation(role, hat),
            generation=1,
            rotated_at=now,
            began_at=now,
            idle_at=min(now + IDLE, ends),
            ends_at=ends,
            proved_at=now if proved else instead_of.proved_at if instead_of else None,
            acting_by=acting_by,
            may_write=may_write,
            browser=origin.browser,
            address=origin.address,
        )
        if not acting_by:
            await people.seen(person.person_id, now)
            await self._tell_of_new_device(uow, session)
            if staff:
                await self._make_room(uow, session, now)
        await Sessions(uow.session).add(session)
        who = Caller(person.person_id, role.value, session.organisation_code, acting_by=acting_by)
        detail: dict[str, str | int | bool] = {
            "session": session.session_id,
            "proved": session.proved_at is not None,
            "may_write": may_write,
        }
        await note(uow, self._core.clock, "session_began", person.person_id, who=who, detail=detail)
        return self.opened(person, session, wearable)

    async def end(self, uow: UnitOfWork, session_ids: Sequence[str], reason: str) -> int:
        """SES-04: end sessions now; how many had not ended before. Every service hears of it and refuses their tokens.

        `reason` is a stable lower-case name; it stands in the session's row and in the audit of its person.
        """
        now = self._core.clock.now()
        ended = await Sessions(uow.session).end(session_ids, reason, now) if session_ids else []
        for session in ended:
            uow.add_fact(session_ended(session.session_id, now + self._issuer.life))
        for person_id in sorted({session.person_id for session in ended}):
            own = ",".join(session.session_id for session in ended if session.person_id == person_id)
            detail = {"sessions": own, "why": reason}
            await note(uow, self._core.clock, "session_ended", person_id, who=_doer(person_id), detail=detail)
        return len(ended)

    async def end_all(self, uow: UnitOfWork, person_id: str, reason: str, *, but: str = "", hat_id: str = "") -> int:
        """SES-04: end the person's sessions, those of others in their place too; how many.

        `but` is a session to keep; `hat_id` ends only sessions that carry that hat.
        """
        now = self._core.clock.now()
        return await self.end(uow, await Sessions(uow.session).live_ids(person_id, now, but=but, hat_id=hat_id), reason)

    async def after_factor(self, uow: UnitOfWork, person: Person, session_id: str) -> Opened | None:
        """SES-03: let a session that waited for a second factor go on with its hat, proved now; None when it did not.

        Raises DomainError FORBIDDEN HAT_NOT_WEARABLE when the hat was taken away meanwhile.
        """
        now = self._core.clock.now()
        store = Sessions(uow.session)
        session = await store.by_id(session_id, lock=True)
        waits = session is not None and session.role is Role.ENROLLING and session.live(now)
        if session is None or not waits or session.person_id != person.person_id:
            return None
        wearable = [each for each in await Hats(uow.session).of(person.person_id) if each.wearable(now)]
        hat = next((each for each in wearable if each.hat_id == session.hat_id), None)
        if hat is None:
            raise _not_wearable()
        session = replace(session, role=hat.role, organisation_code=hat.organisation_code, proved_at=now)
        await store.change(
            session_id, role=hat.role.value, organisation_code=hat.organisation_code, proved_at=session.proved_at
        )
        return self.opened(person, session, wearable)

    def opened(self, person: Person, session: Session, wearable: Sequence[Hat]) -> Opened:
        """The session with tokens as its row stands."""
        carries = session.role not in (Role.UNCHOSEN, Role.ENROLLING)
        return Opened(
            person=person,
            session_id=session.session_id,
            role=session.role,
            organisation_code=session.organisation_code,
            access=self.access(session),
            refresh=None if session.acting_by else self.refresh(session),
            hats=wearable,
            hat=next((each for each in wearable if carries and each.hat_id == session.hat_id), None),
        )

    def access(self, session: Session, *, at: datetime | None = None) -> SignedToken:
        """An access token of the session, beginning `at`, now when None."""
        return self._issuer.sign(
            session.person_id,
            session.role.value,
            session.organisation_code,
            session=session.session_id,
            proved_at=session.proved_at,
            acting_by=session.acting_by,
            may_write=session.may_write,
            at=at,
            until=session.ends_at,
        )

    def refresh(self, session: Session) -> SignedToken:
        """The refresh token of the session as it stands; it ends when the session would for want of use."""
        return self._issuer.refresh(session.session_id, session.generation, min(session.idle_at, session.ends_at))

    async def _tell_of_new_device(self, uow: UnitOfWork, session: Session) -> None:
        """SES-08: whoever was signed in before hears of a browser and address never seen with them."""
        ever, here = await Sessions(uow.session).knows(session.person_id, session.browser, session.address)
        if ever and not here:
            uow.add_fact(noticed(session.person_id, Notice.NEW_DEVICE))

    async def _make_room(self, uow: UnitOfWork, new: Session, now: datetime) -> None:
        """SES-05: the oldest sessions of staff end when there would be more than three."""
        others = await Sessions(uow.session).live(new.person_id, now)
        await self.end(uow, [each.session_id for each in others[STAFF_SESSIONS - 1 :]], "too_many")


def check_account(person: Person) -> None:
    """SES-01: a suspended or erased account begins no session. Raises DomainError FORBIDDEN ACCOUNT_SUSPENDED."""
    if person.state in (PersonState.SUSPENDED, PersonState.ERASED):
        message = "该账号已停用，如有疑问请联系管理员。"
        raise DomainError(Kind.FORBIDDEN, "ACCOUNT_SUSPENDED", message, rule="SES-01")


def _chosen(wearable: Sequence[Hat], wanted: Hat | None) -> Hat | None:
    """SES-02: the hat to carry; None when there are several to choose from."""
    if wanted is not None:
        found = next((each for each in wearable if each.hat_id == wanted.hat_id), None)
        if found is None:
            raise _not_wearable()
        return found
    if not wearable:
        message = "该账号目前没有可用的身份，请联系管理员。"
        raise DomainError(Kind.FORBIDDEN, "NO_HAT", message, rule="SES-02")
    return wearable[0] if len(wearable) == 1 else None


def _organisation(role: Role, hat: Hat | None) -> str:
    return hat.organisation_code if hat is not None and role is hat.role else ""


def _not_wearable() -> DomainError:
    return DomainError(Kind.FORBIDDEN, "HAT_NOT_WEARABLE", "该身份已停用或到期，不能使用。", rule="SES-02")


def _doer(person_id: str) -> Caller:
    """Who ends a session: the caller; outside of a signed-in call the person it is about."""
    return auth.present() or Caller(person_id, "")
