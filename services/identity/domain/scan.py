"""SCAN-01 to SCAN-04 and SCAN-07: how a ticket for signing in with a phone stands and moves; pure."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.kit.domain import DomainError, Kind

LIFE = timedelta(minutes=2)
"""SCAN-01: how long a ticket lives."""
CHOICES = 3
"""SCAN-03: how many numbers the phone is shown."""
_FIRST, _AFTER_LAST = 10, 100


class TicketState(StrEnum):
    """How a ticket stands."""

    WAITING = "waiting"
    """Shown, not scanned yet."""
    SCANNED = "scanned"
    """A phone has opened it."""
    CONFIRMED = "confirmed"
    """The phone picked the right number; the browser may claim its session."""
    CLAIMED = "claimed"
    """Exchanged for a session."""
    REFUSED = "refused"
    """Refused on the phone, or a wrong number was picked."""
    VOID = "void"
    """Too old, or shown again after it was claimed."""


OPEN = frozenset({TicketState.WAITING, TicketState.SCANNED})
"""States in which a phone may answer."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A browser that asks to be signed in; instants are aware UTC."""

    ticket_id: str
    secret_hash: bytes = field(repr=False)
    number: int
    """What the browser shows."""
    numbers: tuple[int, ...]
    """What the phone chooses from."""
    state: TicketState
    browser: str
    """In words."""
    address: str
    asked_at: datetime
    expires_at: datetime
    session_id: str | None = None
    """The phone's session, once it has answered."""

    def standing(self, now: datetime) -> TicketState:
        """SCAN-01: the state now: a ticket that came to no end within its two minutes is void."""
        ended = self.state in (TicketState.CLAIMED, TicketState.REFUSED)
        return self.state if ended or now < self.expires_at else TicketState.VOID


def draw() -> tuple[int, tuple[int, ...]]:
    """SCAN-03: the number the browser shows and the three the phone chooses from, all of two digits, in any order."""
    drawn = secrets.SystemRandom().sample(range(_FIRST, _AFTER_LAST), CHOICES)
    return secrets.choice(drawn), tuple(drawn)


def scanned(ticket: Ticket, now: datetime) -> TicketState:
    """The state once a phone has opened the ticket. Raises DomainError NOT_NOW SCAN_TICKET_VOID."""
    if ticket.standing(now) not in OPEN:
        raise void()
    return TicketState.SCANNED


def answered(ticket: Ticket, now: datetime, *, number: int, confirm: bool) -> TicketState:
    """SCAN-03: the state after the phone's answer: refused also by a wrong number, for one guess in three is right.

    Raises DomainError NOT_NOW SCAN_TICKET_VOID for a ticket that is too old or was answered before (SCAN-01).
    """
    if ticket.standing(now) not in OPEN:
        raise void()
    return TicketState.CONFIRMED if confirm and number == ticket.number else TicketState.REFUSED


def void() -> DomainError:
    """What a phone hears about a ticket that is unknown, too old or used: one answer."""
    message = "二维码已失效或已经用过，请在电脑上刷新后重新扫码。"
    return DomainError(Kind.NOT_NOW, "SCAN_TICKET_VOID", message, field="ticket_id", rule="SCAN-01")


def wrong_number() -> DomainError:
    """SCAN-03: what a phone hears after a wrong number."""
    message = "所选数字与电脑屏幕上的不一致，本次登录已取消；如是本人操作，请在电脑上刷新后重新扫码。"
    return DomainError(Kind.INVALID, "SCAN_NUMBER_WRONG", message, field="number", rule="SCAN-03")


def acting() -> DomainError:
    """SCAN-04: whoever acts in another's place opens no session of theirs."""
    message = "代他人查看或办理期间不能扫码登录。"
    return DomainError(Kind.FORBIDDEN, "SCAN_ACTING", message, rule="SCAN-04")


def unproved() -> DomainError:
    """SCAN-07: a staff session that never proved a second factor opens no other: one that a phone opened, say."""
    message = "请先在手机上验证身份，再确认电脑登录。"
    return DomainError(Kind.FORBIDDEN, "STEP_UP_REQUIRED", message, rule="SCAN-07")
