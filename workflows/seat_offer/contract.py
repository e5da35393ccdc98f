"""What others may know of SeatOffer: its name, ids, messages and status. Ids, versions and enums only, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NAME = "SeatOffer"
TASK_QUEUE = "residency-windows"
"""Offers share the queue of the windows: they are few, and wait most of the time."""

ANSWERED = "answered"
STATUS = "status"


def workflow_id(cycle_id: str, base_code: str, specialty_code: str, seat_offer_id: str) -> str:
    """The one workflow of a freed seat; `seat_offer_id` is the id of the fact that told of it."""
    return f"seat/{cycle_id}/{base_code}/{specialty_code}/{seat_offer_id}"


class Outcome(StrEnum):
    """What became of an offer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    OPEN = "open"
    """It can still be answered: its end moved, or the cycle is held."""


@dataclass(frozen=True, slots=True)
class SeatOfferStart:
    """Starts the offers of a freed seat; `offers` is how many were made by the runs before."""

    cycle_id: str
    base_code: str
    specialty_code: str
    seat_offer_id: str
    offers: int = 0


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """Signal: an offer was answered; a repeat, or the answer to an older offer, does no harm."""

    application_id: str
    number: int


@dataclass(frozen=True, slots=True)
class SeatQuestion:
    """Activity input: which freed seat."""

    cycle_id: str
    base_code: str
    specialty_code: str
    seat_offer_id: str


@dataclass(frozen=True, slots=True)
class OfferMade:
    """An open offer. `until` is aware UTC, and never beyond the phase."""

    application_id: str
    number: int
    until: datetime


@dataclass(frozen=True, slots=True)
class NextOffer:
    """Activity output: the open offer, or why there is none (`TAKEN`, `NOT_IN_PHASE`, `NOBODY_WAITS`, `SEAT_FULL`).

    `again_at` is set while the cycle is held: then it is worth asking again.
    """

    offer: OfferMade | None
    ended: str = ""
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferQuestion:
    """Activity input: which offer."""

    application_id: str
    number: int


@dataclass(frozen=True, slots=True)
class OfferOver:
    """Activity output: what became of an offer; of one that is open, when to ask again (None: in a moment)."""

    outcome: Outcome
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeatOfferStatus:
    """Query answer: how many offers were made, and until when the present one stands (None between two)."""

    offers: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SeatOfferEnded:
    """Result. `taken` when somebody took the seat; else `why` says why nothing more is offered."""

    taken: bool
    offers: int
    why: str
