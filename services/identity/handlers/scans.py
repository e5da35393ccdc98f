"""Signing in on a desktop with a signed-in phone: use cases."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.identity.core import Core
from services.identity.domain import scan
from services.identity.domain.browsers import in_words
from services.identity.domain.roles import STAFF
from services.identity.domain.scan import Ticket, TicketState
from services.identity.opening import Opened, SessionOpener
from services.identity.records import Session
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.scans import Scans
from services.identity.store.sessions import Sessions
from services.identity.throttle import Throttle
from services.kit import auth
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.networks import network

TICKETS_PER_ADDRESS = 60
"""SCAN-06: tickets one network address gets within the life of one: a hospital's desktops share an address."""
_KEPT = timedelta(hours=1)
"""How long tickets are kept, so that one shown again is known."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the desktop gets: the ticket, and the secret that stays in its browser."""

    ticket: Ticket
    browser_secret: str = field(repr=False)


class ScanHandlers:
    """Tickets: asked for by a desktop, answered by a phone, claimed by that desktop."""

    def __init__(self, core: Core, opener: SessionOpener, throttle: Throttle) -> None:
        self._core = core
        self._opener = opener
        self._throttle = throttle

    async def create(self) -> Shown:
        """SCAN-01, SCAN-02: a ticket for two minutes, bound to a secret.

        Raises DomainError EXHAUSTED SCAN_TOO_MANY (SCAN-06) with `until`.
        """
        now = self._core.clock.now()
        origin = auth.origin()
        secret = secrets.token_urlsafe(32)
        number, numbers = scan.draw()
        ticket = Ticket(
            ticket_id=new_id(),
            secret_hash=self._hash(secret),
            number=number,
            numbers=numbers,
            state=TicketState.WAITING,
            browser=in_words(origin.browser),
            address=origin.address,
            asked_at=now,
            expires_at=now + scan.LIFE,
        )
        async with self._core.database.unit_of_work() as uow:
            scans = Scans(uow.session)
            if await scans.asked_since(origin.address, now - scan.LIFE) >= TICKETS_PER_ADDRESS:
                message = "本网络短时间内申请的登录二维码过多，请稍后再试，或用登录名和密码登录。"
                raise DomainError(Kind.EXHAUSTED, "SCAN_TOO_MANY", message, rule="SCAN-06", until=now + scan.LIFE)
            await scans.forget(now - _KEPT)
            await scans.add(ticket)
        return Shown(ticket, secret)

    async def open(self, who: Caller, ticket_id: str) -> Ticket:
        """SCAN-05: which browser asks, from where, and the numbers to choose from; the desktop sees it was scanned.

        Raises DomainError NOT_NOW SCAN_TICKET_VOID (unknown, too old, answered); FORBIDDEN SCAN_ACTING (SCAN-04).
        """
        if who.acting_by:
            raise scan.acting()
        async with self._core.database.unit_of_work() as uow:
            scans = Scans(uow.session)
            ticket = await scans.locked(ticket_id)
            if ticket is None:
                raise scan.void()
            state = scan.scanned(ticket, self._core.clock.now())
            if state is not ticket.state:
                await scans.move(ticket_id, state)
        return ticket

    async def answer(self, who: Caller, ticket_id: str, *, number: int, confirm: bool) -> None:
        """SCAN-03: confirm with the number the desktop shows, or refuse; either way the ticket is answered.

        Raises:
            DomainError: INVALID SCAN_NUMBER_WRONG, which ends the ticket; NOT_NOW SCAN_TICKET_VOID (unknown, too old,
                answered before); FORBIDDEN SCAN_ACTING (SCAN-04); FORBIDDEN STEP_UP_REQUIRED for a staff session
                without any proof (SCAN-07). Each is audited.
        """
        failure: DomainError | None = None
        async with self._core.database.unit_of_work() as uow:
            try:
                state = await self._answered(uow, who, ticket_id, number=number, confirm=confirm)
                if confirm and state is TicketState.REFUSED:
                    failure = scan.wrong_number()
            except DomainError as error:
                # A refusal has changed nothing; it is written down in this transaction and told after it.
                failure = error
            await note(
                uow,
                self._core.clock,
                "scan_confirmed" if confirm else "scan_refused",
                who.person_id,
                who=who,
                outcome=failure.reason if failure else "done",
                detail={"ticket_id": ticket_id},
            )
        if failure is not None:
            raise failure

    async def claim(self, ticket_id: str, browser_secret: str) -> tuple[TicketState, Opened | None]:
        """SCAN-01, SCAN-02: how the ticket stands; once it is confirmed, a new session, once.

        The session carries the phone's hat and none of its proofs: powerful acts ask for one in it first (SCAN-07). A
        ticket that is unknown, too old, another browser's, claimed before, or
        whose phone has signed out meanwhile is void; that is audited.

        Raises DomainError EXHAUSTED when an address claims foreign tickets again and again; as `SessionOpener.open`.
        """
        address = network(auth.origin().address)
        await self._throttle.check("scan", address)
        now = self._core.clock.now()
        async with self._core.database.unit_of_work() as uow:
            ticket = await Scans(uow.session).locked(ticket_id)
            ours = ticket is not None and hmac.compare_digest(ticket.secret_hash, self._hash(browser_secret))
            if ticket is not None and ours:
                return await self._claim(uow, ticket, now)
            if ticket is not None:
                await self._refused(uow, ticket, None, "SCAN_TICKET_FOREIGN")
        await self._throttle.failed("scan", address)
        return TicketState.VOID, None

    async def _answered(
        self, uow: UnitOfWork, who: Caller, ticket_id: str, *, number: int, confirm: bool
    ) -> TicketState:
        if who.acting_by:
            raise scan.acting()
        if confirm and who.role in STAFF and who.proved_at is None:
            raise scan.unproved()
        scans = Scans(uow.session)
        ticket = await scans.locked(ticket_id)
        if ticket is None:
            raise scan.void()
        state = scan.answered(ticket, self._core.clock.now(), number=number, confirm=confirm)
        await scans.move(ticket_id, state, who.session)
        return state

    async def _claim(self, uow: UnitOfWork, ticket: Ticket, now: datetime) -> tuple[TicketState, Opened | None]:
        scans = Scans(uow.session)
        phone = await Sessions(uow.session).by_id(ticket.session_id) if ticket.session_id else None
        state = ticket.standing(now)
        if state is TicketState.CONFIRMED and phone is not None:
            opened = await self._open(uow, phone, now)
            if opened is not None:
                await scans.move(ticket.ticket_id, TicketState.CLAIMED)
                return TicketState.CLAIMED, opened
            await scans.move(ticket.ticket_id, TicketState.VOID)
            await self._refused(uow, ticket, phone, "SCAN_PHONE_GONE")
            return TicketState.VOID, None
        if state in (TicketState.CLAIMED, TicketState.VOID):
            if ticket.state is not TicketState.VOID:
                # Told once: a page that goes on asking fills no audit.
                await scans.move(ticket.ticket_id, TicketState.VOID)
                reason = "SCAN_TICKET_REPLAYED" if state is TicketState.CLAIMED else "SCAN_TICKET_OLD"
                await self._refused(uow, ticket, phone, reason)
            return TicketState.VOID, None
        return state, None

    async def _open(self, uow: UnitOfWork, phone: Session, now: datetime) -> Opened | None:
        person = await People(uow.session).by_id(phone.person_id)
        hat = await Hats(uow.session).by_id(phone.hat_id) if phone.hat_id else None
        if not phone.live(now) or phone.acting_by or person is None or hat is None or not hat.wearable(now):
            return None
        return await self._opener.open(uow, person, hat=hat)

    async def _refused(self, uow: UnitOfWork, ticket: Ticket, phone: Session | None, outcome: str) -> None:
        """Write the refusal down in the person's chain, or in the ticket's while nobody has answered it."""
        person_id = phone.person_id if phone else ""
        await note(
            uow,
            self._core.clock,
            "scan_claimed",
            person_id or ticket.ticket_id,
            who=Caller(person_id, ""),
            outcome=outcome,
            detail={"ticket_id": ticket.ticket_id},
        )

    def _hash(self, secret: str) -> bytes:
        return self._core.vault.lookup("scan", secret)
